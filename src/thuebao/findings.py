"""Findings, one row per record and rule, from the records that a batch's rules hit."""

from __future__ import annotations

import polars as pl

from thuebao.law import Law
from thuebao.masking import masked, without_controls
from thuebao.plan import ERA, HIT, Plan
from thuebao.record import raw

SCHEMA = {
    "path": pl.String,
    "record": pl.UInt64,
    "operator": pl.String,
    "msisdn": pl.String,
    "code": pl.String,
    "name": pl.String,
    "severity": pl.String,
    "field": pl.String,
    "value": pl.String,
    "basis": pl.String,
    "group": pl.UInt64,
}
"""The columns of a findings file."""

RECORD = "_record"


def findings_of(evaluated: pl.DataFrame, plan: Plan, law: Law, path: str, *, reveal: bool) -> pl.DataFrame:
    """Return the findings of an evaluated batch, by record and then by code; `reveal` leaves values unmasked.

    `evaluated` has RECORD, the number of each record in its file.
    """
    fields = {c.rule.field for c in plan.active if c.rule.field}
    shown = [raw(f) for f in sorted(fields) if raw(f) in evaluated.columns]
    number = pl.coalesce("msisdn_current", "msisdn") if "msisdn" in evaluated.columns else pl.lit(None, dtype=pl.String)
    hits = evaluated.select(
        RECORD, "operator", ERA, HIT, *shown, *(c.rule.code for c in plan.active), number.alias("msisdn")
    ).filter(HIT)
    if hits.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    hits = hits.with_columns(_shown(pl.col("msisdn"), reveal=reveal))
    parts = []
    for index, compiled in enumerate(plan.active):
        rule = compiled.rule
        column = raw(rule.field) if rule.field else None
        value = pl.col(column) if column in hits.columns else pl.lit(None, dtype=pl.String)
        part = hits.filter(rule.code)
        if part.height:
            part = part.select(RECORD, "operator", "msisdn", ERA, value.alias("value"), rule=pl.lit(index, pl.UInt16))
            parts.append(part)
    found = pl.concat(parts).sort(RECORD, "rule")
    return found.select(
        pl.lit(path).alias("path"),
        pl.col(RECORD).cast(pl.UInt64).alias("record"),
        "operator",
        "msisdn",
        *_texts(plan, law),
        _shown(pl.col("value"), reveal=reveal),
        _bases(plan, law).alias("basis"),
        pl.lit(None, dtype=pl.UInt64).alias("group"),
    ).select(*SCHEMA)


def _shown(value: pl.Expr, *, reveal: bool) -> pl.Expr:
    value = without_controls(value.str.strip_chars())
    return value if reveal else masked(value)


def _texts(plan: Plan, law: Law) -> list[pl.Expr]:  # noqa: ARG001
    rules = [c.rule for c in plan.active]
    of = {
        "code": [r.code for r in rules],
        "name": [r.name for r in rules],
        "severity": [r.severity for r in rules],
        "field": [r.field or "" for r in rules],
    }
    return [_gathered(texts, pl.col("rule")).alias(name) for name, texts in of.items()]


def _bases(plan: Plan, law: Law) -> pl.Expr:
    texts = [c.rule.basis_in(era, law) for c in plan.active for era in law.era_ids]
    return _gathered(texts, pl.col("rule") * len(law.era_ids) + pl.col(ERA))


def _gathered(texts: list[str], index: pl.Expr) -> pl.Expr:
    return pl.lit(pl.Series(texts, dtype=pl.String)).gather(index)
