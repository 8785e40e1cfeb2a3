"""Which law judges a record, and on which day."""

from __future__ import annotations

import pytest

from helpers.desks import Desk
from helpers.outcomes import Command, violated
from helpers.people import AS_OF, ERROR, GOOD


@pytest.mark.parametrize(
    ("law", "found"),
    [
        ("auto", {"MIN103"}),
        ("decree-163-2024", {"MIN103"}),
        ("decree-49-2017", {"MIN101", "REG101"}),
        ("circular-04-2012", {"MIN101", "REG101"}),
        ("circular-08-2026", {"MIN103", "REG151"}),
    ],
)
def test_law_judges_every_record(desk: Desk, cli: Command, law, found) -> None:
    child = {
        "date_of_birth": "02/01/2015",
        "id_type": "Thẻ căn cước",
        "id_number": "001215012345",
        "id_issue_date": "10/01/2025",
    }
    empty = {
        "payment_type": "",
        "contract_number": "HD1",
        "guardian_name": "",
        "consent_ref": "",
        "authenticated_at": "",
    }
    desk.export("vina.csv", GOOD | child | empty)
    options = ("--as-of", AS_OF, "--law", law, "--findings", "f.csv")
    document = cli("audit", "vina.csv", *options, "--format", "json").document
    assert document["law"] == law
    assert set(violated(document)) == found
    [number] = {"decree-49-2017": ["49/2017"], "circular-04-2012": ["2012"]}.get(law, ["163/2024"])
    # Stock of before 2017 that is still in use owes the list of 49/2017 by its transitional provision.
    others = ("08/2026", "49/2017/NĐ-CP, Khoản 2 Điều 4;") if number == "2012" else ("08/2026",)
    assert all(any(said in row["basis"] for said in (number, *others)) for row in desk.rows("f.csv"))


def test_summary_cites_the_law_that_judged(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", ERROR)
    said = cli("audit", "vina.csv", "--law", "decree-49-2017", "--full").said
    assert "Điều 15 Nghị định 25/2011" in said
    assert "163/2024" not in said


def test_as_of_is_the_day_of_the_audit(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", GOOD)  # registered on 2025-06-01
    before = cli("audit", "vina.csv", "--as-of", "2025-05-31", "--format", "json").document
    same_day = cli("audit", "vina.csv", "--as-of", "2025-06-01", "--format", "json").document
    assert (before["as_of"], violated(before)) == ("2025-05-31", {"REG133": 1})
    assert violated(same_day) == {}
