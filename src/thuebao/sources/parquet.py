"""Reads Parquet in batches, all columns turned into the text that a CSV export would hold."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, partial
from pathlib import Path

import polars as pl
import pyarrow as pa

from thuebao.base.clock import VIET_NAM
from thuebao.base.errors import InputError
from thuebao.base.messages import text
from thuebao.rulebook.columns import columns
from thuebao.sources.batch import Batch, Place, numbers_from
from thuebao.sources.headers.header import Header, map_header
from thuebao.sources.headers.mapping import Mapping
from thuebao.sources.library_errors import refusing
from thuebao.sources.no_records import NoRecords
from thuebao.sources.notice import Notice
from thuebao.sources.packing.stored import Stored
from thuebao.sources.parquet_weight import Source, Weight

_LARGEST_EXACT = 2**53  # the largest whole number up to which floats have them all
BATCH_ROWS = 75_000
_FIRST_STRETCH, _LARGEST_STRETCH = 5000, 300_000  # records read at once: what they hold shows only then
_HELD = 64 << 20  # bytes of records held at once
_TEXT_HELD = 24 << 20  # bytes of text of a batch, which later steps copy more than once: more than usual ones have
_BEGINNING = 1000  # characters by which it shows that a row is no record
_LEAST_MEMORY = 10**9  # bytes that reading may count on
_MOST_DIGITS = 38  # of a decimal; wider ones cannot be read
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
            if canonical and not _readable(schema[name]):
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
        read = [n for n in chosen if _readable(types[n]) and (header.canonical[n] or types[n] != pl.Binary)]
        columns = [
            (pl.nth(n) if _is_shared(types[n]) else as_text(pl.nth(n), types[n])).alias(header.raw_names[n])
            for n in read
        ]
        records, expected = [0], end - first
        most = max(min(_LARGEST_STRETCH, _HELD // width), 1) if width else _FIRST_STRETCH
        while first < end:
            # Stretches in turn: left to itself the engine reads gigabytes ahead of whoever works on the batches.
            rows = min(_stretch(groups, first, most), end - first)
            try:
                with _refusals(self.path, records):
                    # Records count even where no column is wanted.
                    stretch = scan.slice(first, rows).select(columns or pl.len()).collect(engine="streaming")
            except InputError as error:
                binary = next((n for n in read if types[n] == pl.Binary), None)
                if binary is None or "utf8" not in str(error.values["reason"]):
                    raise
                raise _unreadable(self.path, header.names[binary], types[binary]) from None
            held = _bytes(stretch)
            weight.add(held)
            width = held // max(stretch.height, 1) + 1
            stretch = _whole(stretch, [header.raw_names[n] for n in chosen or [0]], counted=not columns)
            for batch in _batches(stretch):
                yield batch.select(pl.all().cast(pl.String)).rechunk(), width
            records.append(stretch.height)
            first += rows
            most = min(_LARGEST_STRETCH, 4 * rows, max(_HELD // width, 1))
        if sum(records) != expected:
            raise InputError("parquet_cut", path=self.path, records=sum(records), expected=expected)

    def _rows(self, first: int, frame: pl.DataFrame, places: pl.Series) -> pl.DataFrame:
        """Return whole rows of a batch, as text, the beginnings of long ones; what is no text only shows that it is.

        frame: the columns of the batch that were read, its rows from `first` on: only the others are read for it.
        """
        names = self.header.raw_names
        texts = [n for n, name in enumerate(names) if name in frame.columns and _is_text(self._types[n])]
        read = frame.select(names[n] for n in texts)[places].select(pl.all().str.head(_BEGINNING))
        others = [n for n in range(len(names)) if n not in texts]
        if not others:
            return read.select(names)
        with _refusals(self.path):
            rows = self._scan.slice(first, frame.height).select(pl.nth(others).gather(places))
            beginnings = [_beginning(pl.nth(at), self._types[n]).alias(names[n]) for at, n in enumerate(others)]
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


def _is_shared(dtype: pl.DataType) -> bool:
    """Return whether a text is held once for all rows that have it; to cast it is to copy it for each of them."""
    return isinstance(dtype, pl.Categorical | pl.Enum)


def _is_text(dtype: pl.DataType) -> bool:
    """Return whether a column can be read as text; one of bytes may hold texts, or pictures."""
    return _readable(dtype) and dtype != pl.Binary


def _beginning(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """Return the beginning of each text: a long one may stand in all rows, and would be copied for each."""
    if not _is_text(dtype):
        return pl.when(column.is_not_null()).then(pl.lit("…"))
    return column.cat.slice(0, _BEGINNING) if _is_shared(dtype) else as_text(column, dtype).str.head(_BEGINNING)


def _lengths(stretch: pl.DataFrame) -> pl.Series:
    """Return the bytes of text in each row."""
    shared = [name for name, dtype in stretch.schema.items() if _is_shared(dtype)]
    own = [name for name, dtype in stretch.schema.items() if dtype == pl.String]
    lengths = [*(pl.col(name).cat.len_bytes() for name in shared), *(pl.col(name).str.len_bytes() for name in own)]
    wide = [pl.lit(0, dtype=pl.UInt64), *(length.cast(pl.UInt64) for length in lengths)]
    return stretch.select(pl.repeat(0, pl.len(), dtype=pl.UInt64) + pl.sum_horizontal(wide)).to_series()


def _bytes(stretch: pl.DataFrame) -> int:
    """Return the bytes that a stretch takes as text, were no value shared by rows."""
    shared = sum(int(column.cat.len_bytes().sum()) for column in stretch if _is_shared(column.dtype))
    return int(stretch.estimated_size()) + shared


def _stretch(groups: Sequence[int], first: int, most: int) -> int:
    """Return how many records to read at once: whole row groups where they fit, else a piece of one."""
    whole = groups[bisect_right(groups, first + most) - 1]
    return (whole if whole > first else min(first + most, groups[-1])) - first


def _batches(stretch: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield a stretch in batches, small ones where long values stand in many rows: later steps copy them for each."""
    ends = _lengths(stretch).cum_sum()
    first, before = 0, 0
    while first < stretch.height:
        last = min(int(ends.search_sorted(before + _TEXT_HELD, side="right")), first + BATCH_ROWS, stretch.height)
        rows = max(last - first, 1)
        yield stretch.slice(first, rows)
        first += rows
        before = int(ends[first - 1])


