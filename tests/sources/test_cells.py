"""Cells of a workbook: the text of each kind of value, in each format."""

from __future__ import annotations

import io
import struct
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
import xlsxwriter
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import CoveredTableCell, Table, TableCell, TableRow
from xlwt.CompoundDoc import XlsDoc

from helpers.spreadsheets import Writer, by_openpyxl, by_xlsxwriter, every_writer, odf_cell, opened, rows, with_cells


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (912345678, "912345678"),
        (123456789012, "123456789012"),  # shown as 1.23457E+11
        (2**53, "9007199254740992"),
        (84912345678901234, "84912345678901230"),  # its last digit was lost when it was saved
        (8984040000123456789, "8984040000123457000"),
        (1e22, "10000000000000000000000"),
        (0, "0"),
        (-5, "-5"),
        (0.1, "0.1"),
        (1.23e-7, "0.000000123"),
        (45443, "45443"),
        (45443.75, "45443.75"),
        (False, "FALSE"),
        ("'0912345678", "'0912345678"),
        (" An ", " An "),
        ("=1+1", "=1+1"),
        ("<a&b>", "<a&b>"),
    ],
)
@every_writer
def test_text_of_a_value(write: Writer, value: object, text: str) -> None:
    if isinstance(value, str) and value.startswith("=") and write in (by_openpyxl, by_xlsxwriter):
        pytest.skip("a formula to this writer")
    sheet = opened(write({"A": [["x"], [value]]}))
    assert list(sheet.rows()) == [("x",), (text,)]
    assert sheet.numbers == ({} if isinstance(value, str | bool) else {0: 1})


def formatted(value: float, form: str, **options: Any) -> str | None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, options) as book:
        book.add_worksheet().write_number(0, 0, value, book.add_format({"num_format": form}))
    [[text]] = rows(file.getvalue())
    return text


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (45443, "dd/mm/yyyy", "2024-05-31"),
        (45443, "[$-42A]dd mmmm yyyy;@", "2024-05-31"),
        (45443.58680555555, "dd/mm/yyyy hh:mm", "2024-05-31 14:05:00"),
        (45443.99999999999, "dd/mm/yyyy hh:mm", "2024-06-01"),
        (45443.000000001, "dd/mm/yyyy hh:mm", "2024-05-31"),
        (45443.5 + 0.123 / 86400, "dd/mm/yyyy hh:mm", "2024-05-31 12:00:00.123"),
        (0.5, "hh:mm", "12:00:00"),
        (30 / 24, "[h]:mm", "30:00:00"),
        (-1.5 / 24, "[h]:mm", "-01:30:00"),
        (912345678, "dd/mm/yyyy", "912345678"),  # beyond the calendar
        (912345678, "0000000000", "0912345678"),
        (912345678, '0" đ"', "912345678"),
        (123456789012, "0.00E+00", "123456789012"),
    ],
)
def test_text_of_a_number_by_its_format(value: float, form: str, text: str) -> None:
    assert formatted(value, form) == text


def test_dates_in_the_system_of_1904() -> None:
    assert formatted(45443 - 1462, "dd/mm/yyyy", date_1904=True) == "2024-05-31"
    moments = [[datetime(2024, 5, 31, 14, 5)], [date(1990, 1, 2)]]
    assert rows(by_xlsxwriter({"A": moments}, date_1904=True)) == [("2024-05-31 14:05:00",), ("1990-01-02 00:00:00",)]
    book, file = xlwt.Workbook(), io.BytesIO()
    book.dates_1904 = True
    book.add_sheet("A").write(0, 0, 45443 - 1462, xlwt.easyxf(num_format_str="DD/MM/YYYY"))
    book.save(file)
    assert rows(file.getvalue()) == [("2024-05-31",)]


def test_times_and_durations() -> None:
    row = [time(8, 30), time(23, 59, 59), timedelta(hours=30, minutes=5), datetime(2024, 5, 31, 14, 4, 59, 999997)]
    assert rows(by_openpyxl({"A": [row]})) == [("08:30:00", "23:59:59", "30:05:00", "2024-05-31 14:05:00")]


