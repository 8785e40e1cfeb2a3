"""Whose registrations have findings: counted by clerk and point of sale, in bounded memory.

There may be as many names as records. So many as the limit allows are counted in memory; more go to disk by ranges of
the hash of their name, and each range is summed on its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import polars as pl

from thuebao.base.own_memory import frame_in_own_memory
from thuebao.engine.groups.partitions import Partitions

OFFENDERS = ("clerk_name", "point_of_sale")
"""The facts that say who took a registration and where."""
MOST = 10
"""Of each of them, how many are named."""
_SCHEMA = {"operator": pl.String, "name": pl.String, "findings": pl.Int64, "records": pl.Int64}
_KEY, _RANGES, _SEED = "_hash", 64, 4
_TOGETHER, _MOST_HELD = 100_000, 500_000
"""Rows that wait to be summed, and names that are counted in memory whatever there is of it."""
_serial = count()


class Offenders:
    """Findings and records of one fact of OFFENDERS, by operator and name, of records with findings alone.

    held: names that are counted in memory.
    """

    def __init__(self, folder: Path, held: int) -> None:
        self._folder, self._held = folder, min(held, _MOST_HELD)
        self._waiting: list[pl.DataFrame] = []
        self._stored: Partitions | None = None

    def add(self, counts: pl.DataFrame) -> None:
        """Add operator, name, findings, records; a name may have several rows, and counts may be taken back."""
        if counts.is_empty():
            return
        self._waiting.append(frame_in_own_memory(counts.select(*_SCHEMA)))
        if sum(frame.height for frame in self._waiting[1:]) > max(_TOGETHER, self._waiting[0].height):
            self._waiting = [frame_in_own_memory(_summed(pl.concat(self._waiting)))]
            if self._waiting[0].height > self._held:
                self._store()

    def add_all(self, others: Offenders) -> None:
        """Add what others counted, which is theirs no more."""
        for some in others._everything():
            self.add(some)

    def most(self) -> pl.DataFrame:
        """Return operator, name, findings, records of those with the most findings, ties by operator and name."""
        return _first(pl.concat([pl.DataFrame(schema=_SCHEMA), *(_first(some) for some in self._everything())]))

    def _everything(self) -> Iterator[pl.DataFrame]:
        """Yield what was counted, each name once; nothing may be added any more."""
        if self._stored is None:
            if self._waiting:
                yield _summed(pl.concat(self._waiting))
            return
        self._store()
        for _, rows in self._stored.ranges():
            yield _summed(rows.drop(_KEY).collect())

    def _store(self) -> None:
        if self._stored is None:
            step = 2**64 // _RANGES
            bounds = pl.Series([n * step for n in range(1, _RANGES)], dtype=pl.UInt64)
            self._stored = Partitions(self._folder, f"offenders{next(_serial)}", _KEY, bounds, 1)
        if self._waiting:
            whole = _summed(pl.concat(self._waiting))
            self._stored.add(whole.with_columns(pl.col("name").hash(_SEED).alias(_KEY)))
            self._waiting = []


def offences(hits: pl.DataFrame, by: str, findings: pl.Series) -> pl.DataFrame:
    """Return operator, name, findings and records of each record whose offender `by` is known.

    They are not summed: several batches together take as long as one of them.
    """
    counted = hits.select("operator", pl.col(by).alias("name"), findings.alias("findings"), records=pl.lit(1, pl.Int64))
    return counted.drop_nulls("name")


def _summed(counts: pl.DataFrame) -> pl.DataFrame:
    """Return the sum by operator, of which there are few, and name: operator for operator takes half as long."""
    summed = pl.col("operator").first(), pl.col("findings", "records").sum()
    parts = (of.group_by("name").agg(summed).select(*_SCHEMA) for of in counts.partition_by("operator"))
    return pl.concat([counts.clear(), *parts])


def _first(counts: pl.DataFrame) -> pl.DataFrame:
    # Lazy, so that the few are picked without sorting all.
    ordered = counts.lazy().sort("findings", "operator", "name", descending=[True, False, False])
    return ordered.head(MOST).collect()
