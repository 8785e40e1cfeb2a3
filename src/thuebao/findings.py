"""Findings, one row per record and rule, from the records that a batch's rules hit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from thuebao.law import Law
from thuebao.masking import mask, without_controls
from thuebao.plan import ERA, HIT, RECORD, Plan
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


@dataclass(frozen=True)
class Findings:
    """The findings of a batch: what differs from row to row, and the texts that only depend on rule and era.

    rows: record, operator, msisdn, value, kind. `kind` is a position in `texts`: code, name, severity, field, basis.
    """

    path: str
    rows: pl.DataFrame
    texts: pl.DataFrame

    @cached_property
    def frame(self) -> pl.DataFrame:
        """The findings in full (SCHEMA)."""
        kinds = self.texts.select(pl.all().gather(self.rows["kind"])) if self.rows.height else self.texts.clear()
        return self.rows.hstack(kinds).select(
            pl.lit(self.path).alias("path"), pl.lit(None, dtype=pl.UInt64).alias("group"), pl.exclude("kind")
        ).select(*SCHEMA)  # fmt: skip


_NO_FIELD = "_no_field"


def texts_of(plan: Plan, law: Law) -> pl.DataFrame:
    """Return code, name, severity, field and basis of every active rule in every era."""
    return pl.DataFrame(
        [
            (c.rule.code, c.rule.name, c.rule.severity, c.rule.field or "", c.rule.basis_in(era, law))
            for c in plan.active
            for era in law.era_ids
        ],
        schema=dict.fromkeys(("code", "name", "severity", "field", "basis"), pl.String),
        orient="row",
    )


def findings_of(evaluated: pl.DataFrame, plan: Plan, path: str, texts: pl.DataFrame, *, reveal: bool) -> Findings:
    """Return the findings of an evaluated batch, by record and then by code; `reveal` leaves values unmasked.

    `evaluated` has RECORD, the number of each record in its file; `texts` is what `texts_of` made.
    """
    codes = [c.rule.code for c in plan.active]
    hit = evaluated.select(HIT, *codes).select(pl.all().any()).row(0, named=True) if codes else {HIT: False}
    if not hit[HIT]:
        schema = {
            "record": pl.UInt64,
            "operator": pl.String,
            "msisdn": pl.String,
            "value": pl.String,
            "kind": pl.UInt32,
        }
        return Findings(path, pl.DataFrame(schema=schema), texts)
    eras = texts.height // len(codes)
    hits = evaluated.select(pl.exclude(*set(plan.scopes))).filter(HIT)
    hits = hits.with_columns(pl.lit(None, dtype=pl.String).alias(_NO_FIELD))
    fields = [raw(c.rule.field or "") for c in plan.active]
    rules = [(n, c.rule.code, fields[n] if fields[n] in hits.columns else _NO_FIELD) for n, c in enumerate(plan.active)]
    rules = [rule for rule in rules if hit[rule[1]]]
    # All rules in one go: for each the rows that it hit, and what stood in its column there.
    parts = hits.select(
        pl.concat_list(pl.col(code).arg_true().implode() for _, code, _ in rules).alias("row"),
        pl.concat_list(pl.col(column).filter(code).implode() for _, code, column in rules).alias("value"),
    ).explode("row", "value")
    row, values = parts["row"], parts["value"]
    lengths = hits.select(pl.col([code for _, code, _ in rules]).sum()).row(0)
    kind = (
        pl.DataFrame({"kind": [n * eras for n, _, _ in rules], "times": lengths}, schema_overrides={"kind": pl.UInt32})
        .select(pl.col("kind").repeat_by("times").explode())
        .to_series()
    )
    # One integer sorts faster than two columns: by record, and within it by rule.
    order = (row.cast(pl.UInt64) * len(texts) + kind).arg_sort()
    row = row[order]
    found = pl.DataFrame(
        {
            "record": hits[RECORD][row].cast(pl.UInt64),
            "operator": hits["operator"][row],
            "msisdn": _number(hits, reveal=reveal)[row],
            "value": _shown(values[order], reveal=reveal),
            "kind": kind[order] + hits[ERA][row],
        }
    )
    return Findings(path, found, texts)


def _number(hits: pl.DataFrame, *, reveal: bool) -> pl.Series:
    if "msisdn" not in hits.columns:
        return pl.repeat(None, hits.height, dtype=pl.String, eager=True)
    return _shown(hits.select(pl.coalesce("msisdn_current", "msisdn")).to_series(), reveal=reveal)


def _shown(values: pl.Series, *, reveal: bool) -> pl.Series:
    values = without_controls(values.str.strip_chars())
    return values if reveal else mask(values).alias(values.name)
