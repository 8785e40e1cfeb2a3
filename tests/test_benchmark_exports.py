"""The second generator of benchmark exports: it says of its exports what an audit finds in them."""

import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
RECORDS = 6_000


def made(path: Path, *options: str) -> Path:
    command = [sys.executable, str(BENCHMARKS / "make_foreign.py"), str(path), "--records", str(RECORDS), *options]
    subprocess.run(command, check=True)
    return path


def audited(path: Path) -> dict:
    command = [sys.executable, "-m", "thuebao", "audit", "--quiet", "--as-of", "2026-11-23", "--format", "json"]
    done = subprocess.run([*command, str(path)], capture_output=True, check=False)
    assert done.returncode in (0, 1), done.stderr.decode()
    return json.loads(done.stdout)


def violated(audit: dict) -> dict[str, int]:
    return {rule["code"]: rule["violations"] for rule in audit["rules"] if rule["violations"]}


@pytest.mark.parametrize("options", [(), ("--wide",)])
def test_an_export_without_faults_has_no_findings(tmp_path: Path, options: tuple[str, ...]) -> None:
    audit = audited(made(tmp_path / "clean.csv", "--dirty", "0", *options))
    assert violated(audit) == {}
    assert audit["totals"]["records"] == RECORDS


def test_the_share_of_records_with_findings_is_the_one_asked_for(tmp_path: Path) -> None:
    audit = audited(made(tmp_path / "dirty.parquet", "--dirty", "0.3"))
    assert audit["totals"]["records_with_findings"] / RECORDS == pytest.approx(0.3, abs=0.03)
    assert len(violated(audit)) > 50


@pytest.mark.parametrize(
    ("shape", "code"), [("every-duplicate", "DUP101"), ("one-identity", "DUP121"), ("busy-minute", "DUP151")]
)
def test_a_hostile_shape_is_found_on_nearly_all_records(tmp_path: Path, shape: str, code: str) -> None:
    audit = audited(made(tmp_path / "hostile.csv", "--dirty", "0", "--shape", shape))
    assert violated(audit)[code] > 0.9 * RECORDS


def test_the_same_seed_gives_the_same_bytes_and_another_seed_other_records(tmp_path: Path) -> None:
    one, again, other = (
        made(tmp_path / name, "--seed", seed) for name, seed in [("1.csv", "1"), ("2.csv", "1"), ("3.csv", "2")]
    )
    assert one.read_bytes() == again.read_bytes()
    numbers = [set(pl.read_csv(path, infer_schema=False)["msisdn"].drop_nulls()) for path in (one, other)]
    assert len(numbers[0] & numbers[1]) < 0.1 * RECORDS
