"""Gives text that is kept memory of its own: a few values taken from a batch hold on to all of its bytes."""

from __future__ import annotations

import polars as pl


def in_own_memory(values: pl.Series) -> pl.Series:
    """Return the same values; of text, a copy of their bytes alone: the older form of Arrow has them end to end."""
    if values.dtype != pl.String:
        return values
    copy = pl.from_arrow(values.to_arrow(compat_level=pl.CompatLevel.oldest()))
    return pl.Series(values.name, copy, dtype=pl.String)


def frame_in_own_memory(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the same rows, whose text holds on to nothing else."""
    return pl.DataFrame([in_own_memory(column) for column in frame])
