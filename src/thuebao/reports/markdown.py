"""Renders the rulebook as a Markdown page: docs/rules.md is exactly this output."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from thuebao.base.messages import language, text
from thuebao.reports.rule_text import family_of, one_line
from thuebao.rulebook.book import Rulebook
from thuebao.rulebook.rule import Rule


def rules_as_markdown(rules: Sequence[Rule], rulebook: Rulebook) -> str:
    """Return all of `rules`, family by family: what each says, why, what to do, and the law by era."""
    lines = [f"# {text('rules.title')}", "", text("rules.about"), "", *_contents(rules)]
    for family, some in groupby(rules, family_of):
        lines += ["", f"## {family}"]
        for rule in some:
            lines += _rule(rule, rulebook)
    return "\n".join(lines) + "\n"


def _contents(rules: Sequence[Rule]) -> Iterator[str]:
    yield f"| {text('summary.code')} | {text('summary.severity')} | {text('rules.what')} |"
    yield "|---|---|---|"
    for rule in rules:
        severity, title = text(f"severity.{rule.severity}"), _plain(rule.title[language()])
        yield f"| [{rule.code}](#{rule.code.lower()}) | {severity} | {title} |"


def _rule(rule: Rule, rulebook: Rulebook) -> Iterator[str]:
    yield from ("", f"### {rule.code}", "")
    yield f"**{_plain(rule.title[language()])}** — `{rule.name}`, {text(f'severity.{rule.severity}')}"
    to_do = f"{text('explain.what_to_do')}: {_plain(rule.action[language()])}"
    remedy = f"{text('explain.remedy')}: {text(f'who_remedies.{rule.remedy}')}"
    yield from ("", _plain(rule.explain[language()]), "", to_do, "", remedy, "")
    for era in rulebook.law.eras:
        if cited := rule.basis_in(era.id, rulebook.law):
            yield f"- {_plain(era.title[language()])}: {_plain(cited)}"
    conditions = [
        (text("explain.across"), ", ".join(rule.grouping.across) if rule.grouping else ""),
        (text("explain.having"), rule.grouping.having if rule.grouping else ""),
        (text("explain.of_group") if rule.grouping else text("explain.predicate"), rule.violation or ""),
        (text("explain.parameter"), ", ".join(f"{name} = {value}" for name, value in rule.parameters)),
    ]
    for title, condition in conditions:
        if condition:
            yield from ("", f"{title}:", "", "```sql", one_line(condition), "```")


def _plain(words: str) -> str:
    """Return text as one line with the signs escaped that mean something in Markdown."""
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>|#" else sign for sign in one_line(words))
