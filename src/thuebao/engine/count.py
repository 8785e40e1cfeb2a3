"""Counting: per operator, how many records, and per rule how many it applies to and how many violate it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from thuebao.base.errors import InputError
from thuebao.base.helper_columns import ERROR, HIT
from thuebao.engine.plan import CompiledRule, Plan
from thuebao.engine.sums import RECORDS, Sums

_RECORDS = ("records", "records_with_errors", "records_with_findings")
_RULES = ("evaluated", "violations")
_TOGETHER = 100_000
"""Rows of counts that wait to be summed."""
_MOST_OPERATORS = 200
"""Operators that a file may name: of each one everything is counted, listed and reported."""
_SCOPES = {"what": pl.String, "code": pl.String}
OFFENDERS = ("clerk_name", "point_of_sale")
"""The facts that say who took a registration and where."""


@dataclass(frozen=True)
class Counts:
    """What was counted, by the columns `keys`: the operator and what else was asked for.

    records: keys, records, records_with_errors, records_with_findings.
    rules: keys, code, evaluated, violations.
    offenders: operator, by (one of OFFENDERS), name, findings, records; of records with findings only.
    """

    keys: tuple[str, ...]
    records: pl.DataFrame
    rules: pl.DataFrame
    offenders: pl.DataFrame

    @classmethod
    def of(
        cls,
        keys: Sequence[str],
        records: Iterable[pl.DataFrame] = (),
        rules: Iterable[pl.DataFrame] = (),
        offenders: Iterable[pl.DataFrame] = (),
    ) -> Counts:
        """Return the sum of counts; a count that a frame does not have is 0."""
        by, offender = list(keys), ["operator", "by", "name"]
        return cls(
            tuple(keys),
            _summed(by, _RECORDS, records),
            _summed([*by, "code"], _RULES, rules),
            _summed(offender, ("findings", "records"), offenders),
        )

    @classmethod
    def sum(cls, keys: Sequence[str], counts: Sequence[Counts]) -> Counts:
        """Return the sum of several counts."""
        return cls.of(keys, [c.records for c in counts], [c.rules for c in counts], [c.offenders for c in counts])

    def by(self, keys: Sequence[str]) -> Counts:
        """Return the same counts by fewer keys."""
        return Counts.of(keys, [self.records], [self.rules], [self.offenders])


def _summed(keys: Sequence[str], counts: Sequence[str], frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    schema = dict.fromkeys(keys, pl.String) | dict.fromkeys(counts, pl.Int64)
    whole = pl.concat(
        [pl.DataFrame(schema=schema), *(frame.select(c for c in schema if c in frame.columns) for frame in frames)],
        how="diagonal_relaxed",
    )
    return whole.group_by(list(keys)).agg(pl.col(counts).sum()).sort(list(keys), nulls_last=True)


class _Sum:
    """A sum by keys of what is added, brought together now and then: memory follows the keys, not the batches."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = list(keys)
        self._frames: list[pl.DataFrame] = []

    def add(self, frame: pl.DataFrame) -> None:
        """Add counts; a key may have several rows."""
        self._frames.append(frame)
        if sum(f.height for f in self._frames[1:]) > max(_TOGETHER, self._frames[0].height):
            self._frames = [self.total()]

    def total(self) -> pl.DataFrame:
        """Return the sum, without a row where nothing was added."""
        order = self._frames[0].columns
        return pl.concat(self._frames).group_by(self._keys).agg(pl.all().sum()).select(order)

    def distinct(self, key: str) -> int:
        """Return how many values a key has so far."""
        return pl.concat(frame[key] for frame in self._frames).n_unique() if self._frames else 0

    def __bool__(self) -> bool:
        return bool(self._frames)


class Tally:
    """The counts of one file, batch by batch."""

    def __init__(self, plan: Plan, keys: Sequence[str]) -> None:
        self._plan = plan
        self._keys = list(keys)
        self._scopes = sorted(set(plan.scopes))
        self._sums = Sums(keys)
        self._counted = _Sum([*keys, "what"])
        self._violations = _Sum([*keys, "what"])
        self._offenders = _Sum(["operator", "by", "name"])

    def add(self, judged: pl.DataFrame, hits: pl.DataFrame, hitting: Collection[CompiledRule]) -> None:
        """Count the records of a batch that are judged, and the findings of those that have any (Plan.with_findings).

        hitting: the rules that found them.
        """
        self._counted.add(self._sums.of(judged, [HIT, ERROR, *self._scopes]))
        if hits.height:
            found = [c.rule.code for c in hitting]
            self._violations.add(self._sums.of(hits, found))
            self._offenders.add(_offences(hits, pl.sum_horizontal(found)))

    @property
    def operators(self) -> tuple[str, ...]:
        """Whose records were counted, by name."""
        return tuple(self._counted.total()["operator"].drop_nulls().unique().sort()) if self._counted else ()

    def check_operators(self, path: str, header: str) -> None:
        """Raise InputError where the records name more operators than there can be: the column means something else."""
        if self._counted.distinct("operator") > _MOST_OPERATORS:
            raise InputError("operators_too_many", path=path, header=header, limit=_MOST_OPERATORS)

    def counts(self) -> Counts:
        """Return what was counted."""
        if not self._counted:
            return Counts.of(self._keys)
        counted = self._counted.total()
        named = {RECORDS: "records", ERROR: "records_with_errors", HIT: "records_with_findings"}
        records = (
            counted.filter(pl.col("what") == what).select(*self._keys, pl.col("count").alias(name))
            for what, name in named.items()
        )
        scopes = pl.DataFrame({"what": self._plan.scopes, "code": self._plan.codes}, schema=_SCOPES)
        rules = [counted.rename({"count": "evaluated"}).join(scopes, on="what")]
        if self._violations:
            found = self._violations.total().rename({"what": "code", "count": "violations"})
            rules.append(found.filter(pl.col("code") != RECORDS))
        return Counts.of(self._keys, records, rules, [self._offenders.total()] if self._offenders else [])


def _offences(hits: pl.DataFrame, findings: pl.Expr) -> pl.DataFrame:
    """Return the clerk and the point of sale of each record with findings; `findings` is its number of them."""
    counted = hits.select("operator", *OFFENDERS, findings=findings.cast(pl.Int64))
    return pl.concat(
        counted.select(
            "operator",
            pl.col(by).alias("name"),
            "findings",
            pl.lit(1, pl.Int64).alias("records"),
            pl.lit(by).alias("by"),
        ).filter(pl.col("name").is_not_null())
        for by in OFFENDERS
    )


def offenders(hits: pl.DataFrame, findings: pl.Expr) -> pl.DataFrame:
    """Return how many findings and records there are by clerk and point of sale; `findings` is each record's number."""
    return _offences(hits, findings).group_by("operator", "name", "by").agg(pl.col("findings", "records").sum())
