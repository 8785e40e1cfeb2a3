"""Counts by bits are those of groups, whatever batches there are."""

import random

import polars as pl

from thuebao.engine.sums import RECORDS, Sums


def batch(rng: random.Random, keys: list[str | None]) -> pl.DataFrame:
    """Return records with a key and conditions: none, few or many, sliced, with conditions that are not known."""
    rows = rng.choice([0, 1, 7, 8, 63, 64, 65, 500])
    frame = pl.DataFrame(
        {
            "key": pl.Series([rng.choice(keys) for _ in range(rows)], dtype=pl.String),
            "some": pl.Series([rng.choice([True, False, None]) for _ in range(rows)], dtype=pl.Boolean),
            "all": pl.Series([True] * rows, dtype=pl.Boolean),
        }
    )
    return rng.choice([frame, frame.slice(rng.randrange(12), rng.randrange(200)), pl.concat([frame, frame[3:9]])])


def counted(records: pl.DataFrame) -> dict[tuple[str | None, str], int]:
    """Return the plain definition."""
    found: dict[tuple[str | None, str], int] = {}
    for row in records.iter_rows(named=True):
        for what, holds in ((RECORDS, True), ("some", row["some"]), ("all", row["all"])):
            found[row["key"], what] = found.get((row["key"], what), 0) + bool(holds)
    return found


def test_bits_count_what_groups_do() -> None:
    rng = random.Random(7)
    many = [f"{n}" for n in range(40)]
    sums = Sums("key")
    seen = 0
    for _ in range(600):
        records = batch(rng, rng.choice([["a"], ["a", "b", None], many, many[:17], many[:16]]))
        rows = sums.of(records, ["some", "all"]).select("key", "what", "count").rows()
        assert {row[:-1]: row[-1] for row in rows} == counted(records)
        assert len(rows) == len(counted(records))
        seen += records.height
    assert seen > 10_000
