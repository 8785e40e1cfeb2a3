"""Writes the sheet with what the law provides for."""

from __future__ import annotations

from thuebao.base.messages import language, text
from thuebao.reports import exposure as said
from thuebao.reports.excel.book import COUNT, SEVERITY, TEXT, WRAPPED, Book, Value
from thuebao.reports.format import titled
from thuebao.results.exposure import Exposure, Exposures


def write_exposure(book: Book, exposures: Exposures) -> None:
    """Write the clauses, a row each, and below them the signs that are only named."""
    sheet = book.sheet("report.exposure", (16, 34, 60, 24, 40, 12, 26, 16, 16, 10, 60, 44, 40, 70))
    sheet.title(text("exposure.title"))
    sheet.note(text("exposure.lead"))
    sheet.repeat(0)
    titles = [
        *titled(TEXT, "summary.operator"),
        *titled(WRAPPED, "exposure.clause", "exposure.act", "summary.codes", "exposure.counted"),
        *titled(COUNT, "report.counted"),
        *titled(WRAPPED, "exposure.bracket"),
        *titled(COUNT, "report.least", "report.most"),
        *titled(TEXT, "report.currency"),
        *titled(WRAPPED, "exposure.sanctions", "exposure.other", "exposure.trust", "exposure.caveats"),
    ]
    sheet.table(titles, (_row(row, exposures) for row in exposures.rows))
    if exposures.signs:
        sheet.gap()
        sheet.title(text("exposure.signs"))
        titles = [
            *titled(TEXT, "summary.operator"),
            *titled(WRAPPED, "exposure.clause", "exposure.act"),
            *titled(TEXT, "summary.code"),
            *titled(SEVERITY, "summary.severity"),
            *titled(COUNT, "summary.findings"),
        ]
        rows = ((s.operator, s.cited, s.act[language()], s.code, s.severity, s.findings) for s in exposures.signs)
        sheet.table(titles, rows)


def _row(row: Exposure, exposures: Exposures) -> tuple[Value, ...]:
    return (
        row.operator,
        row.cited,
        row.act[language()],
        ", ".join(row.codes),
        said.counted(row),
        row.count,
        said.bracket(row) or text("exposure.nothing"),
        row.least,
        row.most,
        exposures.currency,
        "; ".join(said.sanctions(row)),
        "; ".join(said.others(row, exposures)),
        said.trust(row),
        said.caveats(row),
    )
