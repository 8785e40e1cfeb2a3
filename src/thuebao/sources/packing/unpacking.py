"""Unpacks gzip, zstd and the members of a zip as streams, up to the very byte where damaged ones break off.

Python's gzip, zipfile and pyarrow keep back what they unpacked last before they raise an error.
"""

from __future__ import annotations

import bz2
import io
import itertools
import lzma
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from thuebao.base.errors import InputError

Pieces = Generator[bytes, None, None]
_BROKEN = (EOFError, OSError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, struct.error, pa.ArrowException)
"""What is raised where packed bytes break off; an OSError with a number is the disk's fault."""
_TOO_WIDE = {"too much memory": "zstd --long", "Memory usage limit": "xz"}
_CHUNK, _PIECE = 1 << 17, 1 << 20  # bytes read at once, and unpacked at once
_LINE = 1 << 16  # bytes in which a line ends, most likely
_LARGEST, _LARGEST_RATIO = 256 << 20, 200  # bytes, and times the packed bytes: records pack to a tenth or so
_HEADER = struct.Struct("<4s22xHH")  # before a member: a mark, and how long its name and what else is said of it are
# The most members of a zip, and bytes of its directory, which zipfile reads whole: about 800 bytes for each.
_MEMBERS, _DIRECTORY = 10_000, 8 << 20


def most_unpacked(packed: int) -> int:
    """Return the most bytes that an export of so many packed bytes may unpack to."""
    return max(_LARGEST, _LARGEST_RATIO * packed)


@contextmanager
def reading(path: str) -> Iterator[None]:
    """Turn what goes wrong while a file is opened or read into InputError."""
    try:
        yield
    except OSError as error:
        raise InputError("file_unreadable", path=path, reason=error.strerror or error) from None


class Unpacked(io.BufferedIOBase):
    """A read-only file over unpacked pieces. Reads are short at the end alone.

    All that was unpacked is handed out before InputError is raised: `packed_cut` where the pieces break off,
    `expands_too_far` where they are more than the `packed` bytes of an export can hold.
    """

    def __init__(self, path: str, packing: str, packed: int, pieces: Pieces) -> None:
        self._path, self._packing, self._pieces = path, packing, pieces
        self._limit = most_unpacked(packed)
        self._unpacked = 0
        self._rest = memoryview(b"")
        self._fault: InputError | None = None

    def readable(self) -> bool:
        """Return True: it can be read, though not sought in."""
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        """Return the next `size` bytes, or all."""
        if self.closed:
            raise ValueError("I/O operation on closed file")
        left = sys.maxsize if size is None or size < 0 else size
        parts = []
        while left and self._has_more():
            parts.append(self._rest[:left])
            left -= len(parts[-1])
            self._rest = self._rest[len(parts[-1]) :]
        if left and self._fault and not parts:
            raise self._fault
        return b"".join(parts)

    def read1(self, size: int = -1, /) -> bytes:
        """Return some of the next bytes, `size` at most."""
        return self.read(_PIECE if size < 0 else min(size, _PIECE))

    def _has_more(self) -> bool:
        if not self._rest and not self._fault:
            self._rest = memoryview(self._next_piece())
            self._unpacked += len(self._rest)
            if self._unpacked > self._limit:
                self._rest = memoryview(b"")
                self._fault = InputError("expands_too_far", path=self._path, limit=f"{self._limit >> 20} MiB")
        return len(self._rest) > 0

    def _next_piece(self) -> bytes:
        try:
            return next(filter(None, self._pieces), b"")
        except _BROKEN as error:
            self._fault = self._fault_of(error)
        return b""

    def _fault_of(self, error: Exception) -> InputError:
        if isinstance(error, OSError) and error.errno:
            return InputError("file_unreadable", path=self._path, reason=error.strerror)
        # A window above 128 MiB, which the zstd command does not read unasked either, or one of xz above 256 MiB.
        if method := next((method for reason, method in _TOO_WIDE.items() if reason in str(error)), None):
            return InputError("packed_method", path=self._path, method=method)
        return InputError("packed_cut", path=self._path, bytes=self._unpacked, packing=self._packing)

    def close(self) -> None:
        """Close the file below too."""
        self._pieces.close()
        super().close()


def chunks_of(file: BinaryIO, size: int = sys.maxsize, at_once: int = _CHUNK) -> Iterator[bytes]:
    """Yield the next `size` bytes of a file, or as many as there are."""
    while size > 0 and (chunk := file.read(min(at_once, size))):
        yield chunk
        size -= len(chunk)


def lines_of(file: BinaryIO, at_once: int, first: int = 0, end: int | None = None) -> Iterator[bytes]:
    """Yield a file that can be sought in, so many bytes at a time, and on to the end of the line if that is near.

    first, end: from which byte, and before which.
    """
    place = first
    while True:
        length = _length(file, place, at_once)
        file.seek(place)
        if not (chunk := file.read(length if end is None else min(length, end - place))):
            return
        yield chunk
        place += len(chunk)


def starts_of_lines(file: BinaryIO, at_once: int, first: int, end: int) -> Iterator[tuple[int, bytes]]:
    """Yield where `lines_of` goes on, from one byte to before another, and what begins there."""
    place = first
    while (place := place + _length(file, place, at_once)) < end:
        file.seek(place)
        yield place, file.read(_LINE)


def _length(file: BinaryIO, place: int, at_once: int) -> int:
    file.seek(place + at_once)
    return at_once + file.read(_LINE).find(b"\n") + 1


