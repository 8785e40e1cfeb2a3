"""Writes the sheet about files: findings about their form, and notices on how they were read."""

from __future__ import annotations

from thuebao.base.messages import text
from thuebao.reports.excel.book import SEVERITY, TEXT, WRAPPED, Book
from thuebao.reports.format import titled
from thuebao.reports.rule_text import translated
from thuebao.results.one_operator import View


def write_files(book: Book, view: View) -> None:
    """Write the findings about the files and the notices."""
    result = view.result
    sheet = book.sheet("report.files", (9, 44, 11, 44, 60, 60))
    sheet.title(text("summary.export_findings"))
    sheet.repeat(0)
    rules = {rule.code: rule for rule in result.rulebook.export_rules}
    titles = [
        *titled(TEXT, "summary.code"),
        *titled(WRAPPED, "report.rule"),
        *titled(SEVERITY, "summary.severity"),
        *titled(TEXT, "summary.file"),
        *titled(WRAPPED, "summary.detail", "explain.what_to_do"),
    ]
    rows = (
        (
            f.code,
            translated(rules[f.code].title),
            f.severity,
            f.path,
            f.detail,
            translated(rules[f.code].action),
        )
        for f in result.export_findings
    )
    sheet.table(titles, rows)
    if result.notices:
        sheet.gap()
        sheet.title(text("report.notices"))
        for notice in result.notices:
            sheet.line([notice], [TEXT])
