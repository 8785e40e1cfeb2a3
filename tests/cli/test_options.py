"""Options that cannot be used: one clear message before anything is read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from helpers.desks import Desk
from helpers.outcomes import Command, one_message
from helpers.people import AS_OF, ERROR, people


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
        (["--select", "numbr-missing"], ("numbr-missing", "Nearest: number-missing")),
        (["--select", "ID14X"], ("Nearest: ID14",)),
        (["--severity", "PER101=eror"], ("Nearest: error",)),
        (["--set", "DUP141.treshold=4"], ("Nearest: DUP141.threshold",)),
        (["--set", "many-numbers-on-one-identity.treshold=4"], ("Nearest: DUP141.threshold",)),
        (["--law", "decree-49"], ("Nearest: decree-49-2017",)),
        (["--encoding", "windws-1258"], ("Nearest: windows-1258",)),
        (["--by", "provinc"], ("Nearest: province.",)),
        (["--show", "DUP21"], ("Nearest: DUP121",)),
        (["--province", "Phu To"], ("Nearest: Phú Thọ",)),
        (["--fail-on", "number-misisng:0"], ("Nearest: number-missing",)),
        (["--fail-on", "eror"], ("Nearest: error",)),
        (["--operator", "Vietel"], ("'Viettel'",)),
        (["--formt", "json"], ("--formt", "Nearest: --format")),
        (["--format", "jsn"], ("jsn", "Nearest: json")),
        (["--lang", "fr"], ("fr", "vi, en")),
        (["--force=1"], ("--force", "takes no value")),
        (["--law"], ("--law", "value is missing")),
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


@pytest.mark.parametrize(
    ("by_code", "by_name"),
    [
        (["--select", "PER101"], ["--select", "name-missing"]),
        (["--ignore", "PER101"], ["--ignore", "NAME-MISSING"]),
        (["--severity", "PER101=info"], ["--severity", "name-missing=info"]),
        (["--set", "DUP141.threshold=2"], ["--set", "many-numbers-on-one-identity.threshold=2"]),
        (["--show", "DUP121"], ["--show", "identity-with-several-names"]),
    ],
    ids=" ".join,
)
def test_a_name_works_wherever_its_code_does(desk: Desk, cli: Command, by_code, by_name) -> None:
    one, *others = people(4)
    desk.export("vina.csv", one, *(p | {"id_number": one["id_number"]} for p in others), ERROR)
    plain, code, name = (
        cli("audit", "vina.csv", "--as-of", AS_OF, "--format", "json", *options) for options in ([], by_code, by_name)
    )
    assert name.out == code.out != plain.out
    assert name.code == code.code in (0, 1)


def test_a_name_works_in_the_gate_and_in_other_commands(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", ERROR)
    assert cli("audit", "vina.csv", "--fail-on", "name-missing:1").code == 0
    done = cli("audit", "vina.csv", "--fail-on", "name-missing:0", "--format", "json")
    assert done.code == 1
    assert cli("explain", "name-missing").out == cli("explain", "PER101").out
    assert cli("rules", "--select", "name-missing").out == cli("rules", "--select", "PER101").out


@pytest.mark.parametrize(
    ("said", "same"),
    [
        ("0,5%", "0.5%"),
        ("33,3 %", "33.3%"),
        ("error:0,5%", "error:0.5%"),
        ("error:24,9%,PER101:9", "error:24.9%,PER101:9"),
    ],
)
def test_a_share_may_have_a_comma(desk: Desk, cli: Command, said, same) -> None:
    desk.export("vina.csv", ERROR, *people(3, 10))
    desk.write("torn.csv", (desk.path / "vina.csv").read_bytes() + b"one\n")
    (desk.path / "torn.csv").rename(desk.path / "viettel torn.csv")
    option = "--fail-on" if "error" in said else "--max-rejected"
    first, second = (
        cli("audit", "vina.csv", "viettel torn.csv", "--as-of", AS_OF, option, given) for given in (said, same)
    )
    assert first.code == second.code
    for with_comma, with_point in zip(said.split(",P"), same.split(",P"), strict=True):
        first = replace(first, **{n: getattr(first, n).replace(with_comma, with_point) for n in ("out", "err")})
    assert first == second


@pytest.mark.parametrize("said", ["1,000", "0,5", "1,0,0%", ",%"])
def test_a_number_of_records_has_no_comma(desk: Desk, cli: Command, said) -> None:
    desk.export("vina.csv", ERROR)
    done = cli("audit", "vina.csv", "--max-rejected", said)
    assert done.code == 2
    one_message(done, said)


def test_a_day_is_also_taken_as_it_is_written_in_viet_nam(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", ERROR)
    day, same = (cli("audit", "vina.csv", "--format", "json", "--as-of", said) for said in ("2026-02-03", "03/02/2026"))
    assert day.document["as_of"] == "2026-02-03"
    assert same.out == day.out


@pytest.mark.parametrize("options", [["--select", ""], ["--select", ","], ["--operator", " "]], ids=" ".join)
def test_option_without_a_value(desk: Desk, cli: Command, options) -> None:
    desk.export("vina.csv")
    assert cli("audit", "vina.csv", *options).code == 2
