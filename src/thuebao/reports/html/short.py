"""The sections of a report of a few pages: the verdict, the inputs, operators, the worst rules, and where to sign."""

from __future__ import annotations

from collections.abc import Sequence

from thuebao.base.messages import language, text
from thuebao.reports.doubts import doubts
from thuebao.reports.format import NOTHING, number, share, titled, worst_first
from thuebao.reports.html.exposure import exposure
from thuebao.reports.html.inputs import cards, caution
from thuebao.reports.html.labels import hint, sentence, severity_label
from thuebao.reports.html.markup import Content, Markup, joined, tag
from thuebao.reports.html.operators import operators
from thuebao.reports.html.rules import counts_by_rule, evaluated_by_all
from thuebao.reports.html.table import CODE, DIGEST, NUMBER, SHORT, TEXT, table
from thuebao.reports.rule_text import provisions_in, translated
from thuebao.reports.screen.verdict import judged, worded
from thuebao.results.result import Archive, AuditResult, Input, RuleResult
from thuebao.results.thresholds import Verdict

MOST_LISTED = 25
"""Operators, and files, that are listed: with ten rules they fit on five pages. The rest is counted; our choice."""
MOST_RULES = 10
_MOST_UNREADABLE = 5
_MOST_NOTICES = 10


def short_sections(result: AuditResult, verdicts: Sequence[Verdict]) -> list[tuple[str, str, Markup]]:
    """Return name, title and body of each section, in their order."""
    return [
        ("summary", text("page.summary"), joined(cards(result), caution(result))),
        ("verdict", text("gate.verdict"), _verdict(result, verdicts)),
        ("inputs", text("page.inputs"), _inputs(result)),
        ("operators", text("page.operators"), _operators(result)),
        ("worst", text("page.worst"), _worst(result)),
        *([("exposure", text("report.exposure"), exposure(result.exposure))] if result.exposure else []),
        ("signature", text("page.signatures"), _signatures()),
    ]


def _verdict(result: AuditResult, verdicts: Sequence[Verdict]) -> Markup:
    rows = judged(result, verdicts, doubts(result))
    shown = [*rows[: MOST_LISTED - 1], rows[-1]] if len(rows) > MOST_LISTED else rows
    titles = [*titled(TEXT, "summary.operator"), *titled(SHORT, "gate.verdict"), *titled(TEXT, "screen.why")]
    cells = (
        [
            text("summary.all_operators") if row.operator is None else row.operator,
            *worded(row, conditions=bool(verdicts)),
        ]
        for row in shown
    )
    return joined(table(text("gate.verdict"), titles, cells, name="verdicts", quiet=True), _left(len(shown), len(rows)))


def _operators(result: AuditResult) -> Markup:
    rows = result.operators.height
    if rows <= MOST_LISTED:
        return operators(result)
    most = result.operators.sort("records", descending=True, maintain_order=True).head(MOST_LISTED)
    return joined(operators(result, most), _left(MOST_LISTED, rows))


def _inputs(result: AuditResult) -> Markup:
    titles = [
        *titled(TEXT, "summary.file"),
        *titled(NUMBER, "summary.records", "summary.rejected"),
        ("SHA-256", DIGEST),
    ]
    files = result.received
    rows = (_file(*file) for file in files[:MOST_LISTED])
    parts: list[Content] = [
        table(text("page.inputs"), titles, rows, name="read", quiet=True)
        if result.inputs
        else sentence("page.no_inputs"),
        _left(min(MOST_LISTED, len(files)), len(files)),
    ]
    if result.unreadable:
        some = result.unreadable[:_MOST_UNREADABLE]
        parts.append(tag("h3", text("page.unreadable_files")))
        parts.append(tag("ul", (tag("li", str(error)) for error in some), id="unreadable"))
        parts.append(_left(len(some), len(result.unreadable)))
    if result.notices:  # what was passed over, and how files were taken
        noticed = result.notices[:_MOST_NOTICES]
        parts.append(tag("h3", text("page.notices")))
        parts.append(tag("ul", (tag("li", notice) for notice in noticed)))
        parts.append(_left(len(noticed), len(result.notices)))
    return joined(parts)


def _file(path: str, read: Input | Archive) -> list[Content]:
    counts = (None, None) if isinstance(read, Archive) else (read.records, read.rejected)
    return [path, *map(number, counts), read.sha256 or NOTHING]


def _worst(result: AuditResult) -> Markup:
    hit = worst_first(r for r in result.rules if r.violations)
    if not hit:
        return sentence("summary.no_violations")
    counts = counts_by_rule(result)
    titles = [
        *titled(CODE, "summary.code"),
        *titled(SHORT, "summary.severity"),
        *titled(TEXT, "page.rule"),
        *titled(NUMBER, "page.violations", "summary.share"),
    ]
    rows = (_rule(r, result, evaluated_by_all(counts, r.rule.code)) for r in hit[:MOST_RULES])
    listed = table(text("page.worst"), titles, rows, name="worst-rules", quiet=True)
    return joined(listed, _left(min(MOST_RULES, len(hit)), len(hit)))


def _rule(r: RuleResult, result: AuditResult, evaluated: int) -> list[Content]:
    """Return a row: what the rule says, what to do, and where the law of today says it."""
    law = result.rulebook.law
    bases = provisions_in(r.rule, law, law.eras[-1].id)
    cited = tag("span", "; ".join(bases), lang=None if language() == "vi" else "vi")
    about = [
        tag("b", translated(r.rule.title)),
        tag("p", translated(r.rule.action), class_="hint"),
        tag("p", cited, class_="hint") if bases else None,
    ]
    counted = number(r.violations), share(r.violations, evaluated)
    return [r.rule.code, severity_label(r.rule.severity), about, *counted]


def _left(some: int, everything: int) -> Markup | None:
    """Return what is said where a list is not whole."""
    return hint("page.some_rows_short", some=some, all=everything) if some < everything else None


def _signatures() -> Markup:
    """Return where those sign who made the audit and whose records it is about."""
    return tag(
        "div",
        (
            tag("div", tag("p", tag("b", text(f"page.sign_{who}"))), tag("p", text("page.sign_name"), class_="hint"))
            for who in ("inspector", "operator")
        ),
        class_="signatures",
    )
