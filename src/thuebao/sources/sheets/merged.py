"""Cells of records that reach down over several rows: they hold their value in each of these."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

Row = tuple[str | None, ...]


@dataclass(frozen=True)
class Merged:
    """By first row and column position, from 0, the last row to which a cell reaches down."""

    to: dict[int, dict[int, int]]

    @classmethod
    def below(cls, merged: Iterable[tuple[int, int, int]], header: int) -> Merged:
        """Return those of some cells (first row, last row, column) that begin below a header: titles are no values."""
        to: dict[int, dict[int, int]] = {}
        for first, last, column in merged:
            if first > header and last > first and column >= 0:
                to.setdefault(first, {})[column] = last
        return cls(to)

    def __bool__(self) -> bool:
        return bool(self.to)

    def filled(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Yield rows with the values of the cells that reach down into them."""
        under_way: dict[int, tuple[int, str | None]] = {}
        for number, row in enumerate(rows):
            starting = self.to.get(number, {})
            if not starting and not under_way:
                yield row
                continue
            cells = list(row)
            for column, (last, value) in list(under_way.items()):
                if last < number or column in starting:
                    del under_way[column]
                else:
                    cells[column] = cells[column] or value
            for column, last in starting.items():
                if column < len(cells):
                    under_way[column] = last, cells[column]
            yield tuple(cells)
