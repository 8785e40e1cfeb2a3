"""SARIF: valid, with the counts of the JSON, the worst first."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from helpers.desks import Desk
from helpers.outcomes import Command, violated
from helpers.people import ERROR, INFO, WARNING
from helpers.reports import DAY, Audited, run_of, schema
from thuebao.reports import sarif

LEVELS = {"error": "error", "warning": "warning", "note": "info"}


def test_sarif_is_valid_and_has_the_counts_of_the_json(audited: Audited) -> None:
    document = audited.outcomes["sarif"].document
    schema().validate(document)
    found = run_of(document)
    rules = found["tool"]["driver"]["rules"]
    for result in found["results"]:
        rule = rules[result["ruleIndex"]]
        assert rule["id"] == result["ruleId"]
        assert result["level"] == rule["defaultConfiguration"]["level"]
    by = Counter(result["ruleId"] for result in found["results"])
    of_files = Counter(f["code"] for f in audited.document["export_findings"])
    assert by == Counter(violated(audited.document)) + of_files
    total = sum(by.values())
    assert found["properties"] == {"totals": {**audited.document["totals"], "findings": total}, "findingsShown": total}
    counted = {r["id"]: r["properties"] for r in rules if "violations" in r["properties"]}
    assert {code: (p["status"], p["evaluated"], p["violations"]) for code, p in counted.items()} == {
        r["code"]: (r["status"], audited.evaluated[r["code"]], r["violations"]) for r in audited.document["rules"]
    }
    assert found["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]


def test_sarif_says_file_and_record_of_each_finding_once(audited: Audited) -> None:
    found = run_of(audited.outcomes["sarif"].document)["results"]
    about_records = [result for result in found if not result["ruleId"].startswith("EXP")]
    said = Counter(
        (
            result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
            int(re.findall(r"\d+", result["locations"][0]["logicalLocations"][0]["name"])[0]),
            result["ruleId"],
        )
        for result in about_records
    )
    assert said == Counter(audited.findings.select("path", "record", "code").iter_rows())
    ranks = [list(LEVELS).index(result["level"]) for result in about_records]
    assert ranks == sorted(ranks)
    prints = [result["partialFingerprints"]["recordAndRule/v1"] for result in found]
    assert len(set(prints)) == len(prints)


def test_sarif_in_vietnamese_is_valid(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", ERROR, WARNING, INFO)
    document = cli("audit", "vina.csv", "nowhere.csv", *DAY, "--format", "sarif", "--lang", "vi").document
    schema().validate(document)
    found = run_of(document)
    assert found["tool"]["driver"]["language"] == "vi"
    assert [r["level"] for r in found["results"]] == ["error", "warning", "note"]
    assert found["invocations"][0]["executionSuccessful"] is False
    assert "nowhere.csv" in found["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]


def test_sarif_holds_5000_results_the_worst_first_and_says_of_how_many(desk: Desk, cli: Command) -> None:
    lines = "".join(f"0{912345678 + n},{'An' if n % 2 else ''}\n" for n in range(9_000))
    desk.write("vina.csv", f"msisdn,full_name\n{lines}")
    some = ("audit", "vina.csv", *DAY, "--select", "PER101,PER104")
    found = run_of(cli(*some, "--format", "sarif").document)
    by = Counter(result["ruleId"] for result in found["results"])
    assert by == {"PER101": 4_500, "PER104": 500}
    assert len(found["results"]) == sarif.MOST_RESULTS == found["properties"]["findingsShown"]
    assert found["properties"]["totals"]["findings"] == 9_000
    assert found["properties"]["totals"]["records_with_errors"] == 4_500
    [note] = found["invocations"][0]["toolExecutionNotifications"]
    assert "5,000 of 9,000" in note["message"]["text"]


def test_a_findings_file_changes_nothing_in_sarif(desk: Desk, cli: Command) -> None:
    desk.export("=vina.csv", ERROR)
    some = ("audit", "=vina.csv", *DAY, "--format", "sarif")
    assert cli(*some, "--findings", "f.csv").out == cli(*some).out


@pytest.mark.parametrize("options", [(), ("--findings", "f.csv")])
def test_sarif_of_nothing_that_can_be_read(desk: Desk, cli: Command, options) -> None:
    done = cli("audit", "nowhere.csv", *DAY, "--format", "sarif", *options)
    assert done.code == 3
    schema().validate(done.document)
    assert run_of(done.document)["invocations"][0]["executionSuccessful"] is False


def test_sarif_shows_the_worst_first(desk: Desk, cli: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MOST_RESULTS", 1)
    desk.export("vina.csv", ERROR | {"lạ": "1"})
    found = run_of(cli("audit", "vina.csv", *DAY, "--format", "sarif").document)
    assert [result["level"] for result in found["results"]] == ["error"]
