"""One export in several files, and several carriers in one folder."""

from __future__ import annotations

import gzip
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pytest
import zstandard

from helpers.desks import Desk
from helpers.formats.cases import CASES, HEADERS, NAMES, Rows, case, number, rows_of
from helpers.formats.charsets import windows_1258
from helpers.formats.forms import SHEET, plain_bytes
from helpers.formats.held import audit, hold, plainly
from helpers.formats.packed import ndjson, ndjson_sparse, parquet
from helpers.formats.sheets import by_openpyxl, by_xlsxwriter, by_xlwt
from helpers.formats.text import arrow, delimited, titled
from helpers.outcomes import Command, Outcome, one_message
from helpers.packing import zip_of
from helpers.people import AS_OF

PARTS: dict[str, tuple[Callable[[Rows, Rows], dict[str, bytes]], str]] = {
    "header in each": (
        lambda first, second: {"vina 1.csv": plain_bytes(first), "vina 2.csv": plain_bytes(second)},
        "vina*.csv",
    ),
    "header in each, other separators and encodings": (
        lambda first, second: {
            "vina 1.csv": delimited(first, "\t").encode("utf-16"),
            "vina 2.csv": delimited(second, ";", "\r\n").encode("utf-8-sig"),
        },
        "vina*.csv",
    ),
    "header in the first": (
        lambda first, second: {"vina 1.csv": plain_bytes(first), "vina 2.csv": plain_bytes(second[1:])},
        "vina*.csv",
    ),
    "header in the first, UTF-16": (
        lambda first, second: {
            "vina_a.txt": delimited(first, "\t", "\r\n").encode("utf-16"),
            "vina_b.txt": delimited(second[1:], "\t", "\r\n").encode("utf-16-le"),
        },
        "vina*.txt",
    ),
    "header in the first, packed": (
        lambda first, second: {
            "vina1.csv.gz": gzip.compress(plain_bytes(first)),
            "vina2.csv.gz": gzip.compress(plain_bytes(second[1:])),
        },
        "vina*",
    ),
    "in one zip": (
        lambda first, second: {"vina.zip": zip_of(("b/p1.csv", plain_bytes(first)), ("b/p2.csv", plain_bytes(second)))},
        "vina.zip",
    ),
    "in one zip, header in the first": (
        # The members' order in the zip is not that of their names.
        lambda first, second: {"vina.zip": zip_of(("p2.csv", plain_bytes(second[1:])), ("p1.csv", plain_bytes(first)))},
        "vina.zip",
    ),
    "in one zip, of two kinds": (
        lambda first, second: {
            "vina.zip": zip_of(("a.xlsx", by_openpyxl((SHEET, first))), ("b.parquet", parquet(arrow(second))))
        },
        "vina.zip",
    ),
    "three kinds in a folder": (
        lambda first, second: {
            "d/a.ndjson": ndjson(first).encode(),
            "d/b.xls": by_xlwt((SHEET, second[:40])),
            "d/c.csv.zst": zstandard.compress(plain_bytes([second[0], *second[40:]])),
        },
        "d",
    ),
}


def in_two(rows: Rows, at: int) -> tuple[Rows, Rows]:
    return rows[:at], [rows[0], *rows[at:]]


@pytest.mark.parametrize("name", PARTS)
def test_a_split_export_gives_the_same(desk: Desk, cli: Command, name: str) -> None:
    write, path = PARTS[name]
    like = plainly(desk, cli)
    for file, data in write(*in_two(rows_of(CASES), 70)).items():
        desk.write(file, data)
    found = audit(desk, cli, path)
    hold(found, CASES, like)
    inputs = found.document["inputs"]
    assert sum(given_file["records"] for given_file in inputs) == len(CASES)
    assert all(given_file["columns"] == HEADERS for given_file in inputs)


