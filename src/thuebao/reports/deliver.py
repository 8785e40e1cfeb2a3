"""Writes the files of an audit: findings (all, or new against a baseline), reports, and the manifest."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import polars as pl

from thuebao import __version__
from thuebao.base.as_read import AsRead, as_read
from thuebao.base.atomic_file import AtomicFile, Written
from thuebao.base.clock import now
from thuebao.base.errors import InputError, OutputError, UsageError
from thuebao.base.messages import language, text
from thuebao.base.paths import name_for_file, same_file
from thuebao.engine.options import SHORT, AuditOptions
from thuebao.engine.progress import WRITING, Step, Told
from thuebao.reports.about import About
from thuebao.reports.findings_files import write_findings_to
from thuebao.results.compare.baseline import check_baseline, key_for, narrowed, new_findings
from thuebao.results.compare.baseline import said as said_of_baseline
from thuebao.results.evidence.digests import digest_of
from thuebao.results.files import FINDINGS_BOOK
from thuebao.results.result import AuditResult
from thuebao.results.thresholds import Verdict

if TYPE_CHECKING:
    from thuebao.results.compare.document import Recorded
    from thuebao.results.compare.results import Comparison
    from thuebao.results.evidence.signatures.signer import Signer

_LIBRARIES = ("polars", "pyarrow", "python-calamine", "xlsxwriter")


class Delivery:
    """The files that the user asks for beside the summary. Raises UsageError for what does not go together."""

    def __init__(self, options: AuditOptions) -> None:
        self._options = options
        self._signer: Signer | None = None
        beside = {"baseline": options.baseline, "compare-with": options.compare_with} if options.manifest else {}
        self._beside = {name: (path, _as_it_is(path)) for name, path in beside.items() if path}
        self._key = key_for(options.key, hashed=bool(options.key_file))
        if options.baseline:
            check_baseline(options.baseline, self._key, reveal=options.reveal, hashed=bool(options.key_file))
        self._earlier: Recorded | None = None
        if options.compare_with:
            from thuebao.results.compare.document import read_result

            self._earlier = read_result(options.compare_with)
        if options.sign_with:
            from thuebao.results.evidence.signatures.signer import load_signer, password_for

            self._signer = load_signer(options.sign_with, password_for(options.sign_with, options.password_file))

    @property
    def needs_findings(self) -> bool:
        """Whether findings are needed as a file of their own, beside the one that the user asks for."""
        options = self._options
        book = options.findings is not None and options.findings.suffix.lower() == FINDINGS_BOOK
        return bool(book or options.reports or options.per_operator or options.baseline)

    def findings_of_audit(self, folder: Path | None) -> Path | None:
        """Return where the audit itself writes its findings; `folder` is for what the user does not see."""
        # A CSV of findings is made harmless for spreadsheets: reports read them as they are.
        return folder / "findings.parquet" if folder else self._options.findings

    def held_against_baseline(
        self, result: AuditResult, started: datetime, *, separate: bool
    ) -> tuple[AuditResult, list[str]]:
        """Return the result that counts (what is new, if there is a baseline), and what is to be said of it.

        `separate`: the audit wrote its findings to a file of its own, and the user's are still to be written.
        """
        options = self._options
        if not result.inputs:
            return result, []

        def write(findings: pl.LazyFrame, path: Path) -> None:
            write_findings_to(path, findings, result.rulebook, started, bom=options.bom, temp_dir=options.temp_dir)

        if options.findings and separate:
            write(result.findings, options.findings)
        if not options.baseline:
            return result, []
        new = new_findings(
            options.baseline, result.findings, key=self._key, named=options.findings, temp_dir=options.temp_dir
        )
        counted = narrowed(result, new)
        if options.new_findings:
            write(new, options.new_findings)
        return counted, [said_of_baseline(result, counted, options.baseline)]

    def compared(self, result: AuditResult) -> Comparison | None:
        """Return the result beside the earlier one that it is to be compared with, None without one."""
        if self._earlier is None or not result.inputs:
            return None
        from thuebao.reports.json_document import as_dict
        from thuebao.results.compare.document import result_in
        from thuebao.results.compare.results import side_by_side

        return side_by_side(self._earlier, result_in(as_dict(result), Path(text("compare.this_audit"))))

    def deliver(
        self,
        result: AuditResult,
        counted: AuditResult,
        verdicts: Sequence[Verdict],
        given: Mapping[str, str],
        started: datetime,
        files: Mapping[Path, Written],
        told: Told | None = None,
    ) -> Iterator[str]:
        """Write the reports and the manifest; yield what was written.

        verdicts: on the conditions of the audit; given: the options, as the user gave them; files: what is known of
        those that are written (`recorded`); told: which file is written next.
        """
        options = self._options
        about = About(
            options.made_by, started, now(), dict(given), _versions(), {"lang": language(), **options.settings()}
        )
        outputs = {"rejects": options.rejects} if options.rejects else {}
        for name in ("findings", "new_findings") if result.inputs else ():
            if path := getattr(options, name):
                outputs[name] = path
        for name, path in outputs.items():
            yield text(f"notice.{name}_written", path=path)
        if result.inputs:
            for n, path in enumerate(self._reports(counted, verdicts, about, told)):
                outputs[f"report-{n + 1}"] = path
                yield text("notice.report_written", path=path)
        if options.manifest:
            from thuebao.reports.manifest import write_manifest, written

            paths = write_manifest(options.manifest, self._manifest(result, about, outputs, files), self._signer)
            yield from written(paths, self._signer)

    def _manifest(
        self, result: AuditResult, about: About, outputs: Mapping[str, Path], files: Mapping[Path, Written]
    ) -> dict[str, Any]:
        from thuebao.reports.manifest import manifest_of

        options = self._options
        mappings = [("mapping", path, as_read(path)) for path in options.mappings]
        beside = [(name, path, read) for name, path, read in mappings if read]
        for name, (path, read) in self._beside.items():
            if read:
                if _as_it_is(path) != read:
                    raise InputError("file_changed", path=path)
                beside.append((name, path, read))
        return manifest_of(result, about, outputs, files, beside)

    def _reports(
        self, result: AuditResult, verdicts: Sequence[Verdict], about: About, told: Told | None
    ) -> Iterator[Path]:
        for path in self._options.reports:
            _tell(told, path)
            with AtomicFile(path) as atomic:
                if path.suffix.lower() == ".xlsx":
                    self._workbook(atomic.file, result, about)
                else:
                    from thuebao.reports.html.page import render_page, render_short_page

                    short = self._options.length == SHORT
                    pieces = (
                        render_short_page(result, verdicts, about)
                        if short
                        else render_page(result, result.findings, about)
                    )
                    for piece in pieces:
                        atomic.file.write(piece.encode("utf-8", "replace"))
            yield path
        if self._options.per_operator:
            yield from self._workbooks(self._options.per_operator, result, about, told)

    def _workbooks(self, folder: Path, result: AuditResult, about: About, told: Told | None) -> Iterator[Path]:
        options = self._options
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError("output_unwritable", path=folder, reason=error.strerror or error) from None
        paths: dict[str, Path] = {}
        for operator in result.operators["operator"]:
            path = folder / f"{name_for_file(operator)}.xlsx"
            while any(same_file(path, other, fold_case=True) for other in paths.values()):
                path = path.with_stem(path.stem + "_")
            paths[operator] = path
        for path in paths.values():  # all or none
            clash = any(same_file(path, report) for report in options.reports)
            if clash or (path.exists() and not options.force):
                raise UsageError("output_exists", path=path)
        for operator, path in paths.items():
            _tell(told, path)
            with AtomicFile(path) as atomic:
                self._workbook(atomic.file, result, about, operator)
            yield path

    def _workbook(self, file: BinaryIO, result: AuditResult, about: About, operator: str | None = None) -> None:
        from thuebao.reports.excel.sheets import write_workbook

        full = str(self._options.findings) if self._options.findings else None
        temp_dir = self._options.temp_dir
        write_workbook(file, result, result.findings, about, operator=operator, full=full, temp_dir=temp_dir)


def _as_it_is(path: Path) -> AsRead | None:
    """Return what a file holds, None if there is none: its reader will say so."""
    try:
        digest, found = digest_of(path), path.stat()
    except OSError:
        return None
    return AsRead(found.st_size, found.st_mtime, digest, "")


def _tell(told: Told | None, path: Path) -> None:
    if told:
        told(Step(WRITING, str(path)))


def _versions() -> dict[str, str]:
    libraries = {name: version(name) for name in _LIBRARIES}
    return {"thuebao": __version__, "Python": platform.python_version(), **libraries}
