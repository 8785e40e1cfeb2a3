"""Checks how much memory the tables of an .ods workbook take once calamine repeats their cells and rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from thuebao.base.errors import InputError
from thuebao.sources.sheets.limits import DamagedError
from thuebao.sources.sheets.limits.archive import Archive, column_letters, contains
from thuebao.sources.sheets.limits.ods_patterns import OdsEstimate
from thuebao.sources.sheets.limits.parse import Handler, parse_xml
from thuebao.sources.sheets.limits.xlsx_patterns import UnusualFormError

_COLUMNS, _ROWS = 16_384, 1_048_576  # at which calamine stops repeating
_MOST_BYTES = 3 << 30
_CELL_BYTES, _PLACE_BYTES, _TEXT_BYTES = (
    56,
    88,
    3,
)  # that calamine takes for a cell, a place of the table, a byte of text
_OF_TABLES = frozenset({"table:table", "table:table-row", "table:table-cell", "table:covered-table-cell"})


def check_ods(archive: Archive) -> None:
    """Raise InputError for tables that calamine expands beyond memory, and for an encrypted document."""
    # What is encrypted is no XML, and only the manifest tells: it is looked at first.
    for member in sorted(archive.members, key=lambda member: member.filename != "META-INF/manifest.xml"):
        chunks = archive.first(member)
        if member.filename == "content.xml":
            if not _is_small(chunks):
                parse_xml(archive.again(member), _Tables(archive.path))
        elif contains(chunks, b"manifest:encryption-data") and member.filename == "META-INF/manifest.xml":
            raise InputError("spreadsheet_encrypted", path=archive.path)


def _is_small(chunks: Iterator[bytes]) -> bool:
    """Return whether tables are in the usual form and surely within the limit; a parser tells of all others."""
    try:
        found = OdsEstimate.of(chunks)
    except UnusualFormError:
        for _ in chunks:  # all of it counts
            pass
        return False
    taken = found.cells * _CELL_BYTES + found.places * _PLACE_BYTES + found.text * _TEXT_BYTES
    return taken <= _MOST_BYTES


@dataclass
class _Row:
    """A row of a table. waiting: empty cells, which take room only where another cell follows."""

    repeated: int
    cells: int = 0
    waiting: int = 0
    filled: int = 0
    text: int = 0
    added: int = 0

    def add(self, repeated: int, text: int | None, spaces: int) -> None:
        """Add a cell as often as it is repeated; text: its bytes, None if it holds nothing; spaces: more than that."""
        self.cells += min(self.waiting, _COLUMNS - self.cells)
        repeated = min(repeated, _COLUMNS - self.cells)
        if text is None:
            self.waiting = repeated
            return
        self.waiting = 0
        self.cells += repeated
        self.filled = self.cells
        self.text += (text + spaces) * repeated
        self.added += spaces + (text + spaces) * max(repeated - 1, 0)

    def beyond(self, repeated: int) -> int:
        """Return how much text so many of the row take that is not in the file."""
        return self.added + self.text * max(repeated - 1, 0)


@dataclass
class _Tables(Handler):
    """The tables of a document, as calamine expands them: all of them are in memory at once."""

    path: str
    used: int = 0  # bytes, by the tables before and the rows of this one
    _columns: int = 0
    _rows: int = 0
    _filled_rows: int = 0
    _row: _Row | None = None
    _depth: int = 0  # within a cell
    _begun: int = 0
    _spaces: int = 0
    _cell: tuple[int, bool] = (1, False)  # how often, and whether something is in it

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if self._depth:
            if name in _OF_TABLES:
                raise DamagedError("a table within a cell")
            self._depth += 1
            if name == "text:s":
                self._spaces += _number(attributes.get("text:c", "1"))
        elif name == "table:table":
            self._finish()
        elif name == "table:table-row":
            if self._row:
                raise DamagedError("a row within a row")
            self._row = _Row(_number(attributes.get("table:number-rows-repeated", "1")))
        elif self._row and name in _OF_TABLES:
            self._depth, self._begun, self._spaces = 1, self.parser.CurrentByteIndex, 0
            filled = "office:value-type" in attributes or any(map(_may_hold, attributes))
            self._cell = _number(attributes.get("table:number-columns-repeated", "1")), filled

    def end(self, name: str) -> None:
        if self._depth:
            self._depth -= 1
            if not self._depth and self._row:
                repeated, filled = self._cell
                text = self.parser.CurrentByteIndex - self._begun
                self._row.add(repeated, text if filled else None, self._spaces)
        elif name == "table:table-row" and self._row:
            self._add(self._row)
            self._row = None
        elif name == "table:table":
            self._finish()

    def _add(self, row: _Row) -> None:
        repeated = min(row.repeated, _ROWS - self._rows)
        self._rows += repeated
        text = row.beyond(repeated) * _TEXT_BYTES
        self.used += row.cells * _CELL_BYTES + text
        if row.filled:
            self._filled_rows, self._columns = self._rows, max(self._columns, row.filled)
        if self.used + self._filled_rows * self._columns * _PLACE_BYTES > _MOST_BYTES:
            if text * 2 > _MOST_BYTES:
                raise InputError("cells_too_much_text", path=self.path, limit=f"{_MOST_BYTES // _TEXT_BYTES >> 20} MiB")
            raise InputError("cells_too_far", path=self.path, column=column_letters(row.cells), rows=self._rows)

    def _finish(self) -> None:
        self.used += self._filled_rows * self._columns * _PLACE_BYTES
        self._columns = self._rows = self._filled_rows = 0


def _may_hold(attribute: str) -> bool:
    return attribute == "table:formula" or attribute.startswith("office:")


def _number(text: str) -> int:
    if text == "1":
        return 1
    if not (text.isascii() and text.isdecimal() and len(text) < 20):
        raise DamagedError("a number of repetitions")
    return int(text)
