"""Parquet: text or typed columns, all turned into the text that a CSV export would hold."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from thuebao.errors import InputError
from thuebao.record import raw
from thuebao.sources.header import Header, map_header

_VIETNAM = "Asia/Ho_Chi_Minh"
_LARGEST_EXACT = 2**53


def header_of(path: str) -> Header:
    """Return how the file's columns map. Raises InputError when it is damaged or maps to nothing."""
    return map_header(path, _scan(path).collect_schema().names())


def _scan(path: str) -> pl.LazyFrame:
    scan = pl.scan_parquet(path, glob=False)
    try:
        scan.collect_schema()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputError("parquet_damaged", path=path, reason=_first_line(error)) from None
    return scan


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def read(path: str, header: Header, wanted: set[str], batch_rows: int) -> Iterator[pl.DataFrame]:
    """Yield batches of the wanted canonical columns as raw text, in the file's order."""
    scan = _scan(path)
    schema = scan.collect_schema()
    named = {c: name for name, c in zip(header.names, header.canonical, strict=True) if c in wanted}
    columns = [as_text(pl.col(name), schema[name]).alias(raw(c)) for c, name in named.items()]
    try:
        for batch in scan.select(columns).collect_batches(chunk_size=batch_rows):
            yield batch.rechunk()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputError("parquet_damaged", path=path, reason=_first_line(error)) from None


def as_text(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """Return the column as text: dates in ISO form and Vietnam time, whole numbers without a fraction."""
    if dtype == pl.String:
        return column
    if dtype == pl.Date:
        return column.dt.to_string("%Y-%m-%d")
    if isinstance(dtype, pl.Datetime):
        if dtype.time_zone:
            column = column.dt.convert_time_zone(_VIETNAM).dt.replace_time_zone(None)
        return column.dt.to_string("%Y-%m-%d %H:%M:%S%.f")
    if dtype.is_float():
        # Numbers that a spreadsheet or data frame made of identifiers: 912345678.0 was 912345678.
        whole = column.is_finite() & (column == column.floor()) & (column.abs() < _LARGEST_EXACT)
        return (
            pl.when(whole).then(column.cast(pl.Int64, strict=False).cast(pl.String)).otherwise(column.cast(pl.String))
        )
    return column.cast(pl.String)
