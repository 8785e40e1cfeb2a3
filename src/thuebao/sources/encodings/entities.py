"""Undoes the escaping of letters for web pages: `Xu&acirc;n`, `Nguy&#7877;n`, `A &amp; B`."""

from __future__ import annotations

import html

import polars as pl

_ENTITY = r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});"
_DEPTH = 2  # text is escaped twice where two programs did so: `&amp;acirc;`


def shows_entities(values: pl.Series) -> bool:
    """Return whether a column's values are escaped: by one that is a letter, or by every sign that must be.

    `&amp;` in one value and a bare `&` in more of them is what somebody typed.
    """
    meant = _meanings(values)
    if any(not letter.isascii() or len(set(letter)) > 1 for letter in meant.values()):
        return True
    escaped = values.str.contains(_ENTITY).sum()
    bare = values.str.replace_all(_ENTITY, "").str.contains("&", literal=True).sum()
    return bool(meant) and escaped > bare


def without_entities(values: pl.Series) -> pl.Series:
    """Return values with what the entities stand for."""
    for _ in range(_DEPTH):
        meant = _meanings(values)
        if not meant:
            break
        values = values.str.replace_many(list(meant), list(meant.values()), leftmost=True)
    return values


def _meanings(values: pl.Series) -> dict[str, str]:
    """Return each entity that the values hold, and the character that it stands for."""
    some = values.filter(values.str.contains("&", literal=True).fill_null(value=False))
    found = some.str.extract_all(_ENTITY).explode().drop_nulls().unique().sort()
    meant = {entity: html.unescape(entity) for entity in found}
    return {entity: letter for entity, letter in meant.items() if letter != entity}
