"""The truth file: which violation was planted in which record."""

from __future__ import annotations

from pathlib import Path

import polars as pl

COLUMNS = ("path", "record", "code", "column")
"""Columns of a truth file; `record` counts the data records of the file from 1."""


def truth_path(out: Path) -> Path:
    """Return where the truth about a sample lies: beside the file, or beside the folder."""
    return out.with_name(f"{out.stem if out.suffix else out.name}.truth.csv")


def truth_of(frame: pl.DataFrame, path: str) -> pl.DataFrame:
    """Return the planted violations of a chunk, in the file's order."""
    return (
        frame.lazy()
        .filter(pl.col("_code").is_not_null())
        .select(pl.lit(path).alias("path"), (pl.col("_row") + 1).alias("record"), code="_code", column="_column")
        .collect()
    )
