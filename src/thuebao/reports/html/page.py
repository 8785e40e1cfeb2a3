"""Renders the audit as one HTML document: for a screen, and on A4 to be attached to an inspection record.

It loads nothing. The policy names the one script that it runs, which sorts, searches and filters what is there already:
without it everything stands on the page. What is folded on a screen stands open on paper.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import polars as pl

from thuebao import __version__
from thuebao.base.messages import language, text
from thuebao.reports.about import About
from thuebao.reports.format import day, time_of_day
from thuebao.reports.html.exposure import exposure
from thuebao.reports.html.groups import all_groups, identities, offenders
from thuebao.reports.html.inputs import cards, caution, export_findings, inputs
from thuebao.reports.html.markup import Markup, escaped, joined, tag
from thuebao.reports.html.method import method
from thuebao.reports.html.operators import by_columns, charts, operators
from thuebao.reports.html.rule_sheets import Samples, rule_sheets
from thuebao.reports.html.rules import not_evaluated, overview, silent
from thuebao.reports.html.short import short_sections
from thuebao.reports.html.title import title_block
from thuebao.results.result import AuditResult
from thuebao.results.thresholds import Verdict

_SAMPLES = 5  # findings shown of each rule, our choice: enough to look them up, few enough to print
_SHOWN = ("path", "record", "line", "sheet", "operator", "msisdn", "code", "value", "basis", "group")
_AT_ONCE = 50_000  # findings in memory at a time, a few MB; our choice


def render_page(result: AuditResult, findings: pl.LazyFrame, about: About) -> Iterator[str]:
    """Yield the document in pieces. `findings` (results.findings.SCHEMA) are read once, a batch at a time."""
    samples = first_findings(findings, {r.rule.code: r.violations for r in result.rules})
    yield from _document(_sections(result, samples, about), result, about)


def render_short_page(result: AuditResult, verdicts: Sequence[Verdict], about: About) -> Iterator[str]:
    """Yield a document of a few pages in pieces: the verdict, operators, the worst rules, and where to sign.

    verdicts: on the conditions that the audit was to meet.
    """
    yield from _document([_Section(*section) for section in short_sections(result, verdicts)], result, about)


def _document(sections: list[_Section], result: AuditResult, about: About) -> Iterator[str]:
    yield f'<!DOCTYPE html>\n<html lang="{language()}">\n'
    skip = tag("a", text("page.skip"), href="#main", class_="skip")
    yield f"{_head(about)}\n<body>\n{skip}\n"
    yield f"{title_block(result, about)}\n{_contents(sections)}\n{_main()}\n"
    for position, section in enumerate(sections, 1):
        title = tag("h2", f"{position}. {section.title}")
        yield f"{tag('section', title, section.body, id=section.name)}\n"
    yield f"</main>\n{_footer(about)}\n</body>\n</html>\n"


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


class _Section(NamedTuple):
    """A section of the page; `name` is its id."""

    name: str
    title: str
    body: Markup


@cache
def _part(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")


def _main() -> Markup:
    """Return the tag that the sections stand in, with the words that the script needs."""
    words = {key: text(f"page.{key}") for key in ("search", "all_of_them", "told", "filters")}
    words |= {key: text(f"summary.{key}") for key in ("operator", "code", "severity")}
    listed = "".join(f' data-{key.split("_")[0]}="{escaped(word)}"' for key, word in words.items())
    return Markup(f'<main id="main" tabindex="-1"{listed}>')


def _digest(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def _head(about: About) -> Markup:
    style, script = _part("page.css") + _paper(about), _part("page.js")
    # The policy names the one stylesheet and the one script by their hashes: what a foreign text smuggled in would
    # neither run nor even be styled.
    allowed = f"style-src {_digest(style)}; script-src {_digest(script)}"
    policy = f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("meta", name="generator", content=f"thuebao {__version__}"),
        tag("title", f"{text('page.title')} – {day(about.started.date())}"),
        tag("style", Markup(style)),
        tag("script", Markup(script)),
    )


def _paper(about: About) -> str:
    """Return the style of the head and foot of printed pages; it holds our own texts and numbers only."""
    head = f"{text('page.title')} · {time_of_day(about.started)} · thuebao {__version__}"
    page = text("page.paper", page='" counter(page) "', pages='" counter(pages) "')
    return f'@page {{ @top-left {{ content: "{head}"; }} @bottom-right {{ content: "{page}"; }} }}\n'


def _contents(sections: list[_Section]) -> Markup:
    links = (tag("li", tag("a", section.title, href=f"#{section.name}")) for section in sections)
    return tag("nav", tag("ol", links), aria_label=text("page.contents"))


def _footer(about: About) -> Markup:
    return tag("footer", tag("p", f"thuebao {__version__} · {time_of_day(about.started)}"))


def _sections(result: AuditResult, samples: Samples, about: About) -> list[_Section]:
    """Return the sections in order, without those that were not asked for; one without findings says so."""
    listed: list[tuple[str, str, Markup | None]] = [
        ("summary", text("page.summary"), joined(cards(result), caution(result))),
        ("inputs", text("page.inputs"), inputs(result)),
        ("operators", text("page.operators"), operators(result)),
        ("families", text("page.families"), charts(result)),
        ("breakdown", text("page.breakdown"), by_columns(result.breakdown) if result.breakdown else None),
        ("exposure", text("report.exposure"), exposure(result.exposure) if result.exposure else None),
        ("violations", text("page.violations_by_rule"), overview(result)),
        ("rules", text("page.rules"), rule_sheets(result, samples)),
        ("groups", text("page.groups"), all_groups(result.groups) if result.groups else None),
        ("open", text("page.not_evaluated"), not_evaluated(result)),
        ("clean", text("page.silent"), silent(result)),
        ("files", text("page.export_findings"), export_findings(result)),
        ("identities", text("page.identities"), identities(result)),
        ("places", text("page.places"), offenders(result)),
        ("method", text("page.method"), method(result, about)),
    ]
    return [_Section(name, title, body) for name, title, body in listed if body is not None]