def _readable(dtype: pl.DataType) -> bool:
    if dtype.is_decimal():
        return (getattr(dtype, "precision", None) or 0) <= _MOST_DIGITS
    return not (dtype.is_nested() or dtype == pl.Duration or type(dtype).__name__ in ("Map", "Object", "Unknown"))


def _unreadable(path: str, name: str, dtype: pl.DataType) -> InputError:
    return InputError("parquet_type", path=path, header=name, type=str(dtype)[:_LONGEST_TYPE])


def as_text(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """Return the column as text: dates in ISO form and Vietnam time, whole numbers without a fraction."""
    if dtype == pl.String:
        return column
    if dtype == pl.Date or isinstance(dtype, pl.Datetime):
        return _moment_as_text(column, dtype)
    if dtype.is_float():
        # Numbers that a spreadsheet or data frame made of identifiers: 912345678.0 was 912345678.
        column = column.fill_nan(None)
        whole = column.is_finite() & (column == column.floor()) & (column.abs() < _LARGEST_EXACT)
        return (
            pl.when(whole).then(column.cast(pl.Int64, strict=False).cast(pl.String)).otherwise(column.cast(pl.String))
        )
    if dtype.is_decimal():
        return column.cast(pl.String).str.replace(r"\.0+$", "")
    return column.cast(pl.String)


_PER_DAY = {"ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}
_FIRST_DAY, _LAST_DAY = (date.min - date(1970, 1, 1)).days + 1, (date.max - date(1970, 1, 1)).days - 1
_LARGEST = 2**63 - 1


def _moment_as_text(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """Return a date or time in ISO form; beyond the calendar, where Polars panics, the bare number: it is no date."""
    per_day = _PER_DAY[dtype.time_unit] if isinstance(dtype, pl.Datetime) else 1
    number = column.to_physical()
    inside = number.is_between(max(_FIRST_DAY * per_day, -_LARGEST), min(_LAST_DAY * per_day, _LARGEST))
    moment: pl.Expr = pl.when(inside).then(column)
    if isinstance(dtype, pl.Datetime):
        if dtype.time_zone:
            # A moment is stored as that of UTC, whatever the zone, which need not even exist.
            moment = moment.to_physical().cast(pl.Datetime(dtype.time_unit, "UTC"))
            moment = moment.dt.convert_time_zone(VIET_NAM.key).dt.replace_time_zone(None)
        text = moment.dt.to_string("%Y-%m-%d %H:%M:%S%.f")
    else:
        text = moment.dt.to_string("%Y-%m-%d")
    return pl.coalesce(text, number.cast(pl.String))
