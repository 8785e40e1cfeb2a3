"""Sections of the page that compare operators: counts, charts by family of rules, breakdown by other columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from thuebao.base.messages import text
from thuebao.reports.format import MOST_ROWS, named_column, number, share, titled
from thuebao.reports.html.chart import Bar, bar_chart
from thuebao.reports.html.labels import hint, sentence
from thuebao.reports.html.markup import Content, Markup, joined, tag
from thuebao.reports.html.table import NUMBER, TEXT, Column, table
from thuebao.reports.rule_text import by_family, family_title
from thuebao.results.result import AuditResult, Breakdown
from thuebao.rulebook.load import SEVERITIES


def operators(result: AuditResult, some: pl.DataFrame | None = None) -> Markup:
    """Return the counts of each operator, or of some of them, and of all together."""
    return _counted(
        text("page.operators"),
        [text("summary.operator")],
        list((result.operators if some is None else some).iter_rows()),
        "by-operator",
        total=(text("summary.all_operators"), *(result.totals[n] for n in result.operators.columns[1:])),
    )


def _counted(
    caption: str, by: list[str], rows: list[tuple[Any, ...]], name: str, total: tuple[Any, ...] | None = None
) -> Markup:
    """Return a table of records, those with errors and those with findings; rows begin with what they are by."""
    counts = ("summary.records", "summary.with_errors", "summary.share", "summary.with_findings", "summary.share")
    titles: list[Column] = [*((title, TEXT) for title in by), *titled(NUMBER, *counts)]

    def cells(row: tuple[Any, ...]) -> list[Content]:
        records, errors, found = row[-3:]
        names = (text("summary.none") if value is None else str(value) for value in row[:-3])
        shares = share(errors, records), share(found, records)
        return [*names, number(records), number(errors), shares[0], number(found), shares[1]]

    return table(caption, titles, map(cells, rows), name=name, quiet=True, total=cells(total) if total else None)


def charts(result: AuditResult) -> Markup:
    """Return for each operator its violations by family of rules and severity, drawn and as numbers."""
    if not result.operators.height:
        return sentence("page.no_records")
    families = list(by_family(result.rules))
    kinds = {r.rule.code: (family, r.rule.severity) for family, rs in by_family(result.rules).items() for r in rs}
    counts: dict[str, dict[tuple[str, str], int]] = {}
    for operator, code, _, violations in result.counts.iter_rows():
        of = counts.setdefault(operator, {})
        of[kinds[code]] = of.get(kinds[code], 0) + violations
    legend = tag("p", ((_swatch(level), " ") for level in SEVERITIES), class_="legend")
    figures = (
        _chart(operator, counts.get(operator, {}), families, f"chart-{position}")
        for position, operator in enumerate(result.operators["operator"], 1)
    )
    return joined(hint("page.families_note"), legend, tag("div", figures, class_="charts"))


def _swatch(level: str) -> Markup:
    bar = tag("rect", x=1, y=1, width=20, height=10, class_=f"bar {level}")
    drawn = tag("svg", bar, width=22, height=12, aria_hidden="true")
    return tag("span", drawn, " ", text(f"severity.{level}"))


def _chart(operator: str, counts: Mapping[tuple[str, str], int], families: list[str], name: str) -> Markup:
    bars = [Bar(f, tuple((level, counts.get((f, level), 0)) for level in SEVERITIES)) for f in families]
    told = "; ".join(f"{bar.name} {number(bar.total)}" for bar in bars)
    levels = (f"severity.{level}" for level in SEVERITIES)
    titles = [*titled(TEXT, "page.family"), *titled(NUMBER, *levels, "page.together")]
    rows = [
        [(tag("b", bar.name), " ", family_title(bar.name)), *(number(n) for _, n in bar.parts), number(bar.total)]
        for bar in bars
    ]
    sums = [sum(counts.get((f, level), 0) for f in families) for level in SEVERITIES]
    total: list[Content] = [text("page.all"), *map(number, sums), number(sum(sums))]
    caption = text("page.families_of", operator=operator)
    drawn = bar_chart(bars, caption, told, name) if bars else None
    numbers = table(caption, titles, rows, name=f"{name}-table", total=total, quiet=True)
    return tag("figure", tag("figcaption", tag("h3", operator)), tag("div", drawn, numbers, class_="pair"))


def by_columns(breakdown: Breakdown) -> Markup:
    """Return the counts by the columns of the user's choice."""
    by = [text("summary.operator") if name == "operator" else named_column(name) for name in breakdown.by]
    rows = list(breakdown.records.head(MOST_ROWS).iter_rows())
    parts = [_counted(text("page.breakdown"), by, rows, "by")]
    if len(rows) < breakdown.rows:
        some, everything = number(len(rows)), number(breakdown.rows)
        parts.append(hint("page.some_rows", some=some, all=everything))
    return joined(parts)
