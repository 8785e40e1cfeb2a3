"""Every sheet of a workbook that holds an export is read, each by its own header; the others are named."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest

from helpers.desks import Desk
from helpers.outcomes import Command, violated
from helpers.people import AS_OF, NAMELESS, person
from helpers.spreadsheets import Rows, Writer, by_openpyxl, every_writer

DAY = ("--as-of", AS_OF, "--operator", "VinaPhone", "--lang", "en")
COVER: Rows = [["DANH SÁCH THUÊ BAO"], ["Kỳ báo cáo", "11/2026"], ["Người lập", "Trần Thị Bình"]]
PIVOT: Rows = [["Tỉnh/Thành phố", "Số thuê bao"], ["Hà Nội", 123456], ["Huế", 98765]]
COLUMNS: Rows = [["Cột", "Ý nghĩa"], ["Số thuê bao", "bắt buộc"], ["Họ và tên", "bắt buộc"]]


def rows_of(*records: dict[str, str], without: tuple[str, ...] = ()) -> Rows:
    names = [name for name in records[0] if name not in without]
    return [names, *([record[name] or None for name in names] for record in records)]


def backwards(rows: Rows) -> Rows:
    return [list(reversed(row)) for row in rows]


def audited(cli: Command, name: str, *options: str) -> dict[str, Any]:
    done = cli("audit", name, *DAY, "--format", "json", *options)
    assert done.code in (0, 1), done.err
    return done.document


def notices(document: dict[str, Any]) -> dict[str, int]:
    [read] = document["inputs"]
    return {notice["code"]: notice["count"] for notice in read["notices"]}


@every_writer
def test_sheets_with_exports_are_read_whatever_stands_before_and_between(
    write: Writer, desk: Desk, cli: Command
) -> None:
    first, second = rows_of(person(1), person(2)), backwards(rows_of(person(3) | NAMELESS))
    desk.write("a.xlsx", write({"Bìa": COVER, "Trả trước": first, "Tổng hợp": PIVOT, "Trả sau": second, "Trống": []}))
    document = audited(cli, "a.xlsx", "--findings", "f.csv", "--reveal")
    [read] = document["inputs"]
    assert [(sheet["name"], sheet["records"]) for sheet in read["sheets"]] == [("Trả trước", 2), ("Trả sau", 1)]
    assert (read["records"], read["sheets_left"]) == (3, ["Bìa", "Tổng hợp"])
    assert violated(document) == {"PER101": 1}
    assert [(r["sheet"], r["record"], r["line"], r["code"]) for r in desk.rows("f.csv")] == [
        ("Trả sau", "3", "2", "PER101")
    ]
    assert notices(document).keys() == {"sheets_read", "sheets_left"}
    said = cli("audit", "a.xlsx", *DAY).said
    for name in ("Trả trước", "Trả sau", "Bìa", "Tổng hợp"):
        assert name in said


@pytest.mark.parametrize("left", [COVER, PIVOT, COLUMNS, [["Số thuê bao", "Họ và tên", *"abc"]]])
def test_a_sheet_that_is_no_export_is_no_reason_to_refuse(left: Rows, desk: Desk, cli: Command) -> None:
    for name, sheets in {
        "before.xlsx": {"X": left, "DS": rows_of(person(1))},
        "behind.xlsx": {"DS": rows_of(person(1)), "X": left},
    }.items():
        desk.write(name, by_openpyxl(sheets))
        document = audited(cli, name)
        [read] = document["inputs"]
        assert ([s["name"] for s in read["sheets"]], read["sheets_left"], read["records"]) == (["DS"], ["X"], 1)
        assert violated(document) == {}


def test_without_any_export_the_file_is_refused(desk: Desk, cli: Command) -> None:
    desk.write("a.xlsx", by_openpyxl({"Bìa": COVER, "Ghi chú": [["Không có gì"]]}))
    done = cli("audit", "a.xlsx", *DAY, "--format", "json")
    assert done.code == 3
    desk.write("b.xlsx", by_openpyxl({"DS": rows_of(person(1))}))
    document = cli("audit", "a.xlsx", "b.xlsx", *DAY, "--format", "json").document
    assert [one["reason"] for one in document["unreadable"]] == ["header_unrecognised"]


def test_a_column_that_one_sheet_lacks_accuses_nobody_on_it(desk: Desk, cli: Command) -> None:
    whole, less = rows_of(person(1), person(2)), rows_of(person(3), person(4), without=("address",))
    desk.write("a.xlsx", by_openpyxl({"A": whole, "B": less}))
    document = audited(cli, "a.xlsx")
    assert violated(document) == {}
    partly = {rule["code"] for rule in document["rules"] if rule["reason"] == "address"}
    assert {rule["status"] for rule in document["rules"] if rule["code"] in partly} == {"partly evaluated"}
    [counted] = document["operators"]
    assert {rule["evaluated"] for rule in counted["rules"] if rule["code"] in partly} >= {2}
    [absent] = [f for f in document["export_findings"] if f["column"] == "address"]
    assert (absent["code"], "'B'" in absent["detail"]) == ("EXP101", True)
    assert "address" in document["inputs"][0]["columns"]
    assert "address" not in document["inputs"][0]["absent"]


def test_what_all_sheets_lack_is_said_once(desk: Desk, cli: Command) -> None:
    some = {name: rows_of(person(n), without=("address",)) for n, name in enumerate("ABC")}
    desk.write("a.xlsx", by_openpyxl(some))
    found = [f for f in audited(cli, "a.xlsx")["export_findings"] if f["column"] == "address"]
    assert [(f["code"], f["detail"]) for f in found] == [("EXP101", "address")]


def test_one_number_on_two_sheets_is_found(desk: Desk, cli: Command) -> None:
    desk.write("a.xlsx", by_openpyxl({"A": rows_of(person(1)), "B": rows_of(person(2), person(1))}))
    audited(cli, "a.xlsx", "--findings", "f.csv", "--select", "DUP101")
    assert [(r["sheet"], r["record"]) for r in desk.rows("f.csv")] in ([("A", "1"), ("B", "3")], [("B", "3")])


def test_one_sheet_only(desk: Desk, cli: Command) -> None:
    desk.write("a.xlsx", by_openpyxl({"A": rows_of(person(1)), "B": rows_of(person(2), person(3)), "C": COVER}))
    for wanted in ("B", "2"):
        document = audited(cli, "a.xlsx", "--sheet", wanted)
        [read] = document["inputs"]
        assert ([s["name"] for s in read["sheets"]], read["sheets_left"], read["records"]) == (["B"], ["A", "C"], 2)
        assert notices(document) == {"sheets_left": 2}


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_hidden_sheets_are_read_and_named(state: str, desk: Desk, cli: Command) -> None:
    book, file = (
        openpyxl.load_workbook(io.BytesIO(by_openpyxl({"A": rows_of(person(1)), "B": rows_of(person(2))}))),
        (io.BytesIO()),
    )
    book["B"].sheet_state = state
    book.save(file)
    desk.write("a.xlsx", file.getvalue())
    document = audited(cli, "a.xlsx")
    [read] = document["inputs"]
    assert [(s["name"], s["hidden"], s["records"]) for s in read["sheets"]] == [("A", False, 1), ("B", True, 1)]
    assert notices(document) == {"sheets_read": 2, "sheets_hidden": 1}


def test_a_sheet_without_records_beside_one_with_them(desk: Desk, cli: Command) -> None:
    nothing = [*rows_of(person(1))[:1], ["Tổng cộng: 0 thuê bao"]]
    desk.write("a.xlsx", by_openpyxl({"A": nothing, "B": rows_of(person(2))}))
    [read] = audited(cli, "a.xlsx")["inputs"]
    assert (read["records"], [s["records"] for s in read["sheets"]]) == (1, [0, 1])


def test_many_sheets_are_numbered_through(desk: Desk, cli: Command) -> None:
    sheets = {f"Tháng {n}": rows_of(*(person(10 * n + m) | NAMELESS for m in range(3))) for n in range(12)}
    desk.write("a.xlsx", by_openpyxl(sheets))
    audited(cli, "a.xlsx", "--findings", "f.csv", "--select", "PER101")
    rows = desk.rows("f.csv")
    assert [int(row["record"]) for row in rows] == list(range(1, 37))
    assert [(row["sheet"], row["line"]) for row in rows[3:6]] == [("Tháng 1", "2"), ("Tháng 1", "3"), ("Tháng 1", "4")]
