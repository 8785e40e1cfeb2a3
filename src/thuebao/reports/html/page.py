"""The audit as one HTML document: for a screen, and on A4 to be attached to an inspection record.

Nothing in it comes from outside, nothing in it runs: no scripts, and a policy that forbids them. What is folded on
a screen stands open on paper.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import polars as pl

from thuebao import __version__
from thuebao.base.messages import language, text
from thuebao.reports.about import About
from thuebao.reports.html.chart import Bar, bar_chart
from thuebao.reports.html.markup import CODE, DIGEST, NUMBER, SHORT, TEXT, Column, Content, Markup, joined, table, tag
from thuebao.reports.html.rules import (
    NOTHING,
    SEVERITIES,
    Samples,
    by_family,
    column_title,
    family_title,
    not_evaluated,
    overview,
    severity,
    sheets,
    silent,
)
from thuebao.reports.terminal import number, share
from thuebao.results.result import DESELECTED, NOT_EVALUATED, AuditResult, Breakdown, ExportFinding, Group, Input
from thuebao.rulebook.law import AUTO

_SAMPLES = 5
_SHOWN = ("path", "record", "operator", "msisdn", "code", "value", "basis", "group")
_AT_ONCE = 50_000  # findings
_MOST_ROWS = 100


def render_page(result: AuditResult, findings: pl.LazyFrame, about: About) -> Iterator[str]:
    """Yield the document in pieces. `findings` (results.findings.SCHEMA) are read once, and never held as a whole."""
    samples = first_findings(findings, {r.rule.code: r.violations for r in result.rules})
    sections = _sections(result, samples, about)
    yield f'<!DOCTYPE html>\n<html lang="{language()}">\n'
    yield _head(about)
    yield "\n<body>\n" + tag("a", text("page.skip"), href="#main", class_="skip")
    yield "\n" + _title_block(result, about)
    yield "\n" + _contents(sections) + '\n<main id="main" tabindex="-1">\n'
    for position, section in enumerate(sections, 1):
        title = tag("h2", f"{position}. {section.title}")
        yield tag("section", title, section.body, id=section.name) + "\n"
    yield "</main>\n" + _footer(about) + "\n</body>\n</html>\n"


def first_findings(findings: pl.LazyFrame, violations: Mapping[str, int]) -> Samples:
    """Return the first few findings of each rule, by code; `violations` says how many of each there are."""
    missing = {code: min(count, _SAMPLES) for code, count in violations.items() if count}
    first: dict[str, list[dict[str, Any]]] = {}
    batches = findings.select(_SHOWN).collect_batches(maintain_order=True, chunk_size=_AT_ONCE)
    for batch in batches if missing else ():
        wanted = batch.filter(pl.col("code").is_in(list(missing)))
        for row in wanted.group_by("code", maintain_order=True).head(_SAMPLES).iter_rows(named=True):
            code = row["code"]
            if code in missing:
                first.setdefault(code, []).append(row)
                missing[code] -= 1
                if not missing[code]:
                    del missing[code]
        if not missing:
            break
    return first


# The document's frame -------------------------------------------------------------------------------------------------


class _Section(NamedTuple):
    """A section: its id, title and what it says."""

    name: str
    title: str
    body: Markup


@cache
def _stylesheet() -> str:
    return resources.files(__package__).joinpath("page.css").read_text("utf-8")


def _head(about: About) -> Markup:
    style = _stylesheet() + _paper(about)
    # The policy names the one stylesheet by its hash: what a foreign text smuggled in would not even be styled.
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("meta", name="generator", content=f"thuebao {__version__}"),
        tag("title", f"{text('page.title')} – {_day(about.started.date())}"),
        tag("style", Markup(style)),
    )


def _paper(about: About) -> str:
    """Return the head and foot of printed pages. They are made of the program's own texts and of numbers only."""
    head = f"{text('page.title')} · {_moment(about.started)} · thuebao {__version__}"
    page, of = text("page.paper_page"), text("page.paper_of")
    return (
        f'@page {{ @top-left {{ content: "{head}"; }}'
        f' @bottom-right {{ content: "{page} " counter(page) " {of} " counter(pages); }} }}\n'
    )


