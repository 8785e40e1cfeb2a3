"""`columns` proposes and saves a mapping; `columns` and `audit` use it."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.desks import Desk
from helpers.outcomes import Command, one_message
from helpers.people import people, person
from thuebao.sources.headers.mapping import read_mapping

RENAMED = {"msisdn": "KH_SoTB", "full_name": "KH_HoTen", "date_of_birth": "Ngày sihn", "sex": "F5"}


def renamed(count: int = 6) -> list[dict[str, str]]:
    return [{RENAMED.get(column, column): value for column, value in record.items()} for record in people(count)]


def test_columns_proposes_and_saves_what_columns_and_audit_use(desk: Desk, cli: Command) -> None:
    desk.export("vina_10.csv", *renamed())
    done = cli("columns", "vina_10.csv", "--save", "m.toml", COLUMNS=160)
    assert done.code == 0
    assert "m.toml" in done.err
    assert "msisdn ?" in done.out
    assert "93 %" in done.out
    assert person(0)["msisdn"] not in done.out
    assert "F5" in done.out
    assert set(read_mapping(Path("m.toml")).columns) >= {"msisdn", "full_name", "date_of_birth", "address"}
    again = cli("columns", "vina_10.csv", "--mapping", "m.toml", COLUMNS=160)
    assert again.code == 0
    assert "msisdn ?" not in again.out
    audited = cli("audit", "vina_10.csv", "--mapping", "m.toml", "--format", "json", "--fail-on", "never")
    assert audited.code == 0
    [given] = audited.document["inputs"]
    assert given["columns"]["msisdn"] == "KH_SoTB"
    assert "msisdn" not in given["absent"]


def test_a_file_of_which_nothing_is_recognised_is_proposed_for(desk: Desk, cli: Command) -> None:
    records = [{"KH_SoTB": p["msisdn"], "KH_HoVaTen": p["full_name"], "F": p["id_number"]} for p in people(6)]
    desk.export("vina.csv", *records)
    assert cli("audit", "vina.csv").code == 3
    assert cli("columns", "vina.csv", "--save", "m.toml").code == 0
    assert read_mapping(Path("m.toml")).columns == {"msisdn": "KH_SoTB", "full_name": "KH_HoVaTen"}
    assert cli("audit", "vina.csv", "--mapping", "m.toml", "--fail-on", "never").code == 0


def test_two_carriers_with_a_mapping_each(desk: Desk, cli: Command) -> None:
    desk.write("a.toml", 'files = "viettel*"\n[columns]\nmsisdn = "Số A"\n')
    desk.write("b.toml", 'files = ["b*"]\noperator = "VinaPhone"\n[columns]\nmsisdn = "Số B"\nsex = ""\n')
    for name, header in (("viettel.csv", "Số A"), ("b.csv", "Số B")):
        desk.export(name, *({header if c == "msisdn" else c: v for c, v in p.items()} for p in people(2)))
    arguments = ("--mapping", "a.toml", "--mapping", "b.toml", "--format", "json", "--fail-on", "never")
    done = cli("audit", "viettel.csv", "b.csv", *arguments)
    assert done.code == 0
    first, second = done.document["inputs"]
    assert (first["columns"]["msisdn"], second["columns"]["msisdn"]) == ("Số A", "Số B")
    assert "sex" in second["absent"]
    assert {operator["operator"] for operator in done.document["operators"]} == {"Viettel", "VinaPhone"}


@pytest.mark.parametrize("command", ["columns", "audit"])
def test_a_mapping_that_does_not_fit_ends_with_one_message(desk: Desk, cli: Command, command) -> None:
    desk.export("vina.csv")
    desk.write("absent.toml", '[columns]\nmsisdn = "Số máy"\n')
    desk.write("twice.toml", '[columns]\nmsisdn = "a"\nmsisdn = "b"\n')
    done = cli(command, "vina.csv", "--mapping", "absent.toml")
    assert done.code == 3
    one_message(done, "vina.csv", "absent.toml", "Số máy", "msisdn")
    done = cli(command, "vina.csv", "--mapping", "twice.toml")
    assert done.code == 2
    one_message(done, "twice.toml", "'a'", "'b'", "msisdn")


def test_saving_refuses_what_would_be_lost(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv")
    desk.write("m.toml", "mine")
    before = (desk.path / "vina.csv").read_bytes()
    for arguments in (("--save", "m.toml"), ("--save", "vina.csv", "--force"), ("--force",)):
        done = cli("columns", "vina.csv", *arguments)
        assert (done.code, done.out) == (2, "")
    assert ((desk.path / "m.toml").read_text(), (desk.path / "vina.csv").read_bytes()) == ("mine", before)
    assert cli("columns", "vina.csv", "--save", "m.toml", "--force").code == 0
    assert read_mapping(Path("m.toml")).columns["msisdn"] == "msisdn"
    assert desk.files() == {"vina.csv", "m.toml"}


def test_what_a_mapping_switches_off_stays_off_when_it_is_saved_again(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv")
    desk.write("m.toml", '[columns]\nsex = ""\n')
    assert cli("columns", "vina.csv", "--mapping", "m.toml", "--save", "n.toml").code == 0
    assert read_mapping(Path("n.toml")).columns["sex"] == ""
