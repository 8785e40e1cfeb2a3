"""Which records an audit is limited to: --where and --province as one predicate, and what to offer if none fits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

import polars as pl

from thuebao.base.errors import UsageError
from thuebao.base.nearest import hint
from thuebao.facts.province import province_key
from thuebao.rulebook.columns import columns
from thuebao.rulebook.reference import Reference


def where_of(where: str | None, province: str | None, reference: Reference) -> str | None:
    """Return the predicate of --where and --province together; None where neither is given.

    province: one of today's 34, which takes in those that it was made of, else one of the 63 before July 2025.
    Raises UsageError on an unknown one.
    """
    if province is None:
        return where
    before = {row["name"]: row["now"] for row in reference.table("provinces")}
    for column, names in (("province_now", sorted(set(before.values()))), ("province", sorted(before))):
        keys = province_key(pl.Series(names)).to_list()
        asked = province_key(pl.Series([province.strip()]))[0]
        if asked in keys:
            limited = f"{column} = '{names[keys.index(asked)]}'"
            return f"({where}) AND {limited}" if where else limited
    raise UsageError("province_unknown", name=province, hint=hint(province, [*before, *before.values()]))


def compared(where: str) -> Iterator[tuple[str, str]]:
    """Yield the columns that a predicate compares with a text, and the text."""
    from sqlglot import exp, parse_one

    for equal in parse_one(where).find_all(exp.EQ):
        for one, other in ((equal.left, equal.right), (equal.right, equal.left)):
            if isinstance(one, exp.Column) and isinstance(other, exp.Literal) and other.is_string:
                yield one.name.lower(), other.name


def may_be_offered(column: str) -> bool:
    """Return whether values of a column may be shown to somebody who asked for one that no record has."""
    known = columns().get(column)
    return column == "province_now" or (known is not None and not known.personal)


def nearest(asked: str, values: Mapping[str, int]) -> str | None:
    """Return the value nearest to the one that was asked for, else the most frequent; `values`: how often each is."""
    known = [value for value in values if value]
    near = get_close_matches(asked, known, n=1, cutoff=0.4)
    return near[0] if near else max(known, key=lambda value: values[value], default=None)
