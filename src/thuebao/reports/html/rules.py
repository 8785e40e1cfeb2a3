"""The rules in the page of an audit: what was violated, each rule in full, what was not evaluated, what was clean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from thuebao.base.messages import language, text
from thuebao.reports.html.markup import (
    CODE,
    NUMBER,
    SHORT,
    TEXT,
    Column,
    Content,
    Markup,
    framed_table,
    joined,
    table,
    table_body,
    tag,
)
from thuebao.reports.terminal import number, share
from thuebao.results.result import DESELECTED, EVALUATED, NOT_EVALUATED, PARTLY, AuditResult, RuleResult
from thuebao.rulebook.columns import columns
from thuebao.rulebook.law import Era, Law
from thuebao.rulebook.rule import Basis, Rule

NOTHING = "–"
SEVERITIES = ("error", "warning", "info")
Samples = Mapping[str, Sequence[Mapping[str, Any]]]
"""The first findings (thuebao.results.findings.SCHEMA) of each rule, by code."""

_FAMILIES = {
    "NUM": "page.family_num",
    "PER": "page.family_per",
    "ID": "page.family_id",
    "MIN": "page.family_min",
    "ORG": "page.family_org",
    "REG": "page.family_reg",
    "DUP": "page.family_dup",
}
_Counts = Mapping[str, Mapping[str, tuple[int, int]]]  # by code and operator: evaluated, violations


def family_of(rule: Rule) -> str:
    """Return the letters that a rule's code begins with."""
    return rule.code.rstrip("0123456789")


def by_family(rules: Sequence[RuleResult]) -> dict[str, list[RuleResult]]:
    """Return rules by the letters of their codes, in the rulebook's order."""
    families: dict[str, list[RuleResult]] = {}
    for r in rules:
        families.setdefault(family_of(r.rule), []).append(r)
    return families


def family_title(family: str) -> str:
    """Return what a family of rules is about; a user's own rules have their letters only."""
    return text(_FAMILIES[family]) if family in _FAMILIES else text("page.family_own")


def severity(level: str) -> Markup:
    """Return a severity as a label whose frame, not only its colour, tells it apart."""
    return tag("span", text(f"severity.{level}"), class_=f"level {level}")


def column_title(name: str) -> str:
    """Return what a column is called in the reader's language, with its name."""
    column = columns().get(name)
    return f"{column.title[language()]} ({name})" if column else name


def _counts(result: AuditResult) -> _Counts:
    counts: dict[str, dict[str, tuple[int, int]]] = {}
    for operator, code, evaluated, violations in result.counts.iter_rows():
        counts.setdefault(code, {})[operator] = (evaluated, violations)
    return counts


def _evaluated(counts: _Counts, code: str) -> int:
    return sum(evaluated for evaluated, _ in counts.get(code, {}).values())


# What was violated ----------------------------------------------------------------------------------------------------


def overview(result: AuditResult) -> Markup:
    """Return every violated rule in one table, by family."""
    hit = [r for r in result.rules if r.violations]
    if not hit:
        return tag("p", text("summary.no_violations"))
    counts = _counts(result)
    titles: list[Column] = [
        (text("summary.code"), CODE),
        (text("summary.severity"), SHORT),
        (text("page.rule"), TEXT),
        (text("page.evaluated"), NUMBER),
        (text("page.violations"), NUMBER),
        (text("summary.share"), NUMBER),
    ]
    bodies = [
        table_body(f"{family} – {family_title(family)}", titles, [_overview_row(r, counts) for r in rules])
        for family, rules in by_family(hit).items()
    ]
    return framed_table(text("page.violations_caption"), titles, bodies, name="violated")


def _overview_row(r: RuleResult, counts: _Counts) -> list[Content]:
    evaluated = _evaluated(counts, r.rule.code)
    return [
        tag("a", r.rule.code, href=f"#{r.rule.code}"),
        severity(r.rule.severity),
        r.rule.title[language()],
        number(evaluated),
        number(r.violations),
        share(r.violations, evaluated),
    ]


# Each rule in full ----------------------------------------------------------------------------------------------------


