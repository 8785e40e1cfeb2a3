"""Reads each file once, evaluates record rules, stages columns for group rules."""

from __future__ import annotations

import hashlib
import sys
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import BinaryIO

import polars as pl

from thuebao.base.errors import InputError
from thuebao.base.helper_columns import INSIDE
from thuebao.base.messages import text
from thuebao.base.spill import Spill
from thuebao.engine.count import Counts, Tally
from thuebao.engine.find import rows_of
from thuebao.engine.plan import Plan, plan_for
from thuebao.engine.prepare import Prepared
from thuebao.engine.rejected import Rejections
from thuebao.results.files import RejectsOutput, is_ours
from thuebao.results.findings import SCHEMA, Files
from thuebao.results.limit import Limit
from thuebao.results.result import ExportFinding, Input
from thuebao.sources import Batch, Export, Rejected, Stored, open_export, spool, stored_at, unpacked
from thuebao.sources.batch import PASSED_OVER
from thuebao.sources.discover import STANDARD_INPUT, STANDARD_INPUT_SHOWN
from thuebao.sources.notice import rows_passed_over

_AT_ONCE = 2
"""Batches under way: where the steps of one leave a processor idle, the other's fill it."""

Progress = Callable[[str, int], None]
"""Told the path of the file being read and how many records all files gave so far."""


@dataclass
class Reading:
    """Reads each file once, evaluates record rules, stages columns for group rules.

    staged, own: where the staged columns and the findings of record rules go, rejects: where rejected lines go; None
    if nobody asks for them. folder: for what has to lie on disk.
    """

    prepared: Prepared
    folder: Path
    staged: Spill | None
    own: Spill | None
    rejects: RejectsOutput | None
    inputs: list[Input] = field(default_factory=list)
    exports: list[Export] = field(default_factory=list)
    rejections: list[Rejections] = field(default_factory=list)
    unreadable: list[InputError] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)
    counts: list[Counts] = field(default_factory=list)
    first: list[int] = field(default_factory=list)
    rows: int = 0  # of all files so far: records, and lines that are none
    _plans: dict[frozenset[str], Plan] = field(default_factory=dict)

    def read(self, path: str, progress: Progress | None) -> None:
        """Audit the export at a path, or those in the zip there; `-` is standard input."""
        try:
            opened = unpacked(spool(_standard_input(), self.folder)) if path == STANDARD_INPUT else stored_at(path)
        except InputError as error:
            self.unreadable.append(error)
            return
        self.passed_over += opened.passed_over
        self.unreadable += opened.errors
        for stored in opened.stored:
            self._read(stored, progress)

    def _read(self, stored: Stored, progress: Progress | None) -> None:
        """Audit one export; if it cannot be read to its end, nothing of it stays."""
        before = self.rows
        try:
            if stored.packing is None and is_ours(stored.file):
                self.passed_over.append(stored.path)  # what an earlier audit wrote
                return
            options, reference = self.prepared.options, self.prepared.rulebook.reference
            export = open_export(stored, self.prepared.operators, reference, self.prepared.read_as, self.exports)
            if export.header.names == tuple(SCHEMA):
                self.passed_over.append(stored.path)
                return
            intake = _Intake(
                export,
                Tally(self._plan(export), self.prepared.keys),
                Rejections(len(export.header.names), export.layout.line_bytes if export.layout else None),
            )
            with ExitStack() as stack:
                hasher = stack.enter_context(ThreadPoolExecutor(1))
                digest = hasher.submit(_sha256, stored) if options.hash_inputs or options.is_evidence else None
                for evaluated in stack.enter_context(closing(self._evaluated(intake))):
                    self._take(evaluated, intake)
                    if progress:
                        progress(stored.path, self.rows)
                sha256 = digest.result() if digest else None
            intake.check(self.prepared.most_rejected)
        except InputError as error:
            self.rows = before
            self.unreadable.append(error)
            for spill in (self.staged, self.own):
                if spill:
                    spill.take_back(before)
            return
        self.exports.append(export)
        self.rejections.append(intake.rejections)
        self.counts.append(intake.tally.counts())
        self.first.append(before)
        self.inputs.append(intake.input(sha256))

    @property
    def files(self) -> Files:
        """Which records stand in which file."""
        return Files(pl.Series([i.path for i in self.inputs], dtype=pl.String), pl.Series(self.first, dtype=pl.UInt32))

    def _take(self, evaluated: pl.DataFrame, intake: _Intake) -> None:
        """Count a batch, and stage what group rules need of it."""
        if self.staged:
            self.staged.add(evaluated.select(self.prepared.wanted.staged))
        plan = self._plan(intake.export)
        judged = evaluated.select(plan.judged)
        if self.prepared.wanted.where is not None:
            judged = judged.filter(INSIDE)
        intake.tally.add(judged)
        if self.own:
            self.own.add(rows_of(judged, plan, self.prepared.texts, reveal=self.prepared.options.reveal))

    def _plan(self, export: Export) -> Plan:
        present = frozenset(export.header.mapped)
        if present not in self._plans:
            self._plans[present] = plan_for(self.prepared.compilation, self.prepared.wanted, present)
        return self._plans[present]

    def _evaluated(self, intake: _Intake) -> Generator[pl.DataFrame]:
        """Yield the evaluated batches of a file, each record with its number."""
        export = intake.export
        plan = self._plan(export)
        under_way: deque[Future[pl.DataFrame]] = deque()
        with ThreadPoolExecutor(_AT_ONCE) as workers:
            for batch in export.batches(set(plan.wanted)):
                if batch.records.height:
                    evaluate = partial(plan.evaluate, batch.records, export.operator, self.rows, batch.places)
                    under_way.append(workers.submit(evaluate))
                for record, why, rejected in intake.take(batch):
                    if self.rejects:
                        self.rejects.add((export.path, rejected.line, record, why, rejected.text))
                self.rows += batch.size
                if len(under_way) == _AT_ONCE:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()

    def export_findings(self) -> Iterator[ExportFinding]:
        """Yield the findings about the files that were read."""
        for export, rejections in zip(self.exports, self.rejections, strict=True):
            present = set(export.header.mapped)
            said = {
                "records-rejected": [rejections.described()] if rejections.count else [],
                "text-converted": [text(f"encoding.{export.encoding.name}")] if export.converted else [],
                "column-unknown": [", ".join(name.strip() for name in export.header.unknown)],
            }
            for rule in self.prepared.rulebook.export_rules:
                if rule.code not in self.prepared.wanted.selected:
                    continue
                absent = [" | ".join(group) for group in rule.needs or () if present.isdisjoint(group)]
                for detail in said.get(rule.name, absent):
                    if detail:
                        yield ExportFinding(rule.code, export.path, rule.severity, detail)


