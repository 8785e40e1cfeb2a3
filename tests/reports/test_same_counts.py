"""One audit in every form: every output tells the same counts."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from helpers import pages
from helpers import workbooks as books
from helpers.desks import Desk
from helpers.outcomes import Command, violated
from helpers.people import NAMELESS, people
from helpers.reports import DAY, FORMULA, OPERATORS, Audited, sum_of, tree
from thuebao.base.messages import text


def test_the_audit_has_something_to_count(audited: Audited) -> None:
    assert {outcome.code for outcome in audited.outcomes.values()} == {1}
    hit = violated(audited.document)
    assert {"PER101", "NUM104", "DUP101", "DUP102"} <= set(hit)
    assert [o["operator"] for o in audited.document["operators"]] == [*OPERATORS]
    assert audited.document["totals"]["records"] == len(audited.records)
    assert audited.document["totals"]["rejected"] == 1
    assert {f["code"] for f in audited.document["export_findings"]} >= {"EXP102", "EXP104"}
    severities = {r["severity"] for r in audited.document["rules"] if r["violations"]}
    assert severities == {"error", "warning", "info"}


def test_every_file_is_said_once_and_is_there(audited: Audited) -> None:
    said = audited.outcomes["json"].err.splitlines()
    paths = ["a.xlsx", "a.html", *(str(Path("po", f"{name}.xlsx")) for name in OPERATORS)]
    assert [line for line in said if line.startswith("Report: ")] == [f"Report: {path}" for path in paths]
    for line in ("Rejected lines: r.csv", "Findings: f.parquet", "Manifest: m.json"):
        assert said.count(line) == 1
    there = {str(p.relative_to(audited.path)) for p in audited.path.rglob("*") if p.is_file()}
    assert there == {*paths, "m.json", "r.csv", "f.parquet", *(f"in/{name}.csv" for name in OPERATORS)}


def test_the_findings_file_has_the_counts_of_the_json(audited: Audited) -> None:
    found = audited.findings
    by = Counter(found.select("operator", "code").iter_rows())
    assert by == {
        (o["operator"], rule["code"]): rule["violations"]
        for o in audited.document["operators"]
        for rule in o["rules"]
        if rule["violations"]
    }
    assert sum_of(audited.document, "violations") == Counter(violated(audited.document)) + Counter()
    records = found.select("path", "record").n_unique()
    errors = found.filter(severity="error").select("path", "record").n_unique()
    totals = audited.document["totals"]
    assert (errors, records) == (totals["records_with_errors"], totals["records_with_findings"])
    for name in ("records", "records_with_errors", "records_with_findings"):
        assert sum(o[name] for o in audited.document["operators"]) == totals[name]


def test_csv_has_the_counts_of_the_json(audited: Audited) -> None:
    rows = list(csv.DictReader(io.StringIO(audited.outcomes["csv"].out)))
    rules = {rule["code"]: rule for rule in audited.document["rules"]}
    assert [(r["operator"], r["code"], int(r["evaluated"]), int(r["violations"])) for r in rows] == [
        (o["operator"], rule["code"], rule["evaluated"], rule["violations"])
        for o in audited.document["operators"]
        for rule in o["rules"]
    ]
    for row in rows:
        rule = rules[row["code"]]
        assert (row["name"], row["severity"], row["status"]) == (rule["name"], rule["severity"], rule["status"])
        if int(row["evaluated"]):
            assert float(row["share"]) == pytest.approx(int(row["violations"]) / int(row["evaluated"]), abs=1e-6)


@pytest.mark.parametrize("form", ["table", "vi"])
def test_the_summary_has_the_counts_of_the_json(audited: Audited, form) -> None:
    out, document = audited.outcomes[form].out, audited.document
    totals = document["totals"]
    _, _, head, *_ = out.splitlines()
    assert [int(n) for n in re.findall(r"(?<![\d.,])\d+(?= )", head)][:1] == [totals["records_with_errors"]]
    assert re.search(rf"\b{totals['records_with_findings']}\b", head)
    for read in document["inputs"]:
        assert re.search(
            rf"^{read['path']} +csv +\w+(?: \w+)? +{read['records']} +{read['rejected']} *$", out, re.MULTILINE
        )
    for o in document["operators"]:
        line = re.search(rf"^{o['operator']} +(\d+) +(\d+) +[\d.,]+ % +(\d+) ", out, re.MULTILINE)
        assert line
        names = ("records", "records_with_errors", "records_with_findings")
        assert [int(n) for n in line.groups()] == [o[name] for name in names]
    rows = re.findall(r"^([A-Z]+\d{3}) +\S.*?  +(\d+)((?:  +(?:\d+|·)){3}) *$", out, re.MULTILINE)
    of = {(o["operator"], r["code"]): r["violations"] for o in document["operators"] for r in o["rules"]}
    assert {code: (int(n), each.split()) for code, n, each in rows} == {
        code: (n, [str(of.get((name, code), 0) or "·") for name in OPERATORS]) for code, n in violated(document).items()
    }


def test_the_workbook_has_the_counts_of_the_json(audited: Audited) -> None:
    document, book = audited.document, audited.book("a.xlsx")
    totals, said = document["totals"], books.pairs(book["Summary"])
    assert [
        said[text(f"summary.{name}")]
        for name in ("files", "records", "rejected", "with_errors", "with_findings", "findings")
    ] == [
        len(document["inputs"]),
        totals["records"],
        totals["rejected"],
        totals["records_with_errors"],
        totals["records_with_findings"],
        audited.findings.height,
    ]
    _, *operators = books.tables(book["Summary"], text("summary.operators"))
    assert [(row[0], row[1], row[3], row[5]) for row in operators] == [
        (o["operator"], o["records"], o["records_with_errors"], o["records_with_findings"])
        for o in document["operators"]
    ]
    rules = {row["Code"]: row for row in books.rows(book["Rules"])}
    assert list(rules) == [rule["code"] for rule in document["rules"]]
    for rule in document["rules"]:
        row = rules[rule["code"]]
        violations = row[text("report.violations")]
        evaluated = row[text("report.evaluated_records")]
        assert (violations, evaluated or 0) == (rule["violations"], audited.evaluated[rule["code"]])
    listed = list(book["Findings"].iter_rows(min_row=books.HEADER + 1, values_only=True))
    assert [(row[0], row[1], row[4], row[6]) for row in listed] == list(
        audited.findings.select("path", "record", "operator", "code").iter_rows()
    )


def test_the_page_has_the_counts_of_the_json(audited: Audited) -> None:
    document, page = audited.document, tree(audited.path / "a.html")
    totals = document["totals"]
    cards = ("records", "errors", "findings", "rejected", "files")
    assert [pages.count(pages.said(pages.by_id(page, f"card-{name}")[1])) for name in cards] == [
        totals["records"],
        totals["records_with_errors"],
        totals["records_with_findings"],
        totals["rejected"],
        len(document["inputs"]),
    ]
    assert [[row[0], *pages.counts(row, 1, 2, 4)] for row in pages.rows(page, "by-operator")] == [
        [o["operator"], o["records"], o["records_with_errors"], o["records_with_findings"]]
        for o in document["operators"]
    ]
    assert {row[0]: pages.counts(row, 3, 4) for row in pages.rows(page, "violated")} == {
        code: [audited.evaluated[code], n] for code, n in violated(document).items()
    }
    assert [[row[0], row[7], *pages.counts(row, 5, 6)] for row in pages.rows(page, "read")] == [
        [i["path"], i["sha256"], i["records"], i["rejected"]] for i in document["inputs"]
    ]


def test_the_workbooks_of_operators_are_the_whole_and_each_its_own(audited: Audited) -> None:
    document = audited.document
    violations: Counter[str] = Counter()
    evaluated: Counter[str] = Counter()
    records = Counter[str]()
    listed: list[tuple[Any, ...]] = []
    assert sorted(p.name for p in (audited.path / "po").iterdir()) == [f"{name}.xlsx" for name in OPERATORS]
    for o in document["operators"]:
        name = Path("po", f"{o['operator']}.xlsx")
        book = audited.book(str(name))
        _, own = books.tables(book["Summary"], text("summary.operators"))
        assert (own[0], own[1], own[3], own[5]) == (
            o["operator"],
            o["records"],
            o["records_with_errors"],
            o["records_with_findings"],
        )
        records.update(dict(zip(("records", "errors", "found"), (own[1], own[3], own[5]), strict=True)))
        for row in books.rows(book["Rules"]):
            violations[row["Code"]] += row[text("report.violations")]
            evaluated[row["Code"]] += row[text("report.evaluated_records")] or 0
        found = list(book["Findings"].iter_rows(min_row=books.HEADER + 1, values_only=True))
        assert {row[4] for row in found} == {o["operator"]}
        assert books.pairs(book["Summary"])[text("summary.findings")] == len(found)
        listed += [(row[0], row[1], row[4], row[6]) for row in found]
        content = books.everything((audited.path / name).read_bytes())
        assert f"in/{o['operator']}.csv" in content
        for other in {*OPERATORS} - {o["operator"]}:
            assert other not in content
    assert +violations == +sum_of(document, "violations")
    assert +evaluated == +audited.evaluated
    totals = document["totals"]
    assert dict(records) == {
        "records": totals["records"],
        "errors": totals["records_with_errors"],
        "found": totals["records_with_findings"],
    }
    assert listed == list(audited.findings.select("path", "record", "operator", "code").iter_rows())


def test_the_manifest_has_the_counts_of_the_json(audited: Audited) -> None:
    manifest, document = json.loads((audited.path / "m.json").read_text("utf-8")), audited.document
    assert manifest["counts"]["totals"] == document["totals"]
    assert manifest["counts"]["operators"] == document["operators"]
    assert {r["code"]: r["violations"] for r in manifest["counts"]["rules"] if r["violations"]} == violated(document)
    for ours, theirs in zip(manifest["inputs"], document["inputs"], strict=True):
        for name in ("path", "sha256", "bytes", "records", "rejected"):
            assert ours[name] == theirs[name]
    # Five reports, the findings and the rejected lines.
    assert len(manifest["outputs"]) == 7


def test_a_findings_file_changes_nothing_in_reports(desk: Desk, cli: Command) -> None:
    desk.export("form.csv", *(p | NAMELESS | {"operator": FORMULA} for p in people(3)))
    found = []
    for name, options in (("a", ()), ("b", ("--force", "--findings", "f.csv"))):
        cli("audit", "form.csv", *DAY, "-q", "--per-operator", name, *options)
        [own] = (desk.path / name).iterdir()
        sheet = openpyxl.load_workbook(own)["Findings"]
        found.append(list(sheet.iter_rows(min_row=books.HEADER + 1, values_only=True)))
    assert len(found[0]) == 3
    assert found[1] == found[0]
