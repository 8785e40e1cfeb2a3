"""The head of the page: title, who had the audit made, when, as of which day, under which law."""

from __future__ import annotations

from thuebao import __version__
from thuebao.base.messages import text
from thuebao.reports.about import About
from thuebao.reports.format import day, number, time_of_day
from thuebao.reports.html.markup import Content, Markup, joined, tag
from thuebao.reports.rule_text import translated
from thuebao.results.result import AuditResult
from thuebao.rulebook.law import AUTO


def title_block(result: AuditResult, about: About) -> Markup:
    """Return the title and the facts about the audit, with a warning where values are not masked."""
    facts: list[tuple[str, Content]] = [
        (text("page.made_by"), tag("bdi", about.made_by or text("page.made_by_nobody"))),
        (text("page.made_at"), _time(about)),
        (text("page.as_of"), tag("time", day(result.as_of), datetime=result.as_of.isoformat())),
        (text("page.law"), law_applied(result)),
        (text("page.made_with"), f"thuebao {__version__}"),
    ]
    if result.where:
        everything = number(sum(i.records for i in result.inputs))
        facts.append((text("page.scope"), text("summary.where", where=result.where, all=everything)))
    return tag(
        "header",
        tag("p", text("page.attached"), class_="attached"),
        tag("h1", text("page.title")),
        tag("dl", (tag("div", tag("dt", title), tag("dd", fact)) for title, fact in facts), class_="facts"),
        tag("p", text("page.revealed"), class_="warning") if revealed(about) else None,
    )


def revealed(about: About) -> bool:
    """Return whether values are shown unmasked."""
    return "reveal" in about.options


def law_applied(result: AuditResult) -> str:
    """Return the law that judged the records: that of each one's day, or the one that was asked for."""
    if result.law == AUTO:
        return text("page.law_auto")
    titles = [translated(era.title) for era in result.rulebook.law.eras if era.law == result.law]
    return text("page.law_forced", law=titles[0] if titles else result.law)


def _time(about: About) -> Markup:
    """Return the start and the end of the audit; the day once where it is the same."""
    same = (about.started.date(), about.started.tzname()) == (about.ended.date(), about.ended.tzname())
    started = time_of_day(about.started) + ("" if same else f" {about.started:%Z}")
    ended = f"{about.ended:%H:%M:%S %Z}" if same else f"{time_of_day(about.ended)} {about.ended:%Z}"
    return joined(
        tag("time", started, datetime=about.started.isoformat(timespec="seconds")),
        " – ",
        tag("time", ended.rstrip(), datetime=about.ended.isoformat(timespec="seconds")),
    )
