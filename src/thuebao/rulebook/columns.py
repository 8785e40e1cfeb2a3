"""The subscriber record: its canonical columns, as rules/reference/columns.toml lists them.

In a batch, `~msisdn` is the text as the export has it and `msisdn` the cleaned value that rules see.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from thuebao.base.fold import fold_header
from thuebao.rulebook.reference import Reference, shipped_reference

CONTEXT = frozenset(
    {
        "operator",
        "subscriber_kind",
        "connection_kind",
        "usage_kind",
        "status",
        "terminated_at",
        "pos_kind",
        "id_type",
        "info_updated_at",
    }
)
"""Columns that have a default or only give context: rules that do not say that they need them do without."""

RAW = "~"
"""What marks a column that still holds the export's own text."""

GIVEN = "?"
"""What marks a column that says whether the export has a canonical column at all."""


@dataclass(frozen=True)
class Column:
    """One canonical column: its name, label, meaning (both by language) and the headers it goes by.

    weak_headers: those of them that give way where another header names the column too.
    personal: whether its values may tell something of a person or a shop; digits: whether they are digits that count
    as a text, so that a number in their place may have lost zeros.
    """

    name: str
    title: dict[str, str]
    meaning: dict[str, str]
    headers: tuple[str, ...]
    weak_headers: tuple[str, ...]
    personal: bool
    digits: bool


def raw(name: str) -> str:
    """Return the name under which a batch holds the export's own text of a canonical column."""
    return RAW + name


def given(name: str) -> str:
    """Return the name under which a batch says, in every record, whether the export has a canonical column."""
    return GIVEN + name


@cache
def columns(reference: Reference | None = None) -> dict[str, Column]:
    """Return the canonical columns by name, in the catalogue's order."""
    listed = (reference or shipped_reference()).document("columns")["column"]
    return {
        c["name"]: Column(
            c["name"],
            c["title"],
            c["meaning"],
            tuple(c["headers"]),
            tuple(c.get("weak_headers", ())),
            c.get("personal", True),
            c.get("digits", False),
        )
        for c in listed
    }


@cache
def columns_by_header() -> dict[str, str]:
    """Return folded header → canonical column name."""
    return {
        fold_header(header): column.name for column in columns().values() for header in (column.name, *column.headers)
    }
