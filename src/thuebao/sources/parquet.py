"""Reads Parquet in batches, all columns turned into the text that a CSV export would hold."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path

import polars as pl
import pyarrow as pa

from thuebao.base.errors import InputError
from thuebao.base.messages import text
from thuebao.rulebook.columns import columns
from thuebao.sources.batch import Batch, Place, numbers_from
from thuebao.sources.errors_of_libraries import refusing
from thuebao.sources.headers.header import Header, map_header
from thuebao.sources.headers.mapping import Mapping
from thuebao.sources.no_records import NoRecords
from thuebao.sources.notice import Notice
from thuebao.sources.packing.stored import Stored
from thuebao.sources.parquet_values import as_text, beginning, is_readable, is_shared, is_text
from thuebao.sources.parquet_weight import Source, Weight

BATCH_ROWS = 75_000
_FIRST_STRETCH, _LARGEST_STRETCH = 5000, 300_000  # records read at once: what they hold shows only then
_HELD = 64 << 20  # bytes of text held at once
_TEXT_HELD = 28 << 20  # bytes of text of a batch, which later steps copy more than once: more than usual ones have
_UNEVEN = 5 / 4  # of that: where the long values of a stretch stand in one of its batches
_LEAST_MEMORY = 10**9  # bytes that reading may count on
_LONGEST_TYPE = 40  # characters of a type that a message shows

# Polars panics at a file's schema when it does not know a time zone. Nothing here depends on a zone's name.
os.environ.setdefault("POLARS_IGNORE_TIMEZONE_PARSE_ERROR", "1")


@dataclass(frozen=True)
class ParquetTable:
    """The records of a Parquet file: its path, or what it holds.

    weight: what it unpacks to; numbers: of the columns that were read last, by position, how many values were numbers
    and not texts.
    """

    path: str
    source: Source
    header: Header
    weight: Weight
    numeric: frozenset[int] = frozenset()
    numbers: Counter[int] = field(default_factory=Counter, compare=False)

    @classmethod
    def of(cls, path: str, source: Source, mapping: Mapping | None, memory: int = _LEAST_MEMORY) -> ParquetTable:
        """Return the table. memory: bytes that an audit may take.

        Raises InputError when it is damaged, unpacks to too much, or its columns map to nothing or cannot be read.
        """
        with _refusals(path):
            schema = pl.scan_parquet(source, glob=False).collect_schema()
        if not schema:
            raise InputError("parquet_damaged", path=path, reason="no columns")
        header = map_header(path, schema.names(), mapping)
        for name, canonical in zip(header.names, header.canonical, strict=True):
            if canonical and not is_readable(schema[name]):
                raise _unreadable(path, name, schema[name])
        with _refusals(path):
            weight = Weight.of(path, source, memory)
        numeric = frozenset(n for n, dtype in enumerate(schema.dtypes()) if dtype.is_numeric())
        return cls(path, source, header, weight, numeric)

    @cached_property
    def _types(self) -> list[pl.DataType]:
        """The types of its columns."""
        with _refusals(self.path):
            return self._scan.collect_schema().dtypes()

    @property
    def _scan(self) -> pl.LazyFrame:
        return pl.scan_parquet(self.source, glob=False)

    @property
    def height(self) -> int:
        """How many rows the file says it has."""
        return self.weight.groups[-1]

    def anew(self, stored: Stored) -> ParquetTable:
        """Return the same table, stored there, of which nothing was read so far."""
        return replace(self, source=stored.file, numbers=Counter())

    @property
    def divisible(self) -> bool:
        """Whether it can be read on from any of its rows: it lies on disk."""
        return isinstance(self.source, Path)

    def ends(self, start: Place, share: int) -> list[int]:
        """Return where about so many rows each end, from a row on, with a row group if that is near."""
        near = range(start.at + share, self.height - share // 2, share)
        groups = (self.weight.groups[bisect_right(self.weight.groups, row) - 1] for row in near)
        return [group if row - group < share // 2 else row for row, group in zip(near, groups, strict=True)]

    def batches(self, wanted: Collection[str], start: Place | None = None, end: int | None = None) -> Iterator[Batch]:
        """Yield batches of the wanted columns, as text. start: where to read on; end: before which row."""
        no_records = NoRecords(self.path, self.header, at_top=start is None)
        names, chosen = self.header.raw_names, self.header.chosen(wanted)
        digits = [n for n in chosen if n in self.numeric and (c := self.header.canonical[n]) and columns()[c].digits]
        if start is None:
            self.numbers.clear()
        then = start or Place(0)
        first = then.at
        place = first, self.height if end is None else end, then.width
        for frame, width in self._frames(sorted({*chosen, no_records.key}), *place):
            rows_at = partial(self._rows, first, frame)
            lines, key = numbers_from(first + 1, frame.height), frame[names[no_records.key]]
            first += frame.height
            for n in digits:
                self.numbers[n] += frame.height - frame[names[n]].null_count()
            records, _, passed_over = no_records.sift(frame, lines, key, rows_at)
            before = then.passed_over + passed_over
            then = Place(first, first + 1, then.records + records.height, before, width)
            of_batch = records.select(names[n] for n in chosen or [no_records.key])
            yield Batch(of_batch, passed_over=passed_over, then=then if self.divisible else None)

    def _frames(self, chosen: Sequence[int], first: int, end: int, width: int) -> Iterator[tuple[pl.DataFrame, int]]:
        """Yield the columns at some positions, as text, in batches, and how many bytes a row takes.

        From the row `first` to before `end`; width: bytes of a row before them, 0 if there is none.
        """
        header, groups, weight = self.header, self.weight.groups, replace(self.weight, unpacked=0)
        scan, types = self._scan, self._types
        # What means nothing need not be readable. By position: a name may be a pattern to the library.
        read = [n for n in chosen if is_readable(types[n]) and (header.canonical[n] or types[n] != pl.Binary)]
        columns = [
            (pl.nth(n) if is_shared(types[n]) else as_text(pl.nth(n), types[n])).alias(header.raw_names[n])
            for n in read
        ]
        records, expected = [0], end - first
        while first < end:
            # Stretches in turn: left to itself the engine reads gigabytes ahead of whoever works on the batches.
            rows = min(_stretch(groups, first, width), end - first)
            try:
                with _refusals(self.path, records):
                    # Records count even where no column is wanted.
                    stretch = scan.slice(first, rows).select(columns or pl.len()).collect(engine="streaming")
            except InputError as error:
                binary = next((n for n in read if types[n] == pl.Binary), None)
                if binary is None or "utf8" not in str(error.values["reason"]):
                    raise
                raise _unreadable(self.path, header.names[binary], types[binary]) from None
            stretch = _whole(stretch, [header.raw_names[n] for n in chosen or [0]], counted=not columns)
            pieces = [*stretch.iter_slices(_evenly(rows, _batch_rows(width)))]
            sizes = [*map(_bytes, pieces)]
            weight.add(sum(sizes))
            width = sum(sizes) // rows + 1
            for piece, size in zip(pieces, sizes, strict=True):
                for batch in _by_length(piece) if size > _UNEVEN * _TEXT_HELD else [piece]:
                    yield batch.select(pl.all().cast(pl.String)).rechunk(), width
            records.append(stretch.height)
            first += rows
        if sum(records) != expected:
            raise InputError("parquet_cut", path=self.path, records=sum(records), expected=expected)

    def _rows(self, first: int, frame: pl.DataFrame, places: pl.Series) -> pl.DataFrame:
        """Return whole rows of a batch, as text, the beginnings of long ones; what is no text only shows that it is.

        frame: the columns of the batch that were read, its rows from `first` on: only the others are read for it.
        """
        names = self.header.raw_names
        texts = [n for n, name in enumerate(names) if name in frame.columns and is_text(self._types[n])]
        read = frame.select(names[n] for n in texts)[places].select(beginning(pl.all(), pl.String()))
        others = [n for n in range(len(names)) if n not in texts]
        if not others:
            return read.select(names)
        with _refusals(self.path):
            rows = self._scan.slice(first, frame.height).select(pl.nth(others).gather(places))
            beginnings = [beginning(pl.nth(at), self._types[n]).alias(names[n]) for at, n in enumerate(others)]
            return read.hstack(rows.select(beginnings).collect()).select(names)

    def notices(self) -> Iterator[Notice]:
        """Yield what should be said once the file has been read."""
        for position, count in sorted(self.numbers.items()):
            if count:
                said = text("notice.numbers", header=self.header.names[position], count=count)
                yield Notice("numbers_not_text", said, count)


def _refusals(path: str, records: Sequence[int] = ()) -> AbstractContextManager[None]:
    """Turn what the library raises into InputError; records: those read before, batch by batch."""
    # It panics where a file shrinks while it is read. Damaged names and statistics end in errors of any kind.
    kinds = (pl.exceptions.PolarsError, pa.ArrowException, OSError, ValueError, TypeError, OverflowError, MemoryError)
    return refusing(kinds, lambda error: _broken(path, records, error))


def _broken(path: str, records: Sequence[int], error: BaseException) -> InputError:
    reason = next(iter(str(error).splitlines()), "") or type(error).__name__
    reason = "it contradicts itself" if "panic" in reason.lower() or not isinstance(error, Exception) else reason
    if not records:
        return InputError("parquet_damaged", path=path, reason=reason)
    return InputError("parquet_broken", path=path, records=sum(records), reason=reason)


def _whole(stretch: pl.DataFrame, names: Sequence[str], *, counted: bool) -> pl.DataFrame:
    """Add the wanted columns that were not read, as empty ones."""
    if counted:
        stretch = pl.DataFrame({names[0]: [None] * int(stretch.item())})
    unread = [pl.lit(None, dtype=pl.String).alias(name) for name in names if name not in stretch.columns]
    return stretch.with_columns(unread).select(names)


def _lengths(stretch: pl.DataFrame) -> pl.Series:
    """Return the bytes of text in each row."""
    shared = [name for name, dtype in stretch.schema.items() if is_shared(dtype)]
    own = [name for name, dtype in stretch.schema.items() if dtype == pl.String]
    lengths = [*(pl.col(name).cat.len_bytes() for name in shared), *(pl.col(name).str.len_bytes() for name in own)]
    wide = [pl.lit(0, dtype=pl.UInt64), *(length.cast(pl.UInt64) for length in lengths)]
    return stretch.select(pl.repeat(0, pl.len(), dtype=pl.UInt64) + pl.sum_horizontal(wide)).to_series()


def _bytes(stretch: pl.DataFrame) -> int:
    """Return the bytes that a stretch takes as text, were no value shared by rows."""
    shared = sum(int(column.cat.len_bytes().sum()) for column in stretch if is_shared(column.dtype))
    return int(stretch.estimated_size()) + shared


def _stretch(groups: Sequence[int], first: int, width: int) -> int:
    """Return how many records to read at once: whole row groups where they fit, else some batches of one.

    A piece of a row group takes a while longer than its part of the whole, and each batch longer than its records.
    """
    most = max(min(_LARGEST_STRETCH, _HELD // width), 1) if width else _FIRST_STRETCH
    whole = groups[bisect_right(groups, first + most) - 1]
    if whole > first:
        return whole - first
    rest = max(groups[bisect_right(groups, first)] - first, 1)
    batch = _evenly(rest, min(_batch_rows(width), most))
    return batch * _evenly(-(-rest // batch), most // batch)


def _batch_rows(width: int) -> int:
    """Return how many records a batch has at most."""
    return max(min(BATCH_ROWS, _TEXT_HELD // max(width, 1)), 1)


def _evenly(count: int, most: int) -> int:
    """Return how many of some things each part has at most, if there are as few parts as can be, and even ones."""
    return -(-count // -(-count // most))


def _by_length(batch: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield a batch in small ones, where long values stand in many rows: later steps copy them for each."""
    ends = _lengths(batch).cum_sum()
    first, before = 0, 0
    while first < batch.height:
        rows = max(int(ends.search_sorted(before + _TEXT_HELD, side="right")) - first, 1)
        yield batch.slice(first, rows)
        first += rows
        before = int(ends[min(first, batch.height) - 1])


def _unreadable(path: str, name: str, dtype: pl.DataType) -> InputError:
    return InputError("parquet_type", path=path, header=name, type=str(dtype)[:_LONGEST_TYPE])
