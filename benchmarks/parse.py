"""Parse every column of a CSV with Polars and do nothing with it."""

import sys

import polars as pl

scan = pl.scan_csv(sys.argv[1], infer_schema=False)
for _ in scan.collect_batches(chunk_size=100_000):
    pass