def _title_block(result: AuditResult, about: About) -> Markup:
    facts: list[tuple[str, Content]] = [
        (text("page.made_by"), tag("bdi", about.made_by or text("page.made_by_nobody"))),
        (text("page.made_at"), _time(about)),
        (text("page.as_of"), tag("time", _day(result.as_of), datetime=result.as_of.isoformat())),
        (text("page.law"), _law(result)),
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
        tag("p", text("page.revealed"), class_="warning") if _revealed(about) else None,
    )


def _revealed(about: About) -> bool:
    return "reveal" in about.options


def _law(result: AuditResult) -> str:
    if result.law == AUTO:
        return text("page.law_auto")
    titles = [era.title[language()] for era in result.rulebook.law.eras if era.law == result.law]
    return text("page.law_forced", law=titles[0] if titles else result.law)


def _day(day: date | None) -> str:
    """Return a day as the language writes it."""
    if day is None:
        return NOTHING
    return f"{day:%d/%m/%Y}" if language() == "vi" else day.isoformat()


def _moment(moment: datetime) -> str:
    return f"{_day(moment.date())} {moment:%H:%M:%S}"


def _time(about: About) -> Markup:
    """Return from when to when; the day is told once where it is the same."""
    same = (about.started.date(), about.started.tzname()) == (about.ended.date(), about.ended.tzname())
    started = _moment(about.started) + ("" if same else f" {about.started:%Z}")
    ended = f"{about.ended:%H:%M:%S %Z}" if same else f"{_moment(about.ended)} {about.ended:%Z}"
    return joined(
        tag("time", started, datetime=about.started.isoformat(timespec="seconds")),
        " – ",
        tag("time", ended.rstrip(), datetime=about.ended.isoformat(timespec="seconds")),
    )


def _contents(sections: list[_Section]) -> Markup:
    links = (tag("li", tag("a", section.title, href=f"#{section.name}")) for section in sections)
    return tag("nav", tag("ol", links), aria_label=text("page.contents"))


def _footer(about: About) -> Markup:
    return tag("footer", tag("p", f"thuebao {__version__} · {_moment(about.started)}"))


# Sections -------------------------------------------------------------------------------------------------------------


def _sections(result: AuditResult, samples: Samples, about: About) -> list[_Section]:
    """Return the sections in order; one that was not asked for is left out, one that found nothing says so."""
    listed: list[tuple[str, str, Markup | None]] = [
        ("summary", text("page.summary"), _cards(result)),
        ("inputs", text("page.inputs"), _inputs(result)),
        ("operators", text("page.operators"), _operators(result)),
        ("families", text("page.families"), _charts(result)),
        ("breakdown", text("page.breakdown"), _breakdown(result.breakdown) if result.breakdown else None),
        ("violations", text("page.violations_by_rule"), overview(result)),
        ("rules", text("page.rules"), sheets(result, samples)),
        ("groups", text("page.groups"), _all_groups(result.groups) if result.groups else None),
        ("open", text("page.not_evaluated"), not_evaluated(result)),
        ("clean", text("page.silent"), silent(result)),
        ("files", text("page.export_findings"), _export_findings(result)),
        ("identities", text("page.identities"), _identities(result)),
        ("places", text("page.places"), _offenders(result)),
        ("method", text("page.method"), _method(result, about)),
    ]
    return [_Section(name, title, body) for name, title, body in listed if body is not None]


