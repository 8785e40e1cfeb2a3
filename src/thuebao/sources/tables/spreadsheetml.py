"""Reads the rows of the worksheets of an XML Spreadsheet 2003, as a stream: no tree is built, no entity expanded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lxml import etree

from thuebao.base.errors import InputError
from thuebao.sources.tables.row import DEEPEST, LARGEST_ROW, MOST_COLUMNS, MOST_ROWS_SPANNED, Cell, Row, Spans

_NAMESPACE = "{urn:schemas-microsoft-com:office:spreadsheet}"
_SHEET, _ROW, _CELL, _DATA, _STYLE, _FORMAT = (
    _NAMESPACE + name for name in ("Worksheet", "Row", "Cell", "Data", "Style", "NumberFormat")
)
_MOST_ROWS = 1 << 20  # of a sheet, by the format
_MIDNIGHT = re.compile(r"T00:00(?::00(?:\.0+)?)?$")
_FRACTION = re.compile(r"\.0+$")
_ZEROS = re.compile(r"0+")


@dataclass
class _Sheet:
    number: int
    row: int = 0  # rows so far
    spans: Spans = field(default_factory=Spans)


class _Workbook:
    """Receives what the parser finds."""

    def __init__(self, path: str) -> None:
        self._path = path
        self.rows: list[Row] = []
        self.names: list[str] = []
        self._sheet: _Sheet | None = None
        self._zeros: dict[str, int] = {}  # style → digits that its numbers are shown with
        self._style = self._cell_style = ""
        self._depth = self._length = 0
        self._cells: list[Cell] = []
        self._numbers: list[int] = []
        self._text: list[str] | None = None
        self._value: str | None = None
        self._across = self._down = 1
        self._at: int | None = None
        self._type = ""

    def doctype(self, *_: str | None) -> None:
        """Refuse what may declare entities: no program writes one here."""
        raise InputError("table_damaged", path=self._path, reason="DOCTYPE")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise InputError("table_too_large", path=self._path, limit=f"{DEEPEST} levels")
        said = {name.removeprefix(_NAMESPACE): value for name, value in attributes.items()} if attributes else {}
        if tag == _DATA:
            self._text, self._type = [], said.get("Type", "String")
        elif tag == _CELL:
            self._start_cell(said)
        elif tag == _ROW:
            self._start_row(said)
        elif tag == _SHEET:
            self._sheet = _Sheet(len(self.names))
            self.names.append(said.get("Name", ""))
        elif tag == _STYLE:
            self._style = said.get("ID", "")
        elif tag == _FORMAT and _ZEROS.fullmatch(said.get("Format", "")):
            self._zeros[self._style] = len(said["Format"])

    def end(self, tag: str) -> None:
        self._depth -= 1
        if tag == _DATA:
            self._end_data()
        elif tag == _CELL:
            self._cells.append(Cell(self._value or None, self._across, self._down, self._at))
        elif tag == _ROW and self._sheet:
            cells, starts = self._sheet.spans.place(self._cells)
            self.rows.append(Row(self._sheet.number, cells, [starts[n] for n in self._numbers if n < len(starts)]))
            self._sheet.row += 1

    def data(self, text: str) -> None:
        if self._text is None:
            return
        self._text.append(text)
        self._length += len(text)
        if self._length > LARGEST_ROW:
            raise InputError("table_too_large", path=self._path, limit=f"{LARGEST_ROW >> 20} MiB")

    def comment(self, text: str) -> None:
        pass

    def pi(self, target: str, data: str | None = None) -> None:
        pass

    def close(self) -> None:
        pass

    def _start_row(self, said: dict[str, str]) -> None:
        self._cells, self._numbers, self._length = [], [], 0
        sheet = self._sheet
        if sheet is None:
            raise InputError("table_damaged", path=self._path, reason="Row")
        at = _number(said.get("Index"), sheet.row + 1)
        if at > _MOST_ROWS or at <= sheet.row:
            raise InputError("table_damaged", path=self._path, reason=f"Row {at}")
        while sheet.row < at - 1:
            self.rows.append(Row(sheet.number, sheet.spans.place([])[0]))
            sheet.row += 1

    def _start_cell(self, said: dict[str, str]) -> None:
        self._value, self._across, self._down, self._at = None, 1, 1, None
        self._cell_style = ""
        if len(self._cells) > MOST_COLUMNS or _number(said.get("Index"), 0) > MOST_COLUMNS:
            raise InputError("table_too_large", path=self._path, limit=f"{MOST_COLUMNS} columns")
        if not said:
            return
        self._at = _number(said.get("Index"), 0) - 1 if "Index" in said else None
        self._across = min(_number(said.get("MergeAcross"), 0), MOST_COLUMNS) + 1
        self._down = min(_number(said.get("MergeDown"), 0), MOST_ROWS_SPANNED) + 1
        self._cell_style = said.get("StyleID", "")

    def _end_data(self) -> None:
        text, self._text = "".join(self._text or ()), None
        if self._type == "Number":
            self._numbers.append(len(self._cells))
            text = text.strip().zfill(self._zeros.get(self._cell_style, 0))
        elif self._type == "DateTime":
            text = _FRACTION.sub("", _MIDNIGHT.sub("", text.strip())).replace("T", " ")
        elif self._type == "Boolean":
            text = {"1": "TRUE", "0": "FALSE"}.get(text.strip(), text)
        self._value = text


def spreadsheetml_rows(path: str, texts: Iterable[str], names: list[str]) -> Iterator[Row]:
    """Yield the rows of all worksheets, and add the worksheets' names to `names` as they come.

    Raises InputError where the XML is damaged or breaks off.
    """
    book = _Workbook(path)
    book.names = names
    parser = etree.XMLParser(
        target=book, resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, encoding="utf-8"
    )
    ended = False
    try:
        for text in texts:
            parser.feed(text.encode("utf-8", "replace"))
            rows, book.rows = book.rows, []
            yield from rows
        ended = True
        parser.close()
    except etree.XMLSyntaxError as error:
        # What is wrong before the end is noticed before it: the parser waits for more only where something is open.
        if ended:
            raise InputError("table_cut", path=path) from None
        raise InputError("table_damaged", path=path, reason=f"XML, line {error.lineno}") from None
    yield from book.rows


def _number(said: str | None, otherwise: int) -> int:
    return int(said) if said and said.isdecimal() and len(said) < 9 else otherwise
