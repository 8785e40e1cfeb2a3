"""Reads the rows of a sheet in batches: the header is looked for below titles, what is no record is passed over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol, Self

import polars as pl

from thuebao.base.messages import text
from thuebao.rulebook.columns import columns
from thuebao.sources.batch import ABOVE_HEADER, Batch, Rejected, batch_with_rejected, in_batches
from thuebao.sources.headers.header import Header, map_header
from thuebao.sources.headers.mapping import Mapping
from thuebao.sources.headers.position import TOP, HeaderPosition, find_header
from thuebao.sources.no_records import NoRecords
from thuebao.sources.notice import Notice
from thuebao.sources.packing.stored import Stored

BATCH_ROWS = 50_000
OF_WORKBOOKS = ("sheets_read", "sheets_hidden", "sheets_left")
"""The codes of notices that are about a workbook, not about one of its sheets."""
_BATCH_CHARACTERS = 32 << 20  # in all cells of a batch
Row = tuple[str | None, ...]
Numbered = tuple[int, Row]
"""A row and its number in the file, from 1."""


class Sheet(Protocol):
    """Rows of text that a table stands in, all of the same width; see workbook.Sheet."""

    path: str
    numbers: dict[int, int]

    @property
    def name(self) -> str | None:
        """What it is called, None if it is no sheet of a workbook."""

    def rows(self) -> Iterator[Row]:
        """Yield its rows, from the first to the last, each time anew."""


@dataclass(frozen=True)
class SheetTable:
    """The records of a sheet, and where its header stands.

    above: rows above the header that look like records. unnamed: of the rows that were read last, how many there were
    ("rows"), and how many have values in columns without a header ("filled").
    """

    of_workbook: Sheet
    header: Header
    position: HeaderPosition
    above: Sequence[Rejected] = ()
    unnamed: Counter[str] = field(default_factory=Counter, compare=False)

    @classmethod
    def of(cls, sheet: Sheet, mapping: Mapping | None) -> Self:
        """Return the table that stands in a sheet. Raises InputError if it has no header."""
        top = list(islice(sheet.rows(), TOP))
        found = find_header(sheet.path, top, mapping)
        header = map_header(sheet.path, [cell or "" for cell in top[found.row]], mapping)
        above = [Rejected(n + 1, ABOVE_HEADER, "\t".join(cell or "" for cell in top[n])) for n in found.records]
        return cls(sheet, header, found, above)

    @property
    def sheet(self) -> str | None:
        """The name of the sheet."""
        return self.of_workbook.name

    def anew(self, _: Stored) -> Self:
        """Return this table: what it notices does not depend on the columns that are wanted."""
        return self

    def batches(self, wanted: Collection[str]) -> Iterator[Batch]:
        """Yield batches of the wanted columns."""
        chosen = self.header.chosen(wanted) or [0]
        no_records = NoRecords(self.of_workbook.path, self.header)
        passed_over, above = self.position.passed_over, self.above
        below = islice(self.numbered(), self.position.first, None)
        nameless = [n for n, name in enumerate(self.header.names) if not name.strip()]
        self.unnamed.clear()
        empty = True
        for rows in in_batches(below, _characters, BATCH_ROWS, _BATCH_CHARACTERS):
            self.unnamed["rows"] += len(rows)
            if nameless:
                self.unnamed["filled"] += sum(any(row[n] for n in nameless) for _, row in rows)
            yield _batch(rows, self.header, chosen, no_records, passed_over, above)
            passed_over, above, empty = Counter(), (), False
        if empty:
            yield _batch([], self.header, chosen, no_records, passed_over, above)

    def numbered(self) -> Iterator[Numbered]:
        """Yield the rows of the sheet with their numbers in the file."""
        return enumerate(self.of_workbook.rows(), 1)

    def numbers_of(self, position: int) -> int:
        """Return how many cells of a column are numbers rather than text or dates."""
        return self.of_workbook.numbers[position]

    def notices(self) -> Iterator[Notice]:
        """Yield what should be said once the sheet has been read."""
        for position in sorted(self.of_workbook.numbers):
            column, count = self.header.column_at(position), self.numbers_of(position)
            if count and column and columns()[column].digits:
                said = text("notice.numbers", header=self.header.names[position], count=count)
                yield Notice("numbers_not_text", said, count)
        filled = self.unnamed["filled"]
        # Where most rows have one it is a column, such as a running number; where few have, these rows are shifted.
        if filled and 2 * filled <= self.unnamed["rows"]:
            yield Notice("values_without_header", text("notice.values_without_header", count=filled), filled)


def _characters(row: Numbered) -> int:
    """Return how much stands in a row: batches are copied more than once."""
    return sum(map(len, filter(None, row[1])))


def _batch(
    rows: Sequence[Numbered],
    header: Header,
    chosen: Sequence[int],
    no_records: NoRecords,
    passed_over: Counter[str],
    above: Sequence[Rejected],
) -> Batch:
    lines = pl.Series([number for number, _ in rows], dtype=pl.UInt32)
    key = pl.Series([row[no_records.key] for _, row in rows], dtype=pl.String)

    def rows_at(places: pl.Series) -> pl.DataFrame:
        return pl.DataFrame([rows[n][1] for n in places], dict.fromkeys(header.raw_names, pl.String), orient="row")

    values = {header.raw_names[n]: [row[n] for _, row in rows] for n in chosen}
    records = pl.DataFrame(values, dict.fromkeys(values, pl.String))
    records, lines, others = no_records.sift(records, lines, key, rows_at)
    return batch_with_rejected(records, lines, above, passed_over + others)