def _cards(result: AuditResult) -> Markup:
    totals = result.totals
    errors, found = totals["records_with_errors"], totals["records_with_findings"]
    cards = [
        ("records", text("page.records"), totals["records"], None),
        ("errors", text("page.records_with_errors"), errors, share(errors, totals["records"])),
        ("findings", text("page.records_with_findings"), found, share(found, totals["records"])),
        ("rejected", text("page.rejected_lines"), totals["rejected"], None),
        ("files", text("page.files"), len(result.inputs), None),
    ]
    if result.unreadable:
        cards.append(("unreadable", text("page.unreadable_files"), len(result.unreadable), None))
    return tag("dl", (_card(*card) for card in cards), class_="cards")


def _card(name: str, title: str, count: int, part: str | None) -> Markup:
    small = tag("span", part, class_="of") if part else None
    return tag("div", tag("dt", title), tag("dd", tag("b", number(count)), " ", small), id=f"card-{name}")


def _inputs(result: AuditResult) -> Markup:
    titles = [
        (text("summary.file"), TEXT),
        (text("page.format"), SHORT),
        (text("page.encoding"), SHORT),
        (text("page.bytes"), NUMBER),
        (text("summary.records"), NUMBER),
        (text("summary.rejected"), NUMBER),
        ("SHA-256", DIGEST),
    ]
    total = (
        text("page.all"),
        "",
        "",
        number(sum(i.bytes for i in result.inputs)),
        number(sum(i.records for i in result.inputs)),
        number(result.totals["rejected"]),
        "",
    )
    read = table(text("page.inputs"), titles, map(_input, result.inputs), name="read", quiet=True, total=total)
    parts: list[Content] = [read if result.inputs else tag("p", text("page.no_inputs"))]
    if any(not i.sha256 for i in result.inputs):
        parts.append(tag("p", text("page.no_hash"), class_="hint"))
    if result.unreadable:
        parts.append(tag("h3", text("page.unreadable_files")))
        parts.append(tag("ul", (tag("li", str(error)) for error in result.unreadable), id="unreadable"))
    if result.notices:
        parts.append(tag("h3", text("page.notices")))
        parts.append(tag("ul", (tag("li", notice) for notice in result.notices)))
    return joined(parts)


def _input(read: Input) -> list[Content]:
    return [
        read.path,
        read.format,
        read.encoding,
        number(read.bytes),
        number(read.records),
        number(read.rejected),
        read.sha256 or NOTHING,
    ]


def _operators(result: AuditResult) -> Markup:
    return _counted(
        text("page.operators"),
        [text("summary.operator")],
        list(result.operators.iter_rows()),
        "by-operator",
        total=(text("summary.all_operators"), *(result.totals[n] for n in result.operators.columns[1:])),
    )


def _counted(
    caption: str, by: list[str], rows: list[tuple[Any, ...]], name: str, total: tuple[Any, ...] | None = None
) -> Markup:
    """Return a table of records, those with errors and those with findings; rows begin with what they are by."""
    counts = [
        text("summary.records"),
        text("summary.with_errors"),
        text("summary.share"),
        text("summary.with_findings"),
        text("summary.share"),
    ]
    titles: list[Column] = [*((title, TEXT) for title in by), *((title, NUMBER) for title in counts)]

    def cells(row: tuple[Any, ...]) -> list[Content]:
        records, errors, found = row[-3:]
        names = (text("summary.none") if value is None else str(value) for value in row[:-3])
        shares = share(errors, records), share(found, records)
        return [*names, number(records), number(errors), shares[0], number(found), shares[1]]

    return table(caption, titles, map(cells, rows), name=name, quiet=True, total=cells(total) if total else None)


def _charts(result: AuditResult) -> Markup:
    """Return for each operator its violations by family of rules and severity, drawn and as numbers."""
    if not result.operators.height:
        return tag("p", text("page.no_records"))
    families = list(by_family(result.rules))
    kinds = {r.rule.code: (family, r.rule.severity) for family, rs in by_family(result.rules).items() for r in rs}
    counts: dict[str, dict[tuple[str, str], int]] = {}
    for operator, code, _, violations in result.counts.iter_rows():
        of = counts.setdefault(operator, {})
        of[kinds[code]] = of.get(kinds[code], 0) + violations
    legend = tag("p", ((_swatch(level), " ") for level in SEVERITIES), class_="legend")
    figures = (
        _chart(operator, counts.get(operator, {}), families, f"chart-{position}")
        for position, operator in enumerate(result.operators["operator"], 1)
    )
    return joined(tag("p", text("page.families_note"), class_="hint"), legend, tag("div", figures, class_="charts"))


