"""Findings as a workbook of their own, and as CSV for Excel: all of them, and never read as an export."""

from __future__ import annotations

import codecs
from itertools import pairwise
from typing import Any

import openpyxl
import polars as pl
import pytest

import thuebao
from helpers.desks import Desk
from helpers.outcomes import Command, one_message
from helpers.people import AS_OF, ERROR, GOOD, INFO, NAMELESS, person
from thuebao.base.messages import LANGUAGES

OPTIONS = ("--as-of", AS_OF, "--fail-on", "never", "-q")


def sheets(desk: Desk, name: str) -> list[list[tuple[Any, ...]]]:
    """Return the rows of each sheet, the header first."""
    return [list(sheet.iter_rows(values_only=True)) for sheet in openpyxl.load_workbook(desk.path / name)]


def expected(desk: Desk, name: str) -> list[tuple[Any, ...]]:
    """Return what rows of a workbook must say of the findings in a Parquet file, but for texts in the language."""
    frame = pl.read_parquet(desk.path / name)
    columns = ("path", "sheet", "line", "record", "operator", "msisdn", "code", "value", "basis", "group", "key")
    return [tuple(value or None for value in row) for row in frame.select(columns).iter_rows()]


def plain(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return rows of a workbook without the columns of texts in the language: title, severity, field."""
    return [(*row[:7], *row[10:]) for row in rows]


@pytest.fixture
def mixed(desk: Desk) -> Desk:
    """A CSV with two lines above its header, and a workbook of two sheets."""
    desk.export("vina.csv", GOOD, ERROR, INFO)
    text = (desk.path / "vina.csv").read_text("utf-8")
    desk.write("vina.csv", f"DANH SÁCH THUÊ BAO\n\n{text}")
    book = openpyxl.Workbook()
    for n, name in enumerate(("Miền Bắc", "Miền Nam")):
        sheet = book.create_sheet(name)
        record = person(10 + n) | NAMELESS | {"operator": "Viettel"}
        sheet.append([*record])
        sheet.append([*record.values()])
    del book["Sheet"]
    book.save(desk.path / "viettel.xlsx")
    return desk


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_workbook_has_the_findings_of_the_parquet_file(mixed: Desk, cli: Command, lang) -> None:
    some = ("audit", "vina.csv", "viettel.xlsx", *OPTIONS, "--lang", lang)
    for name in ("f.parquet", "f.xlsx"):
        assert cli(*some, "--findings", name).code == 0
    [rows] = sheets(mixed, "f.xlsx")
    assert plain(rows[1:]) == expected(mixed, "f.parquet")
    places = {row[:4] for row in rows[1:]}
    assert {("vina.csv", None, 5, 2), ("viettel.xlsx", "Miền Bắc", 2, 1), ("viettel.xlsx", "Miền Nam", 2, 2)} <= places
    sheet = openpyxl.load_workbook(mixed.path / "f.xlsx").active
    assert sheet.auto_filter.ref == f"A1:N{len(rows)}"
    assert sheet.freeze_panes == "A2"


def test_findings_beyond_a_sheet_go_on_in_the_next(mixed: Desk, cli: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    some = ("audit", "vina.csv", "viettel.xlsx", *OPTIONS)
    cli(*some, "--findings", "f.parquet")
    monkeypatch.setattr("thuebao.reports.excel.findings_book.MOST_ROWS", 2)
    cli(*some, "--findings", "f.xlsx")
    parts = sheets(mixed, "f.xlsx")
    assert len(parts) > 2
    assert all(len(rows) == 3 for rows in parts[:-1])
    assert all(one[0] == other[0] for one, other in pairwise(parts))
    assert plain([row for rows in parts for row in rows[1:]]) == expected(mixed, "f.parquet")
    book = openpyxl.load_workbook(mixed.path / "f.xlsx")
    assert book.sheetnames[:2] == ["Findings", "Findings 2"]
    assert book["Findings 2"].auto_filter.ref == "A1:N3"
    assert cli("audit", "f.xlsx", *OPTIONS, "--reveal").code == 3  # nothing in it is an export


@pytest.mark.parametrize("name", ["f.xlsx", "f.csv"])
@pytest.mark.parametrize("written", LANGUAGES)
@pytest.mark.parametrize("found", [True, False])
def test_own_findings_beside_exports_are_passed_over(desk: Desk, cli: Command, name, written, found) -> None:
    desk.export("e/vina.csv", ERROR if found else GOOD)
    some = ("audit", "e", *OPTIONS, "--format", "json")
    first = cli(*some, "--findings", f"e/{name}", "--bom", "--rejects", "e/r.csv", "--lang", written).document
    second = cli(*some, "--findings", f"e/{name}", "--force").document
    third = cli(*some).document
    assert first["totals"] == second["totals"] == third["totals"]
    assert {(p["path"], p["reason"]) for p in third["files_passed_over"]} == {(f"e/{name}", "own"), ("e/r.csv", "own")}


def test_a_workbook_that_only_looks_like_findings_is_no_own_one(desk: Desk, cli: Command) -> None:
    desk.export("e/vina.csv", ERROR)
    cli("audit", "e", *OPTIONS, "--findings", "e/f.xlsx")
    book = openpyxl.load_workbook(desk.path / "e/f.xlsx")
    book["Findings"].append([*person(1).values()])
    book.save(desk.path / "e/f.xlsx")
    document = cli("audit", "e", *OPTIONS, "--format", "json").document
    assert "e/f.xlsx" not in {passed["path"] for passed in document["files_passed_over"]}


@pytest.mark.parametrize("value", ["=1+1", "<r>x</r>", "+84", "@A1", "http://x.vn", "a\x07b"])
def test_foreign_text_in_a_workbook_of_findings_stays_text(desk: Desk, cli: Command, value) -> None:
    desk.export("vina.csv", GOOD | {"full_name": value})
    cli("audit", "vina.csv", *OPTIONS, "--select", "PER", "--reveal", "--findings", "f.xlsx")
    [rows] = sheets(desk, "f.xlsx")
    cells = [cell for row in openpyxl.load_workbook(desk.path / "f.xlsx").active.iter_rows() for cell in row]
    assert len(rows) > 1
    assert all(cell.data_type in "sn" and cell.hyperlink is None for cell in cells)


def test_python_writes_no_workbook(desk: Desk) -> None:
    desk.export("vina.csv", ERROR)
    with pytest.raises(thuebao.UsageError, match=r"\.csv, \.parquet"):
        thuebao.audit("vina.csv", findings="f.xlsx")
    assert desk.files() == {"vina.csv"}


def test_csv_for_excel_begins_with_a_mark_and_is_otherwise_the_same(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", ERROR, GOOD)
    desk.write("vina.csv", (desk.path / "vina.csv").read_text("utf-8") + "too,few\n")
    some = ("audit", "vina.csv", *OPTIONS[:-1], "--max-rejected", "50%", "--format", "csv")
    plain = cli(*some, "--findings", "a.csv", "--rejects", "ar.csv").out
    marked = cli(*some, "--findings", "b.csv", "--rejects", "br.csv", "--bom").out
    assert marked == f"\ufeff{plain}"
    for before, after in (("a.csv", "b.csv"), ("ar.csv", "br.csv")):
        content = (desk.path / before).read_bytes()
        assert not content.startswith(codecs.BOM_UTF8)
        assert (desk.path / after).read_bytes() == codecs.BOM_UTF8 + content


def test_findings_for_excel_are_a_baseline(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", ERROR, INFO)
    some = ("audit", "vina.csv", *OPTIONS[:2], "--reveal")
    cli(*some, "--findings", "last.csv", "--bom")
    done = cli(*some, "--baseline", "last.csv", "--fail-on", "error:0")
    assert done.code == 0
    assert "of which 0 are new against last.csv" in done.err


@pytest.mark.parametrize("name", ["found.txt", "found.xls", "found"])
def test_findings_of_no_known_kind_are_refused(desk: Desk, cli: Command, name) -> None:
    desk.export("vina.csv", ERROR)
    done = cli("audit", "vina.csv", "--findings", name)
    assert (done.code, desk.files()) == (2, {"vina.csv"})
    one_message(done, name, ".csv", ".parquet", ".xlsx")
