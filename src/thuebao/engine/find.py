"""Findings from the records that a batch's rules hit."""

from __future__ import annotations

import polars as pl

from thuebao.base.helper_columns import ERA, HIT, ROW
from thuebao.engine.plan import Plan
from thuebao.results.findings import ROWS, Texts, shown
from thuebao.rulebook.columns import raw

_NO_FIELD = "_no_field"


def rows_of(evaluated: pl.DataFrame, plan: Plan, texts: Texts, *, reveal: bool) -> pl.DataFrame:
    """Return the findings (ROWS) of an evaluated batch, by record and code; `reveal` leaves values unmasked."""
    codes = [c.rule.code for c in plan.active]
    hit = evaluated.select(HIT, *codes).select(pl.all().any()).row(0, named=True) if codes else {HIT: False}
    if not hit[HIT]:
        return pl.DataFrame(schema=ROWS)
    hits = evaluated.select(pl.exclude(*set(plan.scopes))).filter(HIT)
    hits = hits.with_columns(pl.lit(None, dtype=pl.String).alias(_NO_FIELD))
    fields = {c.rule.code: raw(c.rule.field or "") for c in plan.active}
    rules = [(code, fields[code] if fields[code] in hits.columns else _NO_FIELD) for code in codes if hit[code]]
    # All rules in one go: for each the rows that it hit, and what stood in its column there.
    parts = hits.select(
        pl.concat_list(pl.col(code).arg_true().implode() for code, _ in rules).alias("row"),
        pl.concat_list(pl.col(column).filter(code).implode() for code, column in rules).alias("value"),
    ).explode("row", "value")
    row, values = parts["row"], parts["value"]
    lengths = hits.select(pl.col([code for code, _ in rules]).sum()).row(0)
    times = pl.DataFrame(
        {"kind": [texts.first[code] for code, _ in rules], "times": lengths}, schema_overrides={"kind": pl.UInt32}
    )
    kind = times.select(pl.col("kind").repeat_by("times").explode()).to_series() + hits[ERA][row]
    # One integer sorts faster than two columns: by record, and within it by rule.
    order = (row.cast(pl.UInt64) * len(texts.frame) + kind).arg_sort()
    row = row[order]
    number = shown(hits["shown_number"], reveal=reveal)
    return pl.DataFrame(
        {
            ROW: hits[ROW][row],
            "operator": hits["operator"][row],
            "msisdn": number[row],
            "value": shown(values[order], reveal=reveal),
            "kind": kind[order],
            "group": pl.repeat(None, len(row), dtype=pl.UInt64, eager=True),
        },
        schema=ROWS,
    )
