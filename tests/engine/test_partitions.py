"""Groups are found by reading what was staged from front to back, however little is held in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from helpers.exports import write_csv
from oracles import worlds
from thuebao.base.helper_columns import ERA, ROW
from thuebao.base.parts import Written
from thuebao.engine.groups import nominations as stored
from thuebao.engine.groups.nominating import nominated
from thuebao.engine.groups.nominations import BITS, Nominations
from thuebao.engine.groups.partitions import Partitions
from thuebao.engine.groups.staging import Family
from thuebao.engine.options import AuditOptions
from thuebao.engine.prepare import prepare
from thuebao.engine.run import run


@pytest.mark.parametrize("ranges", [1, 2, 7, 300])
@pytest.mark.parametrize("held", [1, 100, 10_000])
def test_each_range_has_its_rows_in_the_order_of_ranges(tmp_path: Path, ranges: int, held: int) -> None:
    rng = np.random.default_rng(ranges * held)
    rows = pl.DataFrame({"key": rng.integers(0, 1 << 64, 900, dtype=np.uint64), "n": np.arange(900)})
    rows[3, "key"], rows[4, "key"] = 0, (1 << 64) - 1
    even = [(n << 64) // ranges for n in range(1, ranges)]
    partitions = Partitions(tmp_path, "rows", "key", pl.Series(even, dtype=pl.UInt64), held)
    for start in range(0, rows.height, 30):
        partitions.add(rows.slice(start, 30))
    found = [(size, part.collect()) for size, part in partitions.ranges()]
    assert [size for size, _ in found] == [part.height for _, part in found]
    bounds = [0, *even, 1 << 64]
    for (_, part), low, high in zip(found, bounds, bounds[1:], strict=False):
        within = [key for key in rows["key"] if low <= key < high]
        assert sorted(part["key"]) == sorted(within)
    assert pl.concat([part for _, part in found]).sort("n").equals(rows)
    assert not list(tmp_path.iterdir())


def family_of(code: str) -> Family:
    """Return the family of keys to which a rule belongs, by the prepared audit of all rules."""
    staging = prepare(AuditOptions(as_of=date(2026, 11, 23))).wanted.staging
    return next(family for family in staging.families for key in family.searches if staging.keys[code] == key)


def evaluated(family: Family, hashes: list[int], counted: list[int], first: int = 0, every: int = 1) -> pl.DataFrame:
    """Return records as they are evaluated, one in so many of which takes part, of the family's first column."""
    frame = pl.DataFrame(
        {ROW: pl.Series(range(first, first + len(hashes) * every, every), dtype=pl.UInt32)}
        | {name: pl.Series([None] * len(hashes), dtype=pl.UInt64) for name in family.columns}
        | {family.columns[0]: pl.Series(hashes, dtype=pl.UInt64)}
        | dict.fromkeys(family.parts, pl.repeat(True, len(hashes), eager=True))
    )
    return frame.with_columns(pl.Series(counted, dtype=pl.UInt64).alias(family.counted)) if family.counted else frame


