"""Each rule's own examples: of a rule about a record as an audit of one, of a rule across records as one of a file."""

import csv
from datetime import date
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from thuebao.engine.groups.staging import aside_for
from thuebao.engine.plan import Compilation, Wanted, compile_rules, plan_for
from thuebao.engine.run import Job, Options
from thuebao.rulebook.book import read_rulebook
from thuebao.rulebook.columns import raw
from thuebao.rulebook.rule import Example, Rule

RULEBOOK = read_rulebook()
AS_OF = date(2026, 11, 23)
EXAMPLES = [(rule, example) for rule in RULEBOOK.rules for example in rule.examples if not rule.grouping]
TABLES = [(rule, example) for rule in RULEBOOK.rules for example in rule.examples if rule.grouping]


@cache
def compiled(as_of: date) -> Compilation:
    return compile_rules(RULEBOOK, as_of, "auto")


@cache
def job(code: str, as_of: date) -> Job:
    return Job(RULEBOOK, Options(selected=frozenset({code}), as_of=as_of))


def names(examples: list[tuple[Rule, Example]]) -> list[str]:
    return [f"{rule.code}-{n}" for n, (rule, _) in enumerate(examples)]


@pytest.mark.parametrize(("rule", "example"), EXAMPLES, ids=names(EXAMPLES))
def test_example(rule: Rule, example: Example) -> None:
    ready = compiled(example.as_of or AS_OF)
    wanted = Wanted(frozenset({rule.code}), frozenset({"shown_number"}), None, aside_for([], ready.facts, []))
    (fields,) = example.records
    plan = plan_for(ready, wanted, fields)
    record = pl.DataFrame({raw(column): [value] for column, value in fields.items()})
    evaluated = plan.evaluate(record, "Viettel")
    assert [rule.code in evaluated.columns and evaluated[rule.code].item()] == list(example.violates)


@pytest.mark.parametrize(("rule", "example"), TABLES, ids=names(TABLES))
def test_table(rule: Rule, example: Example, tmp_path: Path) -> None:
    columns = list(dict.fromkeys(column for record in example.records for column in record))
    path, findings = tmp_path / "viettel.csv", tmp_path / "findings.parquet"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(example.records)
    result = job(rule.code, example.as_of or AS_OF).run([str(path)], findings, None)
    assert not result.unreadable
    assert {r.status for r in result.rules if r.rule.code == rule.code} == {"evaluated"}
    found = set(pl.read_parquet(findings)["record"])
    assert [number in found for number in range(1, len(example.records) + 1)] == list(example.violates)


def test_no_predicate_calls_python() -> None:
    # What SQL can't say is a fact; a predicate itself must stay inside the engine.
    ready = compiled(AS_OF)
    for expr in [*(rule.violation for rule in ready.rules), *(search.violation for search in ready.searches)]:
        assert "python" not in str(expr).lower()
