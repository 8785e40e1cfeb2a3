"""What is a duplicate, over which files."""

from __future__ import annotations

import polars as pl
import pytest

from helpers.across import SAME_NUMBER, audited, one_person, places
from helpers.desks import Desk
from helpers.outcomes import Command, one_message, violated
from helpers.people import AS_OF, ERROR, GOOD, INFO, people, person


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
    options = ("--ignore", "NUM105", "--force", "--findings", "found.csv")
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
        return "msisdn,address\n" + "".join(f"09{n:08},Huế\n" for n in range(first, first + count))

    desk.write("exports/a vina.csv", numbers(10_000_000, 3))
    # It begins with the numbers of both others, and breaks off long after that.
    desk.write("exports/b vina.csv", numbers(10_000_000, 200_000) + "1\n" * 3_000)
    desk.write("exports/c vina.csv", numbers(10_000_002, 3))
    options = (
        "--select",
        "DUP101",
        "--format",
        "json",
        "--force",
        "--findings",
        f"found.{kind}",
        "--show",
        "DUP101",
        "--quiet",
    )
    done = cli("audit", "exports", *options, "--fail-on", "never")
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
            "--force",
            "--findings",
            "found.csv",
            POLARS_MAX_THREADS=threads,
            PYTHONHASHSEED=threads,
        )
        assert done.code == 1
        outs.append((done.out, (desk.path / "found.csv").read_bytes()))
    assert outs[0] == outs[1]
