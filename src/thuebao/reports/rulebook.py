"""Shows the rulebook: the list of rules as a table or as JSON, and one rule in full."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from rich.console import Console, Group
from rich.padding import Padding
from rich.text import Text

from thuebao.base.messages import language, text
from thuebao.reports.format import titled
from thuebao.reports.rule_text import provision
from thuebao.reports.terminal import light_table, severity_label
from thuebao.rulebook.book import Rulebook
from thuebao.rulebook.law import ALL_ERAS, Law
from thuebao.rulebook.rule import Example, Grouping, Rule


def print_rules(rules: list[Rule], law: Law, console: Console) -> None:
    """Print one line per rule."""
    table = light_table(*titled("left", "summary.code", "summary.severity", "rules.eras", "summary.rule_alone"))
    for rule in rules:
        table.add_row(rule.code, severity_label(rule.severity), eras_of(rule, law), Text(rule.title[language()]))
    console.print(table)


def eras_of(rule: Rule, law: Law) -> str:
    """Return the periods of a rule, each as the number of the instrument whose law it is."""
    return ", ".join(text("rules.all_eras") if era == ALL_ERAS else law.short_name(era) for era in rule.eras)


def rules_as_json(rules: list[Rule]) -> str:
    """Return the rules as JSON: all of their data."""
    document = {"schema": "thuebao-rules/1", "rules": [_as_dict(r) for r in rules]}
    return json.dumps(document, ensure_ascii=False, indent=1)


def _as_dict(rule: Rule) -> dict[str, Any]:
    names = ("code", "name", "severity", "remedy", "eras", "field", "applies", "violation", "grouping", "parameters")
    every = asdict(rule) | {"parameters": dict(rule.parameters)}
    return {name: every[name] for name in (*names, "title", "explain", "action", "basis")}


def print_rule(rule: Rule, rulebook: Rulebook, console: Console, *, every_example: bool = False) -> None:
    """Print one rule: what, why, law by era, what to do, an example that violates it and one that does not, or all."""
    console.print(Text.assemble((rule.code, "bold"), f" {rule.name}  ", severity_label(rule.severity)))
    console.print(Text(rule.title[language()], "bold"))
    _section(console, "explain.why", rule.explain[language()])
    _section(console, "explain.what_to_do", rule.action[language()])
    _section(console, "explain.remedy", text(f"who_remedies.{rule.remedy}"))
    _section(console, "explain.notice", rule.notice.get(language(), ""))
    if rule.basis:
        console.print(Text(f"\n{text('explain.law')}", "bold"))
        for era in rulebook.law.eras:
            if rulebook.law.reaches(rule.eras, era.id):
                console.print(Padding(Text(era.title[language()], "dim"), (0, 0, 0, 2)))
                for basis in rule.bases_in(era.id, rulebook.law):
                    console.print(Padding(Text(provision(basis, rulebook.law)), (0, 0, 0, 4)))
    if rule.grouping:
        _grouping(rule.grouping, console)
    if rule.violation:
        title = "explain.of_group" if rule.grouping else "explain.predicate"
        _section(console, title, rule.violation)
        _section(console, "explain.applies", rule.applies or "")
    for name, value in rule.parameters:
        _section(console, "explain.parameter", f"${name} = {value}   (--set {rule.code}.{name}=…)")
    more = 0
    for violates, title in ((True, "explain.violating"), (False, "explain.lawful")):
        examples = [e for e in rule.examples if any(e.violates) is violates]
        shown = examples if every_example else examples[:1]
        if shown:
            console.print(Text(f"\n{text(title)}", "bold"))
        for example in shown:
            console.print(Padding(_example(example), (0, 0, 0, 2)))
        more += len(examples) - len(shown)
    if more:
        console.print(Text(f"\n{text('explain.more', count=more, code=rule.code)}", "dim"))


def _example(example: Example) -> Group:
    """Return a record, or the records of a group, those in violation marked."""
    several = len(example.records) > 1
    lines = []
    for record, violates in zip(example.records, example.violates, strict=True):
        mark = ("✗ " if violates else "· ") if several else ""
        lines.append(Text(mark + ", ".join(f"{column} = {value!r}" for column, value in record.items())))
    return Group(*lines, *([Text("")] if several else []))


def _grouping(grouping: Grouping, console: Console) -> None:
    _section(console, "explain.across", ", ".join(grouping.across))
    _section(console, "explain.where", grouping.where or "")
    _section(console, "explain.having", grouping.having)
    if grouping.order:
        order = grouping.order
        _section(console, "explain.order", text("explain.order_of", of=order.of, by=order.by, first=order.first))
    _section(console, "explain.one_character_apart", grouping.one_character_apart or "")


def _section(console: Console, title: str, body: str) -> None:
    if body:
        console.print(Text(f"\n{text(title)}", "bold"))
        console.print(Padding(Text(" ".join(body.split())), (0, 0, 0, 2)))
