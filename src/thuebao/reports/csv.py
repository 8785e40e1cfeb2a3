"""The audit as CSV: one line per operator and rule, for a spreadsheet."""

from __future__ import annotations

import polars as pl

from thuebao.masking import without_controls, without_formula
from thuebao.result import AuditResult


def render(result: AuditResult) -> str:
    """Return operator, code, name, severity, status, evaluated, violations and share for every operator and rule."""
    rules = pl.DataFrame(
        {
            "code": [r.rule.code for r in result.rules],
            "name": [r.rule.name for r in result.rules],
            "severity": [r.rule.severity for r in result.rules],
            "status": [r.status for r in result.rules],
        },
        schema=dict.fromkeys(("code", "name", "severity", "status"), pl.String),
    )
    counts = result.counts.join(rules, on="code", how="left", maintain_order="left")
    return counts.select(
        without_formula(without_controls(counts["operator"])),
        "code", "name", "severity", "status", "evaluated", "violations",
        share=(pl.col("violations") / pl.col("evaluated")).fill_nan(None).round(6),
    ).write_csv()  # fmt: skip