def _swatch(level: str) -> Markup:
    drawn = tag(
        "svg",
        tag("rect", x=1, y=1, width=20, height=10, class_=f"bar {level}"),
        width=22,
        height=12,
        aria_hidden="true",
    )
    return tag("span", drawn, " ", text(f"severity.{level}"))


def _chart(operator: str, counts: Mapping[tuple[str, str], int], families: list[str], name: str) -> Markup:
    bars = [Bar(f, tuple((level, counts.get((f, level), 0)) for level in SEVERITIES)) for f in families]
    told = "; ".join(f"{bar.name} {number(bar.total)}" for bar in bars)
    titles: list[Column] = [
        (text("page.family"), TEXT),
        *((text(f"severity.{level}"), NUMBER) for level in SEVERITIES),
        (text("page.together"), NUMBER),
    ]
    rows = [
        [(tag("b", bar.name), " ", family_title(bar.name)), *(number(n) for _, n in bar.parts), number(bar.total)]
        for bar in bars
    ]
    sums = [sum(counts.get((f, level), 0) for f in families) for level in SEVERITIES]
    total: list[Content] = [text("page.all"), *map(number, sums), number(sum(sums))]
    caption = text("page.families_of", operator=operator)
    return tag(
        "figure",
        tag("figcaption", tag("h3", operator)),
        tag(
            "div",
            bar_chart(bars, caption, told, name) if bars else None,
            table(caption, titles, rows, name=f"{name}-table", total=total, quiet=True),
            class_="pair",
        ),
    )


def _breakdown(breakdown: Breakdown) -> Markup:
    by = [text("summary.operator") if name == "operator" else _by_title(name) for name in breakdown.by]
    rows = list(breakdown.records.head(_MOST_ROWS).iter_rows())
    parts = [_counted(text("page.breakdown"), by, rows, "by")]
    if len(rows) < breakdown.records.height:
        some, everything = number(len(rows)), number(breakdown.records.height)
        parts.append(tag("p", text("page.some_rows", some=some, all=everything), class_="hint"))
    return joined(parts)


def _by_title(name: str) -> str:
    return text("summary.month") if name == "month" else column_title(name)


def _all_groups(groups: Mapping[str, list[Group]]) -> Markup:
    return joined(
        (tag("h3", text("summary.groups", code=code)), map(_group, some) if some else tag("p", text("page.none")))
        for code, some in groups.items()
    )


def _group(group: Group) -> Markup:
    size, some = number(group.size), number(group.records.height)
    caption = text("summary.group", number=group.number, size=size, some=some)
    columns = [(column_title(name), TEXT) for name in group.records.columns]
    rows = ([NOTHING if value is None else str(value) for value in row] for row in group.records.iter_rows())
    return table(caption, columns, rows)


def _export_findings(result: AuditResult) -> Markup:
    if not result.export_findings:
        return tag("p", text("page.no_export_findings"))
    grouped: dict[tuple[str, str, str], list[ExportFinding]] = {}
    for found in result.export_findings:
        grouped.setdefault((found.code, found.severity, found.path), []).append(found)
    rules = result.rulebook.by_code
    titles = [
        (text("summary.code"), CODE),
        (text("summary.severity"), SHORT),
        (text("summary.file"), TEXT),
        (text("page.finding"), TEXT),
        (text("summary.detail"), TEXT),
    ]
    rows = (
        (code, severity(level), path, rules[code].title[language()], ", ".join(found.detail for found in some))
        for (code, level, path), some in grouped.items()
    )
    codes = dict.fromkeys(code for code, _, _ in grouped)
    todo = (
        (tag("dt", f"{code} – {text('explain.what_to_do')}"), tag("dd", tag("p", rules[code].action[language()])))
        for code in codes
    )
    return joined(
        table(text("page.export_findings"), titles, rows, name="about-files", quiet=True),
        tag("dl", todo, class_="texts"),
    )


