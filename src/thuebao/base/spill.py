"""Rows on disk: added in order, taken back to a row, read again as often as need be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from thuebao.base.atomic_file import too_many_open
from thuebao.base.errors import OutputError
from thuebao.base.helper_columns import ROW

ROWS_PER_PART = 150_000
"""Rows of a file: some 20 MB, and few enough files for the country's records."""


@dataclass(frozen=True)
class Part:
    """A Parquet file with the rows from `first` to `last`."""

    path: Path
    first: int
    last: int


class Spill:
    """Rows with a column ROW that never falls, in Parquet files of a private folder.

    Raises OutputError when the disk is full.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name
        self._written = 0
        self._pending: list[pl.DataFrame] = []
        self._schema = pl.Schema()
        self.parts: list[Part] = []

    def add(self, frame: pl.DataFrame) -> None:
        """Add rows."""
        if frame.is_empty():
            return
        self._schema = frame.schema
        self._pending.append(frame)
        if sum(part.height for part in self._pending) >= ROWS_PER_PART:
            self.flush()

    def flush(self) -> None:
        """Write what waits to be written."""
        if self._pending:
            self._write(pl.concat(self._pending))
            self._pending = []

    def _write(self, frame: pl.DataFrame) -> None:
        # A column without any value costs as much as another, and is as well had from the schema.
        frame = frame.select(column for column in frame if column.null_count() < frame.height)
        path = self._folder / f"{self._name}-{self._written}.parquet"
        self._written += 1
        with writing_scratch(self._folder):
            frame.write_parquet(path, compression="uncompressed", statistics=False, row_group_size=ROWS_PER_PART)
        self.parts.append(Part(path, frame[ROW][0], frame[ROW][-1]))

    def take_back(self, row: int) -> None:
        """Drop the rows from `row` on."""
        self._pending = [frame.filter(pl.col(ROW) < row) for frame in self._pending]
        self._pending = [frame for frame in self._pending if frame.height]
        while self.parts and self.parts[-1].last >= row:
            part = self.parts.pop()
            kept = self.scan([part]).filter(pl.col(ROW) < row).collect() if part.first < row else None
            part.path.unlink()
            if kept is not None:
                self._write(kept)

    def scan(self, parts: list[Part] | None = None) -> pl.LazyFrame:
        """Return the rows that were written, of some parts or (None) of all."""
        parts = self.parts if parts is None else parts
        if not parts:
            return pl.LazyFrame(schema=self._schema)
        paths = [part.path for part in parts]
        return pl.scan_parquet(paths, glob=False, schema=self._schema, missing_columns="insert")

    def between(self, first: int, last: int) -> pl.LazyFrame:
        """Return the rows from `first` to `last`."""
        parts = [part for part in self.parts if part.first <= last and part.last >= first]
        return self.scan(parts).filter(pl.col(ROW).is_between(first, last))


@contextmanager
def writing_scratch(folder: Path) -> Iterator[None]:
    """Turn what goes wrong while temporary files are written into OutputError."""
    try:
        yield
    except (OSError, pl.exceptions.ComputeError) as error:
        if too_many_open(error):
            raise OutputError("too_many_open_files") from None
        reason = getattr(error, "strerror", None) or str(error).splitlines()[0].rpartition("error: ")[2]
        raise OutputError("temp_dir_unwritable", path=folder.parent, reason=reason) from None
