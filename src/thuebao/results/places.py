"""Where records stand in their files: kept as stretches of records that stand on consecutive lines."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import polars as pl


class Placed(Protocol):
    """So many records: their places among records and rejected lines, and the lines on which they begin."""

    @property
    def height(self) -> int:
        """How many records there are."""

    @property
    def places(self) -> pl.Series | None:
        """For each its place in the batch, None if they stand in a row."""

    @property
    def lines(self) -> pl.Series | None:
        """For each the line on which it begins, None where there are no lines."""


@dataclass
class Lines:
    """The lines on which records begin, as stretches: their first records, and the lines of these (NULL: none)."""

    _starts: list[pl.Series] = field(default_factory=list)
    _lines: list[pl.Series] = field(default_factory=list)

    def add(self, first: int, batch: Placed) -> None:
        """Add a batch whose first record or rejected line is the audit's number `first`."""
        height = batch.height
        if not height:
            return
        rows = pl.int_range(height, dtype=pl.UInt32, eager=True) if batch.places is None else batch.places
        rows = (rows + first).cast(pl.UInt32)
        lines = batch.lines
        if lines is None:
            starts, lines = rows.head(1), pl.Series([None], dtype=pl.UInt32)
        else:
            apart = lines.cast(pl.Int64) - rows.cast(pl.Int64)
            new = (apart != apart.shift(1)).fill_null(value=True)
            starts, lines = rows.filter(new), lines.filter(new).cast(pl.UInt32)
        self._starts.append(starts)
        self._lines.append(lines)

    def take_back(self, before: int) -> None:
        """Drop what was added from the record `before` on; files begin with a batch of their own."""
        while self._starts and self._starts[-1][0] >= before:
            self._starts.pop()
            self._lines.pop()

    def stretches(self) -> tuple[pl.Series, pl.Series]:
        """Return the first record of each stretch, and its line."""
        if not self._starts:
            return pl.Series(dtype=pl.UInt32), pl.Series(dtype=pl.UInt32)
        return pl.concat(self._starts), pl.concat(self._lines)
