r"""Quotes within values that a backslash escapes: MySQL, R, PHP and Spark write `\"` where CSV doubles the quote.

What is escaped is hidden behind letters that the text does not have, of the same length, so that all else that reads
text need not know of it; what was read gets it back.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

BACKSLASH = "\\"
_UNASSIGNED = [chr(n) for n in range(0x7B2, 0x7C0)]
"""Characters without a meaning, of two bytes each as a backslash and a quote are."""
_MOST_LINES = 1000  # lines that tell whether a text has such quotes


@dataclass(frozen=True)
class Hidden:
    """Text in which two signs stand for a backslash that is escaped, and a quote that is."""

    data: bytes
    backslash: str
    quoting: str
    quote: str

    @classmethod
    def of(cls, data: bytes, quote: str) -> Hidden:
        """Hide what is escaped in whole lines."""
        backslash, quoting = [sign for sign in _UNASSIGNED if sign.encode() not in data][:2]
        twice, escaped = (BACKSLASH * 2).encode(), (BACKSLASH + quote).encode()
        # Those of a backslash first, from the left: the last of an even number escapes nothing.
        found = data.replace(twice, backslash.encode()).replace(escaped, quoting.encode())
        return cls(found, backslash, quoting, quote)

    def restored(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return values with what was hidden in them, no longer escaped."""
        return frame.with_columns(
            pl.all().str.replace_many([self.backslash, self.quoting], [BACKSLASH, self.quote], leftmost=True)
        )

    def value(self, text: str) -> str:
        """Return one value likewise."""
        return text.replace(self.backslash, BACKSLASH).replace(self.quoting, self.quote)

    def as_written(self, text: str) -> str:
        """Return a piece of the text as it stood."""
        return text.replace(self.backslash, BACKSLASH * 2).replace(self.quoting, BACKSLASH + self.quote)


def may_be_escaped(text: str, quote: str) -> bool:
    """Return whether a quote behind a backslash stands somewhere in a text."""
    return BACKSLASH + quote in text


def is_escaped(text: str, quote: str, separators: Sequence[str]) -> bool:
    """Return whether lines of a text make sense where a backslash escapes quotes, and make none where it does not."""
    if not may_be_escaped(text, quote):
        return False
    lines = [line for line in text.split("\n") if may_be_escaped(line, quote)][:_MOST_LINES]
    hidden = [Hidden.of(line.encode("utf-8", "replace"), quote).data.decode() for line in lines]
    return max(_alike(hidden, sign, quote) for sign in separators) > max(
        _alike(lines, sign, quote) for sign in separators
    )


def _alike(lines: Sequence[str], separator: str, quote: str) -> int:
    """Return how many lines have the same number of fields, more than one, and no quote that is out of place."""
    widths: Counter[int] = Counter()
    for line in lines:
        try:
            [row] = csv.reader([line], delimiter=separator, quotechar=quote, strict=True)
        except (csv.Error, ValueError):
            continue
        widths[len(row)] += len(row) > 1
    return max(widths.values(), default=0)
