"""Audits one file: judges its records batch by batch, counts them, and watches what their values look like."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Collection, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import polars as pl

from thuebao.engine.count import Tally
from thuebao.engine.counts_by import CountsBy
from thuebao.engine.observe import Observed
from thuebao.engine.offenders import OFFENDERS, Offenders
from thuebao.engine.plan import Columns, Plan
from thuebao.engine.prepare import Prepared
from thuebao.engine.rejected import Rejections
from thuebao.results.limit import Limit
from thuebao.results.result import Input, SheetRead
from thuebao.sources import Export
from thuebao.sources.batch import PASSED_OVER, Outline, Place
from thuebao.sources.notice import digits_lost, rows_passed_over

_AT_ONCE = 2
"""Batches under way: where the steps of one leave a processor idle, the other's fill it."""


@dataclass
class FileAudit:
    """The audit of one file, under way.

    ignored: columns that the file has and that count as absent. first_row: the number of its first record in the
    whole audit; rows: how many records and rejected lines it gave so far; then: from where it can be read on; ended:
    whether it was read to its end.
    """

    export: Export
    plan: Plan
    tally: Tally
    observed: Observed
    ignored: frozenset[str]
    first_row: int
    rejections: Rejections
    then: Place | None = None
    ended: bool = False
    records: int = 0
    rows: int = 0
    passed_over: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(
        cls,
        export: Export,
        prepared: Prepared,
        folder: Path,
        columns: Columns,
        ignored: frozenset[str] = frozenset(),
        *,
        first_row: int = 0,
        then: Place | None = None,
    ) -> FileAudit:
        """Return the audit of a file, of which nothing was read so far. folder: for what has to lie on disk."""
        plan = prepared.plan(columns)
        return cls(
            export,
            plan,
            Tally(
                plan,
                {by: Offenders(folder, prepared.at_once) for by in OFFENDERS},
                CountsBy.of(prepared.by.values(), folder, prepared.at_once),
            ),
            Observed.of(prepared.rulebook.reference, columns.present),
            ignored,
            first_row,
            Rejections.of(export),
            then,
        )

    def evaluated(
        self, place: Callable[[int, Outline], None], end: int | None = None, enough: int | None = None
    ) -> Generator[pl.DataFrame]:
        """Yield the evaluated batches, each record with its number, from the place that was reached on.

        place: told of each batch, and the number of its first record. end: where to stop; enough: records after which
        to stop, if it can be read on from there.
        """
        under_way: deque[tuple[Future[pl.DataFrame], pl.DataFrame]] = deque()
        at_once = min(_AT_ONCE, pl.thread_pool_size())
        with ThreadPoolExecutor(at_once) as workers:
            for batch in self.export.batches(set(self.plan.wanted), self.then, end):
                first, outline = self.first_row + self.rows, batch.outline
                place(first, outline)
                if batch.records.height:
                    if self.export.of_workbook:
                        self.observed.look_at_imported(batch.records)
                    evaluate = partial(self.plan.evaluate, batch.records, self.export.operator, first, batch.places)
                    under_way.append((workers.submit(evaluate), batch.records))
                self.take(outline)
                self.then = batch.then
                if len(under_way) == at_once:
                    yield self._observed(*under_way.popleft())
                if enough is not None and self.then and self.records >= enough:
                    break
            else:
                self.ended = True
            while under_way:
                yield self._observed(*under_way.popleft())

    def _observed(self, future: Future[pl.DataFrame], records: pl.DataFrame) -> pl.DataFrame:
        evaluated = future.result()
        self.observed.add(evaluated, self.plan.watched)
        self.observed.look_at_dates(records, evaluated)
        self.observed.look_at_digits(records, evaluated)
        return evaluated

    def take(self, batch: Outline) -> None:
        """Count a batch."""
        self.records += batch.height
        self.rows += batch.size
        self.passed_over.update(batch.passed_over)
        for rejected in batch.rejected.values():
            self.rejections.add(rejected)

    def check(self, most_rejected: Limit) -> None:
        """Raise InputError if the file has too many lines that are no records."""
        self.rejections.check(self.export.path, self.records, most_rejected)

    def input(self, sha256: str | None) -> Input:
        """Return what is said of the file."""
        export, header = self.export, self.export.header
        passed_over = {kind: self.passed_over[kind] for kind in PASSED_OVER}
        ignored, sheet = sorted(self.ignored), export.of_workbook
        hidden = sheet is not None and sheet.is_hidden(sheet.name)
        return Input(
            path=export.path,
            sha256=sha256,
            bytes=export.stored.size,
            format=export.format,
            encoding=export.encoding.name,
            records=self.records,
            rejected=self.rejections.count,
            columns=header.mapped,
            absent=header.absent,
            passed_over=passed_over,
            operator_from=export.operator_from,
            notices=tuple(
                filter(
                    None,
                    [
                        *export.notices(),
                        digits_lost(header.mapped, self.observed.digits_lost),
                        rows_passed_over(passed_over),
                    ],
                )
            ),
            ignored=ignored,
            sheets=(SheetRead(sheet.name, hidden, self.records, header.mapped, header.absent, ignored),)
            if sheet
            else (),
            sheets_left=sheet.others if sheet else (),
            operators=self.tally.operators,
        )


def month_first(export: Export, suspected: Collection[str], observed: Observed) -> set[str]:
    """Return those of some date columns that are month first: no value of the whole file has a day in front."""
    if suspected:
        for batch in export.again.batches(set(suspected)):
            observed.look_at_all_dates(batch.records, suspected)
    return set(suspected) - observed.day_first
