"""What following a list gives: counts for each day and operator, as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

import polars as pl

from thuebao.results.follow.columns import COUNTS, GONE, OVERDUE, OVERDUE_STEPS, STATES, TIMES, WRONG
from thuebao.results.follow.listed import Listed

FailOn = Literal["wrong", "overdue", "never"]


@dataclass(frozen=True)
class Lacking:
    """A column that an export lacks, or that could not be used, and so what cannot be said."""

    path: str
    column: str


@dataclass(frozen=True)
class Day:
    """One day: the counts (COUNTS) of each operator of the list, what the exports lack, and what was not read."""

    day: date
    files: tuple[str, ...]
    records: Mapping[str, int]
    counts: Mapping[str, Mapping[str, int]]
    lacking: tuple[Lacking, ...]
    unreadable: tuple[str, ...]
    rejected: int

    @cached_property
    def totals(self) -> dict[str, int]:
        """The counts of all operators together."""
        return {name: sum(counts[name] for counts in self.counts.values()) for name in COUNTS}


@dataclass(frozen=True)
class Basis:
    """What the terms and the time of keeping rest on: the provisions, and years."""

    steps: tuple[str, ...]
    retention: tuple[str, ...]
    retention_years: int


@dataclass(frozen=True)
class Followed:
    """A list beside the exports of later days, the earliest first."""

    listed: Listed
    days: tuple[Day, ...]
    basis: Basis
    notices: tuple[str, ...]
    exit_of_reading: int = 0

    @property
    def operators(self) -> list[str]:
        """Whose numbers are on the list."""
        return list(self.days[0].counts)

    def passed(self, fail_on: FailOn = "wrong") -> bool:
        """Return whether the last day has nothing that `fail_on` asks for: what is overdue or gone, or still wrong."""
        last = self.days[-1].totals
        late = last[OVERDUE] or last[GONE]
        return fail_on == "never" or not (late or (fail_on == "wrong" and last["still_wrong"]))

    def exit_code(self, fail_on: FailOn = "wrong") -> int:
        """Return how the command ends."""
        return self.exit_of_reading or int(not self.passed(fail_on))


def counted(
    states: pl.DataFrame, operators: Sequence[str], new_numbers: Mapping[str, int]
) -> dict[str, dict[str, int]]:
    """Return the counts of each operator. states: of states_on; new_numbers: with faults, and not on the list."""
    over = pl.col("over").fill_null(value=False)
    state, late = pl.col("state"), pl.col("time") == OVERDUE
    sums = {
        "to_put_right": pl.len(),
        **{name: (state == name).sum() for name in STATES},
        "given_again": (pl.col("again") & over).sum(),
        "still_wrong": state.is_in(WRONG).sum(),
        **{name: (pl.col("time") == name).sum() for name in TIMES},
        **{f"{step}_overdue": ((state == name) & late).sum() for name, step in OVERDUE_STEPS.items()},
        # A new subscriber's faults are those of a number that is not on the list.
        "new_numbers": (pl.col("more") & over).sum(),
        "new_faults": (pl.col("more") & ~over).sum(),
    }
    found = {row["operator"]: row for row in states.group_by("operator").agg(**sums).iter_rows(named=True)}
    counts = {name: {each: int(found[name][each]) if name in found else 0 for each in COUNTS} for name in operators}
    for name, count in new_numbers.items():
        if name in counts:
            counts[name]["new_numbers"] += count
    return counts
