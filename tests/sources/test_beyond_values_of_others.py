"""What an .xls and an .ods say beyond the values of their cells, and forms of them that other programs write."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import CoveredTableCell, Table, TableCell, TableRow
from odf.text import P

from helpers.desks import Desk
from helpers.outcomes import Command, violated
from helpers.people import AS_OF, person
from helpers.spreadsheets import by_odfpy, changed, odf_cell

DAY = ("--as-of", AS_OF, "--operator", "VinaPhone", "--lang", "en")
PEOPLE = [person(n) for n in range(1, 5)]
NAMES = list(PEOPLE[0])
CONTENT = "content.xml"


def audited(desk: Desk, cli: Command, content: bytes, name: str) -> tuple[dict[str, Any], dict[str, int]]:
    desk.write(name, content)
    done = cli("audit", name, *DAY, "--format", "json")
    assert done.code in (0, 1), done.err
    [read] = done.document["inputs"]
    return done.document, {notice["code"]: notice["count"] for notice in read["notices"]}


def xls_of(
    change: Callable[[Any, int, int, str, str], bool], finish: Callable[[Any], None] = lambda sheet: None
) -> bytes:
    """Return an .xls; `change` writes a cell and says so, else it is written as text."""
    book, file = xlwt.Workbook(encoding="utf-8"), io.BytesIO()
    sheet = book.add_sheet("DS", cell_overwrite_ok=True)
    for column, name in enumerate(NAMES):
        sheet.write(0, column, name)
    for row, record in enumerate(PEOPLE, 1):
        for column, (name, value) in enumerate(record.items()):
            if not change(sheet, row, column, name, value):
                sheet.write(row, column, value)
    finish(sheet)
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize("form", ["0000000000", "0000 000 000", r"0000\-000\-000"])
def test_zeros_that_a_number_format_of_an_xls_shows(form: str, desk: Desk, cli: Command) -> None:
    style = xlwt.easyxf(num_format_str=form)
    papers = xlwt.easyxf(num_format_str="000000000000")

    def numbers(sheet: Any, row: int, column: int, name: str, value: str) -> bool:
        if name in ("msisdn", "id_number"):
            sheet.write(row, column, int(value), style if name == "msisdn" else papers)
        return name in ("msisdn", "id_number")

    document, said = audited(desk, cli, xls_of(numbers), "a.xls")
    assert (violated(document), said) == ({}, {})


def test_formulas_without_a_value_in_an_xls(desk: Desk, cli: Command) -> None:
    def formulas(sheet: Any, row: int, column: int, name: str, value: str) -> bool:
        if name == "msisdn":
            sheet.write(row, column, xlwt.Formula(f'"{value}"'))
        return name == "msisdn"

    document, said = audited(desk, cli, xls_of(formulas), "a.xls")
    assert (violated(document), said) == ({}, {"formulas_without_value": 4})


def test_hidden_rows_and_columns_of_an_xls(desk: Desk, cli: Command) -> None:
    def hide(sheet: Any) -> None:
        sheet.row(2).hidden = sheet.col(3).hidden = True

    document, said = audited(desk, cli, xls_of(lambda *_: False, hide), "a.xls")
    assert (document["totals"]["records"], said) == (4, {"rows_hidden": 1, "columns_hidden": 1})


@pytest.mark.parametrize("name", ["workbook", "wOrKbOoK", "book", "BOOK"])
def test_the_stream_of_an_xls_in_any_case(name: str, desk: Desk, cli: Command) -> None:
    plain = "Workbook".encode("utf-16-le")
    content = xls_of(lambda *_: False).replace(plain, name.encode("utf-16-le").ljust(len(plain), b"\0"))
    document, _ = audited(desk, cli, content, "a.xls")
    assert (document["totals"]["records"], violated(document)) == (4, {})


def ods(*cells_of: Callable[[str, str], TableCell]) -> bytes:
    book, file = OpenDocumentSpreadsheet(), io.BytesIO()
    table = Table(name="DS & Huế")
    [cell_of] = cells_of
    for record in [dict(zip(NAMES, NAMES, strict=True)), *PEOPLE]:
        row = TableRow()
        for name, value in record.items():
            row.addElement(odf_cell(value) if value == name else cell_of(name, value))
        table.addElement(row)
    book.spreadsheet.addElement(table)
    book.write(file)
    return file.getvalue()


def plainly(name: str, value: str) -> TableCell:
    return odf_cell(value)


def apart(white: str, within: str = "") -> Callable[[bytes], bytes]:
    def change(xml: bytes) -> bytes:
        spaced = re.sub(rb">(?=</?table:)", b">" + white.encode(), xml)
        return spaced.replace(b"<text:p>", within.encode() + b"<text:p>") if within else spaced

    return change


@pytest.mark.parametrize("white", ["\n", "\n      ", " ", "\r\n\t"])
@pytest.mark.parametrize("within", ["", "\n  "])
def test_white_space_between_the_cells_of_an_ods(white: str, within: str, desk: Desk, cli: Command) -> None:
    document, said = audited(desk, cli, changed(ods(plainly), CONTENT, apart(white, within)), "a.ods")
    assert (document["totals"]["records"], violated(document), said) == (4, {}, {})


def test_zeros_that_an_ods_shows(desk: Desk, cli: Command) -> None:
    def number(name: str, value: str) -> TableCell:
        if name not in ("msisdn", "id_number"):
            return odf_cell(value)
        cell = TableCell(valuetype="float", value=int(value))
        cell.addElement(P(text=value if name == "msisdn" else f"{value[:3]} {value[3:]}"))
        return cell

    document, said = audited(desk, cli, ods(number), "a.ods")
    assert (violated(document), said) == ({}, {})


def test_formulas_without_a_value_in_an_ods(desk: Desk, cli: Command) -> None:
    def formula(name: str, value: str) -> TableCell:
        return TableCell(formula=f'of:="{value}"') if name == "id_number" else odf_cell(value)

    document, said = audited(desk, cli, ods(formula), "a.ods")
    assert (violated(document), said) == ({}, {"formulas_without_value": 4})


def test_hidden_rows_and_columns_of_an_ods(desk: Desk, cli: Command) -> None:
    def hide(xml: bytes) -> bytes:
        head, *rows = xml.split(b"<table:table-row>")
        head += (
            b'<table:table-column/><table:table-column table:visibility="collapse" table:number-columns-repeated="2"/>'
        )
        rows[2] = b'<table:table-row table:visibility="filter">' + rows[2]
        return b"<table:table-row>".join([head, *rows]).replace(
            b"<table:table-row><table:table-row ", b"<table:table-row "
        )

    document, said = audited(desk, cli, changed(ods(plainly), CONTENT, hide), "a.ods")
    assert (document["totals"]["records"], said) == (4, {"rows_hidden": 1, "columns_hidden": 2})


def test_cells_of_an_ods_that_reach_down(desk: Desk, cli: Command) -> None:
    seen: list[str] = []

    def merged(name: str, value: str) -> TableCell:
        if name != "clerk_name":
            return odf_cell(value)
        seen.append(value)
        if len(seen) % 2 == 0:
            return CoveredTableCell()
        cell = odf_cell(value)
        cell.setAttribute("numberrowsspanned", 2)
        return cell

    document, _ = audited(desk, cli, ods(merged), "a.ods")
    assert violated(document) == {}


@pytest.mark.parametrize("rows", [1_048_000, 50_000])
def test_a_stray_cell_far_below_in_an_ods(rows: int, desk: Desk, cli: Command) -> None:
    def stray(xml: bytes) -> bytes:
        blank = f'<table:table-row table:number-rows-repeated="{rows}"><table:table-cell/></table:table-row>'
        number = '<table:table-cell office:value-type="string"><text:p>0912000111</text:p></table:table-cell>'
        end = f"{blank}<table:table-row>{number}{number}</table:table-row></table:table>"
        return xml.replace(b"</table:table>", end.encode())

    desk.write("a.ods", changed(ods(plainly), CONTENT, stray))
    done = cli("audit", "a.ods", *DAY, "--format", "json", "--findings", "f.csv")
    assert done.document["totals"]["records"] == 5
    assert {row["line"] for row in desk.rows("f.csv")} == {str(rows + 6)}


def test_sheets_of_an_ods_apart(desk: Desk, cli: Command) -> None:
    rows: list[Sequence[str]] = [NAMES, *(list(record.values()) for record in PEOPLE)]
    content = changed(by_odfpy({"Bìa": [["Danh sách"]], "A": rows[:3], "B": [NAMES, *rows[3:]]}), CONTENT, apart("\n "))
    document, _ = audited(desk, cli, content, "a.ods")
    assert [sheet["records"] for sheet in document["inputs"][0]["sheets"]] == [2, 2]
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        assert book.testzip() is None
