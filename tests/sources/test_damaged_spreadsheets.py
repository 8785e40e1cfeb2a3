"""What is no honest workbook is refused by one message."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile
from pathlib import Path

import pytest
import python_calamine
from xlwt.CompoundDoc import XlsDoc

from helpers.packing import zip_of
from helpers.spreadsheets import (
    PLAIN,
    Writer,
    by_odfpy,
    by_openpyxl,
    by_xlwt,
    changed,
    every_writer,
    refused,
    rows,
    with_cells,
)
from thuebao.base.errors import InputError
from thuebao.sources.sheets.workbook import open_sheet


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


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK",
        b"msisdn,full_name\n",
        b"<html><table></table></html>",
        zip_of(("a", b"msisdn\n")),
        zip_of(("word/document.xml", b"<x/>"), ("[Content_Types].xml", b"<x/>")),
        zip_of(("xl/workbook.xml", b"<x")),
        zip_of(("content.xml", b"<x/>"), ("mimetype", b"application/vnd.oasis.opendocument.text")),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000),
    ],
)
def test_what_is_no_spreadsheet(content: bytes) -> None:
    assert refused(content).key == "spreadsheet_damaged"


def test_xlsb_is_not_read() -> None:
    error = refused(zip_of(("xl/workbook.bin", b"x"), ("[Content_Types].xml", b"<x/>")))
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
