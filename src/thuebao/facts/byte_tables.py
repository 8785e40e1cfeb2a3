"""Looks at the bytes of a whole column: tables over two bytes at a time, and the column's bytes end to end.

They are right about what they recognise, and leave everything else to the expressions of the other modules, which
define what a text means.
"""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from thuebao.facts.kernel import Kernel

Numbers = npt.NDArray[Any]

_INLINE = 12  # a string view holds this many bytes of text itself
UNLIKE = 1 << 24  # in a table: not of this form. More than any sum, and a sum of many fits into 32 bits
_FEW_OF = 3
_MANY = 8  # of every so many bytes, or of the first values, one in the wrong place is too many to be worth finding
_BEGINNING = 200
_PAIR = 2

# -- the bytes of a column -------------------------------------------------------------------------------------


def views_of(values: pl.Series) -> Numbers:
    """Return the string view of each value as eight numbers of 16 bits: two of its length, six of its text.

    Texts beyond twelve bytes have only their first four there; what stands at a NULL means nothing.
    """
    if values.is_empty():
        return np.zeros((0, 8), "<u2")
    array = values.to_arrow(compat_level=pl.CompatLevel.newest())
    pairs = np.frombuffer(array.buffers()[1], "<u2").reshape(-1, 8)
    return pairs[array.offset : array.offset + len(array)]


def rows_outside(values: pl.Series, low: str, high: str, ends: Numbers | None = None) -> pl.Series | None:
    """Return which texts have a byte outside `low` to `high`, or None if that is better found value by value.

    ends: of each pair of bytes, the last of them the lower half, whether a text that ends with it is meant too, as one
    of less than two bytes is then. What is said of a NULL means nothing.
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
        if ends is not None:
            outside = _ending(text, offsets - offsets[0], ends)
        if len(text) and (text.min() < least or text.max() > most):
            at = np.flatnonzero((text < least) | (text > most))
            if len(at) * _MANY > len(text):
                return None
            outside[np.searchsorted(offsets, at + offsets[0], side="right") - 1] = True
    return pl.Series(outside)


def _ending(text: Numbers, offsets: Numbers, ends: Numbers) -> Numbers:
    """Return which texts, that lie end to end, end with such pairs of bytes, or are less than one."""
    if len(text) < _PAIR:
        return np.ones(len(offsets) - 1, np.bool_)
    last = np.maximum(offsets[1:], _PAIR) - _PAIR
    found: Numbers = ends[text[last].astype(np.uint16) << 8 | text[last + 1]]
    return found | (np.diff(offsets) < _PAIR)


# -- digits at the beginning -----------------------------------------------------------------------------------


def may_begin_run(values: pl.Series) -> pl.Series:
    """Return which texts do not begin with four digits that tell that they do not go up, down or on by one.

    What it says of a NULL means nothing.
    """
    first, second = views_of(values)[:, 2:4].T
    return pl.Series((_steps().take(first, mode="wrap") & _steps().take(second, mode="wrap")) != 0)


@cache
def _steps() -> Numbers:
    """Return by which of three steps each pair of digits goes on, as bits; all for what is no pair of digits."""
    table = np.full((256, 256), 0b111, np.uint8)
    digit = np.arange(10)
    step = (digit[:, None] - digit[None, :]) % 10  # the second sign is the higher half
    table[ord("0") : ord("9") + 1, ord("0") : ord("9") + 1] = np.select([step == 0, step == 1, step == 9], [1, 2, 4], 0)
    return table.reshape(-1)


def leading_number(values: pl.Series, digits: int) -> pl.Series | None:
    """Return the number that the first `digits` signs of each text are; None if they are no digits in some of them.

    None also where some have more than twelve bytes.
    """
    views = views_of(values)
    wrong = (views[:, 0] > _INLINE) | (views[:, 1] > 0)
    number = np.zeros(len(values), np.int64)
    for at in range(0, digits, 2):
        single = digits - at == 1
        part = (_first_digit() if single else _two_digits()).take(views[:, 2 + at // 2], mode="wrap")
        wrong |= part < 0
        number *= 10 if single else 100
        number += part
    number[wrong] = -1
    found = _of_values(pl.Series(number), values)
    least = found.min()
    return found if least is None or least >= 0 else None  # type: ignore[operator]


@cache
def _two_digits() -> Numbers:
    return two_at_a_time(10 * _digit(), _digit())


@cache
def _first_digit() -> Numbers:
    return two_at_a_time(_digit(), np.zeros(256, np.int64))


def _digit() -> Numbers:
    digit = np.arange(256) - ord("0")
    return np.where((digit >= 0) & (digit <= 9), digit, -UNLIKE)


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
        pairs = views_of(values).T[: len(self._tables)]
        likely = np.flatnonzero(self._tables[0].take(pairs[0], mode="wrap") < UNLIKE)
        if len(likely) * _FEW_OF < len(values):  # so long are only those of another kind of document
            fits = np.zeros(len(values), np.bool_)
            fits[likely] = sum_of(self._tables, pairs[:, likely]) == 0
        else:
            fits = sum_of(self._tables, pairs) == 0
        return _of_values(pl.Series(fits), values)


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


def _length_tables(least: int, most: int) -> list[Numbers]:
    low, high = (np.full(1 << 16, UNLIKE, np.int32) for _ in range(2))
    low[least : most + 1] = -np.arange(least, most + 1)
    high[0] = 0
    return [low, high]


@cache
def _pair_table(*two: str) -> Numbers:
    """Return how many signs each pair of bytes is, of those that may stand there; nothing counts for none."""
    counts = np.full((2, 256), UNLIKE)
    counts[:, 0] = 0
    for count, signs in zip(counts, two, strict=True):
        count[[ord(sign) for sign in signs]] = 1
    return two_at_a_time(*counts)


def two_at_a_time(first: Numbers, second: Numbers) -> Numbers:
    """Return the table of what two bytes count together; as a number, the first of them is the lower half."""
    return (first[None, :] + second[:, None]).reshape(-1).astype(np.int32)


def sum_of(tables: list[Numbers], pairs: Sequence[Numbers] | Numbers) -> Numbers:
    """Return for each row of pairs the sum of what they count in their tables."""
    # No pair is beyond a table's end: `wrap` only spares the look at that.
    total = tables[0].take(pairs[0], mode="wrap")
    for table, pair in zip(tables[1:], pairs[1:], strict=True):
        total += table.take(pair, mode="wrap")
    return total
