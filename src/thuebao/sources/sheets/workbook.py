"""Reads one sheet of a workbook (.xlsx, .xlsm, .xls, .ods) as the text that a CSV export would hold.

A workbook's size is checked before calamine opens it, and whatever goes wrong in calamine becomes an InputError.
"""

from __future__ import annotations

import errno
import io
import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

import python_calamine as calamine

from thuebao.base.errors import InputError
from thuebao.sources.encodings.mojibake import narrowed
from thuebao.sources.library_errors import refusing
from thuebao.sources.sheets.limits.check import check_limits

_Value = int | float | str | bool | time | date | datetime | timedelta

_LARGEST_EXACT = 2**53  # the largest whole number up to which floats have them all
_TOP = 60  # rows that show how a sheet's text is written
_MOST_ROWS = 1 << 20  # of a sheet, by the formats
_HALF_MILLISECOND = timedelta(microseconds=500)
_ZIP_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError)
_DAMAGE = (calamine.CalamineError, OSError, struct.error, ValueError, *_ZIP_DAMAGE)
# Calamine goes by a path's ending: a file under another name is handed over open.
_ENDINGS = {"xlsx": (".xlsx", ".xlsm"), "ods": (".ods",), "xls": (".xls",)}


@dataclass
class Sheet:
    """One sheet of a workbook.

    `others` are the sheets with something in them that a person sees and that are not read. `numbers` says for each
    column position how many cells were numbers rather than text or dates: it is filled while `rows` is consumed.
    """

    path: str
    name: str
    others: tuple[str, ...]
    _cells: calamine.CalamineSheet
    numbers: dict[int, int] = field(default_factory=dict)

    def rows(self) -> Iterator[tuple[str | None, ...]]:
        """Yield each row from the first of the sheet to its last used one, blank ones too, all of the same width.

        Columns begin at the first that is used. Numbers are counted anew each time.
        """
        self.numbers.clear()
        with _refusals(self.path):
            wide = self._wide
            for cells in self._cells.iter_rows():
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
        top = islice(self._cells.iter_rows(), _TOP)
        return any(type(value) is str and "\0" in value for row in top for value in row)

    @cached_property
    def _timed(self) -> frozenset[int]:
        """The columns in which some cell has a time of day: what is at midnight there is so by the clock."""
        return frozenset(
            position
            for row in self._cells.iter_rows()
            for position, value in enumerate(row)
            if type(value) is datetime and " " in _moment(value)
        )

    def _other_text(self, position: int, value: _Value) -> str:
        if type(value) is float or type(value) is int:
            self.numbers[position] = self.numbers.get(position, 0) + 1
        elif isinstance(value, date) and position in self._timed:
            moment = value if isinstance(value, datetime) else datetime.combine(value, time())
            return _moment(moment, midnight=" 00:00:00")
        return text_of(value)


def open_sheet(path: str, file: str | Path | BinaryIO, sheet: str | None) -> Sheet:
    """Return the sheet of that name or number (the first visible tab is "1"); else the first visible with content.

    `path` is the name shown to users. Raises InputError for a workbook that is damaged, encrypted, expands too far or
    has no such sheet, and for an empty sheet.
    """
    with _refusals(path), ExitStack() as closing:
        place = Path(file) if isinstance(file, str | Path) else None
        opened = closing.enter_context(place.open("rb")) if place else cast("BinaryIO", file)
        if not opened.seekable():
            opened = io.BytesIO(opened.read())
        kind = check_limits(path, opened)
        opened.seek(0)
        source = place if place and place.suffix in _ENDINGS[kind] else opened
        return _choose(path, closing.enter_context(calamine.CalamineWorkbook.from_object(source)), sheet)


