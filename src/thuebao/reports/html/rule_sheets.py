"""The section of the page that shows each violated rule in full: texts, law, counts by operator, sample records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from thuebao.base.messages import language, text
from thuebao.reports.format import NOTHING, named_column, number, share, titled, worst_first
from thuebao.reports.html.labels import sentence, severity_label
from thuebao.reports.html.markup import Content, Markup, joined, tag
from thuebao.reports.html.rules import counts_by_rule
from thuebao.reports.html.table import NUMBER, SHORT, TEXT, table
from thuebao.reports.rule_text import provision, translated
from thuebao.results.result import AuditResult, RuleResult
from thuebao.rulebook.law import Era, Law
from thuebao.rulebook.rule import Basis, Rule

Samples = Mapping[str, Sequence[Mapping[str, Any]]]
"""The first findings (thuebao.results.findings.SCHEMA) of each rule, by code."""


def rule_sheets(result: AuditResult, samples: Samples) -> Markup:
    """Return every violated rule in full, to be unfolded, the worst first."""
    counts = counts_by_rule(result)
    hit = worst_first(r for r in result.rules if r.violations)
    if not hit:
        return sentence("summary.no_violations")
    sheets = (_sheet(r, result.rulebook.law, counts.get(r.rule.code, {}), samples.get(r.rule.code, [])) for r in hit)
    hints = (
        tag("p", text("page.unfold"), class_="hint screen"),
        tag("p", text("page.unfold_first"), class_="hint screen unfold-first"),
    )
    return joined(hints, sheets)


def _sheet(
    r: RuleResult, law: Law, counts: Mapping[str, tuple[int, int]], samples: Sequence[Mapping[str, Any]]
) -> Markup:
    # The target of links is inside, so that a browser unfolds the rule that a link leads to.
    inside = tag("div", _texts(r.rule, law), _by_operator(r, counts), _samples(r, law, samples), id=r.rule.code)
    return tag("details", _summary(r, counts), inside, class_="rule")


def _summary(r: RuleResult, counts: Mapping[str, tuple[int, int]]) -> Markup:
    evaluated = sum(count for count, _ in counts.values())
    of = text("page.of_evaluated", count=evaluated, share=share(r.violations, evaluated))
    said = (
        tag("span", r.rule.code, class_="code"),
        severity_label(r.rule.severity),
        tag("span", translated(r.rule.title), class_="what"),
        tag("span", text("page.violations_are"), class_="heard"),
        tag("span", number(r.violations), class_="count"),
        tag("span", of, class_="of"),
    )
    return tag("summary", Markup(" ").join(said))


def _texts(rule: Rule, law: Law) -> Markup:
    parts: list[tuple[str, Content]] = [
        (text("page.why"), tag("p", translated(rule.explain))),
        (text("explain.what_to_do"), tag("p", translated(rule.action))),
        (text("explain.law"), _law(rule, law)),
    ]
    if rule.parameters:
        values = ", ".join(f"{name} = {value}" for name, value in rule.parameters)
        parts.append((text("explain.parameter"), tag("p", values)))
    return tag("dl", ((tag("dt", title), tag("dd", body)) for title, body in parts), class_="texts")


def _law(rule: Rule, law: Law) -> Markup:
    periods = _periods(rule, law)
    if not periods:
        return sentence("page.no_basis")
    return tag("ol", (tag("li", tag("b", _eras(eras, law)), _bases(bases, law)) for eras, bases in periods))


def _periods(rule: Rule, law: Law) -> list[tuple[list[Era], list[Basis]]]:
    """Return the rule's bases by eras; successive eras with the same bases share an entry."""
    periods: list[tuple[list[Era], list[Basis]]] = []
    for era in law.eras:
        bases = rule.bases_in(era.id, law) if law.reaches(rule.eras, era.id) else []
        if bases and periods and periods[-1][1] == bases:
            periods[-1][0].append(era)
        elif bases:
            periods.append(([era], bases))
    return periods


def _eras(eras: Sequence[Era], law: Law) -> str:
    return text("page.all_eras") if len(eras) == len(law.eras) else "; ".join(translated(era.title) for era in eras)


def _bases(bases: Sequence[Basis], law: Law) -> Markup:
    # Provisions are cited in the language of the law.
    lang = None if language() == "vi" else "vi"
    return tag("ul", (tag("li", provision(b, law), lang=lang) for b in bases))


def _by_operator(r: RuleResult, counts: Mapping[str, tuple[int, int]]) -> Markup:
    """Return the counts of operators with violations, one line each, and of all others in one line."""
    rows = [_counted(name, *both) for name, both in counts.items() if both[1]]
    clean = [evaluated for evaluated, violations in counts.values() if not violations]
    if clean:
        rows.append(_counted(text("page.other_operators", count=len(clean)), sum(clean), 0))
    total = _counted(text("summary.all_operators"), sum(count for count, _ in counts.values()), r.violations)
    titles = [*titled(TEXT, "summary.operator"), *titled(NUMBER, "page.evaluated", "page.violations", "summary.share")]
    caption = text("page.by_operator", code=r.rule.code)
    return table(caption, titles, rows, name=f"{r.rule.code}-operators", total=total)


def _counted(name: str, evaluated: int, violations: int) -> list[Content]:
    return [name, number(evaluated), number(violations), share(violations, evaluated)]


def _samples(r: RuleResult, law: Law, samples: Sequence[Mapping[str, Any]]) -> Markup:
    if not samples:
        return sentence("page.no_samples")
    caption = text("page.samples", code=r.rule.code, some=len(samples), all=r.violations)
    field = r.rule.field
    titles = [
        *titled(TEXT, "summary.file"),
        *titled(NUMBER, "page.record", "page.line"),
        *titled(TEXT, "summary.operator", "page.number"),
        (text("page.value", column=named_column(field)) if field else text("page.value_of_none"), TEXT),
        *titled(SHORT, "page.basis"),
        *(titled(NUMBER, "page.group") if r.rule.grouping else []),
    ]
    rows = [_sample(sample, r.rule, law)[: len(titles)] for sample in samples]
    return table(caption, titles, rows, name=f"{r.rule.code}-samples")


def _sample(sample: Mapping[str, Any], rule: Rule, law: Law) -> list[Content]:
    values = (sample[name] or NOTHING for name in ("operator", "msisdn", "value"))
    basis = _place(sample["basis"] or "", rule, law)
    path, sheet = sample["path"], sample["sheet"]
    file = path if sheet is None else f"{path}, {text('show.sheet', sheet=sheet)}"
    return [file, number(sample["record"]), number(sample["line"]), *values, basis, number(sample["group"])]


def _place(basis: str, rule: Rule, law: Law) -> str:
    """Return the number, in the list of the rule's bases, of the one that a finding cites; else the citation itself."""
    for position, (eras, _) in enumerate(_periods(rule, law), 1):
        if basis in (rule.basis_in(era.id, law) for era in eras):
            return f"({position})"
    return basis or NOTHING
