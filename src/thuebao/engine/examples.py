"""Runs the examples of rules: they are the rules' tests and their documentation."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from thuebao.base.scratch import private_folder
from thuebao.engine.groups.staging import staging_for
from thuebao.engine.options import AuditOptions
from thuebao.engine.plan import Columns, Wanted, compile_rules, plan_for
from thuebao.engine.prepare import prepare
from thuebao.engine.run import run
from thuebao.rulebook.book import Rulebook
from thuebao.rulebook.columns import raw
from thuebao.rulebook.law import AUTO
from thuebao.rulebook.rule import Example, Rule
from thuebao.sources.headers.header import is_export

_OPERATOR = "Viettel"
"""Whose the records of examples are of which none names an operator."""
_OF_EVERY_EXPORT = ("msisdn", "full_name")
"""Columns without which a file is no export; examples may leave out what their rule does not look at."""


@dataclass(frozen=True)
class Mismatch:
    """An example whose records the rule judges otherwise than it says; number: its place in the rule, from 1."""

    rule: Rule
    number: int
    expected: tuple[bool, ...]
    found: tuple[bool, ...]


def mismatches(rulebook: Rulebook, rules: Iterable[Rule], as_of: date) -> Iterator[Mismatch]:
    """Yield the examples of `rules` that do not come out as they say; those without a day of their own on `as_of`."""
    for rule in rules:
        for number, example in enumerate(rule.examples, 1):
            found = violates(rulebook, rule, example, example.as_of or as_of)
            if found != example.violates:
                yield Mismatch(rule, number, example.violates, found)


def violates(rulebook: Rulebook, rule: Rule, example: Example, as_of: date) -> tuple[bool, ...]:
    """Return for each record of an example whether it violates the rule: a file of its own for rules across records."""
    if rule.grouping:
        return _across(rulebook, rule, example, as_of)
    compilation = compile_rules(rulebook, as_of, AUTO)
    staging = staging_for([], compilation.facts, [])
    wanted = Wanted(frozenset({rule.code}), frozenset({"shown_number"}), None, staging)
    plan = plan_for(compilation, wanted, Columns(frozenset(_columns(example))))
    records = {raw(column): [record.get(column) for record in example.records] for column in _columns(example)}
    operator = None if "operator" in _columns(example) else _OPERATOR
    evaluated = plan.evaluate(pl.DataFrame(records), operator)
    return tuple(evaluated[rule.code]) if rule.code in evaluated.columns else (False,) * len(example.records)


def _columns(example: Example) -> list[str]:
    return list(dict.fromkeys(column for record in example.records for column in record))


def _across(rulebook: Rulebook, rule: Rule, example: Example, as_of: date) -> tuple[bool, ...]:
    columns = _columns(example)
    operator = () if "operator" in columns else (_OPERATOR,)
    if not is_export(columns):
        columns += [name for name in _OF_EVERY_EXPORT if name not in columns]
    with private_folder(None) as folder:
        path, findings = folder / "example.csv", folder / "findings.parquet"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="")
            writer.writeheader()
            writer.writerows(example.records)
        options = AuditOptions(operator=operator, select=(rule.code,), as_of=as_of)
        run(prepare(options, rulebook), [str(path)], findings=findings)
        found = set(pl.read_parquet(findings, columns=["record"])["record"]) if Path(findings).exists() else set()
    return tuple(number in found for number in range(1, len(example.records) + 1))
