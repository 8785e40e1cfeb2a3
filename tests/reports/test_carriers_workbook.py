"""One carrier's workbook: its own counts, and nothing of the others."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

from helpers.desks import Desk
from helpers.people import ERROR, GOOD, NAMELESS, people, person
from helpers.workbooks import ABOUT, SHEETS, Full, audit, book, everything, pairs, read, rows, tables, written
from thuebao.reports import json_document as json
from thuebao.reports.excel import sheets as workbook
from thuebao.results.result import AuditResult


def test_a_carriers_workbook_has_its_own_counts(two: AuditResult) -> None:
    said = json.as_dict(two)
    for operator in said["operators"]:
        found = book(two, operator=operator["operator"])
        assert found.sheetnames == SHEETS
        assert pairs(found["Summary"])["Records"] == operator["records"]
        assert pairs(found["Summary"])["With errors"] == operator["records_with_errors"]
        listed = {row["Code"]: (row["Evaluated"], row["Violations"]) for row in rows(found["Rules"])}
        assert {r["code"]: (r["evaluated"], r["violations"]) for r in operator["rules"]} == {
            code: counts for code, counts in listed.items() if counts != (None, 0)
        }
        assert {row["Operator"] for row in rows(found["Findings"])} == {operator["operator"]}
        assert len(rows(found["Findings"])) == sum(r["violations"] for r in operator["rules"])
        [row] = tables(found["Summary"], "Files")[1:2]
        assert row[0] == f"{operator['operator']}.csv"
        assert row[5] == operator["records"]


def test_a_carriers_workbook_holds_nothing_of_the_others(two: AuditResult) -> None:
    result = replace(two, where="operator <> 'MobiFone'", notices=("MobiFone.csv: …",))
    about = replace(ABOUT, options={"paths": "MobiFone.csv"})
    file = BytesIO()
    workbook.write_workbook(file, result, result.findings, about, operator="VinaPhone")
    parts = everything(file.getvalue())
    [other] = [i for i in two.inputs if i.path == "MobiFone.csv"]
    for secret in ("MobiFone", "MBF", other.sha256):
        assert secret not in parts
    groups = tables(read(file.getvalue())["Identities"], "Largest groups of DUP121")
    assert "Records in the group" not in groups[0]
    [group] = two.groups["DUP121"]
    assert [row[1] for row in groups[1:]] == [group.number]
    assert all(secret in everything(written(two)) for secret in ("MobiFone", "MBF", other.sha256))


def test_of_a_file_that_several_share_a_carrier_learns_the_form_only(desk: Desk) -> None:
    people_of = [person(n) | {"operator": o} for n, o in enumerate(("VinaPhone", "MobiFone", "MobiFone"))]
    desk.export("together.csv", *(p | NAMELESS for p in people_of))
    desk.export("MobiFone.csv", *people(2, 10))
    result = audit("together.csv", "MobiFone.csv", findings="f.parquet", hash_inputs=True)
    [row] = tables(book(result, operator="VinaPhone")["Summary"], "Files")[1:2]
    assert row[:7] == ("together.csv", "csv", "utf-8", "column", None, None, None)
    assert row[7] == result.inputs[0].sha256
    assert pairs(book(result, operator="VinaPhone")["Summary"])["Rejected"] is None


def test_what_others_files_lack_is_no_reason_for_a_carrier(desk: Desk) -> None:
    desk.export("VinaPhone.csv", ERROR, GOOD)
    desk.export("MobiFone.csv", *({k: v for k, v in p.items() if k != "full_name"} for p in people(2, 10)))
    result = audit("VinaPhone.csv", "MobiFone.csv", findings="f.parquet")
    assert ("PER101", "Partly evaluated") in [(r["Code"], r["Status"]) for r in rows(book(result)["Rules"])]
    of = {
        name: {r["Code"]: r for r in rows(book(result, operator=name)["Rules"])} for name in ("VinaPhone", "MobiFone")
    }
    assert (of["VinaPhone"]["PER101"]["Status"], of["VinaPhone"]["PER101"]["Absent columns"]) == ("Evaluated", None)
    assert of["MobiFone"]["PER101"]["Status"] == "Not evaluated"


def test_a_full_disk_is_an_os_error_and_nothing_is_left_behind(two: AuditResult, tmp_path: Path) -> None:
    waiting = tmp_path / "waiting"
    waiting.mkdir()
    with pytest.raises(OSError, match="No space left"):
        workbook.write_workbook(Full(), two, two.findings, ABOUT, temp_dir=waiting)
    assert list(waiting.iterdir()) == []