UNFIT: dict[str, tuple[str, Callable[[Rows], bytes]]] = {
    "another separator": ("vina 2.csv", lambda rows: delimited(rows, ";").encode()),
    "a column less": ("vina 2.csv", lambda rows: plain_bytes([row[1:] for row in rows])),
    "another order": ("vina 2.csv", lambda rows: plain_bytes([[*row[1:], row[0]] for row in rows])),
    "another name": ("export.csv", plain_bytes),
    "another folder": ("more/vina 2.csv", plain_bytes),
    "a workbook": ("vina 2.xlsx", lambda rows: by_openpyxl((SHEET, rows))),
}


@pytest.mark.parametrize("name", UNFIT)
def test_a_file_without_header_whose_neighbours_do_not_fit_is_refused(desk: Desk, cli: Command, name: str) -> None:
    first, second = in_two(rows_of(CASES), 70)
    file, write = UNFIT[name]
    desk.write("vina 1.csv", delimited(first))
    desk.write(file, write(second[1:]))
    done = cli("audit", "vina 1.csv", file, "--operator", "VinaPhone", "--format", "json", "--as-of", AS_OF, "--reveal")
    assert done.code == 3
    one_message(done, f"{file}: no column is recognised in its first lines")
    hold_nothing_personal(done, second[1:])
    assert [given_file["path"] for given_file in done.document["inputs"]] == ["vina 1.csv"]
    assert done.document["unreadable"] == [{"path": file, "reason": "header_missing"}]


def hold_nothing_personal(done: Outcome, rows: Rows) -> None:
    """Hold that no name, number or address of a person was said."""
    for row in rows:
        record = dict(zip(HEADERS, row[1:], strict=False))
        for column in ("msisdn", "full_name", "id_number", "address"):
            assert len(record[column]) < 6 or record[column] not in done.err


def test_a_file_without_header_alone_is_refused(desk: Desk, cli: Command) -> None:
    rows = rows_of(CASES)[1:]
    desk.write("vina 2.csv", delimited(rows))
    done = cli("audit", "vina 2.csv", "--operator", "VinaPhone")
    assert done.code == 3
    one_message(done, "vina 2.csv: no column is recognised in its first lines")
    hold_nothing_personal(done, rows)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "0912 345 678,Nguyễn Văn An,001 090 012 345\n0912 345 679,Trần Thị Bình,001 090 012 346\n", id="apart"
        ),
        pytest.param("0912.345.678,Nguyễn Văn An,02/01/1990\n0912.345.679,Trần Thị Bình,02/01/1990\n", id="dots"),
        pytest.param(",Nguyễn Văn An,02/01/1990\n0912345679,Trần Thị Bình,02/01/1990\n", id="the first has none"),
        pytest.param(
            "0912 345 678,Nguyễn Văn An,CCCD\n0912 345 679,Trần Thị Bình,CCCD\n", id="a word that is a header too"
        ),
    ],
)
def test_values_in_the_header_s_place_are_not_shown(desk: Desk, cli: Command, text: str) -> None:
    desk.write("vina.csv", text)
    done = cli("audit", "vina.csv", "--format", "json")
    assert done.code == 3
    for personal in ("Nguyễn Văn An", "345 678", "345.678"):
        assert personal not in done.out + done.err


def test_that_a_part_has_no_header_of_its_own_is_said(desk: Desk, cli: Command) -> None:
    first, second = in_two(rows_of(CASES), 70)
    desk.write("vina 1.csv", delimited(first))
    desk.write("vina 2.csv", delimited(second[1:]))
    assert "vina 2.csv" in audit(desk, cli, "vina 1.csv", "vina 2.csv").err


def test_a_part_without_header_in_which_other_numbers_stand_is_refused(desk: Desk, cli: Command) -> None:
    """Identity documents where the first part has telephone numbers: it is not the same order of columns."""
    first, second = in_two(rows_of([case(n) for n in range(20)]), 11)
    one, other = (first[0].index(HEADERS[column]) for column in ("msisdn", "id_number"))
    for row in second[1:]:
        row[one], row[other] = row[other], row[one]
    desk.write("vina 1.csv", delimited(first))
    desk.write("vina 2.csv", delimited(second[1:]))
    assert cli("audit", "vina 1.csv", "vina 2.csv").code == 3


