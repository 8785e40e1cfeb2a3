"""Which groups may fulfil the searches over one key, by hashes alone: few enough to be decided on their values.

What is nominated wrongly costs time. Nothing is left out, but where two different values of one group had the same
64-bit hash.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from thuebao.base.helper_columns import ROW
from thuebao.engine.groups.search import Search
from thuebao.engine.groups.staging import Staging
from thuebao.rulebook.sql import RECORDS, distinct

SIZE = "_size"
_SEED = 3
_MOST = np.iinfo(np.uint64).max
_Numbers = npt.NDArray[Any]


@dataclass(frozen=True)
class Nominator:
    """Nominates groups of one key for the searches over it."""

    key: str
    searches: Sequence[Search]
    staging: Staging

    @property
    def least(self) -> int:
        """Of how many records a group is at least."""
        return min(search.having.least for search in self.searches)

    @property
    def _stand_ins(self) -> dict[str, str]:
        """For each column that is counted, the staged one whose values are counted in its place: at least as many."""
        counted = sorted({column for s in self.searches if s.having.grows for column in s.having.counted})
        return {column: next(iter(self.staging.roots([column]))) for column in counted}

    def _least_with(self, column: str) -> int:
        """Return of how many records a group is at least that is asked how many different values it has."""
        return min(s.having.least for s in self.searches if column in s.having.counted)

    def narrow(self, records: pl.LazyFrame) -> pl.LazyFrame:
        """Return of the records that take part key, ROW and the hashes of what is counted."""
        parts = sorted({self.staging.parts[search.code] for search in self.searches})
        hashes = [_hash_of(root).alias(f"_of_{root}") for root in dict.fromkeys(self._stand_ins.values())]
        key = self.staging.hashes[self.key].alias(self.key)
        rows = records.filter(pl.any_horizontal(parts), self.staging.hashes[self.key].is_not_null())
        return rows.select(key, ROW, *hashes)

    def nominated(self, rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Return the groups that may fulfil a search, and their records.

        Of the groups key, SIZE and for each search's code whether it is nominated; of the records key and ROW. Both are
        ordered by key.
        """
        some = _ordered_repeats(rows, self.key, self.least)
        hashes = some[self.key].to_numpy()
        starts = np.flatnonzero(np.append(True, hashes[1:] != hashes[:-1])) if len(hashes) else np.zeros(0, np.int64)
        sizes = np.diff(np.append(starts, len(hashes)))
        counts = {
            column: _distinct(some[f"_of_{root}"], starts, sizes, self._least_with(column))
            for column, root in self._stand_ins.items()
        }
        groups = pl.DataFrame(
            {self.key: hashes[starts], SIZE: sizes.astype(np.uint32), RECORDS: sizes.astype(np.uint32)}
            | {distinct(column): count for column, count in counts.items()}
        )
        groups = groups.with_columns(
            ((pl.col(SIZE) >= s.having.least) & (s.having.condition if s.having.grows else True))
            .fill_null(value=False)
            .alias(s.code)
            for s in self.searches
        )
        some_search = groups.select(pl.any_horizontal(s.code for s in self.searches)).to_series()
        of_rows = pl.Series(np.repeat(some_search.to_numpy(), sizes), dtype=pl.Boolean)
        codes = [search.code for search in self.searches]
        return groups.filter(some_search).select(self.key, SIZE, *codes), some.filter(of_rows).select(self.key, ROW)


def _hash_of(column: str) -> pl.Expr:
    return pl.when(pl.col(column).is_not_null()).then(pl.col(column).hash(_SEED))


def _ordered_repeats(rows: pl.DataFrame, key: str, least: int) -> pl.DataFrame:
    """Return the rows whose key stands there at least so many times, and perhaps a few more, ordered by key."""
    if rows.height < least:
        return rows.clear()
    # One sort of numbers, each a hash with its row in the last digits: half the time of a sort of rows.
    digits = np.uint64(rows.height.bit_length())
    packed = rows[key].to_numpy() >> digits << digits
    packed |= np.arange(rows.height, dtype=np.uint64)
    packed.sort()
    top = packed >> digits
    again = top[least - 1 :] == top[: len(top) - least + 1]
    member = np.zeros(len(top), np.bool_)
    for place in range(least):
        member[place : place + len(again)] |= again
    at = packed[member] & ((np.uint64(1) << digits) - np.uint64(1))
    some = rows[pl.Series(at.astype(np.uint32))]
    hashes = some[key].to_numpy()
    # Hashes that differ in the digits alone that the row took are rare.
    return some if (hashes[1:] >= hashes[:-1]).all() else some.sort(key, maintain_order=True)


def _distinct(values: pl.Series, starts: _Numbers, sizes: _Numbers, least: int) -> pl.Series:
    """Return how many different values each group of at least so many records has; a NULL is none."""
    if not len(starts):
        return pl.Series(dtype=pl.UInt32)
    there = values.is_not_null().to_numpy()
    low = np.minimum.reduceat(values.fill_null(_MOST).to_numpy(), starts)
    high = np.maximum.reduceat(values.fill_null(0).to_numpy(), starts)
    counts = np.logical_or.reduceat(there, starts).astype(np.uint32)
    several = (low < high) & (sizes >= least)  # most groups have one value, or are too small to be asked
    if several.any():
        number = np.repeat(np.arange(len(starts), dtype=np.uint32), sizes)
        of_several = np.repeat(several, sizes) & there
        frame = pl.DataFrame({"group": number[of_several], "value": values.filter(pl.Series(of_several))})
        found = frame.group_by("group").agg(pl.col("value").n_unique())
        counts[found["group"].to_numpy()] = found["value"].to_numpy()
    return pl.Series(counts)
