"""Reads the rows of a sheet in batches: the header is looked for below titles, sums at the end are left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol, Self

import polars as pl

from thuebao.base.messages import text
from thuebao.rulebook.columns import columns
from thuebao.sources.batch import FOOTERS, HEADERS, TITLES, Batch, in_batches
from thuebao.sources.headers.header import Header, map_header
from thuebao.sources.headers.mapping import Mapping
from thuebao.sources.headers.position import TOP, find_header, footer_start

BATCH_ROWS = 50_000
_BATCH_CHARACTERS = 32 << 20  # in all cells of a batch
Row = tuple[str | None, ...]


class Sheet(Protocol):
    """Rows of text that a table stands in, all of the same width; see workbook.Sheet."""

    path: str
    numbers: dict[int, int]

    @property
    def name(self) -> str | None:
        """What it is called, None if it is no sheet of a workbook."""

    @property
    def others(self) -> tuple[str, ...]:
        """The sheets that are not read."""

    def rows(self) -> Iterator[Row]:
        """Yield its rows, from the first to the last, each time anew."""


@dataclass(frozen=True)
class SheetTable:
    """The records of a sheet. above: rows above the first of them; titles: those that are no header."""

    sheet: Sheet
    header: Header
    above: int
    titles: int

    @classmethod
    def of(cls, sheet: Sheet, mapping: Mapping | None) -> Self:
        """Return the table that stands in a sheet. Raises InputError if it has no header."""
        top = list(islice(sheet.rows(), TOP))
        found = find_header(sheet.path, top, mapping)
        header = map_header(sheet.path, [cell or "" for cell in top[found.row]], mapping)
        return cls(sheet, header, found.first, found.titles)

    def batches(self, wanted: Collection[str]) -> Iterator[Batch]:
        """Yield batches of the wanted columns; rows without any value are no records."""
        chosen = self.header.chosen(wanted) or [0]
        passed_over = Counter({TITLES: self.titles})
        filled = filter(any, islice(self.sheet.rows(), self.above, None))
        waiting: list[Row] = []
        for some in _batched(filled):
            if waiting:
                yield _batch(waiting, self.header, chosen, passed_over)
                passed_over = Counter()
            waiting = some
        # A short last batch is no reason to miss where sums begin: they are few.
        kept = footer_start(waiting, self.header)
        passed_over[FOOTERS] = len(waiting) - kept
        yield _batch(waiting[:kept], self.header, chosen, passed_over)

    def remarks(self) -> Iterator[str]:
        """Yield what should be said once the sheet has been read."""
        if self.sheet.others and self.sheet.name:
            left = ", ".join(self.sheet.others)
            yield text("notice.sheets_left", path=self.sheet.path, read=self.sheet.name, left=left)
        for position, count in sorted(self.sheet.numbers.items()):
            column = self.header.canonical[position]
            if column and columns()[column].digits:
                yield text("notice.numbers", path=self.sheet.path, header=self.header.names[position], count=count)


def _batched(rows: Iterator[Row]) -> Iterator[list[Row]]:
    """Yield rows in lists, of fewer rows where much stands in them: each batch is copied more than once."""
    return in_batches(rows, lambda row: sum(map(len, filter(None, row))), BATCH_ROWS, _BATCH_CHARACTERS)


def _batch(rows: Sequence[Row], header: Header, chosen: Sequence[int], passed_over: Counter[str]) -> Batch:
    names = tuple(name or None for name in header.names)
    records = [row for row in rows if row != names]
    passed_over[HEADERS] = len(rows) - len(records)
    values = {header.raw_names[n]: [row[n] for row in records] for n in chosen}
    return Batch(pl.DataFrame(values, dict.fromkeys(values, pl.String)), passed_over=passed_over)
