"""Tables that were asked for by --by and --show stand in the workbook too."""

from __future__ import annotations

import openpyxl
import pytest

from helpers.desks import Desk
from helpers.outcomes import Command
from helpers.people import AS_OF, ERROR, GOOD, INFO, NAMELESS, person
from thuebao.base.messages import LANGUAGES


@pytest.mark.parametrize("lang", LANGUAGES)
def test_counts_by_columns_are_those_of_the_json(desk: Desk, cli: Command, lang) -> None:
    desk.export("e/vina.csv", GOOD, ERROR, INFO | {"province": "Huế"}, person(4) | NAMELESS | {"province": None})
    desk.export("e/viettel.csv", person(8) | NAMELESS)
    some = ("audit", "e", "--as-of", AS_OF, "--by", "operator,province", "--format", "json", "--lang", lang)
    document = cli(*some, "--report", "e/r.xlsx", "--per-operator", "po").document["breakdown"]
    book = openpyxl.load_workbook(desk.path / "e/r.xlsx")
    assert len(book.sheetnames) == 8
    rows = [row for row in book[book.sheetnames[-1]].iter_rows(values_only=True) if any(row)]
    gap = next(n for n, row in enumerate(rows[2:], 2) if row[1] is None)
    counted = [(*row[:3], row[3], row[5]) for row in rows[2:gap]]
    expected = [
        (
            *(r["values"][name] for name in ("operator", "province")),
            *(r[name] for name in ("records", "records_with_errors", "records_with_findings")),
        )
        for r in document["rows"]
    ]
    assert [row[2:] for row in counted] == [row[2:] for row in expected]
    assert [row[:2] for row in counted if row[1] in {r[1] for r in expected}] == [r[:2] for r in expected if r[1]]
    violations = sum(rule["violations"] for row in document["rows"] for rule in row["rules"])
    assert sum(row[6] for row in rows[gap + 2 :]) == violations
    # It is known as an own one; and no carrier is given the counts of another.
    again = cli(*some).document
    assert {p["path"]: p["reason"] for p in again["files_passed_over"]} == {"e/r.xlsx": "own"}
    for path in (desk.path / "po").iterdir():
        assert len(openpyxl.load_workbook(path).sheetnames) == 7


def test_shown_groups_stand_in_the_workbook(desk: Desk, cli: Command) -> None:
    shared = {"id_number": person(1)["id_number"]}
    desk.export("vina.csv", person(1), person(2) | shared)
    some = ("audit", "vina.csv", "--as-of", AS_OF, "--show", "DUP121", "--format", "json")
    [group] = cli(*some, "--report", "r.xlsx").document["groups"]["DUP121"]
    sheet = openpyxl.load_workbook(desk.path / "r.xlsx")["Identities"]
    rows = [row for row in sheet.iter_rows(values_only=True) if row[0] == "vina.csv"]
    assert [row[:4] for row in rows] == [("vina.csv", group["group"], group["size"], n) for n in (1, 2)]
