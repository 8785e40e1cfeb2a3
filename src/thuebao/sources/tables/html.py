"""Reads the rows of every table of an HTML page, as a stream: no tree is built, and nothing of a page is held.

Scripts, styles and comments are passed over. A table within a cell is a table of its own (pages are laid out so),
unless the table around it holds records already: then it is part of that cell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from lxml import etree

from thuebao.base.errors import InputError
from thuebao.sources.headers.position import TOP
from thuebao.sources.tables.row import DEEPEST, LARGEST_ROW, MOST_COLUMNS, MOST_ROWS_SPANNED, Cell, Cells, Row, Spans

_UNSEEN = frozenset({"script", "style", "template", "noscript", "textarea", "title"})
_APART = frozenset({"br", "p", "div", "li", "tr", "td", "th", "hr", "option"})
_GROUPS = frozenset({"thead", "tbody", "tfoot"})
_AROUND_ROWS = frozenset({"table", "thead", "tbody", "tfoot", "tr"})  # a part of a page may be folded away
_NO_TEXT = frozenset({"hidden", "checkbox", "radio", "button", "submit", "image", "file", "reset"})  # fields of forms
_NOT_DISPLAYED = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_END = re.compile(r"</(?:body|html)\s*>\s*(?:<!--.*?-->\s*|</html\s*>\s*)*$", re.IGNORECASE | re.DOTALL)
_FEW_CELLS = 20  # of a table within a cell that belong to the cell's text, too: headers are laid out so
_WEIGHT = 8  # characters that an element counts as in a row
_TAIL = 512  # characters in which a page's own end is looked for
# What is shown in place of a number for which the column was too narrow: 9.12E+08, ####.
_NOT_SHOWN = re.compile(r"#+|-?\d(?:[.,]\d+)?E[+-]?\d+")


@dataclass
class _Table:
    number: int
    implied: bool = False  # rows that stand in no table, as SQLite writes them
    spans: Spans = field(default_factory=Spans)
    cells: list[Cell] = field(default_factory=list)
    in_row: bool = False
    in_cell: bool = False
    spanning: bool = False
    holds_records: bool = False
    first: list[Cells] = field(default_factory=list)
    looked_at: int = 0
    text: list[str] = field(default_factory=list)  # of its cells, for the cell that the table stands in
    around: tuple[list[str], int, int, str | None] | None = None  # what is known of that cell

    def shows_records(self, has_header: Callable[[list[Cells]], bool]) -> bool:
        """Return whether one of its first rows names columns."""
        if not self.holds_records and self.looked_at < len(self.first):
            self.holds_records = has_header(self.first[self.looked_at :])
            self.looked_at = len(self.first)
        return self.holds_records


class _Page:
    """Receives what the parser finds."""

    def __init__(self, path: str, has_header: Callable[[list[Cells]], bool]) -> None:
        self._path, self._has_header = path, has_header
        self.rows: list[Row] = []
        self.open: list[_Table] = []
        self._tables = self._depth = self._unseen = self._within = self._length = 0
        self._text: list[str] = []
        self._columns = self._spanned = 1
        self._typed: str | None = None
        self._hidden_from: int | None = None  # the depth of an element of a table that is not shown

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise InputError("table_too_large", path=self._path, limit=f"{DEEPEST} levels")
        if self._hidden_from is None and self.open and _is_hidden(tag, attributes):
            self._hidden_from = self._depth
        if self._hidden_from is not None:
            return
        if tag in ("td", "th"):
            self._start_cell(attributes)
        elif tag == "tr":
            self._start_row()
        elif tag == "table":
            self._start_table()
        elif tag in _UNSEEN:
            self._unseen += 1
        self._length += _WEIGHT
        if tag in _APART:
            self.data(" ")
        if tag == "input":
            self.data(attributes.get("value", ""))

    def end(self, tag: str) -> None:
        self._depth -= 1
        if self._hidden_from is not None:
            if self._depth < self._hidden_from:
                self._hidden_from = None
            return
        if tag in ("td", "th"):
            if self._within:
                self.data(" ")
            else:
                self._end_cell()
        elif tag == "tr":
            self._end_row()
        elif tag == "table":
            self._end_table()
        elif tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag in _GROUPS and not self._within and self.open:
            self.open[-1].spans.clear()

    def data(self, text: str) -> None:
        if self._unseen or self._hidden_from is not None or not self.open or not self.open[-1].in_cell:
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

    def finish(self) -> None:
        """End the table that nothing ends because nothing began it."""
        if self.open and self.open[-1].implied:
            self._end_table()

    @property
    def broken_off(self) -> bool:
        """Whether a table has begun and not ended."""
        return any(not table.implied for table in self.open)

    def _start_table(self, *, implied: bool = False) -> None:
        around = self.open[-1] if self.open else None
        if around and around.in_cell and around.shows_records(self._has_header):
            self._within += 1
            return
        self._length = 0
        self.open.append(_Table(self._tables, implied))
        self._tables += 1
        if around and around.in_cell:
            self.open[-1].around = (self._text, self._columns, self._spanned, self._typed)
        self._text, self._columns, self._spanned, self._typed = [], 1, 1, None

    def _end_table(self) -> None:
        if self._within:
            self._within -= 1
        elif self.open:
            self._end_row()
            table = self.open.pop()
            if table.around:
                self._text, self._columns, self._spanned, self._typed = table.around
                self.data(f" {' '.join(table.text)} ")

    def _start_row(self) -> None:
        if not self.open:
            self._start_table(implied=True)
        if not self._within:
            self._end_row()
            self.open[-1].in_row = True

    def _end_row(self) -> None:
        if self._within or not self.open:
            return
        table = self.open[-1]
        self._end_cell()
        if table.in_row:
            plain = not table.spans and not table.spanning
            cells = [cell[0] for cell in table.cells] if plain else table.spans.place(table.cells)[0]
            alone = table.spanning and len(table.cells) == 1 and table.cells[0].columns > 1
            self.rows.append(Row(table.number, cells, alone=alone))
            if table.around and len(table.text) < _FEW_CELLS:
                table.text += filter(None, cells)
            if len(table.first) < TOP:
                table.first.append(cells)
        table.cells, table.in_row, table.spanning, self._length = [], False, False, 0

    def _start_cell(self, attributes: dict[str, str]) -> None:
        if self._within or not self.open:
            return
        self._end_cell()
        table = self.open[-1]
        table.in_row = table.in_cell = True
        self._text = []
        if attributes:
            self._columns = _span(attributes.get("colspan"), MOST_COLUMNS)
            self._spanned = _span(attributes.get("rowspan"), MOST_ROWS_SPANNED)
            # The number itself, as Excel and LibreOffice write it beside what is shown.
            self._typed = attributes.get("x:num") or attributes.get("sdval")
            table.spanning = table.spanning or self._columns > 1 or self._spanned > 1

    def _end_cell(self) -> None:
        if self._within or not self.open or not self.open[-1].in_cell:
            return
        table = self.open[-1]
        text: str | None = " ".join("".join(self._text).split()) or None
        if self._typed and text and _NOT_SHOWN.fullmatch(text):
            text = self._typed
        table.cells.append(Cell(text, self._columns, self._spanned))
        if len(table.cells) > MOST_COLUMNS:
            raise InputError("table_too_large", path=self._path, limit=f"{MOST_COLUMNS} columns")
        table.in_cell = False
        self._columns = self._spanned = 1
        self._text, self._typed = [], None


def html_rows(path: str, texts: Iterable[str], has_header: Callable[[list[Cells]], bool]) -> Iterator[Row]:
    """Yield the rows of all tables of a page.

    has_header: whether one of a table's first rows names columns. Raises InputError where a page breaks off within a
    table, or is too deep or too wide for any export.
    """
    page = _Page(path, has_header)
    parser = etree.HTMLParser(target=page, remove_comments=True, remove_pis=True, encoding="utf-8")
    tail = ""
    for text in texts:
        parser.feed(text.replace("\0", "\ufffd").encode("utf-8", "replace"))
        tail = (tail + text[-_TAIL:])[-_TAIL:]
        yield from _taken(page)
    # The parser waits for what may follow.
    parser.feed(b" " * _TAIL)
    unfinished = page.broken_off and not _END.search(tail)
    parser.close()
    page.finish()
    yield from _taken(page)
    if unfinished:
        raise InputError("table_cut", path=path)


def _taken(page: _Page) -> Iterator[Row]:
    rows, page.rows = page.rows, []
    yield from rows


def _is_hidden(tag: str, attributes: dict[str, str]) -> bool:
    """Return whether an element of a table is not shown: a key to sort by, a field of a form, what is not selected."""
    if tag == "option":
        return "selected" not in attributes
    if not attributes or tag in _AROUND_ROWS:
        return False
    if tag == "input":
        return attributes.get("type", "text").lower() in _NO_TEXT
    return "hidden" in attributes or _NOT_DISPLAYED.search(attributes.get("style", "")) is not None


def _span(said: str | None, most: int) -> int:
    """Return the columns or rows that a cell spans."""
    if not said:
        return 1
    digits = re.match(r"\s*(\d{1,6})", said)
    return min(max(int(digits[1]), 1), most) if digits else 1
