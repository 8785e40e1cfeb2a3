"""Opens the bytes of an export: a file, a stream that is packed, a member of a zip or tar, standard input.

What a file is packed with is told by its content, never by its name. Whatever is packed is streamed: nothing of it is
written to disk, its check sums are verified, and what unpacks to far more than any export does is not read further.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from thuebao.base.errors import InputError, OutputError
from thuebao.base.scratch import nameless
from thuebao.sources.discover import STANDARD_INPUT_SHOWN
from thuebao.sources.errors_of_libraries import guarded
from thuebao.sources.kinds.endings import PACKED_ENDINGS, is_export_name
from thuebao.sources.packing import streams, unpacking
from thuebao.sources.packing.members import (
    OFFICE_FIRST,
    Member,
    hidden,
    is_office_document,
    is_part_of_zip,
    is_resource_fork,
    members_of,
)
from thuebao.sources.packing.tar import BLOCK, is_tar
from thuebao.sources.packing.unpacking import reading
from thuebao.sources.passed_over import EMPTY, ENDING, HIDDEN, NO_FILE, PassedOver

_HEAD, _SLICE, _SLICES = 1 << 20, 1 << 16, 16  # bytes of the first sample and of each other one, and how many others

_MOST_EXPORTS = 1000  # of an archive: each takes some hundredths of a second, however small it is


@dataclass(frozen=True)
class Stored:
    """An export as it lies on disk: a file, or a member of an archive.

    path: as shown to users; file: the real one; packing: None or one of streams.py; member: its name in the archive;
    around: the packing of the stream that a tar is in. A zip or tar without a member is the archive itself: `unpacked`
    returns what is in it.
    """

    path: str
    file: Path
    packing: str | None
    member: str | None = None
    around: str | None = None
    _member: Member | None = field(default=None, repr=False, compare=False)

    def open(self) -> BinaryIO:
        """Return the unpacked bytes, from the start; short reads come at the end alone.

        Where what is packed breaks off, reading raises InputError (`packed_cut`) after the last byte that could be
        unpacked; where it unpacks to more than an export can, `expands_too_far`.
        """
        if self._member:
            pieces = self._member.pieces()
        elif self.packing in streams.STREAMS:
            pieces = streams.STREAMS[str(self.packing)](self.file)
        else:
            with reading(self.path):
                return self.file.open("rb", buffering=0)
        return cast("BinaryIO", unpacking.Unpacked(self.path, str(self.packing), self.size, pieces))

    def chunks(self, size: int) -> Iterator[bytes]:
        """Yield the unpacked bytes, `size` at a time. Raises InputError where they break off."""
        with reading(self.path), self.open() as file:
            yield from unpacking.chunks_of(file, at_once=size)

    def lines(self, size: int, first: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Yield the same, `size` bytes at a time or somewhat more: whole lines, where that costs nothing.

        first, end: from which byte, and before which; of what is packed, all.
        """
        with reading(self.path), self.open() as file:
            if self.packing:
                yield from unpacking.chunks_of(file, at_once=size)
            else:
                yield from unpacking.lines_of(file, size, first, end)

    def by_real_path(self) -> Stored | None:
        """Return the same by a path that means it to other processes too; None if there is none, as behind a handle."""
        real = Path(os.path.realpath(self.file))
        try:
            same = os.path.samestat(real.stat(), self.file.stat())
        except OSError:
            return None
        return replace(self, file=real) if same else None

    def starts(self, size: int, first: int) -> Iterator[tuple[int, bytes]]:
        """Yield where `lines` goes on, and what begins there; of a file that is not packed."""
        with reading(self.path), self.open() as file:
            yield from unpacking.starts_of_lines(file, size, first, self.size)

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
        """Bytes on disk; of a member of an archive, its packed bytes."""
        return self._member.size if self._member else self.fingerprint()[0]

    @property
    def most_bytes(self) -> int:
        """The most bytes that it holds, unpacked."""
        return unpacking.most_unpacked(self.size) if self.packing else self.size

    def fingerprint(self) -> tuple[int, ...]:
        """Return what tells whether `file` changed while it was read.

        Bytes, time of change, and what nobody sets at will: its inode, which another file in its place does not have,
        and the time of change of that.
        """
        with reading(self.path):
            found = self.file.stat()
        return found.st_size, found.st_mtime_ns, found.st_ino, found.st_ctime_ns

    def check_unchanged(self, before: tuple[int, ...]) -> None:
        """Raise InputError if `file` is no longer what it was."""
        if self.fingerprint() != before:
            raise InputError("file_changed", path=self.path)


@dataclass
class Opened:
    """The exports that a path stands for, what was passed over, and what could not be read."""

    stored: list[Stored] = field(default_factory=list)
    passed_over: list[PassedOver] = field(default_factory=list)
    errors: list[InputError] = field(default_factory=list)


def stored_at(path: str) -> Opened:
    """Return the export at `path`, or those in the archive at `path`, by name.

    Raises InputError when there is none that can be read.
    """
    return unpacked(identified(path, Path(path)))


def named_at(path: str) -> tuple[str, list[Stored]]:
    """Return the file that a path lies in, and what it names there: an export, or an archive's, or one `zip/member`."""
    around = next((str(parent) for parent in Path(path).parents if parent.is_file()), path)
    members = stored_at(around).stored
    named = members if around == path else [member for member in members if Path(member.path) == Path(path)]
    if not named:
        raise InputError("file_missing", path=path)
    return around, named


