"""--show: the groups of a rule across records."""

from __future__ import annotations

import re

import pytest

from helpers.across import audited, refused
from helpers.desks import Desk
from helpers.outcomes import Command
from helpers.people import AS_OF, GOOD, person


@pytest.fixture
def two_identities(desk: Desk) -> Desk:
    """Two records with one document and different names, three with another."""
    first, second = {"id_number": GOOD["id_number"]}, {"id_number": person(10)["id_number"]}
    desk.export("vina.csv", GOOD, person(1) | first, person(10), person(2))
    desk.export("viettel.csv", person(11) | second, person(12) | second)
    return desk


def test_show_prints_groups(two_identities: Desk, cli: Command) -> None:
    paths = ("vina.csv", "viettel.csv")
    document = audited(cli, *paths, "--show", "DUP121", "--findings", "found.csv")
    assert list(document["groups"]) == ["DUP121"]
    large, small = document["groups"]["DUP121"]  # the largest first
    assert [large["size"], small["size"]] == [3, 2]
    assert [(r["path"], r["record"], r["operator"]) for r in large["records"]] == [
        ("vina.csv", 3, "VinaPhone"),
        ("viettel.csv", 1, "Viettel"),
        ("viettel.csv", 2, "Viettel"),
    ]
    assert small["records"] == [
        {
            "path": "vina.csv",
            "record": n,
            "operator": "VinaPhone",
            "msisdn": f"091*****{77 + n}",
            "full_name": name,
            "identity": "001*****45",
        }
        for n, name in ((1, "Ngu*****An"), (2, "Ngu*****nh"))
    ]
    rows = [row for row in two_identities.rows("found.csv") if row["code"] == "DUP121"]
    numbers = {(row["path"], row["record"]): row["group"] for row in rows}
    for group in (large, small):
        assert {numbers[r["path"], str(r["record"])] for r in group["records"]} == {str(group["group"])}
    out = cli("audit", *paths, "--show", "dup121", "--full", "--as-of", AS_OF, COLUMNS=120).out
    assert f"Group {large['group']}: 3 records, 3 shown" in out
    assert f"Group {small['group']}: 2 records, 2 shown" in out
    assert re.search(r"^vina\.csv +1 +VinaPhone +091\*{5}78 +Ngu\*{5}An +001\*{5}45 *$", out, re.MULTILINE)


@pytest.mark.parametrize("form", ["table", "json"])
def test_groups_are_masked_unless_revealed(two_identities: Desk, cli: Command, form) -> None:
    command = ("audit", "vina.csv", "viettel.csv", "--show", "DUP121,DUP122", "--format", form)
    values = [GOOD[name] for name in ("msisdn", "full_name", "id_number")]
    masked, bare = cli(*command, COLUMNS=200).out, cli(*command, "--reveal", COLUMNS=200).out
    assert [value for value in values if value in masked] == []
    assert [value for value in values if value not in bare] == []


def test_show_of_nothing(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", GOOD)
    assert audited(cli, "vina.csv", "--show", "DUP121,DUP103")["groups"] == {"DUP121": [], "DUP103": []}
    said = cli("audit", "vina.csv", "--full", "--show", "DUP121").said
    assert re.search(r"Largest groups of DUP121 ─+ None\.", said)
    assert "groups" not in audited(cli, "vina.csv")


def test_show_of_many_groups_and_of_large_ones(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", *(person(n) | {"msisdn": person(n % 15)["msisdn"]} for n in range(45)))
    desk.export("vina 2.csv", *(person(n) | {"msisdn": "0912000000"} for n in range(50, 80)))
    groups = audited(cli, "vina.csv", "vina 2.csv", "--show", "DUP101")["groups"]["DUP101"]
    assert [group["size"] for group in groups] == [30, *[3] * 9]
    assert [r["record"] for r in groups[0]["records"]] == list(range(1, 21))
    # Of groups as large as each other the first.
    assert [group["records"][0]["record"] for group in groups[1:]] == list(range(1, 10))


@pytest.mark.parametrize(
    ("options", "part"),
    [
        (("--show", "DUP999"), "DUP999"),
        (("--show", "NUM101"), "NUM101"),
        (("--show", "DUP"), "DUP"),
        (("--show", ""), "empty"),
        (("--show", "DUP121,"), "empty"),
        (("--show", "DUP121", "--ignore", "DUP12"), "DUP121"),
    ],
    ids=" ".join,
)
def test_show_of_what_is_no_rule_across_records(desk: Desk, cli: Command, options, part) -> None:
    desk.export("vina.csv")
    assert part in refused(desk, cli, *options)


def test_what_differs_between_the_records_of_a_group_stays_visible(desk: Desk, cli: Command) -> None:
    same = {name: GOOD[name] for name in ("full_name", "date_of_birth", "id_issue_date", "id_issue_place")}
    number = GOOD["id_number"]
    other = number[:6] + str((int(number[6]) + 1) % 10) + number[7:]
    desk.export("vina.csv", GOOD, person(1) | same | {"id_number": other})
    document = audited(cli, "vina.csv", "--show", "DUP123")
    [group] = document["groups"]["DUP123"]
    shown = [record["document_number"] for record in group["records"]]
    assert shown == [f"001*****{one[6]}*****45" for one in (number, other)]
    assert [record["id_issue_place"] for record in group["records"]] == [GOOD["id_issue_place"]] * 2
    assert number not in str(document)


def test_codes_and_names_of_points_of_sale_are_nobodys(desk: Desk, cli: Command) -> None:
    points = [
        {"pos_code": "VTL1402"},
        {"pos_code": "", "pos_name": "FPT Shop Nguyễn Thái Học"},
        {"pos_code": "0912345678"},
    ]
    records = [person(n) | {"full_name": "", "pos_name": "", **point} for n, point in enumerate(points)]
    desk.export("vina.csv", *records)
    document = audited(cli, "vina.csv", "--by", "pos_code")
    names = {point["name"] for point in document["points_of_sale"]}
    assert names == {"VTL1402", "FPT Shop Nguyễn Thái Học", "091*****78"}
    assert {row["values"]["pos_code"] for row in document["breakdown"]["rows"]} >= {"VTL1402"}
    assert "VTL1402" in cli("show", "vina.csv", 1).out
