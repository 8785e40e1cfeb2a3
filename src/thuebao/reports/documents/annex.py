"""Makes an annex of an audit, in the reader's language: what Word, PDF and an office's template are filled with."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence

import polars as pl

from thuebao import __version__
from thuebao.base.foreign_text import visible
from thuebao.base.messages import language, text
from thuebao.reports import exposure as of_exposure
from thuebao.reports.about import About
from thuebao.reports.documents.content import (
    MOST_ROWS,
    Annex,
    Count,
    ExposureRow,
    InputRow,
    NotComputedRow,
    OperatorRow,
    RemedyRow,
    RuleRow,
)
from thuebao.reports.doubts import doubts
from thuebao.reports.format import day, number, share, worst_first
from thuebao.reports.html.rules import Counts, counts_by_rule, evaluated_by_all
from thuebao.reports.html.short import MOST_RULES
from thuebao.reports.html.title import law_applied
from thuebao.reports.rule_text import latest_provisions, translated
from thuebao.results.exposure import Exposures
from thuebao.results.result import DESELECTED, NOT_EVALUATED, Archive, AuditResult, Input, RuleResult

_IN_A_SENTENCE = 10
"""Operators that the paragraph names; our choice."""
_NOTIFIED = ("own_information", "same_contract", "carrier")
_NO_XML = re.compile("[\ufffe\uffff]")  # no characters, and no XML holds them


def annex_of(result: AuditResult, about: About, remedies: pl.DataFrame | None = None) -> Annex:
    """Return what a document says of an audit. The same audit gives the same annex: it holds no time of the clock.

    remedies: operator and counts of results/remedy.py, printed if they were worked out, as the result's exposure is.
    """
    totals = result.totals
    errors, found = totals["records_with_errors"], totals["records_with_findings"]
    hit = worst_first(r for r in result.rules if r.violations)
    counts = counts_by_rule(result)
    rows = tuple(_operator(*row) for row in result.operators.head(MOST_ROWS).iter_rows())
    exposure = result.exposure
    clauses = _clauses(exposure) if exposure else {}
    return Annex(
        title=text("page.title"),
        paragraph=" ".join(_paragraph(result, about, rows)).replace(" %", "\u00a0%"),
        as_of=day(result.as_of),
        tool=f"thuebao {__version__}",
        law=law_applied(result),
        made_by=plain(about.made_by or ""),
        where=plain(result.where or ""),
        file_count=Count(len(result.inputs)),
        unreadable_count=Count(len(result.unreadable)),
        records=Count(totals["records"]),
        rejected=Count(totals["rejected"]),
        records_with_errors=Count(errors),
        share_with_errors=share(errors, totals["records"]),
        records_with_findings=Count(found),
        share_with_findings=share(found, totals["records"]),
        violated_rules=Count(len(hit)),
        operator_count=Count(result.operators.height),
        operators=rows,
        rules=tuple(_rule(r, result, counts, clauses.get(r.rule.code, ())) for r in hit[:MOST_RULES]),
        inputs=tuple(_input(*file) for file in result.received[:MOST_ROWS]),
        unreadable=tuple(plain(error) for error in result.unreadable[:MOST_ROWS]),
        doubts=tuple(plain(doubt.said()) for doubt in doubts(result)[:MOST_ROWS]),
        exposure=tuple(_exposures(exposure))[:MOST_ROWS] if exposure else (),
        not_computed=tuple(_not_computed(exposure))[:MOST_ROWS] if exposure else (),
        exposure_caveats=tuple(filter(None, _caveats(exposure))) if exposure else (),
        remedies=tuple(_remedies(remedies)) if remedies is not None else (),
        day=result.as_of,
    )


def _remedies(counts: pl.DataFrame) -> Iterator[RemedyRow]:
    for operator, *numbers in counts.select("operator", *_NOTIFIED).head(MOST_ROWS).iter_rows():
        yield RemedyRow(plain(operator), *map(Count, numbers))


def plain(value: object) -> str:
    """Return foreign text as one line that XML can hold, its letters with their marks as one sign each."""
    return _NO_XML.sub("\ufffd", unicodedata.normalize("NFC", visible(value)))


def _operator(name: str, records: int, errors: int, found: int) -> OperatorRow:
    part = share(errors, records)
    return OperatorRow(
        name=plain(name),
        records=Count(records),
        with_errors=Count(errors),
        share_with_errors=part,
        with_findings=Count(found),
        share_with_findings=share(found, records),
        sentence=text("document.of_operator", operator=plain(name), errors=errors, records=records, share=part),
    )


def _paragraph(result: AuditResult, about: About, operators: Sequence[OperatorRow]) -> Iterator[str]:
    """Yield the sentences that say what was audited, how, and what was found."""
    totals = result.totals
    records, errors, found = (totals[name] for name in ("records", "records_with_errors", "records_with_findings"))
    yield text(
        "document.audited",
        records=records,
        files=len(result.inputs),
        as_of=day(result.as_of),
        version=__version__,
        law=law_applied(result),
    )
    if result.where:
        yield text("document.limited", where=plain(result.where))
    if totals["rejected"]:
        yield text("document.rejected", count=totals["rejected"])
    if result.unreadable:
        yield text("document.unreadable", count=len(result.unreadable))
    if baseline := about.options.get("baseline"):
        yield text("document.only_new", baseline=plain(baseline))
    yield text(
        "document.found",
        errors=errors,
        error_share=share(errors, records),
        findings=found,
        finding_share=share(found, records),
    )
    if operators:
        said = [row.sentence for row in operators[:_IN_A_SENTENCE]]
        if left := result.operators.height - len(said):
            said.append(text("document.more_operators", count=left))
        yield text("document.by_operator", operators="; ".join(said))
    states = [r.status for r in result.rules]
    judged = sum(status not in (NOT_EVALUATED, DESELECTED) for status in states)
    yield text("document.evaluated", evaluated=judged, all=len(states))


def _rule(r: RuleResult, result: AuditResult, counts: Counts, clauses: Collection[str]) -> RuleRow:
    return RuleRow(
        code=r.rule.code,
        severity=text(f"severity.{r.rule.severity}"),
        title=translated(r.rule.title),
        remedy=translated(r.rule.action),
        law="; ".join(latest_provisions(r.rule, result.rulebook.law)),
        exposure="; ".join(clauses),
        records=Count(r.violations),
        share=share(r.violations, evaluated_by_all(counts, r.rule.code)),
    )


def _input(path: str, read: Input | Archive) -> InputRow:
    records, rejected = (None, None) if isinstance(read, Archive) else (read.records, read.rejected)
    return InputRow(plain(path), number(records), number(rejected), read.sha256 or "")


def _exposures(exposures: Exposures) -> Iterator[ExposureRow]:
    for row in exposures.rows:
        if row.least is not None:
            yield ExposureRow(
                operator=plain(row.operator),
                clause=row.cited,
                act=row.act[language()],
                counted=of_exposure.counted(row),
                amount="; ".join(filter(None, (of_exposure.amount(row, exposures), of_exposure.bracket(row)))),
                sanctions="; ".join(of_exposure.sanctions(row)),
                remarks=of_exposure.short_caveats(row),
            )


def _not_computed(exposures: Exposures) -> Iterator[NotComputedRow]:
    for row in exposures.rows:
        reasons = of_exposure.others(row, exposures)
        if row.least is None:
            reasons = reasons or [of_exposure.counted(row)]
        if reasons:
            clause = f"{row.cited} ({text(f'exposure.measure_{row.measure}')})"
            yield NotComputedRow(plain(row.operator), clause, "; ".join(reasons))


def _caveats(exposures: Exposures) -> Iterator[str]:
    """Yield what stands beside all figures of exposure."""
    yield text("exposure.lead" if exposures.rows else "exposure.none")
    yield "; ".join(caveat.said[language()] for caveat in exposures.caveats)
    yield of_exposure.not_computed(exposures)
    yield plain(of_exposure.signs_line(exposures))


def _clauses(exposures: Exposures) -> dict[str, dict[str, None]]:
    """Return the clauses that the violations of each rule point to, each once, by its code."""
    clauses: dict[str, dict[str, None]] = {}
    for row in exposures.rows:
        for code in row.codes:
            clauses.setdefault(code, {})[row.cited] = None
    return clauses
