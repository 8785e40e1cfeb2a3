"""Two results compared by their counts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.desks import Desk
from helpers.months import audit, printed
from helpers.people import ERROR, GOOD, NAMELESS, people, person
from thuebao.base.errors import InputError
from thuebao.base.messages import LANGUAGES, use_language
from thuebao.reports import comparison as report
from thuebao.results.compare.results import Comparison, compare


def kinds(comparison: Comparison) -> list[str]:
    return [notice.kind for notice in comparison.notices]


def test_a_result_is_no_different_from_itself(months: Desk) -> None:
    same = compare(
        Path("old.json"), Path("old.json"), old_findings=Path("old.parquet"), new_findings=Path("old.parquet")
    )
    assert (same.changes, same.notices, same.worse) == ((), (), False)
    assert [same.exit_code(fail_on) for fail_on in ("worse", "any", "never")] == [0, 0, 0]
    assert all(row.matched and row.matched.unchanged == row.new.violations for row in same.rows if row.new)
    assert "Nothing has changed." in printed(same)


def test_violations_are_compared_by_operator_and_rule(desk: Desk) -> None:
    desk.export("old/vina.csv", GOOD, ERROR)
    desk.export("new/vina.csv", GOOD | NAMELESS, ERROR, *people(2, 5))
    audit("old.json", "old")
    audit("new.json", "new")
    both = compare(Path("old.json"), Path("new.json"))
    [row] = both.changes
    assert row.old and row.new
    assert (row.operator, row.code, row.difference, row.worse) == ("VinaPhone", "PER101", 1, True)
    assert (row.old.evaluated, row.old.share, row.new.evaluated, row.new.share) == (2, 0.5, 4, 0.5)
    assert both.notices == ()
    assert [both.exit_code(fail_on) for fail_on in ("worse", "any", "never")] == [1, 1, 0]
    back = compare(Path("new.json"), Path("old.json"))
    assert [back.exit_code(fail_on) for fail_on in ("worse", "any", "never")] == [0, 1, 0]
    for code in LANGUAGES:
        use_language(code)
        assert "PER101" in printed(both)
        assert "+1" in printed(both)


def test_the_document_is_plain_data(months: Desk) -> None:
    both = compare(Path("old.json"), Path("new.json"), old_findings=Path("old.parquet"), new_findings=Path("new.csv"))
    document = json.loads(report.render(both))
    assert (document["schema"], document["key"]) == ("thuebao-comparison/1", "number")
    rules = [rule | {"operator": o["operator"]} for o in document["operators"] for rule in o["rules"]]
    assert len(rules) == len(both.rows)
    for rule in rules:
        assert rule["difference"] == rule["new"]["violations"] - rule["old"]["violations"]
        assert rule["difference"] == rule["findings"]["new"] - rule["findings"]["fixed"]
    for rule in document["rules"]:
        of = [r for r in rules if r["code"] == rule["code"]]
        assert rule["violations"]["new"] == sum(r["new"]["violations"] for r in of)
    assert report.render(both) == report.render(both)


def test_what_is_on_one_side_only_is_said(desk: Desk) -> None:
    desk.export("vina.csv", ERROR)
    desk.export("mobi.csv", person(60) | NAMELESS | {"msisdn": "0901234567"})
    audit("one.json", "vina.csv")
    audit("two.json", "vina.csv", "mobi.csv", ignore="PER104")
    both = compare(Path("one.json"), Path("two.json"))
    assert {row.operator for row in both.changes if row.old is None} == {"MobiFone"}
    assert [(r.code, r.new) for r in both.changes if r.operator == "VinaPhone"] == [("PER104", None)]
    assert kinds(both) == ["operators_only", "status_differs"]
    assert both.exit_code() == 1
    back = compare(Path("two.json"), Path("one.json"))
    assert (back.exit_code(), back.exit_code("any")) == (0, 1)
    assert "MobiFone" in " ".join(report.notices(back))


def test_what_makes_results_hard_to_compare_is_said(desk: Desk) -> None:
    desk.export("vina.csv", ERROR)
    audit("one.json", "vina.csv", "nowhere.csv")
    audit(
        "two.json",
        "vina.csv",
        as_of="2026-11-22",
        law="decree-163-2024",
        where="sex IS NOT NULL",
        severity={"PER101": "info"},
        parameters={"DUP141.threshold": 4},
    )
    document = json.loads(Path("two.json").read_text("utf-8"))
    document["tool"]["version"] = "0.0"
    document["rules"].append({"code": "USR101", "severity": "info", "status": "evaluated", "violations": 0})
    Path("two.json").write_text(json.dumps(document), "utf-8")
    both = compare(Path("one.json"), Path("two.json"))
    assert kinds(both) == [
        "incomplete",
        "law_differs",
        "as_of_differs",
        "where_differs",
        "version_differs",
        "rules_only",
        "settings_differ",
    ]
    for code in LANGUAGES:
        use_language(code)
        said = " ".join(report.notices(both))
        assert "USR101" in said
        assert "PER101, DUP141" in said


def test_a_manifest_with_counts_is_a_result(desk: Desk) -> None:
    desk.export("vina.csv", ERROR)
    audit("one.json", "vina.csv", where="sex IS NOT NULL")
    document = json.loads(Path("one.json").read_text("utf-8"))
    manifest = {name: document[name] for name in ("tool", "as_of", "law", "unreadable")}
    manifest |= {"schema": "thuebao-manifest/1", "options": {"where": document["where"]}}
    manifest |= {"counts": {name: document[name] for name in ("operators", "rules")}}
    Path("manifest.json").write_text(json.dumps(manifest), "utf-8")
    both = compare(Path("one.json"), Path("manifest.json"))
    assert (both.changes, both.notices) == ((), ())
    for operator in document["operators"]:
        del operator["rules"]
    Path("manifest.json").write_text(json.dumps(manifest), "utf-8")
    with pytest.raises(InputError) as refused:
        compare(Path("one.json"), Path("manifest.json"))
    assert refused.value.key == "compare_manifest"
