"""Opens the bytes of an export: a file, a gzip or zstd stream, a member of a zip, standard input.

What a file is packed with is told by its content, never by its name. Whatever is packed is streamed: nothing of it is
written to disk, its check sums are verified, and what unpacks to far more than any export does is not read further.
"""

from __future__ import annotations

import os
import stat
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from thuebao.base.errors import InputError, OutputError
from thuebao.sources.discover import EXPORT_ENDINGS, PACKED_ENDINGS, STANDARD_INPUT_SHOWN
from thuebao.sources.packing import unpacking
from thuebao.sources.packing.unpacking import reading

_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OFFICE = ("[Content_Types].xml", "mimetype")
_OFFICE_FIRST = (*(name.encode() for name in _OFFICE), b"_rels/", b"docProps/", b"xl/")
_METHOD_NAMES = {9: "Deflate64", 14: "LZMA", 93: "Zstandard", 95: "xz", 98: "PPMd"}
_HEAD, _SLICE, _SLICES = 1 << 20, 1 << 16, 16  # bytes of the first sample and of each other one, and how many others


@dataclass(frozen=True)
class Stored:
    """An export as it lies on disk: a file, or a member of a zip.

    path: as shown to users; file: the real one; packing: None, "gzip", "zstd" or "zip"; member: its name in the zip.
    One of packing "zip" without a member is the zip itself: `unpacked` returns what is in it.
    """

    path: str
    file: Path
    packing: str | None
    member: str | None = None
    _info: zipfile.ZipInfo | None = field(default=None, repr=False, compare=False)

    def open(self) -> BinaryIO:
        """Return the unpacked bytes, from the start; short reads come at the end alone.

        Where what is packed breaks off, reading raises InputError (`packed_cut`) after the last byte that could be
        unpacked; where it unpacks to more than an export can, `expands_too_far`.
        """
        if self._info:
            pieces = unpacking.member_pieces(self.file, self._info)
        elif self.packing == "gzip":
            pieces = unpacking.gzip_pieces(self.file)
        elif self.packing == "zstd":
            pieces = unpacking.zstd_pieces(self.file)
        else:
            with reading(self.path):
                return self.file.open("rb", buffering=0)
        return cast("BinaryIO", unpacking.Unpacked(self.path, str(self.packing), self.size, pieces))

    def chunks(self, size: int) -> Iterator[bytes]:
        """Yield the unpacked bytes, `size` at a time. Raises InputError where they break off."""
        with reading(self.path), self.open() as file:
            yield from unpacking.chunks_of(file, at_once=size)

    def head(self, size: int) -> bytes:
        """Return the first `size` unpacked bytes, fewer where it ends or breaks off before.

        Raises InputError when there is none before it breaks off.
        """
        [head] = self._parts([0], size)
        return head

    def samples(self) -> list[bytes]:
        """Return the first 1 MiB and, of what is not packed, up to 16 slices of 64 KiB spread evenly over the rest.

        The last slice is from the end. A slice holds whole lines (one that has none is left out), or no line feed.
        """
        head = self.head(_HEAD)
        rest = 0 if self.packing else self.size - len(head)
        if rest <= 0:
            return [head]
        size, count = min(_SLICE, rest), min(_SLICES, -(-rest // _SLICE))
        offsets = [len(head) + (rest - size) * n // max(count - 1, 1) for n in range(count)]
        # In UTF-16 a character begins at an even place.
        slices = self._parts([offset + offset % 2 for offset in offsets], size)
        return [head, *filter(None, map(_whole_lines, slices))]

    def _parts(self, offsets: list[int], size: int) -> Iterator[bytes]:
        with reading(self.path), self.open() as file:
            for offset in offsets:
                if offset:
                    file.seek(offset)
                yield file.read(size)

    @property
    def size(self) -> int:
        """Bytes on disk; of a member of a zip, its packed bytes."""
        return self._info.compress_size if self._info else self.fingerprint()[0]

    def fingerprint(self) -> tuple[int, int]:
        """Return bytes and time of change (in nanoseconds) of `file`, to see whether it changed while it was read."""
        with reading(self.path):
            found = self.file.stat()
        return found.st_size, found.st_mtime_ns


@dataclass
class Opened:
    """The exports that a path stands for, what was passed over, and what could not be read."""

    stored: list[Stored] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)
    errors: list[InputError] = field(default_factory=list)


def stored_at(path: str) -> Opened:
    """Return the export at `path`, or those in the zip at `path`, by name.

    Raises InputError when there is none that can be read.
    """
    return unpacked(_identified(path, Path(path)))


def spool(stream: BinaryIO, folder: Path) -> Stored:
    """Copy standard input to a file in a private folder, and return that. If it is a zip, go on with `unpacked`.

    Raises InputError as `stored_at` does, and OutputError when the disk is full.
    """
    try:
        handle, name = tempfile.mkstemp(prefix="input-", dir=folder)  # for its owner alone
        with os.fdopen(handle, "wb") as copy:
            copy.writelines(_chunks_of(stream))
    except OSError as error:
        raise OutputError("temp_dir_unwritable", path=folder.parent, reason=error.strerror or error) from None
    return _identified(STANDARD_INPUT_SHOWN, Path(name))


def _chunks_of(stream: BinaryIO) -> Iterator[bytes]:
    with reading(STANDARD_INPUT_SHOWN):
        yield from unpacking.chunks_of(stream)


def unpacked(stored: Stored) -> Opened:
    """Return the exports in a zip, by name; what is no zip, or a member already, stands for itself.

    Raises InputError when there is none that can be read.
    """
    if stored.packing != "zip" or stored.member is not None:
        return Opened([stored])
    opened = Opened()
    members: dict[str, list[zipfile.ZipInfo]] = {}
    for info in unpacking.directory(stored.path, stored.file):
        members.setdefault(_name(info), []).append(info)
    for name, (info, *others) in sorted(members.items()):
        if _hidden(name) or name.endswith("/"):
            continue
        member = replace(stored, path=f"{stored.path}/{name}", member=info.filename, _info=info)
        if PurePosixPath(name).suffix.lower() not in EXPORT_ENDINGS:
            opened.passed_over.append(member.path)
            continue
        try:
            _check_member(member, info, alone=not others)
            opened.stored.append(member)
        except InputError as error:
            opened.errors.append(error)
    if not opened.stored:
        raise opened.errors[0] if opened.errors else InputError("zip_without_exports", path=stored.path)
    return opened


def _check_member(member: Stored, info: zipfile.ZipInfo, *, alone: bool) -> None:
    if not alone:
        raise InputError("zip_name_twice", path=member.path)
    if info.flag_bits & 1:
        raise InputError("zip_encrypted", path=member.path)
    if info.compress_type not in unpacking.METHODS:
        method = _METHOD_NAMES.get(info.compress_type, info.compress_type)
        raise InputError("packed_method", path=member.path, method=method)
    if PurePosixPath(member.path).suffix.lower() in PACKED_ENDINGS:
        raise InputError("packed_twice", path=member.path)
    _check_content(member)


def _identified(path: str, file: Path) -> Stored:
    """Detect how a file is packed. Raises InputError when it cannot be opened, is empty or packed twice."""
    try:
        path.encode()
    except UnicodeEncodeError:
        raise InputError("name_not_text", path=path) from None
    with reading(path):
        if not stat.S_ISREG(file.stat().st_mode):
            raise InputError("not_a_file", path=path)
    stored = Stored(path, file, _packing(Stored(path, file, None).head(4)))
    if stored.packing != "zip":
        _check_content(stored)
    elif any(info.filename in _OFFICE for info in unpacking.directory(stored.path, stored.file)):
        return replace(stored, packing=None)  # a workbook or the like, which its own reader unpacks
    return stored


def _check_content(stored: Stored) -> None:
    head = stored.head(256)
    if not head:
        raise InputError("file_empty", path=stored.path)
    # A workbook is a zip too: its first member has one of a few names.
    if stored.packing and _packing(head) and not head[30:].startswith(_OFFICE_FIRST):
        raise InputError("packed_twice", path=stored.path)


def _packing(head: bytes) -> str | None:
    """Return what begins like this. A zstd stream may begin with a frame that is to be skipped."""
    if head[:2] == b"\x1f\x8b":
        return "gzip"
    if head[:4] == b"\x28\xb5\x2f\xfd" or (head[1:4] == b"\x2a\x4d\x18" and 0x50 <= head[0] <= 0x5F):
        return "zstd"
    return "zip" if head[:4] in _ZIP else None


def _name(info: zipfile.ZipInfo) -> str:
    """Return a member's name. Many writers put UTF-8 without saying so, which zipfile reads as code page 437."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename


def _hidden(name: str) -> bool:
    """Return whether a file manager hides it: what macOS adds to every zip, and names with a dot before them."""
    parts = PurePosixPath(name).parts
    return any(part == "__MACOSX" or (part.startswith(".") and part != "..") for part in parts)


def _whole_lines(part: bytes) -> bytes:
    """Return the whole lines between the first line feed and the last, or all if there is none."""
    if b"\n" not in part:
        return part
    return part[_line_end(part, part.find(b"\n")) : _line_end(part, part.rfind(b"\n"))]


def _line_end(part: bytes, place: int) -> int:
    """Return where the line ends whose line feed is at `place`: in UTF-16, low byte first, that is two bytes long."""
    wide = place % 2 == 0 and part[place + 1 : place + 2] == b"\0"
    return place + 1 + wide
