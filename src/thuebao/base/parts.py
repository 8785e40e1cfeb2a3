"""Some of many rows, with a column ROW that never falls: on disk, or the last ones in memory."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import polars as pl

from thuebao.base.compact import Compact
from thuebao.base.helper_columns import ROW
from thuebao.base.own_memory import frame_in_own_memory


class Part(Protocol):
    """The rows from `first` to `last`, so many of them."""

    @property
    def first(self) -> int:
        """The number of the first row."""

    @property
    def last(self) -> int:
        """The number of the last row."""

    @property
    def height(self) -> int:
        """How many rows there are."""

    def read(self, some: Sequence[str] | None = None) -> pl.DataFrame:
        """Return the rows, or some of their columns."""

    def take(self, rows: pl.Series, columns: Collection[str]) -> pl.DataFrame:
        """Return some rows by their numbers, which are in order, each of which stands there once."""


@dataclass(frozen=True)
class Written:
    """Rows in a Parquet file, and how its columns were made smaller.

    moved: by how much rows that are written in the file were counted on since.
    """

    path: Path
    first: int
    last: int
    height: int
    compact: Compact
    moved: int = 0

    def read(self, some: Sequence[str] | None = None) -> pl.DataFrame:
        """Return the rows, or some of their columns."""
        columns = list(self.compact.schema) if some is None else list(some)
        return self.compact.restored(self._stored(columns), columns)

    def take(self, rows: pl.Series, columns: Collection[str]) -> pl.DataFrame:
        """Return some rows by their numbers, which are in order, each of which stands there once."""
        stored = _taken(self._stored([ROW, *columns]), self, rows)
        return self.compact.restored(stored, list(columns))

    def _stored(self, columns: Collection[str]) -> pl.DataFrame:
        """Return what is stored of some columns, ROW among them."""
        needed, in_file = self.compact.needed(columns), pl.read_parquet_schema(self.path)
        frame = pl.read_parquet(self.path, columns=[name for name in needed if name in in_file])
        if ROW in in_file:
            return frame.with_columns((pl.col(ROW) + self.moved).cast(pl.UInt32)) if self.moved else frame
        rows = pl.int_range(self.first, self.last + 1, dtype=pl.UInt32, eager=True).alias(ROW)
        return frame.with_columns(rows) if frame.width else pl.DataFrame([rows])


@dataclass(frozen=True)
class Waiting:
    """Rows in memory: the last ones, too few to be worth writing."""

    frame: pl.DataFrame

    @property
    def first(self) -> int:
        """The number of the first row."""
        return int(self.frame[ROW][0])

    @property
    def last(self) -> int:
        """The number of the last row."""
        return int(self.frame[ROW][-1])

    @property
    def height(self) -> int:
        """How many rows there are."""
        return self.frame.height

    def read(self, some: Sequence[str] | None = None) -> pl.DataFrame:
        """Return the rows, or some of their columns."""
        return self.frame if some is None else self.frame.select(some)

    def take(self, rows: pl.Series, columns: Collection[str]) -> pl.DataFrame:
        """Return some rows by their numbers, which are in order, each of which stands there once."""
        return _taken(self.frame, self, rows, columns)


def _taken(frame: pl.DataFrame, part: Part, rows: pl.Series, columns: Collection[str] | None = None) -> pl.DataFrame:
    """Return some rows of a frame that has the rows of a part."""
    at = rows - part.first if part.last - part.first + 1 == part.height else frame[ROW].search_sorted(rows)
    # The caller keeps them: without the texts of the other rows.
    return frame_in_own_memory((frame if columns is None else frame.select(columns))[at])
