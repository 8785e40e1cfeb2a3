"""What an audit tells of how far it is, while it runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from thuebao.sources import Export

READING, COMPARING, SETTLING, WRITING = "reading", "comparing", "settling", "writing"
"""What is done: files read, records compared with each other, findings put in order and counted, reports written."""

Progress = Callable[[str, int], None]
"""Told the path of the file being read and how many records all files gave so far."""


@dataclass(frozen=True)
class Step:
    """How far an audit is.

    phase: what is done; path: of what is read or written; records: of all files so far; file: the number of the one
    being read, from 1, of so many files; share: of the bytes of all files, from 0 to 1.
    """

    phase: str
    path: str = ""
    records: int = 0
    file: int = 0
    files: int = 0
    share: float = 0.0


Told = Callable[[Step], None]


class Steps:
    """Tells how far the reading of files is, by their bytes."""

    def __init__(self, files: Sequence[str], told: Told | None) -> None:
        self._files = files
        self._told = told
        # The bytes are asked for only if somebody wants to know.
        self._sizes = list(map(_size, files)) if told else []
        self._file = 0

    def begin(self, file: int) -> None:
        """Take note that the file of this number, from 0, is read from now on."""
        self._file = file

    def read(self, export: Export, rows: int, records: int) -> None:
        """Tell that so many rows of a file were read; records: of all files so far."""
        if self._told:
            done = sum(self._sizes[: self._file]) + _part_read(export, rows) * self._sizes[self._file]
            share = done / (sum(self._sizes) or 1)
            self._told(Step(READING, export.path, records, self._file + 1, len(self._files), share))

    def phase(self, phase: str) -> None:
        """Tell that something else is done from now on."""
        if self._told:
            self._told(Step(phase))


def _size(path: str) -> int:
    try:
        return Path(path).stat().st_size
    except OSError:
        return 0


def _part_read(export: Export, rows: int) -> float:
    """Return about which part of a file so many rows are; 0 where that shows at the end only, as of what is packed."""
    if export.layout and not export.stored.packing:
        return min(1.0, rows * export.layout.line_bytes / (export.stored.size or 1))
    from thuebao.sources.parquet import ParquetTable  # loaded where there is one

    if isinstance(export.table, ParquetTable):
        return min(1.0, rows / (export.table.height or 1))
    return 0.0
