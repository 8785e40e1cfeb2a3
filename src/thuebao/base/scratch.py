"""What is written for a while: one private folder, gone on every way out."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from thuebao.base.atomic_file import too_many_open
from thuebao.base.errors import OutputError, UsageError
from thuebao.base.leftovers import lock, part_name, remove_leftovers
from thuebao.base.signals import shielded


@contextmanager
def private_folder(parent: Path | None) -> Iterator[Path]:
    """Make a folder that only its owner can enter, and remove it in the end; first, what killed runs left beside it.

    Raises UsageError when `parent` is no folder, OutputError when nothing can be written there.
    """
    if parent and not parent.is_dir():
        raise UsageError("temp_dir_missing", path=parent)
    folder = None
    remove_leftovers(parent or Path(tempfile.gettempdir()))
    try:
        with shielded():
            try:
                folder = Path(tempfile.mkdtemp(prefix=part_name()[0], dir=parent))
                lock(folder)
            except OSError as error:
                where = parent or tempfile.gettempdir()
                if too_many_open(error):
                    raise OutputError("too_many_open_files") from None
                raise OutputError("temp_dir_unwritable", path=where, reason=error.strerror) from None
        yield folder
    finally:
        with shielded():
            if folder:
                for handle in _nameless.pop(folder, ()):
                    os.close(handle)
                shutil.rmtree(folder, ignore_errors=True)


_nameless: dict[Path, list[int]] = {}
"""Handles of files without a name, by the private folder that they were in."""
_HANDLES = Path("/proc/self/fd")
_PART_OF_HANDLES = 3  # of all that the process may have open


def nameless(path: Path) -> Path:
    """Make an empty file in a private folder and take its name off; return where it can be written and read.

    The system frees it as soon as this process ends, however it ends: nothing of it stays on disk after a crash. Where
    the system has no such place, or too many are open, the file is at `path` and not made yet.
    """
    return _without_name(path, path.parent, os.O_RDWR | os.O_CREAT)


def take_over(path: Path, folder: Path) -> Path:
    """Take its name off a file that another process wrote somewhere in a private folder; return where it can be read.

    As with `nameless`, it stays at `path` where the system has no such place.
    """
    return _without_name(path, folder, os.O_RDWR)


def _without_name(path: Path, folder: Path, flags: int) -> Path:
    if not _HANDLES.is_dir() or sum(map(len, _nameless.values())) >= _most_handles():
        return path
    handle = os.open(path, flags, 0o600)
    _nameless.setdefault(folder, []).append(handle)
    path.unlink()
    return _HANDLES / str(handle)


def forget(path: Path) -> None:
    """Remove a file of a private folder, whether it has a name or not."""
    if path.parent != _HANDLES:
        path.unlink(missing_ok=True)
        return
    for handles in _nameless.values():
        if int(path.name) in handles:
            handles.remove(int(path.name))
            os.close(int(path.name))


@cache
def _most_handles() -> int:
    import resource  # not on Windows, which has no such place either

    return resource.getrlimit(resource.RLIMIT_NOFILE)[0] // _PART_OF_HANDLES


_PARQUET = b"PAR1"
_PER_TEXT_BYTE = 0.4
_PER_RECORD = 120
"""What is staged for each byte of a text, and for each record of a Parquet file, which packs more into a byte; with
what is written beside it while groups of one key are looked for."""
_MOST_PER_BYTE = 10
"""What is staged at most for each byte of a Parquet file: of six columns that hardly repeat, half of that."""
_OF_FINDINGS = 0.5
"""Findings of rules about records, as a share of that: many of them, to be on the safe side."""


def check_room(folder: Path, files: Sequence[str], *, across: bool, findings: bool) -> None:
    """Raise OutputError unless the disk of `folder` has room for what reading `files` stages.

    across: for rules across records; findings: for a findings file.
    """
    needed = sum(map(_staged_bytes, files)) * (across + findings * _OF_FINDINGS)
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise OutputError("temp_dir_full", path=folder.parent, needed=_gigabytes(needed), free=_gigabytes(free))


def _staged_bytes(path: str) -> float:
    if not Path(path).is_file():
        return 0  # its reader will say so
    size = Path(path).stat().st_size
    try:
        with Path(path).open("rb") as file:
            if file.read(len(_PARQUET)) != _PARQUET:
                return size * _PER_TEXT_BYTE
            import pyarrow.parquet as pq  # long to load, and most exports are text

            rows = int(pq.read_metadata(file).num_rows)
    except Exception:  # it is no Parquet, or damaged, which makes the library raise anything: its reader will say so
        return size * _PER_TEXT_BYTE
    # What a footer claims is held against the file: a damaged one is no reason to stop.
    return min(max(rows, 0) * _PER_RECORD, size * _MOST_PER_BYTE)


def _gigabytes(size: float) -> str:
    return f"{size / 1e9:.1f} GB"