CARRIERS: dict[str, tuple[str, Callable[[Rows], bytes]]] = {
    "Gmobile": ("gmobile.xls", lambda rows: by_xlwt((SHEET, rows))),
    "MobiFone": ("mobifone.parquet", lambda rows: parquet(arrow(rows))),
    "VinaPhone": ("sub/vinaphone.xlsx", lambda rows: by_xlsxwriter((SHEET, titled(rows)))),
    "Viettel": ("viettel.csv", lambda rows: windows_1258(delimited(rows, ";", "\r\n"))),
    "Vietnamobile": ("vietnamobile.ndjson", lambda rows: ndjson_sparse(rows).encode()),
    "iTel": ("itel.zip", lambda rows: zip_of(("tháng 6/a.txt", delimited(rows, "\t").encode("utf-16")))),
}


def test_a_folder_of_six_carriers_is_the_sum_of_its_files(desk: Desk, cli: Command) -> None:
    form_of = ("--format", "json", "--as-of", AS_OF, "--force", "--findings", "found.csv", "--reveal")
    singles: list[tuple[dict[str, Any], list[dict[str, str]]]] = []
    for n, (operator, (file, write)) in enumerate(CARRIERS.items()):
        # The faults of six carriers and of nobody else: what is compared across files finds nothing more in a folder.
        cases = [case(300 + 50 * n + k) for k in range(12)] + [
            case(320 + 50 * n, "PER101", full_name=""),
            case(321 + 50 * n, "PER131", address="-"),
            *(
                case(322 + 50 * n + k, "DUP121/a", id_number=number(322 + 50 * n), full_name=NAMES[k])
                for k in range(n % 3)
            ),
            *(case(330 + 50 * n + k, "DUP103/b", sim_serial=f"89840200000012{n:05}") for k in range(2)),
        ]
        desk.write(f"exports/{file}", write(rows_of(cases)))
        done = cli("audit", f"exports/{file}", *form_of)
        assert [one["operator"] for one in done.document["operators"]] == [operator]
        singles.append((done.document, desk.rows("found.csv")))
    whole = cli("audit", "exports", *form_of)
    assert whole.code == 1, whole.err
    document = whole.document
    in_order = sorted(singles, key=lambda single: single[0]["inputs"][0]["path"])
    assert document["inputs"] == [single["inputs"][0] for single, _ in in_order]
    assert document["export_findings"] == [said for single, _ in in_order for said in single["export_findings"]]
    rules = {one["operator"]: one for single, _ in singles for one in single["operators"]}
    assert {one["operator"]: one for one in document["operators"]} == rules
    for key, total in document["totals"].items():
        assert total == sum(single["totals"][key] for single, _ in singles)
    for n, rule in enumerate(document["rules"]):
        assert rule["violations"] == sum(single["rules"][n]["violations"] for single, _ in singles)
    for tier, count in document["identities"]["tiers"].items():
        assert count == sum(single["identities"]["tiers"][tier] for single, _ in singles)
    members = [grouped(rows) for _, rows in in_order]
    assert grouped(desk.rows("found.csv")) == set().union(*members)
    assert len(desk.rows("found.csv")) == sum(len(rows) for _, rows in singles)


def grouped(rows: list[dict[str, str]]) -> set[tuple[str, str, str, str, frozenset[tuple[str, str]]]]:
    """Return path, record, code and value of findings, and with whom they are in one group."""
    members: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for row in rows:
        members[row["code"], row["group"]].add((row["path"], row["record"]))
    return {
        (
            row["path"],
            row["record"],
            row["code"],
            row["value"],
            frozenset(members[row["code"], row["group"]] if row["group"] else ()),
        )
        for row in rows
    }
