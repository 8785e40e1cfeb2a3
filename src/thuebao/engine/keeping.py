"""What is kept of every record while files are read: counts, findings, and what finds groups afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from thuebao.base.helper_columns import INSIDE
from thuebao.base.parts import Written
from thuebao.base.spill import Spill
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

    staged: list[Written]
    nominated: list[list[Run]]
    own: list[Written]

    def forget(self) -> None:
        """Remove the files of findings and staged records."""
        for part in (*self.staged, *self.own):
            part.path.unlink(missing_ok=True)


@dataclass(frozen=True)
class Keeping:
    """Keeps what is wanted of every record.

    staged, nominations, own: where the staged columns, what nominates groups and the findings of rules about records
    go, as far as somebody asks for them.
    """

    prepared: Prepared
    wish: Wish
    staged: Spill
    nominations: Sequence[Nominations]
    own: Spill

    @classmethod
    def of(cls, prepared: Prepared, folder: Path, wish: Wish, *, named: bool = False) -> Keeping:
        """Return a keeping of nothing so far. named: whether another process takes it over."""
        staging, most = prepared.wanted.staging, prepared.at_once // 2
        staged = Spill(folder, "records", staging.usual, most, named=named)
        own = Spill(folder, "findings", most=most, named=named)
        return cls(prepared, wish, staged, [Nominations(folder, family) for family in staging.families], own)

    def take(self, evaluated: pl.DataFrame, plan: Plan, tally: Tally) -> tuple[pl.DataFrame, list[CompiledRule]]:
        """Keep what is wanted of a batch and count it; return its records with findings, and the rules that hit."""
        prepared = self.prepared
        if prepared.wanted.staging.searches:
            self.staged.add(evaluated[:, prepared.wanted.staged])
            for nominations in self.nominations:
                nominations.add(evaluated)
        judged = evaluated[:, plan.judged]
        if prepared.wanted.where is not None:
            judged = judged.filter(INSIDE)
        tally.add(judged)
        hits, hitting = plan.with_findings(judged)
        tally.add_findings(hits, hitting)
        if self.wish.kinds:
            self.own.add(kinds_of(hits, hitting, prepared.texts))
        elif self.wish.written:
            self.own.add(rows_of(hits, hitting, prepared.texts, prepared.keyed, reveal=prepared.options.reveal))
        return hits, hitting

    def finish(self) -> None:
        """Nothing is added any more."""
        self.staged.finish()
        self.own.finish()

    def handed_over(self) -> Kept:
        """Return what was kept so far, which is no longer this one's."""
        nominated = [nominations.handed_over() for nominations in self.nominations]
        return Kept(self.staged.handed_over(), nominated, self.own.handed_over())

    def take_over(self, kept: Kept, before: int) -> None:
        """Add what another process kept of the records behind the first `before` ones."""
        self.staged.take_over(kept.staged, before)
        self.own.take_over(kept.own, before)
        for nominations, runs in zip(self.nominations, kept.nominated, strict=True):
            nominations.take_over(runs, before)

    def take_back(self, row: int) -> None:
        """Drop what was kept of the records from the row `row` on."""
        self.staged.take_back(row)
        self.own.take_back(row)
        for nominations in self.nominations:
            nominations.take_back(row)
