"""Tables in marked-up text, by the programs that write them: the findings are those of the same data as CSV."""

from __future__ import annotations

import csv
import html
import io
from typing import Any

import pytest

from helpers.desks import Desk
from helpers.encodings import tcvn3_typed, vni, windows_1258
from helpers.markup import (
    EVERY_WRITER,
    HTML_WRITERS,
    MHTML_WRITERS,
    SPREADSHEET,
    SPREADSHEETML_WRITERS,
    Rows,
    Writer,
    spreadsheetml_zeros,
)
from helpers.outcomes import Command, one_message
from helpers.people import AS_OF
from thuebao.rulebook.reference import shipped_reference
from thuebao.sources.export import ReadAs, open_export
from thuebao.sources.packing.stored import stored_at
from writers.form import data


def as_csv(rows: Rows) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def audited(desk: Desk, cli: Command, name: str, content: bytes, *options: str) -> tuple[dict[str, Any], list[Any]]:
    desk.write(name, content)
    done = cli(
        "audit",
        name,
        "--as-of",
        AS_OF,
        "--format",
        "json",
        "--force",
        "--findings",
        "found.csv",
        "--reveal",
        "-qq",
        *options,
    )
    assert done.err == ""
    found = desk.rows("found.csv")
    return done.document, [(f["record"], f["msisdn"], f["code"], f["field"]) for f in found]


KINDS = {"html": HTML_WRITERS, "mhtml": MHTML_WRITERS, "spreadsheetml": SPREADSHEETML_WRITERS}


@pytest.mark.parametrize("write", EVERY_WRITER, ids=lambda write: write.__name__)
def test_findings_are_those_of_the_same_data_as_csv(write: Writer, desk: Desk, cli: Command) -> None:
    rows = data()
    plain, expected = audited(desk, cli, "vina.csv", as_csv(rows))
    assert len({code for _, _, code, _ in expected}) > 4
    document, found = audited(desk, cli, "vina.xls", write(rows))
    assert found == expected
    assert document["totals"] == plain["totals"]
    assert document["inputs"][0]["columns"] == plain["inputs"][0]["columns"]
    kind = next((kind for kind, writers in KINDS.items() if write in writers), "sylk")
    assert document["inputs"][0]["format"] == kind


def page(table: str, charset: str = "utf-8") -> str:
    said = f'<meta http-equiv="Content-Type" content="text/html; charset={charset}">'
    return f"<html><head>{said}</head><body>{table}</body></html>"


def html_table(rows: Rows) -> str:
    return "<table>" + "".join(f"<tr>{''.join(f'<td>{c}</td>' for c in row)}</tr>\n" for row in rows) + "</table>"


SOME = [["Số thuê bao", "Họ và tên"], ["0912345678", "Nguyễn Văn Ngữ"], ["0912345679", "Đỗ Thị Ngọc Hạnh"]]


def values(desk: Desk, name: str, content: bytes | str, **options: str) -> list[tuple[str | None, ...]]:
    """Return number and name of every record."""
    desk.write(name, content)
    [stored] = stored_at(name).stored
    read_as = ReadAs(sheet=options.get("sheet"))
    export = open_export(stored, "VinaPhone", shipped_reference(), read_as)
    batches = [b.records for b in export.batches({"msisdn", "full_name"})]
    return [row for batch in batches for row in batch.select("~msisdn", "~full_name").rows()]


EXPECTED = [tuple(row) for row in SOME[1:]]


