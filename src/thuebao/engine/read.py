"""Reads each file once, evaluates record rules, stages columns for group rules."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

import polars as pl

from thuebao.base.errors import InputError
from thuebao.engine.count import Counts
from thuebao.engine.counts_by import CountsBy
from thuebao.engine.file_audit import FileAudit
from thuebao.engine.file_findings import Doubts, doubts_of, file_findings, silenced
from thuebao.engine.keeping import Keeping
from thuebao.engine.offenders import Offenders
from thuebao.engine.plan import Columns
from thuebao.engine.prepare import Prepared
from thuebao.engine.progress import Steps
from thuebao.engine.shares.read_along import read_along
from thuebao.engine.shares.share import Placing
from thuebao.engine.shares.workers import Workers
from thuebao.engine.sheets import findings_of_sheets, of_sheets
from thuebao.results.evidence.digests import digest_of
from thuebao.results.files import RejectsOutput
from thuebao.results.findings import Files
from thuebao.results.own import are_ours
from thuebao.results.places import Lines
from thuebao.results.result import Archive, ExportFinding, Input
from thuebao.sources import Export, PassedOver, Stored, guarded, identified, open_exports, spool, unpacked
from thuebao.sources.batch import Outline
from thuebao.sources.discover import STANDARD_INPUT, STANDARD_INPUT_SHOWN, is_part
from thuebao.sources.packing.streams import ARCHIVES
from thuebao.sources.passed_over import EMPTY, OWN

if TYPE_CHECKING:
    from thuebao.engine.exposure import ExposureCount


class Seeing(Protocol):
    """Looks at each record that is read."""

    def see(self, evaluated: pl.DataFrame, codes: Sequence[str]) -> None:
        """Look at a batch, which has the facts that were asked for (Wanted.seen); codes: of the rules that judge it."""

    def take_back(self, row: int) -> None:
        """Forget the records from `row` on: their file is read anew, or counts as unreadable."""


@dataclass
class Reading:
    """Reads each file once, evaluates record rules, stages columns for group rules.

    keeping: what is kept of records; rejects: where rejected lines go, exposed: what counts for fines; None if nobody
    asks for them. folder: for what has to lie on disk. exports: of all files, the sheets of a workbook one by one; for
    each of them `first` is the number of its first record in the whole audit, `number_from` of its file's. offenders:
    by fact, where those who took the records are counted; by: where they are counted by what the user asked for, None
    if nobody did. seeing: looks at each record beside. workers: processes that read along, None if there are none.
    """

    prepared: Prepared
    folder: Path
    keeping: Keeping
    rejects: RejectsOutput | None
    offenders: Mapping[str, Offenders]
    by: CountsBy | None
    exposed: ExposureCount | None
    seeing: Seeing | None = None
    workers: Workers | None = None
    inputs: list[Input] = field(default_factory=list)
    exports: list[Export] = field(default_factory=list)
    export_findings: list[ExportFinding] = field(default_factory=list)
    unreadable: list[InputError] = field(default_factory=list)
    passed_over: list[PassedOver] = field(default_factory=list)
    empty_parts: list[tuple[PassedOver, InputError]] = field(default_factory=list)
    counts: list[Counts] = field(default_factory=list)
    first: list[int] = field(default_factory=list)
    number_from: list[int] = field(default_factory=list)
    archives: dict[str, Archive] = field(default_factory=dict)
    lines: Lines = field(default_factory=Lines)
    rows: int = 0  # of all files so far: records, and lines that are none

    def finish(self) -> None:
        """Pass over parts without records where another part has some; nothing at all is no export."""
        if self.inputs:
            self.passed_over += [passed for passed, _ in self.empty_parts]
        else:
            self.unreadable += [error for _, error in self.empty_parts]

    def read(self, path: str, steps: Steps) -> None:
        """Audit the export at a path, or those in the zip there; `-` is standard input."""
        try:
            at = spool(_standard_input(), self.folder) if path == STANDARD_INPUT else identified(path, Path(path))
            fingerprint = at.fingerprint()
            archive = self._archive(at)
            opened = unpacked(at)
        except InputError as error:
            self.unreadable.append(error)
            return
        self.passed_over += opened.passed_over
        self.unreadable += opened.errors
        for stored in opened.stored:
            self._read(stored, steps, fingerprint)
        if archive and path != STANDARD_INPUT:
            self.archives[path] = archive

    def _archive(self, stored: Stored) -> Archive | None:
        """Return what an archive holds before anything in it is read, None if it is none or nobody asks."""
        if not self._digests_wanted or stored.packing not in ARCHIVES:
            return None
        return Archive(stored.file.stat().st_size, digest_of(stored.file))

    @property
    def _digests_wanted(self) -> bool:
        options = self.prepared.options
        return options.hash_inputs or options.is_evidence

    def _read(self, stored: Stored, steps: Steps, fingerprint: tuple[int, ...]) -> None:
        """Audit one export; if it cannot be read to its end, nothing of it stays.

        fingerprint: of its file, from before it was looked at.
        """
        before, rulebook = self.rows, self.prepared.rulebook
        try:
            if are_ours(stored):
                self.passed_over.append(PassedOver(stored.path, OWN, stored.size))
                return
            operators, reference = self.prepared.operators, rulebook.reference
            exports = open_exports(stored, operators, reference, self.prepared.read_as, self.exports)
            with ThreadPoolExecutor(1) as hasher:
                digest = hasher.submit(_sha256, stored) if self._digests_wanted else None
                audits = [self._audited(export, steps) for export in exports]
                sha256 = digest.result() if digest else None
            # Records and digest must be of one file, not of one and of another that took its place.
            stored.check_unchanged(fingerprint)
            _check_records(audits)
            read = of_sheets([audit.input(sha256) for audit, _ in audits])
        except InputError as error:
            self._take_back(before)
            if error.key == "file_without_records" and is_part(stored.path):
                self.empty_parts.append((PassedOver(stored.path, EMPTY, stored.size), error))
            else:
                self.unreadable.append(error)
            return
        selected, found = self.prepared.wanted.selected, []
        for audit, doubts in audits:
            found.append((audit.export.sheet or "", [*file_findings(audit, doubts, rulebook, selected)]))
            self.counts.append(audit.tally.counts())
            for by, counted in self.offenders.items():
                counted.add_all(audit.tally.offenders[by])
            if self.by and audit.tally.by:
                self.by.add_all(audit.tally.by)
            self.first.append(audit.first_row)
            self.number_from.append(before)
        self.exports += exports
        self.export_findings += findings_of_sheets(found, {rule.code: rule.name for rule in rulebook.export_rules})
        self.inputs.append(read)
        exports[0].close()

    def _audited(self, export: Export, steps: Steps) -> tuple[FileAudit, Doubts]:
        """Audit a file; once more where columns turn out to be misread, without these."""
        before = self.rows
        audit = self._once(export, frozenset(), steps, self.rejects)
        doubts = doubts_of(audit, self.prepared.rulebook)
        if doubts.ignored:
            self._take_back(before)
            audit = self._once(export, doubts.ignored, steps, None)
        return audit, doubts

    def _once(self, export: Export, ignored: frozenset[str], steps: Steps, rejects: RejectsOutput | None) -> FileAudit:
        prepared = self.prepared
        present, silent = {*export.header.mapped} - ignored, silenced(ignored, prepared.rulebook)
        columns = Columns(frozenset(present), frozenset(silent))
        audit = FileAudit.of(export, prepared, self.folder, columns, ignored, first_row=self.rows)
        most = export.stored.most_bytes

        def place(first: int, batch: Outline) -> None:
            audit.rejections.check_so_far(export.path, audit.records, most, prepared.most_rejected)
            self.rows = first + batch.size
            self.lines.add(first, batch)
            if rejects and batch.rejected:
                record, why = first - audit.first_row + 1, audit.rejections.why
                rejects.add((export.path, r.line, record + at, why(r), r.text) for at, r in batch.rejected.items())

        def done() -> None:
            _check_operators(audit)
            steps.read(export, audit.rows, self.rows)

        # What is wrong with a file mostly shows in its first records.
        self._read_on(audit, place, done, 1 if self.workers else None)
        if self.workers and not audit.ended:
            read_along(audit, columns, self.workers, self.keeping, place, done)
            if not audit.ended:
                self._read_on(audit, place, done)
        audit.check(prepared.most_rejected)
        return audit

    def _read_on(self, audit: FileAudit, place: Placing, done: Callable[[], None], enough: int | None = None) -> None:
        """Read a file on to its end; enough: or so many records of it; done: called behind each batch."""
        with ExitStack() as stack:
            for evaluated in stack.enter_context(closing(audit.evaluated(place, enough=enough))):
                self._take(evaluated, audit)
                done()

    def _take(self, evaluated: pl.DataFrame, audit: FileAudit) -> None:
        """Keep what is wanted of a batch."""
        if self.seeing:
            self.seeing.see(evaluated, audit.plan.codes)
        hits, hitting = self.keeping.take(evaluated, audit.plan, audit.tally)
        if self.exposed:
            self.exposed.add(hits, {compiled.rule.code for compiled in hitting})

    def _take_back(self, before: int) -> None:
        """Drop what a file gave from the record `before` on."""
        self.rows = before
        self.lines.take_back(before)
        exposed = self.exposed.rows if self.exposed else None
        for written in (self.keeping, self.seeing, exposed):
            if written:
                written.take_back(before)

    @property
    def files(self) -> Files:
        """Which records stand in which file, and where."""
        paths = pl.Series([export.path for export in self.exports], dtype=pl.String)
        sheets = pl.Series([export.sheet for export in self.exports], dtype=pl.String)
        first, number_from = (pl.Series(rows, dtype=pl.UInt32) for rows in (self.first, self.number_from))
        return Files(paths, sheets, first, number_from, *self.lines.stretches())


def _check_records(audits: Collection[tuple[FileAudit, Doubts]]) -> None:
    """Raise InputError if no table of a file has a record."""
    if not any(audit.records for audit, _ in audits):
        raise InputError("file_without_records", path=next(audit.export.path for audit, _ in audits))


def _check_operators(audit: FileAudit) -> None:
    if header := audit.export.header.mapped.get("operator"):
        audit.tally.check_operators(audit.export.path, header)


def _standard_input() -> BinaryIO:
    if sys.stdin is None:
        raise InputError("file_empty", path=STANDARD_INPUT_SHOWN)
    return sys.stdin.buffer


def _sha256(stored: Stored) -> str:
    """Return the digest of what is stored: of a member of a zip, of its bytes as they are unpacked."""
    with guarded(stored.path):
        if stored.member is None:
            return digest_of(stored.file)
        digest = hashlib.sha256()
        for chunk in stored.chunks(1 << 20):
            digest.update(chunk)
        return digest.hexdigest()
