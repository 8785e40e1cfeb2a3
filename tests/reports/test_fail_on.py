"""Conditions decide the exit code, and stand in the document and the summary."""

from __future__ import annotations

import re

import pytest

from helpers.desks import Desk
from helpers.outcomes import Command, one_message
from helpers.reports import DAY, Audited
from thuebao.base.messages import text


@pytest.mark.parametrize(
    ("conditions", "code", "passed"),
    [
        (("error:50%", "DUP101:0"), 0, [True, True, True]),
        (("error:33%", "DUP101:0"), 1, [False, False, True]),
        (("error:50%,PER101:0", "error:1"), 1, [True, True, False, True]),
        (("DUP111:0",), 1, [False]),  # its columns are absent: nobody could count
    ],
)
def test_conditions_decide_the_exit_and_stand_in_json_and_summary(
    vina: Desk, cli: Command, conditions, code, passed
) -> None:
    options = [part for condition in conditions for part in ("--fail-on", condition)]
    done = cli("audit", "vina.csv", *DAY, *options, "--format", "json")
    assert (done.code, [v["passed"] for v in done.document["gate"]]) == (code, passed)
    done = cli("audit", "vina.csv", *DAY, *options, "--full")
    assert done.code == code
    _, title, told = done.out.partition(text("gate.title"))
    assert title
    rows = [line for line in told.splitlines() if re.match(r"[A-Za-z]+\d*:", line) and "  " in line]
    assert len(rows) == len(passed)
    for row, met in zip(rows, passed, strict=True):
        assert row.rstrip().endswith(f"  {text('gate.met')}") is met


def test_a_severity_alone_needs_no_table(audited: Audited, vina: Desk, cli: Command) -> None:
    done = cli("audit", "vina.csv", *DAY, "--fail-on", "error", "--format", "json")
    assert (done.code, "gate" in done.document) == (1, False)
    assert text("gate.title") not in audited.outcomes["table"].out


@pytest.mark.usefixtures("unread")
@pytest.mark.parametrize(
    "condition",
    [
        "",
        "often",
        "error:",
        "error:x",
        "error:101%",
        "error:-1",
        "warning:5",
        "DUP101",
        "DUP:0",
        "ZZZ999:0",
        "EXP102:0",
        "never,error",
        "error:1%:2",
    ],
)
def test_a_condition_that_is_none_is_refused(vina: Desk, cli: Command, condition) -> None:
    done = cli("audit", "vina.csv", *DAY, "--fail-on", condition)
    assert (done.code, done.out) == (2, "")
    one_message(done, "--fail-on")