def _identities(result: AuditResult) -> Markup:
    if result.identities is None:
        return tag("p", text("page.identities_unknown"))
    tiers = list(result.identities[None])
    titles: list[Column] = [(text("summary.operator"), TEXT), *((tier, NUMBER) for tier in tiers)]
    rows = ([operator, *map(number, of.values())] for operator, of in result.identities.items() if operator is not None)
    total = [text("summary.all_operators"), *map(number, result.identities[None].values())]
    return joined(
        tag("p", text("page.identities_note"), class_="hint"),
        table(text("page.identities"), titles, rows, name="tiers", quiet=True, total=total),
    )


def _offenders(result: AuditResult) -> Markup:
    parts = []
    kinds = (
        ("point_of_sale", text("summary.points_of_sale")),
        ("clerk_name", text("summary.clerks")),
    )
    titles = [
        (text("summary.name"), TEXT),
        (text("summary.operator"), TEXT),
        (text("summary.findings"), NUMBER),
        (text("summary.records"), NUMBER),
    ]
    for by, title in kinds:
        some = result.offenders.filter(pl.col("by") == by).select("name", "operator", "findings", "records")
        rows = ((name, operator, number(found), number(of)) for name, operator, found, of in some.iter_rows())
        parts.append(tag("h3", title))
        name = by.replace("_", "-")
        parts.append(table(title, titles, rows, name=name, quiet=True) if some.height else tag("p", text("page.none")))
    return joined(parts)


# How it was done ------------------------------------------------------------------------------------------------------


def _method(result: AuditResult, about: About) -> Markup:
    states = [r.status for r in result.rules]
    judged = sum(1 for status in states if status not in (NOT_EVALUATED, DESELECTED))
    paragraphs = (
        text("page.method_records"),
        text("page.method_era") if result.law == AUTO else text("page.method_forced", law=_law(result)),
        text("page.method_rules", all=number(len(states)), evaluated=number(judged)),
        text("page.method_absent"),
        text("page.method_across"),
        text("page.method_rejected"),
        text("page.method_revealed") if _revealed(about) else text("page.method_masked"),
    )
    return joined(
        (tag("p", paragraph) for paragraph in paragraphs),
        _eras(result),
        _instruments(result),
        _pairs(text("page.options"), about.options, "options"),
        _pairs(text("page.versions"), about.versions, "versions"),
    )


def _eras(result: AuditResult) -> Markup:
    titles = [(text("page.era"), TEXT), (text("page.from"), NUMBER), (text("page.to"), NUMBER)]
    rows = ((era.title[language()], _day(era.start), _day(era.end)) for era in result.rulebook.law.eras)
    return table(text("page.eras"), titles, rows, name="eras")


def _instruments(result: AuditResult) -> Markup:
    cited = {basis.instrument for rule in result.rulebook.by_code.values() for basis in rule.basis}
    listed = (i for i in result.rulebook.law.instruments.values() if i.id in cited)
    titles = [(text("page.instrument"), CODE), (text("summary.name"), TEXT)]
    return table(
        text("page.instruments"), titles, ((i.number, i.title[language()]) for i in listed), name="instruments"
    )


def _pairs(title: str, pairs: Mapping[str, str], name: str) -> Markup:
    if not pairs:
        return joined(tag("h3", title), tag("p", text("page.none")))
    columns = [(text("summary.name"), CODE), (text("page.given"), TEXT)]
    return table(title, columns, pairs.items(), name=name)
