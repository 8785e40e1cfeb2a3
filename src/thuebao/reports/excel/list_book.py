"""Writes a list as a workbook of its own, row by row: the header in sight, filters on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import polars as pl

from thuebao.base.messages import text
from thuebao.reports.excel.book import TEXT, Book, Sheet, plain_texts
from thuebao.reports.excel.findings_book import MOST_ROWS
from thuebao.reports.format import titled

_WIDTHS = {"path": 36, "sheet": 16, "codes": 20, "what": 60, "reason": 18}
_NUMBERS = ("record", "line")
_WIDTH = 14


class ListBook:
    """A list as a workbook.

    sheet: the key of the sheets' name; titles: the keys of the columns' titles, by name; folder: where the sheets wait
    until they are packed.
    """

    def __init__(self, file: BinaryIO, sheet: str, titles: Mapping[str, str], folder: Path, made: datetime) -> None:
        self._book = Book(file, folder, made, text(sheet))
        self._name, self._titles = sheet, titles
        self._numbers = tuple(n for n, name in enumerate(titles) if name in _NUMBERS)
        self._part, self._rows = 0, 0
        self._sheet = self._next_sheet()

    def add(self, rows: pl.DataFrame) -> None:
        """Write rows; those that a sheet has no room for go on in the next."""
        waiting = rows.with_columns(pl.col(pl.Date).cast(pl.String)).with_columns(plain_texts(pl.col(pl.String)))
        while waiting.height:
            if self._rows == MOST_ROWS:
                self._sheet = self._next_sheet()
            some = waiting.head(MOST_ROWS - self._rows)
            self._sheet.frame(some, severity=-1, numbers=self._numbers)
            self._rows, waiting = self._rows + some.height, waiting.tail(-some.height)

    def close(self) -> None:
        """Pack the sheets. Raises OSError when the file cannot be written."""
        self._end_sheet()
        self._book.close()

    def abandon(self) -> None:
        """Nothing was written to the file yet."""

    def _next_sheet(self) -> Sheet:
        if self._part:
            self._end_sheet()
        self._part, self._rows = self._part + 1, 0
        sheet = self._book.sheet(self._name, [_WIDTHS.get(name, _WIDTH) for name in self._titles], self._part)
        sheet.head(titled(TEXT, *self._titles.values()))
        return sheet

    def _end_sheet(self) -> None:
        self._sheet.filters(self._rows, len(self._titles))
