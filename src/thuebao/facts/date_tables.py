"""Dates of one format read from the bytes of a whole column, by tables over two bytes at a time (byte_tables.py).

They are right about what they recognise, and leave everything else to date_forms.py.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

import numpy as np
import polars as pl

from thuebao.facts.byte_tables import UNLIKE, Numbers, sum_of, two_at_a_time

# A day's place in the calendar table: months and days of two digits are told apart whatever their first digits are.
_DAY, _MONTH, _YEAR = 1, 40, 800
_CENTURIES = [18, 19, 20, 21, 99]  # 9999 is when nothing ends
_NO_DAY = np.iinfo(np.int32).min
_OF_DAY = 86_400  # seconds
# Directive of a format → what its number counts for, the highest first digit that it has.
_PARTS = {"d": (_DAY, 3), "m": (_MONTH, 1), "H": (3_600, 2), "M": (60, 5), "S": (1, 5)}


@cache
def _calendar() -> Numbers:
    """Return the day, in days since 1970, at each place; the last place, where all that is too great ends, has none."""
    table = np.full(len(_CENTURIES) * 100 * _YEAR + 1, _NO_DAY, np.int32)
    for n, century in enumerate(_CENTURIES):
        days = np.arange(f"{century}00-01-01", f"{century + 1}00-01-01", dtype="datetime64[D]")
        months = days.astype("datetime64[M]")
        year = months.astype("datetime64[Y]").astype(np.int64) + 1970 - 100 * (century - n)
        month, day = months.astype(np.int64) % 12 + 1, (days - months).astype(np.int64) + 1
        table[year * _YEAR + month * _MONTH + day * _DAY] = days.astype(np.int32)
    return table


class Unreal(NamedTuple):
    """Texts of a format that name a day which no calendar has: their rows, and that day as a number yyyymmdd."""

    rows: Numbers
    days: Numbers


class Dates(NamedTuple):
    """What texts of a format say: day and time of each (no times without a clock), NULL where it has another form."""

    day: pl.Series
    time: pl.Series | None
    unreal: Unreal | None = None


class DateTables:
    """Tables for dates and times of one format and width: the directives d, m, Y, H, M, S and signs between them."""

    def __init__(self, strptime: str) -> None:
        """Take the format, of which the date comes first."""
        date, *clock = re.split("(?=.%H)", strptime)
        of_date, of_clock = _positions(date), _positions("".join(clock))
        self._days = _pairs(of_date)
        self._clock = [(len(of_date) + at, table) for at, table in _pairs(of_clock)]
        self.width = len(of_date) + len(of_clock)

    def read(self, values: pl.Series) -> Dates:
        """Return day and time of each value; NULL where it has another form or is no day."""
        if values.is_empty():
            return Dates(pl.Series(dtype=pl.Date), pl.Series(dtype=pl.Datetime("us")) if self._clock else None)
        # NULL where the width is another one, which leaves anything in that place.
        text = values.cast(pl.Binary).bin.reinterpret(dtype=pl.Array(pl.UInt8, self.width), endianness="little")
        child = text.rechunk().to_arrow().values
        signs = np.frombuffer(child.buffers()[1], np.uint8)[child.offset :]

        def counted(tables: list[tuple[int, Numbers]]) -> Numbers:
            pairs = [np.ndarray(len(values), "<u2", signs, at, (self.width,)) for at, _ in tables]
            return sum_of([table for _, table in tables], pairs)

        places = counted(self._days)
        day = _calendar().take(places, mode="clip")
        wrong = day == _NO_DAY
        unreal = wrong
        micros = None
        if self._clock:
            seconds = counted(self._clock)
            # With minutes and seconds below sixty, a day has no more seconds than it has hours.
            late = seconds >= _OF_DAY
            unreal = wrong & ~late
            wrong |= late
            micros = day.astype(np.int64)
            micros *= _OF_DAY
            micros += seconds
            micros *= 1_000_000
        there = text.is_not_null() if text.null_count() else None
        nothing = pl.Series(wrong) if there is None else pl.Series(wrong) | ~there
        return Dates(
            _series(day, nothing, pl.Date()),
            None if micros is None else _series(micros, nothing, pl.Datetime("us")),
            _unreal(places, unreal, there),
        )


def _unreal(places: Numbers, wrong: Numbers, there: pl.Series | None) -> Unreal | None:
    # What is too great has another form.
    rows = np.flatnonzero(wrong & (places < len(_calendar()) - 1))
    rows = rows[there.to_numpy()[rows]] if len(rows) and there is not None else rows
    if not len(rows):
        return None
    place = places[rows]
    year = np.array(_CENTURIES)[place // _YEAR // 100] * 100 + place // _YEAR % 100
    return Unreal(rows, year * 10_000 + place % _YEAR // _MONTH * 100 + place % _MONTH)


def _series(numbers: Numbers, nothing: pl.Series, dtype: pl.DataType) -> pl.Series:
    """Return numbers as values of `dtype`, NULL where there is nothing."""
    series = pl.Series(numbers).cast(dtype)
    return series.set(nothing, None) if nothing.any() else series


def _positions(strptime: str) -> list[Numbers]:
    """Return for each byte of a format what each of the 256 values counts for there."""
    positions = []
    for part in re.findall("%.|.", strptime):
        if part == "%Y":
            # The first two digits count only together: see _pairs.
            positions += [np.empty(0), np.empty(0), _digits(10 * _YEAR, 9), _digits(_YEAR, 9)]
        elif part[0] == "%":
            unit, highest = _PARTS[part[1]]
            positions += [_digits(10 * unit, highest), _digits(unit, 9)]
        else:
            positions.append(np.where(np.arange(256) == ord(part), 0, UNLIKE))
    return positions


def _digits(unit: int, highest: int) -> Numbers:
    digit = np.arange(256) - ord("0")
    return np.where((digit >= 0) & (digit <= highest), digit * unit, UNLIKE)


def _pairs(positions: list[Numbers]) -> list[tuple[int, Numbers]]:
    """Return tables for two bytes at a time, and where each is read."""
    tables = []
    for at in range(0, len(positions), 2):
        # The last of an odd number is read together with the one before it, which counts only once.
        start = min(at, len(positions) - 2)
        first, second = positions[start : start + 2]
        if not len(first):
            table = _century_table()
        else:
            table = two_at_a_time(first if start == at else np.zeros(256, np.int64), second)
        tables.append((start, table))
    return tables


def _century_table() -> Numbers:
    table = np.full(1 << 16, UNLIKE, np.int32)
    for n, century in enumerate(_CENTURIES):
        table[int.from_bytes(f"{century}".encode(), "little")] = n * 100 * _YEAR
    return table