def gzip_pieces(file: Path) -> Pieces:
    """Yield what the members of a gzip file unpack to. Zeros may stand after a member, as on tapes."""
    with file.open("rb", buffering=0) as raw:
        chunks = chunks_of(raw)
        rest = next(chunks, b"")
        while rest:
            rest = yield from _inflated(itertools.chain([rest], chunks), zlib.MAX_WBITS + 16)
            while not (rest := rest.lstrip(b"\0")) and (chunk := next(chunks, b"")):
                rest = chunk


def _inflated(chunks: Iterator[bytes], wbits: int) -> Generator[bytes, None, bytes]:
    """Yield what one deflate stream unpacks to; return the bytes after it. Raises EOFError or zlib.error."""
    decoder = zlib.decompressobj(wbits)
    data = b""
    while not decoder.eof:
        data = data or next(chunks, b"")
        before = decoder.copy()
        try:
            piece = decoder.decompress(data, _PIECE)
        except zlib.error:
            yield _until_fault(before.copy, data)
            raise
        if not piece and not data:
            raise EOFError
        data = decoder.unconsumed_tail
        yield piece
    return decoder.unused_data


def _until_fault(decoder: Callable[[], zlib._Decompress], data: bytes) -> bytes:
    """Return what `data` unpacks to before the byte that zlib stumbles over: it keeps to itself what came before."""
    good, bad, found = -1, len(data), b""
    while bad - good > 1:
        middle = (good + bad) // 2
        try:
            good, found = middle, decoder().decompress(data[:middle], _PIECE)
        except zlib.error:
            bad = middle
    return found


def zstd_pieces(file: Path) -> Pieces:
    """Yield what the frames of a zstd file unpack to."""
    unpacked = 0
    try:
        with pa.OSFile(str(file)) as raw, pa.CompressedInputStream(raw, "zstd") as stream:
            while piece := stream.read(_PIECE):
                yield piece
                unpacked += len(piece)
    except (OSError, pa.ArrowException):
        yield _rest_before_fault(file, unpacked)
        raise


def _rest_before_fault(file: Path, unpacked: int) -> bytes:
    """Return what unpacks after so many bytes, before the fault: a read that meets it keeps what came before."""
    found: list[bytes] = []
    with pa.OSFile(str(file)) as raw, pa.CompressedInputStream(raw, "zstd") as stream:
        while unpacked and (piece := stream.read(min(_PIECE, unpacked))):
            unpacked -= len(piece)
        with suppress(OSError, pa.ArrowException):
            while len(found) < _PIECE and (byte := stream.read(1)):
                found.append(byte)
    return b"".join(found)


class _Zip(io.FileIO):
    """A zip file that refuses to be read in larger pieces than its directory may be."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > _DIRECTORY:
            raise zipfile.LargeZipFile
        return super().read(-1 if size is None else size)


def directory(path: str, file: Path) -> list[zipfile.ZipInfo]:
    """Return the members of a zip.

    Raises InputError when it is damaged, has too many members, or members that share bytes, as only bombs do.
    """
    try:
        with _Zip(file) as raw, zipfile.ZipFile(raw) as archive:
            members = archive.infolist()
            _check_places(members, raw.seek(0, io.SEEK_END))
    except zipfile.LargeZipFile:
        raise InputError("zip_too_many", path=path, limit=_MEMBERS) from None
    except (*_BROKEN, ValueError, OverflowError, NotImplementedError) as error:
        raise InputError("packed_damaged", path=path, reason=error) from None
    return members


def _check_places(members: list[zipfile.ZipInfo], size: int) -> None:
    if len(members) > _MEMBERS:
        raise zipfile.LargeZipFile
    end = 0
    for member in sorted(members, key=lambda member: member.header_offset):
        if member.header_offset < end:
            raise zipfile.BadZipFile("Overlapping members")
        end = member.header_offset + _HEADER.size + member.compress_size
    if end > size:
        raise zipfile.BadZipFile("Member beyond the end")


def member_pieces(file: Path, member: zipfile.ZipInfo) -> Pieces:
    """Yield what a member of a zip unpacks to. Its length and check sum are verified at the end."""
    size = check = 0
    with file.open("rb", buffering=0) as raw:
        for piece in unverified_pieces(raw, member):
            yield piece
            size += len(piece)
            check = zlib.crc32(piece, check)
    if (size, check) != (member.file_size, member.CRC):
        raise zipfile.BadZipFile


def unverified_pieces(file: BinaryIO, member: zipfile.ZipInfo) -> Iterable[bytes]:
    """Return what a member of an open zip really unpacks to: the sizes in the directory may lie."""
    if member.compress_type not in METHODS:
        raise NotImplementedError(f"compression {member.compress_type}")
    file.seek(member.header_offset)
    mark, name, extra = _HEADER.unpack(file.read(_HEADER.size))
    if mark != b"PK\x03\x04":
        raise zipfile.BadZipFile
    file.seek(name + extra, io.SEEK_CUR)
    return METHODS[member.compress_type](chunks_of(file, member.compress_size))


def _bzipped(chunks: Iterator[bytes]) -> Pieces:
    decoder = bz2.BZ2Decompressor()
    while not decoder.eof:
        data = next(chunks, None) if decoder.needs_input else b""
        if data is None:
            raise EOFError
        yield decoder.decompress(data, _PIECE)


METHODS: dict[int, Callable[[Iterator[bytes]], Iterable[bytes]]] = {
    zipfile.ZIP_STORED: iter,
    zipfile.ZIP_DEFLATED: partial(_inflated, wbits=-zlib.MAX_WBITS),
    zipfile.ZIP_BZIP2: _bzipped,
}