def spool(stream: BinaryIO, folder: Path) -> Stored:
    """Copy standard input to a file in a private folder, with which it ends, and return that.

    It has no name, so that nothing of it stays after a crash. If it is an archive, go on with `unpacked`.
    Raises InputError as `stored_at` does, and OutputError when the disk is full.
    """
    try:
        handle, name = tempfile.mkstemp(prefix="input-", dir=folder)  # for its owner alone
        file = nameless(Path(name))
        with os.fdopen(handle, "wb") as copy:
            copy.writelines(_chunks_of(stream))
    except OSError as error:
        raise OutputError("temp_dir_unwritable", path=folder.parent, reason=error.strerror or error) from None
    return identified(STANDARD_INPUT_SHOWN, file)


def _chunks_of(stream: BinaryIO) -> Iterator[bytes]:
    with reading(STANDARD_INPUT_SHOWN):
        yield from unpacking.chunks_of(stream)


def unpacked(stored: Stored) -> Opened:
    """Return the exports in an archive, by name; what is none, or a member already, stands for itself.

    Raises InputError when there is none that can be read.
    """
    if stored.packing not in streams.ARCHIVES or stored.member is not None:
        return Opened([stored])
    opened, empty = Opened(), list[tuple[PassedOver, InputError]]()
    members: dict[str, list[Member]] = {}
    with guarded(stored.path):
        for found in members_of(stored.path, stored.file, str(stored.packing), stored.around):
            members.setdefault(found.name, []).append(found)
    files = {name: same for name, same in sorted(members.items()) if not same[0].is_folder}
    seen = {name: same for name, same in files.items() if not hidden(name)}
    if sum(map(is_export_name, seen)) > _MOST_EXPORTS:
        raise InputError("zip_too_many_exports", path=stored.path, limit=_MOST_EXPORTS)
    for name, (member, *others) in files.items():
        if name not in seen:
            # What macOS adds to every file of a zip is no file of its own.
            if not is_resource_fork(name):
                opened.passed_over.append(PassedOver(f"{stored.path}/{name}", HIDDEN, member.size))
            continue
        inside = replace(stored, path=f"{stored.path}/{name}", member=member.stored_name, _member=member)
        # What alone is in an archive is meant, whatever it is called.
        if not member.is_file or not (is_export_name(name) or len(seen) == 1):
            reason = ENDING if member.is_file else NO_FILE
            opened.passed_over.append(PassedOver(inside.path, reason, member.size))
            continue
        try:
            with guarded(inside.path):
                _check_member(inside, member, alone=not others)
            opened.stored.append(inside)
        except InputError as error:
            if error.key == "file_empty":
                empty.append((PassedOver(inside.path, EMPTY, member.size), error))
            else:
                opened.errors.append(error)
    if not opened.stored:
        errors = opened.errors + [error for _, error in empty]
        raise errors[0] if errors else InputError("zip_without_exports", path=stored.path)
    opened.passed_over += [passed for passed, _ in empty]
    return opened


def _check_member(inside: Stored, member: Member, *, alone: bool) -> None:
    if not alone:
        raise InputError("zip_name_twice", path=inside.path)
    if member.refusal:
        raise InputError(member.refusal, path=inside.path, method=member.method)
    if PurePosixPath(inside.path).suffix.lower() in PACKED_ENDINGS:
        raise InputError("packed_twice", path=inside.path)
    _check_content(inside)


def identified(path: str, file: Path) -> Stored:
    """Return the file at a path, which is shown as `path`, with how it is packed.

    Raises InputError when it cannot be opened, is empty or packed twice.
    """
    try:
        path.encode()
    except UnicodeEncodeError:
        raise InputError("name_not_text", path=path) from None
    with guarded(path), reading(path):
        if not stat.S_ISREG(file.stat().st_mode):
            raise InputError("is_a_folder" if file.is_dir() else "not_a_file", path=path)
        if is_part_of_zip(path, file):
            raise InputError("zip_part", path=path)
        stored = Stored(path, file, streams.packing_of(Stored(path, file, None).head(16)))
        if stored.packing != streams.ZIP:
            if is_tar(_check_content(stored)):
                return replace(stored, packing=streams.TAR, around=stored.packing)
        elif is_office_document(stored.path, stored.file):
            return replace(stored, packing=None)  # a workbook or the like, which its own reader unpacks
        return stored


def _check_content(stored: Stored) -> bytes:
    """Return the first bytes. Raises InputError where there are none, or they are packed once more."""
    head = stored.head(BLOCK)
    if not head:
        raise InputError("file_empty", path=stored.path)
    # A workbook is a zip too: its first member has one of a few names.
    again = streams.packing_of(head) or (stored.member and is_tar(head))
    if stored.packing and again and not head[30:].startswith(OFFICE_FIRST):
        raise InputError("packed_twice", path=stored.path)
    return head


def _whole_lines(part: bytes) -> bytes:
    """Return the whole lines between the first line feed and the last, or all if there is none."""
    if b"\n" not in part:
        return part
    return part[_line_end(part, part.find(b"\n")) : _line_end(part, part.rfind(b"\n"))]


def _line_end(part: bytes, place: int) -> int:
    """Return where the line ends whose line feed is at `place`: in UTF-16, low byte first, that is two bytes long."""
    wide = place % 2 == 0 and part[place + 1 : place + 2] == b"\0"
    return place + 1 + wide
