"""The country's records under a memory limit: what they cost per record, beside DuckDB SQL under the same limit.

    python benchmarks/nation.py [--records 2000000 10000000 50000000 130000000] [--generator foreign]
                                [--memory 4GB] [--only LETTERS] [--data DIR]

Makes Parquet files, then measures, once and one after the other: parsing them with Polars (a); the whole audit (c);
the rules across records alone (m); and the same rules as DuckDB SQL (n, duplicates_duckdb.py), which knows the
spellings of these exports alone.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from measure import HERE, audit, duckdb, made, measure, parse, size_of
from run import CASES, GENERATORS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, nargs="+", default=[2_000_000, 10_000_000, 50_000_000, 130_000_000])
    parser.add_argument("--generator", choices=GENERATORS, default="foreign")
    parser.add_argument("--memory", default="4GB")
    parser.add_argument("--only", default="acmn")
    parser.add_argument("--data", type=Path, default=HERE / "data")
    options = parser.parse_args()
    temporary = options.data / "temporary"
    print(f"{options.generator}, --memory-limit {options.memory}\n")
    print("| records | GB | | wall s | processor s | wall µs a record | peak MB | temporary bytes a record |")
    print("|---|---|---|---|---|---|---|---|")
    for records in options.records:
        if options.generator == "foreign":
            path = options.data / f"nation-foreign-{records}.parquet"
            made(path, "make_foreign.py", "--records", records, "--wide")
        else:
            # Two files of half the operators each.
            path = made(options.data / f"nation-{records}", "make_nation.py", records)
        commands = {
            "a": parse(path),
            "c": audit(path, "--memory-limit", options.memory),
            "m": audit(path, "--memory-limit", options.memory, "--select", "DUP"),
            "n": duckdb(path, temporary, options.memory),
        }
        for letter, command in commands.items():
            if letter in options.only:
                m = measure(command, temporary)
                costs = f"{m.wall:.0f} | {m.cpu:.0f} | {1e6 * m.wall / records:.2f} | {m.peak:.0f}"
                size = size_of(path) / 1e9
                name = f"{records:,} | {size:.1f} | {letter} {CASES[letter]}"
                print(f"| {name} | {costs} | {1e6 * m.disk / records:.0f} |", flush=True)


if __name__ == "__main__":
    main()
