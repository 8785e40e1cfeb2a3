"""Parquet: text or typed columns, all turned into the text that a CSV export would hold."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from thuebao.errors import InputError
from thuebao.sources.batch import Batch
from thuebao.sources.header import Header, map_header
from thuebao.sources.mapping import Mapping

_VIETNAM = "Asia/Ho_Chi_Minh"
_LARGEST_EXACT = 2**53
BATCH_ROWS = 75_000
_LARGEST_GROUP = 300_000

Source = Path | bytes
"""A file, or what one holds."""


@dataclass(frozen=True)
class ParquetTable:
    """The records of a Parquet file: its path, or what it holds."""

    path: str
    source: Source
    header: Header

    @classmethod
    def of(cls, path: str, source: Source, mapping: Mapping | None) -> ParquetTable:
        """Return the table. Raises InputError when it is damaged or its columns map to nothing."""
        return cls(path, source, map_header(path, _scan(path, source).collect_schema().names(), mapping))

    def batches(self, wanted: Collection[str]) -> Iterator[Batch]:
        """Yield batches of the wanted columns, as text."""
        for frame in _frames(self.path, self.source, self.header, wanted):
            yield Batch(frame)


def _scan(path: str, source: Source) -> pl.LazyFrame:
    scan = pl.scan_parquet(source, glob=False)
    try:
        scan.collect_schema()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputError("parquet_damaged", path=path, reason=_first_line(error)) from None
    return scan


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def _frames(path: str, source: Source, header: Header, wanted: Collection[str]) -> Iterator[pl.DataFrame]:
    scan = _scan(path, source)
    schema = scan.collect_schema()
    # Records count even where no column is wanted.
    chosen = {header.names[n]: header.raw_names[n] for n in header.chosen(wanted) or [0]}
    columns = [as_text(pl.col(name), schema[name]).alias(named) for name, named in chosen.items()]
    records = expected = 0
    try:
        # Row groups in turn: left to itself the engine reads gigabytes ahead of whoever works on the batches.
        for start, rows in _stretches(source):
            expected += rows
            stretch = scan.slice(start, rows).select(columns).collect(engine="streaming")
            records += stretch.height
            for batch in stretch.iter_slices(BATCH_ROWS):
                yield batch.rechunk()
    except (pl.exceptions.PolarsError, pa.ArrowException, OSError) as error:
        raise InputError("parquet_broken", path=path, records=records, reason=_first_line(error)) from None
    if records != expected:
        raise InputError("parquet_cut", path=path, records=records, expected=expected)


def _stretches(source: Source) -> Iterator[tuple[int, int]]:
    """Yield first record and length of stretches: small row groups together, a large one piece by piece."""
    with pa.OSFile(str(source)) if isinstance(source, Path) else pa.BufferReader(source) as file:
        metadata = pq.read_metadata(file)
    first = waiting = 0
    for group in range(metadata.num_row_groups):
        waiting += metadata.row_group(group).num_rows
        if waiting >= BATCH_ROWS or group == metadata.num_row_groups - 1:
            for start in range(0, waiting, _LARGEST_GROUP):
                yield first + start, min(_LARGEST_GROUP, waiting - start)
            first, waiting = first + waiting, 0


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
            moment = moment.dt.convert_time_zone(_VIETNAM).dt.replace_time_zone(None)
        text = moment.dt.to_string("%Y-%m-%d %H:%M:%S%.f")
    else:
        text = moment.dt.to_string("%Y-%m-%d")
    return pl.coalesce(text, number.cast(pl.String))
