"""Writes the reports of what was followed: pages, workbooks, CSV; whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from thuebao.base.atomic_file import AtomicFile
from thuebao.base.errors import OutputError, UsageError
from thuebao.base.messages import text
from thuebao.base.paths import same_file
from thuebao.engine.outputs import check_new
from thuebao.results.follow.result import FailOn, Followed

FORMATS = (".xlsx", ".html", ".csv")


def check_reports(paths: Sequence[Path], exports: Sequence[str], beside: Sequence[Path], *, force: bool) -> None:
    """Raise UsageError or OutputError for a report that cannot be written, or would replace what is read or written.

    exports: the files that were found; beside: the other files that are read.
    """
    for at, path in enumerate(paths):
        if path.suffix.lower() not in FORMATS:
            raise UsageError("follow_report_format", path=path, known=", ".join(FORMATS))
        if any(same_file(path, other) for other in exports):
            raise UsageError("output_over_input", path=path)
        if any(same_file(path, other) for other in beside):
            raise UsageError("output_over_settings", path=path)
        if any(same_file(path, other) for other in paths[:at]):
            raise UsageError("outputs_same", path=path)
        if not path.parent.is_dir() or path.is_dir():
            raise OutputError("output_unwritable", path=path, reason=text("error.no_such_place"))
    check_new(paths, force=force)


def write_reports(
    paths: Sequence[Path],
    followed: Followed,
    fail_on: FailOn,
    made: datetime,
    *,
    bom: bool = False,
    temp_dir: Path | None = None,
) -> Iterator[Path]:
    """Write the reports, each in the format that its ending names; yield what was written.

    bom: CSV files begin with a byte order mark. Raises OutputError when one cannot be written.
    """
    for path in paths:
        with AtomicFile(path) as atomic:
            if path.suffix.lower() == ".xlsx":
                from thuebao.reports.follow.book import write_book

                write_book(atomic.file, followed, fail_on, made, temp_dir)
            elif path.suffix.lower() == ".html":
                from thuebao.reports.follow.page import render_page

                for piece in render_page(followed, fail_on, made):
                    atomic.file.write(piece.encode("utf-8", "replace"))
            else:
                from thuebao.reports.follow.document import render_csv

                atomic.file.write(("\ufeff" * bom + render_csv(followed)).encode())
        yield path
