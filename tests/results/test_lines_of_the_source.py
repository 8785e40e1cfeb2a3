"""`line` of the findings, and `show`, point to the line that another reader finds for the same record."""

from __future__ import annotations

import csv
import gzip
import html
import io
import json
import re
import zipfile
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import pairwise

import openpyxl
import polars as pl
import pytest

from helpers.desks import Desk
from helpers.outcomes import Command
from helpers.pages import page, parsed
from helpers.pages import rows as rows_of_page
from helpers.people import AS_OF, NAMELESS, people
from helpers.workbooks import audit, rows

TOKEN = re.compile(r"XN\d+")
"""What tells records apart: their confirmations."""
PEOPLE = [person | NAMELESS for person in people(7)]  # a finding on each of them
COLUMNS = list(PEOPLE[0])
Places = dict[str, tuple[str | None, int]]
"""By token, the sheet of a record and its line or row."""


def broken(record: dict[str, str]) -> dict[str, str]:
    """Return a record with line breaks within two of its values, the first of them at its beginning."""
    return {
        **record,
        "msisdn": f"{record['msisdn']}\n",
        "address": record["address"].replace(", ", ",\r\n\n") if record["confirmation_ref"] == "XN2" else "1\n2 Lê Lợi",
    }


def delimited(end: str, separator: str = ",") -> str:
    """Return an export with titles, blank lines, lines of separators, a repeated header and line breaks in quotes."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator=end)
    text.write(f"DANH SÁCH THUÊ BAO{end}Tháng 10{end}{end}")
    writer.writerow(COLUMNS)
    for number, record in enumerate(PEOPLE):
        writer.writerow(broken(record).values() if number % 3 == 1 else record.values())
        text.write((end, end * 3, separator * (len(COLUMNS) - 1) + end, "")[number % 4])
        if number == 4:
            writer.writerow(COLUMNS)
    return text.getvalue()


def lines_of_csv(text: str, separator: str = ",") -> Places:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    places, before = {}, 0
    for row in reader:
        if found := TOKEN.fullmatch(dict(zip(COLUMNS, row, strict=False)).get("confirmation_ref", "")):
            places[found[0]] = (None, before + 1)
        before = reader.line_num
    return places


def of_csv(desk: Desk) -> tuple[str, Places]:
    desk.write("vina.csv", text := delimited("\n"))
    return "vina.csv", lines_of_csv(text)


def of_csv_with_carriage_returns(desk: Desk) -> tuple[str, Places]:
    text = delimited("\r\n", ";")
    desk.write("vina.csv", text.encode("utf-8-sig"))
    return "vina.csv", lines_of_csv(text, ";")


def of_utf16(desk: Desk) -> tuple[str, Places]:
    text = delimited("\r\n", "\t")
    desk.write("vina.txt", text.encode("utf-16"))
    return "vina.txt", lines_of_csv(text, "\t")


def of_gzip(desk: Desk) -> tuple[str, Places]:
    desk.write("vina.csv.gz", gzip.compress((text := delimited("\n")).encode()))
    return "vina.csv.gz", lines_of_csv(text)


def of_zip(desk: Desk) -> tuple[str, Places]:
    with zipfile.ZipFile(desk.path / "all.zip", "w") as archive:
        archive.writestr("vina.csv", text := delimited("\n"))
    return "all.zip/vina.csv", lines_of_csv(text)


def of_large_batches(desk: Desk) -> tuple[str, Places]:
    """Return an export that is read in several batches."""
    filler = [person | {"confirmation_ref": f"YN{n}"} for n, person in enumerate(people(80_000, first=100))]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for n, record in enumerate(filler):
        writer.writerow(record.values())
        if n % 13_000 == 12_999:
            text.write("\n")
            writer.writerow(broken(PEOPLE[n // 13_000]).values())
    desk.write("vina.csv", text.getvalue())
    return "vina.csv", lines_of_csv(text.getvalue())


def of_ndjson(desk: Desk) -> tuple[str, Places]:
    lines = [json.dumps(record, ensure_ascii=n % 2 == 0) for n, record in enumerate(PEOPLE)]
    lines[2:2] = ["", "  "]
    lines.insert(6, "")
    desk.write("vina.jsonl", "\n".join(lines))
    return "vina.jsonl", {
        json.loads(line)["confirmation_ref"]: (None, n) for n, line in enumerate(lines, 1) if line.strip()
    }


def of_json_list(desk: Desk) -> tuple[str, Places]:
    text = json.dumps(PEOPLE[:3], indent=2)[:-2] + ",\n\n" + ",".join(map(json.dumps, PEOPLE[3:])) + "]"
    desk.write("vina.json", text)
    places = {}
    for found in TOKEN.finditer(text):
        places[found[0]] = (None, text[: text.rindex("{", 0, found.start())].count("\n") + 1)
    return "vina.json", places


def of_workbook(desk: Desk) -> tuple[str, Places]:
    book = openpyxl.Workbook()
    first, second = book.active, book.create_sheet("Tháng 11")
    first.title = "Tháng 10"
    first["B2"] = "DANH SÁCH"
    for column, name in enumerate(COLUMNS, 1):
        first.cell(5, column, name)
        second.cell(1, column, name)
    for sheet, row, n in ((first, 6, 0), (first, 7, 1), (first, 10, 2), (first, 15, 3), (second, 2, 4), (second, 9, 5)):
        for column, value in enumerate(broken(PEOPLE[n]).values() if n % 3 == 1 else PEOPLE[n].values(), 1):
            sheet.cell(row, column, value or None)
    book.save(desk.path / "vina.xlsx")
    places = {}
    for sheet in openpyxl.load_workbook(desk.path / "vina.xlsx", read_only=False):
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and TOKEN.fullmatch(cell.value):
                    places[cell.value] = (sheet.title, cell.row)
    return "vina.xlsx", places


class _Rows(HTMLParser):
    """Counts the rows of a page's only table."""

    def __init__(self) -> None:
        super().__init__()
        self.row, self.places = 0, {}

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.row += tag == "tr"

    def handle_data(self, data: str) -> None:
        if TOKEN.fullmatch(data.strip()):
            self.places[data.strip()] = (None, self.row)


