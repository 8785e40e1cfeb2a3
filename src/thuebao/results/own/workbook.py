"""Recognises a workbook that an audit wrote: its mark, its sheets, their titles, and that none of them is an export."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from itertools import combinations
from pathlib import Path

from thuebao.base.errors import InputError
from thuebao.base.messages import in_every_language
from thuebao.results.follow.columns import CSV_COLUMNS
from thuebao.results.follow.columns import SHEETS as FOLLOWED
from thuebao.results.own.tables import CODES, STEPS
from thuebao.rulebook.load import CODE
from thuebao.rulebook.reference import shipped_reference
from thuebao.sources import Stored, open_exports
from thuebao.sources.sheets.workbook import open_sheet

OWN_BOOK = "thuebao-report"
"""The custom property of a workbook that an audit wrote."""
SHEETS = (
    "report.summary",
    "report.rules",
    "report.findings",
    "report.identities",
    "report.points_of_sale",
    "report.not_evaluated",
    "report.files",
)
"""The keys of its sheets' names, in their order."""
MORE_SHEETS = ("report.breakdown", "report.exposure")
"""Those that follow where they were asked for."""
FINDINGS_BOOK_COLUMNS = {
    "path": "summary.file",
    "sheet": "findings_book.sheet",
    "line": "findings_book.line",
    "record": "report.record",
    "operator": "summary.operator",
    "msisdn": "report.number",
    "code": "summary.code",
    "name": "report.rule",
    "severity": "summary.severity",
    "field": "report.field",
    "value": "report.value",
    "basis": "explain.law",
    "group": "report.group",
    "key": "findings_book.key",
}
"""The columns of a workbook of findings alone, and the keys of their titles."""
_FORMS = {"line": "(?:[0-9]+)?", "record": "[0-9]+", "code": CODE.pattern, "group": "(?:[0-9]+)?"}
"""What columns of findings hold that are not free, as regular expressions."""
REMEDY_BOOK_COLUMNS = {
    "path": "summary.file",
    "record": "report.record",
    "line": "findings_book.line",
    "sheet": "findings_book.sheet",
    "operator": "summary.operator",
    "msisdn": "report.number",
    "contract_number": "remedy.contract_number",
    "status": "remedy.status",
    "reason": "remedy.reason",
    "codes": "remedy.codes",
    "what": "remedy.what",
    "first_notice": "remedy.first_notice",
    "one_way_due": "remedy.one_way_due",
    "two_way_due": "remedy.two_way_due",
    "end_due": "remedy.end_due",
    "next_step": "remedy.next_step",
    "next_due": "remedy.next_due",
    "key": "findings_book.key",
}
"""The columns of a workbook of numbers to be notified, and the keys of their titles."""
CARRIERS_BOOK_COLUMNS = {
    name: key
    for name, key in REMEDY_BOOK_COLUMNS.items()
    if name in ("path", "record", "line", "sheet", "operator", "msisdn", "codes", "what", "key")
}
"""Those of one of the carrier's own errors."""
REMEDY_SHEET, CARRIERS_SHEET = "remedy.sheet", "remedy.carriers_sheet"
"""The keys of the names of their sheets."""
_PLACES = {"line": "(?:[0-9]+)?", "record": "[0-9]+", "codes": CODES}
_BOOKS: dict[str, tuple[Mapping[str, str], Mapping[str, str]]] = {
    "report.findings": (FINDINGS_BOOK_COLUMNS, _FORMS),
    REMEDY_SHEET: (REMEDY_BOOK_COLUMNS, _PLACES | STEPS),
    CARRIERS_SHEET: (CARRIERS_BOOK_COLUMNS, _PLACES),
}
"""Workbooks of one list: the key of their sheets' name, their columns, and what these hold that is not free."""
_FINDINGS, _FINDINGS_HEADER, _CODE_AT = "report.findings", 3, 6
_MOST_PROPERTIES = 1 << 16
"""Bytes of a workbook's properties that are looked at: more than any program writes."""
_NO_EXPORT = frozenset({"not_an_export", "header_unrecognised", "header_missing", "file_without_records"})
"""What a reader says where there is no export, rather than one that is damaged."""
_NO_WORKBOOK = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, RuntimeError)


