"""Workbooks made to take all memory or time: each is read, or refused by one message."""

from __future__ import annotations

import io
import struct
from collections import Counter
from collections.abc import Iterator
from typing import cast

import pytest
import xlwt
from openpyxl.utils import get_column_letter
from xlwt.CompoundDoc import XlsDoc

from helpers.desks import Desk
from helpers.outcomes import Command, one_message
from helpers.packing import zip_of
from thuebao import audit
from thuebao.base.errors import InputError
from thuebao.sources.sheets.table import SheetTable
from thuebao.sources.sheets.workbook import Sheet, open_sheet

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
HEAD = '<row r="1"><c r="A1" t="inlineStr"><is><t>msisdn</t></is></c></row>'
FAR = '<c r="XFD1048576"><v>1</v></c>'


def xlsx(rows: str, strings: str | None = None, **others: str) -> bytes:
    """Return a workbook of one sheet; strings: the table of shared strings, in full."""
    members = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r" Type="{OFFICE}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="S" sheetId="1" '
        'r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" '
        f'Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>',
    }
    if strings is not None:
        members["xl/sharedStrings.xml"] = strings
    return zip_of(*(members | others).items())


def sst(*texts: str) -> str:
    return f'<sst xmlns="{MAIN}">' + "".join(f"<si><t>{text}</t></si>" for text in texts) + "</sst>"


def ods(table: str) -> bytes:
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in SPACES)
    return zip_of(
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", "<manifest/>"),
        (
            "content.xml",
            f"<office:document-content {spaces}><office:body><office:spreadsheet>"
            f'<table:table table:name="S">{table}</table:table></office:spreadsheet></office:body>'
            "</office:document-content>",
        ),
    )


SPACES = ("office", "table", "text")


def odf_row(*texts: str, repeated: int = 1, columns: object = 1) -> str:
    cells = "".join(
        f'<table:table-cell office:value-type="string" table:number-columns-repeated="{columns}">'
        f"<text:p>{text}</text:p></table:table-cell>"
        for text in texts
    )
    return f'<table:table-row table:number-rows-repeated="{repeated}">{cells}</table:table-row>'


def rows(content: bytes) -> list[tuple[str | None, ...]]:
    return list(open_sheet("x", io.BytesIO(content), None).rows())


def refused(content: bytes) -> InputError:
    with pytest.raises(InputError) as caught:
        rows(content)
    return caught.value


@pytest.mark.parametrize(
    "far",
    [
        f'<row r="1048576">{FAR}</row>',
        f"<row r='1048576'>{FAR}</row>".replace('"', "'"),
        f'<row r="1048576">{FAR}</row>'.replace("<c r", "<c\nr"),
        f'<row r="1048576">{FAR}</row>'.replace("<c ", "<c\t"),
        f'<row r="1048576">{FAR}</row>'.replace("XFD", "xfd"),
        f"<row>{FAR}</row>",
        FAR,
        f'<row r="2">{FAR}</row>',
        '<row r="1048575"><c r="DZ1048575"><v>1</v></c></row>',
        '<row r="1048570"/><row/><row/><row><c r="XFD2"/><c><v>1</v></c><c><v>1</v></c></row>',
        '<row r="1048576"><c r="A1" r="XFD1048576"><v>1</v></c></row>',
        '<row r="1048576"><c x=">" r="XFD1048576"><v>1</v></c></row>',
        f'<row r="1048576"><!-- <c r="A2"> -->{FAR}</row>',
        '<row r="1048576"><y:c xmlns:y="y" r="XFD1048576"><v>1</v></y:c></row>',
        '<row r="2"><c r="ALL65536"><is><row/><t>a</t></is></c></row>',
        '<row r="1"><c r="&#88;FD1048576"><v>1</v></c></row>',
        '<row r="1"><c r="AAAAAAAAAAAAAAAAAAAAA1"><v>1</v></c></row>',
        '<row r="99999999999999999999"><c><v>1</v></c></row>',
    ],
)
def test_cells_far_apart_are_refused_in_whatever_form(far: str) -> None:
    assert refused(xlsx(HEAD + far)).key in ("cells_too_far", "spreadsheet_damaged")


def test_cells_far_apart_end_the_command_with_one_message(cli: Command, desk: Desk) -> None:
    desk.write("viettel.xlsx", xlsx(HEAD + f"<row>{FAR}</row>".replace('"', "'")))
    done = cli("audit", "viettel.xlsx")
    assert done.code == 3
    one_message(done, "viettel.xlsx", "XFD", "1,048,576")