def test_times_of_ods() -> None:
    book, file, line, table = OpenDocumentSpreadsheet(), io.BytesIO(), TableRow(), Table(name="A")
    for moment in ("2024-05-31T14:04:59.999997", "2024-05-31T14:05:00.123", "9999-12-31T23:59:59.999999999"):
        line.addElement(TableCell(valuetype="date", datevalue=moment))
    for length in ("PT08H30M00S", "PT08H29M59.9999997S"):
        line.addElement(TableCell(valuetype="time", timevalue=length))
    table.addElement(line)
    book.spreadsheet.addElement(table)
    book.write(file)
    assert rows(file.getvalue()) == [
        ("2024-05-31 14:05:00", "2024-05-31 14:05:00.123", "9999-12-31 23:59:59.999", "08:30:00", "08:30:00")
    ]


def test_dates_in_iso_form() -> None:
    cells = "".join(f'<c r="{c}1" t="d"><v>{v}</v></c>' for c, v in [("A", "2024-05-31"), ("B", "2024-05-31T14:05:00")])
    assert rows(with_cells(f'<row r="1">{cells}</row>')) == [("2024-05-31", "2024-05-31 14:05:00")]


def test_an_error_value_is_empty() -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        book.add_worksheet().write_row(0, 0, ["x", "y"])
        book.worksheets()[0].write_formula(1, 0, "=NA()", None, "#N/A")
        book.worksheets()[0].write_formula(1, 1, "=A1", None, "x")
    assert rows(file.getvalue()) == [("x", "y"), (None, "x")]


def test_links_rich_text_quote_marks_and_merged_cells() -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.merge_range("A1:D1", "DANH SÁCH")
        sheet.write_url(1, 0, "https://example.vn", None, "Nguyễn Văn An")
        sheet.write_rich_string(1, 1, "Trần ", book.add_format({"bold": True}), "Thị", " Bình")
        sheet.write_string(1, 2, "0912345678", book.add_format({"quote_prefix": True}))
        sheet.write_formula(1, 3, '="Lê "&"An"', None, "Lê An")
    assert rows(file.getvalue()) == [
        ("DANH SÁCH", None, None, None),
        ("Nguyễn Văn An", "Trần Thị Bình", "0912345678", "Lê An"),
    ]


def test_repeated_and_covered_cells_of_ods() -> None:
    book, file = OpenDocumentSpreadsheet(), io.BytesIO()
    table = Table(name="A")
    for repeated, count in [("x", 2), (None, 1_000_000)]:
        line = TableRow(numberrowsrepeated=count)
        line.addElement(odf_cell(repeated))
        line.addElement(CoveredTableCell())
        line.addElement(TableCell(numbercolumnsrepeated=1000))
        if repeated:
            line.addElement(odf_cell("y"))
        table.addElement(line)
    book.spreadsheet.addElement(table)
    book.write(file)
    assert rows(file.getvalue()) == [("x", *[None] * 1001, "y")] * 2


def test_vietnamese_in_an_old_xls() -> None:
    """BIFF5, as Excel 95 wrote it: text in a code page."""

    def record(kind: int, *data: bytes) -> bytes:
        content = b"".join(data)
        return struct.pack("<HH", kind, len(content)) + content

    def beginning(kind: int) -> bytes:
        return record(0x0809, struct.pack("<HHHH", 0x0500, kind, 0, 0))

    end = record(0x000A)
    text = "Nguyê\u0303n Văn Đư\u0301c".encode("cp1258")
    cells = record(0x0204, struct.pack("<HHHH", 0, 0, 0, len(text)), text)
    cells += record(0x0203, struct.pack("<HHHd", 0, 1, 0, 912345678.0))
    sheet = beginning(0x0010) + cells + end
    codepage = record(0x0042, struct.pack("<H", 1258))
    place = len(beginning(5)) + len(codepage) + len(record(0x0085, bytes(6), b"\x01A")) + len(end)
    stream = beginning(5) + codepage + record(0x0085, struct.pack("<IH", place, 0), b"\x01A") + end + sheet
    file = io.BytesIO()
    XlsDoc().save(file, stream + bytes(4096))
    assert rows(file.getvalue()) == [("Nguyê\u0303n Văn Đư\u0301c", "912345678")]
