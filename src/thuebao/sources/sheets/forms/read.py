"""Reads what a workbook of any kind says beyond values, and rewrites it where calamine could not read it as it is."""

from __future__ import annotations

from typing import BinaryIO

from thuebao.sources.sheets.forms.about import About
from thuebao.sources.sheets.forms.ods import read_ods
from thuebao.sources.sheets.forms.xls import read_xls
from thuebao.sources.sheets.forms.xlsx import read_xlsx
from thuebao.sources.sheets.limits.archive import Archive


def read_forms(path: str, file: BinaryIO, kind: str) -> tuple[BinaryIO | None, dict[str, About]]:
    """Return a workbook rewritten, None where that need not be, and what is said of its sheets, by their names."""
    if kind == "xls":
        file.seek(0)
        return read_xls(file.read())
    archive = Archive.of(path, file)
    return read_xlsx(archive) if kind == "xlsx" else read_ods(archive)
