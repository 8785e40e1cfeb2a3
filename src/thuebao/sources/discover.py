"""Finds the files to read, in a fixed order, from paths as a user gives them: files, folders, patterns."""

from __future__ import annotations

import glob
import os
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from thuebao.base.errors import InputError, ThuebaoError
from thuebao.sources.kinds.endings import LOCKS, is_export_name
from thuebao.sources.packing.streams import holds_nothing
from thuebao.sources.passed_over import EMPTY, ENDING, HIDDEN, MARK, OWN, UNFINISHED, PassedOver

IsOwn = Callable[[str], bool]
STANDARD_INPUT, STANDARD_INPUT_SHOWN = "-", "stdin"
"""What the user calls standard input, and what it is called in results: no spreadsheet takes that for a formula."""

MARKS = (*LOCKS, "_SUCCESS", "_committed_", "_started_", "_metadata", "_common_metadata")
"""How the names of files begin that office programs and data engines leave beside exports."""
_OF_ENGINES = ("_temporary", "_delta_log", "_spark_metadata", "_change_data", "_symlink_format_manifest")
"""Folders in which data engines keep unfinished parts, and what they know of a table."""


@dataclass
class Found:
    """The files to read, what was passed over, and what could not be found."""

    files: list[str] = field(default_factory=list)
    passed_over: list[PassedOver] = field(default_factory=list)
    given_twice: list[str] = field(default_factory=list)
    errors: list[ThuebaoError] = field(default_factory=list)

    def pass_over(self, file: str, reason: str) -> None:
        """Note a file that is not read."""
        self.passed_over.append(PassedOver(file, reason, _size(file)))


def is_part(path: str) -> bool:
    """Return whether a file is one of the parts in which data engines write a table; some may have no records."""
    return Path(path).name.startswith("part-") or "=" in Path(path).parent.name


def find_exports(paths: Sequence[str | os.PathLike[str]], is_own: IsOwn | None = None) -> Found:
    """Return the files that `paths` name: files in the order given, those of a folder or pattern by name.

    is_own: tells of a file that it is what an earlier audit wrote: those of a folder or pattern are passed over.
    """
    found = Found()
    seen: set[object] = set()
    for path in (os.fspath(path) for path in paths):
        try:
            files = _files_of(path, found, is_own or _is_never_own)
        except OSError as error:
            found.errors.append(InputError("file_unreadable", path=path, reason=error.strerror or error))
            continue
        for file in files:
            key = _identity(file)
            (found.given_twice if key in seen else found.files).append(file)
            seen.add(key)
    return found


def nothing_read(found: Found) -> InputError:
    """Return what is to be said where all that was found is passed over."""
    given = [*found.files, *(passed.path for passed in found.passed_over)]
    return InputError("nothing_read", path=", ".join(given))


def _identity(file: str) -> object:
    """Return device and inode of a file, which all links to it share; its name where it has none."""
    try:
        status = Path(file).stat() if file != STANDARD_INPUT else None
    except OSError:  # its reader will say so
        status = None
    return (status.st_dev, status.st_ino) if status and status.st_ino else file


def _size(file: str) -> int | None:
    try:
        status = Path(file).stat()
    except OSError:
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None


def _is_never_own(file: str) -> bool:
    del file
    return False


def _files_of(path: str, found: Found, is_own: IsOwn) -> list[str]:
    if Path(path).is_dir():
        files = []
        for file in _walk(path, found):
            reason = _aside(file, path, is_own)
            if reason:
                found.pass_over(file, reason)
            else:
                files.append(file)
        if not files and not found.errors:
            found.errors.append(InputError("folder_without_exports", path=path))
        return files
    if Path(path).name.startswith(LOCKS) and Path(path).exists():
        found.pass_over(path, MARK)  # the shell has named it, where a pattern was typed
        return []
    if path == STANDARD_INPUT or (path and Path(path).exists()):
        return [path]
    pattern = glob.has_magic(path)
    matches = sorted(glob.glob(path, recursive=True)) if pattern else []  # noqa: PTH207  (patterns may be absolute)
    if not matches:
        key = "pattern_without_files" if pattern else "file_missing"
        found.errors.append(InputError(key, path=path))
    files = []
    for match in matches:
        if Path(match).is_dir():
            files += [] if "**" in path else _files_of(match, found, is_own)
        elif reason := _not_read(match, is_own):
            found.pass_over(match, reason)
        else:
            files.append(match)
    return files


def _not_read(file: str, is_own: IsOwn) -> str | None:
    """Return why a file is not read though it may be called as exports are: an output, a mark, nothing in it."""
    if is_own(file):
        return OWN
    if Path(file).name.startswith(MARKS):
        return MARK
    return EMPTY if holds_nothing(Path(file)) else None


def _aside(file: str, folder: str, is_own: IsOwn) -> str | None:
    """Return why a file below a folder is not read, None if it is."""
    if not set(_OF_ENGINES).isdisjoint(Path(file).relative_to(folder).parts[:-1]):
        return UNFINISHED
    reason = _not_read(file, is_own)
    # What bears the name of an export is one, unless there is nothing in it or it only says that one is open.
    if is_export_name(file):
        return reason if reason != MARK or Path(file).name.startswith(LOCKS) else None
    return reason if reason == OWN else MARK if reason == MARK else ENDING


def _walk(folder: str, found: Found) -> list[str]:
    """Return the files below a folder by name; hidden ones are passed over; links are followed, each folder once."""

    def refused(error: OSError) -> None:
        found.errors.append(InputError("file_unreadable", path=error.filename, reason=error.strerror))

    files: list[str] = []
    seen = {_identity(folder)}
    for parent, folders, names in os.walk(folder, onerror=refused, followlinks=True):
        new = [name for name in sorted(folders) if _is_new(Path(parent) / name, seen)]
        folders[:] = [name for name in new if not name.startswith(".")]
        for name in new:
            if name.startswith("."):
                _pass_over_hidden(Path(parent) / name, found)
        for name in sorted(names):
            file = str(Path(parent) / name)
            if name.startswith(".") and not name.startswith(LOCKS):
                found.pass_over(file, HIDDEN)
            else:
                files.append(file)
    return sorted(files)


def _pass_over_hidden(folder: Path, found: Found) -> None:
    """Note a hidden folder, and those of the files below it that are called as exports are."""
    found.pass_over(str(folder), HIDDEN)
    for parent, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(filter(is_export_name, names)):
            found.pass_over(str(Path(parent) / name), HIDDEN)


def _is_new(folder: Path, seen: set[object]) -> bool:
    """Return whether a folder has not been seen, and note it: a link may lead round in circles."""
    key = _identity(str(folder))
    new = key not in seen
    seen.add(key)
    return new
