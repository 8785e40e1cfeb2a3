"""The rules across records against plain SQL, one statement per rule, on a large sample with planted duplicates.

`duplicates/cleaning.sql` and `records.sql` clean the export's texts, `duplicates/DUP*.sql` say on which records each
rule fires. All were written from the catalogue, apart from facts and rules.
"""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import duckdb
import polars as pl
import pytest

import thuebao
from oracles import sql
from oracles.duplicates import RULES
from thuebao.rulebook.reference import rules_home
from thuebao.sample import write_sample

AS_OF = dt.date(2026, 11, 23)
RECORDS = 200_000
CODES = sql.CODES
OPERATORS = ["Viettel", "VinaPhone", "MobiFone", "Vietnamobile", "Wintel"]

# The records of a DUP123 finding may form one group or several: likeness is not transitive.
GROUPED = [code for code in CODES if code != "DUP123"]


@dataclass(frozen=True)
class World:
    """Export files, what was planted in them, and what the tool and SQL find in them."""

    paths: list[Path]
    planted: set[tuple[str, int, str, str]]
    findings: pl.DataFrame
    database: duckdb.DuckDBPyConnection

    def found(self, code: str) -> set[tuple[str, int]]:
        return set(self.findings.filter(code=code).select("path", "record").iter_rows())

    def expected(self, code: str) -> dict[tuple[str, int], str]:
        """Where the rule fires by SQL, and what the records of one group have in common."""
        return sql.fired(self.database, code)

    @cached_property
    def planted_codes(self) -> set[str]:
        return {code for _, _, code, _ in self.planted}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("duplicates")
    report = write_sample(
        folder / "export",
        records=RECORDS,
        rules_dir=rules_home(),
        seed=5,
        duplicates=0.05,
        as_of=AS_OF,
        operators=OPERATORS,
    )
    planted = read_truth(report.truth)
    largest = max(report.files, key=lambda path: report.files[path])
    paths, planted = cut(largest, report.files[largest] // 3, sorted(report.files), planted)
    findings = folder / "findings.parquet"
    result = thuebao.audit(paths, as_of=AS_OF, findings=findings, select=["DUP"])
    assert not result.unreadable
    return World(paths, planted, pl.read_parquet(findings), sql.database(paths, AS_OF))


def read_truth(path: Path) -> set[tuple[str, int, str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return {
            (str(path.parent / row["path"]), int(row["record"]), row["code"], row["column"])
            for row in csv.DictReader(file)
        }


def cut(
    whole: Path, at: int, paths: list[Path], planted: set[tuple[str, int, str, str]]
) -> tuple[list[Path], set[tuple[str, int, str, str]]]:
    """Cut one of the files in two after `at` records, so that groups reach over files of one operator."""
    with whole.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    parts = [whole.with_stem(f"{whole.stem}-{n}") for n in (1, 2)]
    for part, some in zip(parts, (rows[:at], rows[at:]), strict=True):
        with part.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *some])
    whole.unlink()

    def moved(path: str, record: int, code: str, column: str) -> tuple[str, int, str, str]:
        if path != str(whole):
            return path, record, code, column
        part, before = (parts[0], 0) if record <= at else (parts[1], at)
        return str(part), record - before, code, column

    return [other for other in paths if other != whole] + parts, {moved(*one) for one in planted}


def test_there_is_a_statement_for_each_rule(world: World) -> None:
    assert set(CODES) == RULES.keys()
    assert world.planted_codes == set(CODES)
    assert len(world.paths) == len(OPERATORS) + 1 == 6


def test_sql_reads_the_records_in_their_order(world: World) -> None:
    rows = world.database.execute("SELECT path, record, sim_serial FROM export").fetchall()
    assert len(rows) == RECORDS
    serials = {}
    for path in world.paths:
        with path.open(encoding="utf-8", newline="") as file:
            serials |= {(str(path), n): row["sim_serial"] for n, row in enumerate(csv.DictReader(file), 1)}
    assert {(path, record): serial or "" for path, record, serial in rows} == serials


@pytest.mark.parametrize("code", CODES)
def test_fires_where_sql_says(world: World, code: str) -> None:
    expected = world.expected(code).keys()
    assert expected
    found = world.found(code)
    assert sorted(found - expected)[:5] == []
    assert sorted(expected - found)[:5] == []


@pytest.mark.parametrize("code", CODES)
def test_a_record_is_named_once_per_rule(world: World, code: str) -> None:
    assert world.findings.filter(code=code).select("path", "record").is_unique().all()


@pytest.mark.parametrize("code", CODES)
def test_finds_all_that_was_planted(world: World, code: str) -> None:
    planted = {one for one in world.planted if one[2] == code}
    found = set(world.findings.filter(code=code).select("path", "record", "code", "field").iter_rows())
    assert planted
    assert sorted(planted - found)[:5] == []


@pytest.mark.parametrize("code", GROUPED)
def test_one_group_for_what_the_records_have_in_common(world: World, code: str) -> None:
    common = world.expected(code)
    pairs = {
        (group, common[path, record])
        for path, record, group in world.findings.filter(code=code).select("path", "record", "group").iter_rows()
        if (path, record) in common
    }
    groups, members = {group for group, _ in pairs}, {member for _, member in pairs}
    assert None not in groups
    assert len(groups) == len(members) == len(pairs) == len(set(common.values()))


def test_nothing_else_is_found(world: World) -> None:
    assert set(world.findings["code"]) == set(CODES)
