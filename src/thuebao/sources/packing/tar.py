"""Reads the members of a tar, packed as one stream or not: nothing is written to disk, none is held whole."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import BinaryIO, cast

from thuebao.base.errors import InputError
from thuebao.sources.packing.streams import STREAMS
from thuebao.sources.packing.unpacking import Pieces, Unpacked, chunks_of, reading

BLOCK = 512
_MEMBERS = 10_000
_LARGEST_NAME = 1 << 20  # bytes that may be said of a member before it
_KEPT = 4 << 20  # bytes of a member that are kept, for whoever opens it once more
_PIECE = 1 << 20
_FILES = (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE)
_SPARSE = "GNU.sparse."


@dataclass(frozen=True)
class TarMember:
    """A member of a tar: where its bytes begin, and how many they are. kind: "file", "sparse", "folder" or "link"."""

    name: str
    start: int
    size: int
    kind: str


def is_tar(head: bytes) -> bool:
    """Return whether a file begins with the header of a tar's member, the check sum of which is right."""
    try:
        return bool(tarfile.TarInfo.frombuf(head[:BLOCK], "utf-8", "surrogateescape").name)
    except (tarfile.TarError, ValueError):
        return False


@dataclass
class TarArchive:
    """A tar file. packing: that of the stream it is in, or None. path: as shown to users."""

    path: str
    file: Path
    packing: str | None
    _parked: _Cursor | None = field(default=None, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def members(self) -> list[TarMember]:
        """Return all members. Raises InputError where the archive breaks off, is damaged or unpacks to too much."""
        with reading(self.path), self._open() as stream:
            try:
                return list(_members(_Blocks(stream), self.packing is not None))
            except EOFError:
                raise InputError("packed_cut", path=self.path, bytes=stream.tell(), packing="tar") from None
            except (tarfile.TarError, ValueError) as error:
                raise InputError("packed_damaged", path=self.path, reason=error) from None
            except OverflowError:
                raise InputError("zip_too_many", path=self.path, limit=_MEMBERS) from None

    def _open(self) -> io.BufferedIOBase | io.RawIOBase:
        if self.packing is None:
            return self.file.open("rb", buffering=0)
        size = self.file.stat().st_size
        return _Counted(self.path, self.packing, size, STREAMS[self.packing](self.file))

    def pieces(self, member: TarMember) -> Pieces:
        """Yield the bytes of a member."""
        if self.packing is None:
            with self.file.open("rb", buffering=0) as raw:
                raw.seek(member.start)
                yield from _whole(lambda size: raw.read(size) or b"", member.size)
            return
        # Whoever reads the members in their order, each of them more than once at its beginning, unpacks only once.
        with self._lock:
            cursor, self._parked = self._parked, None
        if cursor is None or not cursor.seek(member.start):
            cursor = _Cursor(STREAMS[self.packing](self.file))
            cursor.seek(member.start)
        try:
            yield from _whole(cursor.read, member.size)
        finally:
            with self._lock:
                self._parked = cursor


class _Counted(Unpacked):
    """An unpacked stream that says how far it was read."""

    _read = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self._read += len(data)
        return data

    def tell(self) -> int:
        return self._read


def _whole(read: Callable[[int], bytes], size: int) -> Pieces:
    while size:
        piece = read(min(size, _PIECE))
        if not piece:
            raise EOFError
        yield piece
        size -= len(piece)


class _Blocks:
    """Reads a tar block by block, forwards alone."""

    def __init__(self, stream: io.BufferedIOBase | io.RawIOBase) -> None:
        self._stream = stream
        self.place = 0

    def read(self, size: int) -> bytes:
        data = self._stream.read(size) or b""
        self.place += len(data)
        return data

    def skip(self, size: int) -> None:
        """Go on behind so many bytes. Raises EOFError where there are fewer."""
        if not isinstance(self._stream, Unpacked):
            end = self._stream.seek(0, io.SEEK_END)
            self._stream.seek(min(self.place + size, end))
            if self.place + size > end:
                raise EOFError
        elif sum(len(chunk) for chunk in chunks_of(cast("BinaryIO", self._stream), size, _PIECE)) < size:
            raise EOFError
        self.place += size

    def rest(self) -> Iterator[bytes]:
        while data := self.read(_PIECE):
            yield data


def _members(blocks: _Blocks, checked: bool) -> Iterator[TarMember]:
    """Yield the members. checked: the stream shows itself where it is cut, so that no mark at the end is needed."""
    said: dict[str, str] = {}
    for _ in range(_MEMBERS):
        block = blocks.read(BLOCK)
        if len(block) < BLOCK:
            if block or not checked:
                raise EOFError
            return
        if not any(block):
            if any(any(rest) for rest in blocks.rest()):
                raise tarfile.ReadError("something follows its end")
            return
        info = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
        size = int(said.pop("size", info.size))
        if size < 0:
            raise tarfile.ReadError("negative size")
        if info.type in (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.XGLTYPE, *_LONG):
            if size > _LARGEST_NAME:
                raise tarfile.ReadError("a name too long")
            data = blocks.read(size)
            blocks.skip(-size % BLOCK)
            if info.type in _LONG:
                said[_LONG[info.type]] = _text(data.partition(b"\0")[0])
            elif info.type != tarfile.XGLTYPE:
                said.update(_pax(data))
            continue
        has_data = (
            info.type in _FILES or info.type not in tarfile.SUPPORTED_TYPES or info.type == tarfile.GNUTYPE_SPARSE
        )
        sparse = info.type == tarfile.GNUTYPE_SPARSE or any(key.startswith(_SPARSE) for key in said)
        name = _shown(said.get("GNU.sparse.name") or said.get("path") or info.name)
        kind = "sparse" if sparse else "file" if info.type in _FILES else "folder" if info.isdir() else "link"
        yield TarMember(name, blocks.place, size if has_data else 0, kind)
        if has_data:
            blocks.skip(size + -size % BLOCK)
        said = {}
    raise OverflowError


_LONG = {tarfile.GNUTYPE_LONGNAME: "path", tarfile.GNUTYPE_LONGLINK: "linkpath"}


def _pax(data: bytes) -> dict[str, str]:
    """Return what a header of extended attributes says. Raises ValueError where it is malformed."""
    said, at = {}, 0
    while at < len(data) and data[at]:
        length, _, _ = data[at : at + 20].partition(b" ")
        if not length.isdigit() or int(length) < len(length) + 3 or at + int(length) > len(data):
            raise ValueError("a malformed header")
        record = data[at + len(length) + 1 : at + int(length) - 1]
        key, _, value = record.partition(b"=")
        said[_text(key)] = _text(value)
        at += int(length)
    return said


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _shown(name: str) -> str:
    r"""Return a name as text, bytes that are none as \xff, without the folder that archivers put before each."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace").removeprefix("./")


class _Cursor:
    """A place in an unpacked stream, and the bytes before it that are kept for whoever goes back a little."""

    def __init__(self, pieces: Pieces) -> None:
        self._pieces = pieces
        self._ahead = memoryview(b"")  # unpacked, not yet handed out
        self._kept = bytearray()
        self._first = self._place = 0  # of what is kept; of what is read next

    def seek(self, place: int) -> bool:
        """Go to a place; return False where it is too far back."""
        if place < self._first:
            return False
        end = self._first + len(self._kept)
        if place <= end:
            del self._kept[: place - self._first]
        else:
            self._kept.clear()
            self._place = end
            while self._place < place and (data := self._next(place - self._place)):
                self._place += len(data)
        self._first = self._place = place
        return True

    def read(self, size: int) -> bytes:
        """Return some of the next bytes, none at the end."""
        at = self._place - self._first
        if at < len(self._kept):
            data = bytes(self._kept[at : at + size])
        else:
            data = self._next(size)
            if len(self._kept) + len(data) > _KEPT:
                self._kept.clear()
                self._first = self._place
            self._kept += data
        self._place += len(data)
        return data

    def _next(self, size: int) -> bytes:
        if not self._ahead:
            self._ahead = memoryview(next(filter(None, self._pieces), b""))
        data = bytes(self._ahead[:size])
        self._ahead = self._ahead[len(data) :]
        return data
