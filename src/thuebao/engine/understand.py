"""How the texts of a record are understood: for each canonical column the fact that rules see of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from thuebao.facts import Facts, given_columns, layers, raw_columns
from thuebao.facts.codes import CODED
from thuebao.facts.dates import DAYS, TIMES
from thuebao.rulebook.columns import columns, given, raw
from thuebao.sources import Export

UNDERSTOOD, MISSING, NOT_UNDERSTOOD, IGNORED, UNKNOWN = "understood", "missing", "not_understood", "ignored", "unknown"
"""A value; none; one that is none of its column's; one of a column that counts as absent, or that is not known."""

_TYPED = {
    "msisdn": ("msisdn_current",),
    "nationality": ("nationality_code",),
    "province": ("province_now",),
    "id_type": ("document_kind",),
    **{column: (f"{column}_code",) for column in CODED},
    **{column: (TIMES[column], day) if column in TIMES else (day,) for column, day in DAYS.items()},
    "date_of_birth": ("birth_day", "lone_birth_year"),
}
"""Columns whose values have a form or a meaning, and the facts of which the first that is there says it."""
_CLEANED = {"id_number": "document_number", "sim_serial": "sim_number", "organisation_tax_code": "tax_code"}
"""Columns whose cleaned value bears another name."""
_RECOGNISED = "_recognised"
_OF_THE_RECORD = ("operator", "has_operator", "era", "is_past_retention")


@dataclass(frozen=True)
class Understood:
    """What is understood of a record. era: None if no rule about records applies to it any more."""

    operator: str | None
    era: str | None
    _values: dict[str, tuple[pl.Series, str]]

    def of(self, column: str | None) -> tuple[pl.Series, str]:
        """Return a column's value, a series of one, and how it is understood."""
        nothing = pl.Series([None], dtype=pl.String)
        return self._values.get(column, (nothing, IGNORED)) if column else (nothing, UNKNOWN)


def understood(record: pl.DataFrame, export: Export, facts: Facts, ignored: Collection[str]) -> Understood:
    """Return how a record is understood; ignored: columns that count as absent."""
    present = [column for column in export.header.mapped if column not in ignored]
    sought = {column: _facts_of(column, facts) for column in present}
    there = {f"{prefix}{column}{suffix}" for column in present for prefix, suffix in (("has_", ""), ("", _RECOGNISED))}
    wanted = {*_OF_THE_RECORD, *(there & facts.keys()), *(fact for some in sought.values() for fact in some)}
    read = raw_columns(facts, wanted)
    absent = [raw(c) for c in columns() if c in read and c not in present]
    frame = record.with_columns(
        *(pl.lit(None, dtype=pl.String).alias(name) for name in absent),
        *(pl.lit(c in present).alias(given(c)) for c in given_columns(facts, wanted)),
    )
    if export.operator is not None:
        frame = frame.with_columns(pl.lit(export.operator).alias(raw("operator")))
    for layer in layers(facts, wanted):
        frame = frame.with_columns(layer.values())
    past = frame["is_past_retention"][0]
    values = {column: _value(frame, column, some) for column, some in sought.items()}
    return Understood(frame["operator"][0], None if past else str(frame["era"][0]), values)


def _facts_of(column: str, facts: Facts) -> tuple[str, ...]:
    found = _TYPED.get(column) or (_CLEANED.get(column, column),)
    return tuple(fact for fact in found if fact in facts)


def _value(frame: pl.DataFrame, column: str, facts: Collection[str]) -> tuple[pl.Series, str]:
    found = next((frame[fact] for fact in facts if frame[fact][0] is not None), frame[next(iter(facts))])
    if not frame[f"has_{column}"][0]:
        return found, MISSING
    # A kind of document may be known by its number, and its own column not be understood all the same.
    unrecognised = column + _RECOGNISED in frame.columns and frame[column + _RECOGNISED][0] is False
    return found, NOT_UNDERSTOOD if unrecognised or found[0] is None else UNDERSTOOD
