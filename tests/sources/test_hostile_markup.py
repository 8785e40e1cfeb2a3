"""Marked-up files made to take all memory or time: each is read, or refused by one message."""

from __future__ import annotations

import resource
from functools import partial

import pytest

from helpers.desks import Desk
from helpers.markup import SPREADSHEET
from helpers.outcomes import Command, one_message

HEAD = "<table><tr><th>Số thuê bao</th><th>Họ và tên</th></tr>"
RECORD = "<tr><td>0912345678</td><td>Nguyễn Văn An</td></tr>"
PAGE = f"{HEAD}{RECORD}"
BOOK = f'<Workbook xmlns="{SPREADSHEET}" xmlns:ss="{SPREADSHEET}"><Worksheet ss:Name="A"><Table><Row>'
CELL = '<Cell><Data ss:Type="String">{}</Data></Cell>'
CELLS = CELL.format("Số thuê bao") + CELL.format("Họ và tên") + "</Row><Row>" + CELL.format("0912345678")
END = "</Row></Table></Worksheet></Workbook>"
LAUGHS = (
    '<!DOCTYPE Workbook [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(20))
    + "]>"
)
OUTSIDE = '<!DOCTYPE Workbook [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
XML = '<?xml version="1.0"?>'

REFUSED = {
    "entities within entities": XML + LAUGHS + BOOK + CELLS + CELL.format("&u;") + END,
    "an entity from a file": XML + OUTSIDE + BOOK + CELLS + CELL.format("&a;") + END,
    "deep page": "<html>" + "<div>" * 1_000_000,
    "deep tables": PAGE + "<table><tr><td>" * 500_000,
    "deep XML": XML + BOOK + CELLS + "<Cell><Data>" * 300_000,
    "cells without end": PAGE + "<tr>" + "<td>1</td>" * 2_000_000 + "</table>",
    "a cell without end": PAGE + "<tr><td>" + "x " * 2_200_000 + "</table>",
    "a cell of many lines": PAGE + "<tr><td>" + "<br>" * 1_000_000 + "</table>",
    "XML far out": XML + BOOK + CELLS + '<Cell ss:Index="99999999"/>' + END,
    "XML far down": XML + BOOK + CELLS + '</Row><Row ss:Index="99999999"/><Row>' + END,
    "SYLK far out": 'ID;P\nC;Y1;X1;K"Số thuê bao"\nC;Y99999999;X1;K"0912345678"\nE\n',
    "a million tables": "<table><tr><td>Tháng</td><td>1</td></tr></table>" * 300_000,
}


@pytest.mark.parametrize("content", REFUSED.values(), ids=REFUSED)
def test_refused_in_little_memory(content: str, desk: Desk, process: Command) -> None:
    desk.write("vina.xls", content)
    limit = partial(resource.setrlimit, resource.RLIMIT_AS, (3 << 30, 3 << 30))
    done = process("audit", "vina.xls", "--format", "json", before=limit, timeout=60)
    assert done.code == 3
    one_message(done, "vina.xls")


SPANNED = '<tr><td rowspan="99999999">0912345678</td><td>An</td></tr>'
READ = {
    "rows spanned": (f"{HEAD}{SPANNED}{'<tr><td>B</td></tr>' * 500}</table>", 501),
    "no table for long": (f"{'<p>x</p>' * 500_000}{PAGE}</table>", 1),
    "a script for long": (f"""<script>{"var x = '<td>';" * 2_000_000}</script>{PAGE}</table>""", 1),
    "NULs": (PAGE.replace("An", "A\0n") + "</table>", 1),
}


@pytest.mark.parametrize(("content", "records"), READ.values(), ids=READ)
def test_read_in_little_memory(content: str, records: int, desk: Desk, process: Command) -> None:
    desk.write("vina.xls", content)
    limit = partial(resource.setrlimit, resource.RLIMIT_AS, (3 << 30, 3 << 30))
    done = process("audit", "vina.xls", "--format", "json", "-q", before=limit, timeout=60)
    assert done.code < 3, done.err
    assert done.document["totals"]["records"] == records


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (
            "letter.html",
            "<html><body><p>Kính gửi</p><table><tr><td>Số: 12</td><td>Hà Nội</td></tr></table></body></html>",
        ),
        ("no table.xls", "<html><body>Phiên làm việc đã hết hạn</body></html>"),
        ("frames.xls", "<html><frameset><frame src='Book1_files/sheet001.htm'></frameset></html>"),
        (
            "other.xml",
            '<?xml version="1.0"?><database><table name="a"><column name="msisdn">1</column></table></database>',
        ),
    ],
)
def test_what_is_no_export_is_told_how_to_keep_its_zeros(name: str, content: str, desk: Desk, cli: Command) -> None:
    desk.write(name, content)
    done = cli("audit", name, "--format", "json")
    assert done.code == 3
    one_message(done, name)
    if "letter" not in name:
        assert ".xlsx" in done.err
        assert "zero" in done.err
        assert "số 0" in cli("audit", name, "--lang", "vi").err


def test_a_row_with_more_cells_than_columns_is_no_guess(desk: Desk, cli: Command) -> None:
    wide = "<tr><td>0912345679</td><td>Nguyễn</td><td>Văn Bình</td></tr>"
    desk.write("vina.xls", HEAD + RECORD * 100 + wide + "</table>")
    one_message(cli("audit", "vina.xls", "--format", "json"), "row 102")


@pytest.mark.slow
def test_a_large_page_takes_no_more_memory_than_a_batch(desk: Desk, process: Command) -> None:
    record = f"<tr><td>0912345678</td><td>Nguyễn Văn An{'&nbsp;' * 300}</td></tr>"
    desk.write("vina.xls", f"{HEAD}{record * 100_000}</table>")
    limit = partial(resource.setrlimit, resource.RLIMIT_AS, (3 << 30, 3 << 30))
    done = process("audit", "vina.xls", "--format", "json", "-q", "--select", "NUM101", before=limit)
    assert done.document["totals"]["records"] == 100_000
