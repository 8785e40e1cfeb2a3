"""Whose registrations have findings: counted by clerk and point of sale, in bounded memory."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from thuebao.engine.spilled_sums import SpilledSums

OFFENDERS = ("clerk_name", "point_of_sale")
"""The facts that say who took a registration and where."""
MOST = 10
"""Of each of them, how many are named."""
_SCHEMA = {"operator": pl.String, "name": pl.String, "findings": pl.Int64, "records": pl.Int64}
_MOST_HELD = 500_000
"""Names that are counted in memory whatever there is of it."""


class Offenders:
    """Findings and records of one fact of OFFENDERS, by operator and name, of records with findings alone.

    held: names that are counted in memory.
    """

    def __init__(self, folder: Path, held: int) -> None:
        self._sums = SpilledSums(folder, ("operator", "name"), min(held, _MOST_HELD), _summed)

    def add(self, counts: pl.DataFrame) -> None:
        """Add operator, name, findings, records; a name may have several rows, and counts may be taken back."""
        self._sums.add(counts[:, [*_SCHEMA]])

    def add_all(self, others: Offenders) -> None:
        """Add what others counted, which is theirs no more."""
        for some in others._sums.everything():
            self.add(some)

    def bring_back(self) -> None:
        """Bring back to memory what went to disk, so that another process can take it."""
        self._sums.bring_back()

    def most(self) -> pl.DataFrame:
        """Return operator, name, findings, records of those with the most findings, ties by operator and name."""
        return _first(pl.concat([pl.DataFrame(schema=_SCHEMA), *map(_first, self._sums.everything())]))


def offences(hits: pl.DataFrame, by: str, findings: pl.Series) -> pl.DataFrame:
    """Return operator, name, findings and records of each record whose offender `by` is known.

    They are not summed: several batches together take as long as one of them.
    """
    name, one = hits[by], pl.Series([1], dtype=pl.Int64).new_from_index(0, hits.height)
    counted = pl.DataFrame({"operator": hits["operator"], "name": name, "findings": findings, "records": one})
    return counted.filter(name.is_not_null()) if name.null_count() else counted


def _summed(counts: pl.DataFrame) -> pl.DataFrame:
    """Return the sum by operator, of which there are few, and name: operator for operator takes half as long."""
    summed = pl.col("operator").first(), pl.col("findings", "records").sum()
    parts = (of.group_by("name").agg(summed).select(*_SCHEMA) for of in counts.partition_by("operator"))
    return pl.concat([counts.clear(), *parts])


def _first(counts: pl.DataFrame) -> pl.DataFrame:
    # Lazy, so that the few are picked without sorting all.
    ordered = counts.lazy().sort("findings", "operator", "name", descending=[True, False, False])
    return ordered.head(MOST).collect()
