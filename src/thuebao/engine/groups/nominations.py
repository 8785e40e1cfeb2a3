"""What nominates groups, set aside as records are read: in a few bytes a record, by ranges of hashes."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from thuebao.base.helper_columns import ROW
from thuebao.base.spill import writing_scratch
from thuebao.engine.groups.staging import Family

BITS = 34
"""Bits of a hash that are kept: enough for few of a hundred million records to share them by chance."""
_BUCKET_BITS = 10
_BUCKETS, _REST = 1 << _BUCKET_BITS, BITS - _BUCKET_BITS
ROWS_PER_RUN = 300_000
_FARTHEST = np.iinfo(np.uint16).max
_Numbers = npt.NDArray[Any]


class Some(NamedTuple):
    """Records of some buckets: the first BITS of the hash of each, its row, and the hash of what is counted."""

    hashes: _Numbers
    rows: _Numbers
    counted: _Numbers | None


@dataclass(frozen=True)
class Run:
    """Records that were written together: where in a file, from which row to which, and where each bucket starts."""

    path: Path
    offset: int
    first: int
    last: int
    starts: _Numbers


class Nominations:
    """The records of one family of keys, run after run, each run in the order of buckets and rows.

    A bucket has the hashes that begin with the same bits, so that those of a range are read from one place of each run.

    Raises OutputError when the disk is full.
    """

    def __init__(self, folder: Path, family: Family) -> None:
        self.family = family
        self._path = folder / f"nominations-{'_'.join(family.columns)}"
        counted = [("counted", "<u4")] if family.counted else []
        self._record = np.dtype([("low", "<u2"), ("high", "u1"), ("after", "<u2"), *counted])
        self._pending: list[Some] = []
        self._runs: list[Run] = []
        self._end = 0

    def add(self, evaluated: pl.DataFrame) -> None:
        """Add a batch of evaluated records, those that take part."""
        takes_part, counted = pl.any_horizontal(self.family.parts), self.family.counted
        for column in self.family.columns:
            columns = pl.col(column, ROW, *([counted] if counted else []))
            there = evaluated.select(columns.filter(takes_part & pl.col(column).is_not_null()))
            hashes = there[column].to_numpy() >> np.uint64(64 - BITS)
            of_counted = (there[counted].to_numpy() >> np.uint64(32)).astype(np.uint32) if counted else None
            self._pending.append(Some(hashes, there[ROW].to_numpy(), of_counted))
        if sum(len(some.rows) for some in self._pending) >= ROWS_PER_RUN:
            self.flush()

    def flush(self) -> None:
        """Write what waits to be written."""
        if self._pending:
            some, self._pending = joined(self._pending), []
            # Of several columns: each stands for itself in a batch.
            self._write(some if len(self.family.columns) == 1 else taken(some, np.argsort(some.rows, kind="stable")))

    def _write(self, some: Some) -> None:
        if not len(some.rows):
            return
        first, last = int(some.rows[0]), int(some.rows[-1])
        buckets = (some.hashes >> np.uint64(_REST)).astype(np.uint16)
        order = np.argsort(buckets, kind="stable")  # in two passes: numbers as small as these are sorted by digits
        ordered = taken(some, order)
        starts = np.searchsorted(buckets[order], np.arange(_BUCKETS + 1)).astype(np.uint32)
        after = np.diff(ordered.rows, prepend=ordered.rows[:1])
        begins = starts[:-1][starts[:-1] < starts[1:]]
        after[begins] = ordered.rows[begins] - np.uint32(first)
        if len(after) > 1 and int(after.max()) > _FARTHEST:
            half = np.searchsorted(some.rows, first + (last - first + 1) // 2)
            for part in (slice(0, half), slice(half, None)):
                self._write(taken(some, part))
            return
        records = np.empty(len(ordered.rows), self._record)
        records["low"] = ordered.hashes & np.uint64(0xFFFF)
        records["high"] = ordered.hashes >> np.uint64(16) & np.uint64(0xFF)
        records["after"] = after
        if ordered.counted is not None:
            records["counted"] = ordered.counted
        with writing_scratch(self._path.parent), self._path.open("ab") as file:
            file.truncate(self._end)
            file.seek(self._end)
            file.write(records.data)
        self._runs.append(Run(self._path, self._end, first, last, starts))
        self._end += records.nbytes

    def handed_over(self) -> list[Run]:
        """Return the runs of all records so far, which are no longer this one's."""
        self.flush()
        runs, self._runs = self._runs, []
        return runs

    def take_over(self, runs: Collection[Run], moved: int) -> None:
        """Add runs that another process wrote, each row counted on by `moved`."""
        self.flush()
        self._runs += [replace(run, first=run.first + moved, last=run.last + moved) for run in runs]

    def take_back(self, row: int) -> None:
        """Drop the records from the row `row` on."""
        self._pending = [_before(some, row) for some in self._pending]
        while self._runs and self._runs[-1].last >= row:
            run = self._runs.pop()
            kept = None
            if run.first < row:
                some = self._read([run], 0, _BUCKETS)
                kept = _before(taken(some, np.argsort(some.rows, kind="stable")), row)
            if run.path == self._path:
                self._end = run.offset
            if kept is not None:
                self._write(kept)

    def ranges(self, most: int) -> Iterator[tuple[int, int, int]]:
        """Yield ranges of buckets, in order, and how many records each has: at most so many, or a single bucket."""
        sizes = sum((np.diff(run.starts.astype(np.int64)) for run in self._runs), np.zeros(_BUCKETS, np.int64))
        if not self._runs:
            return
        low, total = 0, 0
        for bucket, size in enumerate(sizes.tolist()):
            if total and total + size > most:
                yield low, bucket, total
                low, total = bucket, 0
            total += size
        yield low, _BUCKETS, total

    def read(self, low: int, high: int) -> Some:
        """Return the records of the buckets from `low` to before `high`."""
        return self._read(self._runs, low, high)

    def pieces(self, low: int, high: int) -> Iterator[Some]:
        """Yield the same as `read` run by run."""
        for run in self._runs:
            yield self._read([run], low, high)

    def forget(self) -> None:
        """Remove the files."""
        for path in {self._path, *(run.path for run in self._runs)}:
            path.unlink(missing_ok=True)

    def _read(self, runs: list[Run], low: int, high: int) -> Some:
        """Return the records of the buckets from `low` to before `high`, bucket by bucket within each run."""
        found = []
        with ExitStack() as stack:
            files = {path: stack.enter_context(path.open("rb")) for path in {run.path for run in runs}}
            for run in runs:
                file = files[run.path]
                start, end = int(run.starts[low]), int(run.starts[high])
                if start == end:
                    continue
                file.seek(run.offset + start * self._record.itemsize)
                records = np.frombuffer(file.read((end - start) * self._record.itemsize), self._record)
                sizes = np.diff(run.starts[low : high + 1])
                bucket = np.repeat(np.arange(low, high, dtype=np.uint64), sizes)
                rest = records["high"].astype(np.uint64) << np.uint64(16) | records["low"]
                # Within each bucket rows are counted on from the first of the run.
                rows = np.cumsum(records["after"], dtype=np.uint32)
                begins = (run.starts[low:high] - np.uint32(start))[sizes > 0]
                before = rows[begins] - records["after"][begins]
                rows += np.repeat(np.uint32(run.first) - before, sizes[sizes > 0])
                counted = records["counted"] if self.family.counted else None
                found.append(Some(bucket << np.uint64(_REST) | rest, rows, counted))
        return joined(found)


def joined(several: list[Some]) -> Some:
    """Return records one after the other."""
    several = [some for some in several if len(some.rows)]
    if not several:
        return Some(np.zeros(0, np.uint64), np.zeros(0, np.uint32), None)
    hashes, rows, counted = zip(*several, strict=True)
    return Some(np.concatenate(hashes), np.concatenate(rows), None if counted[0] is None else np.concatenate(counted))


def taken(some: Some, which: Any) -> Some:
    """Return some of the records."""
    return Some(some.hashes[which], some.rows[which], None if some.counted is None else some.counted[which])


def _before(some: Some, row: int) -> Some:
    return taken(some, some.rows < row)
