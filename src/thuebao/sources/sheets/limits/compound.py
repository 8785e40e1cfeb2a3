"""Reads streams from the container of .xls files (OLE compound file), as calamine finds them.

The package olefile cannot stand in for it here, because what is checked must be what calamine then reads: olefile
finds streams through the tree of names where calamine takes the first entry of a name in the directory's order, it
follows a list of sectors that leads back to itself for as long as the header says (memory for terabytes), and it lets
sizes pass beyond the file's own.
"""

from __future__ import annotations

import codecs
import struct
from collections.abc import Iterator

from thuebao.sources.sheets.limits import DamagedError

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# [MS-CFB]: from this number on it is a mark, no sector; streams below 4096 bytes lie in mini sectors of 2^6 bytes; a
# directory entry has 128 bytes; a header lists the first 109 sectors of the table of sectors.
_NO_SECTOR = 0xFFFFFFFA
_MINI_SIZE, _MINI_BITS, _ENTRY, _IN_HEADER = 4096, 6, 128, 109
_SECTOR_BITS = (9, 12)
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class CompoundFile:
    """A compound file in memory. Raises DamagedError where its parts do not fit together."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        if len(content) < 512 or content[:8] != SIGNATURE or content[30] not in _SECTOR_BITS or content[31]:
            raise DamagedError("no compound file")
        self._bits = content[30]
        self._sectors = (len(content) - 1) >> self._bits  # the last may be short; the header is none
        tables, mini_tables = struct.unpack_from("<I16xI", content, 44)  # calamine takes memory for so many
        if max(tables, mini_tables) > self._sectors:
            raise DamagedError("more sectors than there are")
        self._next = [n for place in self._table_places() for n in _numbers(self._sector(place))]
        directory = self._chain(struct.unpack_from("<I", content, 48)[0])
        entries = [directory[place : place + _ENTRY] for place in range(0, len(directory), _ENTRY)]
        if not entries or len(entries[-1]) < _ENTRY:
            raise DamagedError("no directory")
        self._entries = {_name(entry): self._start_and_size(entry) for entry in reversed(entries)}
        mini_table = self._chain(struct.unpack_from("<I", content, 60)[0]) if mini_tables else b""
        self._mini_next = _numbers(mini_table)
        self._mini = self._chain(self._start_and_size(entries[0])[0]) if self._mini_next else b""

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    @property
    def names(self) -> list[str]:
        """The names of its entries."""
        return list(self._entries)

    def stream(self, name: str) -> bytes:
        """Return the bytes of a stream."""
        start, size = self._entries[name]
        if size >= _MINI_SIZE:
            found = self._chain(start)
        else:
            places = _places(start if size else _NO_SECTOR, self._mini_next)
            found = b"".join(self._mini[place << _MINI_BITS : (place + 1) << _MINI_BITS] for place in places)
        if len(found) < size:
            raise DamagedError(f"{size - len(found)} bytes are missing")
        return found[:size]

    def _table_places(self) -> list[int]:
        """Return where the parts of the table of sectors lie: listed in the header, then in sectors that are linked."""
        listed = list(struct.unpack_from(f"<{_IN_HEADER}I", self._content, 76))
        following, links = struct.unpack_from("<I", self._content, 68)[0], 0
        while following < _NO_SECTOR:
            *more, following = _numbers(self._sector(following)) or [_NO_SECTOR]
            listed += more
            links += 1
            if links > self._sectors:
                raise DamagedError("its table of sectors is broken")
        places = [place for place in listed if place < _NO_SECTOR]
        if len(places) > self._sectors:
            raise DamagedError("its table of sectors is broken")
        return places

    def _start_and_size(self, entry: bytes) -> tuple[int, int]:
        start, low, high = struct.unpack_from("<III", entry, 116)
        return start, low | (high << 32 if self._bits != _SECTOR_BITS[0] else 0)

    def _sector(self, place: int) -> bytes:
        """Return a sector; the file may end within its last one."""
        if place >= self._sectors:
            raise DamagedError("it breaks off")
        return self._content[(place + 1) << self._bits : (place + 2) << self._bits]

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
    """Return an entry's name: up to the first NUL, whatever length it gives, as calamine takes it."""
    if entry.startswith(_MARKS):  # calamine would read on in the encoding that the mark says
        raise DamagedError("a name with a byte order mark")
    return entry[:64].decode("utf-16-le", "replace").partition("\0")[0]
