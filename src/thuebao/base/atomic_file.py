"""Files that appear whole or not at all, readable by their owner only."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from thuebao.base.errors import OutputError

_PART = ".part"


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
            # mkstemp makes the file readable by its owner only.
            handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=_PART, dir=path.parent)
        except OSError as error:
            raise unwritable(path, error) from None
        self._part = Path(name)
        self.file: BinaryIO = os.fdopen(handle, "w+b")

    def keep(self) -> None:
        """Put the file in the place of `path`."""
        try:
            self.file.close()
            self._part.replace(self._path)
        except OSError as failure:
            self.discard()
            raise unwritable(self._path, failure) from None

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
    return name if isinstance(name, str) and not name.endswith(_PART) else None


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
