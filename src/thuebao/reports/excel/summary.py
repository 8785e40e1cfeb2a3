"""Writes the first sheet of the workbook: who made the audit of what, the totals, operators and inputs."""

from __future__ import annotations

from thuebao.base.messages import text
from thuebao.reports.about import About
from thuebao.reports.doubts import doubts
from thuebao.reports.excel.book import COUNT, DAY, MOMENT, SHARE, TEXT, Book, Sheet, Value, part_of
from thuebao.reports.format import titled
from thuebao.results.one_operator import CONDITION_HIDDEN, View
from thuebao.results.result import Archive, AuditResult, Input
from thuebao.rulebook.law import AUTO


def write_summary(book: Book, view: View, about: About, title: str, extent: str) -> None:
    """Write the sheet; `extent` says which findings the workbook holds."""
    sheet = book.sheet("report.summary", (44, 22, 16, 16, 16, 16, 70))
    sheet.title(title)
    sheet.repeat(0)
    _origin(sheet, view.result, about)
    sheet.gap()
    _totals(sheet, view)
    sheet.note(extent)
    _doubts(sheet, view)
    sheet.gap()
    _operators(sheet, view.result)
    sheet.gap()
    _unreadable(sheet, view)
    sheet.gap()
    _inputs(sheet, view)
    # The user's options may name other carriers.
    options = about.shown_options if view.operator is None else {}
    for key, pairs in (("report.options", options), ("report.versions", about.versions)):
        if pairs:
            sheet.gap()
            sheet.title(text(key))
            for pair in pairs.items():
                sheet.line(pair, [TEXT, TEXT])


def _origin(sheet: Sheet, result: AuditResult, about: About) -> None:
    sheet.pair(text("report.made_by"), about.made_by)
    for label, moment in (("report.started", about.started), ("report.ended", about.ended)):
        # A cell holds no zone.
        zone = f"{moment:%z}"
        sheet.pair(text(label), moment.replace(tzinfo=None), MOMENT, f"UTC{zone[:3]}:{zone[3:5]}" if zone else None)
    sheet.pair(text("report.as_of"), result.as_of, DAY)
    sheet.pair(text("report.law"), _law(result))
    if result.where is not None:
        hidden = result.where == CONDITION_HIDDEN
        sheet.pair(text("report.where"), text("report.where_unsaid") if hidden else result.where)


def _law(result: AuditResult) -> str:
    if result.law == AUTO:
        return text("summary.law_auto")
    instrument = result.rulebook.law.instruments.get(result.law)
    return instrument.number if instrument else result.law


def _totals(sheet: Sheet, view: View) -> None:
    totals = view.result.totals
    records = totals["records"]
    sheet.pair(text("summary.files"), len(view.result.inputs), COUNT)
    sheet.pair(text("summary.records"), records, COUNT)
    sheet.pair(text("summary.rejected"), None if view.mixed else totals["rejected"], COUNT)
    for name in ("with_errors", "with_findings"):
        count = totals[f"records_{name}"]
        sheet.pair(text(f"summary.{name}"), count, COUNT, part_of(count, records))
    sheet.pair(text("summary.findings"), view.total, COUNT)


def _doubts(sheet: Sheet, view: View) -> None:
    """Write what keeps the figures from being trusted."""
    found = doubts(view.result)
    if found:
        sheet.gap()
        sheet.title(text("doubt.title"))
        for doubt in found:
            sheet.line([doubt.said()], [TEXT])


def _operators(sheet: Sheet, result: AuditResult) -> None:
    every = result.totals["records"]
    sheet.title(text("summary.operators"))
    titles = [
        *titled(TEXT, "summary.operator"),
        *titled(COUNT, "summary.records"),
        *titled(SHARE, "report.share_of_records"),
        *titled(COUNT, "summary.with_errors"),
        *titled(SHARE, "summary.share"),
        *titled(COUNT, "summary.with_findings"),
        *titled(SHARE, "summary.share"),
    ]
    rows = (
        (name, records, part_of(records, every), errors, part_of(errors, records), found, part_of(found, records))
        for name, records, errors, found in result.operators.iter_rows()
    )
    sheet.table(titles, rows)


def _unreadable(sheet: Sheet, view: View) -> None:
    sheet.title(text("report.unreadable"))
    if view.operator is not None:
        sheet.note(text("report.unreadable_unsaid"))
    elif not view.result.unreadable:
        sheet.note(text("report.none"))
    for error in view.result.unreadable:
        sheet.line([str(error)], [TEXT])


def _inputs(sheet: Sheet, view: View) -> None:
    sheet.title(text("summary.files"))
    titles = [
        *titled(TEXT, "summary.file", "report.format", "report.encoding", "summary.operator_from"),
        *titled(COUNT, "report.bytes", "summary.records", "summary.rejected"),
        ("SHA-256", TEXT),
    ]
    sheet.table(titles, (_file(path, read, mixed=path in view.mixed) for path, read in view.result.received))
    if view.operator is not None:
        sheet.note(text("report.files_known"))


def _file(path: str, read: Input | Archive, *, mixed: bool) -> tuple[Value, ...]:
    """Return a file's row; of an archive, what was received: its members' rows follow."""
    if isinstance(read, Archive):
        return (path, text("page.archive"), None, None, read.bytes, None, None, read.sha256)
    counts = (None, None, None) if mixed else (read.bytes, read.records, read.rejected)
    return (read.path, read.format, read.encoding, text(f"operator_from.{read.operator_from}"), *counts, read.sha256)