def _choose(path: str, book: calamine.CalamineWorkbook, wanted: str | None) -> Sheet:
    tables = [sheet for sheet in book.sheets_metadata if sheet.typ == calamine.SheetTypeEnum.WorkSheet]
    names = [sheet.name for sheet in tables]
    if not names:
        raise InputError("spreadsheet_without_sheets", path=path)
    visible = [sheet.name for sheet in tables if sheet.visible == calamine.SheetVisibleEnum.Visible] or names
    name = _named(path, wanted, names, visible) if wanted is not None else None
    chosen, others = None, []
    for candidate in dict.fromkeys([name, *visible] if name else visible):
        # Whether there is anything in a sheet shows when it is read: one at a time, so only one is held.
        cells = book.get_sheet_by_name(candidate)
        if name == candidate or (chosen is None and name is None and cells.height):
            chosen = cells
        elif cells.height:
            others.append(candidate)
    if chosen is None or not chosen.height:
        raise InputError("sheet_empty", path=path, sheet=name or visible[0])
    if chosen.end and chosen.end[0] >= _MOST_ROWS:
        raise InputError("spreadsheet_damaged", path=path, reason=f"row {chosen.end[0] + 1}")
    return Sheet(path, chosen.name, tuple(others), chosen)


def _named(path: str, wanted: str, names: list[str], visible: list[str]) -> str:
    """Return the sheet's own name. A name goes before a number: sheets are called "2024", too."""
    if wanted in names:
        return wanted
    alike = {_folded(name): name for name in reversed(names)}
    numbered = {str(number): name for number, name in enumerate(visible, 1)}
    if found := alike.get(_folded(wanted)) or numbered.get(wanted.strip()):
        return found
    raise InputError("sheet_unknown", path=path, sheet=wanted, known=", ".join(names))


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold().strip()


def text_of(value: _Value) -> str:
    """Return a cell's value as a CSV export would hold it: 912345678, 2024-05-31, 2024-05-31 14:05:00, TRUE."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        whole = value.is_integer() and abs(value) < _LARGEST_EXACT
        # Beyond that digits are lost already: the shortest text is what was typed, as far as it is known.
        return str(int(value)) if whole else format(Decimal(repr(value)), "f").removesuffix(".0")
    if isinstance(value, datetime):
        return _moment(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return _clock(datetime.combine(date.min, value) - datetime.min)
    return _clock(value) if isinstance(value, timedelta) else str(value)


def _moment(value: datetime, midnight: str = "") -> str:
    """Return day and time to the millisecond; at midnight `midnight`. A day's fraction is never quite 14:05."""
    value = min(value, datetime.max - _HALF_MILLISECOND) + _HALF_MILLISECOND
    value = value.replace(microsecond=value.microsecond // 1000 * 1000)
    if value.time() == time():
        return value.date().isoformat() + midnight
    return value.isoformat(" ", "milliseconds" if value.microsecond else "seconds")


def _clock(length: timedelta) -> str:
    seconds = round(abs(length).total_seconds())
    return f"{'-' * (length < timedelta(0))}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _refusals(path: str) -> AbstractContextManager[None]:
    """Turn what calamine and zipfile raise into InputError."""
    return refusing(_DAMAGE, lambda error: _refusal(path, error))


def _refusal(path: str, error: BaseException) -> InputError:
    if isinstance(error, calamine.PasswordError):
        return InputError("spreadsheet_encrypted", path=path)
    if isinstance(error, OSError) and error.errno != errno.EINVAL:  # that is a directory's place before the beginning
        return InputError("file_unreadable", path=path, reason=error.strerror or error)
    return InputError("spreadsheet_damaged", path=path, reason=_reason(error))


def _reason(error: BaseException) -> str:
    """Return what calamine says, without what it quotes from the file: that may be somebody's."""
    first = next(iter(str(error).splitlines()), "") or type(error).__name__
    return re.sub(r"[0-9]{5,}", "…", re.split(r"(?<!not),? \(?found |(?<=not found) '|: '|\"", first)[0])[:120].rstrip(
        " :."
    )