def sheets(result: AuditResult, samples: Samples) -> Markup:
    """Return every violated rule in full, to be unfolded, by family."""
    counts = _counts(result)
    hit = by_family([r for r in result.rules if r.violations])
    if not hit:
        return tag("p", text("summary.no_violations"))
    families = (
        (
            tag("h3", f"{family} – {family_title(family)}"),
            [_sheet(r, result.rulebook.law, counts.get(r.rule.code, {}), samples.get(r.rule.code, [])) for r in rules],
        )
        for family, rules in hit.items()
    )
    hints = (
        tag("p", text("page.unfold"), class_="hint screen"),
        tag("p", text("page.unfold_first"), class_="hint screen unfold-first"),
    )
    return joined(hints, families)


def _sheet(
    r: RuleResult, law: Law, counts: Mapping[str, tuple[int, int]], samples: Sequence[Mapping[str, Any]]
) -> Markup:
    # The target of links is inside, so that a browser unfolds the rule that a link leads to.
    inside = tag("div", _texts(r.rule, law), _by_operator(r, counts), _samples(r, law, samples), id=r.rule.code)
    return tag("details", _summary(r, counts), inside, class_="rule")


def _summary(r: RuleResult, counts: Mapping[str, tuple[int, int]]) -> Markup:
    evaluated = sum(count for count, _ in counts.values())
    of = text("page.of_evaluated", count=number(evaluated), share=share(r.violations, evaluated))
    return tag(
        "summary",
        tag("span", r.rule.code, class_="code"),
        " ",
        severity(r.rule.severity),
        " ",
        tag("span", r.rule.title[language()], class_="what"),
        " ",
        tag("span", text("page.violations_are"), class_="heard"),
        " ",
        tag("span", number(r.violations), class_="count"),
        " ",
        tag("span", of, class_="of"),
    )


def _texts(rule: Rule, law: Law) -> Markup:
    parts: list[tuple[str, Content]] = [
        (text("page.why"), tag("p", _line(rule.explain[language()]))),
        (text("explain.what_to_do"), tag("p", _line(rule.action[language()]))),
        (text("explain.law"), _law(rule, law)),
    ]
    if rule.parameters:
        values = ", ".join(f"{name} = {value}" for name, value in rule.parameters)
        parts.append((text("explain.parameter"), tag("p", values)))
    return tag("dl", ((tag("dt", title), tag("dd", body)) for title, body in parts), class_="texts")


def _line(value: str) -> str:
    """Return a text of the rulebook as one line: it may be written over several."""
    return " ".join(value.split())


def _law(rule: Rule, law: Law) -> Markup:
    periods = _periods(rule, law)
    if not periods:
        return tag("p", text("page.no_basis"))
    return tag("ol", (tag("li", tag("b", _eras(eras, law)), _bases(bases, law)) for eras, bases in periods))


def _periods(rule: Rule, law: Law) -> list[tuple[list[Era], list[Basis]]]:
    """Return what the rule rests on, by eras; eras that follow each other with the same basis are told once."""
    periods: list[tuple[list[Era], list[Basis]]] = []
    for era in law.eras:
        bases = rule.bases_in(era.id, law) if law.reaches(rule.eras, era.id) else []
        if bases and periods and periods[-1][1] == bases:
            periods[-1][0].append(era)
        elif bases:
            periods.append(([era], bases))
    return periods


def _eras(eras: Sequence[Era], law: Law) -> str:
    return text("page.all_eras") if len(eras) == len(law.eras) else "; ".join(era.title[language()] for era in eras)


def _bases(bases: Sequence[Basis], law: Law) -> Markup:
    # Provisions are cited in the language of the law.
    lang = None if language() == "vi" else "vi"
    return tag("ul", (tag("li", _provision(b, law), lang=lang) for b in bases))


def _provision(basis: Basis, law: Law) -> str:
    about = f" ({_line(basis.about)})" if basis.about else ""
    return f"{law.instruments[basis.instrument].number}, {basis.provision}{about}"


def _by_operator(r: RuleResult, counts: Mapping[str, tuple[int, int]]) -> Markup:
    """Return the counts of those with violations; the others share a line."""
    rows = [_counted(name, *both) for name, both in counts.items() if both[1]]
    clean = [evaluated for evaluated, violations in counts.values() if not violations]
    if clean:
        rows.append(_counted(text("page.other_operators", count=number(len(clean))), sum(clean), 0))
    total = _counted(text("summary.all_operators"), sum(count for count, _ in counts.values()), r.violations)
    titles = [
        (text("summary.operator"), TEXT),
        (text("page.evaluated"), NUMBER),
        (text("page.violations"), NUMBER),
        (text("summary.share"), NUMBER),
    ]
    caption = text("page.by_operator", code=r.rule.code)
    return table(caption, titles, rows, name=f"{r.rule.code}-operators", total=total)


