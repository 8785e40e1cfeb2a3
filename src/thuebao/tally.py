"""Counting: per operator, how many records, and per rule how many it applies to and how many violate it."""

from __future__ import annotations

import polars as pl

from thuebao.plan import ERROR, HIT, Plan

OPERATORS_SCHEMA = pl.Schema(
    {
        "operator": pl.String,
        "records": pl.Int64,
        "records_with_errors": pl.Int64,
        "records_with_findings": pl.Int64,
    }
)
COUNTS_SCHEMA = pl.Schema({"operator": pl.String, "code": pl.String, "evaluated": pl.Int64, "violations": pl.Int64})


class Tally:
    """The counts of one file, batch by batch."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._codes = [c.rule.code for c in plan.active]
        self._scopes = sorted(set(plan.scopes))
        self._records: list[pl.DataFrame] = []
        self._hits: list[pl.DataFrame] = []

    def add(self, evaluated: pl.DataFrame) -> None:
        """Count an evaluated batch."""
        grouped = evaluated.select("operator", HIT, ERROR, *self._scopes).group_by("operator")
        self._records.append(grouped.agg(pl.len().alias("records"), pl.col(HIT, ERROR, *self._scopes).sum()))
        hits = evaluated.select("operator", HIT, *self._codes).filter(HIT)
        if hits.height:
            self._hits.append(hits.group_by("operator").agg(pl.col(self._codes).sum()))

    def operators(self) -> pl.DataFrame:
        """Return the counts of records, by operator (OPERATORS_SCHEMA)."""
        if not self._records:
            return pl.DataFrame(schema=OPERATORS_SCHEMA)
        counted = pl.concat(self._records).group_by("operator").agg(pl.all().sum())
        return counted.select(
            "operator", "records", records_with_errors=ERROR, records_with_findings=HIT
        ).cast(OPERATORS_SCHEMA)  # fmt: skip

    def counts(self) -> pl.DataFrame:
        """Return what each rule applied to and hit, by operator and code (COUNTS_SCHEMA)."""
        if not self._records or not self._codes:
            return pl.DataFrame(schema=COUNTS_SCHEMA)
        scoped = pl.concat(self._records).group_by("operator").agg(pl.all().sum())
        evaluated = scoped.select(
            "operator", *(pl.col(s).alias(c) for s, c in zip(self._plan.scopes, self._codes, strict=True))
        )
        counted = _long(evaluated, "evaluated")
        if not self._hits:
            return counted.with_columns(violations=pl.lit(0)).cast(COUNTS_SCHEMA)
        hits = _long(pl.concat(self._hits).group_by("operator").agg(pl.all().sum()), "violations")
        joined = counted.join(hits, on=["operator", "code"], how="left").fill_null(0)
        return joined.select(*COUNTS_SCHEMA).cast(COUNTS_SCHEMA)


def _long(wide: pl.DataFrame, name: str) -> pl.DataFrame:
    return wide.unpivot(index="operator", variable_name="code", value_name=name)


def summed(frames: list[pl.DataFrame], schema: pl.Schema, keys: list[str]) -> pl.DataFrame:
    """Return the sum of counts over files, sorted by `keys`."""
    whole = pl.concat([pl.DataFrame(schema=schema), *frames])
    return whole.group_by(keys).agg(pl.all().sum()).sort(keys)
