"""Measure thuebao beside its rivals, in turn and in one run, and print the figures as Markdown.

    python benchmarks/run.py [--records 10000000] [--runs 3] [--data DIR] [--only LETTERS]

Each command is a process of its own; wall and processor time and peak memory are the operating system's account of
it. Ratios are between medians. Data is generated once, beside this file, and is not committed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import threading
import time
from datetime import date
from pathlib import Path

HERE = Path(__file__).parent
AS_OF = date(2026, 11, 23)
# About twenty columns, as carriers' exports have.
COLUMNS = (
    "operator",
    "msisdn",
    "full_name",
    "date_of_birth",
    "nationality",
    "sex",
    "id_type",
    "id_number",
    "id_issue_date",
    "id_issue_place",
    "address",
    "payment_type",
    "contract_number",
    "confirmation_ref",
    "document_scan_ref",
    "portrait_ref",
    "portrait_taken_at",
    "registered_at",
    "clerk_name",
    "pos_address",
    "pos_phone",
)

VARIANTS = {
    "e": ("every record a duplicate", "twice", ".csv"),
    "f": ("one identity", "one-identity", ".csv"),
    "i": ("one line in a thousand is no record", "bad-lines", ".csv"),
    "j": ("windows-1258", "windows-1258", ".csv"),
    "k": ("packed with gzip", "gzip", ".csv.gz"),
}
"""Other forms of the clean export, by letter: what it is, its name in make_variant.py, and its ending."""


def made(path: Path, script: str, *arguments: object) -> Path:
    """Return a generated file, made by a script of this folder if it is not there yet."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        # In a process of its own: a child is born with its parent's peak memory, and would be charged for it.
        subprocess.run([sys.executable, str(HERE / script), str(path), *map(str, arguments)], check=True)
    return path


def export(folder: Path, name: str, records: int, defects: float) -> Path:
    """Return a generated CSV of the columns above."""
    return made(folder / f"{name}-{records}.csv", "make_export.py", records, defects, *COLUMNS)


def measure(command: list[str], temporary: Path) -> dict[str, float]:
    """Run a command; return wall and processor seconds, peak megabytes, and the most that lay in `temporary`."""
    temporary.mkdir(parents=True, exist_ok=True)
    most = 0.0
    ended = threading.Event()

    def watch() -> None:
        nonlocal most
        while not ended.wait(0.2):
            most = max(most, size_of(temporary))

    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=os.environ | {"TMPDIR": str(temporary)})
    watcher = threading.Thread(target=watch)
    watcher.start()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    ended.set()
    watcher.join()
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        sys.exit(f"failed: {' '.join(command)}")
    return {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "peak": usage.ru_maxrss / 1024, "disk": most / 1e6}


def size_of(folder: Path) -> int:
    """Return the bytes in a folder, some of which may go while it is looked at."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size
        except OSError:
            continue
    return total


def audit(path: Path, *options: str) -> list[str]:
    """Return the command of an audit that writes its findings beside the export."""
    return [
        sys.executable,
        "-m",
        "thuebao",
        "audit",
        "--quiet",
        "--as-of",
        AS_OF.isoformat(),
        *options,
        "--findings",
        str(path.with_suffix(".findings.csv")),
        str(path),
    ]


def commands(data: Path, records: int, only: str) -> dict[str, list[str]]:
    """Return what is compared, by name; a name begins with its letter."""
    python = sys.executable
    clean = export(data, "clean", records, defects=0.0)
    every: dict[str, list[str]] = {"a Polars, parsing alone": [python, str(HERE / "parse.py"), str(clean)]}
    every["b rules about records only"] = audit(clean, "--ignore", "DUP")
    every["c all rules"] = audit(clean)
    if "d" in only:
        every["d all rules, 30 % of records with findings"] = audit(export(data, "dirty", records, defects=0.31))
    for letter, (what, variant, ending) in VARIANTS.items():
        if letter in only:
            path = made(data / f"{variant}-{records}{ending}", "make_variant.py", clean, variant)
            every[f"{letter} all rules, {what}"] = audit(path)
    if "g" in only:
        every["g all rules, five times the records"] = audit(export(data, "clean", 5 * records, defects=0.0))
    if "h" in only:
        every["h DuckDB, cleaning and ten rules"] = [python, str(HERE / "ten_rules_duckdb.py"), str(clean)]
    return {name: command for name, command in every.items() if name[0] in only}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", default="abcdef", help="letters of what to measure; g and h take longest")
    parser.add_argument("--data", type=Path, default=HERE / "data")
    options = parser.parse_args()
    figures: dict[str, list[dict[str, float]]] = {}
    compared = commands(options.data, options.records, options.only)
    for run in range(options.runs + 1):
        for name, command in compared.items():
            figure = measure(command, options.data / "temporary")
            if run:  # the first round warms the file cache
                figures.setdefault(name, []).append(figure)
    print(f"{options.records:,} records, {len(COLUMNS)} columns; medians of {options.runs} runs\n")
    medians = {n: {k: statistics.median(f[k] for f in fs) for k in fs[0]} for n, fs in figures.items()}
    bases = {name[0]: m["wall"] for name, m in medians.items() if name[0] in "ac"}
    print("| | wall s | processor s | peak MB | temporary MB |", *(f"wall ÷ {letter} |" for letter in bases))
    print("|---" * (5 + len(bases)) + "|")
    for name, m in medians.items():
        ratios = " | ".join(f"{m['wall'] / base:.2f}" for base in bases.values())
        print(f"| {name} | {m['wall']:.1f} | {m['cpu']:.1f} | {m['peak']:.0f} | {m['disk']:.0f} | {ratios} |")


if __name__ == "__main__":
    main()
