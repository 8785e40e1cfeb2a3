"""The country's 130 million records, once: rules across records beside DuckDB SQL under the same memory limit.

    python benchmarks/nation.py [--records 130000000] [--memory 4GB] [--data DIR]

Makes two Parquet files, of half the operators each, then measures, one after the other: the whole audit; the rules
across records alone; and the same rules as DuckDB SQL (duplicates_duckdb.py), which takes the values as they stand
and cleans nothing.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from run import HERE, audit, made, measure, size_of


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=130_000_000)
    parser.add_argument("--memory", default="4GB")
    parser.add_argument("--data", type=Path, default=HERE / "data")
    options = parser.parse_args()
    path = made(options.data / f"nation-{options.records}", "make_nation.py", options.records)
    temporary = options.data / "temporary"
    duckdb = [sys.executable, str(HERE / "duplicates_duckdb.py"), str(path), options.memory, str(temporary)]
    compared = {
        "thuebao, all rules": audit(path, "--memory-limit", options.memory),
        "DuckDB, rules across records": duckdb,
        "thuebao, rules across records": audit(path, "--memory-limit", options.memory, "--select", "DUP"),
    }
    print(f"{options.records:,} records, {size_of(path) / 1e9:.1f} GB of Parquet, limit {options.memory}\n")
    print("| | wall s | processor s | peak MB | temporary MB |\n|---|---|---|---|---|")
    for name, command in compared.items():
        m = measure(command, temporary)
        print(f"| {name} | {m['wall']:.0f} | {m['cpu']:.0f} | {m['peak']:.0f} | {m['disk']:.0f} |", flush=True)


if __name__ == "__main__":
    main()
