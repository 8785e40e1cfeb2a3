"""Spreadsheets by four writers: the same table gives the same texts, and what is no honest workbook is refused."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import python_calamine
import xlsxwriter
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.style import Style, TableProperties
from odf.table import CoveredTableCell, Table, TableCell, TableRow
from odf.text import P
from xlwt.CompoundDoc import XlsDoc

from thuebao.base.errors import InputError
from thuebao.sources.sheets.workbook import Sheet, open_sheet

Rows = Sequence[Sequence[Any]]
Writer = Callable[[dict[str, Rows]], bytes]

HEADER = ["Số thuê bao", "Họ và tên", "Ngày sinh", "Số giấy tờ", "Thời gian đăng ký", "Ghi chú"]
RECORDS: Rows = [
    ["0912345678", "Nguyễn Thị Ánh Tuyết", date(1990, 1, 2), "001090012345", datetime(2024, 5, 31, 14, 5), True],
    [912345678, "Đỗ Văn Ứng", date(2000, 2, 29), 1090012345, datetime(2024, 5, 31, 23, 59, 59), 1.5],
    [None, "Trần\nVăn Bình", "31/12/1985", 123456789012, datetime(2024, 6, 1), None],
]
TEXTS = [
    tuple(HEADER),
    ("0912345678", "Nguyễn Thị Ánh Tuyết", "1990-01-02", "001090012345", "2024-05-31 14:05:00", "TRUE"),
    ("912345678", "Đỗ Văn Ứng", "2000-02-29", "1090012345", "2024-05-31 23:59:59", "1.5"),
    (None, "Trần\nVăn Bình", "31/12/1985", "123456789012", "2024-06-01 00:00:00", None),
]
PLAIN: Rows = [["msisdn", "full_name"], ["0912345678", "An"]]
PLAIN_TEXTS = [("msisdn", "full_name"), ("0912345678", "An")]


def by_openpyxl(sheets: dict[str, Rows]) -> bytes:
    book, file = openpyxl.Workbook(), io.BytesIO()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.save(file)
    return file.getvalue()


def by_xlsxwriter(sheets: dict[str, Rows], **options: Any) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"default_date_format": "dd/mm/yyyy", **options}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, list(row))
    return file.getvalue()


def by_xlwt(sheets: dict[str, Rows]) -> bytes:
    book, file = xlwt.Workbook(encoding="utf-8"), io.BytesIO()
    day = xlwt.easyxf(num_format_str="DD/MM/YYYY HH:MM")
    for name, rows in sheets.items():
        sheet = book.add_sheet(name)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if value is not None:
                    sheet.write(number, column, value, *([day] if isinstance(value, date) else []))
    book.save(file)
    return file.getvalue()


def by_odfpy(sheets: dict[str, Rows]) -> bytes:
    book, file = OpenDocumentSpreadsheet(), io.BytesIO()
    for name, rows in sheets.items():
        table = Table(name=name)
        for row in rows:
            line = TableRow()
            for value in row:
                line.addElement(_odf_cell(value))
            table.addElement(line)
        book.spreadsheet.addElement(table)
    book.write(file)
    return file.getvalue()


def _odf_cell(value: object) -> TableCell:
    if isinstance(value, str):
        cell = TableCell(valuetype="string")
        for line in value.split("\n"):
            cell.addElement(P(text=line))
        return cell
    if isinstance(value, bool):
        return TableCell(valuetype="boolean", booleanvalue=str(value).lower())
    if isinstance(value, int | float):
        return TableCell(valuetype="float", value=value)
    if isinstance(value, date):
        return TableCell(valuetype="date", datevalue=value.isoformat())
    return TableCell()


WRITERS: dict[str, Writer] = {"xlsx": by_openpyxl, "xlsx-2": by_xlsxwriter, "xls": by_xlwt, "ods": by_odfpy}
every_writer = pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)


def opened(content: bytes, sheet: str | None = None) -> Sheet:
    return open_sheet("thuê bao", io.BytesIO(content), sheet)


def rows(content: bytes, sheet: str | None = None) -> list[tuple[str | None, ...]]:
    return list(opened(content, sheet).rows())


def refused(content: bytes, sheet: str | None = None) -> InputError:
    with pytest.raises(InputError) as caught:
        rows(content, sheet)
    assert "thuê bao" in str(caught.value)
    return caught.value


def changed(content: bytes, member: str, change: Callable[[bytes], bytes]) -> bytes:
    """Return a zip with one member changed."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == member else old.read(name))
    return file.getvalue()


def with_cells(xml: str, before: str = "") -> bytes:
    """Return an .xlsx whose sheet holds these rows, as XML."""

    def change(old: bytes) -> bytes:
        head, _, rest = old.decode().partition("<sheetData>")
        head = head.replace("?>", f"?>{before}") if "?>" in head else f'<?xml version="1.0"?>{before}{head}'
        return f"{head}<sheetData>{xml}</sheetData>{rest.partition('</sheetData>')[2]}".encode()

    return changed(by_openpyxl({"A": PLAIN}), "xl/worksheets/sheet1.xml", change)


# The same table, whoever wrote it


