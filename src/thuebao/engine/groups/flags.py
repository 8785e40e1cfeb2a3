"""Some of the records of an audit: a bit for each of all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl


def no_flags(total: int) -> npt.NDArray[np.uint8]:
    """Return the bits of so many records, of which none is chosen."""
    return np.zeros((total >> 3) + 1, np.uint8)


@dataclass
class Flags:
    """Records that are chosen, by their numbers (ROW)."""

    flags: npt.NDArray[np.uint8]

    def flag(self, rows: npt.NDArray[Any]) -> None:
        """Add records."""
        bits = np.left_shift(np.uint8(1), (rows & np.uint32(7)).astype(np.uint8))
        np.bitwise_or.at(self.flags, rows >> np.uint32(3), bits)

    def among(self, first: int, last: int) -> pl.Series:
        """Return the numbers of the records from `first` to `last` that are chosen."""
        bits = np.unpackbits(self.flags[first >> 3 : (last >> 3) + 1], bitorder="little")
        start = first & 7
        at = np.flatnonzero(bits[start : start + last - first + 1])
        return pl.Series(at.astype(np.uint32) + np.uint32(first))

    def are_chosen(self, rows: pl.Series) -> pl.Series:
        """Return of some records, by their numbers, whether each is chosen."""
        numbers = rows.to_numpy()
        return pl.Series(self.flags[numbers >> np.uint32(3)] >> (numbers & np.uint32(7)).astype(np.uint8) & 1 != 0)
