"""Proves that each line of a block of delimited text is one record, by what Polars made of it and sums over its bytes.

All bytes are looked at a few times, which costs a tenth of parsing them: a comparison of them all makes one bit a byte,
and what stands beside a sign is picked out by these bits, moved by one.
"""

from __future__ import annotations

import numpy as np
import polars as pl

_LINE_FEED, _RETURN = ord("\n"), ord("\r")


def are_records(data: bytes, records: pl.DataFrame, separator: str, quote: str) -> bool:
    """Return whether it is proven that each line is the one record that Polars read from it.

    data: lines, all of them ended by a line feed, without NUL. A block of which this is not proven may be sound.
    """
    text = _bytes_of(data)
    # A line that holds no record, and a record that holds lines.
    if int((text == _LINE_FEED).sum()) != records.height:
        return False
    quotes = text == ord(quote)
    # Few files of which one line ends with a carriage return have any that does not.
    returns = text == _RETURN if b"\r" in data else None
    values = records.select(pl.sum_horizontal(pl.all().str.len_bytes().sum())).item()
    # Too long a line is an error. What too short lines lack, quotes that are part of a value and carriage returns
    # within one are left over in this sum, and none can make up for another: nothing left over is proof.
    signs = int(quotes.sum()) + (0 if returns is None else int(returns.sum()))
    if values + records.height * records.width + signs != len(data):
        return False
    if records.width == 1 and (records.to_series().fill_null("").str.strip_chars() == "").any():
        return False  # in the only column, an empty value is a blank line
    # Polars drops other quotes and carriage returns without a word.
    if returns is not None and not bool((_behind(text, returns) == _LINE_FEED).all()):
        return False
    return _enclose(text, quotes, separator)


def count_of(data: bytes, sign: str) -> int:
    """Return how many times a sign of ASCII stands in text, which `bytes.count` takes eight times as long to know."""
    return int((_bytes_of(data) == ord(sign)).sum())


def _bytes_of(data: bytes) -> pl.Series:
    return pl.Series(np.frombuffer(data, np.uint8))


def _enclose(text: pl.Series, quotes: pl.Series, separator: str) -> bool:
    """Return whether the quotes in turn open and close a field."""
    if int(quotes.sum()) % 2:
        return False
    is_end = np.zeros(256, np.bool_)
    is_end[[ord(separator), _LINE_FEED, _RETURN]] = True
    before, behind = _before(text, quotes).to_numpy(), _behind(text, quotes).to_numpy()
    opening = slice(1, None, 2) if quotes[0] else slice(0, None, 2)  # nothing stands before the very first sign
    return bool(is_end[before[opening]].all() and is_end[behind[1::2]].all())


def _before(text: pl.Series, signs: pl.Series) -> pl.Series:
    """Return what stands before each sign but the very first of a text."""
    return text.head(-1).filter(signs.slice(1))


def _behind(text: pl.Series, signs: pl.Series) -> pl.Series:
    """Return what stands behind each sign but the very last of a text."""
    return text.slice(1).filter(signs.head(-1))
