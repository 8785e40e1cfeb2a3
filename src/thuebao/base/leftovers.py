"""What runs that were killed have left: temporary folders and files half written, removed by the next run.

Their names begin with a dot and end as no export does. Only what bears the name of an owner that is certainly gone is
removed, and only what belongs to the same user.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from thuebao.base.owner import Owner, ours

FOLDER, PART = ".thuebao-", ".part"
LOCK = "lock"
"""The file of a temporary folder that names its owner."""
_UNKNOWN = "0"  # an owner of which the system tells nothing: what it leaves stays
_removed: list[Path] = []


def part_name() -> tuple[str, str]:
    """Return how the name of a file half written begins and ends."""
    return f"{FOLDER}{ours() or _UNKNOWN}-", PART


def lock(folder: Path) -> None:
    """Name this process as the owner of a folder."""
    (folder / LOCK).write_text(str(ours() or _UNKNOWN))


def remove_leftovers(parent: Path) -> None:
    """Remove what runs that were killed have left in a folder, where the system tells which runs have ended."""
    if ours() is None:
        return
    with suppress(OSError):
        for entry in list(_dead(parent)):
            if entry.is_dir():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.unlink(missing_ok=True)
            if not entry.exists():
                _removed.append(entry)


def take_removed() -> list[Path]:
    """Return what was removed since this was last asked."""
    taken = _removed.copy()
    _removed.clear()
    return taken


def _dead(parent: Path) -> Iterator[Path]:
    with os.scandir(parent) as entries:
        for entry in entries:
            if entry.name.startswith(FOLDER):
                found = entry.stat(follow_symlinks=False)
                owner = _owner_of(Path(entry.path), found.st_mode)
                if owner and owner.is_gone and found.st_uid == os.geteuid():
                    yield Path(entry.path)


def _owner_of(path: Path, mode: int) -> Owner | None:
    """Return the owner that a folder's lock or a file's name says, None for what is none of ours."""
    if stat.S_ISREG(mode) and path.name.endswith(PART):
        return Owner.read(path.name.removeprefix(FOLDER).partition("-")[0])
    if not stat.S_ISDIR(mode):
        return None
    named = path / LOCK
    try:
        if stat.S_ISREG(named.lstat().st_mode):
            return Owner.read(named.read_text(errors="replace"))
    except OSError:
        pass
    # It was killed before it could write its lock, or while it removed its own files: its name says whose it is too.
    return Owner.read(path.name.removeprefix(FOLDER).partition("-")[0])
