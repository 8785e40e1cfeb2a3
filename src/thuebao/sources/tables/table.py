"""Reads the tables of a marked-up file that are exports, as one sheet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from thuebao.base.errors import InputError
from thuebao.base.messages import text
from thuebao.base.nearest import hint
from thuebao.sources.batch import TITLES, Batch
from thuebao.sources.encodings.encoding import Encoding
from thuebao.sources.headers.mapping import Mapping
from thuebao.sources.notice import Notice
from thuebao.sources.packing.stored import Stored
from thuebao.sources.sheets.table import SheetTable
from thuebao.sources.tables.decoding import encoding_of, texts_of
from thuebao.sources.tables.document import Found, Tables, known_row
from thuebao.sources.tables.html import html_rows
from thuebao.sources.tables.kinds import HTML, MHTML, SPREADSHEETML, SYLK
from thuebao.sources.tables.mhtml import pages
from thuebao.sources.tables.row import Cells, Row
from thuebao.sources.tables.spreadsheetml import spreadsheetml_rows
from thuebao.sources.tables.sylk import sylk_rows

_CHUNK = 1 << 18  # bytes read at once
_SAMPLE = 1 << 20  # bytes that a page's encoding is told by
_SHEETS = (b"worksheet ", b"worksheet\n", b"worksheet\r", b"worksheet\t")
_TABLE_BEGINS = {HTML: (b"<table",), MHTML: (b"<table",), SPREADSHEETML: _SHEETS}
_LONGEST_MARK = 16  # bytes


@dataclass(frozen=True)
class _Document:
    """A marked-up file of some kind."""

    stored: Stored
    kind: str
    encoding: Encoding
    mapping: Mapping | None
    names: list[str] = field(default_factory=list)  # of its sheets, as far as it was read

    def chunks(self) -> Iterator[bytes]:
        chunks = self.stored.chunks(_CHUNK)
        return pages(self.stored.path, chunks) if self.kind == MHTML else chunks

    def rows(self) -> Iterator[Row]:
        """Yield the rows of all tables."""
        path, texts = self.stored.path, texts_of(self.chunks(), self.encoding)
        self.names.clear()
        if self.kind == SPREADSHEETML:
            return spreadsheetml_rows(path, texts, self.names)
        if self.kind == SYLK:
            return sylk_rows(path, texts)
        return html_rows(path, texts, partial(known_row, mapping=self.mapping))

    def most_tables(self) -> int:
        """Return how many tables there are at most; a guess that is cheap, and never too low."""
        marks = _TABLE_BEGINS.get(self.kind)
        if marks is None:
            return 1
        count, before = 0, b""
        for chunk in self.encoding.utf8(self.chunks()):
            piece = (before + chunk).lower()
            count += sum(map(piece.count, marks))
            before = piece[-_LONGEST_MARK:]
        return count


@dataclass
class _Sheet:
    """The tables that are read, one below the other, as wide as the first one's header.

    numbers: for each column position how many cells were typed numbers, counted while `rows` is consumed.
    """

    path: str
    name: str | None
    others: tuple[str, ...]
    above: int  # rows above the headers that hold something
    _document: _Document
    _tables: Sequence[Found]
    numbers: dict[int, int] = field(default_factory=dict)
    _page_lines: int = 0
    first_row: int = 1

    @property
    def titles(self) -> int:
        """Rows that are titles, and lines of page numbers among those that were consumed."""
        return self.above + self._page_lines

    def rows(self) -> Iterator[tuple[str | None, ...]]:
        """Yield the rows of all tables from their headers on; above the first, a blank one for each title.

        Rows above a header that look like records are yielded as they are.
        """
        self.numbers.clear()
        self._page_lines = 0
        first, *_ = self._tables
        header = first.header
        width = len(header.names)
        names = tuple(name or None for name in header.names)
        places = {found.number: found.places_for(header) for found in self._tables}
        straight = {number for number, at in places.items() if at == list(range(width))}
        blank = (None,) * width
        widths = {found.number: len(found.header.names) for found in self._tables}
        header_rows = {found.number: found.row for found in self._tables}
        above = {(found.number, row) for found in self._tables for row in found.records}
        at: dict[int, int] = dict.fromkeys(header_rows, -1)
        for row in self._document.rows():
            table = row.table
            if table not in at:
                continue
            at[table] += 1
            if at[table] <= header_rows[table]:
                if at[table] == header_rows[table]:
                    yield names
                elif (table, at[table]) in above:
                    yield _fitted(row.cells, width)
                elif table == first.number:
                    yield blank
                continue
            cells = row.cells
            if row.alone and not any(map(str.isalpha, cells[0] or "")):
                # Page numbers to click on: as digits they would be a subscriber's.
                self._page_lines += bool(cells[0])
                yield blank
                continue
            if len(cells) > widths[table] and any(cells[widths[table] :]):
                raise InputError("table_row_wider", path=self.path, row=at[table] + 1, count=widths[table])
            if table in straight:
                yield _fitted(cells, width)
            else:
                yield tuple([cells[n] if n is not None and n < len(cells) else None for n in places[table]])
            for position in row.numbers:
                self.numbers[position] = self.numbers.get(position, 0) + 1


def _fitted(cells: Cells, width: int) -> tuple[str | None, ...]:
    """Return a row as wide as the header."""
    if len(cells) < width:
        return (*cells, *[None] * (width - len(cells)))
    return tuple(cells) if len(cells) == width else tuple(cells[:width])


class MarkedUpTable(SheetTable):
    """The records of the tables that are exports."""

    def batches(self, wanted: Collection[str]) -> Iterator[Batch]:
        """Yield batches of the wanted columns."""
        counted = 0
        for batch in super().batches(wanted):
            titles = self.of_workbook.titles if isinstance(self.of_workbook, _Sheet) else 0
            batch.passed_over.update(Counter({TITLES: titles - counted}))
            counted = titles
            yield batch

    def notices(self) -> Iterator[Notice]:
        """Yield what should be said once the tables have been read."""
        sheet = self.of_workbook
        if isinstance(sheet, _Sheet) and sheet.others and sheet.name:
            said = text("notice.sheets_left", read=sheet.name, left=", ".join(sheet.others))
            yield Notice("sheets_left", said, len(sheet.others))
        yield from super().notices()


def open_tables(
    stored: Stored, kind: str, said: Encoding | None, wanted: str | None, mapping: Mapping | None
) -> tuple[MarkedUpTable, Encoding]:
    """Return the exports in a marked-up file as one table, and the file's encoding.

    said, wanted: the encoding and the sheet (its name, or its number among those that are exports) that the user names.
    Raises InputError when no table is an export, or several are with different columns.
    """
    document = _Document(stored, kind, said or Encoding("utf-8"), mapping)
    if said is None:
        samples = stored.samples() if kind != MHTML else [_beginning(document)]
        document = replace(document, encoding=encoding_of(samples))
    tables = Tables(stored.path, mapping, document.most_tables())
    tables.look(document.rows())
    chosen = _chosen(stored.path, tables, document.names, wanted)
    name = ", ".join(document.names[found.number] for found in chosen) if document.names else None
    others = tuple(n for number, n in enumerate(document.names) if number not in {f.number for f in chosen})
    sheet = _Sheet(stored.path, name, others, sum(f.titles for f in chosen), document, chosen)
    return MarkedUpTable.of(sheet, mapping), document.encoding


def _beginning(document: _Document) -> bytes:
    data = b""
    for chunk in document.chunks():
        data += chunk
        if len(data) >= _SAMPLE:
            break
    return data


def _chosen(path: str, tables: Tables, names: Sequence[str], wanted: str | None) -> list[Found]:
    """Return the tables to read: those with the same columns."""
    found = tables.found
    if not found:
        if not tables.weaker or tables.error:
            raise tables.refusal()
        return [max(tables.weaker, key=lambda weaker: len(weaker.columns))]
    if wanted is not None:
        named = [f for f in found if names and names[f.number].casefold() == wanted.strip().casefold()]
        numbered = [f for n, f in enumerate(found, 1) if str(n) == wanted.strip()]
        found = named or numbered
        if not found:
            known = [names[f.number] if names else str(n) for n, f in enumerate(tables.found, 1)]
            raise InputError("sheet_unknown", path=path, sheet=wanted, known=", ".join(known), hint=hint(wanted, known))
        return found
    if any(f.columns != found[0].columns for f in found):
        raise InputError("tables_differ", path=path, count=len(found))
    return found
