"""Findings of the rules across records: their groups, order and number."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

import thuebao
from helpers.across import SAME_NUMBER, audited, one_person
from helpers.desks import Desk
from helpers.outcomes import Command, violated
from helpers.people import AS_OF, ERROR, GOOD, INFO, NAMELESS, WARNING, person


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_records_of_one_duplicate_share_a_group_number(desk: Desk, cli: Command, kind) -> None:
    desk.export("vina.csv", GOOD, ERROR, person(4), person(5) | {"msisdn": person(4)["msisdn"]}, INFO)
    desk.export("vina 2.csv", person(6) | SAME_NUMBER, person(7), person(8) | {"id_number": person(7)["id_number"]})
    audited(cli, "vina.csv", "vina 2.csv", "--findings", f"found.{kind}")
    found = {"csv": pl.read_csv, "parquet": pl.read_parquet}[kind](desk.path / f"found.{kind}")
    assert found.select("path", "record", "code").rows() == [
        ("vina.csv", 1, "DUP101"),
        ("vina.csv", 2, "PER101"),
        ("vina.csv", 3, "DUP101"),
        ("vina.csv", 4, "DUP101"),
        ("vina.csv", 5, "PER104"),
        ("vina 2.csv", 1, "DUP101"),
        ("vina 2.csv", 2, "DUP121"),
        ("vina 2.csv", 3, "DUP121"),
    ]
    one, _, two, same_as_two, _, same_as_one, three, same_as_three = found["group"].to_list()
    assert (one, two, three) == (same_as_one, same_as_two, same_as_three)
    assert len({one, two, three}) == 3
    across = found["code"].str.starts_with("DUP")
    assert (found["group"].is_not_null() == across).all()
    [first] = found.filter(pl.col("code") == "DUP121", pl.col("record") == 2).drop("group", "path").rows(named=True)
    assert first == {
        "record": 2,
        "operator": "VinaPhone",
        "msisdn": "091*****85",
        "code": "DUP121",
        "name": "identity-with-several-names",
        "severity": "error",
        "field": "full_name",
        "value": "Ngu*****âm",
        "basis": first["basis"],
        "line": 3,
        "sheet": None,
        "key": None,
    }
    assert first["basis"].startswith("163/2024/NĐ-CP, ")


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_findings_stand_by_file_record_and_code(desk: Desk, cli: Command, kind) -> None:
    faults = NAMELESS | {"address": "-", "id_issue_date": "", "registered_at": "", "status": "?"}
    desk.export("b vina.csv", person(4) | faults, GOOD)
    desk.export("a vina.csv", person(5) | SAME_NUMBER, person(6) | faults | SAME_NUMBER)
    audited(cli, "b vina.csv", "a vina.csv", "--findings", f"found.{kind}")
    found = {"csv": pl.read_csv, "parquet": pl.read_parquet}[kind](desk.path / f"found.{kind}")
    rows = found.select("path", "record", "code").rows()
    assert rows == sorted(rows, key=lambda row: (row[0] == "a vina.csv", *row[1:]))
    assert [code for path, record, code in rows if (path, record) == ("a vina.csv", 2)] == [
        "DUP101",
        "ID121",
        "PER101",
        "PER131",
        "REG131",
        "REG143",
    ]


def test_lazy_findings_equal_the_findings_file(desk: Desk) -> None:
    desk.export("vina.csv", GOOD, ERROR, person(4) | SAME_NUMBER, WARNING)
    desk.export("viettel.csv", person(5) | SAME_NUMBER, INFO)
    options = {"as_of": date.fromisoformat(AS_OF), "reveal": True}
    lazy = thuebao.audit(["vina.csv", "viettel.csv"], **options).findings
    written = thuebao.audit(["vina.csv", "viettel.csv"], **options, findings="found.parquet").findings.collect()
    assert set(written["code"]) == {"DUP101", "DUP102", "NUM104", "NUM105", "PER101", "PER104"}
    assert lazy.collect().equals(written)
    assert lazy.filter(pl.col("group").is_not_null()).collect().equals(written.filter(pl.col("group").is_not_null()))


def test_select_ignore_and_severity(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", GOOD, ERROR | SAME_NUMBER)
    assert violated(audited(cli, "vina.csv", "--select", "DUP101")) == {"DUP101": 2}
    assert violated(audited(cli, "vina.csv", "--ignore", "DUP10")) == {"PER101": 1}
    document = audited(cli, "vina.csv", "--severity", "DUP=info", "--findings", "found.csv")
    assert document["totals"]["records_with_errors"] == 1
    assert document["totals"]["records_with_findings"] == 2
    assert [row["severity"] for row in desk.rows("found.csv") if row["code"] == "DUP101"] == ["info", "info"]
    for fail_on, code in (("error", 0), ("warning", 0), ("info", 1)):
        options = ("--select", "DUP", "--severity", "DUP101=info", "--fail-on", fail_on)
        assert cli("audit", "vina.csv", *options).code == code


def test_a_rule_lacks_a_column(desk: Desk, cli: Command) -> None:
    without = {name: value for name, value in person(4).items() if name != "full_name"}
    desk.export("vina.csv", *one_person(2))
    desk.export("viettel.csv", without | {"id_number": GOOD["id_number"]})
    document = audited(cli, "vina.csv", "viettel.csv", "--select", "DUP")
    listed = {rule["code"]: (rule["status"], rule["reason"]) for rule in document["rules"]}
    assert listed["DUP101"] == ("evaluated", None)
    assert listed["DUP103"] == ("not evaluated", "sim_serial")
    assert listed["DUP121"] == ("partly evaluated", "full_name")
    of = {o["operator"]: {r["code"]: r["evaluated"] for r in o["rules"]} for o in document["operators"]}
    assert of["VinaPhone"]["DUP121"] == 2
    assert "DUP121" not in of["Viettel"]
