"""Tells whether a sheet holds an export, by how it begins: cover sheets, notes and pivot tables do not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from thuebao.base.errors import InputError
from thuebao.sources.headers.header import has_subscriber, is_export, map_header
from thuebao.sources.headers.mapping import Mapping
from thuebao.sources.headers.position import TOP, find_header, known_headers

_BELOW = 40  # rows below the last that may be a header, in which records may begin
_UNDOUBTED = 5  # known columns that no table but an export has
_MORE_THAN_A_COUNT = 7  # digits: what a pivot table counts has rarely so many, and numbers of subscribers have more

Row = Sequence[str | None]


def holds_export(path: str, rows: Iterable[Row], mapping: Mapping | None) -> bool | None:
    """Return whether a sheet holds an export, None where there is nothing in it at all.

    Raises InputError for what is an export without doubt, and has a header that cannot be understood.
    """
    top = list(islice(rows, TOP + _BELOW))
    if not any(any(row) for row in top):
        return None
    if mapping is not None and mapping.tentative:
        mapping = None
    try:
        position = find_header(path, top[:TOP], mapping)
    except InputError:
        return False
    names = [cell or "" for cell in top[position.row]]
    undoubted = known_headers(names, mapping) >= _UNDOUBTED
    try:
        header = map_header(path, names, mapping)
    except InputError:
        if undoubted:
            raise
        return False
    below = top[position.first :]
    if not is_export(header.mapped) or not any(any(row) for row in below):
        return False
    return undoubted or has_subscriber(header, below, _MORE_THAN_A_COUNT)