def of_html(desk: Desk) -> tuple[str, Places]:
    def row(cells: object, tag: str = "td") -> str:
        return "<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>\n" for cell in cells) + "</tr>"

    rows = ["<tr><td colspan=5>DANH SÁCH THUÊ BAO</td></tr>", "<tr><td></td></tr>", row(COLUMNS, "th")]
    rows += [row(record.values()) for record in PEOPLE]
    rows[5:5] = ["<tr></tr>", "<tr><td>&nbsp;</td></tr>"]
    desk.write("vina.xls", text := f"<html><meta charset=utf-8><table>{''.join(rows)}</table></html>")
    parser = _Rows()
    parser.feed(text)
    return "vina.xls", parser.places


FORMATS = (
    of_csv,
    of_csv_with_carriage_returns,
    of_utf16,
    of_gzip,
    of_zip,
    of_large_batches,
    of_ndjson,
    of_json_list,
    of_workbook,
    of_html,
)


@pytest.mark.parametrize("written", FORMATS, ids=lambda one: one.__name__)
def test_findings_and_show_point_to_the_line_that_another_reader_finds(
    desk: Desk, cli: Command, written: Callable[[Desk], tuple[str, Places]]
) -> None:
    path, expected = written(desk)
    assert len(expected) >= 5
    cli("audit", path.split("/")[0], "--as-of", AS_OF, "--findings", "f.parquet", "--select", "PER101")
    found = pl.read_parquet("f.parquet").sort("record")
    assert found["path"].unique().to_list() == [path]
    assert found.select("sheet", "line").rows() == [*expected.values()]
    shown = cli("show", path, *found["record"], "--as-of", AS_OF, "--reveal")
    assert (shown.code, shown.err) == (0, "")
    titles = re.findall(
        rf"^{re.escape(path)}, record (\d+), (?:line|row) (\d+)(?:, sheet '(.*)')?$", shown.out, re.MULTILINE
    )
    starts = [found.start() for found in re.finditer(rf"^{re.escape(path)}, record", shown.out, re.MULTILINE)]
    parts = [shown.out[a:b] for a, b in pairwise([*starts, len(shown.out)])]
    tokens = [TOKEN.search(part)[0] for part in parts]
    assert tokens == [*expected]
    assert [(sheet or None, int(line)) for _, line, sheet in titles] == [*expected.values()]
    assert [int(record) for record, _, _ in titles] == found["record"].to_list()


@pytest.mark.parametrize("written", [of_csv, of_ndjson, of_workbook, of_html], ids=lambda one: one.__name__)
def test_every_report_points_to_that_line(
    desk: Desk, cli: Command, written: Callable[[Desk], tuple[str, Places]]
) -> None:
    path, expected = written(desk)
    some = ("audit", path, "--as-of", AS_OF, "--select", "PER101")
    sarif = cli(*some, "--format", "sarif", "--report", "r.xlsx").document
    locations = [result["locations"][0] for result in sarif["runs"][0]["results"]]
    assert [one["physicalLocation"]["region"]["startLine"] for one in locations] == [n for _, n in expected.values()]
    names = [re.search(r"sheet '(.*)'", one["logicalLocations"][0]["name"]) for one in locations]
    assert [name and name[1] for name in names] == [sheet for sheet, _ in expected.values()]
    listed = rows(openpyxl.load_workbook("r.xlsx")["Findings"])
    assert [(row["Sheet"], row["Line or row"]) for row in listed] == [*expected.values()]
    tree = parsed(page(audit(path, select=["PER101"])))
    shown = [(row[0], int(row[2])) for row in rows_of_page(tree, "PER101-samples")]
    named = [(f"{path}, sheet '{sheet}'" if sheet else path, line) for sheet, line in expected.values()]
    assert shown == named[: len(shown)]
    assert len(shown) == 5


def test_what_has_no_line_is_shown_without_one(desk: Desk, cli: Command) -> None:
    pl.DataFrame(PEOPLE).write_parquet("vina.parquet")
    some = ("audit", "vina.parquet", "--as-of", AS_OF, "--select", "PER101")
    sarif = cli(*some, "--format", "sarif", "--report", "r.xlsx").document
    regions = [r["locations"][0]["physicalLocation"]["region"] for r in sarif["runs"][0]["results"]]
    assert regions == [{"startLine": 1}] * len(PEOPLE)
    assert {row["Line or row"] for row in rows(openpyxl.load_workbook("r.xlsx")["Findings"])} == {None}
    tree = parsed(page(audit("vina.parquet", select=["PER101"])))
    assert {row[2] for row in rows_of_page(tree, "PER101-samples")} == {"–"}