@pytest.mark.parametrize("run", [7, 100, 10_000])
@pytest.mark.parametrize("every", [1, 70_000, 1_000_000])
@pytest.mark.parametrize("most", [1, 50, 10_000])
def test_what_nominates_is_read_as_it_was_written(
    tmp_path: Path, run: int, every: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored, "ROWS_PER_RUN", run)
    family, rng = family_of("DUP131"), np.random.default_rng(run * every)
    nominations, size = Nominations(tmp_path, family), 30
    hashes = rng.integers(0, 1 << 64, 20 * size, dtype=np.uint64)
    hashes[::3] = hashes[3]
    counted = rng.integers(0, 1 << 64, len(hashes), dtype=np.uint64)
    for start in range(0, len(hashes), size):
        some = slice(start, start + size)
        # What is written and taken back is as if it had never been.
        nominations.add(evaluated(family, [*hashes[some][::-1]], [*counted[some][::-1]], start * every, every))
        nominations.take_back((start + size // 3) * every)
        nominations.take_back(start * every)
        nominations.add(evaluated(family, [*hashes[some]], [*counted[some]], start * every, every))
    nominations.flush()
    found = [nominations.read(low, high) for low, high, _ in nominations.ranges(most)]
    assert [len(some.rows) for some in found] == [size for *_, size in nominations.ranges(most)]
    bits = np.concatenate([some.hashes for some in found])
    buckets = bits >> np.uint64(BITS - 10)
    assert (buckets[1:] >= buckets[:-1]).all() or most > 1
    rows = np.concatenate([some.rows for some in found])
    assert sorted(rows) == [n * every for n in range(len(hashes))]
    at = rows // every
    assert (bits == hashes[at] >> np.uint64(64 - BITS)).all()
    of_counted = np.concatenate([some.counted for some in found if some.counted is not None])
    assert (of_counted == counted[at] >> np.uint64(32)).all()


@pytest.mark.parametrize(("code", "least"), [("DUP101", 2), ("DUP131", 2), ("DUP151", 10)])
@pytest.mark.parametrize("screened", [5, 1_000_000])
def test_nominated_are_all_groups_that_may_violate(tmp_path: Path, code: str, least: int, screened: int) -> None:
    family = family_of(code)
    for seed in range(20):
        rng = np.random.default_rng(seed)
        size = int(rng.integers(0, 400))
        keys = rng.integers(0, max(1, size // least), size, dtype=np.uint64) << np.uint64(40)
        counted = rng.integers(0, 2, size, dtype=np.uint64) << np.uint64(40)
        nominations = Nominations(tmp_path, family)
        nominations.add(evaluated(family, [*keys], [*counted]))
        nominations.flush()
        [found] = nominated(nominations, size, screened, 20).values()
        nominations.forget()
        rows = pl.DataFrame({"key": keys, "counted": counted, "n": pl.Series(range(size), dtype=pl.UInt32)})
        violating = pl.len().over("key") >= least
        if family.counted:
            violating &= pl.col("counted").n_unique().over("key") > 1
        expected = set(rows.filter(violating)["n"])
        chosen = set(found.among(0, max(0, size - 1)))
        # Of a group that is too large to be held all are nominated.
        large = set(rows.filter(pl.len().over("key") > 2 * screened)["n"]) if screened == 5 else set()
        assert expected <= chosen
        assert chosen <= expected | large | (set(rows.filter(pl.len().over("key") > screened)["n"]))
        assert sum(records for _, records in found.rounds) == len(chosen)
        firsts = [first for first, _ in found.rounds]
        assert firsts == sorted(set(firsts))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("at_once", "passes"), [(20, 6), (3000, 1), (1_000_000, 1)])
def test_nothing_that_was_staged_is_read_once_for_each_range(
    tmp_path: Path, at_once: int, passes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once for each family of keys, to decide, or once for all of them that memory holds together."""
    monkeypatch.setattr("thuebao.base.spill.ROWS_PER_PART", 50)
    monkeypatch.setattr("thuebao.sources.delimited.table.BATCH_ROWS", 50)
    monkeypatch.setattr("thuebao.sources.delimited.table.LEAST_BYTES", 1)
    reads: Counter[Path] = Counter()
    stored_of = Written._stored

    def counted(self: Written, columns: Collection[str]) -> pl.DataFrame:
        if ERA in self.compact.schema:  # what is staged, not what was found
            reads[self.path] += 1
        return stored_of(self, columns)

    monkeypatch.setattr(Written, "_stored", counted)
    path = write_csv(tmp_path / "viettel.csv", worlds.world(1, 600), list(worlds.COLUMNS))
    prepared = prepare(AuditOptions(as_of=date(2026, 11, 23)))
    result = run(replace(prepared, at_once=at_once), [str(path)])
    assert len(reads) > 5
    assert sum(rule.violations for rule in result.rules) > 100
    assert passes <= len(prepared.wanted.staging.families)
    # Once more to describe the records that have findings.
    assert max(reads.values()) <= passes + 1
