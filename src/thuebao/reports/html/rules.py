"""Sections of the page that list rules: the violated ones, those not evaluated everywhere, those without violations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from thuebao.base.messages import text
from thuebao.reports.format import NOTHING, named_columns, number, share, titled, worst_first
from thuebao.reports.html.labels import sentence, severity_label
from thuebao.reports.html.markup import Content, Markup, joined, tag
from thuebao.reports.html.table import CODE, NUMBER, SHORT, TEXT, table
from thuebao.reports.rule_text import translated
from thuebao.results.result import DESELECTED, EVALUATED, NOT_EVALUATED, PARTLY, AuditResult, RuleResult

Counts = Mapping[str, Mapping[str, tuple[int, int]]]
"""By code and operator: evaluated, violations."""


def counts_by_rule(result: AuditResult) -> Counts:
    """Return how many records each rule applied to and how many violated it, by operator."""
    counts: dict[str, dict[str, tuple[int, int]]] = {}
    for operator, code, evaluated, violations in result.counts.iter_rows():
        counts.setdefault(code, {})[operator] = (evaluated, violations)
    return counts


def evaluated_by_all(counts: Counts, code: str) -> int:
    """Return how many records of all operators a rule applied to."""
    return sum(evaluated for evaluated, _ in counts.get(code, {}).values())


def overview(result: AuditResult) -> Markup:
    """Return every violated rule in one table, the worst first."""
    hit = worst_first(r for r in result.rules if r.violations)
    if not hit:
        return sentence("summary.no_violations")
    counts = counts_by_rule(result)
    titles = [
        *titled(CODE, "summary.code"),
        *titled(SHORT, "summary.severity"),
        *titled(TEXT, "page.rule"),
        *titled(NUMBER, "page.evaluated", "page.violations", "summary.share"),
    ]
    rows = (_overview_row(r, counts) for r in hit)
    return table(text("page.violations_caption"), titles, rows, name="violated")


def _overview_row(r: RuleResult, counts: Counts) -> list[Content]:
    evaluated = evaluated_by_all(counts, r.rule.code)
    link = tag("a", r.rule.code, href=f"#{r.rule.code}")
    counted = (number(evaluated), number(r.violations), share(r.violations, evaluated))
    return [link, severity_label(r.rule.severity), translated(r.rule.title), *counted]


def not_evaluated(result: AuditResult) -> Markup:
    """Return the rules that were not or only partly evaluated and why, and the columns that files lack."""
    titles = [*titled(CODE, "summary.code"), *titled(TEXT, "page.rule", "page.status", "summary.absent")]
    states = {
        NOT_EVALUATED: text("page.is_not_evaluated"),
        PARTLY: text("page.is_partly_evaluated"),
        DESELECTED: text("page.is_deselected"),
    }
    rows = [
        (r.rule.code, translated(r.rule.title), states[r.status], _column_titles((r.reason or "").split(", ")))
        for r in result.rules
        if r.status != EVALUATED
    ]
    parts = [table(text("page.not_evaluated_caption"), titles, rows, name="not-evaluated")] if rows else []
    absent = [(i.path, _column_titles(i.absent)) for i in result.inputs if i.absent]
    if absent:
        of_files = titled(TEXT, "summary.file", "summary.absent")
        parts.append(table(text("page.absent_caption"), of_files, absent, name="absent"))
    return joined(parts) if parts else sentence("page.all_evaluated")


def _column_titles(names: Sequence[str]) -> str:
    return named_columns(", ".join(filter(None, names))) if any(names) else NOTHING


def silent(result: AuditResult) -> Markup:
    """Return the rules that were evaluated and found nothing, one line each."""
    clean = [r for r in result.rules if not r.violations and r.status in (EVALUATED, PARTLY)]
    if not clean:
        return sentence("page.none")
    counts = counts_by_rule(result)
    titles = [
        *titled(CODE, "summary.code"),
        *titled(TEXT, "page.rule"),
        *titled(SHORT, "summary.severity"),
        *titled(NUMBER, "page.evaluated"),
    ]
    rows = [
        (
            r.rule.code,
            translated(r.rule.title),
            severity_label(r.rule.severity),
            number(evaluated_by_all(counts, r.rule.code)),
        )
        for r in clean
    ]
    return table(text("page.silent_caption"), titles, rows, name="silent", quiet=True)
