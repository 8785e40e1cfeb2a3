"""What stands around values, and in place of missing ones, in every column changes nothing of what an audit finds."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.desks import Desk
from helpers.outcomes import Command, violated
from helpers.people import AS_OF, person

SAMPLE = Path(__file__).parents[2] / "sample_data" / "mobifone.csv"
ROWS = list(csv.reader(io.StringIO(SAMPLE.read_text(encoding="utf-8"))))[:150]
AUDIT = ("--operator", "MobiFone", "--as-of", AS_OF, "--format", "json", "--fail-on", "never")
NUMBERS = ["msisdn", "id_number", "sim_serial"]
DATES = ["date_of_birth", "id_issue_date", "portrait_taken_at", "registered_at", "service_started_at"]
INVISIBLE = {
    "no-break space": "\u00a0",
    "thin space": "\u2009",
    "figure space": "\u2007",
    "narrow space": "\u202f",
    "wide space": "\u3000",
    "zero width space": "\u200b",
    "joiner": "\u200d",
    "byte order mark": "\ufeff",
    "word joiner": "\u2060",
    "soft hyphen": "\u00ad",
    "left to right": "\u200e",
    "right to left": "\u200f",
    "override": "\u202d",
    "pop": "\u202c",
    "isolate": "\u2068",
    "Arabic mark": "\u061c",
}


def found(desk: Desk, cli: Command, change: Callable[[str], str]) -> dict[str, int]:
    """Return the violations of a sample whose cells are changed, but for those that are guarded already."""
    rows = [ROWS[0], *[[cell if cell.startswith(("=", "'")) else change(cell) for cell in row] for row in ROWS[1:]]]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    desk.write("mobifone.csv", text.getvalue())
    document = cli("audit", "mobifone.csv", *AUDIT).document
    assert document["totals"]["records"] == len(ROWS) - 1
    return {code: count for code, count in violated(document).items() if not code.startswith("EXP")}


def test_a_spreadsheet_s_guard_in_every_column(desk: Desk, cli: Command) -> None:
    plain = found(desk, cli, str)
    assert len(plain) > 20  # defects are planted in it
    assert found(desk, cli, '="{}"'.format) == plain
    assert found(desk, cli, lambda cell: f'="{cell}"' if cell else cell) == plain


@pytest.mark.parametrize(
    "mark", ["\\N", "NULL", "(null)", "<null>", "#N/A", "None", "nan", "<NA>", "NaT", "—", '="NULL"', "\u00a0null "]
)
def test_a_mark_of_null_in_every_column(desk: Desk, cli: Command, mark: str) -> None:
    assert found(desk, cli, lambda cell: cell or mark) == found(desk, cli, str)


def errors(desk: Desk, cli: Command, columns: list[str], change: Callable[[str], str]) -> set[str]:
    record = person(1) | {"sim_serial": "8984047820926674469"}
    record |= {column: change(record[column]) for column in columns}
    desk.export("vinaphone.csv", record)
    document = cli("audit", "vinaphone.csv", "--as-of", AS_OF, "--format", "json", "--fail-on", "never").document
    return {code for code in violated(document) if not code.startswith("EXP")}


@pytest.mark.parametrize("guard", ["'{}", '="{}"', " '{} ", '="\'{}"'])
def test_a_guard_of_numbers_and_dates(desk: Desk, cli: Command, guard: str) -> None:
    assert errors(desk, cli, [*NUMBERS, *DATES, "pos_phone"], guard.format) == set()


@pytest.mark.parametrize("name", INVISIBLE)
def test_what_is_invisible_in_numbers(desk: Desk, cli: Command, name: str) -> None:
    sign = INVISIBLE[name]
    assert errors(desk, cli, NUMBERS, lambda text: f"{sign}{text[:4]}{sign}{text[4:]}{sign}") == set()


@pytest.mark.parametrize("dash", "-‐‑‒–—−")
def test_every_dash_in_numbers(desk: Desk, cli: Command, dash: str) -> None:
    assert errors(desk, cli, ["msisdn", "id_number"], lambda text: f"{text[:4]}{dash}{text[4:]}") == set()


def test_wide_digits_are_digits_and_letters_are_none(desk: Desk, cli: Command) -> None:
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    assert errors(desk, cli, NUMBERS, lambda text: text.translate(wide)) == set()
    assert errors(desk, cli, ["msisdn"], lambda text: text.replace("0", "O")) == {"NUM102"}
    arabic = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
    assert errors(desk, cli, ["msisdn"], lambda text: text.translate(arabic)) == {"NUM102"}


@pytest.mark.parametrize("name", ["no-break space", "zero width space", "byte order mark", "word joiner", "wide space"])
def test_what_is_invisible_around_any_value(desk: Desk, cli: Command, name: str) -> None:
    sign = INVISIBLE[name]
    assert found(desk, cli, lambda cell: f"{sign}{cell}{sign}") == found(desk, cli, str)
