"""Calendar arithmetic on whole numbers yyyymmdd, where "N years later" is adding N × 10000.

A date becomes such a number, and back, through a table: extracting year, month and day from ten million dates
costs more than all the rules that need them.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from thuebao.facts.kernel import elementwise, numbers_of, the_same

# The tables' span only decides what is fast: dates outside it are worked out one by one.
_FIRST_YEAR, _LAST_YEAR = 1850, 2150
YEAR = 10_000
"""One year, in yyyymmdd."""

Roll = Literal["forward", "back"]


@cache
def _days() -> pl.Series:
    return pl.date_range(date(_FIRST_YEAR, 1, 1), date(_LAST_YEAR, 12, 31), eager=True)


@cache
def _first_day() -> int:
    first: int = _days().to_physical()[0]
    return first


def _slow_ymd(days: pl.Series) -> pl.Series:
    return days.dt.year() * YEAR + days.dt.month().cast(pl.Int32) * 100 + days.dt.day().cast(pl.Int32)


@cache
def _ymd_table() -> pl.Series:
    return _slow_ymd(_days())


def _ymd(days: pl.Series) -> pl.Series:
    table = _ymd_table()
    index = days.cast(pl.Int32) - _first_day()
    low, high = index.min(), index.max()
    if low is None or high is None:
        return the_same(None, len(days), pl.Int32)
    if low < 0 or high >= len(table):  # type: ignore[operator]
        return _slow_ymd(days)
    return table[index.cast(pl.UInt32)]


def ymd(day: pl.Expr) -> pl.Expr:
    """Return each date as the number yyyymmdd (Int32)."""
    return elementwise(day, _ymd, pl.Int32)


def _position(number: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    year, of_year = number // YEAR, number % YEAR
    return (year - _FIRST_YEAR) * 372 + (of_year // 100 - 1) * 31 + of_year % 100 - 1


@cache
def _day_table(roll: Roll) -> npt.NDArray[np.int32]:
    days = _days().to_physical()
    table = pl.repeat(None, (_LAST_YEAR - _FIRST_YEAR + 1) * 372, dtype=pl.Int32, eager=True)
    table = table.scatter(_position(_ymd_table().to_numpy()), days)
    # The one day that whole years can make up is 29 February of a common year.
    filled = table.fill_null(strategy="backward" if roll == "forward" else "forward")
    return filled.fill_null(days[-1]).to_numpy()


def _slow_day(number: pl.Series, roll: Roll) -> pl.Series:
    frame = pl.select(y=number // YEAR, m=number % YEAR // 100, d=number % 100)
    leap = (pl.col("y") % 4 == 0) & ((pl.col("y") % 100 != 0) | (pl.col("y") % 400 == 0))
    made_up = (pl.col("m") == 2) & (pl.col("d") == 29) & ~leap
    month = pl.when(made_up & (roll == "forward")).then(3).otherwise(pl.col("m"))
    day = pl.when(made_up).then(1 if roll == "forward" else 28).otherwise(pl.col("d"))
    return frame.select(day=pl.date(pl.col("y"), month, day)).to_series()


def day_of(number: pl.Expr, roll: Roll) -> pl.Expr:
    """Return each number yyyymmdd as a date; 29 February of a common year rolls to 1 March or 28 February."""

    def kernel(numbers: pl.Series) -> pl.Series:
        low, high = numbers.min(), numbers.max()
        if low is None or high is None:
            return the_same(None, len(numbers), pl.Date)
        if low < _FIRST_YEAR * YEAR or high >= (_LAST_YEAR + 1) * YEAR:  # type: ignore[operator]
            return _slow_day(numbers, roll)
        # Whatever stands at a NULL has a place in the table, too.
        found = pl.Series(_day_table(roll).take(_position(numbers_of(numbers)), mode="clip")).cast(pl.Date)
        return found.set(numbers.is_null(), None) if numbers.null_count() else found

    return elementwise(number, kernel, pl.Date)
