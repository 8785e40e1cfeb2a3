"""Reading: one pass over every file, all rules about records at once, and what the others need set aside."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from thuebao import findings as found
from thuebao.errors import InputError
from thuebao.findings import Files, Texts
from thuebao.marks import INSIDE
from thuebao.plan import Compilation, Plan, Wanted, plan_for
from thuebao.result import ExportFinding, Input
from thuebao.rulebook import Rulebook
from thuebao.sources import Export, open_export
from thuebao.spill import Spill
from thuebao.tally import Counts, Tally

_AT_ONCE = 2

Progress = Callable[[str, int], None]
"""Told the path of the file being read and how many records all files gave so far."""


@dataclass
class Reading:
    """The files of an audit, read one after the other.

    keys: what is counted by. aside, own: where records and their own findings go, None if nobody asks for them.
    """

    rulebook: Rulebook
    compilation: Compilation
    wanted: Wanted
    texts: Texts
    keys: tuple[str, ...]
    operator: str | None
    reveal: bool
    hash_inputs: bool
    aside: Spill | None
    own: Spill | None
    inputs: list[Input] = field(default_factory=list)
    exports: list[Export] = field(default_factory=list)
    unreadable: list[InputError] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)
    counts: list[Counts] = field(default_factory=list)
    first: list[int] = field(default_factory=list)
    records: int = 0
    _plans: dict[frozenset[str], Plan] = field(default_factory=dict)

    def read(self, path: str, progress: Progress | None) -> None:
        """Audit one file; if it cannot be read to its end, nothing of it stays."""
        before = self.records
        try:
            export = open_export(path, self.operator, self.rulebook.reference)
            if export.header.names == tuple(found.SCHEMA):
                self.passed_over.append(path)  # what an earlier audit wrote
                return
            tally = Tally(self._plan(export), self.keys)
            with ExitStack() as stack:
                hasher = stack.enter_context(ThreadPoolExecutor(1))
                digest = hasher.submit(_sha256, path) if self.hash_inputs else None
                for evaluated in stack.enter_context(closing(self._evaluated(export))):
                    self._take(evaluated, export, tally)
                    if progress:
                        progress(path, self.records)
                sha256 = digest.result() if digest else None
            _check_any(path, self.records - before)
        except InputError as error:
            self.records = before
            self.unreadable.append(error)
            for spill in (self.aside, self.own):
                if spill:
                    spill.take_back(before)
            return
        self.exports.append(export)
        self.counts.append(tally.counts())
        self.first.append(before)
        header = export.header
        self.inputs.append(
            Input(
                path, sha256, export.bytes, export.format, export.encoding, self.records - before, 0,
                header.mapped, header.absent,
            )
        )  # fmt: skip

    @property
    def files(self) -> Files:
        """Which records stand in which file."""
        return Files(pl.Series([i.path for i in self.inputs], dtype=pl.String), pl.Series(self.first, dtype=pl.UInt32))

    def _take(self, evaluated: pl.DataFrame, export: Export, tally: Tally) -> None:
        """Count a batch, and set aside what is needed of it."""
        self.records += evaluated.height
        if self.aside:
            self.aside.add(evaluated.select(self.wanted.set_aside))
        plan = self._plan(export)
        judged = evaluated.select(plan.judged)
        if self.wanted.where is not None:
            judged = judged.filter(INSIDE)
        tally.add(judged)
        if self.own:
            self.own.add(found.rows_of(judged, plan, self.texts, reveal=self.reveal))

    def _plan(self, export: Export) -> Plan:
        present = frozenset(export.header.mapped)
        if present not in self._plans:
            self._plans[present] = plan_for(self.compilation, self.wanted, present)
        return self._plans[present]

    def _evaluated(self, export: Export) -> Generator[pl.DataFrame]:
        """Yield the evaluated batches of a file, each record with its number."""
        # Two batches at once: where the steps of one leave a processor idle, the other's fill it.
        plan, row = self._plan(export), self.records
        under_way: deque[Future[pl.DataFrame]] = deque()
        with ThreadPoolExecutor(_AT_ONCE) as workers:
            for batch in export.batches(set(plan.wanted)):
                if batch.height:
                    under_way.append(workers.submit(plan.evaluate, batch, export.operator, row))
                row += batch.height
                if len(under_way) == _AT_ONCE:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()

    def export_findings(self) -> Iterator[ExportFinding]:
        """Yield the findings about the files that were read."""
        for export in self.exports:
            present = set(export.header.mapped)
            for rule in self.rulebook.export_rules:
                if rule.code not in self.wanted.selected:
                    continue
                details = [" | ".join(group) for group in rule.needs or () if present.isdisjoint(group)]
                if rule.name == "column-unknown" and export.header.unknown:
                    details = [", ".join(name.strip() for name in export.header.unknown)]
                for detail in details:
                    yield ExportFinding(rule.code, export.path, rule.severity, detail)


def _check_any(path: str, records: int) -> None:
    if not records:
        raise InputError("file_without_records", path=path)


def _sha256(path: str) -> str:
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