@dataclass
class _Intake:
    """What one file has given so far."""

    export: Export
    tally: Tally
    rejections: Rejections
    records: int = 0
    passed_over: Counter[str] = field(default_factory=Counter)

    def take(self, batch: Batch) -> Iterator[tuple[int, str, Rejected]]:
        """Count a batch; yield what was rejected in it, with its number among the file's records, and why."""
        first = self.records + self.rejections.count + 1
        self.records += batch.records.height
        self.passed_over.update(batch.passed_over)
        for place, rejected in batch.rejected.items():
            self.rejections.add(rejected)
            yield first + place, self.rejections.why(rejected), rejected

    def check(self, most_rejected: Limit) -> None:
        """Raise InputError if the file has no records, or too many lines that are none."""
        path = self.export.path
        self.rejections.check(path, self.records, most_rejected)
        if not self.records:
            raise InputError("file_without_records", path=path)

    def input(self, sha256: str | None) -> Input:
        """Return what is said of the file."""
        export, header = self.export, self.export.header
        passed_over = {kind: self.passed_over[kind] for kind in PASSED_OVER}
        notices = [*export.notices(), rows_passed_over(passed_over)]
        return Input(
            export.path,
            sha256,
            export.stored.size,
            export.format,
            export.encoding.name,
            self.records,
            self.rejections.count,
            header.mapped,
            header.absent,
            passed_over,
            export.operator_from,
            tuple(filter(None, notices)),
        )


def _standard_input() -> BinaryIO:
    if sys.stdin is None:
        raise InputError("file_empty", path=STANDARD_INPUT_SHOWN)
    return sys.stdin.buffer


def _sha256(stored: Stored) -> str:
    """Return the digest of what is stored: of a member of a zip, of its bytes as they are unpacked."""
    if stored.member is None:
        with stored.file.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    digest = hashlib.sha256()
    for chunk in stored.chunks(1 << 20):
        digest.update(chunk)
    return digest.hexdigest()
