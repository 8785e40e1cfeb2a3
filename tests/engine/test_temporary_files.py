"""What an audit writes for a while, few bytes a record and back as it was, and the memory that it keeps to."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Collection
from datetime import date, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import thuebao
from thuebao.base.helper_columns import ROW
from thuebao.base.parts import Written
from thuebao.base.spill import Spill
from thuebao.engine.groups.finder import Finder, Found

MAKE = Path(__file__).parents[2] / "benchmarks" / "make_foreign.py"
RECORDS = 60_000


def test_temporary_files_take_less_than_a_hundred_bytes_a_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []
    find = Finder.find

    def counted(self: Finder) -> dict[str, Found]:
        # Nothing is written any more but what is found, and what nominated it is removed on the way.
        written.append(sum(path.stat().st_size for path in self.folder.iterdir()))
        found = find(self)
        written.append(sum(path.stat().st_size for path in self.folder.iterdir()))
        return found

    monkeypatch.setattr(Finder, "find", counted)
    monkeypatch.setattr("thuebao.base.spill.ROWS_PER_PART", RECORDS)
    monkeypatch.setattr("thuebao.base.scratch._HANDLES", tmp_path / "nowhere")  # files have names, to be counted by
    path = tmp_path / "export.csv"
    subprocess.run([sys.executable, str(MAKE), str(path), "--records", str(RECORDS)], check=True)
    result = thuebao.audit(path, as_of=date(2026, 11, 23), findings=tmp_path / "findings.csv")
    assert result.totals["records"] == RECORDS
    assert len(written) == 2
    assert 20 * RECORDS < max(written) < 100 * RECORDS


@pytest.mark.skipif(sys.platform != "linux", reason="the memory of a process is told otherwise elsewhere")
def test_the_process_keeps_to_the_least_limit_on_memory(tmp_path: Path) -> None:
    path, records = tmp_path / "export.csv", 250_000
    subprocess.run([sys.executable, str(MAKE), str(path), "--records", str(records)], check=True)
    command = [sys.executable, "-m", "thuebao", "audit", str(path), "--findings", str(tmp_path / "found.csv")]
    command += ["--memory-limit", "512MB", "--quiet", "--fail-on", "never"]
    # A process begins with the memory of the one that started it, which is much for one that runs tests.
    measure = (
        "import resource, subprocess, sys; done = subprocess.run(sys.argv[1:]); "
        "print(done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    done = subprocess.run([sys.executable, "-c", measure, *command], capture_output=True, text=True, check=True)
    code, used = map(int, done.stdout.split())
    assert code == 0
    assert used * 1024 < 1.15 * 512 * 10**6


def rows(count: int, seed: int) -> pl.DataFrame:
    """Return rows of which each column is made smaller in another way, or in none."""
    rng = np.random.default_rng(seed)
    moments = [datetime(1999 + int(n) % 30, 5, 6, 7, 8, int(n) % 60, int(n) % 2 * seed % 2) for n in range(count)]
    odd = ["", "0", "-5", "+5", " 5", "٣", "1" * 25, None]
    text = [f"{n:012}" for n in rng.integers(0, 10**12, count)]
    # Of one length, as digests are, and nearly so.
    of_length = [24, 64, 32, 6, 26, 8, 128, 130][seed]
    digests = [rng.bytes(of_length // 2).hex() for _ in range(count)]
    nearly = {0: digests[3].upper(), 1: "g" * of_length, 2: "", 3: "é" * (of_length // 2), 4: digests[3] + "0a"}
    almost = [nearly.get(seed, text) if n == 103 else text for n, text in enumerate(digests)]
    mixed = [odd[n % len(odd)] if n % 7 == seed % 7 else value for n, value in enumerate(text)]
    return pl.DataFrame(
        {
            ROW: pl.Series(np.arange(count) * (1 + seed % 2), dtype=pl.UInt32),
            "digits": text,
            "signed": pl.Series([f"{n:+04}" for n in rng.integers(-99, 99, count)]),
            "mixed": pl.Series(mixed, dtype=pl.String),
            "digest": pl.Series([None if n % 13 == seed % 3 else text for n, text in enumerate(digests)]),
            "digests": digests,
            "almost": almost,
            "of_odd_length": [text[1:] for text in digests],
            "signed_or_not": ["+0" if n == 100 - seed else "10" for n in range(count)],
            "large": pl.Series([str(2**63 - 3 + int(n)) for n in rng.integers(0, 5, count)]),
            "usual": pl.Series([None if n % 11 == 0 else mixed[n - n % 5 // 4] for n in range(count)], dtype=pl.String),
            "moment": pl.Series(moments, dtype=pl.Datetime("us")),
            "far": pl.Series([datetime(1800, 1, 1), *moments[1:]], dtype=pl.Datetime("us")),
            "nothing": pl.repeat(None, count, dtype=pl.String, eager=True),
            "minute": pl.Series(moments, dtype=pl.Datetime("us")).dt.truncate("1m"),
        }
    )


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere files have names")
def test_no_temporary_file_with_values_has_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names: list[set[str]] = []
    find = Finder.find

    def noted(self: Finder) -> dict[str, Found]:
        names.append({path.name for path in self.folder.iterdir()})
        assert isinstance(self.records.parts[0], Written)
        return find(self)

    monkeypatch.setattr(Finder, "find", noted)
    monkeypatch.setattr("thuebao.base.spill.ROWS_PER_PART", 500)
    path = tmp_path / "export.csv"
    subprocess.run([sys.executable, str(MAKE), str(path), "--records", "2000"], check=True)
    thuebao.audit(path, as_of=date(2026, 11, 23), findings=tmp_path / "findings.csv")
    assert len(names) == 1
    # What is left is hashes and the lock.
    assert {name for name in names[0] if not name.startswith("keys")} == {"lock"}


def test_what_is_kept_of_few_records_is_never_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names: list[str] = []
    find = Finder.find

    def noted(self: Finder) -> dict[str, Found]:
        names.extend(path.suffix for path in self.folder.iterdir())
        return find(self)

    monkeypatch.setattr(Finder, "find", noted)
    monkeypatch.setattr("thuebao.base.scratch._HANDLES", tmp_path / "nowhere")  # files have names, to be seen by
    path = tmp_path / "export.csv"
    subprocess.run([sys.executable, str(MAKE), str(path), "--records", "2000"], check=True)
    options = {"as_of": date(2026, 11, 23), "force": True}
    thuebao.audit(path, findings=tmp_path / "kept.csv", **options)
    assert ".parquet" not in names
    monkeypatch.setattr("thuebao.base.spill.ROWS_PER_PART", 500)
    thuebao.audit(path, findings=tmp_path / "written.csv", **options)
    assert ".parquet" in names
    assert (tmp_path / "kept.csv").read_bytes() == (tmp_path / "written.csv").read_bytes()


def test_digests_take_half_the_bytes_of_their_texts(tmp_path: Path) -> None:
    rng, count = np.random.default_rng(1), 10_000
    spill = Spill(tmp_path, "rows")
    texts = [None if n % 10 == 0 else rng.bytes(32).hex() for n in range(count)]
    spill.add(pl.DataFrame({ROW: pl.Series(range(count), dtype=pl.UInt32), "digest": texts}))
    spill.flush()
    assert sum(part.path.stat().st_size for part in spill.handed_over()) < 0.93 * 32 * count


@pytest.mark.parametrize("end", [Spill.flush, Spill.finish])
@pytest.mark.parametrize("seed", range(8))
def test_rows_come_back_as_they_were(
    tmp_path: Path, seed: int, end: Callable[[Spill], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("thuebao.base.spill.ROWS_PER_PART", 40)
    usual = {"usual": pl.col("mixed"), "minute": pl.col("moment").dt.truncate("1m"), "absent": pl.col("digits")}
    spill, frame = Spill(tmp_path, "rows", usual), rows(160, seed)
    numbers = frame[ROW]
    for start in range(0, frame.height, 30):  # the last ones are too few for a file
        spill.add(frame.slice(start, 30))
        spill.add(frame.slice(start, 30).with_columns(pl.col(ROW) + 1_000_000))
        spill.take_back(1_000_000)
    end(spill)
    assert pl.concat(part.read() for part in spill.parts).equals(frame)
    if end is Spill.finish:
        assert not isinstance(spill.parts[-1], Written)
    some = numbers.filter(numbers % 3 == 0)
    for columns in (
        [ROW],
        ["nothing"],
        ["usual"],
        ["minute", "digits"],
        ["digest", "almost"],
        ["signed", "large", "far", ROW],
    ):
        taken = [p.take(some.filter(some.is_between(p.first, p.last)), columns) for p in spill.parts]
        assert pl.concat(taken).equals(frame.filter(pl.col(ROW) % 3 == 0).select(columns))
    between = spill.between(int(numbers[17]), int(numbers[95]))
    assert between is not None
    assert between.equals(frame.slice(17, 79))
    assert spill.between(500_000, 600_000) is None


def test_what_is_staged_is_read_once_to_decide_on_the_groups_of_all_rules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[int] = []
    take, find = Written.take, Finder.find

    def counted(self: Written, rows: pl.Series, columns: Collection[str]) -> pl.DataFrame:
        taken.append(self.first)
        return take(self, rows, columns)

    def counting(self: Finder) -> dict[str, Found]:
        assert len(self.records.parts) > 1
        taken.clear()
        found = find(self)
        assert sorted(taken) == [part.first for part in self.records.parts]
        return found

    monkeypatch.setattr(Written, "take", counted)
    monkeypatch.setattr(Finder, "find", counting)
    monkeypatch.setattr("thuebao.base.spill.ROWS_PER_PART", 5_000)
    paths = [tmp_path / "one.csv", tmp_path / "two.csv"]
    for path, seed in zip(paths, ("1", "2"), strict=True):
        subprocess.run([sys.executable, str(MAKE), str(path), "--records", "10000", "--seed", seed], check=True)
    result = thuebao.audit(paths, as_of=date(2026, 11, 23))
    assert sum(rule.violations > 0 for rule in result.rules if rule.rule.grouping) > 3
