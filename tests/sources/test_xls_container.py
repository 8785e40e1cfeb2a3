"""The containers of .xls files: what other programs write is read, what would take all memory is refused."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest
import xlwt

from thuebao.base.errors import InputError
from thuebao.sources.sheets.workbook import open_sheet

SECTOR, NAME = 512, "Workbook".encode("utf-16-le")
SECTORS_OF_TABLE, FIRST_LINK, LINKS, TABLE = 44, 68, 72, 76  # places in the header
SIZE = 120  # place in a directory entry
LAST = struct.pack("<I", 0xFFFFFFFE)


def workbook(rows: int = 400) -> bytearray:
    book, file = xlwt.Workbook(), io.BytesIO()
    sheet = book.add_sheet("S")
    for n in range(rows):
        sheet.write(n, 0, f"value {n}")
    book.save(file)
    return bytearray(file.getvalue())


def linked(content: bytearray, link: int, links: int) -> bytearray:
    """Add a sector of the list of the table's sectors, which names `link` as the next."""
    content += b"\xff" * (-len(content) % SECTOR)
    place = len(content) // SECTOR - 1
    content += content[TABLE : TABLE + 4] + b"\xff" * (SECTOR - 8) + struct.pack("<I", link if link >= 0 else place)
    struct.pack_into("<II", content, FIRST_LINK, place, links)
    return content


def values(content: bytes) -> list[str | None]:
    return [row[0] for row in open_sheet("x", io.BytesIO(content), None).rows()]


def reason(content: bytes) -> object:
    with pytest.raises(InputError) as caught:
        values(content)
    return caught.value.values["reason"]


def test_a_workbook_is_read() -> None:
    assert values(workbook(2)) == ["value 0", "value 1"]


@pytest.mark.parametrize("name", ["Book", "BOOK", "WORKBOOK"])
def test_the_stream_of_a_workbook_goes_by_several_names(name: str) -> None:
    content = workbook().replace(NAME, name.encode("utf-16-le").ljust(len(NAME), b"\0"))
    assert len(values(content)) == 400


def test_the_last_sector_may_be_short() -> None:
    content = workbook()
    [table] = struct.unpack_from("<I", content, TABLE)
    end = content.index(LAST, (table + 1) * SECTOR)  # of the workbook, which xlwt puts first and fills up with zeros
    last, used = (end - (table + 1) * SECTOR) // 4, 100
    sector = content[(last + 1) * SECTOR : (last + 2) * SECTOR]
    assert not any(sector[used:])
    place = len(content) // SECTOR - 1
    struct.pack_into("<I", content, end - 4, place)
    struct.pack_into("<I", content, (table + 1) * SECTOR + 4 * place, 0xFFFFFFFE)
    struct.pack_into("<I", content, content.rindex(NAME) + SIZE, last * SECTOR + used)
    assert len(values(content + sector[:used])) == 400
    assert reason(content + sector[: used - 1]) == "1 bytes are missing"


def test_a_list_of_sectors_that_is_linked() -> None:
    assert len(values(linked(workbook(), 0xFFFFFFFE, 1))) == 400


@pytest.mark.parametrize("links", [0, 1, 10_000_000])
def test_a_list_of_sectors_that_leads_back_to_itself(links: int) -> None:
    assert reason(linked(workbook(), -1, links)) == "its table of sectors is broken"


def test_more_sectors_than_the_file_has() -> None:
    content = workbook()
    struct.pack_into("<I", content, SECTORS_OF_TABLE, 0xFFFFFFFF)
    assert reason(content) == "more sectors than there are"


def test_a_stream_without_an_end() -> None:
    content = workbook()
    [table] = struct.unpack_from("<I", content, TABLE)
    end = content.index(LAST, (table + 1) * SECTOR)
    struct.pack_into("<I", content, end, 0)
    assert reason(content) == "its table of sectors is broken"


def test_an_entry_is_known_by_its_name_whatever_length_it_gives() -> None:
    content = workbook()
    struct.pack_into("<H", content, content.rindex(NAME) + 64, 0)
    assert len(values(content)) == 400


def test_a_name_that_a_byte_order_mark_hides() -> None:
    content = workbook().replace(NAME + b"\0\0", b"\xff\xfe" + NAME)
    assert reason(content) == "a name with a byte order mark"


def test_what_is_two_kinds_of_workbook_is_checked_as_both() -> None:
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table")
    )
    cell = '<table:table-cell office:value-type="string" table:number-columns-repeated="16000"/>'
    row = f'<table:table-row table:number-rows-repeated="1000000">{cell}</table:table-row>'
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("xl/x", "")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr(
            "content.xml",
            f"<office:document-content {spaces}><office:body><office:spreadsheet>"
            f'<table:table table:name="S">{row}</table:table></office:spreadsheet></office:body>'
            "</office:document-content>",
        )
    with pytest.raises(InputError) as caught:
        values(file.getvalue())
    assert caught.value.key in ("cells_too_far", "cells_too_much_text")
