"""Puts a header that is one name short over its columns: R's write.table gives the names of rows no header."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import polars as pl

from thuebao.base.errors import InputError
from thuebao.sources.headers.header import map_header
from thuebao.sources.headers.mapping import Mapping
from thuebao.sources.headers.shapes import INFORMATIVE, present, shares
from thuebao.sources.no_records import kind_of_line

_ALIKE = 0.5  # the share of a column's values that look like it


def with_row_names(
    path: str, names: Sequence[str], rows: Sequence[Sequence[str]], mapping: Mapping | None
) -> list[str]:
    """Return a header with an empty name in front where every row below it begins with a name of its own.

    Raises InputError where every row has one field more than the header, and it is not plain which one is unnamed.
    """
    filled = [row for row in rows if any(cell.strip() for cell in row) and not any(map(kind_of_line, row[:1]))]
    widths = Counter(map(len, filled))
    wider = len(names) + 1
    # Other widths are damage; a single row of the header's own width speaks for the header.
    if widths[wider] * 2 <= len(filled) or widths[len(names)]:
        return list(names)
    whole = [row for row in filled if len(row) == wider]
    first = [row[0].strip() for row in whole]
    if all(first) and len({*first}) == len(first):
        canonical = map_header(path, names, mapping).canonical
        # Where the name in the middle is missing, the columns in front of it are right as they are.
        if _looking_right(canonical, whole, shift=1) > _looking_right(canonical, whole, shift=0):
            return ["", *names]
    raise InputError("header_short", path=path, names=len(names), fields=wider)


def _looking_right(canonical: Sequence[str | None], rows: Sequence[Sequence[str]], shift: int) -> set[str]:
    """Return the columns that hold what their headers say, if the first of these stands above the field `shift`."""
    known = {n: column for n, column in enumerate(canonical) if column in INFORMATIVE}
    looks = shares(present({n: pl.Series([row[n + shift] for row in rows], dtype=pl.String) for n in known}))
    return {column for n, column in known.items() if looks.get((n, column), 0) >= _ALIKE}
