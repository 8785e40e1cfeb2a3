"""Finds the tables of a document that are exports, by how they begin.

A report prints its header on every page, and many programs make a table of each: tables with the same columns, in
whatever order, are one export. Tables that lay out a page and forms are passed over.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from thuebao.base.errors import InputError
from thuebao.sources.headers.header import FEWEST_KNOWN, Header, has_subscriber, is_export, map_header
from thuebao.sources.headers.mapping import Mapping, plain_header
from thuebao.sources.headers.position import TOP, Look, find_header, known_headers, records_above
from thuebao.sources.tables.row import Cells, Row

_MOST_WITHOUT = 5_000  # tables without a header: looking for one takes time
_UNDECIDED = 100  # tables whose first rows are held at once


@dataclass(frozen=True)
class Found:
    """A table that is an export.

    row: of its header, from 0; first: of what stands below it; titles: rows above it that hold something, other than
    those that look like records.
    """

    number: int
    header: Header
    row: int
    first: int
    titles: int
    records: tuple[int, ...] = ()

    @property
    def columns(self) -> frozenset[str]:
        """What it says of a subscriber."""
        return frozenset(filter(None, self.header.canonical))

    def places_for(self, header: Header) -> list[int | None]:
        """Return for each column of another header where it stands in this table."""
        if self.header.names == header.names:
            return list(range(len(header.names)))  # those without a name, too
        plain = [plain_header(name) for name in self.header.names]
        return [
            self.header.canonical.index(column) if column else plain.index(name) if name in plain and name else None
            for column, name in zip(header.canonical, map(plain_header, header.names), strict=True)
        ]


@dataclass
class Tables:
    """The tables of a document as they are met. most: tables that there may be in it."""

    path: str
    mapping: Mapping | None
    most: int
    found: list[Found] = field(default_factory=list)
    weaker: list[Found] = field(default_factory=list)  # with a header, but too little to be an export
    error: InputError | None = None
    _largest: list[Cells] = field(default_factory=list)
    _tops: dict[int, list[Cells]] = field(default_factory=dict)
    _headers: dict[tuple[str | None, ...], Header] = field(default_factory=dict)
    _decided: set[int] = field(default_factory=set)
    _without: int = 0
    _headless: set[Look] = field(default_factory=set)  # what rows of tables without a header hold
    _usual: Look | None = None  # what those of the first export usually hold

    def look(self, rows: Iterable[Row]) -> None:
        """Look at a document's rows, to its end or until no other table can follow.

        Raises InputError where what looks like records of an export stands in a table of its own, without a header.
        """
        for row in rows:
            if row.table in self._decided:
                continue
            top = self._tops.setdefault(row.table, [])
            top.append(row.cells)
            if len(top) == TOP:
                self._decide(row.table)
                if len(self._decided) + len(self._tops) >= self.most:
                    break
            elif len(self._tops) > _UNDECIDED:
                self._decide(next(iter(self._tops)))
        for number in list(self._tops):
            self._decide(number)
        self.found.sort(key=lambda found: found.number)
        usual = self._usual
        if usual and any(look.is_like(usual) for look in self._headless):
            raise InputError("table_without_header", path=self.path)

    def refusal(self) -> InputError:
        """Return what is the matter where there is no export."""
        if self.error:
            return self.error
        try:
            find_header(self.path, self._largest, self.mapping)
        except InputError as error:
            return error if self._largest else InputError("table_without_export", path=self.path)
        return InputError("table_without_export", path=self.path)

    def _decide(self, number: int) -> None:
        top = self._tops.pop(number)
        self._decided.add(number)
        found = self._again(number, top) or self._looked_for(number, top)
        if found:
            if not self.found:
                self._usual = Look.usual(top, found.row)
            self.found.append(found)
            return
        self._headless.update(look for look in map(Look.of, top) if look.numbers)
        self._largest = max(self._largest, top, key=lambda rows: sum(map(any, rows)))
        self._without += 1
        if self._without > _MOST_WITHOUT:
            raise InputError("table_too_large", path=self.path, limit=f"{_MOST_WITHOUT:,} <table>")

    def _again(self, number: int, top: Sequence[Cells]) -> Found | None:
        """Return the table if its header is that of an earlier one."""
        for n, row in enumerate(top):
            if header := self._headers.get(tuple(row)):
                records = records_above(top, n)
                return Found(number, header, n, n + 1, sum(map(any, top[:n])) - len(records), records)
        return None

    def _looked_for(self, number: int, top: Sequence[Cells]) -> Found | None:
        try:
            position = find_header(self.path, top, None)
        except InputError:
            if self.mapping is None:
                return None
            try:
                position = find_header(self.path, top, self.mapping)
            except InputError:
                return None
        row, first = position.row, position.first
        # Groups of columns may have names of their own, above theirs.
        while row + 1 < len(top) and self._completes(top[row], top[row + 1]):
            row, first = row + 1, row + 2
        width = max(_filled(cells) for cells in top[row:])
        names = [cell or "" for cell in (*top[row], *[None] * width)][: max(width, _filled(top[row]))]
        try:
            header = map_header(self.path, names, self.mapping)
        except InputError as error:
            self.error = self.error or error
            return None
        records = records_above(top, row)
        titles = sum(map(any, top[:row])) - len(records) + (first - row - 1)
        found = Found(number, header, row, first, titles, records)
        if not _is_export(found, top):
            self.weaker.append(found)
            return None
        self._headers[tuple(top[row])] = header
        return found

    def _completes(self, row: Cells, below: Cells) -> bool:
        shared = sum(one is not None and one == other for one, other in zip(row, below, strict=False))
        known = known_headers(below, self.mapping)
        return known > known_headers(row, self.mapping) and (shared > 0 or known >= FEWEST_KNOWN)


def _filled(cells: Cells) -> int:
    """Return the width of a row without the empty cells at its end."""
    return next((n for n in range(len(cells), 0, -1) if cells[n - 1] is not None), 0)


def _is_export(found: Found, top: Sequence[Cells]) -> bool:
    """Return whether a table says something of subscribers: two columns at least, and numbers or names in them."""
    return is_export(found.columns) and has_subscriber(found.header, top[found.first :])


def known_row(rows: Collection[Cells], mapping: Mapping | None) -> bool:
    """Return whether one of some rows names the columns of an export."""
    return any(known_headers(row, mapping) >= FEWEST_KNOWN for row in rows)
