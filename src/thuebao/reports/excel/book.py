"""Writes an Excel workbook: sheets from top to bottom, with foreign text that stays text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, BinaryIO

import polars as pl

from thuebao import __version__
from thuebao.base.foreign_text import CONTROLS, harmless
from thuebao.base.messages import language, text
from thuebao.results.own.workbook import OWN_BOOK
from thuebao.rulebook.load import SEVERITIES

_MOST_CHARACTERS = 16_000
"""Characters of a cell: Excel holds 32,767 units of UTF-16, of which a character takes up to two."""

TEXT, WRAPPED, SEVERITY, DAY, MOMENT = "text", "wrapped", "severity", "day", "moment"
COUNT, NUMBER, SHARE = "count", "number", "share"
TITLE, LABEL, HEADER, NOTE = "title", "label", "header", "note"
_FORMATS: dict[str, dict[str, Any]] = {
    TEXT: {},
    WRAPPED: {"text_wrap": True},
    COUNT: {"num_format": "#,##0"},
    NUMBER: {"num_format": "0"},
    SHARE: {"num_format": "0.00%"},
    DAY: {"align": "left"},
    MOMENT: {"align": "left"},
    TITLE: {"bold": True, "font_size": 14},
    LABEL: {"bold": True},
    HEADER: {"bold": True, "text_wrap": True, "bottom": 1, "bg_color": "#EDEDED"},
    NOTE: {"italic": True},
    "error": {"font_color": "#9C0006"},
    "warning": {"font_color": "#7F6000"},
    "info": {"font_color": "#44546A"},
}
_DAYS = {"vi": "dd/mm/yyyy", "en": "yyyy-mm-dd"}
_A4 = 9  # the number of this paper in a sheet's page setup

Value = str | int | float | date | datetime | None
Column = tuple[str, str]
"""A column of a table: its title, and the format of its values."""


class _Target:
    """The output file, for as long as it may be written to.

    A workbook that failed half-way writes again when Python collects it: by then the file may be closed.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file: BinaryIO | None = file

    def write(self, data: bytes) -> int:
        return self._file.write(data) if self._file else len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence) if self._file else 0

    def tell(self) -> int:
        return self._file.tell() if self._file else 0

    def flush(self) -> None:
        if self._file:
            self._file.flush()

    def let_go(self) -> None:
        """Ignore everything written from now on."""
        self._file = None


