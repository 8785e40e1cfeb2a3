"""Finds the header of a table below its titles."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from thuebao.base.errors import InputError
from thuebao.rulebook.reference import shipped_reference
from thuebao.sources.batch import BLANK, TITLES
from thuebao.sources.headers.header import is_value, recognised, unrecognised
from thuebao.sources.headers.mapping import Mapping

Row = Sequence[str | None]

TOP = 60
"""The rows among which a header is looked for."""
_MAY_NAME = re.compile(r"[^\d\s./:,+-]")
"""What each header that is known has, and most values of records have not."""
_LONG_NUMBER = re.compile(r"['+(]*[0-9][-0-9 .()]*$")
_LEAST_DIGITS = 9  # of the number of a subscriber, a document, a SIM: neither a day nor a count has so many


@dataclass(frozen=True)
class HeaderPosition:
    """Where a header stands among the rows of a table.

    row: its number from 0; first: that of the first row below it and its underline; passed_over: kind → rows above
    `first` that are neither the header nor records. records: rows above the header that look like records.
    """

    row: int
    first: int
    passed_over: Counter[str]
    records: tuple[int, ...] = ()


def find_header(path: str, rows: Sequence[Row], mapping: Mapping | None) -> HeaderPosition:
    """Return where the header stands among the first rows of a table. Raises InputError if none of them is one."""
    row = _header_row(path, rows, mapping)
    underlined = row + 1 < len(rows) and _is_underline(rows[row + 1])
    filled = sum(map(_filled, rows[:row]))
    records = records_above(rows, row)
    passed_over = Counter({TITLES: filled - len(records), BLANK: row - filled + underlined})
    return HeaderPosition(row, row + 1 + underlined, passed_over, records)


def records_above(rows: Sequence[Row], header: int) -> tuple[int, ...]:
    """Return which rows above a header look like those below it: titles hold neither so much nor so many values.

    What a row holds is asked, not under which column: who hides records there need not keep to the header's order.
    """
    above = [(n, Look.of(rows[n])) for n in range(header)]
    if not any(look.numbers for _, look in above):
        return ()  # the usual case
    usual = Look.usual(rows, header)
    return tuple(n for n, look in above if look.is_like(usual))


class Look(NamedTuple):
    """How much a row holds: cells that are filled, values among them (is_value), long numbers among these."""

    filled: int
    values: int
    numbers: int

    @classmethod
    def of(cls, row: Row) -> Look:
        """Return what a row holds."""
        cells = [cell.strip() for cell in row if cell and cell.strip()]
        numbers = sum(bool(_LONG_NUMBER.match(cell)) and is_value(cell, _LEAST_DIGITS) for cell in cells)
        return cls(len(cells), sum(map(is_value, cells)), numbers)

    @classmethod
    def usual(cls, rows: Sequence[Row], header: int) -> Look:
        """Return what the rows below a header usually hold."""
        below = [look for look in map(cls.of, rows[header + 1 :]) if look.values]
        return cls(*map(_median, zip(*below, strict=True))) if below else cls(cls.of(rows[header]).filled, 1, 1)

    def is_like(self, other: Look) -> bool:
        """Return whether a row is rather a record than a title, where rows usually hold so much."""
        enough = 3 * self.filled >= 2 * other.filled and 3 * self.values >= 2 * other.values
        return enough and self.numbers > 0


def _median(counts: Sequence[int]) -> int:
    """Return the one in the middle, the lower of two; `statistics` takes longer to load than headers to be found."""
    return sorted(counts)[(len(counts) - 1) // 2]


def _filled(row: Row) -> bool:
    return any(cell and cell.strip() for cell in row)


def known_headers(row: Row, mapping: Mapping | None) -> int:
    """Return how many cells of a row name a column; none in a row that rather holds values ("CCCD" can be either)."""
    cells = [cell for cell in row if cell]
    named = recognised(cells, mapping)
    return named if named > sum(map(is_value, cells)) else 0


def most_known_headers(rows: Sequence[Row], mapping: Mapping | None) -> int:
    """Return how many cells of a row name a column where most do: of records below a header, few need a closer look."""
    said = bool(mapping and mapping.headers)  # which may be numbers
    most = 0
    for row in rows:
        cells = [cell for cell in row if cell]
        if (len(cells) if said else sum(map(bool, map(_MAY_NAME.search, cells)))) > most:
            most = max(most, known_headers(row, mapping))
    return most


def _header_row(path: str, rows: Sequence[Row], mapping: Mapping | None) -> int:
    """Return which of the first rows of a table is its header. Raises InputError if none is."""
    if most := most_known_headers(rows, mapping):
        # The first that will do: behind a better one below it all records in between would be lost.
        return next(n for n, row in enumerate(rows) if 2 * known_headers(row, mapping) >= most)
    first = next((n for n, row in enumerate(rows) if any(cell and cell.strip() for cell in row)), None)
    if first is None:
        raise InputError("file_empty", path=path)
    if mapping and mapping.tentative:
        return first
    raise unrecognised(path, [cell or "" for cell in rows[first]])


def _is_underline(row: Row) -> bool:
    """Return whether a row below a header underlines it."""
    cells = [cell for cell in row if cell]
    return bool(cells) and all(_underline().match(cell) for cell in cells) and "-" in "".join(cells)


@cache
def _underline() -> re.Pattern[str]:
    return re.compile(shipped_reference().document("layout")["underline"])
