"""The container of .xls files (OLE compound file), as far as it takes to weigh what is in it."""

from __future__ import annotations

import struct
from collections.abc import Iterator

BEGINNING = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NO_SECTOR = 0xFFFFFFFA  # this and what is above are marks, not places
_IN_HEADER = 109  # how many places of the table of sectors the header holds
_MINI_SIZE, _MINI_BITS, _ENTRY = 4096, 6, 128


class DamagedError(ValueError):
    """The container contradicts itself, or is cut."""


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
