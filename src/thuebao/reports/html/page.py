"""Renders the audit as one HTML document: for a screen, and on A4 to be attached to an inspection record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from thuebao.base.messages import text
from thuebao.reports.about import About
from thuebao.reports.html.exposure import exposure
from thuebao.reports.html.frame import Section, document
from thuebao.reports.html.groups import all_groups, identities, offenders
from thuebao.reports.html.inputs import cards, caution, export_findings, inputs
from thuebao.reports.html.markup import Markup, joined
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
    yield from document(
        text("page.title"), title_block(result, about), _sections(result, samples, about), about.started
    )


def render_short_page(result: AuditResult, verdicts: Sequence[Verdict], about: About) -> Iterator[str]:
    """Yield a document of a few pages in pieces: the verdict, operators, the worst rules, and where to sign.

    verdicts: on the conditions that the audit was to meet.
    """
    sections = [Section(*section) for section in short_sections(result, verdicts)]
    yield from document(text("page.title"), title_block(result, about), sections, about.started)


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


def _sections(result: AuditResult, samples: Samples, about: About) -> list[Section]:
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
    return [Section(name, title, body) for name, title, body in listed if body is not None]
