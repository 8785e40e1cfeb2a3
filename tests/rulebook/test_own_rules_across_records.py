"""Rules of one's own across records."""

from __future__ import annotations

import pytest

from helpers.across import SAME_NUMBER, audited, places, refused
from helpers.desks import Desk
from helpers.outcomes import Command, violated
from helpers.people import GOOD, person

OWN = """\
[[rule]]
code = "USR101"
name = "phone-of-many-points"
severity = "warning"
field = "pos_phone"
across = ["operator", "pos_phone"]
where = "NOT is_terminated"
having = "COUNT(DISTINCT pos_address) >= $least"
violation = "clerk_name <> 'Lê Văn Cường'"
parameters = { least = 2 }
title = { vi = "Một điện thoại của nhiều điểm", en = "One telephone of many points" }

[[rule.basis]]
instrument = "decree-163-2024"
provision = "Khoản 5 Điều 19"
"""


def test_own_rule_across_records(desk: Desk, cli: Command) -> None:
    desk.write("mine/ours.toml", OWN)
    elsewhere = {"pos_address": "9 Trần Phú, Đà Nẵng"}
    desk.export("vina.csv", GOOD, person(1) | {"pos_phone": "02439999999"}, person(2))
    desk.export("vina 2.csv", person(3) | elsewhere, person(4) | elsewhere | {"clerk_name": "Lê Văn Cường"})
    desk.export("viettel.csv", person(5) | elsewhere)
    paths, options = ("vina.csv", "vina 2.csv", "viettel.csv"), ("--rules", "mine", "--ignore", "NUM105")
    document = audited(cli, *paths, *options, "--findings", "found.csv", "--show", "USR101")
    assert violated(document) == {"USR101": 3}
    assert places(desk) == [("vina.csv", "1", "USR101"), ("vina.csv", "3", "USR101"), ("vina 2.csv", "1", "USR101")]
    [row, *_] = desk.rows("found.csv")
    assert (row["severity"], row["field"], row["value"]) == ("warning", "pos_phone", "024*****00")
    assert row["basis"] == "163/2024/NĐ-CP, Khoản 5 Điều 19"
    assert {row["group"] for row in desk.rows("found.csv")} == {"1"}
    [group] = document["groups"]["USR101"]
    assert group["size"] == 3
    assert violated(audited(cli, *paths, *options, "--set", "USR101.least=3")) == {}
    assert cli("audit", *paths, *options, "--fail-on", "warning").code == 1
    assert "One telephone of many points" in cli("audit", *paths, *options).out
    said = cli("explain", "USR101", "--rules", "mine").said
    for part in ("operator, pos_phone", "COUNT(DISTINCT pos_address) >= $least", "$least = 2"):
        assert part in said


def test_own_rule_shows_the_column_that_it_compares(desk: Desk, cli: Command) -> None:
    own = OWN.replace('["operator", "pos_phone"]', '["msisdn"]').replace("COUNT(DISTINCT pos_address)", "COUNT(*)")
    desk.write("mine/ours.toml", own)
    desk.export("vina.csv", GOOD, person(1) | SAME_NUMBER)
    [group] = audited(cli, "vina.csv", "--rules", "mine", "--show", "USR101")["groups"]["USR101"]
    assert [record["msisdn"] for record in group["records"]] == ["091*****78"] * 2


