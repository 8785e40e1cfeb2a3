"""The audit as a workbook: what it says is what the JSON says, and nothing in it does anything by itself."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

import thuebao
from helpers.desks import Desk
from helpers.people import AS_OF, ERROR, GOOD, INFO, NAMELESS, WARNING, people, person
from thuebao.base.foreign_text import harmless
from thuebao.base.messages import text, use_language
from thuebao.reports import json_document as json
from thuebao.reports.about import About
from thuebao.reports.excel import sheets as workbook
from thuebao.results.findings import SCHEMA
from thuebao.results.result import AuditResult

HANOI = timezone(timedelta(hours=7))
ABOUT = About(
    "Trần Văn Thanh tra",
    datetime(2026, 11, 23, 9, 0, tzinfo=HANOI),
    datetime(2026, 11, 23, 9, 5, tzinfo=HANOI),
    {"paths": "exports/"},
    {"thuebao": "0.1.0"},
)
SHEETS = ["Summary", "Rules", "Findings", "Identities", "Points of sale", "Not evaluated", "Files"]
HEADER = 3
"""The row of the header on sheets that hold one table."""


def audit(*paths: object, **options: Any) -> AuditResult:
    return thuebao.audit([str(path) for path in paths], as_of=date.fromisoformat(AS_OF), **options)


def written(result: AuditResult, findings: pl.LazyFrame | None = None, **options: Any) -> bytes:
    file = BytesIO()
    workbook.write_workbook(file, result, result.findings if findings is None else findings, ABOUT, **options)
    return file.getvalue()


def read(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(BytesIO(content))


def book(result: AuditResult, findings: pl.LazyFrame | None = None, **options: Any) -> openpyxl.Workbook:
    return read(written(result, findings, **options))


def rows(sheet: Any, header: int = HEADER) -> list[dict[str, Any]]:
    """Return the rows of a table below its header."""
    titles, *found = sheet.iter_rows(min_row=header, values_only=True)
    return [dict(zip(titles, row, strict=True)) for row in found]


def tables(sheet: Any, title: str) -> list[tuple[Any, ...]]:
    """Return the rows below a title, its header first, up to an empty one, without empty cells at their ends."""
    every = list(sheet.iter_rows(values_only=True))
    start = max(n for n, row in enumerate(every) if row[0] == title and n + 1 < len(every)) + 1
    end = next((n for n in range(start, len(every)) if not any(every[n])), len(every))
    width = sum(1 for value in every[start] if value is not None)
    return [row[:width] for row in every[start:end]]


def pairs(sheet: Any) -> dict[str, Any]:
    return {row[0]: row[1] for row in sheet.iter_rows(max_row=14, values_only=True) if row[0]}


def everything(content: bytes) -> str:
    """Return all that a workbook holds, as it stands in its parts."""
    with zipfile.ZipFile(BytesIO(content)) as parts:
        return "\n".join(parts.read(name).decode() for name in parts.namelist())


@pytest.fixture
def desk(desk: Desk) -> Desk:
    use_language("en")
    return desk


@pytest.fixture
def two(desk: Desk) -> AuditResult:
    """Two carriers: one identity at both with two names, and findings of every severity."""
    shared = {"id_number": person(0)["id_number"]}
    desk.export("VinaPhone.csv", GOOD, ERROR, WARNING, INFO)
    of_mobifone = (person(10) | NAMELESS, person(11) | shared, *people(3, 20))
    desk.export("MobiFone.csv", *(p | {"pos_name": "MBF-1", "clerk_name": "MBF-2"} for p in of_mobifone))
    result = audit(
        "VinaPhone.csv", "MobiFone.csv", findings="f.parquet", hash_inputs=True, show=["DUP121"], reveal=True
    )
    assert not result.unreadable
    return result


# --- The same as the JSON --------------------------------------------------------------------------------------


@pytest.fixture
def samples(desk: Desk) -> AuditResult:
    folder = Path(__file__).parents[1] / "sample_data"
    return audit(folder, findings="f.parquet", hash_inputs=True)


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
    assert [(row[0], row[1], row[2], row[3], row[4], row[5], row[6]) for row in inputs] == [
        (i["path"], i["format"], i["encoding"], i["bytes"], i["records"], i["rejected"], i["sha256"])
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
        assert [row[f"Violations: {o}"] for o in operators] == [of[o, code]["violations"] for o in operators]
        assert row["Evaluated"] == sum(of[o, code]["evaluated"] for o in operators)
        if row["Evaluated"]:
            assert row["Share"] == pytest.approx(row["Violations"] / row["Evaluated"])
        assert row["Law"]
        assert row["What to do"]


def test_findings_identities_and_offenders_are_those_of_the_audit(samples: AuditResult) -> None:
    said, found = json.as_dict(samples), book(samples)
    titles = ("File", "Record", "Operator", "Subscriber number", "Code", "Value", "Law", "Group")
    names = ("path", "record", "operator", "msisdn", "code", "value", "basis", "group")
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
    assert [cell.data_type for cell in row[:10]] == ["s", "n", *"ssssssss"]
    assert row[3].number_format == "General"
    assert row[3].quotePrefix


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


# --- Little to say ---------------------------------------------------------------------------------------------


def test_an_audit_without_findings(desk: Desk) -> None:
    desk.export("VinaPhone.csv", *people(3))
    found = book(audit("VinaPhone.csv", findings="f.parquet"))
    assert rows(found["Findings"]) == []
    assert found["Findings"]["A2"].value == "All 0 findings are listed in this workbook."
    assert pairs(found["Summary"])["With errors"] == 0
    assert {row["Violations"] for row in rows(found["Rules"])} == {0}
    assert tables(found["Points of sale"], "Clerks with the most findings")[1:] == [("None.", None, None, None)]


def test_an_audit_that_could_evaluate_nothing(desk: Desk) -> None:
    desk.export("VinaPhone.csv", {"sim_serial": "8984"})
    result = audit("VinaPhone.csv", "nowhere.csv", findings="f.parquet", select=["PER", "DUP121", "EXP"])
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
    assert ("EXP101", "VinaPhone.csv", "msisdn") in files


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


# --- Contents that would like to be something else ---------------------------------------------------------------

HOSTILE = [
    "=cmd|' /C calc'!A0",
    "+1",
    "-1",
    "@SUM(1)",
    '=HYPERLINK("http://x")',
    "http://example.com",
    "mailto:a@b.vn",
    "<script>alert(1)</script>",
    "<r><t>x</t></r>",
    '</t></is></c><c r="A9"><f>1+1</f></c>',
    "&amp;",
    "_x0041_",
    "1E5",
    "007",
    "TRUE",
    "{=1}",
    "internal:'Summary'!A1",
]
UNSEEN = ["\x1b[31mred", "a\u202eb", "a\u061cb", "a\u2066b", "nul\x00", "line\nbreak", "tab\t", "a\u200bb", "\ufeffa"]
LONG = "9" * 40_000


def finding(value: str) -> dict[str, Any]:
    return {
        "path": value,
        "record": 1,
        "operator": value,
        "msisdn": value,
        "code": "PER101",
        "name": "name-missing",
        "severity": "error",
        "field": "full_name",
        "value": value,
        "basis": value,
        "group": None,
    }


def test_hostile_contents_stay_text(two: AuditResult) -> None:
    hostile = [*HOSTILE, *UNSEEN, LONG, "🙂" * 40_000]
    content = written(two, pl.LazyFrame([finding(value) for value in hostile], schema=SCHEMA))
    sheet = read(content)["Findings"]
    for value, row in zip(hostile, sheet.iter_rows(min_row=HEADER + 1), strict=True):
        for cell in (row[0], row[2], row[3], row[8], row[9]):
            assert (cell.data_type, cell.hyperlink) == ("s", None)
            assert cell.quotePrefix
            if value in UNSEEN:
                assert cell.value == re.sub("[^\x20-\x7e]", "\ufffd", value)
            elif len(value) >= 40_000:
                assert cell.value.startswith(value[:1000])
                assert cell.value.endswith("…")
                assert len(cell.value.encode("utf-16-le")) // 2 <= 32_767
            elif value != "_x0041_":  # which openpyxl does not read back as it was
                assert cell.value.rstrip() == value
    parts = everything(content)
    assert "<f>" not in parts
    assert "<hyperlink" not in parts
    assert "_x005F_x0041_" in parts


def test_hostile_names_stay_text_everywhere(two: AuditResult) -> None:
    for value in [*HOSTILE, *UNSEEN, LONG]:
        result = replace(
            two,
            inputs=tuple(replace(i, path=value, encoding=value) for i in two.inputs),
            operators=two.operators.with_columns(operator=pl.lit(value)),
            counts=two.counts.with_columns(operator=pl.lit(value)),
            offenders=two.offenders.with_columns(operator=pl.lit(value), name=pl.lit(value)),
            identities={None: {"4-9": 0}, value: {"4-9": 1}},
            where=value,
            notices=(value,),
        )
        about = replace(ABOUT, made_by=value, options={value: value}, versions={value: value})
        file = BytesIO()
        workbook.write_workbook(file, result, two.findings, about, full=value)
        parts = everything(file.getvalue())
        assert "<f>" not in parts
        assert "<hyperlink" not in parts
        for sheet in read(file.getvalue()):
            for row in sheet.iter_rows():
                for cell in row:
                    assert cell.data_type in ("s", "n", "d")
                    assert not re.search("[\x00-\x1f\u202e\u061c\u2066\u200b\ufeff]", str(cell.value))


@pytest.mark.parametrize("value", [*UNSEEN, "soft\u00adhyphen", "tag\U000e0041", "\udcff"])
def test_harmless_shows_what_is_not_seen(value: str) -> None:
    assert harmless(value) == re.sub("[^\x20-\x7e]", "\ufffd", value)


def test_harmless_leaves_vietnamese_as_it_is() -> None:
    name = "Nguyễn Thị Ngọc Ánh, Đắk Lắk"
    assert harmless(name) == name


# --- One carrier's -----------------------------------------------------------------------------------------------


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
        assert row[4] == operator["records"]


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
    assert row[:6] == ("together.csv", "csv", "utf-8", None, None, None)
    assert row[6] == result.inputs[0].sha256
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


# --- Failing -----------------------------------------------------------------------------------------------------


class Full(BytesIO):
    """A file on a full disk."""

    def write(self, data: Any, /) -> int:
        raise OSError(28, "No space left on device")


def test_a_full_disk_is_an_os_error_and_nothing_is_left_behind(two: AuditResult, tmp_path: Path) -> None:
    waiting = tmp_path / "waiting"
    waiting.mkdir()
    with pytest.raises(OSError, match="No space left"):
        workbook.write_workbook(Full(), two, two.findings, ABOUT, temp_dir=waiting)
    assert list(waiting.iterdir()) == []
