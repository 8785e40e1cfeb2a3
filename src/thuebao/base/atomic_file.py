"""Files that appear whole or not at all, readable by their owner only."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Self

from thuebao.base.errors import OutputError
from thuebao.base.leftovers import PART, part_name, remove_leftovers

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


@dataclass(frozen=True)
class Written:
    """A file as it was written. changed: its time of change, in seconds."""

    bytes: int
    changed: float
    sha256: str


_ledger: ContextVar[dict[Path, Written] | None] = ContextVar("ledger", default=None)


@contextmanager
def recorded() -> Iterator[dict[Path, Written]]:
    """Digest every file that is written in here, while it is written; yield what is known of each, by its path."""
    ledger: dict[Path, Written] = {}
    token = _ledger.set(ledger)
    try:
        yield ledger
    finally:
        _ledger.reset(token)


class _Digested(io.BufferedRandom):
    """A file that is digested as it is written from its beginning to its end."""

    def __init__(self, raw: io.FileIO) -> None:
        super().__init__(raw)
        self._digest = hashlib.sha256()
        self._straight = True

    def write(self, data: ReadableBuffer, /) -> int:
        """Write bytes, and take them into the digest."""
        self._digest.update(data)
        return super().write(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go elsewhere: what is written there is not what comes next."""
        self._straight = False
        return super().seek(offset, whence)

    def digest(self) -> str:
        """Return the SHA-256 of what was written; of a file that was gone back in, of what the open file now holds."""
        if not self._straight:
            super().seek(0)
            self._digest = hashlib.file_digest(self, "sha256")
        return self._digest.hexdigest()


class AtomicFile:
    """A file written beside `path` under another name until it is kept or discarded.

    As a context, it is kept on success and discarded on any error. Raises OutputError when it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            if path.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
            if path.exists() and not path.is_file():
                # A device or a pipe would be replaced by a file.
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
            remove_leftovers(path.parent)
            # mkstemp makes the file readable by its owner only.
            prefix, suffix = part_name()
            handle, name = tempfile.mkstemp(prefix=prefix, suffix=suffix, dir=path.parent)
        except OSError as error:
            raise unwritable(path, error) from None
        self._part = Path(name)
        raw = io.FileIO(handle, "w+")
        self._digested = _Digested(raw) if _ledger.get() is not None else None
        self.file: BinaryIO = self._digested or io.BufferedRandom(raw)

    def keep(self) -> None:
        """Put the file in the place of `path`."""
        try:
            self._note()
            self.file.close()
            self._part.replace(self._path)
        except OSError as failure:
            self.discard()
            raise unwritable(self._path, failure) from None

    def _note(self) -> None:
        """Note what was written, if somebody wants to know."""
        ledger = _ledger.get()
        if ledger is not None and self._digested:
            self._digested.flush()
            found = os.fstat(self._digested.fileno())
            ledger[self._path] = Written(found.st_size, found.st_mtime, self._digested.digest())

    def discard(self) -> None:
        """Remove the file."""
        try:
            with suppress(OSError):
                self.file.close()
        finally:
            self._part.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.keep()
            return
        self.discard()
        if isinstance(error, OSError):
            raise unwritable(_named(error) or self._path, error) from None


@contextmanager
def writing(path: Path, *more: type[BaseException]) -> Iterator[None]:
    """Turn an OSError while `path` is written, or another error of the kinds `more`, into OutputError."""
    kinds: tuple[type[BaseException], ...] = (OSError, *more)
    try:
        yield
    except kinds as error:
        raise unwritable(_named(error) or path, error) from None


def unwritable(path: Path | str, error: BaseException) -> OutputError:
    """Return the error of a file that cannot be written."""
    if too_many_open(error):
        return OutputError("too_many_open_files")
    return OutputError("output_unwritable", path=path, reason=getattr(error, "strerror", None) or error)


def _named(error: BaseException) -> str | None:
    """Return the path that an error of the system names: not always that of the file that is being written."""
    name = getattr(error, "filename", None)
    return name if isinstance(name, str) and not name.endswith(PART) else None


def refused(error: OSError, where: str) -> OutputError:
    """Return the error of something that the system refused in a place of the code that does not foresee it."""
    if too_many_open(error):
        return OutputError("too_many_open_files")
    return OutputError(
        "refused", path=error.filename or "?", reason=error.strerror or type(error).__name__, where=where
    )


def too_many_open(error: BaseException) -> bool:
    """Return whether an error, of Python or of a library, is that the process may open no more files."""
    number = getattr(error, "errno", None)
    return number in (errno.EMFILE, errno.ENFILE) or f"(os error {errno.EMFILE})" in str(error)
