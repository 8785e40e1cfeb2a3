"""Make an export that is not the sample's, from the law and the catalogue alone: OUT (.csv or .parquet).

    python benchmarks/make_foreign.py OUT --records 2000000 [--seed 1] [--dirty 0.15] [--shape plain] [--wide]

The same seed gives the same records. Shapes: every-duplicate (the second half is the first once more), one-identity
(all records with the same document number), busy-minute (ten thousand clerks register everything in one minute).
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import get_args

import pyarrow.parquet as pq

from foreign.plan import Plan, Shape
from foreign.records import COLUMNS, FURTHER, rows

CHUNK = 250_000


def make(out: Path, plan: Plan, columns: tuple[str, ...] = COLUMNS) -> None:
    """Write an export part by part: memory does not grow with the records."""
    unfinished = out.with_name(f"{out.name}.unfinished")
    parts = (
        rows(plan, start, min(start + CHUNK, plan.records), columns) for start in range(0, max(plan.records, 1), CHUNK)
    )
    if out.suffix == ".parquet":
        first = next(parts).to_arrow()
        with pq.ParquetWriter(unfinished, first.schema, compression="zstd") as writer:
            writer.write_table(first)
            for part in parts:
                writer.write_table(part.to_arrow())
    else:
        with unfinished.open("wb") as file:
            for place, part in enumerate(parts):
                part.write_csv(file, include_header=place == 0)
    unfinished.rename(out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--records", type=int, default=2_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--dirty", type=float, default=0.15, help="share of records with findings")
    parser.add_argument("--shape", choices=get_args(Shape), default="plain")
    parser.add_argument("--wide", action="store_true", help=f"further columns: {', '.join(FURTHER)}")
    options = parser.parse_args()
    if not 0 <= options.dirty <= 1:
        parser.error("--dirty is a share: from 0 to 1")
    plan = Plan(options.records, options.seed, options.dirty, options.shape)
    make(options.out, plan, COLUMNS + FURTHER if options.wide else COLUMNS)


if __name__ == "__main__":
    main()
