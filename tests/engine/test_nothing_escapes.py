"""What is not counted is said, with the reason: files that only look like our own, hidden ones, rows above a header."""

from __future__ import annotations

import csv
import io
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from helpers.desks import Desk
from helpers.exports import table
from helpers.outcomes import Command, Outcome
from helpers.people import AS_OF, people
from thuebao.results.files import REJECTS_COLUMNS
from thuebao.results.findings import SCHEMA

AUDIT = ("--as-of", AS_OF, "--fail-on", "never", "--format", "json")
RECORDS = people(8)
HEADER = list(RECORDS[0])
ROWS = [list(record.values()) for record in RECORDS]
TITLE = ["CÔNG TY VIỄN THÔNG", "", "Kỳ báo cáo: 01/10/2026", "đến 31/10/2026", "ĐT: 0912345678"]


def counted(done: Outcome) -> tuple[int, int]:
    totals = done.document["totals"]
    return totals["records"], totals["rejected"]


def passed_over(done: Outcome) -> dict[str, str]:
    return {passed["path"]: passed["reason"] for passed in done.document["files_passed_over"]}


def csv_of(*rows: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


@pytest.fixture
def results(desk: Desk, cli: Command) -> Desk:
    """A folder with an export, and beside it all that an audit writes of one."""
    desk.write("in/vina.csv", table(RECORDS) + "1,2\n")
    outputs = ("--findings", "in/f.csv", "--rejects", "in/r.csv", "--report", "in/r.xlsx", "--report", "in/r.html")
    done = cli("audit", "in", *AUDIT, *outputs, "--manifest", "in/m.json", "--max-rejected", "50%")
    desk.write("in/a.json", done.out)
    cli("audit", "in/vina.csv", *AUDIT, "--findings", "in/f.parquet", "--max-rejected", "50%")
    shutil.copy(desk.path / "in/f.csv", desk.path / "in/last.csv")
    with zipfile.ZipFile(desk.path / "in/last.zip", "w") as archive:
        for name in ("f.csv", "f.parquet"):
            archive.write(desk.path / "in" / name, name)
    return desk


@pytest.mark.parametrize("language", ["en", "vi"])
def test_what_an_audit_wrote_is_known_by_all_of_it(results: Desk, cli: Command, language) -> None:
    vi = ("--lang", language, "--report", "in/l.xlsx", "--report", "in/l.html", "--rejects", "in/l.csv", "--format")
    cli("audit", "in/vina.csv", "--max-rejected", "50%", *vi, "json")
    done = cli("audit", "in", *AUDIT, "--set", "EXP110.bytes=1", "--max-rejected", "50%")
    assert counted(done) == (len(RECORDS), 1)
    assert set(passed_over(done).values()) == {"own"}
    assert len(passed_over(done)) == 12
    assert not [f for f in done.document["export_findings"] if f["code"] == "EXP110"]
    assert results.files()


def workbook_with_our_mark(desk: Desk) -> str:
    book = openpyxl.load_workbook(desk.path / "in/r.xlsx")
    sheet = book["Files"]
    for row in [HEADER, *ROWS]:
        sheet.append(row)
    book.save(desk.path / "x.xlsx")
    return "x.xlsx"


def parquet_with_our_columns(desk: Desk) -> str:
    names = dict(
        zip(("operator", "msisdn", "name", "value"), ("operator", "msisdn", "full_name", "id_number"), strict=True)
    )
    columns = {
        name: pl.Series([record.get(names.get(name, ""), "") or None for record in RECORDS], dtype=pl.String)
        if dtype == pl.String
        else pl.Series([1] * len(RECORDS), dtype=dtype)
        for name, dtype in SCHEMA.items()
    }
    pl.DataFrame(columns).write_parquet(desk.path / "x.parquet")
    return "x.parquet"


def csv_with_our_columns(desk: Desk) -> str:
    at = {"operator": "operator", "msisdn": "msisdn", "name": "full_name", "value": "id_number"}
    rows = [[record.get(at.get(name, ""), "") for name in SCHEMA] for record in RECORDS]
    desk.write("x.csv", csv_of(list(SCHEMA), *rows))
    return "x.csv"


def csv_with_our_first_line(desk: Desk) -> str:
    desk.write("x.csv", ",".join(SCHEMA) + "\n" + csv_of(HEADER, *ROWS))
    return "x.csv"


def csv_with_the_first_line_of_rejects(desk: Desk) -> str:
    desk.write("x.csv", ",".join(REJECTS_COLUMNS) + "\n" + csv_of(HEADER, *ROWS))
    return "x.csv"


@pytest.mark.parametrize(
    "made",
    [
        workbook_with_our_mark,
        parquet_with_our_columns,
        csv_with_our_columns,
        csv_with_our_first_line,
        csv_with_the_first_line_of_rejects,
    ],
)
def test_an_export_with_our_mark_is_none_of_ours(results: Desk, cli: Command, made: Callable[[Desk], str]) -> None:
    """It is counted, or refused: it is never passed over."""
    name = made(results)
    done = cli("audit", name, "--operator", "Viettel", *AUDIT)
    assert passed_over(done) == {}
    assert counted(done)[0] + len(done.document["unreadable"]) >= 1


def test_a_document_with_keys_of_its_own_is_none_of_ours(results: Desk, cli: Command) -> None:
    for name, key in (("a.json", "inputs"), ("m.json", "outputs")):
        document = json.loads((results.path / "in" / name).read_text())
        document[key].append({**document[key][0], "list": RECORDS})
        results.write(f"in/more {name}", json.dumps(document, indent=1, ensure_ascii=False))
        assert (results.path / f"in/more {name}").read_text().startswith('{\n "schema"')
    done = cli("audit", "in", *AUDIT, "--set", "EXP110.bytes=1", "--max-rejected", "50%")
    missed = {f["path"] for f in done.document["export_findings"] if f["code"] == "EXP110"}
    assert missed == {"in/more a.json", "in/more m.json"}


def test_every_file_that_is_passed_over_is_named_with_its_reason(desk: Desk, cli: Command) -> None:
    desk.write("in/vina.csv", table(RECORDS))
    desk.write("in/read me.docx", "x")
    desk.write("in/.old/viettel.csv", table(RECORDS))
    desk.write("in/.viettel.csv", table(RECORDS))
    desk.write("in/_temporary/part-0.csv", table(RECORDS))
    desk.write("in/empty.csv", "")
    with zipfile.ZipFile(desk.path / "in/more.zip", "w") as archive:
        archive.writestr("vina 2.csv", table(people(3, 20)))
        archive.writestr("big.dat", table(RECORDS) * 20)
        archive.writestr(".hidden.csv", table(RECORDS))
        archive.writestr("__MACOSX/._vina 2.csv", "of macOS")
    expected = {
        "in/.old": "hidden",
        "in/.old/viettel.csv": "hidden",
        "in/.viettel.csv": "hidden",
        "in/_temporary/part-0.csv": "unfinished",
        "in/empty.csv": "empty",
        "in/more.zip/.hidden.csv": "hidden",
        "in/more.zip/big.dat": "ending",
        "in/read me.docx": "ending",
    }
    reports = ("--report", "r.html", "--report", "r.xlsx", "--manifest", "m.json")
    done = cli("audit", "in", *AUDIT, *reports, "--set", "EXP110.bytes=64")
    assert passed_over(done) == expected
    manifest = json.loads((desk.path / "m.json").read_text())
    assert {passed["path"]: passed["reason"] for passed in manifest["passed_over"]} == expected
    missed = {f["path"] for f in done.document["export_findings"] if f["code"] == "EXP110"}
    assert missed == set(expected) - {"in/.old", "in/empty.csv", "in/read me.docx"}
    page = (desk.path / "r.html").read_text()
    files = openpyxl.load_workbook(desk.path / "r.xlsx")["Files"]
    sheet = " ".join(str(cell) for row in files.iter_rows(values_only=True) for cell in row if cell)
    for said in (page, sheet, done.err):
        assert "in/.old/viettel.csv (hidden)" in said
        assert "in/more.zip/big.dat (does not end as exports do)" in said
    quiet = cli("audit", "in", *AUDIT[:-2], "-q")
    assert "Files passed over: 8." in quiet.err
    assert "Số tệp bị bỏ qua: 8." in cli("audit", "in", *AUDIT[:-2], "-q", "--lang", "vi").err


def test_nothing_is_said_where_nothing_is_passed_over(desk: Desk, cli: Command) -> None:
    desk.write("in/vina.csv", table(RECORDS))
    assert cli("audit", "in", *AUDIT, "-q").err == ""


def of_csv(desk: Desk, rows: list[list[str]]) -> str:
    return str(desk.write("vina.csv", csv_of(*rows)))


def of_workbook(desk: Desk, rows: list[list[str]]) -> str:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(desk.path / "vina.xlsx")
    return "vina.xlsx"


def of_page(desk: Desk, rows: list[list[str]]) -> str:
    cells = ("".join(f"<td>{cell}</td>" for cell in row) for row in rows)
    lines = "".join(f"<tr>{row}</tr>" for row in cells)
    return str(desk.write("vina.html", f"<html><body><table>{lines}</table></body></html>"))


WRITERS = [of_csv, of_workbook, of_page]


@pytest.mark.parametrize("written", WRITERS)
@pytest.mark.parametrize("order", [1, -1])
def test_records_above_the_header_are_rejected_lines(desk: Desk, cli: Command, written, order) -> None:
    above = [row[::order] for row in ROWS[:3]]
    name = written(desk, [TITLE, *above, HEADER, *ROWS[3:]])
    rejects = ("--rejects", "rejects.csv", "--max-rejected", "50%")
    done = cli("audit", name, *AUDIT, *rejects, "--findings", "f.csv", "--where", "full_name is not null")
    assert counted(done) == (len(ROWS) - 3, 3)
    [read] = done.document["inputs"]
    assert read["passed_over"]["titles"] == 1
    [said] = [f for f in done.document["export_findings"] if f["code"] == "EXP102"]
    assert (said["count"], "above the header: 3" in said["detail"]) == (3, True)
    found = desk.rows("rejects.csv")
    assert [(row["line"], row["record"]) for row in found] == [("2", "1"), ("3", "2"), ("4", "3")]
    assert all(ROWS[n][HEADER.index("full_name")] in row["text"] for n, row in enumerate(found))
    refused = cli("audit", name, *AUDIT)
    assert refused.code == 3
    assert refused.document["unreadable"] == [{"path": name, "reason": "too_many_rejected"}]


@pytest.mark.parametrize("written", WRITERS)
def test_findings_are_numbered_with_the_records_above_the_header(desk: Desk, cli: Command, written) -> None:
    nameless = RECORDS[4] | {"full_name": ""}
    name = written(desk, [*ROWS[:2], HEADER, ROWS[3], list(nameless.values())])
    cli("audit", name, *AUDIT, "--max-rejected", "50%", "--select", "PER101", "--findings", "f.csv")
    assert [(row["record"], row["line"]) for row in desk.rows("f.csv")] == [("4", "5")]


def test_records_in_a_table_without_a_header_are_not_left_out(desk: Desk, cli: Command) -> None:
    of_page(desk, [HEADER, *ROWS[:5]])
    page = (desk.path / "vina.html").read_text()
    of_page(desk, ROWS[5:])
    desk.write("vina.html", page.replace("</body></html>", "") + (desk.path / "vina.html").read_text()[12:])
    assert cli("audit", "vina.html", *AUDIT).document["unreadable"][0]["reason"] == "table_without_header"
    of_page(desk, [TITLE, ["Người lập", "Nguyễn Văn An", "0912345678"]])
    desk.write("vina.html", page.replace("</body></html>", "") + (desk.path / "vina.html").read_text()[12:])
    assert counted(cli("audit", "vina.html", *AUDIT)) == (5, 0)


@pytest.mark.parametrize("written", WRITERS)
def test_titles_stay_titles(desk: Desk, cli: Command, written) -> None:
    titles = [
        TITLE,
        ["Từ ngày", "01/10/2026", "đến ngày", "31/10/2026"],
        ["MST", "0100109106", "Hotline", "0912345678"],
    ]
    name = written(desk, [*titles, HEADER, *ROWS])
    done = cli("audit", name, *AUDIT)
    assert counted(done) == (len(ROWS), 0)
    assert done.document["inputs"][0]["passed_over"]["titles"] == 3
    assert Path(name).suffix
