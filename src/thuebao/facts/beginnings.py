"""Which texts begin like one of some words: tables over their first four bytes, for a whole column at once.

They leave out what cannot be such a word however it is spelt; what they nominate is for others to decide.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import numpy as np
import polars as pl

from thuebao.base.fold import fold_text
from thuebao.facts.byte_tables import Numbers, views_of

_LOWEST, _HIGHEST = ord("!"), ord("~")
_LETTERS = range(0x80, 0x250)  # Latin letters of two bytes
_ANYTHING = np.uint32(1 << 31)  # behind a sign that is not seen nobody knows which letter of a word comes next
_GROUPS = 31
_ALIKE = {"i": "iy", "y": "iy"}  # some words are compared so


class Beginnings:
    """Tables of the first four bytes of the texts that may be one of some words, or made of some signs alone."""

    def __init__(self, words: Iterable[str], signs: str = "", openings: Iterable[str] = ()) -> None:
        """Take the words, in small letters, and the signs; a quote may stand behind either.

        openings: pairs of signs behind which anything may stand.
        """
        groups = _GROUPS - 1
        spellings = [([_ALIKE.get(c, c) for c in word], n % groups) for n, word in enumerate(sorted({*words}))]
        spellings += [([signs] * 4, groups)] if signs else []
        self._first, self._second = (_table(spellings, start) for start in (0, 2))
        for opening in openings:
            self._first[int.from_bytes(opening.encode(), "little")] |= _ANYTHING

    def present_and_nominated(self, values: pl.Series) -> tuple[pl.Series, pl.Series]:
        """Return which values have another beginning, and which have such a one; neither is an empty text or NULL."""
        views = views_of(values)
        there = (views[:, 0] | views[:, 1]) != 0
        nominated = self._first.take(views[:, 2], mode="wrap")
        nominated &= self._second.take(views[:, 3], mode="wrap")
        likely = (nominated != 0) & there
        found = pl.Series(there & ~likely), pl.Series(likely)
        if not values.null_count():
            return found
        valid = values.is_not_null()
        return found[0] & valid, found[1] & valid


def _table(spellings: list[tuple[list[str], int]], start: int) -> Numbers:
    """Return which spellings a pair of bytes may be part of, as bits, where it stands at `start`."""
    table = np.zeros((256, 256), np.uint32)
    unseen = np.ones(256, np.bool_)
    unseen[_LOWEST : _HIGHEST + 1] = False
    # A sign that is not seen may be dropped, or be anything but the letter that it is.
    table[unseen] = 0xFFFFFFFF
    starts: dict[str, int] = {}
    for spelling, group in spellings:
        bit = np.uint32(1 << group)
        signs, next_signs = ([*spelling, "", "", "", ""][at] for at in (start, start + 1))
        seconds = [*_both_cases(next_signs), ord('"')]
        for first in (*_both_cases(signs), ord('"')):
            table[first, seconds] |= bit
            table[first, unseen] |= bit | _ANYTHING
        for letter in signs:
            starts[letter] = starts.get(letter, 0) | int(bit)
    for first, second, letter in _letters():
        bits = starts.get(letter, 0)
        table[first, second] = bits | int(_ANYTHING) if bits else 0
    # A pair of bytes is a number of which the first is the lower half; in the second pair anything is behind anything.
    return np.ascontiguousarray((table | _ANYTHING if start else table).T).reshape(-1)


def _both_cases(signs: str) -> list[int]:
    return [ord(case) for sign in signs for case in {sign, sign.upper()} if case.isascii()]


@cache
def _letters() -> list[tuple[int, int, str]]:
    """Return Latin letters of two bytes that are another letter with a mark, and that letter."""
    letters = [(*chr(code).encode(), fold_text(chr(code))) for code in _LETTERS if chr(code).isalpha()]
    return [letter for letter in letters if len(letter[2]) == 1 and letter[2].isascii() and letter[2].isalpha()]
