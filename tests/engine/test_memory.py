"""The same groups and findings however little is held in memory, and however bad the hash that nominates them."""

import json
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

import thuebao
from helpers.exports import write_csv
from helpers.people import GOOD, people, person
from oracles import worlds
from thuebao.engine import counts_by
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
    assert findings.filter(pl.col("code").str.starts_with("DUP"))["code"].n_unique() == 13
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


def test_counts_of_very_many_keys_are_brought_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # So many provinces that those of ten batches are more than are kept apart.
    names = [f"Tỉnh {n}" for n in range(30_000)]
    write_csv(
        tmp_path / "viettel.csv", [{"msisdn": "0912345678", "province": n} for n in names * 5], ["msisdn", "province"]
    )
    monkeypatch.setattr(delimited, "BATCH_ROWS", 15_000)
    monkeypatch.setattr(counts_by, "MOST", len(names))
    result = thuebao.audit(tmp_path / "viettel.csv", as_of=AS_OF, select="NUM10", by="province")
    assert result.breakdown
    assert dict(result.breakdown.records.select("province", "records").iter_rows()) == dict.fromkeys(names, 5)
    [code] = result.breakdown.rules.filter(pl.col("violations") > 0)["code"].unique()
    assert set(result.breakdown.rules.filter(code=code)["violations"]) == {5}


def test_a_group_larger_than_what_is_held_is_taken_in_slices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = []
    right = finder.writing_scratch

    def counting(folder: Path) -> AbstractContextManager[None]:
        written.append(folder)
        return right(folder)

    monkeypatch.setattr(finder, "writing_scratch", counting)
    same = {"id_number": person(0)["id_number"], "full_name": person(0)["full_name"], "contract_number": ""}
    path = write_csv(tmp_path / "viettel.csv", [record | same for record in people(60)], [*GOOD, "contract_number"])
    found = []
    for at_once, slices in [(1_000_000, 1), (10, 3)]:
        written.clear()
        prepared = replace(prepare(AuditOptions(select=("DUP111",), as_of=AS_OF)), at_once=at_once)
        run(prepared, [str(path)], findings=tmp_path / "findings.parquet")
        assert len(written) == slices
        found.append(pl.read_parquet(tmp_path / "findings.parquet"))
    assert found[0].height == 57
    assert found[0].equals(found[1])
