"""Rules across records as a user has them: what is a duplicate, over which files, and how it is shown, limited, tuned.

What each rule finds is held elsewhere (its examples, and the checks written apart from it); here it is the command.
"""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections import Counter
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from rich.cells import cell_len

import thuebao
from conftest import (
    AS_OF,
    ERROR,
    GOOD,
    INFO,
    NAMELESS,
    WARNING,
    Command,
    Desk,
    one_message,
    people,
    person,
    violated,
)
from oracles import worlds

SAME_NUMBER = {"msisdn": GOOD["msisdn"]}
NO_TIERS = {"4-9": 0, "10-19": 0, "20+": 0}


def audited(cli: Command, *arguments: object) -> dict[str, Any]:
    """Return the JSON document of an audit."""
    done = cli("audit", *arguments, "--as-of", AS_OF, "--format", "json", "--fail-on", "never")
    assert done.code == 0, done.err
    return done.document


def one_person(count: int, first: int = 0) -> list[dict[str, str]]:
    """Return so many records of one person: each of another number and minute."""
    whose = {name: person(first)[name] for name in ("full_name", "id_number", "portrait_ref")}
    return [record | whose for record in people(count, first)]


def refused(desk: Desk, cli: Command, *options: object) -> str:
    """Hold that the options are refused with one message, nothing printed and nothing written; return the message."""
    before = desk.files()
    done = cli("audit", "vina.csv", "--findings", "found.csv", *options)
    assert (done.code, done.out) == (2, "")
    one_message(done)
    assert desk.files() == before
    return done.err


def places(desk: Desk, name: str = "found.csv") -> list[tuple[str, str, str]]:
    """Return path, record and code of each finding of a findings file."""
    return [(row["path"], row["record"], row["code"]) for row in desk.rows(name)]


# --- Over all files --------------------------------------------------------------------------------------------


def test_people_of_their_own_are_no_duplicates(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", *people(40))
    assert violated(audited(cli, "vina.csv")) == {}


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ("vina 1.csv", "vina 2.csv", {"DUP101": 2}),
        ("vina.csv", "viettel.csv", {"DUP102": 2}),
        ("vina.csv", "vnpt.csv", {"DUP101": 2}),  # VNPT is VinaPhone
    ],
)
def test_one_number_in_two_files(desk: Desk, cli: Command, first, second, found) -> None:
    desk.export(first, person(1), GOOD, person(2))
    desk.export(second, person(3), person(4), person(5) | SAME_NUMBER)
    options = ("--ignore", "NUM105", "--findings", "found.csv")
    assert violated(audited(cli, first, second, *options)) == found
    [code] = found
    assert places(desk) == [(first, "2", code), (second, "3", code)]
    assert violated(audited(cli, first, *options)) == violated(audited(cli, second, *options)) == {}


def test_one_number_at_two_operators_of_one_file(desk: Desk, cli: Command) -> None:
    names = ("Viettel", "VinaPhone", "Viettel")
    desk.export("export.csv", *(person(n) | SAME_NUMBER | {"Nhà mạng": name} for n, name in enumerate(names)))
    document = audited(cli, "export.csv", "--select", "DUP")
    assert violated(document) == {"DUP101": 2, "DUP102": 3}
    of = {o["operator"]: {r["code"]: r["violations"] for r in o["rules"]} for o in document["operators"]}
    assert (of["Viettel"]["DUP101"], of["Viettel"]["DUP102"]) == (2, 2)
    assert (of["VinaPhone"]["DUP101"], of["VinaPhone"]["DUP102"]) == (0, 1)


@pytest.mark.parametrize(
    ("name", "options", "others"), [("export.csv", ("--operator", "Viettel"), "Viettel"), ("vina.csv", (), "VinaPhone")]
)
def test_records_that_name_no_operator_are_those_of_the_files_operator(desk: Desk, cli: Command, name, options, others):
    named = ("MobiFone", "-", "không có")
    desk.export(name, *(person(n) | SAME_NUMBER | {"Nhà mạng": text} for n, text in enumerate(named)))
    document = audited(cli, name, *options, "--select", "DUP")
    assert {o["operator"]: o["records"] for o in document["operators"]} == {"MobiFone": 1, others: 2}
    assert violated(document) == {"DUP101": 2, "DUP102": 3}


def test_a_file_given_twice_is_no_duplicate_of_itself(desk: Desk, cli: Command) -> None:
    desk.export("exports/vina.csv", *people(3))
    assert violated(audited(cli, "exports", "exports/vina.csv", "exports/*.csv")) == {}


