"""Sections of the page about the audit as a whole and its files: totals, inputs, findings about files."""

from __future__ import annotations

from thuebao.base.messages import text
from thuebao.reports.doubts import doubts
from thuebao.reports.format import NOTHING, named_columns, number, share, titled
from thuebao.reports.html.labels import hint, sentence, severity_label
from thuebao.reports.html.markup import Content, Markup, joined, tag
from thuebao.reports.html.table import CODE, DIGEST, NUMBER, SHORT, TEXT, table
from thuebao.reports.rule_text import translated
from thuebao.results.result import Archive, AuditResult, ExportFinding, Input


def cards(result: AuditResult) -> Markup:
    """Return the totals, each large on a card of its own."""
    totals = result.totals
    errors, found = totals["records_with_errors"], totals["records_with_findings"]
    listed = [
        ("records", text("page.records"), totals["records"], None),
        ("errors", text("page.records_with_errors"), errors, share(errors, totals["records"])),
        ("findings", text("page.records_with_findings"), found, share(found, totals["records"])),
        ("rejected", text("page.rejected_lines"), totals["rejected"], None),
        ("files", text("page.files"), len(result.inputs), None),
    ]
    if result.unreadable:
        listed.append(("unreadable", text("page.unreadable_files"), len(result.unreadable), None))
    return tag("dl", (_card(*card) for card in listed), class_="cards")


def caution(result: AuditResult) -> Markup | None:
    """Return what keeps the figures from being trusted, None where nothing does."""
    found = doubts(result)
    if not found:
        return None
    said = tag("ul", (tag("li", doubt.said()) for doubt in found))
    return tag("div", tag("p", tag("strong", text("doubt.title"))), said, class_="warning", id="doubts")


def _card(name: str, title: str, count: int, part: str | None) -> Markup:
    small = tag("span", part, class_="of") if part else None
    return tag("div", tag("dt", title), tag("dd", tag("b", number(count)), " ", small), id=f"card-{name}")


def inputs(result: AuditResult) -> Markup:
    """Return the files that were read, those that could not be, and the notices."""
    titles = [
        *titled(TEXT, "summary.file"),
        *titled(SHORT, "page.format", "page.encoding", "summary.operator_from"),
        *titled(NUMBER, "page.bytes", "summary.records", "summary.rejected"),
        ("SHA-256", DIGEST),
    ]
    sums = (sum(i.bytes for i in result.inputs), sum(i.records for i in result.inputs), result.totals["rejected"])
    total = (text("page.all"), "", "", "", *map(number, sums), "")
    read = table(
        text("page.inputs"), titles, (_file(*file) for file in result.received), name="read", quiet=True, total=total
    )
    parts: list[Content] = [read if result.inputs else sentence("page.no_inputs")]
    if any(not i.sha256 for i in result.inputs):
        parts.append(hint("page.no_hash"))
    if result.unreadable:
        parts.append(tag("h3", text("page.unreadable_files")))
        parts.append(tag("ul", (tag("li", str(error)) for error in result.unreadable), id="unreadable"))
    if result.notices:
        parts.append(tag("h3", text("page.notices")))
        parts.append(tag("ul", (tag("li", notice) for notice in result.notices)))
    return joined(parts)


def _file(path: str, read: Input | Archive) -> list[Content]:
    """Return a file's row; of an archive, what was received: its members' rows follow."""
    if isinstance(read, Archive):
        return [path, text("page.archive"), *[NOTHING] * 2, number(read.bytes), *[NOTHING] * 2, read.sha256]
    counts = map(number, (read.bytes, read.records, read.rejected))
    whose = text(f"operator_from.{read.operator_from}")
    return [read.path, read.format, read.encoding, whose, *counts, read.sha256 or NOTHING]


def export_findings(result: AuditResult) -> Markup:
    """Return what was found about the files themselves, and what to do about it."""
    if not result.export_findings:
        return sentence("page.no_export_findings")
    grouped: dict[tuple[str, str, str], list[ExportFinding]] = {}
    for found in result.export_findings:
        grouped.setdefault((found.code, found.severity, found.path), []).append(found)
    rules = result.rulebook.by_code
    titles = [
        *titled(CODE, "summary.code"),
        *titled(SHORT, "summary.severity"),
        *titled(TEXT, "summary.file", "page.finding", "summary.detail"),
    ]
    rows = (
        (
            code,
            severity_label(level),
            path,
            translated(rules[code].title),
            ", ".join(named_columns(found.detail) for found in some),
        )
        for (code, level, path), some in grouped.items()
    )
    codes = dict.fromkeys(code for code, _, _ in grouped)
    todo = (
        (tag("dt", f"{code} – {text('explain.what_to_do')}"), tag("dd", tag("p", translated(rules[code].action))))
        for code in codes
    )
    return joined(
        table(text("page.export_findings"), titles, rows, name="about-files", quiet=True),
        tag("dl", todo, class_="texts"),
    )
