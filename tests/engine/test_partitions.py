"""Groups are found by reading what was staged from front to back, however little is held in memory."""

from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from helpers.exports import write_csv
from oracles import worlds
from thuebao.base.spill import Part, Spill
from thuebao.engine.groups.nominating import _distinct, _ordered_repeats
from thuebao.engine.groups.partitions import Partitions, even_bounds
from thuebao.engine.options import AuditOptions
from thuebao.engine.prepare import prepare
from thuebao.engine.run import run


@pytest.mark.parametrize("ranges", [1, 2, 7, 300])
@pytest.mark.parametrize("held", [1, 100, 10_000])
def test_each_range_has_its_rows_in_the_order_of_ranges(tmp_path: Path, ranges: int, held: int) -> None:
    rng = np.random.default_rng(ranges * held)
    rows = pl.DataFrame({"key": rng.integers(0, 1 << 64, 900, dtype=np.uint64), "n": np.arange(900)})
    rows[3, "key"], rows[4, "key"] = 0, (1 << 64) - 1
    partitions = Partitions(tmp_path, "rows", "key", even_bounds(ranges), held)
    for start in range(0, rows.height, 30):
        partitions.add(rows.slice(start, 30))
    found = [(size, part.collect()) for size, part in partitions.ranges()]
    assert [size for size, _ in found] == [part.height for _, part in found]
    bounds = [0, *even_bounds(ranges), 1 << 64]
    for (_, part), low, high in zip(found, bounds, bounds[1:], strict=False):
        within = [key for key in rows["key"] if low <= key < high]
        assert sorted(part["key"]) == sorted(within)
    assert pl.concat([part for _, part in found]).sort("n").equals(rows)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("least", [2, 3, 10])
def test_nominated_are_all_keys_that_come_often_enough(least: int) -> None:
    rng = np.random.default_rng(least)
    for size in (0, 1, least - 1, least, 1_000):
        keys = rng.integers(0, max(1, size // least), size, dtype=np.uint64) << np.uint64(rng.integers(0, 60))
        rows = pl.DataFrame({"key": keys, "n": np.arange(size)})
        some = _ordered_repeats(rows, "key", least)
        often = rows.filter(pl.len().over("key") >= least)
        # Where hashes differ in their last digits alone, a few too many are nominated.
        assert set(often["n"]) <= set(some["n"])
        assert some["key"].is_sorted()


def test_different_values_are_counted_as_they_are() -> None:
    rng = np.random.default_rng(5)
    for _ in range(50):
        sizes = rng.integers(1, 9, 40)
        values = [[None if v == 3 else int(v) for v in rng.integers(0, 5, size)] for size in sizes]
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        found = _distinct(pl.Series([v for group in values for v in group], dtype=pl.UInt64), starts, sizes, 1)
        assert found.to_list() == [len(set(group) - {None}) for group in values]


@pytest.mark.parametrize("at_once", [20, 1_000_000])
def test_nothing_that_was_staged_is_read_once_for_each_range(
    tmp_path: Path, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twice for each key: to nominate, and to decide."""
    monkeypatch.setattr("thuebao.base.spill.ROWS_PER_PART", 50)
    monkeypatch.setattr("thuebao.sources.delimited.table.BATCH_ROWS", 50)
    monkeypatch.setattr("thuebao.sources.delimited.table.LEAST_BYTES", 1)
    reads: Counter[Path] = Counter()
    scan = Spill.scan

    def counted(self: Spill, parts: list[Part] | None = None) -> pl.LazyFrame:
        if self._name == "records":
            reads.update(part.path for part in (self.parts if parts is None else parts))
        return scan(self, parts)

    monkeypatch.setattr(Spill, "scan", counted)
    path = write_csv(tmp_path / "viettel.csv", worlds.world(1, 600), list(worlds.COLUMNS))
    prepared = prepare(AuditOptions(as_of=date(2026, 11, 23)))
    result = run(replace(prepared, at_once=at_once), [str(path)])
    assert len(reads) > 5
    assert sum(rule.violations for rule in result.rules) > 100
    # Once more to describe the records that have findings.
    assert max(reads.values()) <= 2 * len(prepared.wanted.staging.hashes) + 1
