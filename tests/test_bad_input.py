"""What a user may hand in by mistake: one clear message, the right exit code, no traceback, nothing half-written."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import resource
import socket
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

import thuebao
from helpers.desks import Desk
from helpers.exports import table
from helpers.outcomes import Command, one_message
from helpers.people import ERROR, GOOD

HEADER = "msisdn,full_name,date_of_birth,address\n"
LINE = "0912345678,Nguyễn Văn An,02/01/1990,Hà Nội\n"
TEXT = (HEADER + LINE).encode()


def permissions_hold() -> bool:
    """Return whether a file that nobody may read cannot be read: root may read everything."""
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).chmod(0)
        return not os.access(file.name, os.R_OK)


AS_ROOT = not permissions_hold()


def workbook() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as book:
        book.writestr("xl/workbook.xml", "<workbook/>")
    return content.getvalue()


def parquet(frame: pl.DataFrame | None = None) -> bytes:
    content = io.BytesIO()
    (pl.DataFrame([GOOD] * 5_000) if frame is None else frame).write_parquet(content)
    return content.getvalue()


# --- Exports that cannot be read -------------------------------------------------------------------------------

FAR = LINE.encode() * 30_000  # more than a megabyte

UNREADABLE: dict[str, tuple[bytes, tuple[str, ...]]] = {
    # Nothing in it
    "empty": (b"", ("empty",)),
    "only a byte order mark": (b"\xef\xbb\xbf", ()),
    "only blank lines": (b"\n\n\r\n", ()),
    "header only": (HEADER.encode(), ("no records",)),
    "header only, no line end": (HEADER.rstrip().encode(), ("no records",)),
    "header and blank lines": (HEADER.encode() + b"\n\n", ("no records",)),
    # No header, or one that is not clear
    "no column recognised": (b"a,b,c\n1,2,3\n", ("no column is recognised", "3 columns", "thuebao columns")),
    "column twice": (b"msisdn,address,msisdn\n1,2,3\n", ("'msisdn' stands twice",)),
    "column twice, spelt otherwise": ("Số TB,address,so_tb\n1,2,3\n".encode(), ("so_tb", "twice")),
    "unknown column twice": (b"msisdn,x,x\n1,2,3\n", ("'x' stands twice",)),
    "two headers for one column": ("msisdn,SĐT\n1,2\n".encode(), ("'msisdn'", "'SĐT'", "both mean msisdn")),
    "header with an open quote": (('"' + HEADER + LINE * 5_000).encode(), ()),
    # Other kinds of files
    "binary": (bytes(range(256)) * 20, ("binary",)),
    "bzip2": (bz2.compress(TEXT), ()),
    "xz": (lzma.compress(TEXT), ()),
    "zstd": (b"\x28\xb5\x2f\xfd" + bytes(50), ("zstd",)),
    "JSON": (b'[{"msisdn": "0912345678"}]', ()),
    "web page": (b"<html>\n<table><tr><td>msisdn</td></tr></table></html>\n", ()),
    "old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), ("spreadsheet",)),
    "workbook": (workbook(), ("no exports",)),
    "gzip cut short": (gzip.compress(TEXT)[:-10], ("gzip", "breaks off")),
    # More lines that are no records than one in a hundred
    "too few fields": (TEXT + b"1,2\n" + LINE.encode(), ("line 3", "2 fields", "has 4", "--max-rejected 1%")),
    # Parquet
    "Parquet cut short": (parquet()[:-500], ("Parquet", "Copy or export it again")),
    "Parquet cut to its beginning": (b"PAR1", ("Parquet",)),
    "Parquet with a broken footer": (parquet()[:-40] + bytes(36) + b"PAR1", ("Parquet",)),
    "Parquet without rows": (parquet(pl.DataFrame(schema={"msisdn": pl.String})), ("no records",)),
    "Parquet of unknown columns": (parquet(pl.DataFrame({"a": ["1"]})), ("no column is recognised",)),
    "Parquet with a column twice": (parquet(pl.DataFrame({"msisdn": ["1"], "SĐT": ["2"]})), ("both mean msisdn",)),
    "Parquet with lists": (parquet(pl.DataFrame({"msisdn": [["1"]]})), ("'msisdn'", "List")),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_export_that_cannot_be_read(desk: Desk, cli: Command, name) -> None:
    content, parts = UNREADABLE[name]
    desk.write("vina.csv", content)
    done = cli("audit", "vina.csv", "--findings", "found.csv", "--quiet")
    assert (done.code, done.out) == (3, "")
    one_message(done, "vina.csv", *parts)
    assert len(done.err) < 500
    assert not [file for file in desk.files() if file.endswith(".part")]


@pytest.mark.parametrize("name", ["empty", "too few fields", "workbook", "column twice"])
def test_messages_in_vietnamese(desk: Desk, cli: Command, name) -> None:
    desk.write("vina.csv", UNREADABLE[name][0])
    english, vietnamese = (cli("audit", "vina.csv", "--quiet", "--lang", lang).err for lang in ("en", "vi"))
    assert vietnamese.startswith("vina.csv")
    assert vietnamese != english
    assert not set(english.split()) & {"tệp", "dòng"}
    assert set(vietnamese.split()) & {"tệp", "Hãy", "cột"}


def test_records_are_not_printed_where_a_header_should_be(desk: Desk, cli: Command) -> None:
    desk.write("vina.csv", LINE * 3)
    done = cli("audit", "vina.csv")
    assert done.code == 3
    one_message(done, "vina.csv", "no column is recognised")
    assert "Nguyễn Văn An" not in done.err
    assert "0912345678" not in done.err


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("nowhere.csv", ("no such file",)),
        ("nowhere/", ("no such file",)),
        ("nowhere/*.csv", ("no file matches",)),
        ("vina.csv/x.csv", ("no such file",)),
        ("folder", ("folder holds no exports",)),
        ("folder/*.md", ("no column is recognised",)),
        ("link.csv", ()),
        ("", ()),
        pytest.param("v" * 300 + ".csv", ()),
        pytest.param("vina\udcff.csv", ()),
    ],
)
def test_path_that_leads_nowhere(desk: Desk, cli: Command, path, parts) -> None:
    desk.export("vina.csv")
    desk.write("folder/readme.md", "x")
    (desk.path / "link.csv").symlink_to("nothing.csv")
    done = cli("audit", path, "--quiet")
    assert (done.code, done.out) == (3, "")
    one_message(done, *parts)


def test_path_with_bytes_that_are_no_text(desk: Desk, cli: Command) -> None:
    name = os.fsdecode(b"vina \xff.csv")
    desk.export(name, ERROR)
    done = cli("audit", name, "--findings", "found.csv", "--format", "json")
    assert done.code in (1, 3)
    assert "error of its own" not in done.err


@pytest.mark.skipif(AS_ROOT, reason="root may read everything")
def test_file_without_permission(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", ERROR)
    desk.export("viettel.csv").chmod(0)
    done = cli("audit", "viettel.csv", "vina.csv", "--format", "json")
    assert done.code == 3
    one_message(done, "viettel.csv", "Permission denied")
    assert done.document["totals"]["records"] == 1


@pytest.mark.skipif(AS_ROOT, reason="root may read everything")
@pytest.mark.parametrize("path", ["locked", "locked/vina.csv", "exports"])
def test_folder_without_permission(desk: Desk, cli: Command, path) -> None:
    desk.export("exports/vina.csv")
    desk.export("exports/locked/vina.csv")
    (desk.path / "exports/locked").chmod(0)
    (desk.path / "locked").symlink_to("exports/locked")
    done = cli("audit", path, "--quiet")
    (desk.path / "exports/locked").chmod(0o700)
    assert done.code == 3
    one_message(done, "locked", "Permission denied")


def test_standard_input_is_read_whole_or_refused(desk: Desk, process: Command) -> None:
    done = process("audit", "/dev/stdin", "--operator", "Viettel", "--quiet", "--fail-on", "never", given=HEADER + LINE)
    assert done.code in (0, 3)
    assert "no records" not in done.err  # there is one


def test_pipe_is_not_waited_for(desk: Desk, process: Command) -> None:
    os.mkfifo(desk.path / "vina.csv")
    done = process("audit", "vina.csv", timeout=5)
    assert done.code == 3
    one_message(done, "vina.csv")


def test_folder_with_a_socket(desk: Desk, cli: Command) -> None:
    desk.export("exports/vina.csv")
    with socket.socket(socket.AF_UNIX) as service:
        service.bind("exports/x.csv")
        done = cli("audit", "exports", "--quiet")
    assert done.code in (1, 3)
    assert "error of its own" not in done.err


def test_parquet_value_beyond_all_calendars(desk: Desk, process: Command) -> None:
    days = [7_000] * 250_000
    days[220_000] = 2**31 - 1
    frame = pl.DataFrame({"msisdn": ["0912345678"] * len(days), "date_of_birth": days})
    frame = frame.with_columns(pl.col("date_of_birth").cast(pl.Int32).cast(pl.Date))
    frame.write_parquet(desk.path / "vina.parquet")
    done = process("audit", "vina.parquet", "--select", "PER11", "--format", "json", "--fail-on", "never")
    assert (done.code, done.document["totals"]["records"]) in ((0, len(days)), (3, 0))
    assert "panicked" not in done.err


# --- One bad file among good ones ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_nothing_of_a_bad_file_is_counted_or_written(desk: Desk, cli: Command, kind) -> None:
    desk.write("exports/a vina.csv", HEADER + LINE.replace("Nguyễn Văn An", "An") * 3)
    desk.write("exports/b vina.csv", HEADER + LINE.replace("Nguyễn Văn An", "An") * 150_000 + "1,2\n" * 2000)
    desk.write("exports/c vina.csv", HEADER + LINE.replace("Nguyễn Văn An", "Bê") * 2)
    done = cli("audit", "exports", "--format", "json", "--findings", f"found.{kind}", "--select", "PER104", "-q")
    assert done.code == 3
    one_message(done, "b vina.csv: 2,000 lines", "line 150002", "nothing of it was counted")
    document = done.document
    assert document["totals"]["records"] == 5
    assert [given["path"] for given in document["inputs"]] == ["exports/a vina.csv", "exports/c vina.csv"]
    assert document["unreadable"] == [{"path": "exports/b vina.csv", "reason": "too_many_rejected"}]
    found = {"csv": pl.read_csv, "parquet": pl.read_parquet}[kind](desk.path / f"found.{kind}")
    assert found.select("path", "record").rows() == [
        *(("exports/a vina.csv", record) for record in (1, 2, 3)),
        *(("exports/c vina.csv", record) for record in (1, 2)),
    ]


def test_every_bad_file_is_named(desk: Desk, cli: Command) -> None:
    names = ["empty", "column twice", "binary", "gzip cut short", "too few fields", "Parquet cut short"]
    for name in names:
        desk.write(f"exports/{name} vina.csv", UNREADABLE[name][0])
    desk.export("exports/vina.csv", ERROR)
    done = cli("audit", "exports", "--format", "json")
    assert done.code == 3
    assert done.document["totals"]["records"] == 1
    assert sorted(line.split(" vina.csv")[0] for line in done.err.splitlines()) == sorted(f"exports/{n}" for n in names)


def test_an_open_quote_in_a_header_does_not_stop_the_others(desk: Desk, cli: Command) -> None:
    desk.write("viettel.csv", UNREADABLE["header with an open quote"][0])
    desk.export("vina.csv", ERROR)
    done = cli("audit", "viettel.csv", "vina.csv", "--format", "json")
    assert done.code == 3
    assert done.document["totals"]["records"] == 1


# --- Options ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        (["--select", "XYZ"], ("XYZ", "thuebao rules")),
        (["--select", "NUM1011"], ("NUM1011",)),
        (["--select", "NUM101,XYZ"], ("XYZ",)),
        (["--ignore", "XYZ101"], ("XYZ101",)),
        (["--as-of", "23/11/2026"], ("23/11/2026", "YYYY-MM-DD")),
        (["--as-of", "2026-02-30"], ("2026-02-30", "YYYY-MM-DD")),
        (["--as-of", ""], ("YYYY-MM-DD",)),
        (["--severity", "PER101"], ("PER101", "CODE=info")),
        (["--severity", "PER101=fatal"], ("fatal", "error, warning, info")),
        (["--severity", "XYZ101=info"], ("XYZ101",)),
        (["--severity", "=info"], ()),
        (["--law", "decree-1-1900"], ("decree-1-1900", "decree-49-2017", "auto")),
        (["--rules", "nowhere"], ("nowhere", "folder")),
        (["--rules", "vina.csv"], ("vina.csv", "folder")),
        (["--rules", "empty"], ("empty", ".toml")),
    ],
    ids=" ".join,
)
def test_option_that_cannot_be_used(desk: Desk, cli: Command, options, parts) -> None:
    desk.export("vina.csv", ERROR)
    (desk.path / "empty").mkdir()
    done = cli("audit", "vina.csv", "--findings", "found.csv", *options)
    assert (done.code, done.out) == (2, "")
    one_message(done, *parts)
    assert desk.files() == {"vina.csv"}


@pytest.mark.parametrize("options", [["--select", ""], ["--select", ","], ["--operator", " "]], ids=" ".join)
def test_option_without_a_value(desk: Desk, cli: Command, options) -> None:
    desk.export("vina.csv")
    assert cli("audit", "vina.csv", *options).code == 2


# --- Rule files ------------------------------------------------------------------------------------------------

RULE = """\
[[rule]]
code = "USR101"
name = "our-rule"
severity = "error"
violation = "full_name IS NULL"
"""


def condition(sql: str) -> str:
    return RULE.replace("full_name IS NULL", sql)


BROKEN_RULES: dict[str, tuple[str | bytes, tuple[str, ...]]] = {
    "not TOML": (RULE + "x = = 1\n", ("line 6",)),
    "not UTF-8": (RULE.encode() + b"# \xe9\n", ("utf-8",)),
    "rules for rule": (RULE.replace("[[rule]]", "[[rules]]"), ("rules",)),
    "one bracket": (RULE.replace("[[rule]]", "[rule]"), ()),
    "unknown key": (RULE + 'severety = "info"\n', ("line 2", "USR101", "severety")),
    "no code": (RULE.replace('code = "USR101"\n', ""), ("'code' is missing",)),
    "code that is a number": (RULE.replace('"USR101"', "101"), ("code",)),
    "code in small letters": (RULE.replace("USR101", "usr101"), ("line 2", "usr101")),
    "code of a shipped rule": (RULE.replace("USR101", "NUM101"), ("NUM101", "number.toml")),
    "code of a finding about files": (RULE.replace("USR101", "EXP101"), ("EXP101", "ours.toml")),
    "code twice": (RULE + RULE, ("USR101",)),
    "no name": (RULE.replace('name = "our-rule"\n', ""), ("line 2", "USR101", "'name' is missing")),
    "no severity": (RULE.replace('severity = "error"\n', ""), ("line 2", "USR101", "'severity' is missing")),
    "unknown severity": (RULE.replace('"error"', '"fatal"'), ("USR101", "fatal", "error, warning, info")),
    "no condition": (RULE.replace('violation = "full_name IS NULL"\n', ""), ("USR101", "violation")),
    "condition that is a number": (RULE.replace('"full_name IS NULL"', "5"), ("USR101",)),
    "empty condition": (condition(""), ("USR101",)),
    "bad SQL": (condition("full_name IS IS NULL"), ("USR101", "full_name IS IS NULL")),
    "two statements": (condition("full_name IS NULL; DROP TABLE x"), ("USR101",)),
    "subquery": (condition("full_name IN (SELECT full_name FROM x)"), ("USR101",)),
    "unknown function": (condition("nonsense(full_name)"), ("USR101", "nonsense")),
    "unknown column in the condition": (condition("fullname = 'x'"), ("USR101", "'fullname'", "full_name")),
    "not a condition": (condition("full_name"), ("USR101", "true or false")),
    "day that does not exist": (condition("registration_day > DATE '2020-13-01'"), ("USR101",)),
    "text compared with a number": (condition("full_name > 5"), ("USR101",)),
    "day compared with a text": (condition("registration_day > '2020-01-01'"), ("USR101",)),
    "cast that fails": (condition("CAST(full_name AS INT) > 3"), ("USR101",)),
    "bad pattern": (condition("regexp_like(full_name, '(')"), ("USR101",)),
    "count over records": (condition("COUNT(full_name) > 1"), ("USR101",)),
    "count of all records": (condition("COUNT(*) > 1"), ("USR101",)),
    "number of a record among others": (condition("ROW_NUMBER() OVER (PARTITION BY full_name) > 1"), ("USR101",)),
    "unknown column in applies": (RULE + "applies = \"fullname = 'x'\"\n", ("USR101", "fullname")),
    "applies that is no text": (RULE + "applies = true\n", ("USR101",)),
    "unknown column in needs": (RULE + 'needs = ["fullname"]\n', ("USR101", "fullname")),
    "needs that is no list": (RULE + "needs = 5\n", ("USR101", "needs")),
    "unknown field": (RULE + 'field = "fullname"\n', ("USR101", "fullname")),
    "field that is a list": (RULE + 'field = ["full_name"]\n', ("USR101", "field")),
    "unknown era": (RULE + 'eras = ["D50"]\n', ("USR101", "D50", "D163")),
    "eras that is no list": (RULE + "eras = 5\n", ("USR101", "eras")),
    "title that is a number": (RULE + "title = 5\n", ("USR101", "title")),
    "unknown instrument": (RULE + '[[rule.basis]]\ninstrument = "x"\nprovision = "y"\n', ("USR101", "instrument")),
    "basis without an instrument": (RULE + '[[rule.basis]]\nprovision = "y"\n', ("USR101", "instrument")),
    "basis without a provision": (RULE + '[[rule.basis]]\ninstrument = "decree-163-2024"\n', ("USR101", "provision")),
    "example without a verdict": (RULE + '[[rule.example]]\nrecord = { full_name = "" }\n', ("USR101", "violates")),
    "example of a bad day": (
        RULE + '[[rule.example]]\nviolates = true\nrecord = {}\nas_of = "x"\n',
        ("USR101", "as_of"),
    ),
}


@pytest.mark.parametrize("name", BROKEN_RULES)
def test_broken_rule_file(desk: Desk, cli: Command, name) -> None:
    content, parts = BROKEN_RULES[name]
    desk.write("ours/ours.toml", content)
    desk.export("vina.csv", ERROR, GOOD)
    done = cli("audit", "vina.csv", "--rules", "ours", "--findings", "found.csv")
    assert (done.code, done.out) == (2, "")
    one_message(done, "ours.toml", *parts)
    assert desk.files() == {"vina.csv", "ours/ours.toml"}


def test_rule_file_with_a_byte_order_mark(desk: Desk, cli: Command) -> None:
    desk.write("ours/ours.toml", "\ufeff" + RULE)
    assert cli("explain", "USR101", "--rules", "ours").code == 0


@pytest.mark.parametrize("lang", [pytest.param("vi"), "en"])
def test_rule_with_a_title_in_one_language_only(desk: Desk, cli: Command, lang) -> None:
    desk.write("ours/ours.toml", RULE + 'title = { en = "Ours" }\n')
    desk.export("vina.csv", ERROR)
    done = cli("audit", "vina.csv", "--rules", "ours", "--lang", lang)
    assert done.code in (1, 2)


def test_rule_with_texts_in_one_language_is_explained_in_both(desk: Desk, cli: Command) -> None:
    desk.write("ours/ours.toml", RULE + 'title = "Ours"\nexplain = "[/x] [bold]"\n')
    for lang in ("vi", "en"):
        out = cli("explain", "USR101", "--rules", "ours", "--lang", lang).out
        assert "Ours" in out
        assert "[/x] [bold]" in out


# --- Outputs that cannot be written ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("folder.csv", ("cannot be written",)),
        ("nowhere/found.csv", ("cannot be written", "No such file or directory")),
        ("vina.csv/found.csv", ("cannot be written",)),
        ("found.txt", (".csv", ".parquet")),
        ("found", (".csv", ".parquet")),
        ("v" * 300 + ".csv", ("cannot be written",)),
    ],
)
def test_findings_path_that_cannot_be_written(desk: Desk, cli: Command, path, parts) -> None:
    desk.export("vina.csv", ERROR)
    (desk.path / "folder.csv").mkdir()
    done = cli("audit", "vina.csv", "--findings", path)
    assert (done.code, done.out) == (2, "")
    one_message(done, path, *parts)
    assert desk.files() == {"vina.csv"}


@pytest.mark.skipif(AS_ROOT, reason="root may write everywhere")
def test_findings_folder_without_permission(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", ERROR)
    (desk.path / "locked").mkdir(0o500)
    done = cli("audit", "vina.csv", "--findings", "locked/found.csv")
    assert (done.code, done.out) == (2, "")
    one_message(done, "locked/found.csv", "Permission denied")


def files_end_at(limit: int) -> Callable[[], None]:
    """Return what makes every file end at `limit` bytes, as a disk that fills does."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits of file size differ")
