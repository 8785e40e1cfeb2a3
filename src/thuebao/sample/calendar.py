"""Days as integers: birthdays and texts of dates by table look-up, much faster than calendars."""

from __future__ import annotations

from datetime import date

import polars as pl

from thuebao.sample.law import days
from thuebao.sample.streams import at

FIRST_YEAR, LAST_YEAR = 1850, 2150
FIRST_DAY = days(date(FIRST_YEAR, 1, 1))

_ALL = pl.date_range(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31), eager=True)
_YEARS = range(FIRST_YEAR, LAST_YEAR + 1)
_JANUARY = pl.Series([days(date(year, 1, 1)) for year in _YEARS], dtype=pl.Int32)
LEAP = pl.Series([(date(year, 12, 31) - date(year, 1, 1)).days for year in _YEARS], dtype=pl.Int32) - 364
_YEAR = _ALL.dt.year()
# Day of a year of 365 days: 29 February is told as the 28th.
_OF_YEAR = pl.select(
    pl.lit(_ALL.dt.ordinal_day().cast(pl.Int32))
    - 1
    - (pl.lit(_ALL.dt.is_leap_year()) & (pl.lit(_ALL.dt.ordinal_day()) > 59)).cast(pl.Int32)
).to_series()


def on(year: pl.Expr, of_year: pl.Expr) -> pl.Expr:
    """Return the day (since 1970) of day `of_year` (0 to 364, no 29 February) in a year."""
    index = year - FIRST_YEAR
    return at(_JANUARY, index) + of_year + pl.when(of_year > 58).then(at(LEAP, index)).otherwise(0)


def year_of(day: pl.Expr) -> pl.Expr:
    """Return the year of a day (since 1970)."""
    return at(_YEAR, day - FIRST_DAY)


def years_after(day: pl.Expr, years: int | pl.Expr) -> pl.Expr:
    """Return the same day some years later; from 29 February, 28 February."""
    return on(year_of(day) + years, at(_OF_YEAR, day - FIRST_DAY))


def day_texts(form: str) -> pl.Series:
    """Return the text of every day from 1850 to 2150 in a strftime form."""
    return _ALL.dt.strftime(form)


def time_texts() -> pl.Series:
    """Return the text HH:MM:SS of every second of a day."""
    return pl.select(pl.time_range(interval="1s", closed="left", eager=False).dt.strftime("%H:%M:%S")).to_series()