BROKEN: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "every record a group": (">= $least", ">= 0", ("single record", "COUNT(DISTINCT pos_address) >= 0")),
    "a group of one value": (">= $least", "= 1", ("single record",)),
    "a group of few": ("COUNT(DISTINCT pos_address) >= $least", "COUNT(*) < 5", ("single record",)),
    "a condition that always holds": ("COUNT(DISTINCT pos_address) >= $least", "TRUE", ("single record",)),
    "a parameter too small": ("least = 2", "least = 1", ("single record", "$least")),
    "a parameter that is no whole number": ("least = 2", "least = 2.5", ("parameters.least", "int")),
    "a parameter that is no number": ("least = 2", 'least = "2"', ("parameters.least", "int")),
    "parameters that are none": ("{ least = 2 }", "2", ("parameters",)),
    "an unknown parameter": ("$least", "$most", ("line 2", "$most", "parameters")),
    "an unknown parameter in where": ("NOT is_terminated", "pos_phone <> $x", ("line 2", "$x")),
    "an unknown parameter in violation": ("clerk_name <> 'Lê Văn Cường'", "clerk_name <> $x", ("line 2", "$x")),
    "no column": ('"pos_phone"]', '"pos_fone"]', ("'pos_fone'",)),
    "no columns": ('["operator", "pos_phone"]', "[]", ("across",)),
    "a column twice": ('["operator", "pos_phone"]', '["pos_phone", "pos_phone"]', ("across",)),
    "columns that are no list": ('["operator", "pos_phone"]', '"pos_phone"', ("line 2", "across", "list")),
    "columns that are no names": ('["operator", "pos_phone"]', "[5]", ("line 2", "across")),
    "columns missing": ('across = ["operator", "pos_phone"]\n', "", ("line 2", "across")),
    "having missing": ('having = "COUNT(DISTINCT pos_address) >= $least"\n', "", ("line 2", "'having'", "missing")),
    "having that is a number": ('"COUNT(DISTINCT pos_address) >= $least"', "5", ("line 2", "having")),
    "having that is no condition": (" >= $least", "", ("true or false",)),
    "having of an unknown column": ("DISTINCT pos_address", "DISTINCT pos_adress", ("'pos_adress'", "pos_address")),
    "having of another aggregate": ("COUNT(DISTINCT pos_address)", "MAX(pos_address)", ("MAX(pos_address)",)),
    "having of a column": ("COUNT(DISTINCT pos_address) >= $least", "pos_address = 'x'", ("pos_address",)),
    "bad SQL": ("COUNT(DISTINCT pos_address) >= $least", "COUNT(*) > > 2", ("cannot be read",)),
    "where of an unknown column": ("NOT is_terminated", "NOT is_ended", ("'is_ended'",)),
    "where over other records": ("NOT is_terminated", "COUNT(*) > 1", ("other records",)),
    "violation of an unknown column": ("clerk_name <>", "clerk <>", ("'clerk'", "clerk_name")),
    "violation of an order that is none": ("clerk_name <> 'Lê Văn Cường'", "is_after_first", ("is_after_first",)),
    "applies of an unknown column": ("where = ", 'applies = "clerk IS NULL"\nwhere = ', ("'clerk'", "clerk_name")),
    "one character apart in an unknown column": ("parameters", 'one_character_apart = "x"\nparameters', ("'x'",)),
    "one character apart in a day": (
        "parameters",
        'one_character_apart = "birth_day"\nparameters',
        ("one_character_apart",),
    ),
    "order of an unknown column": (
        "parameters",
        'order = { of = "x", by = "registration_moment", first = "2" }\nparameters',
        ("'x'",),
    ),
    "order without by": ("parameters", 'order = { of = "msisdn", first = "2" }\nparameters', ("line 2", "'by'")),
    "order that begins nowhere": (
        "parameters",
        'order = { of = "msisdn", by = "registration_moment", first = "x" }\nparameters',
        ("first",),
    ),
    "order by an unknown parameter": (
        "parameters",
        'order = { of = "msisdn", by = "registration_moment", first = "$x" }\nparameters',
        ("line 2", "$x"),
    ),
    "examples without an answer for each": (
        "[[rule.basis]]",
        "[[rule.example]]\nrecords = [{}]\nviolates = [true, false]\n[[rule.basis]]",
        ("violates",),
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_own_rule_that_cannot_be_used(desk: Desk, cli: Command, name) -> None:
    before, after, parts = BROKEN[name]
    assert OWN.count(before) > 0
    desk.write("mine/ours.toml", OWN.replace(before, after))
    desk.export("vina.csv", GOOD, person(1))
    message = refused(desk, cli, "--rules", "mine")
    for part in ("mine/ours.toml", "USR101", *parts):
        assert part in message


def test_what_a_rule_is_not_about_counts_in_its_group_and_is_not_evaluated(desk: Desk, cli: Command) -> None:
    about = "applies = \"clerk_name <> 'Lê Văn Cường'\"\nwhere = "
    desk.write(
        "mine/ours.toml", OWN.replace("violation = \"clerk_name <> 'Lê Văn Cường'\"\n", "").replace("where = ", about)
    )
    elsewhere = {"pos_address": "9 Trần Phú, Đà Nẵng", "clerk_name": "Lê Văn Cường"}
    desk.export("vina.csv", GOOD, person(1) | elsewhere, person(2))
    document = audited(cli, "vina.csv", "--rules", "mine", "--select", "USR101")
    [operator] = document["operators"]
    assert operator["rules"] == [{"code": "USR101", "evaluated": 2, "violations": 2}]