@pytest.mark.parametrize(
    ("limit", "records", "kind", "full"),
    [
        (10, 20, "csv", "temp"),
        (10, 20, "parquet", "temp"),
        (2_000, 20, "csv", "found"),
        (2_000, 20, "parquet", "found"),
        (200_000, 5_000, "csv", "found"),
        (200_000, 150_000, "csv", "temp"),
        (200_000, 150_000, "parquet", "temp"),
    ],
)
def test_disk_that_fills(desk: Desk, process: Command, limit, records, kind, full) -> None:
    names = [f"{n:x}".translate(str.maketrans("0123456789", "ghijklmnop")) for n in range(records)]
    desk.write("vina.csv", table([{"msisdn": "0912345678", "full_name": name} for name in names]))
    desk.write(f"found.{kind}", "an older file")
    (desk.path / "temp").mkdir()
    options = ("--findings", f"found.{kind}", "--reveal", "--select", "PER104", "--temp-dir", "temp")
    done = process("audit", "vina.csv", *options, before=files_end_at(limit))
    assert (done.code, done.out) == (2, "")
    says = {"found": f"found.{kind}: cannot be written", "temp": "temp: temporary files cannot be written"}
    one_message(done, says[full], "enough room")
    assert desk.files() == {"vina.csv", f"found.{kind}"}
    assert list((desk.path / "temp").iterdir()) == []
    assert (desk.path / f"found.{kind}").read_text() == "an older file"


def test_findings_of_an_audit_that_read_nothing_replace_nothing(desk: Desk, cli: Command) -> None:
    desk.write("found.csv", "an older file")
    assert cli("audit", "nowhere.csv", "--findings", "found.csv").code == 3
    assert (desk.path / "found.csv").read_text() == "an older file"


# --- In Python -------------------------------------------------------------------------------------------------


def test_errors_in_python_are_of_one_family(desk: Desk) -> None:
    desk.write("vina.csv", "")
    [error] = thuebao.audit(["vina.csv"]).unreadable
    assert isinstance(error, thuebao.ThuebaoError)
    with pytest.raises(thuebao.UsageError):
        thuebao.audit(["vina.csv"], law="nothing")
    with pytest.raises(thuebao.RuleError):
        desk.write("ours/ours.toml", RULE + RULE)
        thuebao.audit(["vina.csv"], rules=[Path("ours")])
    for kind in (thuebao.InputError, thuebao.OutputError, thuebao.RuleError, thuebao.UsageError):
        assert issubclass(kind, thuebao.ThuebaoError)