@pytest.mark.parametrize("form", ["{}", "{}\n", "<!-- x -->{}"])
def test_rows_and_cells_without_places_are_read(form: str) -> None:
    cells = "<row><c t='str'><v>msisdn</v></c><c/></row><row><c t='str'><v>1</v></c><c t='str'><v>2</v></c></row>"
    assert rows(xlsx(form.format(cells))) == [("msisdn", None), ("1", "2")]
    ordinary = HEAD + '<row r="3"><c r="A3" s="1" t="str"><v>1</v></c><c r="C3"><v>2</v></c></row>'
    found = [("msisdn", None, None), (None, None, None), ("1", None, "2")]
    assert rows(xlsx(form.format(ordinary))) == found
    prefixed = ordinary.replace("</", "</x:").replace("<", "<x:").replace("<x:/x:", "</x:")
    sheet_xml = f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData>{prefixed}</x:sheetData></x:worksheet>'
    assert rows(xlsx("", **{"xl/worksheets/sheet1.xml": sheet_xml})) == found


def test_cells_that_hold_nothing_do_not_count() -> None:
    styled = "".join(f'<c r="{get_column_letter(n)}1048576" s="1"/>' for n in range(2, 16385, 999))
    assert rows(xlsx(HEAD + f'<row r="1048576"><c r="A1048576"><v>1</v></c>{styled}</row>')) == [("msisdn",), ("1",)]


@pytest.mark.parametrize(
    ("last", "column"), [(1, 1), (9, 26), (10, 27), (99, 52), (100, 53), (999, 77), (1099, 130), (2000, 702)]
)
def test_the_last_cell_says_how_large_a_sheet_is(last: int, column: int) -> None:
    letters = get_column_letter(column)
    found = rows(xlsx(HEAD + f'<row r="{last}"><c r="{letters}{last}"><v>1</v></c></row>'))
    assert (len(found), len(found[-1]), found[-1][-1]) == (last, column, "1")


@pytest.mark.parametrize("column", [58, 77, 78, 79, 104, 105, 130, 260, 520, 677, 702, 703, 9999])
def test_a_sheet_of_more_places_than_are_read_is_refused_whatever_its_shape(column: int) -> None:
    last = 60_000_000 // column + 1
    letters = get_column_letter(column)
    for place in (f"{letters}{last}", f"{letters}{last}".lower()):
        error = refused(xlsx(HEAD + f'<row r="{last}"><c r="{place}"><v>1</v></c></row>'))
        assert error.key == "cells_too_far"
        assert (error.values["column"], error.values["rows"]) == (letters, last)


@pytest.mark.parametrize("within", ['<row r="{last}"/>{cell}', '<row r="{last}">{cell}</row>'])
@pytest.mark.parametrize("column", [58, 130, 702])
def test_a_cell_far_below_its_row_is_refused(column: int, within: str) -> None:
    cell = f'<c r="{get_column_letter(column)}{60_000_000 // column + 1}"><v>1</v></c>'
    for last in (1, 9, 10, 99, 100, 1099):
        error = refused(xlsx(HEAD + within.format(last=last, cell=cell)))
        assert error.key in ("cells_too_far", "spreadsheet_damaged")


def test_much_of_one_form_without_a_tag_is_no_work() -> None:
    junk = ' r="AAA1"' * (1 << 17)
    assert rows(xlsx(HEAD, **{"xl/junk.xml": junk})) == [("msisdn",)]
    assert rows(xlsx(f"{HEAD}<row {junk}/>")) == [("msisdn",)]
    assert refused(xlsx(f"{HEAD}<c {junk * 8}")).key == "spreadsheet_damaged"


def shared(count: int, place: str = "1") -> str:
    cells = f'<c r="A{{0}}" t="s"><v>0</v></c><c r="B{{0}}" t="s"><v>{place}</v></c>'
    return HEAD + "".join(f'<row r="{n}">{cells.format(n)}</row>' for n in range(2, count + 2))


@pytest.mark.parametrize(
    "strings",
    [
        sst("a", "A" * 100_000),
        sst("a", "A" * 100_000).replace("<t>", '<t xml:space="default">'),
        sst("a", "").replace("<t></t>", f"<r><t>{'A' * 50_000}</t></r><r><t>{'A' * 50_000}</t></r>"),
        sst("a", f"<!--</t></si><si><t>-->{'A' * 100_000}"),
        sst("a", "A" * 100_000).replace("<", "<y:").replace("<y:/", "</y:").replace("xmlns", "xmlns:y"),
    ],
)
def test_a_shared_text_weighs_as_often_as_it_is_shown(strings: str) -> None:
    assert refused(xlsx(shared(11_000), strings)).key == "cells_too_much_text"
    assert refused(xlsx(shared(11_000).replace("<v>", "<v >"), strings)).key == "cells_too_much_text"
    # Shown once it is no burden, however many cells there are.
    once = shared(11_000, "0") + '<row r="20000"><c r="A20000" t="s"><v>1</v></c></row>'
    assert rows(xlsx(once, strings))[-1][0] == "A" * 100_000


