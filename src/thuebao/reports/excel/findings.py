"""Writes the findings sheet, in batches."""

from __future__ import annotations

import polars as pl

from thuebao.base.messages import language, text
from thuebao.reports.excel.book import TEXT, Book, plain_texts
from thuebao.reports.format import titled
from thuebao.reports.rule_text import translated
from thuebao.results.findings import SCHEMA
from thuebao.results.one_operator import View
from thuebao.rulebook.columns import columns

_COLUMNS = {
    "path": "summary.file",
    "record": "report.record",
    "line": "report.line",
    "sheet": "report.sheet",
    "operator": "summary.operator",
    "msisdn": "report.number",
    "code": "summary.code",
    "rule": "report.rule",
    "severity": "summary.severity",
    "field": "report.field",
    "value": "report.value",
    "basis": "explain.law",
    "group": "report.group",
}


def extent(listed: int, total: int, full: str | None) -> str:
    """Return the sentence that says which findings the workbook lists, and where all of them are."""
    if listed == total:
        said = [text("report.findings_all", count=total)]
    else:
        said = [text("report.findings_some", some=listed, all=total)]
    if full is not None:
        said.append(text("report.findings_file", path=full))
    elif listed < total:
        said.append(text("report.findings_nowhere"))
    return " ".join(said)


def write_findings(book: Book, view: View, extent: str, listed: int) -> None:
    """Write the first `listed` findings; `extent` says which they are."""
    sheet = book.sheet("report.findings", (36, 10, 10, 16, 14, 14, 9, 44, 11, 26, 28, 60, 9))
    sheet.title(text("report.findings"))
    sheet.note(extent)
    sheet.main_table(titled(TEXT, *_COLUMNS.values()), (), listed)
    titles = {r.rule.code: translated(r.rule.title) for r in view.result.rules}
    fields = {name: column.title[language()] for name, column in columns().items()}
    shown = (
        view.result.findings.select(*SCHEMA)
        .head(listed)
        .with_columns(pl.col("field").replace(fields), rule=pl.col("code").replace(titles))
        .select(*_COLUMNS)
        .with_columns(plain_texts(pl.col(pl.String)))
    )
    order = list(_COLUMNS)
    numbers = tuple(map(order.index, ("record", "line", "group")))
    for batch in shown.collect_batches(maintain_order=True):
        sheet.frame(batch, severity=order.index("severity"), numbers=numbers)
