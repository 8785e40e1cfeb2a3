"""Make the exports of a whole country, in two files of half the operators each: FOLDER RECORDS.

The same people have numbers in both, as in life; the portraits of the second are made others.
"""

import sys
from datetime import date
from pathlib import Path

import polars as pl

from thuebao.rulebook.reference import rules_home
from thuebao.sample import write_sample

folder, records = Path(sys.argv[1]), int(sys.argv[2])
HALVES = {
    "a": (["Viettel", "MobiFone", "Local", "FPT", "VNSKY"], 0.001),
    "b": (["VinaPhone", "Vietnamobile", "Gmobile", "iTel", "Wintel"], 0.0),
}

unfinished = folder.with_suffix(".unfinished")
unfinished.mkdir(parents=True, exist_ok=True)
for name, (operators, duplicates) in HALVES.items():
    half = unfinished / f"{name}.parquet"
    write_sample(
        half,
        records=records // 2,
        seed=1,
        duplicates=duplicates,
        as_of=date(2026, 11, 23),
        operators=operators,
        rules_dir=rules_home(),
        force=True,
    )
    (unfinished / f"{name}.truth.csv").unlink()
    if name == "b":
        other = pl.scan_parquet(half).with_columns(pl.col("portrait_hash").str.reverse())
        other.sink_parquet(unfinished / "c.parquet", compression="zstd")
        half.unlink()
unfinished.rename(folder)