def is_book(stored: Stored, file: Path | BytesIO) -> bool:
    """Return whether what begins as a zip is a workbook of an audit; file: the same, to seek in.

    Raises OSError, ValueError, InputError.
    """
    try:
        with zipfile.ZipFile(file) as book:
            if f'"{OWN_BOOK}"'.encode() not in book.open("docProps/custom.xml").read(_MOST_PROPERTIES):
                return False
    except _NO_WORKBOOK:
        return False
    names = open_sheet(stored.path, _again(file), "1").book.names
    for key, (titles, forms) in _BOOKS.items():
        if names[0] in in_every_language(key):
            return all(_is_list(stored.path, file, n, names, titles, forms) for n in range(len(names)))
    if tuple(names) in set(zip(*map(in_every_language, FOLLOWED), strict=True)):
        return _holds_counts(stored.path, file, names[-1]) and _holds_no_export(stored)
    return _has_our_sheets(stored.path, file, names) and _holds_no_export(stored)


def _is_list(
    path: str,
    file: Path | BytesIO,
    at: int,
    names: Sequence[str],
    titles: Mapping[str, str],
    forms: Mapping[str, str],
) -> bool:
    """Return whether a sheet is the part at its place of a workbook of one list, by its header and all of its rows."""
    name = names[at]
    if name != (names[0] if at == 0 else f"{names[0]} {at + 1}"):
        return False
    rows = iter(open_sheet(path, _again(file), name).rows())
    headers = set(zip(*map(in_every_language, titles.values()), strict=True))
    header = tuple(next(rows, ()))
    if header not in headers:
        return False
    columns = list(titles)
    wanted = [(columns.index(column), re.compile(form)) for column, form in forms.items()]
    return all(_fits(row, len(columns), wanted) for row in rows)


def _holds_counts(path: str, file: Path | BytesIO, name: str) -> bool:
    """Return whether the sheet of all days has days, operators and counts below its header, and nothing else."""
    rows = iter(open_sheet(path, _again(file), name).rows())
    header = next(rows, ())
    width = len(CSV_COLUMNS) - 1
    number = re.compile(r"[0-9]+(?:\.[0-9]+)?")
    return len(header) == width and all(
        len(row) <= width and all(number.fullmatch(cell or "0") for cell in row[2:]) for row in rows
    )


def _fits(row: Sequence[str | None], width: int, wanted: Iterable[tuple[int, re.Pattern[str]]]) -> bool:
    return len(row) <= width and all(form.fullmatch((row[at] if at < len(row) else None) or "") for at, form in wanted)


def _has_our_sheets(path: str, file: Path | BytesIO, names: Sequence[str]) -> bool:
    more = (some for count in range(len(MORE_SHEETS) + 1) for some in combinations(MORE_SHEETS, count))
    sets = (zip(*map(in_every_language, (*SHEETS, *some)), strict=True) for some in more)
    if tuple(names) not in {listed for several in sets for listed in several}:
        return False
    rows = open_sheet(path, _again(file), names[SHEETS.index(_FINDINGS)]).rows()
    below = (row for n, row in enumerate(rows) if n >= _FINDINGS_HEADER)
    return all(len(row) > _CODE_AT and CODE.fullmatch(row[_CODE_AT] or "") for row in below)


def _again(file: Path | BytesIO) -> Path | BytesIO:
    return BytesIO(file.getbuffer()) if isinstance(file, BytesIO) else file


def _holds_no_export(stored: Stored) -> bool:
    try:
        open_exports(stored, None, shipped_reference(), operator_needed=False)
    except InputError as error:
        return error.key in _NO_EXPORT
    return False
