"""Each rule's own examples, run as an audit of one record."""

from datetime import date
from functools import cache

import polars as pl
import pytest

from thuebao.plan import Compilation, compile_rules, plan_for
from thuebao.record import raw
from thuebao.rulebook import Example, Rule, read_rulebook

RULEBOOK = read_rulebook()
AS_OF = date(2026, 11, 23)
EXAMPLES = [(rule, example) for rule in RULEBOOK.rules for example in rule.examples]


@cache
def compiled(as_of: date) -> Compilation:
    return compile_rules(RULEBOOK, as_of, "auto")


@pytest.mark.parametrize(
    ("rule", "example"), EXAMPLES, ids=[f"{rule.code}-{n}" for n, (rule, _) in enumerate(EXAMPLES)]
)
def test_example(rule: Rule, example: Example) -> None:
    plan = plan_for(compiled(example.as_of or AS_OF), [rule.code], example.record)
    record = pl.DataFrame({raw(column): [value] for column, value in example.record.items()})
    evaluated = plan.evaluate(record, "Viettel")
    assert (rule.code in evaluated.columns and evaluated[rule.code].item()) == example.violates


def test_no_predicate_calls_python() -> None:
    # What SQL can't say is a fact; a predicate itself must stay inside the engine.
    for rule in compiled(AS_OF).rules:
        assert "python" not in str(rule.violation).lower()
