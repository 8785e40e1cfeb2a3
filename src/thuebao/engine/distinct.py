"""Counts different values exactly, in bounded memory: what does not fit there waits on disk, by ranges of a hash."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from thuebao.engine.groups.partitions import Partitions

_RANGES = 64
"""Of hashes: of a country's records each holds some two million, which are counted at a time."""
_SEED = 4
_HASH = "_hash"


class Distinct:
    """How many different values, by the columns `keys`, have each of some marks (Boolean columns).

    A value has a mark if one of its rows does. held: how many rows may wait in memory.
    """

    def __init__(
        self, folder: Path, name: str, keys: Sequence[str], value: str, marks: Sequence[str], held: int
    ) -> None:
        self._keys, self._value, self._marks = list(keys), value, list(marks)
        step = (1 << 64) // _RANGES
        bounds = pl.Series([n * step for n in range(1, _RANGES)], dtype=pl.UInt64)
        self._rows = Partitions(folder, name, _HASH, bounds, held)
        self._schema = dict.fromkeys(self._keys, pl.String()) | dict.fromkeys(self._marks, pl.Int64())

    def add(self, rows: pl.DataFrame) -> None:
        """Add rows with keys, value and marks; those without a mark count nothing."""
        some = rows.filter(pl.any_horizontal(self._marks))
        if some.height:
            by = [*self._keys, self._value]
            once = some.group_by(by).agg(pl.col(self._marks).any())  # most of a batch repeats itself
            self._rows.add(once.with_columns(pl.col(self._value).hash(_SEED).alias(_HASH)))

    def counts(self) -> pl.DataFrame:
        """Return keys, and for each mark how many values have it. Nothing may be added any more."""
        counted = []
        for size, rows in self._rows.ranges():
            if size:
                values = rows.group_by([*self._keys, self._value]).agg(pl.col(self._marks).any())
                counted.append(values.group_by(self._keys).agg(pl.col(self._marks).sum().cast(pl.Int64)).collect())
        if not counted:
            return pl.DataFrame(schema=self._schema)
        return pl.concat(counted).group_by(self._keys).agg(pl.col(self._marks).sum())
