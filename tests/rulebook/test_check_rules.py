"""`thuebao rules --check` runs the examples of a user's own rules."""

from typing import Any

RULE = """
[[rule]]
code = "OWN101"
name = "own-name"
severity = "error"
eras = ["all"]
violation = "full_name IS NULL"
field = "full_name"
title = { vi = "a", en = "b" }
explain = { vi = "a", en = "b" }
action = { vi = "a", en = "b" }

[[rule.basis]]
eras = ["all"]
instrument = "decree-49-2017"
provision = "Điều 15"

[[rule.example]]
violates = true
record = { full_name = "" }

[[rule.example]]
violates = false
record = { full_name = "Trần An" }
"""
ACROSS = """
[[rule]]
code = "OWN102"
name = "own-names-twice"
severity = "warning"
eras = ["all"]
across = ["full_name"]
having = "COUNT(*) > 1"
violation = "TRUE"
field = "full_name"
title = { vi = "a", en = "b" }
explain = { vi = "a", en = "b" }
action = { vi = "a", en = "b" }

[[rule.example]]
violates = [true, true, false]
records = [{ full_name = "Trần An" }, { full_name = "Trần An" }, { full_name = "Lê Bình" }]
"""


def test_examples_that_come_out(desk: Any, cli: Any) -> None:
    desk.write("own/names.toml", RULE + ACROSS)
    done = cli("rules", "--check", "own")
    assert (done.code, done.out, done.err) == (0, "Rules: 2, examples: 3, not as they say: 0\n", "")


def test_examples_that_do_not(desk: Any, cli: Any) -> None:
    wrong = RULE.replace("violates = false", "violates = true") + ACROSS.replace("[true, true,", "[true, false,")
    desk.write("own/names.toml", wrong)
    done = cli("rules", "--check", "own")
    assert done.code == 1
    assert done.out == "Rules: 2, examples: 3, not as they say: 2\n"
    first, second = done.err.splitlines()
    assert "own/names.toml: OWN101, example 2: it says violates = true, and the rule says false" in first
    assert "OWN102, example 1: it says violates = true, false, false, and the rule says true, true, false" in second


def test_a_rule_that_cannot_be_used_is_said(desk: Any, cli: Any) -> None:
    desk.write("own/names.toml", RULE.replace("full_name IS NULL", "nonsense IS NULL"))
    done = cli("rules", "--check", "own")
    assert done.code == 2
    assert "own/names.toml" in done.err
    assert "nonsense" in done.err