def test_a_record_counts_once_however_much_is_found_of_it(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", ERROR, ERROR, INFO, GOOD, person(0))
    document = audited(cli, "vina.csv")
    assert document["totals"] == {
        "records": 5,
        "rejected": 0,
        "records_with_errors": 4,
        "records_with_findings": 5,
    }
    assert violated(document) == {"PER101": 2, "PER104": 1, "DUP101": 4}


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_file_that_cannot_be_read_to_its_end_takes_no_part(desk: Desk, cli: Command, kind) -> None:
    def numbers(first: int, count: int) -> str:
        return "msisdn\n" + "".join(f"09{n:08}\n" for n in range(first, first + count))

    desk.write("exports/a vina.csv", numbers(10_000_000, 3))
    # It begins with the numbers of both others, and breaks off long after that.
    desk.write("exports/b vina.csv", numbers(10_000_000, 200_000) + "1,2\n" * 3_000)
    desk.write("exports/c vina.csv", numbers(10_000_002, 3))
    options = ("--select", "DUP101", "--format", "json", "--findings", f"found.{kind}", "--show", "DUP101", "--quiet")
    done = cli("audit", "exports", *options)
    assert done.code == 3
    one_message(done, "b vina.csv: 3,000 lines", "line 200002", "nothing of it was counted")
    document = done.document
    assert document["totals"]["records"] == 6
    assert violated(document) == {"DUP101": 2}
    found = {"csv": pl.read_csv, "parquet": pl.read_parquet}[kind](desk.path / f"found.{kind}")
    assert found.select("path", "record").rows() == [("exports/a vina.csv", 3), ("exports/c vina.csv", 1)]
    [group] = document["groups"]["DUP101"]
    assert [(r["path"], r["record"]) for r in group["records"]] == found.select("path", "record").rows()


def test_terminated_records_take_no_part(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", GOOD, person(1) | SAME_NUMBER | {"status": "Chấm dứt"})
    assert violated(audited(cli, "vina.csv")) == {}


def test_the_same_whatever_the_threads(desk: Desk, process: Command) -> None:
    records = [
        *people(300),
        *one_person(30),
        *(person(n) | {"msisdn": person(n % 7)["msisdn"]} for n in range(300, 400)),
    ]
    desk.export("vina 1.csv", *(r | {"province": f"Tỉnh {n % 9}"} for n, r in enumerate(records[::2])))
    desk.export("vina 2.csv", *(r | {"province": f"Tỉnh {n % 9}"} for n, r in enumerate(records[1::2])))
    options = ("--format", "json", "--by", "province,month", "--show", "DUP101", "--show", "DUP141", "--as-of", AS_OF)
    outs = []
    for threads in (1, 7):
        done = process(
            "audit",
            "vina 1.csv",
            "vina 2.csv",
            *options,
            "--findings",
            "found.csv",
            POLARS_MAX_THREADS=threads,
            PYTHONHASHSEED=threads,
        )
        assert done.code == 1
        outs.append((done.out, (desk.path / "found.csv").read_bytes()))
    assert outs[0] == outs[1]


# --- Findings --------------------------------------------------------------------------------------------------


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
        "value": "Ngu*********âm",
        "basis": first["basis"],
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


# --- Parameters ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "violations", "threshold"),
    [
        ((), 0, 10),
        (("--set", "DUP141.threshold=4"), 4, 4),
        (("--set", "DUP141.threshold=5"), 0, 5),
        (("--set", " dup141.threshold = 4 "), 4, 4),
        (("--set", "DUP151.threshold=2", "--set", "DUP141.threshold=4"), 4, 4),
        (("--set", "DUP141.threshold=5", "--set", "DUP141.threshold=4"), 4, 4),
    ],
)
def test_a_parameter_changes_what_fires(desk: Desk, cli: Command, options, violations, threshold) -> None:
    desk.export("vina.csv", *one_person(4), person(4))
    document = audited(cli, "vina.csv", *options)
    [rule] = [rule for rule in document["rules"] if rule["code"] == "DUP141"]
    assert (rule["violations"], rule["parameters"]) == (violations, {"threshold": threshold})


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        ("DUP141.threshold=x", ("--set DUP141.threshold=x", "CODE.name=number")),
        ("DUP141.threshold=2.5", ("CODE.name=number",)),
        ("DUP141.threshold=-4", ("CODE.name=number",)),
        ("DUP141.threshold=", ("CODE.name=number",)),
        ("DUP141.threshold", ("CODE.name=number",)),
        ("DUP141=4", ("CODE.name=number",)),
        ("=4", ("CODE.name=number",)),
        ("", ("CODE.name=number",)),
        ("DUP999.threshold=4", ("DUP999.threshold", "no such parameter", "DUP141.threshold")),
        ("DUP141.nothing=4", ("DUP141.nothing", "no such parameter", "DUP141.threshold")),
        ("NUM101.threshold=4", ("NUM101.threshold", "no such parameter")),
        ("DUP141.threshold=1", ("DUP141", "single record")),
        ("DUP141.threshold=0", ("DUP141", "single record")),
    ],
)
def test_a_parameter_that_cannot_be_set(desk: Desk, cli: Command, value, parts) -> None:
    desk.export("vina.csv", *one_person(4))
    message = refused(desk, cli, "--set", value)
    for part in parts:
        assert part in message