@every_writer
def test_every_writer_gives_the_same_texts(write: Writer) -> None:
    sheet = opened(write({"Thuê bao": [HEADER, *RECORDS]}))
    assert (sheet.path, sheet.name, sheet.others) == ("thuê bao", "Thuê bao", ())
    assert list(sheet.rows()) == TEXTS
    assert sheet.numbers == {0: 1, 3: 2, 5: 1}
    assert list(sheet.rows()) == TEXTS  # once more
    assert sheet.numbers == {0: 1, 3: 2, 5: 1}


@every_writer
def test_a_row_keeps_its_number_below_titles_and_blank_rows(write: Writer) -> None:
    table = [[None], [None, "DANH SÁCH THUÊ BAO"], [None], [None, *HEADER], [None, "0912345678", "An"], [None], [None]]
    found = rows(write({"A": [*table, [None, "0912345679", "Bình"]]}))
    assert [row[0] for row in found] == [
        None,
        "DANH SÁCH THUÊ BAO",
        None,
        "Số thuê bao",
        "0912345678",
        None,
        None,
        "0912345679",
    ]
    assert {len(row) for row in found} == {len(HEADER)}


@pytest.mark.parametrize("ending", [".xlsx", ".XLSX", ".xlsm", ".xls", ".ods", ".csv", ""])
@every_writer
def test_the_name_of_a_file_proves_nothing(write: Writer, ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"Thuê bao{ending}"
    path.write_bytes(write({"A": PLAIN}))
    assert list(open_sheet("x", path, None).rows()) == PLAIN_TEXTS
    assert list(open_sheet("x", str(path), None).rows()) == PLAIN_TEXTS


@every_writer
def test_a_stream_that_cannot_be_sought_in_is_read(write: Writer) -> None:
    class Stream(io.BytesIO):
        def seekable(self) -> bool:
            return False

    assert list(open_sheet("x", Stream(write({"A": PLAIN})), None).rows()) == PLAIN_TEXTS


# Cells


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
        (912345678, "0000000000", "912345678"),  # its zero is only shown
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
        line.addElement(_odf_cell(repeated))
        line.addElement(CoveredTableCell())
        line.addElement(TableCell(numbercolumnsrepeated=1000))
        if repeated:
            line.addElement(_odf_cell("y"))
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


# Sheets


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
        table.childNodes[0].addElement(_odf_cell(name))
        book.spreadsheet.addElement(table)
    book.write(file)
    return file.getvalue()


@pytest.mark.parametrize("write", [hidden_xlsx, hidden_xls, hidden_ods])
def test_a_hidden_sheet_is_read_only_by_name(write: Callable[[], bytes]) -> None:
    content = write()
    sheet = opened(content)
    assert (sheet.name, sheet.others, list(sheet.rows())) == ("Dữ liệu", ("Thêm",), [("Dữ liệu",)])
    assert opened(content, "2").name == "Thêm"  # of the tabs that a person sees
    sheet = opened(content, "ẩn hẳn")
    assert (sheet.name, sheet.others, list(sheet.rows())) == ("Ẩn hẳn", ("Dữ liệu", "Thêm"), [("Ẩn hẳn",)])


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


# Damage


def damage(content: bytes) -> dict[str, bytes]:
    half = len(content) // 2
    return {
        "cut": content[:half],
        "cut short": content[:-100],
        "head only": content[:8],
        "zeros within": content[: half - 200] + bytes(400) + content[half + 200 :],
    }


@pytest.mark.parametrize("how", damage(bytes(4000)))
@every_writer
def test_damaged_files_are_refused_by_a_message(
    write: Writer, how: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    table = [[f"09{n * 7919 % 10**8:08}", f"Nguyễn Văn {n * 104729 % 1000}", n * 31337 % 9973] for n in range(500)]
    content = damage(write({"A": table}))[how]
    path = tmp_path / "x.xlsx"
    path.write_bytes(content)
    for file in (path, io.BytesIO(content)):
        try:
            list(open_sheet("x", file, None).rows())
        except InputError as error:
            assert error.key == "spreadsheet_damaged"
            assert "Nguyễn" not in str(error)
        else:
            assert (write, how) == (by_xlwt, "zeros within") or (write, how) == (by_xlwt, "cut short")
    assert capfd.readouterr() == ("", "")


def zipped(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK",
        b"msisdn,full_name\n",
        b"<html><table></table></html>",
        zipped(a=b"msisdn\n"),
        zipped(**{"word/document.xml": b"<x/>", "[Content_Types].xml": b"<x/>"}),
        zipped(**{"xl/workbook.xml": b"<x"}),
        zipped(**{"content.xml": b"<x/>", "mimetype": b"application/vnd.oasis.opendocument.text"}),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000),
    ],
)
def test_what_is_no_spreadsheet(content: bytes) -> None:
    assert refused(content).key == "spreadsheet_damaged"


def test_xlsb_is_not_read() -> None:
    error = refused(zipped(**{"xl/workbook.bin": b"x", "[Content_Types].xml": b"<x/>"}))
    assert (error.key, error.values["kind"]) == ("kind_unsupported", "Excel .xlsb")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        open_sheet("x", tmp_path / "none.xlsx", None)
    assert caught.value.key == "file_unreadable"


