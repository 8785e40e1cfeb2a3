"""Make one benchmark export: OUT RECORDS DEFECTS COLUMN...

Organisations and online registrations are left out: without the columns that tell them apart, which a narrow export
does not have, they would count as faulty.
"""

import sys
from datetime import date
from pathlib import Path

import polars as pl

from thuebao.rulebook.reference import rules_home
from thuebao.sample import write_sample

out, records, defects, columns = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), sys.argv[4:]
whole = out.with_suffix(".whole.csv")
wanted = int(records * 1.15)
write_sample(
    whole,
    records=wanted,
    seed=1,
    defects=defects,
    as_of=date(2026, 11, 23),
    rules_dir=rules_home(),
    force=True,
)
kinds = (pl.col("subscriber_kind") == "individual") & (pl.col("pos_kind").fill_null("") != "online")
pl.scan_csv(whole, infer_schema=False).filter(kinds).head(records).select(columns).sink_csv(out)
whole.unlink()
whole.with_name(f"{whole.stem}.truth.csv").unlink()
