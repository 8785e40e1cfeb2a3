"""Checks a workbook's kind and size before it is opened.

Calamine unpacks all there is, takes memory for every place between two cells, and copies a shared text into each cell
that shows it.
"""

from __future__ import annotations

from typing import BinaryIO

from thuebao.base.errors import InputError
from thuebao.sources.sheets.limits.archive import Archive, plain_name
from thuebao.sources.sheets.limits.compound import SIGNATURE, CompoundFile
from thuebao.sources.sheets.limits.ods import check_ods
from thuebao.sources.sheets.limits.xls import check_xls
from thuebao.sources.sheets.limits.xlsx import check_xlsx

_ZIP = b"PK\x03\x04"


def check_limits(path: str, file: BinaryIO) -> str:
    """Return "xlsx", "ods" or "xls". Raises InputError for a file that is none, is encrypted or expands too far."""
    file.seek(0)
    start = file.read(4)
    if SIGNATURE.startswith(start or b"?"):
        check_xls(path, CompoundFile(start + file.read()))
        return "xls"
    if start != _ZIP:
        raise InputError("spreadsheet_damaged", path=path, reason="no spreadsheet's beginning")
    archive = Archive.of(path, file)
    if any(member.flag_bits & 1 for member in archive.members):
        raise InputError("spreadsheet_encrypted", path=path)
    return _check_zip(archive)


def _check_zip(archive: Archive) -> str:
    names = {member.filename for member in archive.members}
    plain = set(map(plain_name, names))
    if "xl/workbook.bin" in plain:
        raise InputError("kind_unsupported", path=archive.path, kind="Excel .xlsb")
    is_ods = {"mimetype", "content.xml"} <= names
    is_xlsx = "_rels/.rels" in plain or any(name.startswith("xl/") for name in plain)
    # What is both is checked as both: where calamine cannot read it as the one, it tries the other.
    if is_ods:
        check_ods(archive)
    if is_xlsx:
        check_xlsx(archive)
    if not is_ods and not is_xlsx:
        raise InputError("spreadsheet_damaged", path=archive.path, reason="no workbook in it")
    return "xlsx" if is_xlsx else "ods"
