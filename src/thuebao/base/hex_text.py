"""Texts of hexadecimal digits, all of one length, as the numbers that they write: half the bytes, in few columns."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

_DIGITS = b"0123456789abcdef"
_WRONG = 1 << 8
_MOST = 128
"""Digits that a text has at most: those of a SHA-512."""
_PROBE = 100
_WORD = 8
_Numbers = npt.NDArray[Any]


def as_words(texts: pl.Series, length: int) -> list[pl.Series] | None:
    """Return the 64-bit numbers that stand one after the other in texts of so many bytes, NULL where there is none.

    None if some text is anything but small hexadecimal digits, or they are an odd number.
    """
    if length % 2 or length > _MOST:
        return None
    if not texts.head(_PROBE).str.contains("^[0-9a-f]+$").all():
        return None
    there = np.flatnonzero(texts.is_not_null().to_numpy()) if texts.null_count() else slice(None)
    some = texts.drop_nulls() if texts.null_count() else texts  # there may be bytes where a NULL stands
    array, count = some.to_arrow(compat_level=pl.CompatLevel.oldest()), len(some)
    offsets = np.frombuffer(array.buffers()[1], "<i8", 1, array.offset * 8)
    pairs = np.frombuffer(array.buffers()[2], "<u2", count * length // 2, int(offsets[0]))
    numbers = _pairs().take(pairs, mode="wrap")  # no pair is beyond the table's end: only spares the look at that
    if (numbers == _WRONG).any():
        return None
    padded = np.zeros((len(texts), -(-length // 2 // _WORD) * _WORD), np.uint8)
    padded[there, : length // 2] = numbers.reshape(count, length // 2)
    words = [pl.Series(word) for word in padded.view("<u8").T]
    if 0 < length // 2 % _WORD <= _WORD // 2:
        words[-1] = words[-1].cast(pl.UInt32)
    absent = texts.is_null() if texts.null_count() else None
    return words if absent is None else [word.set(absent, None) for word in words]


def from_words(*words: pl.Series, length: int) -> pl.Series:
    """Return the texts of so many digits that numbers were made from."""
    count, absent = len(words[0]), words[0].is_null()
    numbers = np.column_stack([word.fill_null(0).to_numpy() for word in words]).astype("<u8").view(np.uint8)
    digits = _both_digits()[numbers.reshape(count, len(words) * _WORD)[:, : length // 2]]
    offsets = np.arange(count + 1, dtype="<i8") * length
    buffers = pa.py_buffer(offsets.tobytes()), pa.py_buffer(digits.tobytes())
    texts = pl.Series(_ArrowArray(pa.LargeStringArray.from_buffers(count, *buffers)), dtype=pl.String)
    return texts.set(absent, None) if absent.any() else texts


class _ArrowArray:
    """An array that does not show whose it is: for one of pyarrow Polars loads all of its functions, for 40 ms."""

    def __init__(self, array: pa.LargeStringArray) -> None:
        self.__arrow_c_array__ = array.__arrow_c_array__


@cache
def _pairs() -> _Numbers:
    """Return the number that each two signs write, by their bytes as a 16-bit number: the first is the lower half."""
    table = np.full(1 << 16, _WRONG, np.uint16)
    table[_both_digits()] = np.arange(_WRONG)
    return table


@cache
def _both_digits() -> _Numbers:
    """Return the two signs that write each byte, as such a number."""
    signs = np.frombuffer(_DIGITS, np.uint8).astype("<u2")
    both: _Numbers = signs[:, None] | signs[None, :] << 8
    return both.astype("<u2").reshape(-1)
