"""Writes findings that are all there to the file that was asked for: CSV, Parquet, or a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import polars as pl

from thuebao.base.atomic_file import AtomicFile
from thuebao.base.clock import now
from thuebao.base.errors import UsageError
from thuebao.base.paths import same_file
from thuebao.engine.outputs import check_findings_format, check_new
from thuebao.results.compare.baseline import new_findings, write_findings
from thuebao.results.compare.match import scan_findings, whole
from thuebao.results.files import FINDINGS_BOOK
from thuebao.rulebook.book import Rulebook, read_rulebook


def write_findings_to(
    path: Path,
    findings: pl.LazyFrame,
    rulebook: Rulebook,
    made: datetime,
    *,
    bom: bool = False,
    temp_dir: Path | None = None,
) -> None:
    """Write findings (thuebao.results.findings.SCHEMA) in the format that the ending of `path` names: whole or not.

    rulebook, made: of whose rules, and when, for a workbook; bom: a CSV file begins with a byte order mark.
    Raises OutputError when it cannot be written.
    """
    if path.suffix.lower() != FINDINGS_BOOK:
        write_findings(findings, path, bom=bom)
        return
    from thuebao.reports.excel.findings_book import write_findings_book

    with AtomicFile(path) as atomic:
        write_findings_book(atomic.file, findings, rulebook, made, temp_dir)


def check_lists(paths: Sequence[Path], read: Sequence[Path], *, force: bool) -> None:
    """Raise UsageError for a list of findings that cannot be written, or would replace what is read or written."""
    for at, path in enumerate(paths):
        check_findings_format(path)
        if any(same_file(path, other) for other in read):
            raise UsageError("output_over_settings", path=path)
        if any(same_file(path, other) for other in paths[:at]):
            raise UsageError("outputs_same", path=path)
    check_new(paths, force=force)


def write_list(path: Path, without: Path, findings: Path, key: str, temp_dir: Path | None = None) -> None:
    """Write those of the findings in one file that another does not have, told apart by `key`."""
    some = new_findings(without, whole(scan_findings(findings)), key=key, named=findings, temp_dir=temp_dir)
    write_findings_to(path, some, read_rulebook(), now(), temp_dir=temp_dir)
