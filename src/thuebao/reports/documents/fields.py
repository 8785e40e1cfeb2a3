"""The fields that a template may name, as the classes of an annex have them, and the same as what fills it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from functools import cache
from typing import Any, get_args, get_type_hints

from thuebao.reports.documents.content import Annex, Count

Row = Mapping[str, "Listing | None"]
"""Fields by their names; None is a value."""


@dataclass(frozen=True)
class Listing:
    """A list: of rows with fields of their own, or (None) of values."""

    of: Row | None


@cache
def fields_of(kind: Any = Annex) -> Row:
    """Return the fields of a class, in their order."""
    return {name: _field(hint) for name, hint in get_type_hints(kind).items() if hint is not date}


def _field(hint: Any) -> Listing | None:
    if hint in (str, Count):
        return None
    inner = get_args(hint)[0]
    return Listing(fields_of(inner) if _is_row(inner) else None)


def filling(annex: Any) -> dict[str, Any]:
    """Return an annex, or one of its rows, as plain texts, numbers and lists."""
    return {field.name: _plain(getattr(annex, field.name)) for field in fields(annex)}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [filling(one) if _is_row(one) else one for one in value]
    return value


def example(kind: Any = Annex, *, empty: bool = False) -> Any:
    """Return an annex with one row in every list, or with nothing in any field: by both a template is tried."""
    return kind(**{name: _example(hint, empty=empty) for name, hint in get_type_hints(kind).items()})


def _example(hint: Any, *, empty: bool) -> Any:
    if hint is str:
        return "" if empty else "–"
    if hint is Count:
        return Count(not empty)
    if hint is date:
        return date.min.replace(year=2000)
    inner = get_args(hint)[0]
    return () if empty else (example(inner) if _is_row(inner) else _example(inner, empty=False),)


def _is_row(kind: Any) -> bool:
    return is_dataclass(kind)
