"""Rows of tables, the cells that span several of them, and the limits that every reader of tables keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

MOST_COLUMNS = 16_384
"""Of a row: as many as a sheet has."""
MOST_ROWS_SPANNED = 65_534
"""By one cell, as browsers have it."""
LARGEST_ROW = 4 << 20
"""Characters of one row at most."""
DEEPEST = 1_000
"""Elements within one another at most."""

Cells = list[str | None]


@dataclass
class Row:
    """A row of one of a document's tables, which are numbered from 0.

    numbers: positions that hold a typed number; alone: it is a single cell across several columns.
    """

    table: int
    cells: Cells
    numbers: Sequence[int] = ()
    alone: bool = False


class Cell(NamedTuple):
    """A cell, and how many columns and rows it spans; at: its column from 0, None for the next free one."""

    value: str | None
    columns: int = 1
    rows: int = 1
    at: int | None = None


@dataclass
class Spans:
    """Cells that reach down into the rows below them: they hold their value in each of these."""

    _below: dict[int, tuple[int, str | None]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self._below)

    def clear(self) -> None:
        """Forget what reaches down: a table, or a group of rows, has ended."""
        self._below.clear()

    def place(self, cells: Sequence[Cell]) -> tuple[Cells, list[int]]:
        """Return a row with its cells in their columns, and for each cell the column where it begins.

        Of several columns that a cell spans, the first holds its value. A row is cut behind as many columns as a
        sheet has.
        """
        row: Cells = []
        starts: list[int] = []
        left = {n: (rows - 1, value) for n, (rows, value) in self._below.items() if rows > 1}
        for value, columns, rows, at in cells:
            self._fill(row, at)
            starts.append(len(row))
            if rows > 1:
                left[len(row)] = (rows - 1, value)
                left.update((n, (rows - 1, None)) for n in range(len(row) + 1, len(row) + columns))
            row.append(value)
            row.extend([None] * (columns - 1))
            if len(row) > MOST_COLUMNS:
                break
        self._fill(row, max(self._below, default=-1) + 1)
        self._below = left
        return row, starts

    def _fill(self, row: Cells, to: int | None) -> None:
        """Fill the next columns with what reaches down into them, and leave others empty up to a column."""
        while len(row) in self._below or len(row) < (to or 0):
            row.append(self._below.get(len(row), (0, None))[1])
