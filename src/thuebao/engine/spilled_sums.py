"""Sums by keys of which there may be as many as records, in bounded memory: what does not fit there goes to disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import count, pairwise
from pathlib import Path

import polars as pl

from thuebao.base.own_memory import frame_in_own_memory
from thuebao.base.scratch import forget, nameless
from thuebao.base.spill import writing_scratch

_TOGETHER = 100_000
"""Rows that wait to be summed, at most."""
_HASH, _SEED, _ALL = "_hash", 4, 2**64
_GROUPS = 8
"""Pieces of what is held that are read on their own."""
_serial = count()


class SpilledSums:
    """Counts summed by the columns `keys`.

    held: rows that are summed in memory; more go to disk, each time in the order of a hash of their keys, and in the
    end each range of hashes is summed on its own. summed: sums rows by the keys.
    """

    def __init__(
        self, folder: Path, keys: Sequence[str], held: int, summed: Callable[[pl.DataFrame], pl.DataFrame]
    ) -> None:
        self._folder, self._keys, self._held, self._summed = folder, list(keys), max(1, held), summed
        self._waiting: list[pl.DataFrame] = []
        self._stored: list[Path] = []
        self._rows_stored = 0

    def add(self, counts: pl.DataFrame) -> None:
        """Add keys and counts; a key may have several rows."""
        if counts.is_empty():
            return
        self._waiting.append(frame_in_own_memory(counts))
        if sum(frame.height for frame in self._waiting[1:]) > max(min(_TOGETHER, self._held), self._waiting[0].height):
            self._waiting = [frame_in_own_memory(self._of_waiting())]
            if self._waiting[0].height > self._held:
                self._store()

    def bring_back(self) -> None:
        """Bring back to memory what went to disk, so that another process can take it."""
        if self._stored:
            self._waiting = list(self.everything())

    def everything(self) -> Iterator[pl.DataFrame]:
        """Yield what was counted, each key once, and let go of it; nothing may be added any more."""
        if not self._stored:
            if self._waiting:
                yield self._of_waiting()
            return
        self._store()
        ranges = -(-self._rows_stored // self._held)
        bounds = [n * _ALL // ranges for n in range(ranges + 1)]
        for first, end in pairwise(bounds):
            low, high = (pl.lit(bound, dtype=pl.UInt64) for bound in (first, end - 1))
            stored = (pl.scan_parquet(path, glob=False) for path in self._stored)
            within = [rows.filter(pl.col(_HASH).is_between(low, high)) for rows in stored]
            yield self._summed(pl.concat(within, how="diagonal").drop(_HASH).collect())
        for path in self._stored:
            forget(path)
        self._stored, self._rows_stored = [], 0

    def _of_waiting(self) -> pl.DataFrame:
        return self._summed(pl.concat(self._waiting, how="diagonal"))

    def _store(self) -> None:
        if not self._waiting:
            return
        whole = self._of_waiting()
        self._waiting = []
        rows = whole.with_columns(whole.select(self._keys).hash_rows(_SEED).alias(_HASH)).sort(_HASH)
        size = max(1, self._held // _GROUPS)
        with writing_scratch(self._folder):
            path = nameless(self._folder / f"sums-{next(_serial)}.parquet")
            # By their statistics those pieces are read that a range needs.
            rows.write_parquet(path, compression="zstd", compression_level=1, statistics=True, row_group_size=size)
        self._stored.append(path)
        self._rows_stored += rows.height
