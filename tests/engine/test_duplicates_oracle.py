"""The rules across records against plain Python, on small worlds in which records meet everywhere."""

from __future__ import annotations

import random
import re
from collections import Counter
from functools import cache
from pathlib import Path

import polars as pl
import pytest

import thuebao
from oracles.duplicates import RULES, Verdict, check
from oracles.spelling import Record
from oracles.worlds import AS_OF, COLUMNS, world, write_csv

SEEDS = range(20)
HALVED = 60  # a world of which both halves have everything
CODES = sorted(RULES)


@cache
def expected_of(seed: int) -> Verdict:
    return check(world(seed), AS_OF)


def parts_of(records: list[Record], count: int, seed: int) -> list[list[Record]]:
    cuts = sorted(random.Random(seed).sample(range(1, len(records)), count - 1))
    return [records[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(records)], strict=True)]


def without(records: list[Record], column: str) -> list[Record]:
    return [{name: value for name, value in record.items() if name != column} for record in records]


# ---------------------------------------------------------------------------------------------
# The audit and the oracle


def agree(
    folder: Path,
    parts: list[list[Record]],
    *,
    select: tuple[str, ...] = ("DUP",),
    law: str = "auto",
    operator: str | None = None,
) -> None:
    """Each part is a file, with the columns of its first record: the same records are fired on, and counted."""
    paths = [write_csv(folder / f"{n}.csv", part) for n, part in enumerate(parts)]
    findings = folder / "findings.parquet"
    options = {"operator": operator, "as_of": AS_OF, "law": law, "findings": findings, "select": select}
    result = thuebao.audit(paths, force=True, **options)
    assert not result.unreadable
    rows = pl.read_parquet(findings).filter(pl.col("code").is_in(CODES)).select("path", "record", "code").rows()
    assert len(set(rows)) == len(rows)
    whole = [record for part in parts for record in part]
    places = [(str(path), n) for path, part in zip(paths, parts, strict=True) for n in range(1, len(part) + 1)]
    verdict = check(whole, AS_OF, operator=operator, law=law)
    fires = {(*places[index], code) for index, code in verdict.fires}
    assert sorted(set(rows) - fires)[:5] == []
    assert sorted(fires - set(rows))[:5] == []
    counts = result.counts.filter(pl.col("code").is_in(CODES)).group_by("code").agg(pl.col("evaluated").sum())
    assert {code: n for code, n in counts.rows() if n} == Counter(code for _, code in verdict.evaluated)
    tiers = result.identities[None] if result.identities else dict.fromkeys(verdict.tiers, 0)
    assert list(tiers.values()) == list(verdict.tiers.values())


@pytest.mark.parametrize("seed", SEEDS)
def test_on_a_world(tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    if seed % 2:  # as many records are, by way of the disk
        monkeypatch.setattr("thuebao.base.spill.ROWS_PER_PART", 30)
    agree(tmp_path, parts_of(world(seed), 1 + seed % 4, seed))


@pytest.mark.parametrize("seed", [22, 24])
def test_an_option_says_whose_the_other_records_are(tmp_path: Path, seed: int) -> None:
    agree(tmp_path, parts_of(world(seed), 2, seed), operator="Viettel")


def test_together_with_the_other_rules(tmp_path: Path) -> None:
    agree(tmp_path, parts_of(world(20), 2, seed=20), select=())


@pytest.mark.parametrize("law", ["decree-49-2017", "decree-163-2024", "circular-08-2026"])
def test_under_one_law(tmp_path: Path, law: str) -> None:
    agree(tmp_path, parts_of(world(21), 2, seed=21), law=law)


@pytest.mark.parametrize("absent", COLUMNS)
def test_one_file_without_a_column(tmp_path: Path, absent: str) -> None:
    first, second = parts_of(world(HALVED), 2, seed=HALVED)
    agree(tmp_path, [first, without(second, absent)], operator="Viettel" if absent == "operator" else None)


@pytest.mark.parametrize("absent", COLUMNS)
def test_no_file_with_a_column(tmp_path: Path, absent: str) -> None:
    # A file of which nothing says whose it is is refused.
    agree(tmp_path, [without(world(HALVED), absent)], operator="Viettel" if absent == "operator" else None)


@pytest.mark.parametrize("pair", [("portrait_hash", "portrait_ref"), ("id_number", "organisation_tax_code")])
def test_one_file_without_either_of_two_columns(tmp_path: Path, pair: tuple[str, str]) -> None:
    first, second = parts_of(world(HALVED), 2, seed=HALVED)
    agree(tmp_path, [without(first, pair[0]), without(without(second, pair[0]), pair[1])])
    agree(tmp_path, [without(first, pair[0]), without(second, pair[1])])


# ---------------------------------------------------------------------------------------------
# The worlds: each rule fires and stays silent in them


def test_every_rule_fires_in_most_worlds_and_on_few_records() -> None:
    worlds, records = Counter(), Counter()
    for seed in SEEDS:
        fired = Counter(code for _, code in expected_of(seed).fires)
        worlds.update(fired.keys())
        records.update(fired)
    assert worlds.keys() == set(CODES)
    assert min(worlds.values()) > len(SEEDS) / 2
    assert min(records.values()) > 100
    assert max(records.values()) < len(SEEDS) * 300 / 2


def test_rules_fire_on_records_that_they_are_about_and_not_on_all_of_them() -> None:
    silent = Counter()
    for seed in SEEDS:
        fires, evaluated, _ = expected_of(seed)
        assert fires <= evaluated
        silent.update(code for _, code in evaluated - fires)
    assert silent.keys() == set(CODES)
    assert min(silent.values()) > 500


@pytest.mark.parametrize("seed", [*SEEDS, 20, 21, 22, HALVED, 24])
def test_no_column_of_days_reads_as_month_first(seed: int) -> None:
    """An export with such a column is judged as if it had none, which the oracle knows nothing of."""
    for part in parts_of(world(seed), 1 + seed % 4 if seed in SEEDS else 2, seed):
        for column in ("date_of_birth", "id_issue_date", "registered_at", "info_updated_at", "terminated_at"):
            texts = [record[column] or "" for record in part]
            first = [int(day[1]) for text in texts if (day := re.match(r"\W*(\d\d?)[/.-]\d\d?[/.-]\d{4}", text))]
            assert len(first) < 20 or max(first) > 12


def test_every_tier_of_identities_is_met() -> None:
    tiers = Counter()
    for seed in SEEDS:
        tiers.update(expected_of(seed).tiers)
    assert min(tiers.values()) > 0


def test_every_rule_fires_on_both_files_of_which_one_loses_a_column() -> None:
    first, second = parts_of(world(HALVED), 2, seed=HALVED)
    assert min(len(first), len(second)) > 50
    assert {code for index, code in expected_of(HALVED).fires if index < len(first)} == set(CODES)
    assert {code for index, code in expected_of(HALVED).fires if index >= len(first)} == set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_the_columns_that_a_rule_needs_are_columns(code: str) -> None:
    assert {column for group in RULES[code].columns for column in group} <= set(COLUMNS)
