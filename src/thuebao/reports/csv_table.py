"""Renders the audit as CSV: one line per operator (or row of the breakdown) and rule, for a spreadsheet."""

from __future__ import annotations

import polars as pl

from thuebao.base.foreign_text import without_controls, without_formula
from thuebao.results.result import AuditResult


def render(result: AuditResult) -> str:
    """Return operator, code, name, severity, status, evaluated, violations and share for every operator and rule.

    With a breakdown, its columns replace the operator.
    """
    rules = pl.DataFrame(
        [(r.rule.code, r.rule.name, r.rule.severity, r.status) for r in result.rules],
        schema=dict.fromkeys(("code", "name", "severity", "status"), pl.String),
        orient="row",
    )
    by, given = (result.breakdown.by, result.breakdown.rules) if result.breakdown else (("operator",), result.counts)
    counts = given.join(rules, on="code", how="left", maintain_order="left")
    return counts.select(
        *(without_formula(without_controls(counts[name])) for name in by),
        *rules.columns,
        *("evaluated", "violations"),
        share=(pl.col("violations") / pl.col("evaluated")).fill_nan(None).round(6),
    ).write_csv()