def _counted(name: str, evaluated: int, violations: int) -> list[Content]:
    return [name, number(evaluated), number(violations), share(violations, evaluated)]


def _samples(r: RuleResult, law: Law, samples: Sequence[Mapping[str, Any]]) -> Markup:
    if not samples:
        return tag("p", text("page.no_samples"))
    caption = text("page.samples", code=r.rule.code, some=number(len(samples)), all=number(r.violations))
    titles = [
        (text("summary.file"), TEXT),
        (text("page.record"), NUMBER),
        (text("summary.operator"), TEXT),
        (text("page.number"), TEXT),
        (_value_title(r.rule), TEXT),
        (text("page.basis"), SHORT),
    ]
    if r.rule.grouping:
        titles.append((text("page.group"), NUMBER))
    rows = [_sample(sample, r.rule, law)[: len(titles)] for sample in samples]
    return table(caption, titles, rows, name=f"{r.rule.code}-samples")


def _value_title(rule: Rule) -> str:
    return text("page.value", column=column_title(rule.field)) if rule.field else text("page.value_of_none")


def _sample(sample: Mapping[str, Any], rule: Rule, law: Law) -> list[Content]:
    group = sample["group"]
    return [
        sample["path"],
        number(sample["record"]),
        sample["operator"] or NOTHING,
        sample["msisdn"] or NOTHING,
        sample["value"] or NOTHING,
        _place(sample["basis"] or "", rule, law),
        NOTHING if group is None else number(group),
    ]


def _place(basis: str, rule: Rule, law: Law) -> str:
    """Return which of the rule's periods a finding cites, by its number in the list above it; else what it cites."""
    for position, (eras, _) in enumerate(_periods(rule, law), 1):
        if basis in (rule.basis_in(era.id, law) for era in eras):
            return f"({position})"
    return basis or NOTHING


# What was not evaluated, what was clean -------------------------------------------------------------------------------


def not_evaluated(result: AuditResult) -> Markup:
    """Return the rules that were not or only partly evaluated and why, and the columns that files lack."""
    titles = [
        (text("summary.code"), CODE),
        (text("page.rule"), TEXT),
        (text("page.status"), TEXT),
        (text("summary.absent"), TEXT),
    ]
    states = {
        NOT_EVALUATED: text("page.is_not_evaluated"),
        PARTLY: text("page.is_partly_evaluated"),
        DESELECTED: text("page.is_deselected"),
    }
    rows = [
        (r.rule.code, r.rule.title[language()], states[r.status], _column_titles((r.reason or "").split(", ")))
        for r in result.rules
        if r.status != EVALUATED
    ]
    parts = [table(text("page.not_evaluated_caption"), titles, rows, name="not-evaluated")] if rows else []
    absent = [(i.path, _column_titles(i.absent)) for i in result.inputs if i.absent]
    if absent:
        of_files = [(text("summary.file"), TEXT), (text("summary.absent"), TEXT)]
        parts.append(table(text("page.absent_caption"), of_files, absent, name="absent"))
    return joined(parts) if parts else tag("p", text("page.all_evaluated"))


def _column_titles(names: Sequence[str]) -> str:
    return ", ".join(map(column_title, filter(None, names))) or NOTHING


def silent(result: AuditResult) -> Markup:
    """Return the rules that were evaluated and found nothing, one line each."""
    clean = [r for r in result.rules if not r.violations and r.status in (EVALUATED, PARTLY)]
    if not clean:
        return tag("p", text("page.none"))
    counts = _counts(result)
    titles = [
        (text("summary.code"), CODE),
        (text("page.rule"), TEXT),
        (text("summary.severity"), SHORT),
        (text("page.evaluated"), NUMBER),
    ]
    rows = [
        (r.rule.code, r.rule.title[language()], severity(r.rule.severity), number(_evaluated(counts, r.rule.code)))
        for r in clean
    ]
    return table(text("page.silent_caption"), titles, rows, name="silent", quiet=True)
