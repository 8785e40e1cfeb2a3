"""Looks at the bytes of a whole column: tables over two bytes at a time, and the column's bytes end to end.

They are right about what they recognise, and leave everything else to the expressions of the other modules, which
define what a text means.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from thuebao.facts.kernel import Kernel

_Numbers = npt.NDArray[Any]

_INLINE = 12  # a string view holds this many bytes of text itself
_UNLIKE = 1 << 24  # in a table: not of this form. More than any sum, and a sum of many fits into 32 bits
_MANY = 8  # of every so many bytes, or of the first values, one in the wrong place is too many to be worth finding
_BEGINNING = 200

# -- the bytes of a column -------------------------------------------------------------------------------------


def _views(values: pl.Series) -> _Numbers:
    """Return the string view of each value as eight numbers of 16 bits: two of its length, six of its text.

    Texts beyond twelve bytes have only their first four there; what stands at a NULL means nothing.
    """
    if values.is_empty():
        return np.zeros((0, 8), "<u2")
    array = values.to_arrow(compat_level=pl.CompatLevel.newest())
    pairs = np.frombuffer(array.buffers()[1], "<u2").reshape(-1, 8)
    return pairs[array.offset : array.offset + len(array)]


def rows_outside(values: pl.Series, low: str, high: str) -> pl.Series | None:
    """Return which texts have a byte outside `low` to `high`, or None if that is better found value by value.

    What it says of a NULL means nothing.
    """
    least, most = ord(low), ord(high)
    begin = values.head(_BEGINNING)
    if (begin.str.contains(f"[^{low}-{high}]").sum() or 0) * _MANY > len(begin):
        return None
    array = values.to_arrow(compat_level=pl.CompatLevel.oldest())
    outside = np.zeros(len(array), np.bool_)
    if len(array):
        offsets = np.frombuffer(array.buffers()[1], "<i8")[array.offset : array.offset + len(array) + 1]
        text = np.frombuffer(array.buffers()[2], np.uint8)[offsets[0] : offsets[-1]]
        if len(text) and (text.min() < least or text.max() > most):
            at = np.flatnonzero((text < least) | (text > most))
            if len(at) * _MANY > len(text):
                return None
            outside[np.searchsorted(offsets, at + offsets[0], side="right") - 1] = True
    return pl.Series(outside)


# -- texts that begin alike ------------------------------------------------------------------------------------


class Beginnings:
    """A table of the first two bytes of the texts that may be one of some words, or made of some signs alone."""

    def __init__(self, words: Iterable[str], signs: str) -> None:
        """Take the words, in small letters, and the signs; a quote may stand behind either."""
        visible = np.zeros(256, np.bool_)
        visible[ord("!") : ord("~") + 1] = True
        table = ~visible[:, None] | np.zeros(256, np.bool_)
        behind = {sign: {*signs, '"'} for sign in signs}
        for word in words:
            behind.setdefault(word[0], set()).update(word[1:2] or {'"'})
        for first, seconds in behind.items():
            # What is no visible ASCII is nominated anyway.
            for case in {first, first.upper()} if first.isascii() else ():
                row = table[ord(case)]
                row |= ~visible
                row[[ord(s) for second in seconds if second.isascii() for s in (second, second.upper())]] = True
        self._table = np.ascontiguousarray(table.T).reshape(-1)

    def present_and_nominated(self, values: pl.Series) -> tuple[pl.Series, pl.Series]:
        """Return which values have another beginning, and which have such a one; neither is an empty text or NULL."""
        views = _views(values)
        there = (views[:, 0] | views[:, 1]) != 0
        nominated = self._table[views[:, 2]] & there
        valid = values.is_not_null()
        return pl.Series(there & ~nominated) & valid, pl.Series(nominated) & valid


# -- short texts of one form -----------------------------------------------------------------------------------

_SIGNS = re.compile(r"(?:([0-9A-Z])|\[([0-9A-Z-]+)\])(?:\{([0-9]+)(?:,([0-9]+))?\})?")


class ShortForm:
    """Tables for the texts that fit a pattern of letters and digits, of at most twelve bytes.

    A pattern is a row of signs or classes of signs; the last may be repeated between so and so many times.
    """

    def __init__(self, pattern: str) -> None:
        """Take the pattern. Raises ValueError on one that is made of anything else."""
        allowed: list[str] = []
        least = end = 0
        while part := _SIGNS.match(pattern, end):
            sign, signs, few, many = part.groups()
            members = re.compile(f"[{sign or signs}]")
            least = len(allowed) + int(few or 1)
            allowed += ["".join(filter(members.match, string.printable))] * int(many or few or 1)
            end = part.end()
            if many:
                break
        if end < len(pattern) or not 0 < len(allowed) <= _INLINE:
            raise ValueError(pattern)
        pairs = zip(allowed[::2], [*allowed[1::2], ""], strict=False)
        self._tables = [*_length_tables(least, len(allowed)), *(_pair_table(*pair) for pair in pairs)]

    def fits(self, values: pl.Series) -> pl.Series:
        """Return whether each value is of this form, NULL where there is none."""
        # Signs that were found less the length: a NUL within a text is none of the nothing behind one.
        pairs = _views(values).T[: len(self._tables)]
        return _of_values(pl.Series(_sum(self._tables, pairs) == 0), values)


def fitting(pattern: str) -> Kernel:
    """Return the kernel that tells which values fit a pattern as a whole, by the cheapest look that can."""
    exact = f"^(?:{pattern})$"

    def by_pattern(values: pl.Series) -> pl.Series:
        return values.str.contains(exact)

    try:
        return ShortForm(pattern).fits
    except ValueError:
        run = re.fullmatch(r"\[([0-9A-Z])-([0-9A-Z])\]\{([0-9]+),([0-9]+)\}", pattern)
    if not run:
        return by_pattern
    low, high, least, most = run.groups()

    def by_bytes(values: pl.Series) -> pl.Series:
        outside = rows_outside(values, low, high)
        if outside is None:
            return by_pattern(values)
        return _of_values(values.str.len_bytes().is_between(int(least), int(most)) & ~outside, values)

    return by_bytes


def _of_values(results: pl.Series, values: pl.Series) -> pl.Series:
    return results.set(values.is_null(), None) if values.null_count() else results


def _length_tables(least: int, most: int) -> list[_Numbers]:
    low, high = (np.full(1 << 16, _UNLIKE, np.int32) for _ in range(2))
    low[least : most + 1] = -np.arange(least, most + 1)
    high[0] = 0
    return [low, high]


@cache
def _pair_table(*two: str) -> _Numbers:
    """Return how many signs each pair of bytes is, of those that may stand there; nothing counts for none."""
    counts = np.full((2, 256), _UNLIKE)
    counts[:, 0] = 0
    for count, signs in zip(counts, two, strict=True):
        count[[ord(sign) for sign in signs]] = 1
    return _table(*counts)


def _table(first: _Numbers, second: _Numbers) -> _Numbers:
    """Return the table of what two bytes count together; as a number, the first of them is the lower half."""
    return (first[None, :] + second[:, None]).reshape(-1).astype(np.int32)


def _sum(tables: list[_Numbers], pairs: Sequence[_Numbers] | _Numbers) -> _Numbers:
    # No pair is beyond a table's end: `wrap` only spares the look at that.
    total = tables[0].take(pairs[0], mode="wrap")
    for table, pair in zip(tables[1:], pairs[1:], strict=True):
        total += table.take(pair, mode="wrap")
    return total


# -- dates -----------------------------------------------------------------------------------------------------

# A day's place in the calendar table: months and days of two digits are told apart whatever their first digits are.
_DAY, _MONTH, _YEAR = 1, 40, 800
_CENTURIES = [18, 19, 20, 21, 99]  # 9999 is when nothing ends
_NO_DAY = np.iinfo(np.int32).min
_OF_DAY = 86_400  # seconds
# Directive of a format → what its number counts for, the highest first digit that it has.
_PARTS = {"d": (_DAY, 3), "m": (_MONTH, 1), "H": (3_600, 2), "M": (60, 5), "S": (1, 5)}


@cache
def _calendar() -> _Numbers:
    """Return the day, in days since 1970, at each place; the last place, where all that is too great ends, has none."""
    table = np.full(len(_CENTURIES) * 100 * _YEAR + 1, _NO_DAY, np.int32)
    for n, century in enumerate(_CENTURIES):
        days = np.arange(f"{century}00-01-01", f"{century + 1}00-01-01", dtype="datetime64[D]")
        months = days.astype("datetime64[M]")
        year = months.astype("datetime64[Y]").astype(np.int64) + 1970 - 100 * (century - n)
        month, day = months.astype(np.int64) % 12 + 1, (days - months).astype(np.int64) + 1
        table[year * _YEAR + month * _MONTH + day * _DAY] = days.astype(np.int32)
    return table


class DateTables:
    """Tables for dates and times of one format and width: the directives d, m, Y, H, M, S and signs between them."""

    def __init__(self, strptime: str) -> None:
        """Take the format, of which the date comes first."""
        date, *clock = re.split("(?=.%H)", strptime)
        of_date, of_clock = _positions(date), _positions("".join(clock))
        self._days = _pairs(of_date)
        self._clock = [(len(of_date) + at, table) for at, table in _pairs(of_clock)]
        self.width = len(of_date) + len(of_clock)

    def read(self, values: pl.Series) -> tuple[pl.Series, pl.Series | None]:
        """Return day and time of each value (no times without a clock); NULL where it has another form or is no day."""
        if values.is_empty():
            return pl.Series(dtype=pl.Date), pl.Series(dtype=pl.Datetime("us")) if self._clock else None
        # NULL where the width is another one, which leaves anything in that place.
        text = values.cast(pl.Binary).bin.reinterpret(dtype=pl.Array(pl.UInt8, self.width), endianness="little")
        child = text.rechunk().to_arrow().values
        signs = np.frombuffer(child.buffers()[1], np.uint8)[child.offset :]

        def counted(tables: list[tuple[int, _Numbers]]) -> _Numbers:
            pairs = [np.ndarray(len(values), "<u2", signs, at, (self.width,)) for at, _ in tables]
            return _sum([table for _, table in tables], pairs)

        day = _calendar().take(counted(self._days), mode="clip")
        wrong = day == _NO_DAY
        if not self._clock:
            return _series(day, text, wrong, pl.Date()), None
        seconds = counted(self._clock)
        # With minutes and seconds below sixty, a day has no more seconds than it has hours.
        wrong |= seconds >= _OF_DAY
        micros = day.astype(np.int64)
        micros *= _OF_DAY
        micros += seconds
        micros *= 1_000_000
        return _series(day, text, wrong, pl.Date()), _series(micros, text, wrong, pl.Datetime("us"))


def _series(numbers: _Numbers, text: pl.Series, wrong: _Numbers, dtype: pl.DataType) -> pl.Series:
    """Return numbers as values of `dtype`, NULL where there is no text or it is wrong."""
    series = pl.Series(numbers).cast(dtype)
    nothing = pl.Series(wrong) | text.is_null() if text.null_count() else pl.Series(wrong)
    return series.set(nothing, None) if nothing.any() else series


def _positions(strptime: str) -> list[_Numbers]:
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
            positions.append(np.where(np.arange(256) == ord(part), 0, _UNLIKE))
    return positions


def _digits(unit: int, highest: int) -> _Numbers:
    digit = np.arange(256) - ord("0")
    return np.where((digit >= 0) & (digit <= highest), digit * unit, _UNLIKE)


def _pairs(positions: list[_Numbers]) -> list[tuple[int, _Numbers]]:
    """Return tables for two bytes at a time, and where each is read."""
    tables = []
    for at in range(0, len(positions), 2):
        # The last of an odd number is read together with the one before it, which counts only once.
        start = min(at, len(positions) - 2)
        first, second = positions[start : start + 2]
        if not len(first):
            table = _century_table()
        else:
            table = _table(first if start == at else np.zeros(256, np.int64), second)
        tables.append((start, table))
    return tables


def _century_table() -> _Numbers:
    table = np.full(1 << 16, _UNLIKE, np.int32)
    for n, century in enumerate(_CENTURIES):
        table[int.from_bytes(f"{century}".encode(), "little")] = n * 100 * _YEAR
    return table