class Book:
    """The workbook and its formats. No text written to it becomes a formula, a link or a number."""

    def __init__(self, file: BinaryIO, folder: Path, created: datetime, title: str) -> None:
        options = {
            "constant_memory": True,
            "tmpdir": str(folder),
            "use_zip64": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        self._target = _Target(file)
        # Loaded only when a workbook is written, so that nothing else waits for it.
        from xlsxwriter import Workbook

        self._workbook = Workbook(self._target, options)
        # A day of its own, not the clock's, so that the same audit gives the same bytes; and no person's name.
        created = created.astimezone(UTC).replace(tzinfo=None)
        self._workbook.set_properties({"title": plain(title), "author": "thuebao", "created": created})
        self._workbook.set_custom_property(OWN_BOOK, __version__)  # by which the next audit knows it
        moment = _DAYS[language()]
        days = {DAY: {"num_format": moment}, MOMENT: {"num_format": f"{moment} hh:mm"}}
        # The prefix is what an apostrophe typed by hand is: a text stays one when somebody edits the cell.
        common = {"valign": "top", "quote_prefix": True}
        forms = {name: common | form | days.get(name, {}) for name, form in _FORMATS.items()}
        self._formats = {name: self._workbook.add_format(form) for name, form in forms.items()}

    def sheet(self, key: str, widths: Sequence[float], part: int = 1) -> Sheet:
        """Add a sheet named by the text of `key`, with a number from its second part on; `widths` in characters."""
        name = text(key) if part == 1 else f"{text(key)} {part}"
        return Sheet(self._workbook.add_worksheet(name), self._formats, widths)

    def close(self) -> None:
        """Pack the sheets into the file. Raises OSError when it cannot be written."""
        from xlsxwriter.exceptions import FileCreateError

        try:
            self._workbook.close()
        except FileCreateError as failure:
            raise failure.args[0] from None
        finally:
            self._target.let_go()


class Sheet:
    """A sheet, written row by row from top to bottom; rows already written cannot be changed."""

    def __init__(self, sheet: Any, formats: Mapping[str, Any], widths: Sequence[float]) -> None:
        self._sheet = sheet
        self._formats = formats
        self._next = 0
        for position, width in enumerate(widths):
            sheet.set_column(position, position, width)
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.set_footer("&L&A&R&P / &N")
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})

    def line(self, values: Sequence[Value], formats: Sequence[str]) -> None:
        """Write a row, each value in the format at its position."""
        for position, (value, name) in enumerate(zip(values, formats, strict=True)):
            if name == SEVERITY and isinstance(value, str):
                self._write(position, text(f"severity.{value}"), self._formats[value])
            else:
                self._write(position, value, self._formats[name])
        self._next += 1

    def title(self, value: str) -> None:
        """Write the title of the sheet, or of a part of it."""
        self.line([value], [TITLE if self._next == 0 else LABEL])

    def note(self, value: str) -> None:
        """Write a sentence."""
        self.line([value], [NOTE])

    def gap(self) -> None:
        """Leave an empty row."""
        self._next += 1

    def pair(self, label: str, value: Value, form: str = TEXT, more: Value = None) -> None:
        """Write a label, its value, and a remark or a share."""
        self.line([label, value, more], [LABEL, form, SHARE if isinstance(more, float) else TEXT])

    def table(self, titles: Sequence[Column], rows: Iterable[Sequence[Value]]) -> None:
        """Write a table; one without rows gets a note instead."""
        before = self._next + 1
        self._rows(titles, rows)
        if self._next == before:
            self.note(text("report.none"))

    def main_table(self, titles: Sequence[Column], rows: Iterable[Sequence[Value]], count: int) -> None:
        """Write a sheet's one table of `count` rows, its header always in sight, with filters, and on every page."""
        self._sheet.freeze_panes(self._next + 1, 0)
        self._sheet.autofilter(self._next, 0, self._next + count, len(titles) - 1)
        self.repeat(self._next)
        self._rows(titles, rows)

    def head(self, titles: Sequence[Column]) -> None:
        """Write the header of a sheet's one table, always in sight and on every page; `filters` ends the table."""
        self._sheet.freeze_panes(self._next + 1, 0)
        self.repeat(self._next)
        self._rows(titles, ())

    def filters(self, count: int, width: int) -> None:
        """Set filters on the table of `count` rows that was written last."""
        self._sheet.autofilter(self._next - count - 1, 0, self._next - 1, width - 1)

    def _rows(self, titles: Sequence[Column], rows: Iterable[Sequence[Value]]) -> None:
        self.line([title for title, _ in titles], [HEADER] * len(titles))
        formats = [form for _, form in titles]
        for row in rows:
            self.line(row, formats)

    def repeat(self, row: int) -> None:
        """Print a row, counted from 0, on every page."""
        self._sheet.repeat_rows(row)

    def frame(self, rows: pl.DataFrame, severity: int, numbers: Sequence[int]) -> None:
        """Write many rows at once: texts made plain already, a severity and numbers at the given positions."""
        names = {name: text(f"severity.{name}") for name in SEVERITIES}
        of_text, of_number = self._formats[TEXT], self._formats[NUMBER]
        write, write_number = self._sheet.write_string, self._sheet.write_number
        for row in rows.iter_rows():
            for position, value in enumerate(row):
                if value is None or value == "":
                    continue
                if position in numbers:
                    write_number(self._next, position, value, of_number)
                elif position == severity:
                    write(self._next, position, names[value], self._formats[value])
                else:
                    write(self._next, position, value, of_text)
            self._next += 1

    def _write(self, position: int, value: Value, form: Any) -> None:
        if value is None or value == "":
            return
        if isinstance(value, str):
            self._sheet.write_string(self._next, position, plain(value), form)
        elif isinstance(value, date):
            self._sheet.write_datetime(self._next, position, value, form)
        else:
            self._sheet.write_number(self._next, position, value, form)


def part_of(part: int, whole: int) -> float | None:
    """Return a share as a cell holds it, None of nothing."""
    return part / whole if whole else None


def plain(value: str) -> str:
    """Return foreign text fit for a cell: control characters made visible, cut where it is too long."""
    return str(pl.select(plain_texts(pl.lit(harmless(value)))).item())


def plain_texts(values: pl.Expr) -> pl.Expr:
    """Return a column of foreign texts fit for cells, as `plain` does one."""
    shown = values.str.replace_all(CONTROLS, "\ufffd")
    cut = shown.str.head(_MOST_CHARACTERS - 1) + "…"
    shown = pl.when(shown.str.len_chars() > _MOST_CHARACTERS).then(cut).otherwise(shown)
    # The library would take this for formatted text and write it into the sheet as it is.
    markup = shown.str.starts_with("<r>") & shown.str.ends_with("</r>")
    return pl.when(markup).then(shown + " ").otherwise(shown)
