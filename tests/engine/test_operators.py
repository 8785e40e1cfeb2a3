"""Whose records they are: by column, by file, by option."""

from __future__ import annotations

import pytest

from helpers.across import SAME_NUMBER, audited
from helpers.desks import Desk
from helpers.outcomes import Command, violated
from helpers.people import ERROR, GOOD, person


@pytest.mark.parametrize(
    ("name", "column", "option", "operators"),
    [
        ("vina.csv", None, None, ["VinaPhone"]),
        ("2026-11 MOBIFONE toàn quốc.csv", None, None, ["MobiFone"]),
        ("kết xuất Viettel_2026.csv", None, None, ["Viettel"]),
        ("vnpt-vinaphone.csv", None, None, ["VinaPhone"]),
        ("export.csv", None, "viettel telecom", ["Viettel"]),
        ("export.csv", None, "Mạng Mới", ["Mạng Mới"]),
        ("vina.csv", None, "MobiFone", ["VinaPhone"]),  # an option only fills what nothing else says
        ("vina.csv", ["Viettel", "VNPT", "viettel"], "MobiFone", ["Viettel", "VinaPhone"]),
        ("vina.csv", ["Viettel", "", "n/a"], None, ["Viettel", "VinaPhone"]),
        ("export.csv", ["Viettel", "", "n/a"], None, ["(unknown)", "Viettel"]),
        ("export.csv", ["Viettel", "", "n/a"], "MobiFone", ["MobiFone", "Viettel"]),
        ("export.csv", ["Mạng  mới ", "Mạng mới", "Reddi"], None, ["Mạ*****ới", "Wintel"]),
    ],
)
def test_operator(desk: Desk, cli: Command, name, column, option, operators) -> None:
    records = [GOOD | {"Nhà mạng": value} for value in column] if column else [GOOD]
    desk.export(name, *records)
    done = cli("audit", name, "--format", "json", *(["--operator", option] if option else []))
    assert [o["operator"] for o in done.document["operators"]] == operators


@pytest.mark.parametrize("name", ["export.csv", "viettel và vina.csv", "myviettelxyz.csv"])
def test_operator_that_nothing_names(desk: Desk, cli: Command, name) -> None:
    desk.export(name)
    done = cli("audit", name)
    assert (done.code, done.out) == (3, "")
    assert name in done.err
    assert "--operator" in done.err


def test_the_same_operator_in_several_files_is_one(desk: Desk, cli: Command) -> None:
    desk.export("vina 1.csv", ERROR)
    desk.export("vina 2.csv", GOOD)
    [operator] = cli("audit", "vina 1.csv", "vina 2.csv", "--format", "json").document["operators"]
    assert (operator["operator"], operator["records"], operator["records_with_errors"]) == ("VinaPhone", 2, 1)


@pytest.mark.parametrize(
    ("name", "options", "others"), [("export.csv", ("--operator", "Viettel"), "Viettel"), ("vina.csv", (), "VinaPhone")]
)
def test_records_that_name_no_operator_are_those_of_the_files_operator(
    desk: Desk, cli: Command, name: str, options: tuple[str, ...], others: str
) -> None:
    named = ("MobiFone", "-", "không có")
    desk.export(name, *(person(n) | SAME_NUMBER | {"Nhà mạng": text} for n, text in enumerate(named)))
    document = audited(cli, name, *options, "--select", "DUP")
    assert {o["operator"]: o["records"] for o in document["operators"]} == {"MobiFone": 1, others: 2}
    assert violated(document) == {"DUP101": 2, "DUP102": 3}
