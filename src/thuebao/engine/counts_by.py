"""Counts by columns of the user's choice, of which there may be as many values as records, in bounded memory."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from thuebao.base.helper_columns import ERROR, HIT
from thuebao.engine.plan import CompiledRule, Plan
from thuebao.engine.spilled_sums import SpilledSums

MOST = 2_000
"""Rows that a result lists at most: each has counts of every rule."""
_RECORDS = ("records", "records_with_errors", "records_with_findings")
_MOST_FIRST = ("records_with_errors", "records_with_findings", "records")
_MOST_HELD = 500_000
_WIDE = 8
"""How many times the memory of a row of few counts one of a count for each rule takes."""


@dataclass(frozen=True)
class Listed:
    """The values with the most records with errors, then with findings, then records; in their order.

    records: keys, records, records_with_errors, records_with_findings; rules: keys, code, evaluated, violations, by
    keys. left_out: how many rows are not listed, and their records summed; None if none is.
    """

    records: pl.DataFrame
    rules: pl.DataFrame
    left_out: Mapping[str, int] | None


class CountsBy:
    """Records, and by rule those that it applies to and violate it, by the facts `keys`.

    held: how many records may be held in memory.
    """

    def __init__(self, folder: Path, keys: Sequence[str], held: int) -> None:
        self._keys = list(keys)
        held = min(held, _MOST_HELD)
        # keys, the counts of _RECORDS, and by code how many records it applies to: NULL where no file has its columns.
        self._records = SpilledSums(folder, self._keys, held // _WIDE, self._summed)
        self._violations = SpilledSums(folder, [*self._keys, "code"], held, self._summed_violations)

    @classmethod
    def of(cls, keys: Collection[str], folder: Path, held: int) -> CountsBy | None:
        """Return counts by the facts `keys`; None where nobody asks for any."""
        return cls(folder, [*keys], held) if keys else None

    def add(self, judged: pl.DataFrame, plan: Plan) -> None:
        """Count the records of a batch that are judged."""
        counted = judged.group_by(self._keys).agg(
            pl.len().alias("records"),
            pl.col(ERROR).sum().alias("records_with_errors"),
            pl.col(HIT).sum().alias("records_with_findings"),
            *(pl.col(scope).sum() for scope in set(plan.scopes)),
        )
        scopes = (
            pl.col(scope).cast(pl.UInt32).alias(code) for code, scope in zip(plan.codes, plan.scopes, strict=True)
        )
        self._records.add(counted.select(*self._keys, pl.col(_RECORDS).cast(pl.UInt32), *scopes))

    def add_findings(self, hits: pl.DataFrame, hitting: Collection[CompiledRule]) -> None:
        """Count the findings of a batch: of records with findings, by the rules that found them."""
        codes = [c.rule.code for c in hitting]
        found = [hits.filter(code).select(*self._keys, code=pl.lit(code, pl.String)) for code in codes]
        if found:
            self._violations.add(pl.concat(found).with_columns(violations=pl.lit(1, pl.UInt32)))

    def add_across(self, records: pl.DataFrame, found: pl.DataFrame) -> None:
        """Count findings across records: the records that had none before (keys, and how many), and keys and code."""
        counts = records.with_columns(pl.col(_RECORDS[1:]).cast(pl.UInt32), records=pl.lit(0, pl.UInt32))
        self._records.add(counts.select(*self._keys, *_RECORDS))
        self._violations.add(found.select(*self._keys, "code", violations=pl.lit(1, pl.UInt32)))

    def add_all(self, others: CountsBy) -> None:
        """Add what others counted, which is theirs no more."""
        for own, theirs in ((self._records, others._records), (self._violations, others._violations)):
            for some in theirs.everything():
                own.add(some)

    def bring_back(self) -> None:
        """Bring back to memory what went to disk, so that another process can take it."""
        self._records.bring_back()
        self._violations.bring_back()

    def listed(self) -> Listed:
        """Return the rows that a result lists. Nothing may be added any more."""
        nothing = pl.DataFrame(schema=dict.fromkeys(self._keys, pl.String) | dict.fromkeys(_RECORDS, pl.UInt32))
        top, rows, sums = nothing, 0, dict.fromkeys(_RECORDS, 0)
        for some in self._records.everything():
            rows += some.height
            sums = {name: count + int(some[name].cast(pl.Int64).sum()) for name, count in sums.items()}
            top = self._first(pl.concat([top, some], how="diagonal"))
        left_out = {"rows": rows - top.height} | {n: count - int(top[n].sum()) for n, count in sums.items()}
        codes = [name for name in top.columns if name not in {*self._keys, *_RECORDS}]
        evaluated = top.unpivot(codes, index=self._keys, variable_name="code", value_name="evaluated")
        of_rows = (
            some.join(top, on=self._keys, how="semi", nulls_equal=True) for some in self._violations.everything()
        )
        none = pl.DataFrame(schema=dict.fromkeys([*self._keys, "code"], pl.String) | {"violations": pl.UInt32})
        rules = evaluated.drop_nulls("evaluated").join(
            pl.concat([none, *of_rows]), on=[*self._keys, "code"], how="left", nulls_equal=True
        )
        return Listed(
            top.select(*self._keys, pl.col(_RECORDS).cast(pl.Int64)).sort(self._keys, nulls_last=True),
            rules.with_columns(pl.col("evaluated").cast(pl.Int64), pl.col("violations").fill_null(0).cast(pl.Int64)),
            left_out if left_out["rows"] else None,
        )

    def _first(self, counts: pl.DataFrame) -> pl.DataFrame:
        by = dict.fromkeys(_MOST_FIRST, True) | dict.fromkeys(self._keys, False)
        ordered = counts.lazy().sort(*by, descending=[*by.values()], nulls_last=True)
        return ordered.head(MOST).collect()

    def _summed(self, counts: pl.DataFrame) -> pl.DataFrame:
        sums = (
            pl.when(pl.col(name).is_not_null().any()).then(pl.col(name).sum())
            if values.null_count()
            else pl.col(name).sum()
            for name, values in counts.to_dict(as_series=True).items()
            if name not in self._keys
        )
        return counts.group_by(self._keys).agg(sums)

    def _summed_violations(self, counts: pl.DataFrame) -> pl.DataFrame:
        return counts.group_by(*self._keys, "code").agg(pl.col("violations").sum())
