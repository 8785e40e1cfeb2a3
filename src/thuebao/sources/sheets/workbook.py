"""Reads the sheets of a workbook as the text that a CSV export would hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from thuebao.base.errors import InputError
from thuebao.sources.encodings.mojibake import narrowed
from thuebao.sources.headers.mapping import Mapping
from thuebao.sources.sheets.book import Book
from thuebao.sources.sheets.forms.about import About
from thuebao.sources.sheets.refusals import refusals
from thuebao.sources.sheets.values import Value, moment_of, text_of
from thuebao.sources.sheets.which import holds_export

_MOST_KEPT = 10**15  # the number from which on digits are lost
_TOP = 60  # rows that show how a sheet's text is written


@dataclass
class Sheet:
    """One sheet of a workbook.

    `read` are the sheets of the workbook that are read, this one among them, `others` those with something in them that
    are not. `numbers` says for each column position how many cells were numbers rather than text or dates: it is filled
    while `rows` is consumed.
    """

    path: str
    name: str
    read: tuple[str, ...]
    others: tuple[str, ...]
    book: Book
    numbers: dict[int, int] = field(default_factory=dict)

    @property
    def about(self) -> About:
        """What is said of it beyond the values of its cells."""
        return self.book.about(self.name)

    @cached_property
    def first_column(self) -> int:
        """The number of the column from 0 at which its rows begin."""
        start = self.book.cells(self.name).start
        return start[1] if start else 0

    def merged(self) -> list[tuple[int, int, int]]:
        """Return first row, last row and column position of cells that reach down, all from 0."""
        ranges = self.book.cells(self.name).merged_cell_ranges or []
        found = [(first[0], last[0], first[1]) for first, last in ranges] or self.about.merged
        return [(first, last, column - self.first_column) for first, last, column in found]

    def is_hidden(self, name: str) -> bool:
        """Return whether a person who opens the workbook does not see one of its sheets."""
        return name not in self.book.visible

    def rows(self) -> Iterator[tuple[str | None, ...]]:
        """Yield each row from the first of the sheet to its last used one, blank ones too, all of the same width.

        Columns begin at the first that is used. Numbers are counted anew each time.
        """
        self.numbers.clear()
        cells_of = self.book.cells(self.name)
        with refusals(self.path):
            wide, zeros = self._wide, self.about.zeros
            for number, plain in enumerate(cells_of.iter_rows()):
                cells = self._with_zeros(plain, zeros[number]) if number in zeros else plain
                row = [narrowed(value) if type(value) is str else value for value in cells] if wide else cells
                yield tuple(
                    [
                        (value or None) if type(value) is str else self._other_text(position, value)
                        for position, value in enumerate(row)
                    ]
                )

    @cached_property
    def _wide(self) -> bool:
        """Whether letters come as two characters each: calamine reads them so where an .xls names a code page."""
        top = islice(self.book.cells(self.name).iter_rows(), _TOP)
        return any(type(value) is str and "\0" in value for row in top for value in row)

    @cached_property
    def _timed(self) -> frozenset[int]:
        """The columns in which some cell has a time of day: what is at midnight there is so by the clock."""
        return frozenset(
            position
            for row in self.book.cells(self.name).iter_rows()
            for position, value in enumerate(row)
            if type(value) is datetime and " " in moment_of(value)
        )

    def _with_zeros(self, cells: list[Value], zeros: dict[int, int]) -> list[Value]:
        """Return the cells of a row, as texts where a format shows numbers with zeros in front."""
        shown = list(cells)
        for column, digits in zeros.items():
            position = column - self.first_column
            value = shown[position] if 0 <= position < len(shown) else None
            if type(value) is float and value.is_integer() and 0 <= value < _MOST_KEPT:
                shown[position] = str(int(value)).zfill(digits)
        return shown

    def _other_text(self, position: int, value: Value) -> str:
        if type(value) is float or type(value) is int:
            self.numbers[position] = self.numbers.get(position, 0) + 1
        elif isinstance(value, date) and position in self._timed:
            moment = value if isinstance(value, datetime) else datetime.combine(value, time())
            return moment_of(moment, midnight=" 00:00:00")
        return text_of(value)


def open_sheet(path: str, file: str | Path | BinaryIO, sheet: str | None) -> Sheet:
    """Return the sheet of that name or number (the first visible tab is "1"); else the first visible with content.

    `path` is the name shown to users. Raises InputError for a workbook that is damaged, encrypted, expands too far or
    has no such sheet, and for an empty sheet.
    """
    return _one(Book.of(path, file), sheet)


def open_sheets(path: str, file: str | Path | BinaryIO, wanted: str | None, mapping: Mapping | None) -> list[Sheet]:
    """Return the sheets of a workbook that hold an export, hidden ones too, or just the one that is wanted.

    Where none does, it is the first with something in it: what is the matter shows when its header is looked for.
    """
    book = Book.of(path, file)
    if wanted is not None:
        return [_one(book, wanted)]
    found = {}
    for name in book.names:
        rows = Sheet(path, name, (name,), (), book).rows()
        found[name] = holds_export(path, rows, mapping)
        if not found[name]:
            book.forget(name)
    names = tuple(name for name in book.names if found[name])
    if not names:
        return [_one(book, None)]
    others = tuple(name for name in book.names if found[name] is False)
    return [Sheet(path, name, names, others, book) for name in names]


def _one(book: Book, wanted: str | None) -> Sheet:
    """Return the sheet that is wanted, or the first that a person sees and that holds something."""
    name = book.named(wanted) if wanted is not None else None
    chosen, others = name, list[str]()
    for candidate in [name, *book.names] if name else [*(book.visible or book.names), *book.names]:
        # Whether there is anything in a sheet shows when it is read.
        filled = book.cells(candidate).height > 0
        if filled and chosen is None:
            chosen = candidate
        elif filled and candidate not in (chosen, *others):
            others.append(candidate)
            book.forget(candidate)
    if chosen is None or not book.cells(chosen).height:
        raise InputError("sheet_empty", path=book.path, sheet=chosen or (book.visible or book.names)[0])
    return Sheet(book.path, chosen, (chosen,), tuple(name for name in book.names if name in others), book)
