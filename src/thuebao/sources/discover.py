"""Paths as a user gives them (files, folders, patterns) → the files to read, in a fixed order."""

from __future__ import annotations

import glob
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from thuebao.errors import InputError, ThuebaoError

# Endings under which a folder's files are taken for exports; a file named on its own may have any ending.
EXPORT_ENDINGS = (
    ".csv", ".tsv", ".txt", ".parquet", ".pq", ".xlsx", ".xls", ".ods", ".gz", ".zst", ".zip", ".ndjson", ".jsonl",
)  # fmt: skip


@dataclass
class Found:
    """The files to read, what was passed over, and what could not be found."""

    files: list[str] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)
    given_twice: list[str] = field(default_factory=list)
    errors: list[ThuebaoError] = field(default_factory=list)


def find_exports(paths: Sequence[str | os.PathLike[str]]) -> Found:
    """Return the files that `paths` name: files in the order given, those of a folder or pattern by name."""
    found = Found()
    seen: set[Path] = set()
    for path in (os.fspath(path) for path in paths):
        for file in _files_of(path, found):
            real = Path(file).resolve()
            (found.given_twice if real in seen else found.files).append(file)
            seen.add(real)
    return found


def _files_of(path: str, found: Found) -> list[str]:
    if Path(path).is_dir():
        files = _walk(path)
        exports = [file for file in files if Path(file).suffix.lower() in EXPORT_ENDINGS]
        found.passed_over += [file for file in files if file not in set(exports)]
        if not exports:
            found.errors.append(InputError("folder_without_exports", path=path))
        return exports
    if Path(path).exists():
        return [path]
    matches = sorted(glob.glob(path)) if glob.has_magic(path) else []  # noqa: PTH207  (patterns may be absolute)
    if not matches:
        key = "pattern_without_files" if glob.has_magic(path) else "file_missing"
        found.errors.append(InputError(key, path=path))
    return [file for match in matches for file in (_files_of(match, found) if Path(match).is_dir() else [match])]


def _walk(folder: str) -> list[str]:
    """Return the files below a folder by name, hidden ones left out."""
    files = []
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        files += [str(Path(parent) / name) for name in sorted(names) if not name.startswith(".")]
    return sorted(files)
