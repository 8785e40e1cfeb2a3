"""Make a hard case of an export: OUT EXPORT (twice | one-identity).

twice: the first half of the export, and once more. one-identity: every record has the same document, as when a
placeholder slips through.
"""

import sys
from pathlib import Path

import polars as pl

out, export, variant = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
records = pl.scan_csv(export, infer_schema=False)
if variant == "twice":
    count = records.select(pl.len()).collect(engine="streaming").item()
    half = records.head(count // 2)
    pl.concat([half, half]).sink_csv(out)
else:
    records.with_columns(id_type=pl.lit("cccd"), id_number=pl.lit("001090012345")).sink_csv(out)
