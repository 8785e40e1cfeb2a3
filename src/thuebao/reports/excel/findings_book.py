"""Writes findings as a workbook of their own: one row per record and rule, with file, sheet and line, filters on."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import polars as pl

from thuebao.base.messages import language, text
from thuebao.base.scratch import private_folder
from thuebao.reports.excel.book import TEXT, Book, Sheet, plain_texts
from thuebao.reports.format import titled
from thuebao.reports.rule_text import translated
from thuebao.results.findings import SCHEMA
from thuebao.results.own.workbook import FINDINGS_BOOK_COLUMNS
from thuebao.rulebook.book import Rulebook
from thuebao.rulebook.columns import columns

MOST_ROWS = 1_048_575
"""Findings on a sheet: Excel's rows, without the header. What is more goes on in the next sheet."""
_WIDTHS = (36, 16, 10, 10, 14, 14, 9, 44, 11, 26, 28, 60, 9, 18)
_NUMBERS = ("line", "record", "group")


def write_findings_book(
    file: BinaryIO, findings: pl.LazyFrame, rulebook: Rulebook, made: datetime, temp_dir: Path | None = None
) -> None:
    """Write `findings` (thuebao.results.findings.SCHEMA), which are scanned twice, in batches.

    rulebook: gives rules their titles; made: when; temp_dir: where the sheets wait until they are packed.
    Raises OSError when `file`, OutputError or UsageError when the temporary folder cannot be written.
    """
    left = int(findings.select(pl.col("path").len()).collect(engine="streaming").item())
    fields = {name: column.title[language()] for name, column in columns().items()}
    titles = {code: translated(rule.title) for code, rule in rulebook.by_code.items()}
    shown = (
        findings.select(*SCHEMA)
        .with_columns(pl.col("field").replace(fields), name=pl.col("code").replace(titles))
        .select(*FINDINGS_BOOK_COLUMNS)
        .with_columns(plain_texts(pl.col(pl.String)))
    )
    order = list(FINDINGS_BOOK_COLUMNS)
    severity, numbers = order.index("severity"), tuple(map(order.index, _NUMBERS))
    with private_folder(temp_dir) as folder:
        book = Book(file, folder, made, text("report.findings"))
        part, room = 1, MOST_ROWS
        sheet = _sheet(book, part, left)
        for batch in shown.collect_batches(maintain_order=True):
            waiting = batch
            while waiting.height:
                if not room:
                    part, room = part + 1, MOST_ROWS
                    sheet = _sheet(book, part, left)
                some, waiting = waiting.head(room), waiting.tail(-room)
                sheet.frame(some, severity=severity, numbers=numbers)
                room, left = room - some.height, left - some.height
        book.close()


def _sheet(book: Book, part: int, left: int) -> Sheet:
    """Return the next sheet, for what is left as far as there is room: its header in sight, filters on."""
    sheet = book.sheet("report.findings", _WIDTHS, part)
    sheet.main_table(titled(TEXT, *FINDINGS_BOOK_COLUMNS.values()), (), min(left, MOST_ROWS))
    return sheet
