"""Which rules are evaluated, and how grave they are."""

from __future__ import annotations

import pytest

from helpers.desks import Desk
from helpers.outcomes import Command
from helpers.people import AS_OF, ERROR


@pytest.mark.parametrize(
    ("options", "chosen"),
    [
        (["--select", "NUM104"], {"NUM104"}),
        (["--select", "num104"], {"NUM104"}),
        (["--select", "NUM104,PER104"], {"NUM104", "PER104"}),
        (["--select", "NUM104", "--select", "PER104"], {"NUM104", "PER104"}),
        (["--select", "NUM,PER10", "--ignore", "PER101,NUM10"], {"PER102", "PER103", "PER104"}),
        (["--select", "ORG", "--ignore", "ORG1"], set()),
    ],
)
def test_select_and_ignore_take_codes_and_prefixes(desk: Desk, cli: Command, options, chosen) -> None:
    desk.export("vina.csv")
    rules = cli("audit", "vina.csv", "--format", "json", *options).document["rules"]
    assert {rule["code"] for rule in rules if rule["status"] != "deselected"} == chosen


def test_select_applies_to_findings_about_files(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", {"msisdn": "0912345678", "full_name": "An B"})
    found = cli("audit", "vina.csv", "--format", "json", "--select", "EXP101").document["export_findings"]
    assert {f["code"] for f in found} == {"EXP101"}
    assert cli("audit", "vina.csv", "--format", "json", "--select", "NUM").document["export_findings"] == []


def test_severity_changes_every_report(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", ERROR)
    options = ("--severity", "per101=INFO", "--as-of", AS_OF, "--findings", "f.csv")
    document = cli("audit", "vina.csv", *options, "--format", "json").document
    assert [r["severity"] for r in document["rules"] if r["code"] == "PER101"] == ["info"]
    assert document["totals"]["records_with_errors"] == 0
    assert document["totals"]["records_with_findings"] == 1
    assert [row["severity"] for row in desk.rows("f.csv")] == ["info"]


def test_severity_takes_a_prefix_or_refuses_it(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", ERROR)
    done = cli("audit", "vina.csv", "--severity", "PER=info", "--as-of", AS_OF)
    assert done.code in (0, 2)
