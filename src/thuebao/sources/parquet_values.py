"""Turns the columns of Parquet into the text that a CSV export would hold, of whatever type they are."""

from __future__ import annotations

from datetime import date

import polars as pl

from thuebao.base.clock import VIET_NAM

_LARGEST_EXACT = 2**53  # the largest whole number up to which floats have them all
_BEGINNING = 1000  # characters by which it shows that a row is no record
_MOST_DIGITS = 38  # of a decimal; wider ones cannot be read


def is_readable(dtype: pl.DataType) -> bool:
    """Return whether a column can be read at all."""
    if dtype.is_decimal():
        return (getattr(dtype, "precision", None) or 0) <= _MOST_DIGITS
    return not (dtype.is_nested() or dtype == pl.Duration or type(dtype).__name__ in ("Map", "Object", "Unknown"))


def is_text(dtype: pl.DataType) -> bool:
    """Return whether a column can be read as text; one of bytes may hold texts, or pictures."""
    return is_readable(dtype) and dtype != pl.Binary


def is_shared(dtype: pl.DataType) -> bool:
    """Return whether a text is held once for all rows that have it; to cast it is to copy it for each of them."""
    return isinstance(dtype, pl.Categorical | pl.Enum)


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


def beginning(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """Return the beginning of each text: a long one may stand in all rows, and would be copied for each."""
    if not is_text(dtype):
        return pl.when(column.is_not_null()).then(pl.lit("…"))
    return column.cat.slice(0, _BEGINNING) if is_shared(dtype) else as_text(column, dtype).str.head(_BEGINNING)


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
