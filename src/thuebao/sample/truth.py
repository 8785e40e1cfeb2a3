"""The truth file: which violation was planted in which record."""

from __future__ import annotations

from pathlib import Path

import polars as pl

COLUMNS = ("path", "record", "code", "column")
"""Columns of a truth file; `record` counts the data records of the file from 1."""
OF_CAMPAIGN = ("operator", "msisdn", "state")
"""Those that the truth about a stage of a campaign has besides (campaign.STATES); of a number that is gone there is no
record."""


def truth_path(out: Path) -> Path:
    """Return where the truth about a sample lies: beside the file, or beside the folder."""
    return out.with_name(f"{out.stem if out.suffix else out.name}.truth.csv")


def truth_of(frame: pl.DataFrame, path: str) -> pl.DataFrame:
    """Return the planted violations of a chunk, in the file's order; of a campaign, what became of them."""
    more = []
    if "_became" in frame.columns:
        more = [pl.col("operator"), pl.col("msisdn"), pl.col("_became").alias("state")]
    return (
        frame.lazy()
        .filter(pl.col("_code").is_not_null())
        .select(
            pl.when(pl.col("_row").is_not_null()).then(pl.lit(path)).alias("path"),
            (pl.col("_row") + 1).alias("record"),
            pl.col("_code").alias("code"),
            pl.col("_column").alias("column"),
            *more,
        )
        .collect()
    )
