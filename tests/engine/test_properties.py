"""Results depend on the records alone: not on batches, threads, column order, or how files are cut."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import polars as pl
import pytest

import thuebao
from helpers.exports import write_csv
from oracles.messy import messy_records
from oracles.records import COLUMNS as ALL_COLUMNS
from thuebao.reports.json_document import as_dict
from thuebao.sources.delimited import table as delimited

AS_OF = date(2026, 11, 23)
COLUMNS = list(ALL_COLUMNS)
RECORDS = messy_records(3_000, seed=11)


def found(paths: list[Path]) -> tuple[dict, pl.DataFrame]:
    result = thuebao.audit(paths, as_of=AS_OF)
    return as_dict(result), result.findings.collect()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_csv(tmp_path_factory.mktemp("whole") / "export.csv", RECORDS, COLUMNS)


@pytest.mark.parametrize(
    ("rows", "count"), [(1, 40), (7, 210), pytest.param(7, 3_000, marks=pytest.mark.slow), (1_000, 3_000)]
)
def test_batches(whole: Path, rows: int, count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = write_csv(whole.with_name(f"{rows}-{count}.csv"), RECORDS[:count], COLUMNS)
    expected = found([whole])
    monkeypatch.setattr(delimited, "BATCH_ROWS", rows)
    document, findings = found([whole])
    assert document == expected[0]
    assert findings.equals(expected[1])


def test_threads(whole: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "thuebao",
        "audit",
        str(whole),
        "--format",
        "json",
        "--as-of",
        "2026-11-23",
    ]
    outputs = {
        subprocess.run(command, env=os.environ | {"POLARS_MAX_THREADS": n}, capture_output=True, check=False).stdout
        for n in ("1", "2", "5")
    }
    assert len(outputs) == 1
    assert json.loads(outputs.pop())["totals"]["records"] == len(RECORDS)


def test_column_order(whole: Path, tmp_path: Path) -> None:
    turned = write_csv(tmp_path / "export.csv", RECORDS, COLUMNS[::-1])
    (expected, findings), (document, turned_findings) = found([whole]), found([turned])
    for key in ("operators", "rules", "totals"):
        assert document[key] == expected[key]
    assert turned_findings.drop("path").equals(findings.drop("path"))


@pytest.mark.parametrize("cut", [1, 1_500, 2_999])
def test_split_files_sum_to_the_whole(whole: Path, tmp_path: Path, cut: int) -> None:
    parts = [RECORDS[:cut], RECORDS[cut:]]
    paths = [write_csv(tmp_path / f"{n}.csv", part, COLUMNS) for n, part in enumerate(parts)]
    (expected, findings), (document, split) = found([whole]), found(paths)
    for key in ("operators", "totals"):
        assert document[key] == expected[key]
    second = split["path"] == str(paths[1])
    record = pl.Series("record", split["record"] + second.cast(pl.UInt64) * cut)
    assert split.with_columns(record).drop("path", "line").equals(findings.drop("path", "line"))
    lines = pl.Series("line", split["line"] + second.cast(pl.UInt64) * cut)
    assert lines.to_list() == findings["line"].to_list()
