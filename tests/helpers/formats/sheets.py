"""The records as spreadsheets of four writers."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import xlsxwriter

from helpers import spreadsheets
from helpers.formats.cases import DAYS, HEADERS, MOMENTS, Rows
from helpers.formats.held import moment_of

Cells = Sequence[Sequence[Any]]


def typed(rows: Rows, *, since: int = 1900) -> list[list[Any]]:
    """Return days, moments and telephone numbers as such; what is none stays text, as do days before a year."""
    names = dict(zip(HEADERS.values(), HEADERS, strict=True))
    return [rows[0]] + [
        [_typed(names.get(header), value, since) for header, value in zip(rows[0], row, strict=True)]
        for row in rows[1:]
    ]


def _typed(column: str | None, value: str, since: int) -> Any:
    if column in ("msisdn", "pos_phone") and value:
        return int(value)
    moment = moment_of(value) if column in (*DAYS, *MOMENTS) else None
    if moment is None or moment.year < since:
        return value
    return moment.date() if column in DAYS else moment


def by_openpyxl(*sheets: tuple[str, Cells]) -> bytes:
    return spreadsheets.by_openpyxl(_without_blanks(sheets))


def by_xlwt(*sheets: tuple[str, Cells]) -> bytes:
    return spreadsheets.by_xlwt(_without_blanks(sheets))


def by_odfpy(*sheets: tuple[str, Cells]) -> bytes:
    return spreadsheets.by_odfpy(_without_blanks(sheets))


def _without_blanks(sheets: Sequence[tuple[str, Cells]]) -> dict[str, Cells]:
    return {name: [[None if value == "" else value for value in row] for row in cells] for name, cells in sheets}


def by_xlsxwriter(*sheets: tuple[str, Cells], merged: Sequence[int] = (), start: tuple[int, int] = (0, 0)) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        moment = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        for name, cells in sheets:
            sheet = book.add_worksheet(name)
            for at, row in enumerate(cells):
                if at in merged:
                    sheet.merge_range(start[0] + at, start[1], start[0] + at, start[1] + 8, row[0])
                    continue
                for n, value in enumerate(row):
                    place = start[0] + at, start[1] + n
                    if isinstance(value, datetime):
                        sheet.write_datetime(*place, value, moment)
                    elif isinstance(value, date):
                        sheet.write_datetime(*place, value, day)
                    elif isinstance(value, int):
                        sheet.write_number(*place, value)
                    else:
                        sheet.write_string(*place, value)
    return file.getvalue()
