"""The annex to inspection minutes with the numbers to be notified, as a Word document or as PDF."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from thuebao.base.atomic_file import AtomicFile
from thuebao.base.errors import UsageError
from thuebao.engine.outputs import check_apart, check_new, check_place
from thuebao.reports.about import About
from thuebao.reports.documents import LIBRARIES, PDF, check_installed
from thuebao.results.remedy import RemedyResult


def check_document(path: Path, read: Iterable[str | Path], written: Iterable[Path], *, force: bool) -> None:
    """Raise UsageError or OutputError for a document that cannot be written, or would replace another file."""
    if path.suffix.lower() not in LIBRARIES:
        raise UsageError("report_format", path=path, known=", ".join(LIBRARIES))
    check_installed([path])
    check_place(path)
    check_apart(path, {"output_over_input": [*read]}, written, "outputs_same")
    check_new([path], force=force)


def write_document(path: Path, found: RemedyResult, started: datetime) -> None:
    """Write the annex: what the audit found, and per operator how many numbers are to be notified."""
    from thuebao.reports.documents.annex import annex_of

    annex = annex_of(found.audit, About(None, started, started, {}, {}), found.counts)
    with AtomicFile(path) as atomic:
        if path.suffix.lower() == PDF:
            from thuebao.reports.documents.pdf import annex_pdf

            atomic.file.write(annex_pdf(annex))
        else:
            from thuebao.reports.documents.word import annex_docx

            atomic.file.write(annex_docx(annex))
