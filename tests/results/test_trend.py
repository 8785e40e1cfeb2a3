"""thuebao trend: results by their days, gaps that are no zeros, and forms that others read."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from lxml import html as lxml_html
from prometheus_client.openmetrics import parser

from helpers.desks import Desk
from helpers.outcomes import Command, one_message
from helpers.people import NAMELESS, person

DAYS = ("2026-09-01", "2026-10-01", "2026-11-01")


def export(desk: Desk, nameless: int, count: int = 10, operator: str = "VinaPhone", first: int = 0) -> None:
    """Write an export in which so many of all people have no name."""
    desk.export(
        f"exports/{operator}.csv",
        *(
            person(first + n)
            | {"operator": operator, "province": "Hà Nội" if n % 2 else "Lào Cai"}
            | (NAMELESS if n < nameless else {})
            for n in range(count)
        ),
    )


def audited(desk: Desk, cli: Command, day: str, *more: str, name: str | None = None) -> str:
    path = name or f"{day}.json"
    desk.write(path, cli("audit", "exports", "--as-of", day, "--format", "json", "-qq", *more).out)
    return path


@pytest.fixture
def results(desk: Desk, cli: Command) -> list[str]:
    """Three results: VinaPhone in all of them, iTel in the last two alone, PER101 not in the second."""
    export(desk, 4)
    first = audited(desk, cli, DAYS[0], "--by", "province")
    export(desk, 2)
    export(desk, 1, 5, "iTel", 100)
    second = audited(desk, cli, DAYS[1], "--by", "operator,province", "--ignore", "PER101")
    export(desk, 1)
    third = audited(desk, cli, DAYS[2], "--by", "province")
    return [first, second, third]


def document(cli: Command, *paths: str) -> dict[str, Any]:
    outcome = cli("trend", *paths, "--format", "json")
    assert outcome.code == 0
    loaded: dict[str, Any] = json.loads(outcome.out)
    return loaded


def column(series: dict[str, Any], name: str) -> list[Any]:
    return [point and point[name] for point in series["points"]]


def test_days_order_the_results(cli: Command, results: list[str]) -> None:
    found = document(cli, *reversed(results))
    assert found == document(cli, *results)
    assert found["schema"] == "thuebao-trend/1"
    assert [(r["path"], r["as_of"]) for r in found["results"]] == list(zip(results, DAYS, strict=True))


def test_what_a_result_lacks_is_a_gap(cli: Command, results: list[str]) -> None:
    found = document(cli, *results)
    vina, itel = found["operators"]
    assert (itel["operator"], column(itel, "records")) == ("iTel", [None, 5, 5])
    assert column(vina, "records") == [10, 10, 10]
    assert column(vina, "records_with_errors") == [4, 0, 1]
    assert column(vina, "share") == [0.4, 0.0, 0.1]
    assert column(vina, "change") == [
        None,
        {"part": -4, "whole": 0, "share": -0.4},
        {"part": 1, "whole": 0, "share": 0.1},
    ]
    assert column(itel, "change") == [None, None, {"part": 1, "whole": 0, "share": 0.2}]
    assert [point["records"] for point in found["total"]] == [10, 15, 15]
    (rule,) = (r for r in found["rules"] if r["code"] == "PER101")
    assert column(rule, "violations") == [4, None, 2]  # deselected once: no zero, and no change from it
    assert column(rule, "change") == [None, None, None]
    (of_vina,) = (r for r in vina["rules"] if r["code"] == "PER101")
    assert column(of_vina, "violations") == [4, None, 1]


def test_provinces_over_time(cli: Command, desk: Desk, results: list[str]) -> None:
    found = document(cli, *results)
    assert found["province_column"] == "province"
    # The second was counted by operator too: its rows are added up.
    by_name = {row["province"]: column(row, "records") for row in found["provinces"]}
    assert by_name == {"Lào Cai": [5, 8, 8], "Hà Nội": [5, 7, 7]}
    without = audited(desk, cli, "2026-11-02")
    by_name = {row["province"]: column(row, "records") for row in document(cli, *results, without)["provinces"]}
    assert by_name == {"Lào Cai": [5, 8, 8, None], "Hà Nội": [5, 7, 7, None]}
    assert document(cli, without, audited(desk, cli, "2026-11-03"))["provinces"] == []


def test_provinces_of_today_go_before_former_ones(cli: Command, desk: Desk) -> None:
    for n, day in enumerate(DAYS[:2]):
        former = ("Hòa Bình", "Vĩnh Phúc", "Hà Nội")[: n + 2]  # the first two belong to Phú Thọ today
        desk.export("exports/a.csv", *(person(i) | {"province": name} for i, name in enumerate(former)))
        audited(desk, cli, day, "--operator", "VinaPhone", "--by", "province,province_now")
    found = document(cli, *(f"{day}.json" for day in DAYS[:2]))
    assert found["province_column"] == "province_now"
    by_name = {row["province"]: column(row, "records") for row in found["provinces"]}
    assert by_name == {"Hà Nội": [None, 1], "Phú Thọ": [2, 2]}
    # Counted in two ways: only those that count as the latest does are told.
    audited(desk, cli, DAYS[2], "--operator", "VinaPhone", "--by", "province")
    found = document(cli, *(f"{day}.json" for day in DAYS))
    assert found["province_column"] == "province"
    assert column(found["provinces"][0], "records") == [None, None, 1]


def test_the_same_counts_as_the_results_have(cli: Command, desk: Desk, results: list[str]) -> None:
    found = document(cli, *results)
    for n, path in enumerate(results):
        given = json.loads((desk.path / path).read_text("utf-8"))
        for operator in given["operators"]:
            (series,) = (o for o in found["operators"] if o["operator"] == operator["operator"])
            point = series["points"][n]
            assert {name: point[name] for name in operator if name not in ("operator", "rules")} == {
                name: value for name, value in operator.items() if name not in ("operator", "rules")
            }
            rules = {rule["code"]: rule["points"][n] for rule in series["rules"]}
            for rule in operator["rules"]:
                assert (rules[rule["code"]]["evaluated"], rules[rule["code"]]["violations"]) == (
                    rule["evaluated"],
                    rule["violations"],
                )


def test_the_table_keeps_to_a_screen(cli: Command, desk: Desk) -> None:
    export(desk, 3, 40)
    one = json.loads((desk.path / audited(desk, cli, DAYS[0])).read_text("utf-8"))
    (operator,) = one["operators"]
    one["operators"] = [operator | {"operator": f"Operator {n:02}"} for n in range(40)]
    paths = [str(desk.write(f"{m:02}.json", json.dumps(one | {"as_of": f"2026-{m:02}-01"}))) for m in range(1, 13)]
    outcome = cli("trend", *paths, COLUMNS=80)
    lines = outcome.out.splitlines()
    assert len(lines) <= 45 and max(map(len, lines)) <= 80
    assert "earlier results: --full" in outcome.out and "more: --full" in outcome.out
    full = cli("trend", *paths, "--full", COLUMNS=80).out
    assert all(f"Operator {n:02}" in full for n in range(40)) and full.count("2026-01-01") > 40


def test_the_screen_in_words(cli: Command, results: list[str]) -> None:
    outcome = cli("trend", *results)
    assert outcome.code == 0
    lines = {line.split("  ")[0].strip(): line.split() for line in outcome.out.splitlines()}
    assert lines["iTel"] == ["iTel", "–", "0", "(0", "%)", "1", "(20.0", "%)", "+1"]
    said = outcome.err.splitlines()
    assert {line[:12] for line in said} == {"2026-10-01: ", "2026-11-01: "}
    assert sum("Rules not evaluated alike" in line for line in said) == 2
    quiet = cli("trend", *results, "-q")
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")
    assert "3 kết quả" in cli("trend", *results, "--lang", "vi").out


def families(said: str) -> dict[str, Any]:
    return {family.name: family for family in parser.text_string_to_metric_families(said)}


def test_openmetrics_is_read_by_another_parser(cli: Command, results: list[str]) -> None:
    said = cli("trend", *results, "--format", "openmetrics").out
    assert said.endswith("# EOF\n") and said.count("# EOF") == 1
    found = families(said)
    assert {family.type for family in found.values()} == {"gauge"}
    assert found["thuebao_violations_ratio"].unit == "ratio" and all(f.documentation for f in found.values())
    samples = {(s.name, *sorted(s.labels.items())): (s.value, s.timestamp) for f in found.values() for s in f.samples}
    assert all(timestamp is None for _, timestamp in samples.values())
    values = {key: value for key, (value, _) in samples.items()}
    assert values["thuebao_records", ("operator", "iTel")] == 5
    assert values["thuebao_records_with_errors", ("operator", "VinaPhone")] == 1
    assert values["thuebao_records_with_errors_change", ("operator", "VinaPhone")] == 1
    assert values["thuebao_violations", ("operator", "VinaPhone"), ("rule", "PER101")] == 1
    # The result before does not have it: there is no change that could be told.
    assert ("thuebao_violations_change", ("operator", "VinaPhone"), ("rule", "PER101")) not in values
    assert values["thuebao_province_records", ("province", "Lào Cai")] == 8
    assert values["thuebao_as_of_timestamp_seconds",] == 1793466000  # midnight of 1 November in Viet Nam


def test_openmetrics_of_one_result_and_of_strange_names(cli: Command, desk: Desk) -> None:
    export(desk, 1)
    path = audited(desk, cli, DAYS[0])
    one = json.loads((desk.path / path).read_text("utf-8"))
    names = ['a"b\\c', "a\nb", "a\u202eb", "a\u202db", "a} 1 # {x"]
    one["operators"] = [one["operators"][0] | {"operator": name} for name in names]
    desk.write(path, json.dumps(one))
    said = cli("trend", path, "--format", "openmetrics").out
    assert not re.search("[\u202d\u202e]", said)
    labels = [sample.labels["operator"] for sample in families(said)["thuebao_records"].samples]
    assert len(set(labels)) == len(names) and {'a"b\\c', "a} 1 # {x"} <= set(labels)
    assert "thuebao_records_change" not in said


def test_the_page(cli: Command, desk: Desk, results: list[str]) -> None:
    outcome = cli("trend", *results, "--report", "trend.html", "-q")
    assert (outcome.code, outcome.out) == (0, "")
    source = (desk.path / "trend.html").read_text("utf-8")
    assert (desk.path / "trend.html").stat().st_mode & 0o777 == 0o600
    page = lxml_html.fromstring(source.encode())
    assert "<script" not in source and "script-src" not in source and "prefers-color-scheme: dark" in source
    charts = page.findall(".//svg")
    tables = page.findall(".//figure//table")
    assert len(charts) == len(tables) > 4
    for chart in charts:
        title, told = chart.find("title"), chart.find("desc")
        assert title is not None and title.text and told is not None and told.text
        assert chart.get("aria-labelledby") == title.get("id") and chart.get("aria-describedby") == told.get("id")
    # iTel: a gap, then two points and one line; PER101: two points with a gap between, and no line.
    by_title = {chart.find("title").text: chart for chart in charts}
    itel, rule = by_title["iTel: share in violation"], by_title["PER101: share in violation"]
    assert (len(itel.findall("polyline")), len(itel.findall("circle"))) == (1, 2)
    assert (len(rule.findall("polyline")), len(rule.findall("circle"))) == (0, 2)
    assert "2026-10-01: –" in rule.find("desc").text
    # It is ours: an audit of the folder takes neither it nor the JSON for an export.
    desk.write("exports/trend.html", source)
    desk.write("exports/trend.json", cli("trend", *results, "--format", "json").out)
    passed = json.loads(cli("audit", "exports", "--as-of", DAYS[2], "--format", "json", "-qq").out)
    assert {(p["path"], p["reason"]) for p in passed["files_passed_over"]} == {
        ("exports/trend.html", "own"),
        ("exports/trend.json", "own"),
    }
    assert passed["unreadable"] == []


def test_foreign_names_are_escaped_on_the_page(cli: Command, desk: Desk, results: list[str]) -> None:
    one = json.loads((desk.path / results[2]).read_text("utf-8"))
    one["operators"][0]["operator"] = "<script>alert(1)</script>"
    desk.write(results[2], json.dumps(one))
    cli("trend", *results, "--report", "trend.html", "-q")
    source = (desk.path / "trend.html").read_text("utf-8")
    assert "<script" not in source and "&lt;script&gt;" in source


def test_masked_operators_stay_masked(cli: Command, desk: Desk) -> None:
    for n, day in enumerate(DAYS[:2]):
        desk.export("exports/a.csv", *(person(i) | {"operator": "Nguyễn Văn Bí Mật"} for i in range(n + 2)))
        audited(desk, cli, day)
    for more in ((), ("--format", "json"), ("--format", "openmetrics"), ("--report", "t.html")):
        assert "Bí Mật" not in cli("trend", "2026-09-01.json", "2026-10-01.json", *more).said
    assert "Bí Mật" not in (desk.path / "t.html").read_text("utf-8")


@pytest.mark.parametrize("at", range(2))
def test_the_same_day_twice_is_refused(cli: Command, desk: Desk, results: list[str], at: int) -> None:
    again = str(desk.write("again.json", (desk.path / results[at]).read_bytes()))
    outcome = cli("trend", *results, again)
    assert outcome.code == 2
    one_message(outcome, f"Two results are as of {DAYS[at]}", again, results[at])


def test_bad_inputs(cli: Command, desk: Desk, results: list[str]) -> None:
    def refused(code: int, *arguments: str) -> str:
        outcome = cli("trend", *arguments)
        assert (outcome.code, outcome.out) == (code, "")
        one_message(outcome)
        return outcome.err

    assert "a trend needs 2 or more" in refused(2, results[0])
    assert "a trend needs 2 or more" in refused(2, results[0], "--format", "openmetrics", "--report", "t.html")
    assert "there is no such file" in refused(3, *results, "none.json")
    desk.write("bad.json", "{")
    assert "is no JSON document" in refused(3, *results, "bad.json")
    desk.write("bad.json", '{"schema": "thuebao-comparison/1"}')
    assert "thuebao-comparison/1" in refused(3, *results, "bad.json")
    whole = json.loads((desk.path / results[0]).read_text("utf-8"))
    for place, wrong in (
        ("as_of", whole | {"as_of": "yesterday"}),
        ("breakdown.rows", whole | {"breakdown": {"by": ["province"]}}),
        ("breakdown.rows[].values.province", whole | {"breakdown": whole["breakdown"] | {"rows": [_row({})]}}),
        ("operators[0].records", whole | {"operators": [{"operator": "x", "rules": []}]}),
    ):
        desk.write("bad.json", json.dumps(wrong | ({} if place == "as_of" else {"as_of": "2026-12-01"})))
        assert f"'{place}'" in refused(3, *results, "bad.json")
    assert "report" in refused(2, *results, "--report", "t.xlsx").lower()
    assert refused(2, *results, "--report", results[0]) and refused(2, *results, "--format", "xml")
    desk.write("t.html", "mine")
    assert "t.html" in refused(2, *results, "--report", "t.html")
    assert (desk.path / "t.html").read_text() == "mine"
    assert cli("trend", *results, "--report", "t.html", "--force", "-q").code == 0
    assert (desk.path / "t.html").read_text() != "mine"


def _row(values: dict[str, str]) -> dict[str, Any]:
    return {"values": values, "records": 1, "records_with_errors": 0, "records_with_findings": 0, "rules": []}


def test_a_manifest_is_a_result_too(cli: Command, desk: Desk, results: list[str]) -> None:
    cli("audit", "exports", "--as-of", "2026-12-01", "--manifest", "manifest.json", "-qq")
    found = document(cli, *results, "manifest.json")
    assert [r["as_of"] for r in found["results"]] == [*DAYS, "2026-12-01"]
    assert column(found["operators"][0], "records_with_errors")[2:] == [1, 1]


def test_a_result_that_powershell_wrote_is_the_same(desk: Desk, cli: Command) -> None:
    paths = [audited(desk, cli, day) for day in DAYS[:2]]
    expected = cli("trend", *paths, "--format", "json").document["total"]
    for path in paths:
        desk.write(str(path), (desk.path / path).read_text("utf-8").encode("utf-16"))
    done = cli("trend", *paths, "--format", "json")
    assert (done.code, done.document["total"]) == (0, expected)
