"""The last section of the page: how records were judged, periods of the law, options and versions."""

from __future__ import annotations

from collections.abc import Mapping

from thuebao.base.messages import text
from thuebao.reports.about import About
from thuebao.reports.format import day, titled
from thuebao.reports.html.labels import sentence
from thuebao.reports.html.markup import Markup, joined, tag
from thuebao.reports.html.table import CODE, NUMBER, TEXT, table
from thuebao.reports.html.title import law_applied, revealed
from thuebao.reports.rule_text import translated
from thuebao.results.result import DESELECTED, NOT_EVALUATED, AuditResult
from thuebao.rulebook.law import AUTO


def method(result: AuditResult, about: About) -> Markup:
    """Return the section."""
    states = [r.status for r in result.rules]
    judged = sum(1 for status in states if status not in (NOT_EVALUATED, DESELECTED))
    paragraphs = (
        text("page.method_records"),
        text("page.method_era") if result.law == AUTO else text("page.method_forced", law=law_applied(result)),
        text("page.method_rules", all=len(states), evaluated=judged),
        text("page.method_absent"),
        text("page.method_across"),
        text("page.method_rejected"),
        text("page.method_revealed") if revealed(about) else text("page.method_masked"),
    )
    return joined(
        (tag("p", paragraph) for paragraph in paragraphs),
        _eras(result),
        _instruments(result),
        _pairs(text("page.options"), about.shown_options, "options"),
        _pairs(text("page.versions"), about.versions, "versions"),
    )


def _eras(result: AuditResult) -> Markup:
    titles = [*titled(TEXT, "page.era"), *titled(NUMBER, "page.from", "page.to")]
    rows = ((translated(era.title), day(era.start), day(era.end)) for era in result.rulebook.law.eras)
    return table(text("page.eras"), titles, rows, name="eras")


def _instruments(result: AuditResult) -> Markup:
    cited = {basis.instrument for rule in result.rulebook.by_code.values() for basis in rule.basis}
    listed = (i for i in result.rulebook.law.instruments.values() if i.id in cited)
    titles = [*titled(CODE, "page.instrument"), *titled(TEXT, "summary.name")]
    rows = ((i.number, translated(i.title)) for i in listed)
    return table(text("page.instruments"), titles, rows, name="instruments")


def _pairs(title: str, pairs: Mapping[str, str], name: str) -> Markup:
    if not pairs:
        return joined(tag("h3", title), sentence("page.none"))
    columns = [*titled(CODE, "summary.name"), *titled(TEXT, "page.given")]
    return table(title, columns, pairs.items(), name=name)
