"""The audit as a workbook: what it says is what the JSON says."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from helpers.desks import Desk
from helpers.people import people
from helpers.places import SAMPLES
from helpers.workbooks import ABOUT, HEADER, SHEETS, audit, book, pairs, read, rows, tables, written
from thuebao.base.messages import text, use_language
from thuebao.reports import json_document as json
from thuebao.reports.excel import sheets as workbook
from thuebao.results.findings import SCHEMA
from thuebao.results.result import AuditResult


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> AuditResult:
    return audit(SAMPLES, findings=tmp_path_factory.mktemp("samples") / "f.parquet", hash_inputs=True)


def test_every_count_is_that_of_the_json(samples: AuditResult) -> None:
    said, found = json.as_dict(samples), book(samples)
    assert found.sheetnames == SHEETS
    totals = pairs(found["Summary"])
    assert {
        "records": totals["Records"],
        "rejected": totals["Rejected"],
        "records_with_errors": totals["With errors"],
        "records_with_findings": totals["With findings"],
    } == said["totals"]
    operators = tables(found["Summary"], "Operators")
    assert [(row[0], row[1], row[3], row[5]) for row in operators[1:]] == [
        (o["operator"], o["records"], o["records_with_errors"], o["records_with_findings"]) for o in said["operators"]
    ]
    for row in operators[1:]:
        assert row[2] == pytest.approx(row[1] / said["totals"]["records"])
        assert (row[4], row[6]) == pytest.approx((row[3] / row[1], row[5] / row[1]))
    inputs = tables(found["Summary"], "Files")[1:]
    assert [tuple(row[:8]) for row in inputs] == [
        (
            i["path"],
            i["format"],
            i["encoding"],
            i["operator_from"],
            i["bytes"],
            i["records"],
            i["rejected"],
            i["sha256"],
        )
        for i in said["inputs"]
    ]


def test_every_rule_is_that_of_the_json(samples: AuditResult) -> None:
    said, listed = json.as_dict(samples), rows(book(samples)["Rules"])
    names = ("Code", "Name", "Severity", "Status", "Absent columns", "Violations")
    assert [[r[name] for name in names] for r in listed] == [
        [r["code"], r["name"], r["severity"], r["status"].capitalize(), r["reason"], r["violations"]]
        for r in said["rules"]
    ]
    of = {(o["operator"], r["code"]): r for o in said["operators"] for r in o["rules"]}
    for row in listed:
        code = row["Code"]
        operators = [o["operator"] for o in said["operators"]]
        assert [row[f"Violations: {o}"] for o in operators] == [
            of[o, code]["violations"] if (o, code) in of else None for o in operators
        ]
        assert row["Evaluated"] == sum(of[o, code]["evaluated"] for o in operators if (o, code) in of)
        if row["Evaluated"]:
            assert row["Share"] == pytest.approx(row["Violations"] / row["Evaluated"])
        assert row["Law"]
        assert row["What to do"]


def test_findings_identities_and_offenders_are_those_of_the_audit(samples: AuditResult) -> None:
    said, found = json.as_dict(samples), book(samples)
    titles = (
        "File",
        "Record",
        "Line or row",
        "Sheet",
        "Operator",
        "Subscriber number",
        "Code",
        "Value",
        "Law",
        "Group",
    )
    names = ("path", "record", "line", "sheet", "operator", "msisdn", "code", "value", "basis", "group")
    frame = samples.findings.collect()
    listed = [tuple(row[title] for title in titles) for row in rows(found["Findings"])]
    assert listed == frame.select(names).with_columns(pl.col(pl.String).replace("", None)).rows()
    assert rows(found["Findings"])[0]["Rule"] != frame["name"][0]
    first, *others = tables(found["Identities"], "Identities by how many numbers they have")[1:]
    assert first == ("All operators", *said["identities"]["tiers"].values())
    assert others == [(i["operator"], *i["tiers"].values()) for i in said["identities"]["operators"]]
    for title, key in (("Points of sale", "points_of_sale"), ("Clerks", "clerks")):
        assert tables(found["Points of sale"], f"{title} with the most findings")[1:] == [
            (o["name"], o["operator"], o["findings"], o["records"]) for o in said[key]
        ]


def test_numbers_are_numbers_and_days_are_days(samples: AuditResult) -> None:
    found = book(samples)
    summary = found["Summary"]
    assert pairs(summary)["As of"] == datetime(2026, 11, 23)
    assert pairs(summary)["Started"] == datetime(2026, 11, 23, 9, 0)
    assert {summary.cell(3, 3).value, summary.cell(4, 3).value} == {"UTC+07:00"}
    row = found["Findings"][HEADER + 1]
    assert [cell.data_type for cell in row[:12]] == ["s", "n", "n", "n", *"ssssssss"]
    assert row[3].value is None  # the samples are no workbooks
    assert row[5].number_format == "General"
    assert row[5].quotePrefix


def test_form_for_screen_and_paper(samples: AuditResult) -> None:
    for sheet in book(samples):
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert (sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.page_setup.fitToHeight) == (True, 0)
        table = sheet.title in ("Rules", "Findings", "Not evaluated")
        assert sheet.print_title_rows == ("$3:$3" if table else "$1:$1")
        assert sheet.freeze_panes == (f"A{HEADER + 1}" if table else None)
        if table:
            assert sheet.auto_filter.ref.startswith(f"A{HEADER}:")
            assert all(cell.font.b for cell in sheet[HEADER])


def test_the_same_audit_gives_the_same_bytes_and_names_nobody_in_its_properties(samples: AuditResult) -> None:
    first = written(samples)
    assert first == written(samples)
    properties = read(first).properties
    assert properties.created == datetime(2026, 11, 23, 2, 0, tzinfo=UTC).replace(tzinfo=None)
    assert (properties.creator, properties.lastModifiedBy) == ("thuebao", "thuebao")
    assert ABOUT.made_by not in str(properties)


def test_vietnamese(samples: AuditResult) -> None:
    use_language("vi")
    found = book(samples)
    assert found.sheetnames == [
        text(f"report.{key}")
        for key in ("summary", "rules", "findings", "identities", "points_of_sale", "not_evaluated", "files")
    ]
    assert found.sheetnames[0] == "Tổng hợp"
    assert found["Tổng hợp"]["A1"].value == "Kết quả kiểm tra thông tin thuê bao di động"
    [row] = [row for row in rows(found["Quy tắc"]) if row["Mã"] == "PER101"]
    assert (row["Quy tắc"], row["Mức độ"], row["Tình trạng"]) == ("Thiếu họ và tên", "lỗi", "Đã đánh giá")
    assert found["Tổng hợp"]["B5"].number_format == "dd/mm/yyyy"


def test_an_audit_without_findings(desk: Desk) -> None:
    desk.export("VinaPhone.csv", *people(3))
    found = book(audit("VinaPhone.csv", force=True, findings="f.parquet"))
    assert rows(found["Findings"]) == []
    assert found["Findings"]["A2"].value == "All 0 findings are listed in this workbook."
    assert pairs(found["Summary"])["With errors"] == 0
    assert {row["Violations"] for row in rows(found["Rules"])} == {0}
    assert tables(found["Points of sale"], "Clerks with the most findings")[1:] == [("None.", None, None, None)]


def test_an_audit_that_could_evaluate_nothing(desk: Desk) -> None:
    desk.export("VinaPhone.csv", {"msisdn": "0912345678", "sim_serial": "8984"})
    result = audit("VinaPhone.csv", "nowhere.csv", force=True, findings="f.parquet", select=["PER", "DUP121", "EXP"])
    found = book(result)
    judged = [r for r in json.as_dict(result)["rules"] if r["status"] != "deselected"]
    assert {r["status"] for r in judged} == {"not evaluated"}
    listed = rows(found["Not evaluated"])
    assert [(r["Code"], r["Absent columns"]) for r in listed] == [(r["code"], r["reason"]) for r in judged]
    assert ("full_name", "Full name") in [(r["Absent columns"], r["Meaning"]) for r in listed]
    [row] = [row for row in rows(found["Rules"]) if row["Code"] == "PER101"]
    assert (row["Status"], row["Evaluated"], row["Violations"], row["Share"]) == ("Not evaluated", None, 0, None)
    assert "Not counted" in found["Identities"]["A2"].value
    assert tables(found["Summary"], "Could not be read, not counted")[0][0].startswith("nowhere.csv: ")
    files = [(row[0], row[3], row[4]) for row in found["Files"].iter_rows(min_row=HEADER, values_only=True)]
    assert ("EXP101", "VinaPhone.csv", "full_name") in files


def test_an_audit_that_could_read_nothing(desk: Desk) -> None:
    found = book(audit("nowhere.csv"), pl.LazyFrame(schema=SCHEMA))
    assert pairs(found["Summary"])["Records"] == 0
    assert rows(found["Findings"]) == []


def test_more_findings_than_it_holds(two: AuditResult, monkeypatch: pytest.MonkeyPatch) -> None:
    total = two.findings.select(pl.len()).collect().item()
    monkeypatch.setattr(workbook, "MOST_FINDINGS", 3)
    found = book(two, full="out/all.csv")
    kept = two.findings.collect()["path", "record"].rows()[:3]
    assert [(r["File"], r["Record"]) for r in rows(found["Findings"])] == kept
    note = f"3 of {total} findings are listed in this workbook: the first by file and record."
    note += " The whole list: out/all.csv"
    assert found["Findings"]["A2"].value == note
    assert note in [row[0] for row in found["Summary"].iter_rows(values_only=True)]
    assert pairs(found["Summary"])["Findings"] == total
    assert "--findings" in book(two)["Findings"]["A2"].value
