"""Finds the header of a table below its titles, and the sums and signatures below its records."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from thuebao.base.errors import InputError
from thuebao.base.fold import fold_text
from thuebao.rulebook.reference import shipped_reference
from thuebao.sources.headers.header import Header, is_value, recognised, unrecognised
from thuebao.sources.headers.mapping import Mapping

Row = Sequence[str | None]

TOP = 60
"""The rows among which a header is looked for."""
TAIL = 40
"""The rows at the end of a table among which sums and signatures are looked for."""
_FEW, _THIRD = 3, 3  # a line of sums or a signature fills so many cells at most, and not more than a third


@dataclass(frozen=True)
class HeaderPosition:
    """Where a header stands among the rows of a table.

    row: its number from 0; first: that of the first row below it and its underline; titles: rows above `first` that
    hold something and are not the header.
    """

    row: int
    first: int
    titles: int


def find_header(path: str, rows: Sequence[Row], mapping: Mapping | None) -> HeaderPosition:
    """Return where the header stands among the first rows of a table. Raises InputError if none of them is one."""
    row = _header_row(path, rows, mapping)
    underlined = row + 1 < len(rows) and _is_underline(rows[row + 1])
    titles = sum(any(cell and cell.strip() for cell in above) for above in rows[:row])
    return HeaderPosition(row, row + 1 + underlined, titles + underlined)


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
    return bool(cells) and all(_patterns()[0].match(cell) for cell in cells) and "-" in "".join(cells)


def footer_start(rows: Sequence[Row], header: Header) -> int:
    """Return where, in the last rows of a table, sums and signatures begin; len(rows) if there are none.

    A row of them fills few of the columns, and has no subscriber number; one says what they are.
    """
    width = len(header.names)
    few = max(1, min(_FEW, width // _THIRD))
    number = header.canonical.index("msisdn") if "msisdn" in header.canonical else None

    def is_sparse(row: Row) -> bool:
        if number is not None and len(row) == width and is_value(row[number] or ""):
            return False
        return sum(bool(cell and cell.strip()) for cell in row) <= few

    start = len(rows)
    while start and len(rows) - start < TAIL and is_sparse(rows[start - 1]):
        start -= 1
    for n in range(start, len(rows)):
        if any(is_footer(cell) for cell in rows[n] if cell):
            return n
    return len(rows)


def is_footer(text: str) -> bool:
    """Return whether a text is what stands below records: a sum, a signature, a database tool's message."""
    folded = fold_text(text)
    return any(pattern.search(folded) for pattern in _patterns()[1])


@cache
def _patterns() -> tuple[re.Pattern[str], list[re.Pattern[str]]]:
    listed = shipped_reference().document("layout")
    return re.compile(listed["underline"]), [re.compile(pattern) for pattern in listed["footers"]]