def test_a_parameter_beyond_all_counts(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", *one_person(4))
    done = cli("audit", "vina.csv", "--set", f"DUP141.threshold={10**20}", "--quiet")
    assert done.code in (0, 2)
    assert "error of its own" not in done.err


def test_explain_tells_the_parameter(cli: Command) -> None:
    said = cli("explain", "DUP141").said
    assert "$threshold = 10" in said
    assert "--set DUP141.threshold=" in said


# --- Groups ----------------------------------------------------------------------------------------------------


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
            "identity": "001*******45",
        }
        for n, name in ((1, "Ngu********An"), (2, "Ngu**********nh"))
    ]
    rows = [row for row in two_identities.rows("found.csv") if row["code"] == "DUP121"]
    numbers = {(row["path"], row["record"]): row["group"] for row in rows}
    for group in (large, small):
        assert {numbers[r["path"], str(r["record"])] for r in group["records"]} == {str(group["group"])}
    out = cli("audit", *paths, "--show", "dup121", "--as-of", AS_OF, COLUMNS=120).out
    assert f"Group {large['group']}: 3 records, 3 shown" in out
    assert f"Group {small['group']}: 2 records, 2 shown" in out
    assert re.search(r"^vina\.csv +1 +VinaPhone +091\*{5}78 +Ngu\*{8}An +001\*{7}45 *$", out, re.MULTILINE)


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
    said = cli("audit", "vina.csv", "--show", "DUP121").said
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


# --- Breakdowns ------------------------------------------------------------------------------------------------


@pytest.fixture
def provinces(desk: Desk) -> Desk:
    """Records of two operators in several provinces and months; one duplicate over provinces, one over operators."""
    july = {"registered_at": "02/07/2025 09:10", "service_started_at": "02/07/2025 10:00"}
    vina = [
        GOOD | {"province": "Hòa Bình"},
        ERROR | {"province": "Hòa Bình"},
        person(4) | {"province": "Hòa Bình"} | july,
        person(5) | {"province": "Hà Nội"} | SAME_NUMBER,
        INFO | {"province": ""} | july,
    ]
    desk.export("vina.csv", *vina)
    desk.export("viettel.csv", person(6) | {"province": "Hà Nội", "msisdn": person(4)["msisdn"]})
    desk.export("mobi.csv", person(7), person(8) | {"registered_at": ""})
    return desk


PATHS = ("vina.csv", "viettel.csv", "mobi.csv")


@pytest.mark.parametrize(
    ("by", "rows"),
    [
        ("province", [("Hà Nội", 2, 2, 2), ("Hòa Bình", 3, 3, 3), (None, 3, 1, 3)]),
        (
            "operator,province",
            [
                ("MobiFone", None, 2, 1, 2),
                ("Viettel", "Hà Nội", 1, 1, 1),
                ("VinaPhone", "Hà Nội", 1, 1, 1),
                ("VinaPhone", "Hòa Bình", 3, 3, 3),
                ("VinaPhone", None, 1, 0, 1),
            ],
        ),
        ("month", [("2025-06", 5, 4, 5), ("2025-07", 2, 1, 2), (None, 1, 1, 1)]),
        ("operator", [("MobiFone", 2, 1, 2), ("Viettel", 1, 1, 1), ("VinaPhone", 5, 4, 5)]),
    ],
)
def test_breakdown(provinces: Desk, cli: Command, by, rows) -> None:
    names = by.split(",")
    breakdown = audited(cli, *PATHS, "--by", by)["breakdown"]
    assert breakdown["by"] == names
    counts = ("records", "records_with_errors", "records_with_findings")
    assert [(*row["values"].values(), *(row[count] for count in counts)) for row in breakdown["rows"]] == rows
    assert all(list(row["values"]) == names for row in breakdown["rows"])


