"""The audit as a workbook, read by openpyxl."""

from __future__ import annotations

import zipfile
from datetime import date, datetime, timedelta, timezone
from io import BytesIO
from typing import Any

import openpyxl
import polars as pl

import thuebao
from helpers.people import AS_OF
from thuebao.reports.about import About
from thuebao.reports.excel import sheets as workbook
from thuebao.results.result import AuditResult

HANOI = timezone(timedelta(hours=7))
ABOUT = About(
    "Trần Văn Thanh tra",
    datetime(2026, 11, 23, 9, 0, tzinfo=HANOI),
    datetime(2026, 11, 23, 9, 5, tzinfo=HANOI),
    {"paths": "exports/"},
    {"thuebao": "0.1.0"},
)
SHEETS = ["Summary", "Rules", "Findings", "Identities", "Points of sale", "Not evaluated", "Files"]
HEADER = 3
"""The row of the header on sheets that hold one table."""


def audit(*paths: object, **options: Any) -> AuditResult:
    return thuebao.audit([str(path) for path in paths], as_of=date.fromisoformat(AS_OF), **options)


def written(result: AuditResult, findings: pl.LazyFrame | None = None, **options: Any) -> bytes:
    file = BytesIO()
    workbook.write_workbook(file, result, result.findings if findings is None else findings, ABOUT, **options)
    return file.getvalue()


def read(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(BytesIO(content))


def book(result: AuditResult, findings: pl.LazyFrame | None = None, **options: Any) -> openpyxl.Workbook:
    return read(written(result, findings, **options))


def rows(sheet: Any, header: int = HEADER) -> list[dict[str, Any]]:
    """Return the rows of a table below its header."""
    titles, *found = sheet.iter_rows(min_row=header, values_only=True)
    return [dict(zip(titles, row, strict=True)) for row in found]


def tables(sheet: Any, title: str) -> list[tuple[Any, ...]]:
    """Return the rows below a title, its header first, up to an empty one, without empty cells at their ends."""
    every = list(sheet.iter_rows(values_only=True))
    start = max(n for n, row in enumerate(every) if row[0] == title and n + 1 < len(every)) + 1
    end = next((n for n in range(start, len(every)) if not any(every[n])), len(every))
    width = sum(1 for value in every[start] if value is not None)
    return [row[:width] for row in every[start:end]]


def pairs(sheet: Any) -> dict[str, Any]:
    return {row[0]: row[1] for row in sheet.iter_rows(max_row=14, values_only=True) if row[0]}


def everything(content: bytes) -> str:
    """Return all that a workbook holds, as it stands in its parts."""
    with zipfile.ZipFile(BytesIO(content)) as parts:
        return "\n".join(parts.read(name).decode() for name in parts.namelist())


class Full(BytesIO):
    """A file on a full disk."""

    def write(self, data: Any, /) -> int:
        raise OSError(28, "No space left on device")
