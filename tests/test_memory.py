"""The same groups and findings however little is held in memory, and however bad the hash that nominates them."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from oracles import worlds
from test_agreement import write_csv
from thuebao.engine import count as tally
from thuebao.engine.groups import finder, staging
from thuebao.engine.options import AuditOptions
from thuebao.engine.prepare import prepare
from thuebao.engine.run import run
from thuebao.reports.json_document import render
from thuebao.sources.delimited import table as delimited

AS_OF = date(2026, 11, 23)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("worlds")
    return [
        str(write_csv(folder / f"viettel-{seed}.csv", worlds.world(seed, 250), list(worlds.COLUMNS))) for seed in (1, 2)
    ]


def found(files: list[str], at_once: int) -> tuple[str, pl.DataFrame]:
    path = Path(files[0]).with_name("findings.parquet")
    prepared = prepare(AuditOptions(as_of=AS_OF, by=("province", "month"), show=("DUP121",)))
    result = run(replace(prepared, at_once=at_once), files, findings=path)
    return render(result), pl.read_parquet(path)


@pytest.fixture(scope="module")
def expected(files: list[str]) -> tuple[str, pl.DataFrame]:
    document, findings = found(files, 1_000_000)
    assert findings.filter(pl.col("code").str.starts_with("DUP"))["code"].n_unique() == 11
    return document, findings


@pytest.mark.parametrize("at_once", [5, 40])
def test_memory(files: list[str], expected: tuple[str, pl.DataFrame], at_once: int) -> None:
    document, findings = found(files, at_once)
    assert document == expected[0]
    assert findings.equals(expected[1])


@pytest.mark.parametrize("at_once", [1_000_000])
def test_a_hash_never_convicts(
    files: list[str], expected: tuple[str, pl.DataFrame], at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A hash of two bits: hundreds of groups nominated together.
    right = staging.hashed
    monkeypatch.setattr(staging, "hashed", lambda names: right(names) & pl.lit(3 << 62, dtype=pl.UInt64))
    document, findings = found(files, at_once)
    # Groups are numbered in the order of the hash: here only which findings share one can be the same.
    without_groups = [json.loads(text) | {"groups": None} for text in (document, expected[0])]
    assert without_groups[0] == without_groups[1]
    numbered = [
        f.with_columns(first=pl.struct("path", "record").first().over("group")) for f in (findings, expected[1])
    ]
    assert numbered[0].drop("group").equals(numbered[1].drop("group"))


def test_counts_are_brought_together(
    files: list[str], expected: tuple[str, pl.DataFrame], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tally, "_TOGETHER", 1)
    monkeypatch.setattr(delimited, "BATCH_ROWS", 20)
    document, findings = found(files, 1_000_000)
    assert document == expected[0]
    assert findings.equals(expected[1])


def test_the_large_are_taken_in_slices(files: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    slices = []
    right = finder.Finder._decide

    def decide(self: finder.Finder, search: object, key: str, rows: pl.LazyFrame, count: int, *rest: object) -> None:
        slices.append(count)
        right(self, search, key, rows, count, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(finder.Finder, "_decide", decide)
    found(files, 10)
    assert max(slices) > 2
