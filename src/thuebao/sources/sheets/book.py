"""An open workbook (.xlsx, .xlsm, .xls, .ods): its sheets by name, and their cells, of which few are held at once.

A workbook's size is checked before calamine opens it, and whatever goes wrong in calamine becomes an InputError.
"""

from __future__ import annotations

import io
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO
from weakref import finalize

import python_calamine as calamine

from thuebao.base.errors import InputError
from thuebao.base.nearest import hint
from thuebao.sources.sheets.forms.about import About
from thuebao.sources.sheets.forms.read import read_forms
from thuebao.sources.sheets.limits.check import check_limits
from thuebao.sources.sheets.refusals import refusals

_MOST_ROWS = 1 << 20  # of a sheet, by the formats
_HELD = 10_000_000  # places of cells that are kept, some 300 MB, where there are more sheets than one
# Calamine goes by a path's ending: a file under another name is handed over open.
_ENDINGS = {"xlsx": (".xlsx", ".xlsm"), "ods": (".ods",), "xls": (".xls",)}


@dataclass(eq=False)
class Book:
    """A workbook. names: of its sheets with cells, in their order; visible: of those that a person sees."""

    path: str
    file: Path | BinaryIO
    names: list[str] = field(default_factory=list)
    visible: list[str] = field(default_factory=list)
    _book: calamine.CalamineWorkbook | None = None
    _stream: BinaryIO | None = None
    _about: dict[str, About] = field(default_factory=dict)
    _kept: dict[str, calamine.CalamineSheet] = field(default_factory=dict)

    @classmethod
    def of(cls, path: str, file: str | Path | BinaryIO) -> Book:
        """Return a workbook; `path` is the name shown to users.

        Raises InputError for one that is damaged, encrypted, expands too far or has no sheet with cells.
        """
        with refusals(path):
            source = Path(file) if isinstance(file, str | Path) else file
            if not isinstance(source, Path) and not source.seekable():
                source = io.BytesIO(source.read())
            book = cls(path, source)
            sheets = book._opened().sheets_metadata
        tables = [sheet for sheet in sheets if sheet.typ == calamine.SheetTypeEnum.WorkSheet]
        book.names = [sheet.name for sheet in tables]
        book.visible = [sheet.name for sheet in tables if sheet.visible == calamine.SheetVisibleEnum.Visible]
        if not book.names:
            raise InputError("spreadsheet_without_sheets", path=path)
        return book

    def cells(self, name: str) -> calamine.CalamineSheet:
        """Return the cells of a sheet. Raises InputError where they cannot be read, or there are too many."""
        if name in self._kept:
            return self._kept[name]
        with refusals(self.path):
            cells = self._opened().get_sheet_by_name(name)
        if cells.end and cells.end[0] >= _MOST_ROWS:
            raise InputError("spreadsheet_damaged", path=self.path, reason=f"row {cells.end[0] + 1}")
        if not self._kept or sum(map(_places, (*self._kept.values(), cells))) <= _HELD:
            self._kept[name] = cells
        return cells

    def forget(self, name: str) -> None:
        """Let the cells of a sheet go: they are read again where they are asked for again."""
        self._kept.pop(name, None)

    def named(self, wanted: str) -> str:
        """Return the name of the sheet that the user names, or gives by its number among those that a person sees.

        A name goes before a number: sheets are called "2024", too. Raises InputError where there is none.
        """
        if wanted in self.names:
            return wanted
        alike = {_folded(name): name for name in reversed(self.names)}
        numbered = {str(number): name for number, name in enumerate(self.visible or self.names, 1)}
        if found := alike.get(_folded(wanted)) or numbered.get(wanted.strip()):
            return found
        near = hint(wanted, self.names)
        raise InputError("sheet_unknown", path=self.path, sheet=wanted, known=", ".join(self.names), hint=near)

    def about(self, name: str) -> About:
        """Return what is said of a sheet beyond the values of its cells."""
        return self._about.get(name) or About()

    def _opened(self) -> calamine.CalamineWorkbook:
        """Return the workbook as calamine has it, which reads all of an .xls or .ods when it is opened."""
        if self._book is None:
            self._book = calamine.CalamineWorkbook.from_object(self._checked())
        return self._book

    def _checked(self) -> Path | BinaryIO:
        """Return what calamine shall open, once its size is known: the file, or what was made of it."""
        stream = self.file
        if isinstance(stream, Path):
            stream = self._stream = stream.open("rb")
            finalize(self, stream.close)  # who opens a workbook need not close it
        kind = check_limits(self.path, stream)
        rewritten, self._about = read_forms(self.path, stream, kind)
        (rewritten or stream).seek(0)
        if rewritten is None and isinstance(self.file, Path) and self.file.suffix in _ENDINGS[kind]:
            return self.file
        return rewritten or stream

    def close(self) -> None:
        """Let all go; what is asked for later is read anew."""
        self._kept.clear()
        if self._book is not None:
            self._book.close()
        if self._stream is not None:
            self._stream.close()
        self._book = self._stream = None


def _places(cells: calamine.CalamineSheet) -> int:
    return cells.height * cells.width


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold().strip()
