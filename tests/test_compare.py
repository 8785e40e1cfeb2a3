"""Two audits beside each other: what rose and fell, what is new and fixed, and what cannot be compared."""

from __future__ import annotations

import io
import json
import random
from collections import Counter
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from rich.console import Console

import thuebao
from helpers.desks import Desk
from helpers.people import AS_OF, ERROR, GOOD, NAMELESS, people, person
from thuebao.base.errors import InputError, ThuebaoError, UsageError
from thuebao.base.foreign_text import mask_text
from thuebao.base.messages import LANGUAGES, use_language
from thuebao.reports import comparison as report
from thuebao.reports import gate as gate_report
from thuebao.reports import json_document as as_json
from thuebao.results import thresholds as gate
from thuebao.results.compare import baseline
from thuebao.results.compare import match as matching
from thuebao.results.compare.results import Comparison, compare, read_result
from thuebao.results.findings import SCHEMA
from thuebao.results.result import AuditResult
from thuebao.rulebook.book import read_rulebook

BROKEN = [{}, {}, NAMELESS, {"full_name": "An"}, {"id_number": "12"}, {"msisdn": ""}, {"msisdn": "+8491"}]


def audit(name: str, *paths: str, findings: str | None = None, **options: Any) -> AuditResult:
    """Audit files, and keep the result as `name`."""
    day = date.fromisoformat(options.pop("as_of", AS_OF))
    result = thuebao.audit(list(paths), as_of=day, findings=findings, reveal=options.pop("reveal", True), **options)
    Path(name).write_text(as_json.render(result), encoding="utf-8")
    return result


def month(desk: Desk, name: str, seed: int, count: int = 40) -> None:
    """Write one month's exports: the same people in another order, some of them with another defect, some twice."""
    dice = random.Random(seed)
    for operator, first in (("Viettel", 0), ("VinaPhone", 100)):
        records = [record | {"operator": operator} | dice.choice(BROKEN) for record in people(count, first)]
        records += dice.choices(records, k=5)
        dice.shuffle(records)
        desk.export(f"{name}/{operator}.csv", *records[dice.randint(0, 5) :])


@pytest.fixture
def months(desk: Desk) -> Desk:
    month(desk, "old", 1)
    month(desk, "new", 2)
    audit("old.json", "old", findings="old.parquet")
    audit("new.json", "new", findings="new.csv")
    return desk


def printed(comparison: Comparison) -> str:
    console = Console(width=110, file=io.StringIO())
    with console.capture() as captured:
        report.print_comparison(comparison, console)
    return captured.get()


def kinds(comparison: Comparison) -> list[str]:
    return [notice.kind for notice in comparison.notices]


# --- By count --------------------------------------------------------------------------------------------------


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


# --- By finding ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at_once", [10, 1_000_000])
def test_new_and_fixed_findings_agree_with_a_count_by_hand(months: Desk, at_once) -> None:
    both = compare(
        Path("old.json"),
        Path("new.json"),
        old_findings=Path("old.parquet"),
        new_findings=Path("new.csv"),
        at_once=at_once,
    )

    def keys(scan: pl.DataFrame) -> Counter[tuple[str, ...]]:
        return Counter(
            (o, (m or "").removeprefix("'"), c) for o, m, c in scan.select("operator", "msisdn", "code").iter_rows()
        )

    old = keys(pl.read_parquet("old.parquet"))
    new = keys(pl.read_csv("new.csv", infer_schema=False))
    assert max(old.values()) > 1
    for row in both.rows:
        assert row.matched is not None
        of = (row.operator, row.code)
        sums = [sum(n for k, n in some.items() if (k[0], k[2]) == of) for some in (new - old, old - new, new & old)]
        assert [row.matched.new, row.matched.fixed, row.matched.unchanged] == sums
        assert row.difference == row.matched.new - row.matched.fixed
    assert sum((new - old).values()) > 0 < sum((old - new).values())
    assert "Findings by number and rule" in printed(both)


