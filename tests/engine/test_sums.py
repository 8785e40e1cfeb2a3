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
            "other": pl.Series([rng.choice("ab") for _ in range(rows)], dtype=pl.String),
            "some": pl.Series([rng.choice([True, False, None]) for _ in range(rows)], dtype=pl.Boolean),
            "all": pl.Series([True] * rows, dtype=pl.Boolean),
        }
    )
    return rng.choice([frame, frame.slice(rng.randrange(12), rng.randrange(200)), pl.concat([frame, frame[3:9]])])


def counted(records: pl.DataFrame, keys: list[str]) -> dict[tuple[object, ...], int]:
    """Return the plain definition."""
    found: dict[tuple[object, ...], int] = {}
    for row in records.iter_rows(named=True):
        key = tuple(row[name] for name in keys)
        for what, holds in ((RECORDS, True), ("some", row["some"]), ("all", row["all"])):
            found[*key, what] = found.get((*key, what), 0) + bool(holds)
    return found


def test_bits_count_what_groups_do() -> None:
    rng = random.Random(7)
    many = [f"{n}" for n in range(40)]
    by_one, by_two = Sums(["key"]), Sums(["key", "other"])
    seen = 0
    for _ in range(600):
        records = batch(rng, rng.choice([["a"], ["a", "b", None], many, many[:17], many[:16]]))
        for sums, keys in ((by_one, ["key"]), (by_two, ["key", "other"])):
            rows = sums.of(records, ["some", "all"]).select(*keys, "what", "count").rows()
            assert {row[:-1]: row[-1] for row in rows} == counted(records, keys)
            assert len(rows) == len(counted(records, keys))
        seen += records.height
    assert seen > 10_000
