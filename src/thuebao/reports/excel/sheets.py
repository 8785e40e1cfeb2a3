"""Writes the audit as an Excel workbook, for everybody or for one carrier: seven sheets, more where asked for."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import polars as pl

from thuebao.base.messages import text
from thuebao.base.scratch import private_folder
from thuebao.reports.about import About
from thuebao.reports.excel.book import Book
from thuebao.reports.excel.breakdown import write_breakdown
from thuebao.reports.excel.exposure import write_exposure
from thuebao.reports.excel.files import write_files
from thuebao.reports.excel.findings import extent, write_findings
from thuebao.reports.excel.groups import write_identities, write_offenders
from thuebao.reports.excel.rules import write_not_evaluated, write_rules
from thuebao.reports.excel.summary import write_summary
from thuebao.results.one_operator import view_of_all, view_of_operator
from thuebao.results.result import AuditResult

MOST_FINDINGS = 400_000
"""Findings that the workbook holds, our choice: written in about half a minute; a sheet would hold a million."""


def write_workbook(
    file: BinaryIO,
    result: AuditResult,
    findings: pl.LazyFrame,
    about: About,
    *,
    operator: str | None = None,
    full: str | None = None,
    temp_dir: Path | None = None,
) -> None:
    """Write the audit to `file` as an Excel workbook in the reader's language.

    findings: thuebao.results.findings.SCHEMA, by file, record and code; they are scanned twice, in batches.
    operator: write the workbook of one carrier, in which nothing of another can be read.
    full: where the file with all findings is; temp_dir: where the sheets wait until they are packed.
    Raises OSError when `file`, OutputError or UsageError when the temporary folder cannot be written.
    """
    view = view_of_all(result, findings) if operator is None else view_of_operator(result, findings, operator)
    title = text("report.title") if operator is None else text("report.title_of", operator=operator)
    listed = min(view.total, MOST_FINDINGS)
    said = extent(listed, view.total, full)
    # What the library leaves behind when it fails goes with the folder.
    with private_folder(temp_dir) as folder:
        book = Book(file, folder, about.started, title)
        write_summary(book, view, about, title, said)
        write_rules(book, view)
        write_findings(book, view, said, listed)
        write_identities(book, view)
        write_offenders(book, view)
        write_not_evaluated(book, view)
        write_files(book, view)
        if view.result.breakdown:
            write_breakdown(book, view.result.breakdown, view.result.rules)
        if view.result.exposure:
            write_exposure(book, view.result.exposure)
        book.close()
