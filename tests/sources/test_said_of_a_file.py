"""What the command says of a file: its encoding, sheet, separator, columns and digest."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import re
import sys
import unicodedata
from collections.abc import Callable

import pytest
import zstandard

from helpers.desks import Desk
from helpers.formats.cases import CASES, HEADERS, UNKNOWN, case, rows_of
from helpers.formats.charsets import windows_1258
from helpers.formats.forms import FORMS, GUIDE, SHEET, plain_bytes
from helpers.formats.held import audit, hold, plainly
from helpers.formats.packed import gzip_members, ndjson, parquet
from helpers.formats.sheets import by_odfpy, by_openpyxl, by_xlsxwriter, by_xlwt, typed
from helpers.formats.text import arrow, delimited
from helpers.outcomes import Command, one_message
from helpers.packing import zip_of
from helpers.people import AS_OF

FEW = [case(n) for n in range(5)]


def test_a_converted_file_can_make_the_command_fail(desk: Desk, cli: Command) -> None:
    rows = [row[1:-1] for row in rows_of(FEW)]
    desk.write("utf-8.csv", delimited(rows))
    desk.write("utf-16.csv", delimited(rows).encode("utf-16"))
    form_of = ("--operator", "VinaPhone", "--as-of", AS_OF, "--fail-on")
    codes = [
        cli("audit", f"utf-{n}.csv", *form_of, level).code for n, level in ((8, "info"), (16, "info"), (16, "warning"))
    ]
    assert codes == [0, 1, 0]


def test_the_user_s_word_on_the_encoding_goes_before_all_else(desk: Desk, cli: Command) -> None:
    # Nothing in these bytes says what they are: ASCII headers, one name.
    desk.write("vina.csv", b"msisdn,full_name\n0912345678,L\xea An 1\n")
    for name, encoding, value in (
        ("cp1258", "windows-1258", "Lê An 1"),
        ("VISCII", "viscii", "Lẻ An 1".replace("ẻ", "ê")),
        ("abc", "tcvn3", "Lờ An 1"),
    ):
        found = audit(desk, cli, "vina.csv", "--encoding", name)
        assert found.document["inputs"][0]["encoding"] == encoding
        assert [value_of for _, code, _, _, value_of, *_ in found.findings if code == "PER102"] == [value]
        assert [one["code"] for one in found.document["export_findings"] if one["code"] == "EXP103"] == ["EXP103"]
    desk.write("u.csv", delimited(rows_of(FEW)).encode("utf-16-le"))
    assert audit(desk, cli, "u.csv", "--encoding", "utf-16", exits=0).document["inputs"][0]["encoding"] == "utf-16-le"
    desk.write("w.xlsx", by_openpyxl((SHEET, rows_of(FEW))))
    assert audit(desk, cli, "w.xlsx", "--encoding", "vni", exits=0).document["totals"]["records"] == 5


@pytest.mark.parametrize("name", ["latin-1", "windows-1252"])
def test_an_unknown_encoding_is_refused_with_the_known_ones(desk: Desk, cli: Command, name: str) -> None:
    desk.export("vina.csv")
    done = cli("audit", "vina.csv", "--encoding", name)
    assert done.code == 2
    for known in ("utf-8", "utf-16-le", "utf-16-be", "windows-1258", "tcvn3", "vni", "viscii"):
        assert known in done.said
    assert done.out == ""


@pytest.mark.parametrize(("kind", "by"), [("xlsx", by_xlsxwriter), ("xls", by_xlwt), ("ods", by_odfpy)])
def test_an_unknown_sheet_is_refused_with_the_known_ones(
    desk: Desk, cli: Command, kind: str, by: Callable[..., bytes]
) -> None:
    desk.write(f"vina.{kind}", by(("Đọc trước", GUIDE), (SHEET, rows_of(FEW))))
    for sheet in ("Tháng 7", "3") if kind == "xls" else ("0",):
        done = cli("audit", f"vina.{kind}", "--sheet", sheet, "--format", "json")
        assert done.code == 3
        one_message(done, f"vina.{kind}", f"'{sheet}'", "Đọc trước", SHEET)
        assert [one["reason"] for one in done.document["unreadable"]] == ["sheet_unknown"]
    assert "Đọc trước" in audit(desk, cli, f"vina.{kind}", "--sheet", SHEET, exits=0).err  # it is said what is not read


LOOKED_AT = [
    "comma",
    "titles and sums, ragged",
    "Unicode text, utf-16-le",
    "windows-1258",
    "vni",
    "garbled",
    "openpyxl",
    "xlwt",
    "odfpy",
    "gzip without an ending",
    "zip of Parquet",
    "NDJSON with numbers and keys left out",
    "Parquet with types",
]


@pytest.mark.parametrize("name", LOOKED_AT)
def test_columns_are_shown_of_every_form(desk: Desk, cli: Command, name: str) -> None:
    written = FORMS[name]
    cases = [case(n) for n in range(4)]
    for file, data in written.write(rows_of(cases)).items():
        desk.write(file, data)
    done = cli("columns", written.path, COLUMNS=200)
    assert (done.code, done.err) == (0, "")
    assert re.search(rf"\b{written.format}\b.*{re.escape(written.encoding)}", done.said)
    for column, header in HEADERS.items():
        assert column in done.said
        assert header in done.said
    for header in UNKNOWN:
        assert header in done.said
    for one in cases:
        assert one.record["full_name"] not in done.said
        assert one.record["msisdn"].lstrip("0") not in done.said


def test_digests_are_those_of_the_files(desk: Desk, cli: Command) -> None:
    rows = rows_of(FEW)
    data, book, table = plain_bytes(rows), by_openpyxl((SHEET, rows)), parquet(arrow(rows))
    files = {
        "vina.csv": data,
        "vina.csv.gz": gzip.compress(data),
        "vina.csv.zst": zstandard.compress(data),
        "vina.xlsx": book,
        "vina.parquet": table,
        "vina.ndjson.gz": gzip_members(ndjson(rows).encode()),
    }
    members = {"a.csv": data, "b.xlsx": book, "c.parquet": table, "d/e.txt": windows_1258(delimited(rows, "|"))}
    for file, content in files.items():
        desk.write(file, content)
    desk.write("vina.zip", zip_of(*members.items()))
    paths = [*files, "vina.zip"]
    # Every record stands in all files: that they are the same ones is of no concern here.
    arguments = ("--operator", "VinaPhone", "--format", "json", "--as-of", AS_OF, "--fail-on", "never")
    without, done = cli("audit", *paths, *arguments), cli("audit", *paths, *arguments, "--hash")
    assert (without.code, done.code) == (0, 0)
    wanted = {**files, **{f"vina.zip/{name}": content for name, content in members.items()}}
    digests = {one["path"]: one["sha256"] for one in done.document["inputs"]}
    assert digests == {path: hashlib.sha256(content).hexdigest() for path, content in wanted.items()}
    assert {one["sha256"] for one in without.document["inputs"]} == {None}
    sizes = {one["path"]: one["bytes"] for one in done.document["inputs"]}
    assert {path: sizes[path] for path in files} == {path: len(content) for path, content in files.items()}


def test_separators_that_are_controls(desk: Desk, cli: Command) -> None:
    desk.write("vina.txt", delimited(rows_of(CASES), "\x01"))
    hold(audit(desk, cli, "vina.txt"), CASES, plainly(desk, cli))


def test_line_feeds_within_values_of_a_file_of_carriage_returns(desk: Desk, cli: Command) -> None:
    """As Excel on a Mac wrote it: rows end with CR, lines within a cell with LF."""
    desk.write("vina.csv", delimited(rows_of(CASES), end="\r", quoting=csv.QUOTE_ALL))
    hold(audit(desk, cli, "vina.csv"), CASES, plainly(desk, cli))


def test_standard_input_has_one_name(desk: Desk, cli: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(plain_bytes(rows_of(CASES)))))
    found = audit(desk, cli, "-")
    assert {row["path"] for row in desk.rows("found.csv")} == {found.document["inputs"][0]["path"]}


def test_values_in_findings_are_composed(desk: Desk, cli: Command) -> None:
    cases = [case(0, "PER104", full_name="Ánh")]
    desk.write("vina.csv", unicodedata.normalize("NFD", delimited(rows_of(cases))))
    audit(desk, cli, "vina.csv", exits=0)
    assert [row["value"] for row in desk.rows("found.csv")] == ["Ánh"]


@pytest.mark.parametrize(("kind", "by"), [("xlsx", by_xlsxwriter), ("xls", by_xlwt), ("ods", by_odfpy)])
def test_midnight_is_an_hour_in_a_workbook_too(desk: Desk, cli: Command, kind: str, by: Callable[..., bytes]) -> None:
    # In a workbook a day and its midnight are one number: what is by the clock elsewhere in the column is so here.
    cases = [case(0, portrait_taken_at="01/06/2025 00:00"), case(1)]
    desk.write(f"vina.{kind}", by((SHEET, typed(rows_of(cases)))))
    assert audit(desk, cli, f"vina.{kind}", exits=0).findings == []