def test_other_records_are_a_change_but_not_worse(desk: Desk) -> None:
    desk.export("old/vina.csv", GOOD, ERROR)
    desk.export("new/vina.csv", GOOD | NAMELESS, person(1))
    for name in ("old", "new"):
        audit(f"{name}.json", name, findings=f"{name}.csv")
    paths = {"old_findings": Path("old.csv"), "new_findings": Path("new.csv")}
    both = compare(Path("old.json"), Path("new.json"), **paths)
    [row] = both.changes
    assert row.matched
    assert (row.matched.new, row.matched.fixed, row.matched.unchanged) == (1, 1, 0)
    assert [both.exit_code(fail_on) for fail_on in ("worse", "any", "never")] == [0, 1, 0]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_masked_findings_are_told_apart_by_place_only(desk: Desk, kind) -> None:
    desk.export("vina.csv", ERROR, GOOD | {"msisdn": "12"})
    findings = Path(f"masked.{kind}")
    audit("one.json", "vina.csv", findings=str(findings), reveal=False)
    given = {"old_findings": findings, "new_findings": findings}
    with pytest.raises(InputError) as refused:
        compare(Path("one.json"), Path("one.json"), **given)
    assert refused.value.key == "findings_masked"
    assert "--key record" in str(refused.value)
    assert compare(Path("one.json"), Path("one.json"), key="record", **given).changes == ()


def test_every_masked_number_is_known_as_one(desk: Desk) -> None:
    columns = {name: SCHEMA[name] for name in ("path", "record", "operator", "msisdn", "code")}
    numbers = [
        "0912345678",
        "+84 912 345 678",
        "849123456789",
        "=1+2+3+4+5",
        "x" * 60,
        *("1" * n for n in range(4, 12)),
    ]
    for number in numbers:
        frame = pl.DataFrame([["a", 1, "b", mask_text(number), "PER101"]], schema=columns, orient="row")
        plain = frame.with_columns(msisdn=pl.lit("0912345678"))
        with pytest.raises(InputError, match="masked"):
            matching.set_aside(pl.concat([plain, frame]).lazy(), Path("x.csv"), "number", desk.path, "x")
    # A star that somebody typed masks nothing.
    starred = plain.with_columns(msisdn=pl.lit("*101#"))
    matching.set_aside(pl.concat([plain, starred]).lazy(), Path("x.csv"), "number", desk.path, "x")
    with pytest.raises(InputError, match="masked"):
        matching.set_aside(starred.with_columns(msisdn=pl.lit("1*")).lazy(), Path("x"), "number", desk.path, "x")


def test_findings_must_be_those_of_their_result(months: Desk) -> None:
    with pytest.raises(InputError) as refused:
        compare(Path("old.json"), Path("new.json"), old_findings=Path("new.csv"), new_findings=Path("old.parquet"))
    assert refused.value.key == "findings_of_another"
    with pytest.raises(UsageError):
        compare(Path("old.json"), Path("new.json"), old_findings=Path("old.parquet"))
    with pytest.raises(UsageError):
        compare(Path("old.json"), Path("new.json"), key="name")


@pytest.mark.parametrize(
    ("name", "content", "key"),
    [
        ("x.txt", b"", "findings_kind"),
        ("x.csv", b"", "findings_cut"),
        ("x.csv", b"path,record\n", "findings_columns"),
        ("x.csv", b"path,record,operator,msisdn,code\na,1,b,0912345678", "findings_cut"),
        ("x.csv", b"path,record,operator,msisdn,code\na,1,b\n", "findings_cut"),
        ("x.csv", b"path,record,operator,msisdn,code\na,one,b,0912345678,PER101\n", "findings_damaged"),
        ("x.csv", b"path,record,operator,msisdn,code\na,1,b,0912345678,PER101,x\n", "findings_damaged"),
        ("x.csv", b"path,record,operator,msisdn,code\na,1,\xff\xfe,0912345678,PER101\n", "findings_damaged"),
        (
            "x.csv",
            b'path,record,operator,msisdn,code\n"a,1,b,0912345678,PER101\na,2,b,0912345678,PER101\n',
            "findings_damaged",
        ),
        ("x.parquet", b"PAR1 and nothing more", "findings_damaged"),
        (None, b"", "compare_missing"),
    ],
)
def test_hostile_findings_get_a_clear_message(months: Desk, name, content, key) -> None:
    path = months.write(name, content) if name else Path("nowhere.csv")
    with pytest.raises(ThuebaoError) as refused:
        compare(Path("old.json"), Path("old.json"), old_findings=path, new_findings=path, key="record")
    assert refused.value.key == key
    assert "0912345678" not in str(refused.value)


