"""One set of records in every form that exports come in: the command finds the same in each.

What has to be found is typed beside the records, from the catalogue; who writes the files are other people's programs
(Python's csv and json, openpyxl, xlsxwriter, xlwt, odfpy, pyarrow, Polars, gzip, zstandard, iconv) or tables
typed in the helpers.
"""

from __future__ import annotations

import unicodedata

import pytest

from helpers.desks import Desk
from helpers.formats.cases import CASES, HEADERS, UNKNOWN, carried, rows_of
from helpers.formats.charsets import TONES
from helpers.formats.forms import FORMS, REPAIRED
from helpers.formats.held import Found, audit, hold, plainly
from helpers.outcomes import Command


def test_what_is_found_is_what_is_typed(desk: Desk, cli: Command) -> None:
    found = plainly(desk, cli)
    hold(found, CASES, found)
    assert len(CASES) == found.document["totals"]["records"] == 152
    assert len({code for _, code, *_ in found.findings}) == 69 - 4  # what is compared is nearly all there is
    text = "".join(value for row in rows_of(CASES) for value in row)
    small = {unicodedata.normalize("NFC", v + tone) for v in "aâăeêioôơuưy" for tone in ("", *TONES)} | {"đ"}
    assert (small | {letter.upper() for letter in small}) <= set(text)


CONVERTED = {
    "utf-16-le": "UTF-16 (little endian)",
    "utf-16-be": "UTF-16 (big endian)",
    "windows-1258": "windows-1258",
    "tcvn3": "TCVN3",
    "viscii": "VISCII",
    "vni": "VNI",
    REPAIRED: "windows-1252",
}


def hold_said_of_the_file(found: Found, encoding: str) -> None:
    """Hold that the export findings are the unknown columns and, only where it was not UTF-8, from what it came."""
    path = found.document["inputs"][0]["path"]
    # One for each absent column: those of the records, not of the form.
    about_the_form = [one for one in found.document["export_findings"] if one["code"] != "EXP109"]
    said = {one["code"]: one for one in about_the_form}
    assert len(said) == len(about_the_form)
    unknown = said.pop("EXP104")
    for key in ("detail", "column"):
        assert unicodedata.normalize("NFC", unknown.pop(key)) == ", ".join(UNKNOWN)
    assert unknown == {"code": "EXP104", "path": path, "severity": "info", "rule": None, "count": len(UNKNOWN)}
    converted = {code: (one["path"], one["severity"]) for code, one in said.items()}
    assert converted == ({"EXP103": (path, "info")} if encoding != "utf-8" else {})
    assert CONVERTED.get(encoding, "") in "".join(one["detail"] for one in said.values())


@pytest.mark.parametrize("name", FORMS)
def test_every_form_gives_the_same(desk: Desk, cli: Command, name: str) -> None:
    written = FORMS[name]
    cases = carried(written.without)
    for file, data in written.write(rows_of(cases)).items():
        desk.write(file, data)
    found = audit(desk, cli, written.path, *written.options)
    hold(found, cases, plainly(desk, cli, written.without))
    [said] = found.document["inputs"]
    assert (said["format"], said["encoding"]) == (written.format, written.encoding)
    assert (said["records"], said["rejected"]) == (len(cases), 0)
    hold_said_of_the_file(found, written.encoding)
    columns = {column: unicodedata.normalize("NFC", header) for column, header in said["columns"].items()}
    assert {column: header.casefold() for column, header in columns.items()} == {
        column: header.casefold() for column, header in HEADERS.items()
    }


def test_every_encoding_is_among_the_forms() -> None:
    assert {written.encoding for written in FORMS.values()} == {"utf-8", *CONVERTED}
    assert {written.format for written in FORMS.values()} == {"csv", "ndjson", "parquet", "xlsx", "xls", "ods"}
