"""Counting: per operator, how many records, and per rule how many it applies to and how many violate it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import polars as pl

from thuebao.base.errors import InputError
from thuebao.base.helper_columns import ERROR, HIT
from thuebao.base.own_memory import frame_in_own_memory
from thuebao.engine.counts_by import CountsBy
from thuebao.engine.offenders import Offenders, offences
from thuebao.engine.plan import CompiledRule, Plan
from thuebao.engine.sums import RECORDS, Sums

_OPERATOR = "operator"
_RECORDS = ("records", "records_with_errors", "records_with_findings")
_RULES = ("evaluated", "violations")
_TOGETHER = 100_000
"""Rows of counts that wait to be summed."""
_MOST_OPERATORS = 200
"""Operators that a file may name: of each one everything is counted, listed and reported."""
_SCOPES = {"what": pl.String, "code": pl.String}


@dataclass(frozen=True)
class Counts:
    """What was counted by operator.

    records: operator, records, records_with_errors, records_with_findings.
    rules: operator, code, evaluated, violations.
    """

    records: pl.DataFrame
    rules: pl.DataFrame

    @classmethod
    def of(cls, records: Iterable[pl.DataFrame] = (), rules: Iterable[pl.DataFrame] = ()) -> Counts:
        """Return the sum of counts; a count that a frame does not have is 0."""
        return cls(_summed([_OPERATOR], _RECORDS, records), _summed([_OPERATOR, "code"], _RULES, rules))

    @classmethod
    def sum(cls, counts: Sequence[Counts]) -> Counts:
        """Return the sum of several counts."""
        return cls.of([c.records for c in counts], [c.rules for c in counts])


def _summed(keys: Sequence[str], counts: Sequence[str], frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    schema = dict.fromkeys(keys, pl.String) | dict.fromkeys(counts, pl.Int64)
    whole = pl.concat(
        [pl.DataFrame(schema=schema), *(frame.select(c for c in schema if c in frame.columns) for frame in frames)],
        how="diagonal_relaxed",
    )
    return whole.group_by(list(keys)).agg(pl.col(counts).sum()).sort(list(keys), nulls_last=True)


def _by_keys(keys: Sequence[str], counts: pl.DataFrame) -> pl.DataFrame:
    return counts.group_by(keys).agg(pl.all().sum())


class _Sum:
    """A sum by keys of what is added, brought together now and then: memory follows the keys, not the batches."""

    def __init__(self, summed: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
        self._summed = summed
        self._frames: list[pl.DataFrame] = []

    def add(self, frame: pl.DataFrame) -> None:
        """Add counts; a key may have several rows."""
        self._frames.append(frame_in_own_memory(frame))
        if sum(f.height for f in self._frames[1:]) > max(_TOGETHER, self._frames[0].height):
            self._frames = [frame_in_own_memory(self.total())]

    def total(self) -> pl.DataFrame:
        """Return the sum, without a row where nothing was added."""
        order = self._frames[0].columns
        return self._summed(pl.concat(self._frames)).select(order)

    def handed_over(self) -> list[pl.DataFrame]:
        """Return the sum as a frame, or none where nothing was added."""
        return [self.total()] if self._frames else []

    def distinct(self, key: str) -> int:
        """Return how many values a key has so far."""
        return pl.concat(frame[key] for frame in self._frames).n_unique() if self._frames else 0

    def __bool__(self) -> bool:
        return bool(self._frames)


@dataclass(frozen=True)
class Tallied:
    """What a tally counted, apart from its plan: for a tally of the same file to take over."""

    counted: list[pl.DataFrame]
    violations: list[pl.DataFrame]
    offenders: Mapping[str, Offenders]
    by: CountsBy | None


class Tally:
    """The counts of one file by operator, batch by batch.

    offenders: by fact, where those who took its records are counted; by: where they are counted by what the user asked
    for, None if nobody did.
    """

    def __init__(self, plan: Plan, offenders: Mapping[str, Offenders], by: CountsBy | None) -> None:
        self.offenders, self.by = offenders, by
        self._plan = plan
        self._scopes = sorted(set(plan.scopes))
        self._sums = Sums(_OPERATOR)
        by_what = partial(_by_keys, [_OPERATOR, "what"])
        self._counted, self._violations = _Sum(by_what), _Sum(by_what)

    def add(self, judged: pl.DataFrame) -> None:
        """Count the records of a batch that are judged."""
        self._counted.add(self._sums.of(judged, [HIT, ERROR, *self._scopes]))
        if self.by:
            self.by.add(judged, self._plan)

    def add_findings(self, hits: pl.DataFrame, hitting: Collection[CompiledRule]) -> None:
        """Count the findings of a batch: the records that have any, and the rules that found them."""
        if hits.height:
            found = [c.rule.code for c in hitting]
            self._violations.add(self._sums.of(hits, found))
            findings = hits.select(pl.sum_horizontal(found).cast(pl.Int64)).to_series()
            for by, counted in self.offenders.items():
                counted.add(offences(hits, by, findings))
            if self.by:
                self.by.add_findings(hits, hitting)

    def handed_over(self) -> Tallied:
        """Return what was counted, which is no longer this one's."""
        for counted in self.offenders.values():
            counted.bring_back()
        if self.by:
            self.by.bring_back()
        return Tallied(self._counted.handed_over(), self._violations.handed_over(), self.offenders, self.by)

    def take_over(self, tallied: Tallied) -> None:
        """Add what a tally of other records of the file counted."""
        for sums, frames in ((self._counted, tallied.counted), (self._violations, tallied.violations)):
            for frame in frames:
                sums.add(frame)
        for by, counted in self.offenders.items():
            counted.add_all(tallied.offenders[by])
        if self.by and tallied.by:
            self.by.add_all(tallied.by)

    @property
    def operators(self) -> tuple[str, ...]:
        """Whose records were counted, by name."""
        return tuple(self._counted.total()[_OPERATOR].drop_nulls().unique().sort()) if self._counted else ()

    def check_operators(self, path: str, header: str) -> None:
        """Raise InputError where the records name more operators than there can be: the column means something else."""
        if self._counted.distinct(_OPERATOR) > _MOST_OPERATORS:
            raise InputError("operators_too_many", path=path, header=header, limit=_MOST_OPERATORS)

    def counts(self) -> Counts:
        """Return what was counted."""
        if not self._counted:
            return Counts.of()
        counted = self._counted.total()
        named = {RECORDS: "records", ERROR: "records_with_errors", HIT: "records_with_findings"}
        records = (
            counted.filter(pl.col("what") == what).select(_OPERATOR, pl.col("count").alias(name))
            for what, name in named.items()
        )
        scopes = pl.DataFrame({"what": self._plan.scopes, "code": self._plan.codes}, schema=_SCOPES)
        rules = [counted.rename({"count": "evaluated"}).join(scopes, on="what")]
        if self._violations:
            found = self._violations.total().rename({"what": "code", "count": "violations"})
            rules.append(found.filter(pl.col("code") != RECORDS))
        return Counts.of(records, rules)
