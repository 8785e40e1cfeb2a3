"""A number of an operator as one whole number: equal ones are the same, and millions of them are looked up at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

_ROOM = 10**11
"""More than a number in current form can be."""


class NumberIds:
    """Gives the numbers (in current form) of operators their whole numbers; operators are told apart as they come."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}

    @property
    def operators(self) -> Sequence[str]:
        """The operators so far, in the order of their places."""
        return list(self._places)

    def of(self, operators: pl.Series, numbers: pl.Series) -> pl.Series:
        """Return the whole number of each number, NULL for one that is missing or in no form."""
        for name in operators.unique(maintain_order=True).drop_nulls():
            self._places.setdefault(name, len(self._places))
        places = operators.replace_strict(self._places, return_dtype=pl.UInt64, default=None)
        found = numbers.cast(pl.UInt64, strict=False)
        return (places * _ROOM + found.set((found >= _ROOM).fill_null(value=False), None)).alias("id")

    def operators_of(self, ids: pl.Series) -> pl.Series:
        """Return the operator of each whole number."""
        return pl.Series("operator", self.operators, dtype=pl.String).gather((ids // _ROOM).cast(pl.UInt32))


class Lookup:
    """Finds the positions of values among known ones, each of which is there once."""

    def __init__(self, known: pl.Series) -> None:
        values = known.to_numpy()
        self._order = np.argsort(values, kind="stable").astype(np.uint32)
        self._sorted = values[self._order]

    def find(self, values: pl.Series) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint32]]:
        """Return which of the values are known (their positions), and the positions of these among the known ones.

        No value may be NULL.
        """
        if not len(self._sorted):
            return np.empty(0, np.int64), np.empty(0, np.uint32)
        wanted = values.to_numpy()
        at = np.searchsorted(self._sorted, wanted)
        at[at == len(self._sorted)] = 0
        hits = np.flatnonzero(self._sorted[at] == wanted)
        return hits, self._order[at[hits]]
