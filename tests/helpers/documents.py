"""Word documents and PDF: templates to fill, and what documents say."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import unicodedata
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from docx import Document
from pypdf import PdfReader

OFFICE = shutil.which("soffice")
needs_an_office = pytest.mark.skipif(OFFICE is None, reason="LibreOffice (soffice) is not installed")


def form(*paragraphs: str, rows: Sequence[Sequence[str]] = (), header: str = "") -> bytes:
    """Return a Word document with some paragraphs, one table and a header."""
    document = Document()
    document.sections[0].header.paragraphs[0].text = header
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    if rows:
        table = document.add_table(rows=len(rows), cols=max(map(len, rows)))
        for row, cells in zip(table.rows, rows, strict=True):
            for cell, text in zip(row.cells, cells, strict=False):
                cell.text = text
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    """Return a document with one of its parts replaced, or one more."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for other in source.namelist():
            if other != name:
                target.writestr(other, source.read(other))
        target.writestr(name, part)
    return stream.getvalue()


def paragraphs(path: Path) -> list[str]:
    """Return the paragraphs of a Word document beside its tables."""
    return [paragraph.text for paragraph in Document(str(path)).paragraphs]


def tables(path: Path) -> list[list[list[str]]]:
    """Return the tables of a Word document, row by row."""
    return [[[cell.text for cell in row.cells] for row in table.rows] for table in Document(str(path)).tables]


def everything(path: Path) -> str:
    """Return all text of a Word document in one line."""
    cells = (cell for table in tables(path) for row in table for cell in row)
    return one_line(" ".join([*paragraphs(path), *cells]))


def pages(path: Path) -> list[str]:
    """Return the text of each page of a PDF in one line."""
    return [one_line(page.extract_text()) for page in PdfReader(str(path)).pages]


def one_line(text: str) -> str:
    """Return a text with each white space, also what does not break, as one space."""
    return re.sub(r"\s+", " ", text).strip()


def is_composed(text: str) -> bool:
    return unicodedata.normalize("NFC", text) == text


def printed(path: Path) -> Path:
    """Return the PDF that LibreOffice makes of a document, with a profile of its own."""
    profile = (path.parent / "profile").absolute().as_uri()
    out = path.parent / "printed"
    subprocess.run(
        [str(OFFICE), f"-env:UserInstallation={profile}", "--headless", "--convert-to", "pdf", "--outdir", out, path],
        check=True,
        capture_output=True,
        timeout=120,
    )
    made = out / f"{path.stem}.pdf"
    if not made.exists():
        pytest.skip("LibreOffice has no word processor here (libreoffice-writer)")
    return made
