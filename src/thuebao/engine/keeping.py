"""What is kept of every record while files are read: counts, findings, and what finds groups afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from thuebao.base.helper_columns import INSIDE
from thuebao.base.spill import Part, Spill
from thuebao.engine.count import Tally
from thuebao.engine.find import kinds_of, rows_of
from thuebao.engine.groups.nominations import Nominations, Run
from thuebao.engine.plan import CompiledRule, Plan
from thuebao.engine.prepare import Prepared


@dataclass(frozen=True)
class Wish:
    """What is wanted of an audit's findings of rules about records. written: their texts; kinds: their kinds alone."""

    written: bool
    kinds: bool


@dataclass(frozen=True)
class Kept:
    """What was kept of some records, on disk: for the keeping of all records to take over."""

    staged: list[Part]
    nominated: list[list[Run]]
    own: list[Part]

    def forget(self) -> None:
        """Remove the files of findings and staged records."""
        for part in (*self.staged, *self.own):
            part.path.unlink(missing_ok=True)


@dataclass(frozen=True)
class Keeping:
    """Keeps what is wanted of every record.

    staged, nominations, own: where the staged columns, what nominates groups and the findings of rules about records
    go; None, or none, if nobody asks for them. kinds: whether of findings only their kinds are wanted.
    """

    prepared: Prepared
    staged: Spill | None
    nominations: Sequence[Nominations]
    own: Spill | None
    kinds: bool

    @classmethod
    def of(cls, prepared: Prepared, folder: Path, wish: Wish, *, named: bool = False) -> Keeping:
        """Return a keeping of nothing so far. named: whether another process takes it over."""
        staging, most = prepared.wanted.staging, prepared.at_once // 2
        staged = Spill(folder, "records", staging.usual, most, named=named) if staging.searches else None
        own = Spill(folder, "findings", most=most, named=named) if wish.written or wish.kinds else None
        nominations = [Nominations(folder, family) for family in staging.families]
        return cls(prepared, staged, nominations, own, wish.kinds)

    def take(self, evaluated: pl.DataFrame, plan: Plan, tally: Tally) -> tuple[pl.DataFrame, list[CompiledRule]]:
        """Keep what is wanted of a batch and count it; return its records with findings, and the rules that hit."""
        prepared = self.prepared
        if self.staged:
            self.staged.add(evaluated.select(prepared.wanted.staged))
            for nominations in self.nominations:
                nominations.add(evaluated)
        judged = evaluated.select(plan.judged)
        if prepared.wanted.where is not None:
            judged = judged.filter(INSIDE)
        tally.add(judged)
        hits, hitting = plan.with_findings(judged)
        tally.add_findings(hits, hitting)
        if self.own and self.kinds:
            self.own.add(kinds_of(hits, hitting, prepared.texts))
        elif self.own:
            self.own.add(rows_of(hits, hitting, prepared.texts, prepared.keyed, reveal=prepared.options.reveal))
        return hits, hitting

    def flush(self) -> None:
        """Write what waits to be written."""
        for spill in (self.staged, self.own):
            if spill:
                spill.flush()

    def handed_over(self) -> Kept:
        """Return what was kept so far, which is no longer this one's."""
        staged, own = (spill.handed_over() if spill else [] for spill in (self.staged, self.own))
        return Kept(staged, [nominations.handed_over() for nominations in self.nominations], own)

    def take_over(self, kept: Kept, before: int) -> None:
        """Add what another process kept of the records behind the first `before` ones."""
        for spill, parts in ((self.staged, kept.staged), (self.own, kept.own)):
            if spill:
                spill.take_over(parts, before)
        for nominations, runs in zip(self.nominations, kept.nominated, strict=True):
            nominations.take_over(runs, before)

    def take_back(self, row: int) -> None:
        """Drop what was kept of the records from the row `row` on."""
        for written in (self.staged, self.own, *self.nominations):
            if written:
                written.take_back(row)
