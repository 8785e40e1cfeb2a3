"""Measure thuebao beside its rivals, in turn and in one run, and print the figures as Markdown.

    python benchmarks/run.py [--records 10000000] [--runs 3] [--data DIR] [--only LETTERS] [--generator NAME]

Each command is a process of its own; wall and processor time and peak memory are the operating system's account of
it. Before each command the same file is parsed with Polars, and the ratio is taken within the round: what else the
machine does at the time weighs on both. Figures are medians. Data is generated once, beside this file, and is not
committed.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from dataclasses import dataclass, fields
from pathlib import Path

from measure import HERE, Cost, audit, duckdb, made, measure, parse, size_of

# About twenty columns, as carriers' exports have: of the sample's. Those of the other generator are its own.
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
GENERATORS = ("sample", "foreign")

CASES = {
    "a": "Polars, parsing alone",
    "b": "rules about records only",
    "c": "all rules",
    "d": "all rules, 30 % of records with findings",
    "e": "all rules, every record a duplicate",
    "f": "all rules, one identity",
    "g": "all rules, five times the records",
    "h": "DuckDB, cleaning and ten rules",
    "i": "all rules, one line in a thousand is no record",
    "j": "all rules, windows-1258",
    "k": "all rules, packed with gzip",
    "l": "one rule (NUM101)",
    "m": "rules across records alone",
    "n": "DuckDB, rules across records, findings written",
    "o": "all rules, ten thousand clerks in a minute",
    "p": "all rules, no record with findings",
}
"""What is measured, by letter."""
VARIANTS = {
    "e": ("twice", ".csv"),
    "f": ("one-identity", ".csv"),
    "i": ("bad-lines", ".csv"),
    "j": ("windows-1258", ".csv"),
    "k": ("gzip", ".csv.gz"),
}
"""Other forms of an export: their names in make_variant.py, and their endings."""
SHAPES = {"e": "every-duplicate", "f": "one-identity", "o": "busy-minute"}
"""Those that the foreign generator makes itself."""
UNPARSED = "ijk"
"""What Polars does not read as it stands: compared with parsing the export that it was made from."""


@dataclass(frozen=True)
class Case:
    """A command, the file that it reads, and the file that Polars parses beside it."""

    name: str
    command: list[str]
    read: Path
    parsed: Path


def export(folder: Path, generator: str, records: int, dirty: float) -> Path:
    """Return a generated CSV with that share of records with findings."""
    path = folder / f"{generator}-{records}-{dirty:g}.csv"
    if generator == "foreign":
        return made(path, "make_foreign.py", "--records", records, "--dirty", dirty)
    return made(path, "make_export.py", records, dirty, *COLUMNS)


def cases(generator: str, data: Path, records: int, only: str) -> list[Case]:
    """Return what is measured with the exports of a generator.

    The sample's export is clean; the foreign one has findings on 15 % of its records, as carriers' exports do.
    """
    foreign = generator == "foreign"
    usual = export(data, generator, records, 0.15 if foreign else 0.0)
    listed = []
    for letter in sorted(set(only) & set(CASES)):
        path = parsed = usual
        if letter in "op" and not foreign:
            continue  # o is a shape of the foreign generator; p would be c, since the sample's export is clean
        if letter in "dp":
            # Some of the sample's defects are of records that the export does not have: 31 % make 30.
            path = parsed = export(data, generator, records, 0.0 if letter == "p" else 0.3 if foreign else 0.31)
        elif letter == "g":
            path = parsed = export(data, generator, 5 * records, 0.15 if foreign else 0.0)
        elif foreign and letter in SHAPES:
            path = data / f"foreign-{records}-{SHAPES[letter]}.csv"
            made(path, "make_foreign.py", "--records", records, "--dirty", 0, "--shape", SHAPES[letter])
            parsed = path
        elif letter in VARIANTS:
            variant, ending = VARIANTS[letter]
            path = made(data / f"{generator}-{records}-{variant}{ending}", "make_variant.py", usual, variant)
            parsed = usual if letter in UNPARSED else path
        commands = {
            "a": parse(path),
            "b": audit(path, "--ignore", "DUP"),
            "h": [sys.executable, str(HERE / "ten_rules_duckdb.py"), str(path)],
            "l": audit(path, "--select", "NUM101"),
            "m": audit(path, "--select", "DUP"),
            "n": duckdb(path, data / "temporary"),
        }
        listed.append(Case(f"{letter} {CASES[letter]}", commands.get(letter, audit(path)), path, parsed))
    return listed


def rounds(listed: list[Case], runs: int, temporary: Path) -> dict[str, list[tuple[Cost, Cost]]]:
    """Return for each case what it and the parsing beside it cost, round by round; the first warms the file cache."""
    costs: dict[str, list[tuple[Cost, Cost]]] = {case.name: [] for case in listed}
    for run in range(runs + 1):
        for case in listed:
            beside = measure(parse(case.parsed), temporary)
            cost = beside if case.name.startswith("a ") else measure(case.command, temporary)
            if run:
                costs[case.name].append((cost, beside))
    return costs


def printed(generator: str, listed: list[Case], costs: dict[str, list[tuple[Cost, Cost]]], records: int) -> None:
    """Print a generator's table."""
    first = listed[0].parsed
    with first.open("rb") as file:
        columns = file.readline().count(b",") + 1
    runs = len(next(iter(costs.values())))
    size = size_of(first) / 1e9
    print(f"\n{generator}: {records:,} records, {columns} columns, {size:.2f} GB; medians of {runs} runs\n")
    print("| | wall s | processor s | peak MB | temporary MB | wall ÷ parsing | processor ÷ parsing |")
    print("|---|---|---|---|---|---|---|")
    for name, pairs in costs.items():
        middle = Cost(*(statistics.median(getattr(c, f.name) for c, _ in pairs) for f in fields(Cost)))
        wall, cpu = (statistics.median(getattr(c, k) / getattr(p, k) for c, p in pairs) for k in ("wall", "cpu"))
        cells = f"{middle.wall:.1f} | {middle.cpu:.1f} | {middle.peak:.0f} | {middle.disk:.0f} | {wall:.2f} | {cpu:.2f}"
        print(f"| {name} | {cells} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", default="abcdeflmnop", help="letters of what to measure; g and h take longest")
    parser.add_argument("--generator", choices=GENERATORS, help="exports of this generator alone")
    parser.add_argument("--data", type=Path, default=HERE / "data")
    options = parser.parse_args()
    if options.runs < 1:
        parser.error("--runs: at least one")
    if unknown := set(options.only) - set(CASES):
        parser.error(f"--only: no such letter: {''.join(sorted(unknown))}")
    for generator in [options.generator] if options.generator else GENERATORS:
        listed = cases(generator, options.data, options.records, options.only)
        if listed:
            costs = rounds(listed, options.runs, options.data / "temporary")
            printed(generator, listed, costs, options.records)


if __name__ == "__main__":
    main()
