"""Writes what was followed as a workbook: the last day, and every day and operator in one table."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from thuebao.base.messages import text
from thuebao.base.scratch import private_folder
from thuebao.reports.excel.book import COUNT, DAY, SHARE, TEXT, Book, part_of
from thuebao.reports.follow.tables import below, list_line, rows, tables, verdict
from thuebao.reports.format import day, titled
from thuebao.results.follow.columns import COUNTS, SHEETS
from thuebao.results.follow.result import FailOn, Followed

_FIRST, _OTHER = 24, 12


def write_book(
    file: BinaryIO, followed: Followed, fail_on: FailOn, made: datetime, temp_dir: Path | None = None
) -> None:
    """Write the workbook. made: when; temp_dir: where its sheets wait until they are packed."""
    with private_folder(temp_dir) as folder:
        book = Book(file, folder, made, text("follow.title"))
        _last_day(book, followed, fail_on)
        _all_days(book, followed)
        book.close()


def _last_day(book: Book, followed: Followed, fail_on: FailOn) -> None:
    sheet = book.sheet(SHEETS[0], (_FIRST, *[_OTHER] * (len(COUNTS) + 1)))
    sheet.title(text("follow.title"))
    sheet.note(list_line(followed.listed))
    sheet.note(text("follow.on_day", day=day(followed.days[-1].day)))
    sheet.note(verdict(followed, fail_on))
    for key, names, _ in tables(followed):
        sheet.gap()
        sheet.title(text(key))
        titles = [*titled(TEXT, "summary.operator"), *titled(COUNT, *(f"follow.{name}" for name in names))]
        sheet.table(titles, ((operator, *(c[name] for name in names)) for operator, c in rows(followed, -1)))
    sheet.gap()
    for line in (*below(followed), *followed.notices):
        sheet.note(line)


def _all_days(book: Book, followed: Followed) -> None:
    sheet = book.sheet(SHEETS[1], (12, _FIRST, *[_OTHER] * (len(COUNTS) + 1)))
    titles = [
        *titled(DAY, "follow.day"),
        *titled(TEXT, "summary.operator"),
        *titled(COUNT, *(f"follow.{name}" for name in COUNTS)),
        *titled(SHARE, "follow.share"),
    ]
    listed = [
        (one.day, operator, *(c[name] for name in COUNTS), part_of(c["put_right"], c["to_put_right"]))
        for one in followed.days
        for operator, c in one.counts.items()
    ]
    sheet.main_table(titles, listed, len(listed))
