"""A workbook's zip archive, unpacked piece by piece within a limit."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from thuebao.base.errors import InputError
from thuebao.sources.packing.unpacking import most_unpacked, unverified_pieces

_MOST_UNPACKED = 4 << 30  # bytes


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
        return cls(path, file, members, min(_MOST_UNPACKED, most_unpacked(file.seek(0, 2))))

    def first(self, member: zipfile.ZipInfo) -> Iterator[bytes]:
        """Yield what a member unpacks to and count it. Raises InputError beyond the limit of the whole archive."""
        for chunk in self.again(member):
            self.unpacked += len(chunk)
            if self.unpacked > self.limit:
                raise InputError("expands_too_far", path=self.path, limit=f"{self.limit >> 20} MiB")
            yield chunk

    def again(self, member: zipfile.ZipInfo) -> Iterator[bytes]:
        """Return what a member really unpacks to, in pieces."""
        return iter(unverified_pieces(self.file, member))


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
