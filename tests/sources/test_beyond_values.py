"""What a workbook says beyond the values of its cells: formats, formulas, what is hidden and merged."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from helpers.desks import Desk
from helpers.outcomes import Command, violated
from helpers.people import AS_OF, person
from helpers.spreadsheets import changed

DAY = ("--as-of", AS_OF, "--operator", "VinaPhone", "--lang", "en")
PEOPLE = [person(n) for n in range(1, 5)]
NAMES = list(PEOPLE[0])
Book = openpyxl.Workbook
SHEET = "xl/worksheets/sheet1.xml"


def book_of(change: Callable[[Any], None], records: Sequence[dict[str, str]] = PEOPLE, above: int = 0) -> bytes:
    book, file = openpyxl.Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    for _ in range(above):
        sheet.append(["Tiêu đề"])
    sheet.append(NAMES)
    for record in records:
        sheet.append(list(record.values()))
    change(sheet)
    book.save(file)
    return file.getvalue()


def column(sheet: Any, name: str) -> list[Any]:
    return [row[NAMES.index(name)] for row in sheet.iter_rows(min_row=2)]


def audited(desk: Desk, cli: Command, content: bytes, name: str = "a.xlsx") -> tuple[dict[str, Any], dict[str, int]]:
    desk.write(name, content)
    done = cli("audit", name, *DAY, "--format", "json", "--findings", "f.csv", "--reveal", "--force")
    assert done.code in (0, 1), done.err
    [read] = done.document["inputs"]
    return done.document, {notice["code"]: notice["count"] for notice in read["notices"]}


@pytest.mark.parametrize(
    ("form", "id_form"),
    [
        ("0000000000", "000000000000"),
        ("0000 000 000", "000-000-000-000"),
        (r"0000\.000\.000", r"000\ 000\ 000\ 000"),
        ('0000"-"000"-"000', "000000000000;-000000000000"),
        ("[$-42A]0000000000", "000000000000_)"),
        ("0#########", "0###########"),
    ],
)
def test_zeros_that_a_number_format_shows(form: str, id_form: str, desk: Desk, cli: Command) -> None:
    def numbers(sheet: Any) -> None:
        for name, shown in (("msisdn", form), ("id_number", id_form), ("pos_phone", "00000000000")):
            for cell in column(sheet, name):
                cell.value, cell.number_format = int(cell.value), shown

    document, said = audited(desk, cli, book_of(numbers))
    assert (violated(document), said) == ({}, {})


@pytest.mark.parametrize("form", ["0", "General", "#,##0", "0.00", "0%", "@", "0.00E+00", "# ##0"])
def test_other_formats_show_no_zeros(form: str, desk: Desk, cli: Command) -> None:
    def numbers(sheet: Any) -> None:
        for cell in column(sheet, "id_number"):
            cell.value, cell.number_format = int(cell.value), form

    document, said = audited(desk, cli, book_of(numbers))
    assert (violated(document).keys(), said) == ({"ID105"}, {"numbers_not_text": 4})


def test_zeros_of_results_of_formulas_and_in_other_spellings(desk: Desk, cli: Command) -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet, form = book.add_worksheet(), book.add_format({"num_format": "0000000000"})
        sheet.write_row(0, 0, NAMES)
        for n, record in enumerate(PEOPLE, 1):
            sheet.write_row(n, 0, record.values())
            sheet.write_formula(n, 0, f"=VALUE({record['msisdn']})", form, int(record["msisdn"]))

    def spelt(xml: bytes) -> bytes:
        return xml.replace(b"<v>912345679</v>", b"<v>9.12345679E8</v>").replace(
            b"<v>912345680</v>", b"<v>912345680.0</v>"
        )

    document, said = audited(desk, cli, changed(file.getvalue(), SHEET, spelt))
    assert (violated(document), said) == ({}, {})


def test_digits_that_were_lost_do_not_come_back(desk: Desk, cli: Command) -> None:
    def long(sheet: Any) -> None:
        sheet.cell(1, len(NAMES) + 1, "sim_serial")
        for n in range(2, 6):
            sheet.cell(n, len(NAMES) + 1, 8984048000000000000 + n).number_format = "0" * 19

    _, said = audited(desk, cli, book_of(long))
    assert said == {"numbers_not_text": 4}


def by_openpyxl(names: Sequence[str]) -> bytes:
    def formulas(sheet: Any) -> None:
        for name in names:
            for cell in column(sheet, name):
                cell.value = f'="{cell.value}"'

    return book_of(formulas)


def by_xlsxwriter(names: Sequence[str]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, NAMES)
        for n, record in enumerate(PEOPLE, 1):
            for m, (name, value) in enumerate(record.items()):
                if name in names:
                    sheet.write_formula(n, m, f'="{value}"')
                else:
                    sheet.write_string(n, m, value)
    return file.getvalue()


def without_any_value(names: Sequence[str]) -> bytes:
    return changed(by_openpyxl(names), SHEET, lambda xml: xml.replace(b"<v></v>", b"").replace(b"<v />", b""))


@pytest.mark.parametrize("write", [by_openpyxl, by_xlsxwriter, without_any_value])
@pytest.mark.parametrize("names", [("msisdn",), ("id_number", "full_name"), ("date_of_birth",)])
def test_formulas_without_a_value_accuse_nobody(write, names: tuple[str, ...], desk: Desk, cli: Command) -> None:
    document, said = audited(desk, cli, write(names))
    assert violated(document) == {}
    assert said == {"formulas_without_value": 4 * len(names)}
    [read] = document["inputs"]
    assert set(names) <= read["columns"].keys()
    assert [f for f in document["export_findings"] if f["column"] in names] == []
    [rule] = [rule for rule in document["rules"] if set(names) & set((rule["reason"] or "").split(", "))][:1]
    assert rule["status"] == "not evaluated"


def test_few_formulas_without_a_value_are_missing_values(desk: Desk, cli: Command) -> None:
    def one(sheet: Any) -> None:
        column(sheet, "full_name")[7].value = '="An"'

    document, said = audited(desk, cli, book_of(one, [person(n) for n in range(150)]))
    assert (violated(document), said) == ({"PER101": 1}, {"formulas_without_value": 1})


def test_formulas_with_a_value_are_values(desk: Desk, cli: Command) -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, NAMES)
        for n, record in enumerate(PEOPLE, 1):
            sheet.write_row(n, 0, record.values())
            sheet.write_formula(n, 0, f'="{record["msisdn"]}"', None, record["msisdn"])
            sheet.write_formula(n, NAMES.index("sex"), '=""', None, "X")
    # A result that is an empty text is one: so spreadsheets save what =IF(…;"") shows.
    content = changed(file.getvalue(), SHEET, lambda xml: xml.replace(b"<v>X</v>", b"<v></v>"))
    document, said = audited(desk, cli, content)
    assert (violated(document), said) == ({}, {})


def test_hidden_rows_and_columns_are_read_and_counted(desk: Desk, cli: Command) -> None:
    def hide(sheet: Any) -> None:
        sheet.row_dimensions[3].hidden = sheet.row_dimensions[4].hidden = sheet.row_dimensions[99].hidden = True
        sheet.column_dimensions["B"].hidden = sheet.column_dimensions["ZZ"].hidden = True

    document, said = audited(desk, cli, book_of(hide))
    assert document["totals"]["records"] == 4
    assert said == {"rows_hidden": 2, "columns_hidden": 1}
    assert "full_name" in cli("audit", "a.xlsx", *DAY).said


def test_cells_that_reach_down_hold_for_all_their_rows(desk: Desk, cli: Command) -> None:
    clerks = [record | {"clerk_name": "" if n % 2 else record["clerk_name"]} for n, record in enumerate(PEOPLE)]

    def merge(sheet: Any) -> None:
        at = NAMES.index("clerk_name") + 1
        for row in (2, 4):
            sheet.merge_cells(start_row=row, end_row=row + 1, start_column=at, end_column=at)
        sheet.merge_cells("X1:X2")

    assert violated(audited(desk, cli, book_of(lambda sheet: None, clerks))[0]) != {}
    assert violated(audited(desk, cli, book_of(merge, clerks))[0]) == {}


def test_titles_that_reach_down_are_no_values(desk: Desk, cli: Command) -> None:
    def merge(sheet: Any) -> None:
        sheet.merge_cells("A1:A2")
        for name in NAMES[2:]:
            at = NAMES.index(name) + 1
            sheet.merge_cells(start_row=3, end_row=4, start_column=at, end_column=at)

    content = book_of(merge, [dict.fromkeys(NAMES, ""), *PEOPLE], above=2)
    document, _ = audited(desk, cli, content)
    assert (document["totals"]["records"], violated(document)) == (4, {})


@pytest.mark.parametrize("row", [1_048_576, 65_537, 20_000])
def test_a_stray_cell_far_below(row: int, desk: Desk, cli: Command) -> None:
    def stray(sheet: Any) -> None:
        sheet.cell(row, 1, person(9)["msisdn"])
        sheet.cell(row, 2, person(9)["full_name"])

    document, _ = audited(desk, cli, book_of(stray))
    assert document["totals"]["records"] == 5
    assert document["inputs"][0]["passed_over"]["blank"] < 20_000
    assert {line for line in (r["line"] for r in desk.rows("f.csv")) if int(line) > 5} == {str(row)}


def imported_month_first(value: str) -> Any:
    """Return what a spreadsheet makes of a date if it takes the month to come first."""
    day, month, year = map(int, value[:10].split("/"))
    return datetime(year, day, month) if day <= 12 else value


@pytest.mark.parametrize(
    ("name", "dates"),
    [
        ("date_of_birth", ["03/04/1990", "12/01/1985", "25/12/1979", "31/05/1991", "01/02/1988", "17/08/1984"]),
        ("id_issue_date", ["13/05/2021", "14/06/2021", "02/03/2021", "05/07/2021", "29/09/2021", "08/01/2022"]),
        ("service_started_at", ["13/05/2025", "07/06/2025"] * 12),
    ],
)
def test_days_that_a_spreadsheet_took_for_months(name: str, dates: list[str], desk: Desk, cli: Command) -> None:
    records = [person(n) | {name: date} for n, date in enumerate(dates)]

    def swap(sheet: Any) -> None:
        for cell in column(sheet, name):
            cell.value = imported_month_first(cell.value)

    document, _ = audited(desk, cli, book_of(swap, records))
    [finding] = [f for f in document["export_findings"] if f["code"] == "EXP107"]
    assert (finding["column"], violated(document)) == (name, {})
    assert name not in document["inputs"][0]["absent"]


@pytest.mark.parametrize(
    "dates", [["25/12/1979", "13/04/1990", "03/04/1990"] * 5, ["03/04/1990"] * 9, ["25/04/1990"] * 9]
)
def test_days_and_texts_in_one_column_are_no_sign_of_it(dates: list[str], desk: Desk, cli: Command) -> None:
    records = [person(n) | {"date_of_birth": date} for n, date in enumerate(dates)]

    def some_days(sheet: Any) -> None:
        for n, cell in enumerate(column(sheet, "date_of_birth")):
            if n % 2:
                day, month, year = map(int, cell.value.split("/"))
                cell.value = datetime(year, month, day)

    document, _ = audited(desk, cli, book_of(some_days, records))
    assert [f for f in document["export_findings"] if f["code"] == "EXP107"] == []
