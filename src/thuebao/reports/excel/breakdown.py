"""Writes the sheet with the counts by columns of the user's choice."""

from __future__ import annotations

import polars as pl

from thuebao.base.messages import text
from thuebao.reports.excel.book import COUNT, SEVERITY, SHARE, TEXT, WRAPPED, Book, part_of
from thuebao.reports.format import column_title, titled
from thuebao.reports.rule_text import translated
from thuebao.results.result import Breakdown, RuleResult


def write_breakdown(book: Book, breakdown: Breakdown, rules: tuple[RuleResult, ...]) -> None:
    """Write records by the columns, and below them the violations of each rule."""
    width = len(breakdown.by)
    sheet = book.sheet("report.breakdown", (*[26] * width, 12, 44, 12, 14, 12, 14))
    by = [(text("summary.operator") if name == "operator" else column_title(name), TEXT) for name in breakdown.by]
    sheet.title(text("page.breakdown"))
    sheet.repeat(0)
    titles = [
        *by,
        *titled(COUNT, "summary.records", "summary.with_errors"),
        *titled(SHARE, "summary.share"),
        *titled(COUNT, "summary.with_findings"),
        *titled(SHARE, "summary.share"),
    ]
    rows = (
        (*_named(row[:width]), records, errors, part_of(errors, records), found, part_of(found, records))
        for row in breakdown.records.iter_rows()
        for records, errors, found in (row[width:],)
    )
    sheet.table(titles, rows)
    sheet.gap()
    sheet.title(text("page.violations_by_rule"))
    known = {r.rule.code: r.rule for r in rules}
    titles = [
        *by,
        *titled(TEXT, "summary.code"),
        *titled(WRAPPED, "report.rule"),
        *titled(SEVERITY, "summary.severity"),
        *titled(COUNT, "report.evaluated_records", "report.violations"),
        *titled(SHARE, "summary.share"),
    ]
    hit = breakdown.rules.filter(pl.col("violations") > 0).iter_rows()
    sheet.table(
        titles,
        (
            (
                *_named(row[:width]),
                code,
                translated(known[code].title),
                known[code].severity,
                evaluated,
                violations,
                part_of(violations, evaluated),
            )
            for row in hit
            for code, evaluated, violations in (row[width:],)
        ),
    )


def _named(values: tuple[object, ...]) -> list[str]:
    return [text("summary.none") if value is None else str(value) for value in values]
