"""Rows on disk by ranges of a number: written once in whatever order they come, each range read once."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl

from thuebao.base.scratch import forget, nameless
from thuebao.base.spill import writing_scratch


class Partitions:
    """Rows by ranges of the hash in one of their columns, the ranges in order and each on its own.

    bounds: the first hash of each range but the first. held: how many rows wait in memory to be written together; what
    fits there is never written.
    """

    def __init__(self, folder: Path, name: str, key: str, bounds: pl.Series, held: int) -> None:
        self._folder, self._name, self._key, self._held = folder, name, key, held
        self._bounds = bounds
        self._files: list[list[Path]] = [[] for _ in range(len(bounds) + 1)]
        self._pending: list[pl.DataFrame] = []
        self._written = 0
        self._schema = pl.Schema()
        self._sizes = [0] * len(self._files)

    def add(self, rows: pl.DataFrame) -> None:
        """Add rows, in any order."""
        self._schema = rows.schema
        self._pending.append(rows)
        if sum(frame.height for frame in self._pending) >= self._held and len(self._files) > 1:
            for n, part in self._split():
                self._write(n, part)

    def ranges(self) -> Iterator[tuple[int, pl.LazyFrame]]:
        """Yield how many rows each range has, and the rows, and forget them. Nothing may be added any more."""
        waiting = dict(self._split())
        for n, files in enumerate(self._files):
            waits = [waiting.pop(n).lazy()] if n in waiting else []
            frames = [*(pl.scan_ipc(path) for path in files), *waits]
            yield self._sizes[n], pl.concat(frames) if frames else pl.LazyFrame(schema=self._schema)
            for path in files:
                forget(path)

    def _split(self) -> Iterator[tuple[int, pl.DataFrame]]:
        """Yield what waits by its range, and let go of it."""
        frames, self._pending = self._pending, []
        if not frames:
            return
        rows = pl.concat(frames)
        if len(self._files) == 1:
            self._sizes[0] += rows.height
            yield 0, rows
            return
        places = self._bounds.search_sorted(rows[self._key], side="right").to_numpy()
        small = np.uint16 if len(self._files) <= 1 << 16 else np.uint32
        # Stable, and in one or two passes: numbers as small as these are sorted by their digits.
        order = np.argsort(places.astype(small), kind="stable")
        starts = np.searchsorted(places[order], np.arange(len(self._files) + 1))
        ordered = rows[pl.Series(order.astype(np.uint32))]
        for n, (start, end) in enumerate(pairwise(starts.tolist())):
            if end > start:
                self._sizes[n] += end - start
                yield n, ordered.slice(start, end - start)

    def _write(self, n: int, rows: pl.DataFrame) -> None:
        self._written += 1
        with writing_scratch(self._folder):
            path = nameless(self._folder / f"{self._name}-{n}-{self._written}.ipc")
            rows.write_ipc(path, compression="lz4")
        self._files[n].append(path)
