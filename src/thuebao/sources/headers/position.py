"""Finds the header of a table below its titles."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from thuebao.base.errors import InputError
from thuebao.rulebook.reference import shipped_reference
from thuebao.sources.batch import BLANK, TITLES
from thuebao.sources.headers.header import is_value, recognised, unrecognised
from thuebao.sources.headers.mapping import Mapping

Row = Sequence[str | None]

TOP = 60
"""The rows among which a header is looked for."""


@dataclass(frozen=True)
class HeaderPosition:
    """Where a header stands among the rows of a table.

    row: its number from 0; first: that of the first row below it and its underline; passed_over: kind → rows above
    `first` that are not the header.
    """

    row: int
    first: int
    passed_over: Counter[str]


def find_header(path: str, rows: Sequence[Row], mapping: Mapping | None) -> HeaderPosition:
    """Return where the header stands among the first rows of a table. Raises InputError if none of them is one."""
    row = _header_row(path, rows, mapping)
    underlined = row + 1 < len(rows) and _is_underline(rows[row + 1])
    titles = sum(any(cell and cell.strip() for cell in above) for above in rows[:row])
    passed_over = Counter({TITLES: titles, BLANK: row - titles + underlined})
    return HeaderPosition(row, row + 1 + underlined, passed_over)


def known_headers(row: Row, mapping: Mapping | None) -> int:
    """Return how many cells of a row name a column; none in a row that rather holds values ("CCCD" can be either)."""
    cells = [cell for cell in row if cell]
    named = recognised(cells, mapping)
    return named if named > sum(map(is_value, cells)) else 0


def _header_row(path: str, rows: Sequence[Row], mapping: Mapping | None) -> int:
    """Return which of the first rows of a table is its header. Raises InputError if none is."""
    counts = [known_headers(row, mapping) for row in rows]
    if any(counts):
        # The first that will do: behind a better one below it all records in between would be lost.
        return next(n for n, count in enumerate(counts) if 2 * count >= max(counts))
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