# --- Hostile documents -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", "compare_no_json"),
        (b"\xff\xfe\x00", "compare_no_json"),
        (b"PK\x03\x04", "compare_no_json"),
        (b"[" * 100_000, "compare_no_json"),
        (b'{"schema": ' + b"9" * 10_000 + b"}", "compare_no_json"),
        (b"[]", "compare_shape"),
        (b"null", "compare_shape"),
        (b"{}", "compare_shape"),
        (b'{"schema": ["thuebao-audit/1"]}', "compare_shape"),
        (b'{"schema": "thuebao-audit/2"}', "compare_schema"),
        (b'{"schema": "thuebao-comparison/1"}', "compare_schema"),
        (b'{"schema": "thuebao-audit/1"}', "compare_shape"),
    ],
)
def test_what_is_no_result_gets_a_clear_message(desk: Desk, content, key) -> None:
    path = desk.write("x.json", content)
    with pytest.raises(InputError) as refused:
        read_result(path)
    assert refused.value.key == key
    assert "x.json" in str(refused.value)
    with pytest.raises(InputError):
        read_result(Path("nowhere.json"))
    with pytest.raises(InputError):
        read_result(desk.path)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value[:1]) if isinstance(value, list) else ()
    return [path, *(place for name, one in inner for place in _places(one, (*path, name)))]


def test_any_part_may_be_of_the_wrong_kind(desk: Desk) -> None:
    """Whatever stands anywhere: it is read, or there is one message; what is read has counts that are counts."""
    desk.export("vina.csv", ERROR)
    audit("one.json", "vina.csv")
    whole = json.loads(Path("one.json").read_text("utf-8"))
    # One rule is as good as sixty.
    for rules in (whole["rules"], whole["operators"][0]["rules"]):
        del rules[1:]
    refused = 0
    for place in _places(whole)[1:]:
        for wrong in (None, True, -1, 1.5, 10**30, "x", [], {}, [None], [[]], {"a": None}, ...):
            inner = document = deepcopy(whole)
            for name in place[:-1]:
                inner = inner[name]
            if wrong is ...:
                del inner[place[-1]]
            else:
                inner[place[-1]] = wrong
            Path("x.json").write_text(json.dumps(document), "utf-8")
            try:
                both = compare(Path("one.json"), Path("x.json"))
            except InputError as error:
                refused += 1
                assert error.key in ("compare_shape", "compare_schema")
                assert "x.json" in str(error)
            else:
                assert all(0 <= c.violations < 2**63 for row in both.rows for c in (row.old, row.new) if c)
                report.render(both)
                report.notices(both)
    assert refused > 100


def test_a_screen_shows_the_first_of_very_many(desk: Desk) -> None:
    desk.export("vina.csv", *[record | {"operator": f"Mạng {n:03}"} for n, record in enumerate(people(130))])
    desk.export("none.csv", GOOD)
    audit("none.json", "none.csv", operator="Mạng 000")
    result = audit("all.json", "vina.csv")
    both = compare(Path("none.json"), Path("all.json"))
    shown = printed(both)
    assert "The first 100 of 130" in shown
    assert shown.count("Mạng") < 300
    assert len(report.as_dict(both)["operators"]) == 130
    verdicts = gate.judge(result, gate.conditions(["info:50%"], read_rulebook()))
    console = Console(width=110, file=io.StringIO())
    with console.capture() as captured:
        console.print(*gate_report.parts(verdicts))
    assert "The first 100 of 131" in captured.get()


def test_foreign_names_do_not_speak_to_the_terminal(desk: Desk) -> None:
    desk.export("vina.csv", ERROR | {"operator": "A[red]\u202e"})
    audit("one.json", "vina.csv")
    text = Path("one.json").read_text("utf-8").replace("A[red]", "B[red]\\u001b")
    Path("two.json").write_text(text, "utf-8")
    shown = printed(compare(Path("one.json"), Path("two.json")))
    assert "B[red]" in shown
    assert "\x1b" not in shown


# --- A baseline ------------------------------------------------------------------------------------------------


def fresh(old: str, new: str, **options: Any) -> pl.LazyFrame:
    return baseline.new_findings(Path(old), matching.scan_findings(Path(new)), **options)


