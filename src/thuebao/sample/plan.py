"""Who holds how many records, in which file each lies, and which keys a record gets.

Records are numbered through all operators: Viettel's first, then VinaPhone's, and so on. Within an operator
they come in blocks of 40, in which a fixed layout says which person owns one, two, three or four of the
numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import polars as pl

from thuebao.base.messages import text
from thuebao.sample.law import Law
from thuebao.sample.streams import at
from thuebao.sample.words import rows

BLOCK = 40
PER_PREFIX = 10_000_000


@dataclass(frozen=True)
class Carrier:
    """One operator of the sample.

    `first` is the number of its first record and `blocks` that of its first block, `holder` owns its ranges,
    in which it has the numbers from `numbers` on. The last `planted` records are kept for violations across
    records.
    """

    name: str
    code: str
    file: str
    mnc: str
    holder: str
    records: int
    first: int
    blocks: int
    numbers: int
    planted: int = 0


@dataclass(frozen=True)
class FilePlan:
    """One file: the records from number `first` on, in an order of its own."""

    path: Path
    name: str
    first: int
    records: int


def of_operator(carriers: Sequence[Carrier], value: str, operator: pl.Expr) -> pl.Expr:
    """Return an attribute (number) of the operator at that place of the list."""
    return at(pl.Series([getattr(c, value) for c in carriers], dtype=pl.UInt64), operator)


def shares(records: int, weights: Sequence[int]) -> list[int]:
    """Return whole numbers that add up to `records`, in proportion to the weights."""
    total = sum(weights)
    exact = [divmod(records * weight, total) for weight in weights]
    counts = [whole for whole, _ in exact]
    by_rest = sorted(range(len(weights)), key=lambda i: (-exact[i][1], i))
    for i in by_rest[: records - sum(counts)]:
        counts[i] += 1
    return counts


def carriers(records: int, operators: Sequence[str] | None, law: Law) -> list[Carrier]:
    """Return the operators with their shares, the largest first.

    Raises ValueError for a name that data/operators.csv does not have and for more records than number
    ranges.
    """
    known = {row["operator"]: row for row in rows("operators")}
    names = list(known) if operators is None else list(dict.fromkeys(operators))
    strange = [name for name in names if name not in known]
    if strange or not names:
        raise ValueError(f"operators {strange} are not among {', '.join(known)}")
    names.sort(key=lambda name: -int(known[name]["share"]))
    counts = shares(records, [int(known[name]["share"]) for name in names])
    firsts = list(accumulate(counts, initial=0))
    blocks = list(accumulate((-(-count // BLOCK) for count in counts), initial=0))
    used: dict[str, int] = {}
    found = []
    for i, name in enumerate(names):
        holder = name if name in law.prefixes else law.hosts[name]
        row = known[name]
        start = used.get(holder, 0)
        used[holder] = start + counts[i]
        found.append(
            Carrier(name, row["code"], row["file"], row["mnc"], holder, counts[i], firsts[i], blocks[i], start)
        )
        if used[holder] > len(law.prefixes[holder]) * PER_PREFIX:
            raise ValueError(text("sample_error.numbers", records=records, operator=holder))
    return found


def file_plans(out: Path, found: Sequence[Carrier]) -> list[FilePlan]:
    """Return the files: one, or one per operator that has records when `out` has no suffix."""
    if out.suffix:
        return [FilePlan(out, "", 0, sum(carrier.records for carrier in found))]
    return [
        FilePlan(out / f"{carrier.file}.csv", carrier.name, carrier.first, carrier.records)
        for carrier in found
        if carrier.records
    ]
