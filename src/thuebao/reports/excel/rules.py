"""Writes the sheets about rules: how each fared, and which were not evaluated everywhere."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from thuebao.base.messages import text
from thuebao.reports.excel.book import COUNT, SEVERITY, SHARE, TEXT, WRAPPED, Book, part_of
from thuebao.reports.format import column_title, titled
from thuebao.reports.rule_text import translated
from thuebao.results.one_operator import View
from thuebao.results.result import DESELECTED, EVALUATED, NOT_EVALUATED, PARTLY, AuditResult
from thuebao.rulebook.law import AUTO
from thuebao.rulebook.rule import Rule

_MOST_OPERATORS = 100
"""Operators with a column of their own, our choice: an export's operator column may name any number."""
_STATUSES = {
    EVALUATED: "report.evaluated",
    PARTLY: "report.partly_evaluated",
    NOT_EVALUATED: "report.not_evaluated",
    DESELECTED: "report.deselected",
}


def write_rules(book: Book, view: View) -> None:
    """Write every rule of the run, also those that found nothing."""
    result = view.result
    names = _operators_beside(view)
    sheet = book.sheet("report.rules", (9, 36, 28, 11, 16, 24, 12, 12, 10, 44, 60, *[14] * len(names)))
    sheet.title(text("report.rules"))
    sheet.note(_note(view, names))
    titles = [
        *titled(TEXT, "summary.code"),
        *titled(WRAPPED, "report.rule"),
        *titled(TEXT, "report.name"),
        *titled(SEVERITY, "summary.severity"),
        *titled(TEXT, "report.status"),
        *titled(WRAPPED, "summary.absent"),
        *titled(COUNT, "report.evaluated_records", "report.violations"),
        *titled(SHARE, "summary.share"),
        *titled(WRAPPED, "explain.law", "explain.what_to_do"),
        *((text("report.violations_of", operator=name), COUNT) for name in names),
    ]
    evaluated = dict(result.counts.group_by("code").agg(pl.col("evaluated").sum()).iter_rows())
    of = {(name, code): violations for name, code, _, violations in result.counts.iter_rows()}
    rows = (
        [
            *(r.rule.code, translated(r.rule.title), r.rule.name, r.rule.severity, text(_STATUSES[r.status]), r.reason),
            *(evaluated.get(r.rule.code), r.violations, part_of(r.violations, evaluated.get(r.rule.code, 0))),
            *(_basis(result, r.rule), translated(r.rule.action)),
            *(of.get((name, r.rule.code)) for name in names),
        ]
        for r in result.rules
    )
    sheet.main_table(titles, rows, len(result.rules))


def _operators_beside(view: View) -> list[str]:
    """Return the operators that have a column of their own: those with the most records, in their order."""
    if view.operator is not None:
        return []
    operators = view.result.operators
    most = set(operators.sort("records", descending=True, maintain_order=True)["operator"].head(_MOST_OPERATORS))
    return [name for name in operators["operator"] if name in most]


def _note(view: View, names: Sequence[str]) -> str:
    note, operators = text("report.rules_note"), view.result.operators.height
    if view.operator is None and len(names) < operators:
        note += " " + text("report.rules_some", some=len(names), all=operators)
    return note


def _basis(result: AuditResult, rule: Rule) -> str:
    """Return the rule's basis in every law that may have judged a record, the latest first."""
    law = result.rulebook.law
    judged = [era.id for era in law.eras if result.law in (AUTO, era.law)]
    return "; ".join(dict.fromkeys(basis for era in reversed(judged) if (basis := rule.basis_in(era, law))))


def write_not_evaluated(book: Book, view: View) -> None:
    """Write the rules that were not evaluated in every file, and the columns that are absent."""
    sheet = book.sheet("report.not_evaluated", (9, 50, 11, 20, 40, 50))
    sheet.title(text("report.not_evaluated"))
    sheet.note(text("report.not_evaluated_note"))
    some = [r for r in view.result.rules if r.status in (NOT_EVALUATED, PARTLY)]
    titles = [
        *titled(TEXT, "summary.code"),
        *titled(WRAPPED, "report.rule"),
        *titled(SEVERITY, "summary.severity"),
        *titled(TEXT, "report.status"),
        *titled(WRAPPED, "summary.absent", "columns.meaning"),
    ]
    rows = (
        (
            r.rule.code,
            translated(r.rule.title),
            r.rule.severity,
            text(_STATUSES[r.status]),
            r.reason,
            _meaning(r.reason),
        )
        for r in some
    )
    sheet.main_table(titles, rows, len(some))


def _meaning(reason: str | None) -> str | None:
    """Return the titles of absent columns (`sim_serial, pos_code | pos_name`)."""
    groups = (group.split(" | ") for group in reason.split(", ")) if reason else ()
    return ", ".join(" | ".join(map(column_title, group)) for group in groups) or None
