"""Lists what is in an archive, a zip or a tar, and tells a zip from a document that is stored as one."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from thuebao.sources.packing import unpacking
from thuebao.sources.packing.streams import ZIP
from thuebao.sources.packing.tar import TarArchive
from thuebao.sources.packing.unpacking import Pieces

_OFFICE = ("[Content_Types].xml", "mimetype")
OFFICE_FIRST = (*(name.encode() for name in _OFFICE), b"_rels/", b"docProps/", b"xl/")
"""How the first member of a zip that is an office document is called."""
_METHOD_NAMES = {9: "Deflate64", 14: "LZMA", 93: "Zstandard", 95: "xz", 98: "PPMd"}
_END = b"PK\x05\x06"
_LONGEST_END = 22 + (1 << 16)  # bytes of what ends a zip, its comment included
_PART = re.compile(r"\.(z[0-9]{2}|zip\.[0-9]{3})$", re.IGNORECASE)


@dataclass(frozen=True)
class Member:
    """A member of an archive.

    stored_name: its name as the archive has it; size: its bytes there. refusal: the error for one that cannot be read,
    by key, and with it the method that it is packed by.
    """

    name: str
    stored_name: str
    size: int
    pieces: Callable[[], Pieces]
    is_file: bool = True
    is_folder: bool = False
    refusal: str | None = None
    method: object = None


def members_of(path: str, file: Path, packing: str, around: str | None) -> Iterator[Member]:
    """Yield the members of an archive. Raises InputError where it is damaged or has too many."""
    if packing == ZIP:
        for info in unpacking.directory(path, file):
            yield _of_zip(file, info)
        return
    archive = TarArchive(path, file, around)
    for found in archive.members():
        yield Member(
            found.name,
            found.name,
            found.size,
            partial(archive.pieces, found),
            is_file=found.kind in ("file", "sparse"),
            is_folder=found.kind == "folder",
            refusal="packed_method" if found.kind == "sparse" else None,
            method="tar --sparse",
        )


def _of_zip(file: Path, info: zipfile.ZipInfo) -> Member:
    refusal, method = None, None
    if info.flag_bits & 1:
        refusal = "zip_encrypted"
    elif info.compress_type not in unpacking.METHODS:
        refusal, method = "packed_method", _METHOD_NAMES.get(info.compress_type, info.compress_type)
    name = _name(info)
    return Member(
        name,
        info.filename,
        info.compress_size,
        partial(unpacking.member_pieces, file, info),
        is_folder=name.endswith("/"),
        refusal=refusal,
        method=method,
    )


def is_office_document(path: str, file: Path) -> bool:
    """Return whether a zip is an office document. Raises InputError where it is damaged."""
    return any(info.filename in _OFFICE for info in unpacking.directory(path, file))


def is_part_of_zip(path: str, file: Path) -> bool:
    """Return whether a file is one of several that a zip was split into: by its name, its beginning or its end."""
    with file.open("rb") as opened:
        if opened.read(4) == b"PK\x07\x08":
            return True
        if _PART.search(path):
            return True
        if not path.lower().endswith(".zip"):
            return False
        size = opened.seek(0, 2)
        opened.seek(max(0, size - _LONGEST_END))
        tail = opened.read()
    end = tail[max(tail.rfind(_END), 0) :]
    number = int.from_bytes(end[4:6], "little")  # of this part; of all places of a zip beyond 4 GiB, FFFF
    return end.startswith(_END) and 0 < number < (1 << 16) - 1


def _name(info: zipfile.ZipInfo) -> str:
    """Return a member's name. Many writers put UTF-8 without saying so, which zipfile reads as code page 437."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename


def hidden(name: str) -> bool:
    """Return whether a file manager hides it: what macOS adds to every zip, and names with a dot before them."""
    parts = PurePosixPath(name).parts
    return any(part == "__MACOSX" or (part.startswith(".") and part != "..") for part in parts)


def is_resource_fork(name: str) -> bool:
    """Return whether a member is what macOS keeps of another one beside it."""
    path = PurePosixPath(name)
    return path.parts[0] == "__MACOSX" and path.name.startswith("._")