@pytest.mark.parametrize(
    ("charset", "content"),
    [
        ("utf-8", page(html_table(SOME)).encode()),
        ("utf-8 with a mark", page(html_table(SOME), "windows-1252").encode("utf-8-sig")),
        ("utf-16", page(html_table(SOME), "utf-16").encode("utf-16")),
        ("windows-1258", windows_1258(page(html_table(SOME), "windows-1258"))),
        ("windows-1258 said wrongly", windows_1258(page(html_table(SOME), "utf-8"))),
        ("TCVN3", tcvn3_typed(page(html_table(SOME), "x-user-defined"))),
        ("VNI", vni(page(html_table(SOME), "windows-1252"))),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_letters_are_read_in_the_encoding_they_are_in(charset: str, content: bytes, desk: Desk) -> None:
    assert values(desk, "vina.xls", content) == EXPECTED


NAMES = "<tr><th>Số thuê bao</th><th>Họ và tên</th></tr>"
PLACED = {
    "nothing closed": "<table><tr><td>Số thuê bao<td>Họ<br>và tên<tr><td>0912345678<td>Nguyễn&nbsp;Văn Ngữ"
    "<tr><td>0912345679<td>Đỗ Thị <b>Ng</b>ọc Hạnh</table>",
    "rowspan": "<table><tr><th>Họ và tên</th><th>Tỉnh</th><th>Số thuê bao</th></tr>"
    "<tr><td>Nguyễn Văn Ngữ</td><td rowspan=2>Huế</td><td>0912345678</td></tr>"
    "<tr><td>Đỗ Thị Ngọc Hạnh</td><td>0912345679</td></tr></table>",
    "two rows of names": "<table><tr><th rowspan=2>STT</th><th colspan=2>Thuê bao</th></tr>"
    f"{NAMES}<tr><td>1</td><td>0912345678</td><td>Nguyễn Văn Ngữ</td></tr>"
    "<tr><td>2</td><td>0912345679</td><td>Đỗ Thị Ngọc Hạnh</td></tr></table>",
    "script and table in a cell": f"<table>{NAMES}<tr><td>0912345678<script>write('<td>x</td>')</script></td>"
    "<td><!-- <td>y</td> -->Nguyễn Văn Ngữ</td></tr><tr><td>0912345679</td><td><style>td{}</style>"
    "<table><tr><td>Đỗ Thị</td><td>Ngọc Hạnh</td></tr></table></td></tr></table>",
    "several tables": "<table><tr><td>Từ ngày</td><td>01/01/2026</td></tr></table>"
    f"{html_table(SOME[:2])}<table><tr><td>Trang</td><td>1</td></tr></table>"
    f"{html_table([['Họ và tên', 'Số thuê bao'], ['Đỗ Thị Ngọc Hạnh', '0912345679']])}",
    "laid out": f"<table><tr><td><table><tr><td>{html_table(SOME)}</td></tr></table></td></tr></table>",
}


@pytest.mark.parametrize("table", PLACED.values(), ids=PLACED)
def test_cells_stand_where_a_browser_shows_them(table: str, desk: Desk) -> None:
    assert values(desk, "vina.xls", page(table)) == EXPECTED


def test_merged_cells_hold_their_value_for_every_record(desk: Desk) -> None:
    expected = [(n, "Nguyễn Văn Ngữ") for n in ("0912345678", "0912345679")]
    first = '<tr><td rowspan="2">Nguyễn Văn Ngữ</td><td>0912345678</td></tr>'
    table = f"<table><tr><th>Họ và tên</th><th>Số thuê bao</th></tr>{first}<tr><td>0912345679</td></tr></table>"
    assert values(desk, "vina.xls", table) == expected

    def cell(text: str, place: str = "") -> str:
        return f'<Cell{place}><Data ss:Type="String">{text}</Data></Cell>'

    head = cell("Họ và tên") + cell("Số thuê bao")
    one = cell("Nguyễn Văn Ngữ", ' ss:MergeDown="1"') + cell("0912345678")
    other = cell("0912345679", ' ss:Index="2"')
    book = (
        f'<?xml version="1.0"?><Workbook xmlns="{SPREADSHEET}" xmlns:ss="{SPREADSHEET}"><Worksheet ss:Name="A"><Table>'
    )
    rows = f'<Row ss:Index="3">{head}</Row><Row>{one}</Row><Row>{other}</Row></Table></Worksheet></Workbook>'
    assert values(desk, "vina.xml", book + rows) == expected


def test_numbers_that_lost_their_zeros_are_said(desk: Desk, cli: Command) -> None:
    head, *records = data()
    rows = [head, *([c.lstrip("0") if c.isdigit() else c for c in row] for row in records)]
    _, expected = audited(desk, cli, "vina.csv", as_csv(rows))
    _, found = audited(desk, cli, "vina.xml", spreadsheetml_zeros(rows))
    assert found == expected
    assert "Số giấy tờ" in cli("audit", "vina.xml", "--as-of", AS_OF).err


def test_tables_of_other_columns_are_read_one_by_one(desk: Desk, cli: Command) -> None:
    other = [["Số thuê bao", "Số giấy tờ"], ["0912345680", "001090012345"]]
    desk.write("vina.xls", page(html_table(SOME) + html_table(other)))
    done = cli("audit", "vina.xls", "--format", "json")
    assert done.code == 3
    one_message(done, "2 tables", "--sheet 1")
    assert cli("audit", "vina.xls", "--format", "json", "--sheet", "2", "-qq").document["totals"]["records"] == 1
    assert values(desk, "vina.xls", page(html_table(SOME) + html_table(other)), sheet="1") == EXPECTED


@pytest.mark.parametrize("write", EVERY_WRITER, ids=lambda write: write.__name__)
@pytest.mark.parametrize("share", [0.6, 0.8, 0.9])
def test_what_breaks_off_is_said(share: float, write: Writer, desk: Desk, cli: Command) -> None:
    whole = write(data())
    desk.write("vina.xls", whole[: int(len(whole) * share)])
    done = cli("audit", "vina.xls", "--format", "json")
    assert done.code == 3
    one_message(done, "breaks off")
    assert done.document["totals"]["records"] == 0


def cells_as(tag: str, shown: str, rows: Rows) -> str:
    """Return a table whose cells hold more than they show."""
    lines = ["".join(f"<th>{html.escape(name)}</th>" for name in rows[0])]
    lines += ["".join(f"<td>{shown.format(html.escape(value))}</td>" for value in row) for row in rows[1:]]
    return page(f"<{tag}>" + "".join(f"<tr>{line}</tr>" for line in lines) + f"</{tag}>")


@pytest.mark.parametrize(
    "shown",
    [
        '<span style="display:none">0001</span>{}',
        '<span style="color: red; DISPLAY : none"><b>khóa</b></span>{}',
        "<i hidden>x</i>{}",
        '<input type="hidden" value="7">{}',
        '<input type="checkbox" value="1">{}',
        '<input value="{}">',
        '<select><option value="1">khác</option><option selected>{}</option><option>nữa</option></select>',
    ],
)
def test_cells_are_what_they_show(desk: Desk, cli: Command, shown) -> None:
    rows = data()
    plain, expected = audited(desk, cli, "vina.csv", as_csv(rows))
    document, found = audited(desk, cli, "vina.xls", cells_as("table", shown, rows).encode())
    assert found == expected
    assert document["totals"] == plain["totals"]


def test_a_cell_that_is_not_shown_is_no_cell(desk: Desk, cli: Command) -> None:
    rows = data()
    plain, expected = audited(desk, cli, "vina.csv", as_csv(rows))
    table = cells_as("table", "{}", rows).replace("<tr><td>", '<tr><td style="display: none">9</td><td>')
    document, found = audited(desk, cli, "vina.xls", table.encode())
    assert (found, document["totals"]) == (expected, plain["totals"])


def test_a_row_that_is_shifted_is_said(desk: Desk, cli: Command) -> None:
    rows = [list(row) for row in data()]
    rows[3].insert(0, "x")
    desk.write("vina.xls", cells_as("table", "{}", rows).encode())
    done = cli("audit", "vina.xls", "--as-of", AS_OF, "--format", "json", "--fail-on", "never")
    notices = {notice["code"]: notice["count"] for read in done.document["inputs"] for notice in read["notices"]}
    assert notices["values_without_header"] == 1