@pytest.mark.parametrize("at_once", [10, 1_000_000])
def test_new_findings_are_those_beyond_the_baseline(months: Desk, at_once) -> None:
    new = fresh("old.parquet", "new.csv", at_once=at_once).collect()
    left = Counter(pl.read_parquet("old.parquet").select("operator", "msisdn", "code").fill_null("").iter_rows())
    expected = []
    for row in pl.read_csv("new.csv", infer_schema=False).to_dicts():
        key = (row["operator"], (row["msisdn"] or "").removeprefix("'"), row["code"])
        if left[key]:
            left[key] -= 1
        else:
            expected.append((row["path"], int(row["record"]), row["code"]))
    assert new.select("path", "record", "code").rows() == expected
    assert new.schema == pl.Schema(SCHEMA)
    both = compare(Path("old.json"), Path("new.json"), old_findings=Path("old.parquet"), new_findings=Path("new.csv"))
    assert new.height == sum(row.matched.new for row in both.rows if row.matched)


def test_new_findings_can_be_asked_for_in_part(months: Desk) -> None:
    new = fresh("old.parquet", "new.csv")
    whole = new.collect()
    assert new.head(3).collect().equals(whole.head(3))
    assert new.select("code", "path").collect().equals(whole.select("code", "path"))
    some = pl.col("code") == "PER101"
    assert new.filter(some).select("record").collect().equals(whole.filter(some).select("record"))


def test_against_itself_nothing_is_new_and_against_nothing_everything(months: Desk) -> None:
    assert fresh("new.csv", "new.csv").collect().is_empty()
    assert fresh("new.csv", "new.csv", key="record").collect().is_empty()
    head = Path("new.csv").read_text("utf-8").split("\n")[0]
    months.write("none.csv", head + "\n")
    for kind in ("csv", "parquet"):
        new = fresh("none.csv", "new.csv" if kind == "csv" else "old.parquet")
        baseline.write_findings(new, Path(f"written.{kind}"))
    assert Path("written.csv").read_bytes() == Path("new.csv").read_bytes()
    assert pl.read_parquet("written.parquet").equals(pl.read_parquet("old.parquet"))
    assert Path("written.csv").stat().st_mode & 0o077 == 0


def test_the_gate_judges_what_is_new(months: Desk) -> None:
    result = audit("new.json", "new", findings="new.parquet")
    new = fresh("old.parquet", "new.parquet")
    only = baseline.narrowed(result, new)
    rows = new.collect()
    assert sum(r.violations for r in only.rules) == only.counts["violations"].sum() == rows.height
    assert f"of which {rows.height} are new" in baseline.said(result, only, Path("old.parquet"))
    for operator, _, errors, found in only.operators.iter_rows():
        of = rows.filter(pl.col("operator") == operator)
        assert found == of.select("path", "record").n_unique()
        assert errors == of.filter(pl.col("severity") == "error").select("path", "record").n_unique()
    # Against itself an audit has nothing new; with everything new it is the audit.
    nothing = baseline.narrowed(result, fresh("new.parquet", "new.parquet"))
    assert all(v.passed for v in gate.judge(nothing, gate.conditions(["info:0", "info"], read_rulebook())))
    all_of_it = baseline.narrowed(result, pl.scan_parquet("new.parquet"))
    assert all_of_it.operators.equals(result.operators)
    assert all_of_it.counts.equals(result.counts)
    assert all_of_it.totals == result.totals


def test_a_baseline_that_tells_nothing_apart_is_refused_before_the_audit(desk: Desk) -> None:
    desk.export("vina.csv", ERROR)
    audit("one.json", "vina.csv", findings="masked.csv", reveal=False)
    audit("one.json", "vina.csv", findings="one.csv")
    with pytest.raises(UsageError, match="--reveal"):
        baseline.check_baseline(Path("one.csv"), "number", [], reveal=False)
    with pytest.raises(UsageError):
        baseline.check_baseline(Path("one.csv"), "number", [Path("one.csv")], reveal=True)
    with pytest.raises(InputError):
        baseline.check_baseline(Path("nowhere.csv"), "number", [], reveal=True)
    with pytest.raises(InputError, match="masked"):
        baseline.check_baseline(Path("masked.csv"), "number", [], reveal=True)
    baseline.check_baseline(Path("one.csv"), "number", [Path("two.csv")], reveal=True)
    baseline.check_baseline(Path("masked.csv"), "record", [], reveal=False)
    with pytest.raises(InputError, match="masked"):
        fresh("masked.csv", "one.csv")
    with pytest.raises(InputError, match="masked"):
        fresh("one.csv", "masked.csv")
    assert fresh("masked.csv", "one.csv", key="record").collect().is_empty()
