"""Spreadsheets by four writers: the same table gives the same texts."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest

from helpers.spreadsheets import (
    PLAIN,
    PLAIN_TEXTS,
    Rows,
    Writer,
    by_openpyxl,
    by_xlsxwriter,
    every_writer,
    opened,
    rows,
)
from thuebao.sources.sheets.workbook import open_sheet

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


def moved(content: bytes, *changes: tuple[str, str]) -> bytes:
    """Return an .xlsx whose parts lie elsewhere: in their names, and wherever these stand, one text becomes another."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name).decode()
            for before, after in changes:
                name, data = name.replace(before, after), data.replace(before, after)  # noqa: PLW2901
            new.writestr(name, data)
    return file.getvalue()


@pytest.mark.parametrize("folder", ["", "book/", "XL/", "a/b/"])
@pytest.mark.parametrize("write", [by_openpyxl, by_xlsxwriter])
def test_the_parts_of_a_workbook_may_lie_in_any_folder(write: Writer, folder: str) -> None:
    assert rows(moved(write({"A": PLAIN}), ("/xl/", f"/{folder}"), ("xl/", folder))) == PLAIN_TEXTS
