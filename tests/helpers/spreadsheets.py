"""One table by four writers of spreadsheets, and what is read of it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import openpyxl
import pytest
import xlsxwriter
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.teletype import addTextToElement
from odf.text import P

from thuebao.base.errors import InputError
from thuebao.sources.sheets.workbook import Sheet, open_sheet

Rows = Sequence[Sequence[Any]]
Writer = Callable[[dict[str, Rows]], bytes]
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
                line.addElement(odf_cell(value))
            table.addElement(line)
        book.spreadsheet.addElement(table)
    book.write(file)
    return file.getvalue()


def odf_cell(value: object) -> TableCell:
    if isinstance(value, str):
        cell = TableCell(valuetype="string")
        for line in value.split("\n"):
            paragraph = P()
            addTextToElement(paragraph, line)
            cell.addElement(paragraph)
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
