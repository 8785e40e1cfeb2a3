"""Parameters of rules: what changes, and what cannot be set."""

from __future__ import annotations

import pytest

from helpers.across import audited, one_person, refused
from helpers.desks import Desk
from helpers.outcomes import Command
from helpers.people import person


@pytest.mark.parametrize(
    ("options", "violations", "threshold"),
    [
        ((), 0, 10),
        (("--set", "DUP141.threshold=4"), 4, 4),
        (("--set", "DUP141.threshold=5"), 0, 5),
        (("--set", " dup141.threshold = 4 "), 4, 4),
        (("--set", "DUP151.threshold=2", "--set", "DUP141.threshold=4"), 4, 4),
        (("--set", "DUP141.threshold=5", "--set", "DUP141.threshold=4"), 4, 4),
    ],
)
def test_a_parameter_changes_what_fires(desk: Desk, cli: Command, options, violations, threshold) -> None:
    desk.export("vina.csv", *one_person(4), person(4))
    document = audited(cli, "vina.csv", *options)
    [rule] = [rule for rule in document["rules"] if rule["code"] == "DUP141"]
    assert (rule["violations"], rule["parameters"]) == (violations, {"threshold": threshold})


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        ("DUP141.threshold=x", ("--set DUP141.threshold=x", "CODE.name=number")),
        ("DUP141.threshold=2.5", ("CODE.name=number",)),
        ("DUP141.threshold=-4", ("CODE.name=number",)),
        ("DUP141.threshold=", ("CODE.name=number",)),
        ("DUP141.threshold", ("CODE.name=number",)),
        ("DUP141=4", ("CODE.name=number",)),
        ("=4", ("CODE.name=number",)),
        ("", ("CODE.name=number",)),
        ("DUP999.threshold=4", ("DUP999.threshold", "no such parameter", "DUP141.threshold")),
        ("DUP141.nothing=4", ("DUP141.nothing", "no such parameter", "DUP141.threshold")),
        ("NUM101.threshold=4", ("NUM101.threshold", "no such parameter")),
        ("DUP141.threshold=1", ("DUP141", "single record")),
        ("DUP141.threshold=0", ("DUP141", "single record")),
    ],
)
def test_a_parameter_that_cannot_be_set(desk: Desk, cli: Command, value, parts) -> None:
    desk.export("vina.csv", *one_person(4))
    message = refused(desk, cli, "--set", value)
    for part in parts:
        assert part in message


def test_a_parameter_beyond_all_counts(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", *one_person(4))
    done = cli("audit", "vina.csv", "--set", f"DUP141.threshold={10**20}", "--quiet")
    assert done.code in (0, 2)
    assert "error of its own" not in done.err


def test_explain_tells_the_parameter(cli: Command) -> None:
    said = cli("explain", "DUP141").said
    assert "$threshold = 10" in said
    assert "--set DUP141.threshold=" in said
