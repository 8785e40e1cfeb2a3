"""Turns the columns of Parquet into the text that a CSV export would hold, of whatever type they are."""

from __future__ import annotations

from datetime import date
from functools import cache, partial

import polars as pl

from thuebao.base.clock import VIET_NAM
from thuebao.facts.kernel import at_once, holds, refine

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
    text = column.cast(pl.String)
    return text.str.replace(r"\.0+$", "") if isinstance(dtype, pl.Decimal) and dtype.scale else text


def beginning(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """Return the beginning of each text: a long one may stand in all rows, and would be copied for each."""
    if not is_text(dtype):
        return pl.when(column.is_not_null()).then(pl.lit("…"))
    return column.cat.slice(0, _BEGINNING) if is_shared(dtype) else as_text(column, dtype).str.head(_BEGINNING)


# -- dates and times -------------------------------------------------------------------------------------------

_PER_SECOND = {"ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_DAY = 86_400  # seconds
_FIRST_DAY, _LAST_DAY = (date.min - date(1970, 1, 1)).days + 1, (date.max - date(1970, 1, 1)).days - 1
_LARGEST = 2**63 - 1
_FROM, _TO = date(1900, 1, 1), date(2099, 12, 31)
"""Days that are written beforehand: those that exports are full of."""


def _moment_as_text(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """Return a date or time in ISO form; beyond the calendar, where Polars panics, the bare number: it is no date."""
    # By its number: a zone need not even exist.
    return column.to_physical().map_batches(partial(_written, dtype=dtype), pl.String, is_elementwise=True)


def _written(numbers: pl.Series, dtype: pl.DataType) -> pl.Series:
    """Return moments as text: days and seconds are looked up, which takes a third of formatting them."""
    per_second = _PER_SECOND[dtype.time_unit] if isinstance(dtype, pl.Datetime) else 0
    per_day, days = _DAY * per_second or 1, _days()
    first = (_FROM - date(1970, 1, 1)).days
    # One day at both ends is left for what becomes another day in another zone.
    others = ~numbers.is_between((first + 1) * per_day, (first + len(days) - 1) * per_day - 1)
    others = holds(others | (numbers % per_second != 0) if per_second else others)
    usual = numbers.set(others, None) if others.any() else numbers
    if isinstance(dtype, pl.Datetime) and dtype.time_zone:
        usual = at_once(usual, lambda number: _in_viet_nam(number, dtype).to_physical())
    day = usual // per_day
    text = days.gather((day - first).cast(pl.UInt32))
    if per_second:
        second = (usual - day * per_day) // per_second
        text = pl.select(pl.concat_str(text, _seconds().gather(second.cast(pl.UInt32)))).to_series()
    return refine(text, numbers, others, lambda some: at_once(some, partial(_formatted, dtype=dtype)))


def _formatted(number: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """Return the same of any moments."""
    per_day = _DAY * _PER_SECOND[dtype.time_unit] if isinstance(dtype, pl.Datetime) else 1
    inside = number.is_between(max(_FIRST_DAY * per_day, -_LARGEST), min(_LAST_DAY * per_day, _LARGEST))
    moment: pl.Expr = pl.when(inside).then(number)
    if isinstance(dtype, pl.Datetime):
        text = _in_viet_nam(moment, dtype).dt.to_string("%Y-%m-%d %H:%M:%S%.f")
    else:
        text = moment.cast(pl.Date).dt.to_string("%Y-%m-%d")
    return pl.coalesce(text, number.cast(pl.String))


def _in_viet_nam(number: pl.Expr, dtype: pl.Datetime) -> pl.Expr:
    """Return the time that clocks showed; a moment with a zone is stored as that of UTC, whatever the zone."""
    if not dtype.time_zone:
        return number.cast(pl.Datetime(dtype.time_unit))
    moment = number.cast(pl.Datetime(dtype.time_unit, "UTC"))
    return moment.dt.convert_time_zone(VIET_NAM.key).dt.replace_time_zone(None)


@cache
def _days() -> pl.Series:
    return pl.date_range(_FROM, _TO, eager=True).cast(pl.String)


@cache
def _seconds() -> pl.Series:
    return pl.int_range(_DAY * 1000, step=1000, eager=True).cast(pl.Datetime("ms")).dt.to_string(" %H:%M:%S")
