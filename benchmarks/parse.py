"""Parse every column of a CSV or Parquet file, or of a folder's Parquet files, with Polars and do nothing with it."""

import sys
from pathlib import Path

import polars as pl

path = Path(sys.argv[1])
scan = pl.scan_csv(path, infer_schema=False) if path.suffix == ".csv" else pl.scan_parquet(path)
for _ in scan.collect_batches(chunk_size=100_000):
    pass
