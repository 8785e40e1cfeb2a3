"""Which sheet of a workbook is read."""

from __future__ import annotations

import io
from collections.abc import Callable

import openpyxl
import pytest
import xlsxwriter
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.style import Style, TableProperties
from odf.table import Table, TableRow

from helpers.spreadsheets import PLAIN, PLAIN_TEXTS, Writer, changed, every_writer, odf_cell, opened, refused, rows


@every_writer
def test_a_sheet_by_name_and_number(write: Writer) -> None:
    content = write({"Bìa": [], "Trả trước": PLAIN, "Trả sau": [["x"]], "2024": [["y"]]})
    sheet = opened(content)
    assert (sheet.name, sheet.others, list(sheet.rows())) == ("Trả trước", ("Trả sau", "2024"), PLAIN_TEXTS)
    for given in ("Trả sau", "TRẢ SAU", "Tra\u0309 sau", " trả sau ", "3"):
        sheet = opened(content, given)
        assert (sheet.name, sheet.others, list(sheet.rows())) == ("Trả sau", ("Trả trước", "2024"), [("x",)])
    assert rows(content, "2024") == [("y",)]
    for given in ("Trả", "0", "5", "-1", "", "²"):
        error = refused(content, given)
        assert (error.key, error.values["known"]) == ("sheet_unknown", "Bìa, Trả trước, Trả sau, 2024")
    assert refused(content, "Bìa").key == "sheet_empty"


def hidden_xlsx() -> bytes:
    book, file = openpyxl.Workbook(), io.BytesIO()
    for name, state in [("Ẩn", "hidden"), ("Ẩn hẳn", "veryHidden"), ("Dữ liệu", "visible"), ("Thêm", "visible")]:
        sheet = book.create_sheet(name)
        sheet.append([name])
        sheet.sheet_state = state
    del book["Sheet"]
    book.active = 2
    book.save(file)
    return file.getvalue()


def hidden_xls() -> bytes:
    book, file = xlwt.Workbook(), io.BytesIO()
    for name, hidden in [("Ẩn", 1), ("Ẩn hẳn", 2), ("Dữ liệu", 0), ("Thêm", 0)]:
        sheet = book.add_sheet(name)
        sheet.write(0, 0, name)
        sheet.visibility = hidden
    book.active_sheet = 2
    book.save(file)
    return file.getvalue()


def hidden_ods() -> bytes:
    book, file = OpenDocumentSpreadsheet(), io.BytesIO()
    style = Style(name="hid", family="table")
    style.addElement(TableProperties(display="false"))
    book.automaticstyles.addElement(style)
    for name in ("Ẩn", "Ẩn hẳn", "Dữ liệu", "Thêm"):
        table = Table(name=name, **({"stylename": style} if "Ẩn" in name else {}))
        table.addElement(TableRow())
        table.childNodes[0].addElement(odf_cell(name))
        book.spreadsheet.addElement(table)
    book.write(file)
    return file.getvalue()


@pytest.mark.parametrize("write", [hidden_xlsx, hidden_xls, hidden_ods])
def test_without_an_export_the_first_sheet_that_is_seen_is_tried(write: Callable[[], bytes]) -> None:
    content = write()
    sheet = opened(content)
    assert (sheet.name, sheet.others) == ("Dữ liệu", ("Ẩn", "Ẩn hẳn", "Thêm"))
    assert list(sheet.rows()) == [("Dữ liệu",)]
    assert opened(content, "2").name == "Thêm"  # of the tabs that a person sees
    sheet = opened(content, "ẩn hẳn")
    assert (sheet.name, sheet.others) == ("Ẩn hẳn", ("Ẩn", "Dữ liệu", "Thêm"))
    assert list(sheet.rows()) == [("Ẩn hẳn",)]


@every_writer
def test_empty_sheets(write: Writer) -> None:
    error = refused(write({"Trống": [], "Nữa": []}))
    assert (error.key, error.values["sheet"]) == ("sheet_empty", "Trống")


def test_a_workbook_of_charts_only() -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        data = book.add_worksheet("Dữ liệu")
        data.write(0, 0, 1)
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "='Dữ liệu'!$A$1:$A$2"})
        book.add_chartsheet("Biểu đồ").set_chart(chart)
    sheet = opened(file.getvalue())
    assert (sheet.name, sheet.others) == ("Dữ liệu", ())
    assert refused(file.getvalue(), "Biểu đồ").key == "sheet_unknown"
    book_xml = "xl/workbook.xml"
    alone = changed(file.getvalue(), book_xml, lambda xml: xml.replace(b'<sheet name="D', b'<gone name="D'))
    assert refused(alone).key == "spreadsheet_without_sheets"
    none = changed(file.getvalue(), book_xml, lambda xml: xml.replace(b"<sheet ", b"<gone "))
    assert refused(none).key == "spreadsheet_without_sheets"