@pytest.mark.parametrize("by", [("province",), ("operator,province",), ("month", "--by", "province"), ("clerk_name",)])
@pytest.mark.parametrize("options", [(), ("--where", "province = 'Hòa Bình'"), ("--select", "DUP")])
def test_breakdowns_sum_to_the_totals(provinces: Desk, cli: Command, by, options) -> None:
    document = audited(cli, *PATHS, "--by", *by, *options)
    rows = document["breakdown"]["rows"]
    for count in ("records", "records_with_errors", "records_with_findings"):
        assert sum(row[count] for row in rows) == document["totals"][count]
    assert rule_sums(rows) == rule_sums(document["operators"])


def rule_sums(counted: list[dict[str, Any]]) -> dict[str, tuple[int, int]]:
    """Return code → (evaluated, violations) over all that records were counted by."""
    evaluated, violations = Counter(), Counter()
    for entry in counted:
        for rule in entry["rules"]:
            evaluated[rule["code"]] += rule["evaluated"]
            violations[rule["code"]] += rule["violations"]
    return {code: (count, violations[code]) for code, count in evaluated.items()}


def test_breakdown_as_csv(provinces: Desk, cli: Command) -> None:
    command = ("audit", *PATHS, "--by", "operator,province", "--as-of", AS_OF, "--fail-on", "never")
    rows = list(csv.DictReader(io.StringIO(cli(*command, "--format", "csv").out)))
    assert list(rows[0]) == [
        "operator",
        "province",
        "code",
        "name",
        "severity",
        "status",
        "evaluated",
        "violations",
        "share",
    ]
    document = cli(*command, "--format", "json").document
    assert [(r["operator"], r["province"], r["code"], int(r["evaluated"]), int(r["violations"])) for r in rows] == [
        (
            row["values"]["operator"],
            row["values"]["province"] or "",
            rule["code"],
            rule["evaluated"],
            rule["violations"],
        )
        for row in document["breakdown"]["rows"]
        for rule in row["rules"]
    ]
    [row] = [r for r in rows if (r["operator"], r["province"], r["code"]) == ("VinaPhone", "Hòa Bình", "DUP101")]
    assert (row["name"], row["status"]) == ("number-registered-twice", "evaluated")
    assert (row["evaluated"], row["violations"], row["share"]) == ("3", "1", "0.333333")


def test_breakdown_on_a_screen(provinces: Desk, cli: Command) -> None:
    said = cli("audit", *PATHS, "--by", "province", "--as-of", AS_OF, COLUMNS=120).said
    assert "By Province" in said
    assert "Hòa Bình 3 3 100 % 3 DUP101 ×1, DUP102 ×1, PER101 ×1" in said
    assert "(none) 3 1 33.3 % 3 REG131 ×1" in said
    said = cli("audit", *PATHS, "--by", "operator,month", "--as-of", AS_OF, COLUMNS=120).said
    assert "VinaPhone 2025-07 2 1 50.0 % 2 DUP102 ×1" in said


