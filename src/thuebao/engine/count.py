"""Counting: per operator, how many records, and per rule how many it applies to and how many violate it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from thuebao.base.errors import InputError
from thuebao.base.helper_columns import ERROR, HIT
from thuebao.engine.plan import Plan

_RECORDS = ("records", "records_with_errors", "records_with_findings")
_RULES = ("evaluated", "violations")
_TOGETHER = 100_000
"""Rows of counts that wait to be summed."""
_MOST_OPERATORS = 200
"""Operators that a file may name: of each one everything is counted, listed and reported."""
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
        """Add counts, of which there is one row for each key."""
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
        self._codes = [c.rule.code for c in plan.active]
        self._scopes = sorted(set(plan.scopes))
        self._records = _Sum(keys)
        self._hits = _Sum(keys)
        self._offenders = _Sum(["operator", "by", "name"])

    def add(self, evaluated: pl.DataFrame) -> None:
        """Count an evaluated batch."""
        counts = pl.len().alias("records"), pl.col(HIT, ERROR, *self._scopes).sum()
        if evaluated.height and all(_is_constant(evaluated[key]) for key in self._keys):
            # Most files are of one operator, and a sum is much cheaper than sums by groups.
            self._records.add(evaluated.select(*(pl.col(key).first() for key in self._keys), *counts))
        else:
            self._records.add(evaluated.group_by(self._keys).agg(*counts))
        hits = evaluated.select(*{HIT, "operator", *self._keys, *self._codes, *OFFENDERS}).filter(HIT)
        if hits.height:
            self._hits.add(hits.group_by(self._keys).agg(pl.col(self._codes).sum()))
            self._offenders.add(offenders(hits, pl.sum_horizontal(self._codes)))

    @property
    def operators(self) -> tuple[str, ...]:
        """Whose records were counted, by name."""
        return tuple(self._records.total()["operator"].drop_nulls().unique().sort()) if self._records else ()

    def check_operators(self, path: str, header: str) -> None:
        """Raise InputError where the records name more operators than there can be: the column means something else."""
        if self._records.distinct("operator") > _MOST_OPERATORS:
            raise InputError("operators_too_many", path=path, header=header, limit=_MOST_OPERATORS)

    def counts(self) -> Counts:
        """Return what was counted."""
        if not self._records:
            return Counts.of(self._keys)
        records = self._records.total()
        scoped = zip(self._plan.codes, self._plan.scopes, strict=True)
        rules = [self._long(records.select(*self._keys, *(pl.col(s).alias(c) for c, s in scoped)), "evaluated")]
        if self._hits:
            rules.append(self._long(self._hits.total(), "violations"))
        named = records.rename({ERROR: "records_with_errors", HIT: "records_with_findings"})
        return Counts.of(self._keys, [named], rules, [self._offenders.total()] if self._offenders else [])

    def _long(self, wide: pl.DataFrame, name: str) -> pl.DataFrame:
        return wide.unpivot(index=self._keys, variable_name="code", value_name=name)


def _is_constant(values: pl.Series) -> bool:
    return bool(values.eq_missing(values[0]).all())


def offenders(hits: pl.DataFrame, findings: pl.Expr) -> pl.DataFrame:
    """Return how many findings and records there are by clerk and point of sale; `findings` is each record's number."""
    counted = hits.select("operator", *OFFENDERS, findings=findings.cast(pl.Int64))
    return pl.concat(
        counted.filter(pl.col(by).is_not_null())
        .group_by("operator", pl.col(by).alias("name"))
        .agg(pl.col("findings").sum(), pl.len().cast(pl.Int64).alias("records"))
        .with_columns(by=pl.lit(by))
        for by in OFFENDERS
    )
