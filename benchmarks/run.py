"""Measure thuebao beside its rivals, in turn and in one run, and print the figures as Markdown.

    python benchmarks/run.py [--records 10000000] [--runs 3] [--data DIR]

Each command is a process of its own; wall and processor time and peak memory are the operating system's account of
it. Ratios are between medians. Data is generated once, beside this file, and is not committed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

HERE = Path(__file__).parent
AS_OF = date(2026, 11, 23)
# About twenty columns, as carriers' exports have.
COLUMNS = (
    "operator", "msisdn", "full_name", "date_of_birth", "nationality", "sex", "id_type", "id_number",
    "id_issue_date", "id_issue_place", "address", "payment_type", "contract_number", "confirmation_ref",
    "document_scan_ref", "portrait_ref", "portrait_taken_at", "registered_at", "clerk_name", "pos_address",
    "pos_phone",
)  # fmt: skip


def export(folder: Path, name: str, records: int, defects: float) -> Path:
    """Return a generated CSV of the columns above, made if it is not there yet."""
    path = folder / f"{name}-{records}.csv"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        # In a process of its own: a child is born with its parent's peak memory, and would be charged for it.
        make = [sys.executable, str(HERE / "make_export.py"), str(path), str(records), str(defects), *COLUMNS]
        subprocess.run(make, check=True)
    return path


def measure(command: list[str]) -> dict[str, float]:
    """Run a command; return wall and processor seconds and peak megabytes."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        sys.exit(f"failed: {' '.join(command)}")
    return {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "peak": usage.ru_maxrss / 1024}


def commands(clean: Path, dirty: Path) -> dict[str, list[str]]:
    """Return what is compared, by name."""
    python = sys.executable
    audit = [python, "-m", "thuebao", "audit", "--quiet", "--as-of", AS_OF.isoformat(), "--findings"]
    return {
        "(a) Polars, parsing alone": [python, str(HERE / "parse.py"), str(clean)],
        "(b) thuebao audit, all row rules, findings file": [
            *audit,
            str(clean.with_suffix(".findings.csv")),
            str(clean),
        ],
        "(b30) the same, 30 % of records with findings": [
            *audit,
            str(dirty.with_suffix(".findings.csv")),
            str(dirty),
        ],
        "(c) DuckDB, cleaning and ten rules": [python, str(HERE / "ten_rules_duckdb.py"), str(clean)],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--without-duckdb", action="store_true", help="leave out (c), which takes longest")
    parser.add_argument("--data", type=Path, default=HERE / "data")
    options = parser.parse_args()
    clean = export(options.data, "clean", options.records, defects=0.0)
    dirty = export(options.data, "dirty", options.records, defects=0.31)
    figures: dict[str, list[dict[str, float]]] = {}
    for run in range(options.runs + 1):
        for name, command in commands(clean, dirty).items():
            if options.without_duckdb and "DuckDB" in name:
                continue
            figure = measure(command)
            if run:  # the first round warms the file cache
                figures.setdefault(name, []).append(figure)
    size = clean.stat().st_size / 1e9
    print(f"{options.records:,} records, {size:.2f} GB, {len(COLUMNS)} columns; medians of {options.runs} runs\n")
    print("| | wall s | processor s | peak MB | wall ÷ (a) |\n|---|---|---|---|---|")
    medians = {n: {k: statistics.median(f[k] for f in fs) for k in fs[0]} for n, fs in figures.items()}
    base = next(iter(medians.values()))["wall"]
    for name, m in medians.items():
        print(f"| {name} | {m['wall']:.1f} | {m['cpu']:.1f} | {m['peak']:.0f} | {m['wall'] / base:.2f} |")


if __name__ == "__main__":
    main()
