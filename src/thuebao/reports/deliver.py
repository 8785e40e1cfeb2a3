"""What leaves an audit as files: reports, what is new against a baseline, and the evidence of it all."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from zoneinfo import ZoneInfo

from thuebao import __version__
from thuebao.base.errors import OutputError, UsageError
from thuebao.base.messages import text
from thuebao.base.paths import same_file
from thuebao.reports.about import About
from thuebao.reports.excel import sheets as workbook
from thuebao.reports.html.page import render_page
from thuebao.reports.manifest import check_manifest_path, manifest_of, write_manifest, written
from thuebao.results.compare.baseline import check_baseline, narrowed, new_findings, write_findings
from thuebao.results.compare.baseline import said as said_of_baseline
from thuebao.results.files import Replacement, is_ours
from thuebao.results.result import AuditResult
from thuebao.sources import find_exports

if TYPE_CHECKING:
    from thuebao.results.evidence.signatures.signer import Signer

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
_LONGEST_NAME = 80
_LIBRARIES = ("polars", "pyarrow", "python-calamine", "xlsxwriter")
_REPORTS = (".xlsx", ".html")


@dataclass
class Desk:
    """The files that the user asks for beside the summary.

    reports: .xlsx and .html files; per_operator: a folder for one workbook for each operator; baseline: findings of
    an earlier audit, `key`: by what they are told apart (thuebao.results.compare.match.KEYS).
    """

    findings: Path | None
    rejects: Path | None
    reports: Sequence[Path]
    per_operator: Path | None
    baseline: Path | None
    key: str
    manifest: Path | None
    sign_with: Path | None
    password_file: Path | None
    made_by: str | None
    force: bool
    reveal: bool
    temp_dir: Path | None
    _signer: Signer | None = None
    _folder: Path | None = None

    @property
    def is_evidence(self) -> bool:
        """Whether something is written that names its inputs by their digests."""
        return bool(self.reports or self.per_operator or self.manifest)

    @property
    def needs_findings(self) -> bool:
        """Whether findings are needed as a file of their own, beside the one that the user asks for."""
        return bool(self.reports or self.per_operator or self.baseline)

    def check(self, paths: Sequence[str]) -> None:
        """Raise UsageError for what cannot be written or does not go together, before any data is read."""
        outputs = [path for path in (self.findings, self.rejects) if path]
        exports = [file for file in find_exports(paths).files if not is_ours(Path(file))]
        for path in (*self.reports, *([self.manifest] if self.manifest else [])):
            if any(same_file(file, path) for file in exports):
                raise UsageError("output_over_input", path=path)
            if not path.parent.is_dir() or path.is_dir():
                raise OutputError("output_unwritable", path=path, reason=text("error.no_such_place"))
        if self.per_operator:
            for file in exports:
                if file.lower().endswith(".xlsx") and Path(file).parent.resolve() == self.per_operator.resolve():
                    raise UsageError("output_over_input", path=file)
        for path in self.reports:
            if path.suffix.lower() not in _REPORTS:
                raise UsageError("report_format", path=path, known=", ".join(_REPORTS))
            if path.exists() and not self.force:
                raise UsageError("report_exists", path=path)
            if any(path.resolve() == other.resolve() for other in outputs):
                raise UsageError("outputs_same", path=path)
            outputs.append(path)
        if self.per_operator and self.per_operator.exists() and not self.per_operator.is_dir():
            raise UsageError("per_operator_no_folder", path=self.per_operator)
        if self.baseline:
            check_baseline(self.baseline, self.key, outputs, reveal=self.reveal)
        if self.sign_with and not self.manifest:
            raise UsageError("sign_without_manifest")
        if self.password_file and not self.sign_with:
            raise UsageError("password_without_sign")
        if self.manifest:
            check_manifest_path(self.manifest, outputs, paths)
        if self.sign_with:
            from thuebao.results.evidence.signatures.signer import load_signer, password_for

            self._signer = load_signer(self.sign_with, password_for(self.sign_with, self.password_file))

    def findings_of_audit(self, folder: Path | None) -> Path | None:
        """Return where the audit itself writes its findings; `folder` is for what the user does not see."""
        # A CSV of findings is made harmless for spreadsheets: reports read them as they are.
        return folder / "findings.parquet" if folder else self.findings

    def held_against_baseline(self, result: AuditResult, *, separate: bool) -> tuple[AuditResult, list[str]]:
        """Return the result that counts (what is new, if there is a baseline), and what is to be said of it.

        `separate`: the audit wrote its findings to a file of its own, and the user's is still to be written.
        """
        if not self.baseline or not result.inputs:
            if self.findings and result.inputs and separate:
                write_findings(result.findings, self.findings)
            return result, []
        new = new_findings(self.baseline, result.findings, key=self.key, named=self.findings, temp_dir=self.temp_dir)
        counted = narrowed(result, new)
        if self.findings:
            write_findings(new, self.findings)
        return counted, [said_of_baseline(result, counted, self.baseline)]

    def deliver(
        self, result: AuditResult, counted: AuditResult, given: Mapping[str, object], started: datetime
    ) -> Iterator[str]:
        """Write the reports and the manifest; yield what was written. `given` are the options."""
        about = About(self.made_by, started, datetime.now(VIETNAM), _options(given), _versions())
        outputs = {"rejects": self.rejects} if self.rejects else {}
        if self.findings and result.inputs:
            outputs["findings"] = self.findings
        for name, path in outputs.items():
            yield text(f"notice.{name}_written", path=path)
        if result.inputs:
            for n, path in enumerate(self._reports(counted, about)):
                outputs[f"report-{n + 1}"] = path
                yield text("notice.report_written", path=path)
        if self.manifest:
            yield from written(
                write_manifest(self.manifest, manifest_of(counted, about, outputs), self._signer), self._signer
            )

    def _reports(self, result: AuditResult, about: About) -> Iterator[Path]:
        for path in self.reports:
            with _Written(path) as file:
                if path.suffix.lower() == ".xlsx":
                    self._workbook(file, result, about)
                else:
                    for piece in render_page(result, result.findings, about):
                        file.write(piece.encode("utf-8", "replace"))
            yield path
        if self.per_operator:
            yield from self._workbooks(self.per_operator, result, about)

    def _workbooks(self, folder: Path, result: AuditResult, about: About) -> Iterator[Path]:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError("output_unwritable", path=folder, reason=error.strerror or error) from None
        paths: dict[str, Path] = {}
        for operator in result.operators["operator"]:
            name = (
                re.sub(r"[^\w .-]+", "_", operator or "").encode()[:_LONGEST_NAME].decode(errors="ignore").strip(" .")
                or "_"
            )
            while any(path.stem.casefold() == name.casefold() for path in paths.values()):
                name += "_"
            paths[operator] = folder / f"{name}.xlsx"
        written = {path.resolve() for path in self.reports}
        for path in paths.values():  # all or none
            if path.resolve() in written or (path.exists() and not self.force):
                raise UsageError("report_exists", path=path)
        for operator, path in paths.items():
            with _Written(path) as file:
                self._workbook(file, result, about, operator)
            yield path

    def _workbook(self, file: BinaryIO, result: AuditResult, about: About, operator: str | None = None) -> None:
        full = str(self.findings) if self.findings else None
        workbook.write_workbook(
            file, result, result.findings, about, operator=operator, full=full, temp_dir=self.temp_dir
        )


class _Written:
    """A file that is there whole, or not at all."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._replacement = Replacement(path)

    def __enter__(self) -> BinaryIO:
        return self._replacement.file

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if error is None:
            self._replacement.keep()
            return
        self._replacement.discard()
        if isinstance(error, OSError):
            raise OutputError("output_unwritable", path=self._path, reason=error.strerror or error) from None


def _options(given: Mapping[str, object]) -> dict[str, str]:
    """Return the options that the user gave, as text; what is left to its default is not among them."""
    said = {name.rstrip("_").replace("_", "-"): value for name, value in given.items()}
    defaults = (None, False, "auto", "1%", "number", "table")
    return {
        name: ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        for name, value in said.items()
        if value not in defaults
    }


def _versions() -> dict[str, str]:
    libraries = {name: version(name) for name in _LIBRARIES}
    return {"thuebao": __version__, "Python": platform.python_version(), **libraries}