def test_encrypted_workbooks() -> None:
    package = io.BytesIO()
    XlsDoc().save(package, bytes(8192))
    entries = [f"{name}\0".encode("utf-16-le") for name in ("Workbook", "EncryptedPackage")]
    old, new = (entry.ljust(64, b"\0") + struct.pack("<H", len(entry)) for entry in entries)
    assert package.getvalue().count(old) == 1
    assert refused(package.getvalue().replace(old, new)).key == "spreadsheet_encrypted"
    xls = by_xlwt({"A": PLAIN})
    place = xls.index(b"\x09\x08\x10\x00\x00\x06") + 20
    assert refused(xls[:place] + b"\x2f" + xls[place + 1 :]).key == "spreadsheet_encrypted"
    entry = b'<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry>'
    ods = changed(
        by_odfpy({"A": PLAIN}),
        "META-INF/manifest.xml",
        lambda xml: xml.replace(b"</manifest:manifest>", entry + b"</manifest:manifest>"),
    )
    assert refused(ods).key == "spreadsheet_encrypted"
    content = bytearray(by_openpyxl({"A": PLAIN}))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert refused(bytes(content)).key == "spreadsheet_encrypted"


def test_a_panic_of_the_library_is_damage(monkeypatch: pytest.MonkeyPatch) -> None:
    class PanicException(BaseException):
        pass

    class Panicking:
        @classmethod
        def from_object(cls, _: object) -> None:
            raise PanicException("range end index 64 out of range")

    monkeypatch.setattr(python_calamine, "CalamineWorkbook", Panicking)
    error = refused(by_openpyxl({"A": PLAIN}))
    assert (error.key, error.values["reason"]) == ("spreadsheet_damaged", "range end index 64 out of range")


def test_a_message_quotes_nothing_of_the_file() -> None:
    error = refused(with_cells('<row r="1"><c r="A1" t="n"><v>Nguyễn 0912345678</v></c></row>'))
    assert error.key == "spreadsheet_damaged"
    assert "Nguyễn" not in str(error)
    assert "912345678" not in str(error)


# Bombs


def test_what_expands_too_far_is_not_read() -> None:
    bomb = io.BytesIO(by_openpyxl({"A": PLAIN}))
    zeros = bytes(1 << 20)
    with zipfile.ZipFile(bomb, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/x.bin", "w") as member:
        for _ in range(300):
            member.write(zeros)
    tracemalloc.start()
    error = refused(bomb.getvalue())
    assert (error.key, error.values["limit"]) == ("expands_too_far", "256 MiB")
    # The directory lies about its size.
    lying = bytearray(bomb.getvalue())
    lying[lying.rindex(b"PK\x01\x02") + 24 :][:4] = b""
    place = bytes(lying).rindex(b"PK\x01\x02") + 24
    lying[place : place + 4] = struct.pack("<I", 100)
    assert refused(bytes(lying)).key == "expands_too_far"
    assert tracemalloc.get_traced_memory()[1] < 50 << 20
    tracemalloc.stop()


def test_entities_are_not_expanded() -> None:
    entities = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    laughs = f'<!DOCTYPE x [<!ENTITY a "ha">{entities}]>'
    cells = '<row r="1"><c r="A1" t="inlineStr"><is><t>&j;</t></is></c></row>'
    assert refused(with_cells(cells, laughs)).key == "spreadsheet_damaged"


def test_a_cell_too_far_out_is_named() -> None:
    far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576" s="0"><v>2</v></c></row>'
    error = refused(with_cells(far))
    assert error.key == "cells_too_far"
    assert (error.values["column"], error.values["rows"]) == ("XFD", 1048576)
    # Neither cells without anything in them nor a wide table of few rows are too far.
    assert rows(with_cells('<row r="1"><c r="A1"><v>1</v></c><c r="XFD1" s="0"/><c r="XFC1"></c></row>')) == [("1",)]
    assert len(rows(with_cells('<row r="2"><c r="A2"><v>1</v></c><c r="XFD2"><v>1</v></c></row>'))[1]) == 16384
    error = refused(with_cells('<row r="5000000"><c r="A5000000"><v>1</v></c></row>'))
    assert error.key == "spreadsheet_damaged"


def test_a_cell_beyond_the_columns_of_xls() -> None:
    xls = by_xlwt({"A": [["x", 1.5, "y"], ["x", 1.5, "y"]]})
    number = struct.pack("<HHHH", 0x027E, 10, 1, 1)
    assert xls.count(number) == 1
    error = refused(xls.replace(number, struct.pack("<HHHH", 0x027E, 10, 65535, 65535)))
    assert (error.key, error.values["reason"]) == ("spreadsheet_damaged", "row …, column …")
    extent = struct.pack("<HHII", 0x0200, 14, 0, 2)
    assert xls.count(extent) == 1
    assert refused(xls.replace(extent, struct.pack("<HHII", 0x0200, 14, 0, 2**31))).key == "spreadsheet_damaged"
