"""Options that cannot be used: one clear message before anything is read."""

from __future__ import annotations

import pytest

from helpers.desks import Desk
from helpers.outcomes import Command, one_message
from helpers.people import ERROR


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        (["--select", "XYZ"], ("XYZ", "thuebao rules")),
        (["--select", "NUM1011"], ("NUM1011",)),
        (["--select", "NUM101,XYZ"], ("XYZ",)),
        (["--ignore", "XYZ101"], ("XYZ101",)),
        (["--as-of", "31/11/2026"], ("31/11/2026", "YYYY-MM-DD", "DD/MM/YYYY")),
        (["--as-of", "11/23/2026"], ("11/23/2026", "DD/MM/YYYY")),
        (["--as-of", "2026-02-30"], ("2026-02-30", "YYYY-MM-DD")),
        (["--as-of", ""], ("YYYY-MM-DD",)),
        (["--severity", "PER101"], ("PER101", "CODE=info")),
        (["--severity", "PER101=fatal"], ("fatal", "error, warning, info")),
        (["--severity", "XYZ101=info"], ("XYZ101",)),
        (["--severity", "=info"], ()),
        (["--law", "decree-1-1900"], ("decree-1-1900", "decree-49-2017", "auto")),
        (["--rules", "nowhere"], ("nowhere", "folder")),
        (["--rules", "vina.csv"], ("vina.csv", "folder")),
        (["--rules", "empty"], ("empty", ".toml")),
    ],
    ids=" ".join,
)
def test_option_that_cannot_be_used(desk: Desk, cli: Command, options, parts) -> None:
    desk.export("vina.csv", ERROR)
    (desk.path / "empty").mkdir()
    done = cli("audit", "vina.csv", "--findings", "found.csv", *options)
    assert (done.code, done.out) == (2, "")
    one_message(done, *parts)
    assert desk.files() == {"vina.csv"}


def test_a_day_is_also_taken_as_it_is_written_in_viet_nam(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", ERROR)
    day, same = (cli("audit", "vina.csv", "--format", "json", "--as-of", said) for said in ("2026-02-03", "03/02/2026"))
    assert day.document["as_of"] == "2026-02-03"
    assert same.out == day.out


@pytest.mark.parametrize("options", [["--select", ""], ["--select", ","], ["--operator", " "]], ids=" ".join)
def test_option_without_a_value(desk: Desk, cli: Command, options) -> None:
    desk.export("vina.csv")
    assert cli("audit", "vina.csv", *options).code == 2