def test_the_number_of_strings_and_tables_of_them() -> None:
    lying = sst("a").replace("<sst", '<sst uniqueCount="99999999999"')
    assert refused(xlsx(shared(1, "0"), lying)).key == "spreadsheet_damaged"
    two = xlsx(shared(1, "0"), sst("a"), **{"XL/SharedStrings.xml": sst("a")})
    assert refused(two).key == "spreadsheet_damaged"


def test_a_sheet_of_long_texts_comes_in_small_batches() -> None:
    class Long:
        """A sheet of five texts of twenty million characters: more than two of them are too many for a batch."""

        path, name, others, numbers = "a.xlsx", "A", (), Counter[int]()

        def rows(self) -> Iterator[tuple[str | None, ...]]:
            yield from [("msisdn", "full_name"), *[("1", "An")] * 100, *[("1", "x" * 20_000_000)] * 5, ("1", "An")]

    table = SheetTable.of(cast("Sheet", Long()), None)
    assert [batch.size for batch in table.batches({"full_name"})] == [102, 2, 2]


def test_a_part_that_is_not_there(desk: Desk) -> None:
    desk.write("a.xlsx", zip_of(("[Content_Types].xml", "<x/>"), ("xl/workbook.xml", "<x/>")))
    [error] = audit(["a.xlsx"], operator="Viettel").unreadable
    assert (error.key, error.values["reason"]) == ("spreadsheet_damaged", "File not found")


@pytest.mark.parametrize(
    "table",
    [
        odf_row('A<text:s text:c="2000000000"/>B'),
        odf_row('A<text:s text:c="3900000000"/>B'),
        odf_row("a" * 30_000, columns=16_000, repeated=1_000_000),
        odf_row("a", columns=16_000, repeated=1_000_000),
        odf_row("a", columns=4_000_000_000, repeated=4_000_000_000),
        odf_row("a", columns=-1),
        odf_row("a") + odf_row(repeated=1_048_000) + odf_row("a", columns=1000),
        odf_row("<table:table-row><table:table-cell/></table:table-row>"),
        '<table:table-row><table:table-cell table:number-columns-repeated="16000"/><table:table-cell/>'
        "</table:table-row>" * 100_000,
    ],
)
def test_what_repeats_too_often_in_an_open_document(table: str) -> None:
    error = refused(ods(odf_row("msisdn") + table))
    assert error.key in ("cells_too_far", "cells_too_much_text", "spreadsheet_damaged")


def test_what_repeats_in_an_honest_open_document() -> None:
    empty = '<table:table-row table:number-rows-repeated="1048574"><table:table-cell/></table:table-row>'
    found = rows(ods(odf_row("msisdn", "x") + odf_row('a<text:s text:c="3"/>b', columns=2, repeated=3) + empty))
    assert found == [("msisdn", "x"), *[("a   b", "a   b")] * 3]


def test_sheets_of_an_xls_that_share_their_cells() -> None:
    def record(kind: int, *data: bytes) -> bytes:
        content = b"".join(data)
        return struct.pack("<HH", kind, len(content)) + content

    def book(sheets: int) -> bytes:
        begin, end = record(0x0809, struct.pack("<HHHH", 0x0500, 5, 0, 0)), record(0x000A)
        place = len(begin) + sheets * 12 + len(end)
        names = [record(0x0085, struct.pack("<IHBB", place, 0, 1, 65 + n)) for n in range(sheets)]
        cells = [record(0x0203, struct.pack("<HHHd", n, 0, 0, n)) for n in range(500)]
        file = io.BytesIO()
        XlsDoc().save(file, b"".join([begin, *names, end, begin, *cells, end]))
        return file.getvalue()

    assert len(rows(book(1))) == 500
    assert refused(book(20)).values["reason"] == "sheets that share their cells"


def test_far_cells_in_many_sheets_of_an_xls() -> None:
    book, file = xlwt.Workbook(), io.BytesIO()
    for n in range(3):
        one = book.add_sheet(str(n))
        one.write(0, 0, 1)
        one.write(65_535, 255, 1)
    book.save(file)
    assert refused(file.getvalue()).key == "spreadsheet_damaged"