def test_long_breakdown_on_a_screen(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", *(record | {"province": f"Tỉnh {n:03}"} for n, record in enumerate(people(120))))
    out = cli("audit", "vina.csv", "--by", "province").out
    assert "Tỉnh 099" in out
    assert "Tỉnh 100" not in out
    assert "The first 100 of 120" in out
    assert len(audited(cli, "vina.csv", "--by", "province")["breakdown"]["rows"]) == 120


@pytest.mark.parametrize("by", ["unknown", "registration_month", "province,unknown", "", "province,"])
def test_breakdown_by_what_there_is_not(desk: Desk, cli: Command, by) -> None:
    desk.export("vina.csv")
    message = refused(desk, cli, "--by", by)
    assert message.startswith("--by ")
    assert "Known: operator, msisdn, " in message


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_breakdown_masks_what_may_be_personal(desk: Desk, cli: Command, form) -> None:
    desk.export("vina.csv", GOOD | {"province": "Hòa Bình"})
    command = ("audit", "vina.csv", "--by", "full_name,clerk_name,province", "--format", form)
    masked, bare = cli(*command, COLUMNS=200).out, cli(*command, "--reveal", COLUMNS=200).out
    for value in (GOOD["full_name"], GOOD["clerk_name"]):
        assert value not in masked
        assert value in bare
    assert "Hòa Bình" in masked


def test_breakdown_prints_foreign_text_as_text(desk: Desk, cli: Command) -> None:
    names = ("=1+2", "@x", "[bold]x[/bold]", "[/x]", "\x1b[31mred", "\u202eabc")
    desk.export("vina.csv", *(person(n) | {"province": name} for n, name in enumerate(names)))
    out = cli("audit", "vina.csv", "--by", "province").out
    assert not re.search("[\x1b\u202e]", out)
    assert "[bold]x[/bold]" in out
    assert "[/x]" in out
    rows = csv.DictReader(io.StringIO(cli("audit", "vina.csv", "--by", "province", "--format", "csv").out))
    shown = {row["province"] for row in rows}
    assert {"'=1+2", "'@x"} < shown
    assert not any(re.search("^[=@]|[\x1b\u202e]", name) for name in shown)


@pytest.mark.parametrize("width", [80, 200])
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_no_line_is_wider_than_the_screen(provinces: Desk, cli: Command, width, lang) -> None:
    long = {"province": "Một tỉnh có tên rất dài " * 4, "clerk_name": "Giao dịch viên có tên rất dài " * 4}
    provinces.export(
        "a folder with a rather long name/vina, a file with a long name.csv", *(r | long for r in one_person(4))
    )
    done = cli(
        "audit",
        *PATHS,
        "a folder with a rather long name",
        "--by",
        "operator,province",
        "--show",
        "DUP101,DUP141",
        "--set",
        "DUP141.threshold=2",
        "--where",
        "province IS NULL OR length(province) > 2",
        "--reveal",
        "--lang",
        lang,
        COLUMNS=width,
    )
    assert done.code == 1
    assert [line for line in done.out.splitlines() if cell_len(line) > width] == []


# --- Limits ----------------------------------------------------------------------------------------------------

IN_HOA_BINH = "province = 'Hòa Bình'"


def test_where_limits_what_is_counted_not_what_is_compared(provinces: Desk, cli: Command) -> None:
    document = audited(cli, *PATHS, "--where", IN_HOA_BINH, "--findings", "found.csv")
    assert document["where"] == IN_HOA_BINH
    assert document["totals"] == {
        "records": 3,
        "rejected": 0,
        "records_with_errors": 3,
        "records_with_findings": 3,
    }
    assert [(o["operator"], o["records"]) for o in document["operators"]] == [("VinaPhone", 3)]
    # The other record of each duplicate is in Hà Nội: it is seen, and neither counted nor written.
    assert violated(document) == {"PER101": 1, "DUP101": 1, "DUP102": 1}
    assert places(provinces) == [
        ("vina.csv", "1", "DUP101"),
        ("vina.csv", "2", "PER101"),
        ("vina.csv", "3", "DUP102"),
    ]
    # Files are read whole.
    assert [given["records"] for given in document["inputs"]] == [5, 1, 2]
    said = cli("audit", *PATHS, "--where", IN_HOA_BINH).said
    assert f"Limited to records where {IN_HOA_BINH}; groups are looked for among all 8 records." in said


def test_where_leaves_out_duplicates_that_are_wholly_outside(provinces: Desk, cli: Command) -> None:
    document = audited(cli, *PATHS, "--where", "province = 'Sơn La'", "--show", "DUP101", "--findings", "found.csv")
    assert document["totals"]["records"] == 0
    assert violated(document) == {}
    assert document["groups"] == {"DUP101": []}
    assert provinces.rows("found.csv") == []


@pytest.mark.parametrize("seed", [1, 2])
def test_where_gives_the_findings_of_the_whole_that_stand_inside(desk: Desk, seed) -> None:
    for name, records in (("a.csv", worlds.world(seed)[:140]), ("b.csv", worlds.world(seed)[140:])):
        with (desk.path / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, worlds.COLUMNS)
            writer.writeheader()
            writer.writerows(records)
    options = {"as_of": worlds.AS_OF, "operator": "Viettel", "reveal": True}
    whole = thuebao.audit(["a.csv", "b.csv"], **options, findings="whole.parquet").findings.collect()
    limited = thuebao.audit(["a.csv", "b.csv"], **options, findings="some.parquet", where="operator = 'Viettel'")
    some = limited.findings.collect()
    inside = whole.filter(operator="Viettel")
    assert 0 < some.height < whole.height
    assert some.drop("group").equals(inside.drop("group"))
    # Groups are numbered anew, but the same records are together.
    pairs = pl.DataFrame({"some": some["group"], "whole": inside["group"]}).unique()
    assert pairs.height == pairs["some"].n_unique() == pairs["whole"].n_unique()
    assert sum(rule.violations for rule in limited.rules) == some.height


def test_where_over_several_columns_and_facts(provinces: Desk, cli: Command) -> None:
    where = "registration_month = '2025-07' AND (province IS NULL OR operator = 'VinaPhone')"
    assert audited(cli, *PATHS, "--where", where)["totals"]["records"] == 2
    assert audited(cli, *PATHS, "--where", "status = 'active'")["totals"]["records"] == 8
    assert audited(cli, *PATHS)["where"] is None


def test_where_speaks_of_a_column_that_a_file_lacks(provinces: Desk, cli: Command) -> None:
    done = cli("audit", *PATHS, "--where", IN_HOA_BINH, "--fail-on", "never")
    one_message(done, "mobi.csv", "province", "--where")
    assert cli("audit", *PATHS, "--where", IN_HOA_BINH, "--fail-on", "never", "--quiet").err == ""
    # The operator is known without a column, and a missing status has a meaning of its own.
    for where in ("operator = 'Viettel'", "pos_kind = 'online'", "sex = 'male'"):
        assert cli("audit", *PATHS, "--where", where, "--fail-on", "never").err == ""


@pytest.mark.parametrize(
    ("where", "parts"),
    [
        ("province = ", ("cannot be read",)),
        ("province = = 'x'", ("cannot be read",)),
        ("provinz = 'x'", ("'provinz'", "province")),
        ("province", ("true or false",)),
        ("5", ("true or false",)),
        ("province = 'x'; DROP TABLE y", ("cannot be read",)),
        ("nonsense(province)", ("nonsense",)),
        ("msisdn IN (SELECT msisdn FROM x)", ()),
        ("province > 5", ("cannot be read",)),
        ("COUNT(msisdn) > 1", ("other records",)),
        ("COUNT(*) > 1", ("other records",)),
        ("", ()),
    ],
)
def test_where_that_cannot_be_used(desk: Desk, cli: Command, where, parts) -> None:
    desk.export("vina.csv")
    message = refused(desk, cli, "--where", where)
    assert "--where" in message
    for part in parts:
        assert part in message


# --- Who takes registrations -----------------------------------------------------------------------------------


def test_clerks_and_points_of_sale_with_the_most_findings(desk: Desk, cli: Command) -> None:
    other = {"clerk_name": "Lê Văn Cường", "pos_address": "9 Trần Phú, Đà Nẵng"}
    same_as_error = other | {"msisdn": ERROR["msisdn"]}
    desk.export(
        "vina.csv", ERROR | {"address": ""}, GOOD, person(4) | other | {"address": ""}, person(5) | same_as_error
    )
    desk.export("viettel.csv", person(6) | other | SAME_NUMBER, person(7) | {"clerk_name": "", "pos_address": ""})
    options = ("--ignore", "NUM,REG")
    document = audited(cli, "vina.csv", "viettel.csv", *options)
    assert violated(document) == {"PER101": 1, "PER131": 2, "DUP101": 2, "DUP102": 2}
    # Whatever was found of a record, in it or across others, it is one record.
    assert document["clerks"] == [
        {"operator": "VinaPhone", "name": "Trầ********nh", "findings": 4, "records": 2},
        {"operator": "VinaPhone", "name": "Lê *******ng", "findings": 2, "records": 2},
        {"operator": "Viettel", "name": "Lê *******ng", "findings": 1, "records": 1},
    ]
    assert [(p["operator"], p["findings"], p["records"]) for p in document["points_of_sale"]] == [
        ("VinaPhone", 4, 2),
        ("VinaPhone", 2, 2),
        ("Viettel", 1, 1),
    ]
    revealed = audited(cli, "vina.csv", "viettel.csv", *options, "--reveal")
    assert [clerk["name"] for clerk in revealed["clerks"]] == ["Trần Thị Bình", "Lê Văn Cường", "Lê Văn Cường"]
    assert [point["name"] for point in revealed["points_of_sale"]] == [
        "1 Tràng Tiền, Hà Nội",
        "9 Trần Phú, Đà Nẵng",
        "9 Trần Phú, Đà Nẵng",
    ]
    for form in ("table", "json"):
        out = cli("audit", "vina.csv", "viettel.csv", *options, "--format", form).out
        assert not re.search("Trần Thị Bình|Lê Văn Cường|Tràng Tiền|Trần Phú", out)


def test_clerks_and_points_of_sale_are_the_ten_worst(desk: Desk, cli: Command) -> None:
    records = [
        person(100 * m + n) | NAMELESS | {"clerk_name": f"Bà {chr(65 + m)}"} for m in range(12) for n in range(m)
    ]
    desk.export("vina.csv", *records)
    document = audited(cli, "vina.csv", "--reveal")
    assert [(clerk["name"], clerk["findings"]) for clerk in document["clerks"]] == [
        (f"Bà {chr(65 + m)}", m) for m in range(11, 1, -1)
    ]
    [point] = document["points_of_sale"]
    assert (point["findings"], point["records"]) == (66, 66)


def test_nobody_is_named_where_nothing_was_found(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", *people(3))
    document = audited(cli, "vina.csv")
    assert (document["clerks"], document["points_of_sale"]) == ([], [])


# --- How many numbers an identity has --------------------------------------------------------------------------


def tiers(document: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Return the tiers over all operators, and those of each."""
    identities = document["identities"]
    assert list(identities) == ["tiers", "operators"]
    return identities["tiers"], {entry["operator"]: entry["tiers"] for entry in identities["operators"]}


def test_identities_over_operators_and_within_one(desk: Desk, cli: Command) -> None:
    four = one_person(4)
    desk.export("vina.csv", *four[:2])
    desk.export("viettel.csv", *four[2:])
    assert tiers(audited(cli, "vina.csv", "viettel.csv")) == (NO_TIERS | {"4-9": 1}, {})
    desk.export("viettel.csv", *four)
    assert tiers(audited(cli, "vina.csv", "viettel.csv")) == (NO_TIERS | {"4-9": 1}, {"Viettel": NO_TIERS | {"4-9": 1}})
    assert tiers(audited(cli, "vina.csv")) == (NO_TIERS, {})


def test_identities_in_their_tiers(desk: Desk, cli: Command) -> None:
    counts = (3, 4, 9, 10, 19, 20, 31)
    records = [record for n, count in enumerate(counts) for record in one_person(count, first=100 * n)]
    desk.export("vina.csv", *records, *records[:7])  # a number that is listed twice is one
    expected = {"4-9": 2, "10-19": 2, "20+": 2}
    assert tiers(audited(cli, "vina.csv")) == (expected, {"VinaPhone": expected})
    said = cli("audit", "vina.csv").said
    assert "Operator 4-9 10-19 20+ All operators 2 2 2 VinaPhone 2 2 2" in said


def test_identities_that_nothing_can_be_said_of(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", *({n: v for n, v in r.items() if n != "id_number"} for r in one_person(5)))
    assert tiers(audited(cli, "vina.csv")) == (None, {})
    desk.export("vina.csv", *one_person(5))
    assert tiers(audited(cli, "vina.csv", "--ignore", "DUP")) == (None, {})
    assert tiers(audited(cli, "vina.csv", "--select", "DUP101")) == (
        NO_TIERS | {"4-9": 1},
        {"VinaPhone": NO_TIERS | {"4-9": 1}},
    )


# --- Memory and temporary files --------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", ["1GB", "1gb", "1.5 GB", "2000MB", "1GiB"])
def test_memory_limit(desk: Desk, cli: Command, limit) -> None:
    desk.export("vina.csv", GOOD, person(1) | SAME_NUMBER)
    assert violated(audited(cli, "vina.csv", "--memory-limit", limit)) == {"DUP101": 2}


@pytest.mark.parametrize(
    ("limit", "part"),
    [
        ("10MB", "1GB at least"),
        ("0", "1GB at least"),
        ("lots", "such as 2GB"),
        ("", "such as 2GB"),
        ("-2GB", "such as 2GB"),
        ("GB", "such as 2GB"),
    ],
)
def test_memory_limit_that_cannot_be_used(desk: Desk, cli: Command, limit, part) -> None:
    desk.export("vina.csv")
    message = refused(desk, cli, "--memory-limit", limit)
    assert message.startswith(f"--memory-limit {limit}:")
    assert part in message


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_temp_dir_is_used_and_left_as_it_was(desk: Desk, cli: Command, kind) -> None:
    desk.write("temp/mine.txt", "mine")
    desk.export("vina.csv", GOOD, person(1) | SAME_NUMBER)
    within: list[str] = []

    def look(path: str, records: int) -> None:
        [folder] = [path for path in Path("temp").iterdir() if path.is_dir()]
        within.append(folder.name)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700

    thuebao.audit("vina.csv", temp_dir="temp", findings=f"found.{kind}", progress=look)
    assert within
    assert desk.files() == {"vina.csv", "temp/mine.txt", f"found.{kind}"}
    audited(cli, "vina.csv", "--temp-dir", "temp", "--show", "DUP101")
    assert os.listdir("temp") == ["mine.txt"]  # noqa: PTH208


def test_temp_dir_of_the_system_is_left_as_it_was(desk: Desk, process: Command) -> None:
    (desk.path / "temp").mkdir()
    desk.export("vina.csv", GOOD, person(1) | SAME_NUMBER)
    assert process("audit", "vina.csv", "--findings", "found.csv", TMPDIR="temp").code == 1
    assert process("audit", "vina.csv", "broken.csv", "nowhere.csv", TMPDIR="temp").code == 3
    assert list((desk.path / "temp").iterdir()) == []


@pytest.mark.parametrize("folder", ["nowhere", "vina.csv", "nowhere/deep"])
def test_temp_dir_that_is_none(desk: Desk, cli: Command, folder) -> None:
    desk.export("vina.csv")
    assert refused(desk, cli, "--temp-dir", folder).startswith(f"--temp-dir {folder}: there is no such folder")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="this system has no /proc")
def test_temp_dir_that_cannot_be_written(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv")
    assert refused(desk, cli, "--temp-dir", "/proc").startswith("/proc: temporary files cannot be written: ")


def test_temp_dir_without_room(desk: Desk, cli: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    (desk.path / "temp").mkdir()
    desk.export("vina.csv", *people(100))
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(total=1000, used=999, free=1))
    message = refused(desk, cli, "--temp-dir", "temp")
    assert message.startswith("temp: temporary files need about ")
    assert "--temp-dir" in message
    assert list((desk.path / "temp").iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupt_leaves_no_temporary_files(desk: Desk, number) -> None:
    desk.write("vina.csv", "msisdn,full_name\n" + "".join(f"09{n:08},An\n" for n in range(2_500_000)))
    (desk.path / "temp").mkdir()
    options = ("--findings", "found.csv", "--temp-dir", "temp", "--select", "DUP101,PER104")
    with subprocess.Popen(
        [sys.executable, "-m", "thuebao", "audit", "vina.csv", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as audit:
        deadline = time.monotonic() + 30
        while not list((desk.path / "temp").glob("*/*")) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert list((desk.path / "temp").glob("*"))
        audit.send_signal(number)
        out, err = audit.communicate(timeout=30)
    assert audit.returncode == {signal.SIGINT: 130, signal.SIGTERM: 143}[number]
    assert (out, err) == (b"", b"")
    assert desk.files() == {"vina.csv"}
    assert list((desk.path / "temp").iterdir()) == []


# --- Rules of one's own ----------------------------------------------------------------------------------------

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
    assert (row["severity"], row["field"], row["value"]) == ("warning", "pos_phone", "024******00")
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


# --- In Python and in Vietnamese -------------------------------------------------------------------------------


def test_audit_in_python(provinces: Desk) -> None:
    result = thuebao.audit(
        PATHS, as_of=date.fromisoformat(AS_OF), by="province", show="DUP101", parameters={"DUP141.threshold": 2}
    )
    assert result.breakdown is not None
    assert result.breakdown.by == ("province",)
    assert result.breakdown.records.rows() == [("Hà Nội", 2, 2, 2), ("Hòa Bình", 3, 3, 3), (None, 3, 1, 3)]
    assert result.breakdown.rules.filter(code="DUP101")["violations"].sum() == 2
    [group] = result.groups["DUP101"]
    assert group.size == 2
    assert group.records.select("path", "record").rows() == [("vina.csv", 1), ("vina.csv", 4)]
    assert result.identities == {None: NO_TIERS}
    assert set(result.offenders["by"]) == {"clerk_name", "point_of_sale"}
    limited = thuebao.audit(PATHS, where=IN_HOA_BINH, by=["operator", "month"])
    assert limited.breakdown is not None
    assert limited.breakdown.records.rows() == [("VinaPhone", "2025-06", 2, 2, 2), ("VinaPhone", "2025-07", 1, 1, 1)]
    assert (limited.where, limited.groups) == (IN_HOA_BINH, {})
    for wrong in (
        {"by": "unknown"},
        {"show": "NUM101"},
        {"where": "x"},
        {"parameters": {"DUP141.x": 1}},
        {"memory_limit": "10MB"},
        {"temp_dir": "nowhere"},
    ):
        with pytest.raises(thuebao.UsageError):
            thuebao.audit(PATHS, **wrong)


def test_in_vietnamese(provinces: Desk, cli: Command) -> None:
    provinces.export("vina 2.csv", *one_person(4, first=20))
    done = cli(
        "audit",
        *PATHS,
        "vina 2.csv",
        "--by",
        "province",
        "--show",
        "DUP101",
        "--where",
        "province IS NOT NULL",
        "--lang",
        "vi",
        COLUMNS=120,
    )
    for part in ("Theo Tỉnh", "Các nhóm lớn nhất của DUP101", "2 bản ghi, hiện 2", "Giao dịch viên có nhiều phát hiện"):
        assert part in done.said
    assert not re.search(r"\b(?:Records|Findings|Groups?|records|shown|Clerks|Identities)\b", done.out + done.err)
    assert "Mọi nhà mạng" in cli("audit", "vina 2.csv", "--lang", "vi").said
    assert "không có" in cli("audit", "vina.csv", "--set", "DUP999.threshold=4", "--lang", "vi").err
