"""A workbook's zip archive, unpacked piece by piece within a limit."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from thuebao.base.errors import InputError
from thuebao.sources.packing.unpacking import METHODS

# A workbook may unpack to 256 MiB in any case, else to 200 times its packed bytes (records pack to a tenth or so), and
# never to more than 4 GiB.
_ALWAYS_UNPACKED, _MOST_TIMES, _MOST_UNPACKED = 256 << 20, 200, 4 << 30
_CHUNK = 1 << 17  # bytes read at once
_PAIR = struct.Struct("<HH")
_LENGTHS_AT = 26  # the place in a member's header of the lengths of its name and its extra field


@dataclass
class Archive:
    """A workbook that is a zip, and how many bytes of it have been unpacked."""

    path: str
    file: BinaryIO
    members: list[zipfile.ZipInfo]
    limit: int
    unpacked: int = 0

    @classmethod
    def of(cls, path: str, file: BinaryIO) -> Archive:
        """Return the archive in a file; `path` is the name shown to users."""
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
        return cls(path, file, members, min(_MOST_UNPACKED, max(_ALWAYS_UNPACKED, _MOST_TIMES * file.seek(0, 2))))

    def first(self, member: zipfile.ZipInfo) -> Iterator[bytes]:
        """Yield what a member unpacks to and count it. Raises InputError beyond the limit of the whole archive."""
        for chunk in self.again(member):
            self.unpacked += len(chunk)
            if self.unpacked > self.limit:
                raise InputError("expands_too_far", path=self.path, limit=f"{self.limit >> 20} MiB")
            yield chunk

    def again(self, member: zipfile.ZipInfo) -> Iterator[bytes]:
        """Yield what a member really unpacks to, in pieces: the sizes in the directory may lie."""
        if member.compress_type not in METHODS:
            raise NotImplementedError(f"compression {member.compress_type}")
        self.file.seek(member.header_offset + _LENGTHS_AT)
        self.file.seek(sum(_PAIR.unpack(self.file.read(_PAIR.size))), io.SEEK_CUR)
        return iter(METHODS[member.compress_type](self._packed(member.compress_size)))

    def _packed(self, left: int) -> Iterator[bytes]:
        while left > 0 and (chunk := self.file.read(min(left, _CHUNK))):
            left -= len(chunk)
            yield chunk


def plain_name(name: str) -> str:
    """Return a member's name as calamine compares it."""
    return name.lower().replace("\\", "/")


def contains(chunks: Iterable[bytes], sign: bytes) -> bool:
    """Return whether a sign is in a member. All of it is read: what it unpacks to counts in any case."""
    found, before = False, b""
    for chunk in chunks:
        found = found or sign in before + chunk
        before = (before + chunk)[-len(sign) :]
    return found


def column_letters(column: int) -> str:
    """Return what spreadsheets call a column, from 1: 28 is "AB"."""
    letters = ""
    while column > 0:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters
