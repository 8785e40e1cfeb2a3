"""Each rule's own examples: of a rule about a record as an audit of one, of a rule across records as one of a file."""

from datetime import date

import pytest

from thuebao.engine.examples import violates
from thuebao.engine.plan import compile_rules
from thuebao.rulebook.book import read_rulebook
from thuebao.rulebook.rule import Example, Rule

RULEBOOK = read_rulebook()
AS_OF = date(2026, 11, 23)
EXAMPLES = [(rule, example) for rule in RULEBOOK.rules for example in rule.examples]


@pytest.mark.parametrize(
    ("rule", "example"), EXAMPLES, ids=[f"{rule.code}-{n}" for n, (rule, _) in enumerate(EXAMPLES)]
)
def test_example(rule: Rule, example: Example) -> None:
    assert violates(RULEBOOK, rule, example, example.as_of or AS_OF) == example.violates


def test_no_predicate_calls_python() -> None:
    # What SQL can't say is a fact; a predicate itself must stay inside the engine.
    ready = compile_rules(RULEBOOK, AS_OF, "auto")
    for expr in [*(rule.violation for rule in ready.rules), *(search.violation for search in ready.searches)]:
        assert "python" not in str(expr).lower()
