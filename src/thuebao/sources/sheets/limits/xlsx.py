"""Estimates the cells and the text of an .xlsx workbook.

Worksheets in the form that nearly all programs write are measured by linear patterns, all others by a parser, which
takes several times as long.
"""

from __future__ import annotations

import re
import zipfile

import polars as pl

from thuebao.sources.sheets.limits import DamagedError
from thuebao.sources.sheets.limits.archive import Archive, contains, plain_name
from thuebao.sources.sheets.limits.estimate import MOST_CELLS, MOST_TEXT, Estimate, check_estimates
from thuebao.sources.sheets.limits.xlsx_parser import measure_cells, measure_strings
from thuebao.sources.sheets.limits.xlsx_patterns import (
    UnusualFormError,
    estimate_cells,
    estimate_text,
    longest,
    string_lengths,
)

_SHEET, _STRINGS = b"sheetData", "sharedstrings.xml"
_UNIQUE = re.compile(rb"uniqueCount\s*=\s*[\"']\s*\+?([0-9]+)")
_LONGEST_NUMBER = 64  # bytes of an attribute that a chunk's end may cut in two


def check_xlsx(archive: Archive) -> None:
    """Raise InputError if the sheets of a workbook are too large to be opened."""
    tables = [member for member in archive.members if plain_name(member.filename).endswith(_STRINGS)]
    if len(tables) > 1:
        raise DamagedError("two tables of strings")
    lengths = pl.concat([pl.Series([], dtype=pl.Int64), *(_lengths(archive, member) for member in tables)])
    sheets = []
    for member in archive.members:
        if member not in tables and contains(archive.first(member), _SHEET):
            sheets.append(_estimate(archive, member, lengths))
            check_estimates(archive.path, sheets)


def _estimate(archive: Archive, member: zipfile.ZipInfo, lengths: pl.Series) -> Estimate:
    """Return an upper bound of a worksheet's size; the exact size where the bound exceeds a limit."""
    try:
        sheet, shared = estimate_cells(archive.again(member))
        sheet.text = shared * longest(lengths)
        if sheet.text > MOST_TEXT:
            sheet.text = estimate_text(archive.again(member), lengths)
    except UnusualFormError:
        return measure_cells(archive.again(member), lengths)
    # Cells that hold nothing do not count to calamine: whether those far out do shows only when they are parsed.
    return sheet if sheet.places <= MOST_CELLS else measure_cells(archive.again(member), lengths)


def _lengths(archive: Archive, member: zipfile.ZipInfo) -> pl.Series:
    """Return how long each shared string is at most, and refuse a number of them that there cannot be."""
    unique = [0]
    before = b""
    for chunk in archive.first(member):
        unique += map(int, _UNIQUE.findall(before + chunk))
        before = chunk[-_LONGEST_NUMBER:]
    if max(unique) > MOST_CELLS:
        raise DamagedError("the number of strings")
    try:
        return string_lengths(archive.again(member))
    except UnusualFormError:
        return measure_strings(archive.again(member))
