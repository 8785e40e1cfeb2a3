"""The audit agrees with a plain row-by-row check, written apart from facts and rules, on every record and rule.

Rules across records run along, as always, but are left out of the comparison: a check of their own holds them.
"""

import csv
from collections import defaultdict
from datetime import date
from pathlib import Path

import polars as pl
import pytest

import thuebao
from oracles.files import check_file
from oracles.messy import messy_records
from oracles.records import COLUMNS

AS_OF = date(2026, 11, 23)


def write_csv(path: Path, records: list[dict[str, str | None]], columns: list[str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(records)
    return path


def agree(path: Path, records: list[dict[str, str | None]], columns: list[str], law: str = "auto") -> None:
    findings = path.with_suffix(".parquet")
    result = thuebao.audit([path], as_of=AS_OF, law=law, operator="Viettel", findings=findings)
    assert not result.unreadable
    expected = set()
    applied: dict[str, int] = defaultdict(int)
    judged = check_file(records, operator="Viettel", as_of=AS_OF, columns=set(columns), law=law)
    for number, verdict in enumerate(judged.verdicts, 1):
        expected |= {(number, code) for code in verdict.codes}
        for code in verdict.applies:
            applied[code] += 1
    of_records = ~pl.col("code").str.starts_with("DUP")
    found = set(pl.read_parquet(findings).filter(of_records).select("record", "code").iter_rows())
    assert found ^ expected == set()
    evaluated = dict(result.counts.filter(of_records).group_by("code").agg(pl.col("evaluated").sum()).iter_rows())
    assert {code: count for code, count in evaluated.items() if count} == dict(applied)


def test_on_messy_records(tmp_path: Path) -> None:
    records = messy_records(20_000, seed=7)
    agree(write_csv(tmp_path / "messy.csv", records, list(COLUMNS)), records, list(COLUMNS))


@pytest.mark.parametrize("law", ["decree-49-2017", "decree-163-2024", "circular-08-2026"])
def test_under_one_law(tmp_path: Path, law: str) -> None:
    records = messy_records(3_000, seed=8)
    agree(write_csv(tmp_path / "messy.csv", records, list(COLUMNS)), records, list(COLUMNS), law)


@pytest.mark.parametrize("absent", COLUMNS)
def test_without_a_column(tmp_path: Path, absent: str) -> None:
    columns = [column for column in COLUMNS if column != absent]
    records = [{c: v for c, v in r.items() if c != absent} for r in messy_records(150, seed=9)]
    agree(write_csv(tmp_path / "messy.csv", records, columns), records, columns)
