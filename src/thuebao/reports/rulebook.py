"""The rulebook as people and programs read it: a list, and one rule in full."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from rich.console import Console, Group
from rich.padding import Padding
from rich.text import Text

from thuebao.base.messages import language, text
from thuebao.reports.terminal import STYLES, light_table
from thuebao.rulebook.book import Rulebook
from thuebao.rulebook.rule import Example, Grouping, Rule


def print_rules(rules: list[Rule], console: Console) -> None:
    """Print one line per rule."""
    titles = ("summary.code", "summary.severity", "rules.eras", "summary.rule")
    table = light_table(*((text(title), "left") for title in titles))
    for rule in rules:
        table.add_row(
            rule.code,
            Text(text(f"severity.{rule.severity}"), STYLES[rule.severity]),
            ", ".join(rule.eras),
            Text(rule.title[language()]),
        )
    console.print(table)


def rules_as_json(rules: list[Rule]) -> str:
    """Return the rules as JSON: all of their data."""
    return json.dumps(
        {"schema": "thuebao-rules/1", "rules": [_as_dict(r) for r in rules]}, ensure_ascii=False, indent=1
    )


def _as_dict(rule: Rule) -> dict[str, Any]:
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": rule.severity,
        "eras": list(rule.eras),
        "field": rule.field,
        "applies": rule.applies,
        "violation": rule.violation,
        "grouping": asdict(rule.grouping) if rule.grouping else None,
        "parameters": dict(rule.parameters),
        "title": rule.title,
        "explain": rule.explain,
        "action": rule.action,
        "basis": [{**asdict(b), "eras": list(b.eras)} for b in rule.basis],
    }


def print_rule(rule: Rule, rulebook: Rulebook, console: Console) -> None:
    """Print one rule: what, why, law by era, what to do, examples."""
    severity = (text(f"severity.{rule.severity}"), STYLES[rule.severity])
    head = Text.assemble((rule.code, "bold"), f" {rule.name}  ", severity)
    console.print(head)
    console.print(Text(rule.title[language()], "bold"))
    _section(console, "explain.why", rule.explain[language()])
    _section(console, "explain.what_to_do", rule.action[language()])
    if rule.basis:
        console.print(Text(f"\n{text('explain.law')}", "bold"))
        for era in rulebook.law.eras:
            if rulebook.law.reaches(rule.eras, era.id):
                console.print(Padding(Text(era.title[language()], "dim"), (0, 0, 0, 2)))
                for basis in rule.bases_in(era.id, rulebook.law):
                    number = rulebook.law.instruments[basis.instrument].number
                    about = f" ({basis.about})" if basis.about else ""
                    console.print(Padding(Text(f"{number}, {basis.provision}{about}"), (0, 0, 0, 4)))
    if rule.grouping:
        _grouping(rule.grouping, console)
    if rule.violation:
        title = "explain.of_group" if rule.grouping else "explain.predicate"
        _section(console, title, rule.violation)
        _section(console, "explain.applies", rule.applies or "")
    for name, value in rule.parameters:
        _section(console, "explain.parameter", f"${name} = {value}   (--set {rule.code}.{name}=…)")
    for violates, title in ((True, "explain.violating"), (False, "explain.lawful")):
        examples = [e for e in rule.examples if any(e.violates) is violates]
        if examples:
            console.print(Text(f"\n{text(title)}", "bold"))
        for example in examples:
            console.print(Padding(_example(example), (0, 0, 0, 2)))


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
    _section(console, "explain.near", grouping.near or "")


def _section(console: Console, title: str, body: str) -> None:
    if body:
        console.print(Text(f"\n{text(title)}", "bold"))
        console.print(Padding(Text(" ".join(body.split())), (0, 0, 0, 2)))
