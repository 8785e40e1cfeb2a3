"""The container of .xls files (OLE compound file), and the weight of the workbook in it."""

from __future__ import annotations

import struct
from collections.abc import Iterator

BEGINNING = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NO_SECTOR = 0xFFFFFFFA  # this and what is above are marks, not places
_IN_HEADER = 109  # how many places of the table of sectors the header holds
_MINI_SIZE, _MINI_BITS, _ENTRY = 4096, 6, 128
# Records of a workbook: those of cells that hold something begin with row and column.
_BEGIN, _END, _SHEET, _FILE_PASS, _DIMENSIONS, _MANY_NUMBERS = 0x0809, 0x000A, 0x0085, 0x002F, 0x0200, 0x00BD
_FILLED = frozenset((0x0006, _MANY_NUMBERS, 0x00D6, 0x00FD, 0x0203, 0x0204, 0x0205, 0x027E))
_ROWS, _COLUMNS = 65_536, 256
_MOST_CELLS = 32_000_000  # of all sheets: the library holds them at once, with 56 bytes for each place
_PAIR = struct.Struct("<HH")


class DamagedError(ValueError):
    """The container contradicts itself, or is cut."""


class EncryptedError(Exception):
    """The workbook needs a password."""


class Compound:
    """A compound file in memory. Raises DamagedError where its parts do not fit together."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        if len(content) < 512 or content[:8] != BEGINNING or content[30] not in (9, 12) or content[31]:
            raise DamagedError("no compound file")
        self._bits = content[30]
        difat = list(struct.unpack_from(f"<{_IN_HEADER}I", content, 76))
        following, links = struct.unpack_from("<II", content, 68)
        for _ in range(links):
            *more, following = _numbers(self._sector(following))
            difat += more
        self._next = [n for place in difat if place < _NO_SECTOR for n in _numbers(self._sector(place))]
        directory = self._chain(struct.unpack_from("<I", content, 48)[0])
        entries = [directory[place : place + _ENTRY] for place in range(0, len(directory), _ENTRY)]
        if not entries:
            raise DamagedError("no directory")
        self._entries = {_name(entry): struct.unpack_from("<II", entry, 116) for entry in reversed(entries)}
        self._mini_next = _numbers(self._chain(struct.unpack_from("<I", content, 60)[0]))
        self._mini = self._chain(struct.unpack_from("<I", entries[0], 116)[0]) if self._mini_next else b""

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def stream(self, name: str) -> bytes:
        """Return the bytes of a stream."""
        if name not in self._entries:
            raise DamagedError("no workbook in it")
        start, size = self._entries[name]
        if size >= _MINI_SIZE:
            found = self._chain(start)
        else:
            places = _places(start if size else _NO_SECTOR, self._mini_next)
            found = b"".join(self._mini[place << _MINI_BITS : (place + 1) << _MINI_BITS] for place in places)
        if len(found) < size:
            raise DamagedError(f"{size - len(found)} bytes are missing")
        return found[:size]

    def _sector(self, place: int) -> bytes:
        found = self._content[(place + 1) << self._bits : (place + 2) << self._bits]
        if len(found) < 1 << self._bits:
            raise DamagedError("it breaks off")
        return found

    def _chain(self, start: int) -> bytes:
        return b"".join(map(self._sector, _places(start, self._next)))


def _places(place: int, following: list[int]) -> Iterator[int]:
    """Yield the places of a chain. Raises DamagedError when it runs in a circle or out of the table."""
    for _ in range(len(following) + 1):
        if place >= _NO_SECTOR:
            return
        if place >= len(following):
            break
        yield place
        place = following[place]
    raise DamagedError("its table of sectors is broken")


def _numbers(part: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(part) // 4}I", part))


def _name(entry: bytes) -> str:
    size = struct.unpack_from("<H", entry, 64)[0]
    return entry[: max(min(size, 64) - 2, 0)].decode("utf-16-le", "replace")


def weigh_xls(compound: Compound) -> None:
    """Hold a workbook against what there can be. Raises DamagedError, and EncryptedError."""
    if "EncryptedPackage" in compound:
        raise EncryptedError
    stream = compound.stream("Workbook" if "Workbook" in compound else "Book")
    sheets: list[int] = []
    for kind, place, _ in _records(stream, 0):
        if kind == _FILE_PASS:
            raise EncryptedError
        if kind == _SHEET:
            sheets += struct.unpack_from("<I", stream, place)
    places = passed = 0
    for sheet in sheets:
        if sheet >= len(stream):
            raise DamagedError("a sheet's place")
        rows = columns = 0
        for kind, place, size in _records(stream, sheet):
            passed += size + _PAIR.size
            # Each sheet has records of its own: together they cannot be longer than all there is.
            if passed > len(stream) + size:
                raise DamagedError("sheets that share their cells")
            if kind in _FILLED:
                row, column = _cell(stream, kind, place, size)
                rows, columns = max(rows, row + 1), max(columns, column + 1)
            elif kind == _DIMENSIONS:
                _check_dimensions(stream[place : place + size])
        places += rows * columns
        if places > _MOST_CELLS:
            raise DamagedError("too many cells")


def _cell(stream: bytes, kind: int, place: int, size: int) -> tuple[int, int]:
    """Return row and column of a cell, or the last of several."""
    row, column = _PAIR.unpack_from(stream, place)
    if kind == _MANY_NUMBERS:
        column += max(size // 6 - 2, 0)
    if column >= _COLUMNS:
        raise DamagedError(f"row {row + 1}, column {column + 1}")
    return row, column


def _records(stream: bytes, place: int) -> Iterator[tuple[int, int, int]]:
    """Yield kind, place and size of each record from `place` on, to the end of the sheet that begins there."""
    depth = 0
    while place + _PAIR.size <= len(stream):
        kind, size = _PAIR.unpack_from(stream, place)
        place += _PAIR.size
        yield kind, place, size
        place += size
        depth += (kind == _BEGIN) - (kind == _END)
        if kind == _END and depth <= 0:
            return


def _check_dimensions(record: bytes) -> None:
    """Hold what a sheet says of its own extent against what there can be: the library takes that much memory."""
    first_row, end_row, _, end_column = struct.unpack_from("<IIHH" if len(record) >= 14 else "<HHHH", record)
    if not first_row <= end_row <= _ROWS or end_column > _COLUMNS:
        raise DamagedError("a sheet's extent")
