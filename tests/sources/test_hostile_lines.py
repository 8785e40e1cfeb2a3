"""A few records, then lines without end that are none: refused soon, whatever their number."""

from __future__ import annotations

import gzip
import sys
from pathlib import Path

import pytest

from helpers.measured import measured

SAMPLES = Path(__file__).parents[2] / "sample_data" / "viettel.csv"
LIMIT = 512 * 10**6
SECONDS = 20  # of processor time
LINES = 60_000_000


@pytest.mark.skipif(sys.platform != "linux", reason="the memory of a process is told otherwise elsewhere")
@pytest.mark.parametrize("line", ['"",', '"x",', '"', '"x', ",", "", '" ",,'])
def test_lines_without_end_that_are_no_records(line: str, tmp_path: Path) -> None:
    path = tmp_path / "viettel.csv.gz"
    good = b"".join(SAMPLES.read_bytes().splitlines(keepends=True)[:300])
    piece = gzip.compress(f"{line}\n".encode() * 500_000, 1)
    with path.open("wb") as file:
        file.write(gzip.compress(good))
        file.writelines([piece] * (LINES // 500_000))
    done = measured("audit", str(path), "--memory-limit", "512MB", "--quiet")
    assert done.code == 3
    said = done.stdout + done.stderr
    assert "as in no honest export" in said or "are no records" in said
    assert done.memory < 1.15 * LIMIT
    assert done.seconds < SECONDS
