"""What an audit of sample_data/ must find; and on generated records all planted defects and nothing else."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import polars as pl

import thuebao
from thuebao.reference import rules_home
from thuebao.sample import write_sample

ROOT = Path(__file__).parents[1]
AS_OF = date(2026, 11, 23)


def test_sample_data() -> None:
    command = [
        sys.executable,
        "-m",
        "thuebao",
        "audit",
        "sample_data/",
        "--as-of",
        AS_OF.isoformat(),
        "--format",
        "json",
    ]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert run.returncode == 1
    assert run.stdout == (ROOT / "sample_data" / "expected.json").read_bytes()


def test_planted_defects_are_found_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    write_sample(path, records=100_000, seed=5, defects=0.1, mess=0.1, as_of=AS_OF, rules_dir=rules_home())
    truth = pl.read_csv(tmp_path / "export.truth.csv", infer_schema=False).with_columns(
        pl.col("record").cast(pl.UInt64)
    )
    assert truth["code"].n_unique() == len(thuebao.audit([path], as_of=AS_OF).rules)
    found = thuebao.audit([path], as_of=AS_OF).findings.collect()
    missed = truth.join(found, on=["record", "code"], how="anti")
    assert missed.is_empty()
    assert found.join(truth, on="record", how="anti").is_empty()
