"""Exports with damaged lines: what is a record is read, what is none is counted, named and written down."""

from __future__ import annotations

import csv
import io
import json
import re
import stat
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from conftest import AS_OF, ERROR, GOOD, NAMELESS, Command, Desk, Outcome, one_message, people, person, table, violated
from plain_lines import Found, found_in
from thuebao.rulebook.reference import shipped_reference
from thuebao.sources import ndjson, open_export, stored_at
from thuebao.sources.delimited import table as delimited
from thuebao.sources.encodings.encoding import Encoding
from thuebao.sources.export import ReadAs

HEAD = "msisdn,full_name,note,address\n"
LINE = "0912345678,Nguyễn Văn An,n,Hà Nội\n"
WIDTH = 4
COLUMNS = ["path", "line", "record", "reason", "text"]
NOTHING = {"headers": 0, "titles": 0, "sums": 0, "blank": 0}

Rejected = list[tuple[int, str]]  # line and reason

TOO_FEW, TOO_MANY, QUOTE, BYTES, NUL, CUT = "too_few", "too_many", "quote", "bytes", "nul", "cut"


def audit(cli: Command, *arguments: object) -> Outcome:
    done = cli("audit", *arguments, "--format", "json", "--as-of", AS_OF)
    assert "Traceback" not in done.err
    assert "error of its own" not in done.err
    return done


def reason_of(said: str) -> str:
    """Return the reason that a line of the rejects file gives in words."""
    if fields := re.fullmatch(r"(\d+) fields where the header has (\d+)", said):
        found, expected = map(int, fields.groups())
        assert found != expected
        return TOO_FEW if found < expected else TOO_MANY
    return {
        "a quotation mark is not closed or not opened": QUOTE,
        "bytes that are no text in the file's encoding": BYTES,
        "a NUL character": NUL,
        "the file breaks off in this line": CUT,
        "no JSON object": "not_json",
        "a key stands twice": "key_twice",
    }[said]


def rejects(desk: Desk, name: str = "rejects.csv") -> list[dict[str, str]]:
    """Return what a file of rejected lines holds."""
    content = (desk.path / name).read_bytes().decode()
    reader = csv.DictReader(io.StringIO(content, newline=""), strict=True)
    assert reader.fieldnames == COLUMNS
    return list(reader)


def lines_and_reasons(rows: Sequence[dict[str, str]]) -> Rejected:
    return [(int(row["line"]), reason_of(row["reason"])) for row in rows]


def damaged(desk: Desk, cli: Command, content: str | bytes, *options: object) -> tuple[dict[str, Any], Rejected]:
    """Return what is said of a damaged file that is read, and its rejected lines; hold that the numbers agree."""
    desk.write("vina.csv", content)
    done = audit(cli, "vina.csv", "--rejects", "rejects.csv", "--max-rejected", "100%", *options)
    assert done.code in (0, 1), done.err
    document = done.document
    [read] = document["inputs"]
    rows = rejects(desk)
    assert read["rejected"] == document["totals"]["rejected"] == len(rows)
    assert document["totals"]["records"] == read["records"]
    assert sum(operator["records"] for operator in document["operators"]) == read["records"]
    numbers = [int(row["record"]) for row in rows]
    assert numbers == sorted(set(numbers))
    assert not numbers or 1 <= numbers[0] <= numbers[-1] <= read["records"] + read["rejected"]
    assert {row["path"] for row in rows} <= {"vina.csv"}
    return read, lines_and_reasons(rows)


# --- One damage at a time --------------------------------------------------------------------------------------

LONG = LINE.replace("n,H", "n" * 1_000 + ",H")
FAR = 1_200  # of these lines are more than a megabyte
BEYOND = 4_500  # of them are more than a record can have

DAMAGES: dict[str, tuple[str | bytes, int, Rejected]] = {
    "none": (HEAD + LINE * 3, 3, []),
    "none, no line end": ((HEAD + LINE * 3).rstrip(), 3, []),
    # The number of fields
    "too few in the first record": (HEAD + "1,2\n" + LINE * 2, 2, [(2, TOO_FEW)]),
    "too few in the middle": (HEAD + LINE + "1,2,3\n" + LINE, 2, [(3, TOO_FEW)]),
    "too few at the end": (HEAD + LINE * 2 + "1\n", 2, [(4, TOO_FEW)]),
    "too few several times": (HEAD + "1\n2\n" + LINE + "3\n" + LINE, 2, [(2, TOO_FEW), (3, TOO_FEW), (5, TOO_FEW)]),
    "too many in the first record": (HEAD + "1,2,3,4,5\n" + LINE * 2, 2, [(2, TOO_MANY)]),
    "too many in the middle": (HEAD + LINE + "1,2,3,4,5,6\n" + LINE, 2, [(3, TOO_MANY)]),
    "too many at the end": (HEAD + LINE * 2 + "1,2,3,4,5\n", 2, [(4, TOO_MANY)]),
    "too many at the end, no line end": (HEAD + LINE * 2 + "1,2,3,4,5", 2, [(4, TOO_MANY)]),
    "too many and too few": (HEAD + LINE + "1,2,3,4,5\n1,2,3\n" + LINE, 2, [(3, TOO_MANY), (4, TOO_FEW)]),
    "too few as they would be two halves": (HEAD + LINE + "1,2\n3,4\n" + LINE, 2, [(3, TOO_FEW), (4, TOO_FEW)]),
    "one separator too many on one line": (HEAD + LINE + LINE.replace("\n", ",\n") + LINE, 2, [(3, TOO_MANY)]),
    "beside blank lines": (HEAD + "\n" + LINE + "\n  \n1,2\n\t\n\n" + LINE + "\n", 2, [(6, TOO_FEW)]),
    "beside quoted separators": (HEAD + '1,"A, B",n,"C, D"\n1,"A, B",n\n' + LINE, 2, [(3, TOO_FEW)]),
    "beside doubled quotes": (HEAD + '1,"A ""B""",n,""""\n1,"A",n,""""",\n' + LINE, 2, [(3, QUOTE)]),
    "beside line breaks": (
        HEAD + '1,"A\nB\n\nC",n,x\n1,2\n1,2,3,"x\ny"\n1,2,3\n' + LINE,
        3,
        [(6, TOO_FEW), (9, TOO_FEW)],
    ),
    "too few within line breaks": (HEAD + '1,"A\nB"\n' + LINE, 1, [(2, QUOTE), (3, TOO_FEW)]),
    "empty quotes": (HEAD + '"","","",""\n"",""\n' + LINE, 1, []),
    "far away": (HEAD + LONG * FAR + "1,2\n" + LINE, FAR + 1, [(FAR + 2, TOO_FEW)]),
    # Quotes
    "open quote": (HEAD + LINE + '1,"A,n,x\n' + LINE * 2, 3, [(3, QUOTE)]),
    "open quote in the first field": (HEAD + LINE + '"1,A,n,x\n' + LINE * 2, 3, [(3, QUOTE)]),
    "open quote in the last field": (HEAD + LINE + '1,A,n,"x\n' + LINE * 2, 3, [(3, QUOTE)]),
    "open quote at the end": (HEAD + LINE + '1,"A,n,x\n', 1, [(3, QUOTE)]),
    "open quote at the end, no line end": (HEAD + LINE + '1,"A,n,x', 1, [(3, CUT)]),
    "lone quote": (HEAD + LINE + '"\n' + LINE, 2, [(3, QUOTE)]),
    "lone quote at the end": (HEAD + LINE + '"', 1, [(3, CUT)]),
    "open quotes": (HEAD + ('1,"A,n,x\n' + LINE) * 3, 3, [(2, QUOTE), (4, QUOTE), (6, QUOTE)]),
    "open quote before quoted fields": (HEAD + '1,"A,n,x\n1,"A, B",n,x\n' + LINE, 2, [(2, QUOTE)]),
    "open quote before empty quoted fields": (HEAD + '1,"A,n,x\n' + '1,"",n,x\n' * 3, 3, [(2, QUOTE)]),
    "open quote closed on the next line": (HEAD + LINE + '1,"A,n,x\n1,B",n,x\n' + LINE, 3, []),
    "open quote closed, and something behind it": (HEAD + '1,"A\nB"C,n,x\n' + LINE, 1, [(2, QUOTE), (3, TOO_FEW)]),
    "open quote closed, too many fields": (HEAD + '1,"A\nB",n,x,y,z\n' + LINE, 1, [(2, QUOTE), (3, TOO_MANY)]),
    "open quote closed far away": (
        HEAD + '1,"A\n' + LONG * FAR + '",n,x\n' + LINE,
        FAR + 1,
        [(2, QUOTE), (FAR + 3, QUOTE)],
    ),
    "open quote closed behind a record": (HEAD + '1,"A\n' + LINE + '",n,x\n' + LINE, 2, [(2, QUOTE), (4, QUOTE)]),
    "open quote closed behind many lines": (HEAD + '1,"A\n' + "x\n" * 98 + '",n,x\n' + LINE, 2, []),
    "open quote far from any other": (HEAD + '1,"A\n' + LONG * FAR, FAR, [(2, QUOTE)]),
    "open quote closed too far away": (
        HEAD + '1,"A\n' + LONG * BEYOND + '",n,x\n' + LINE,
        BEYOND + 1,
        [(2, QUOTE), (BEYOND + 3, QUOTE)],
    ),
    "open quotes far from each other": (
        HEAD + ('1,"A,n,x\n' + LONG * FAR) * 2,
        2 * FAR,
        [(2, QUOTE), (FAR + 3, QUOTE)],
    ),
    "text behind a closing quote": (HEAD + LINE + '1,"A"B,n,x\n' + LINE, 2, [(3, QUOTE)]),
    "space behind a closing quote": (HEAD + LINE + '1,"A" ,n,x\n' + LINE, 2, [(3, QUOTE)]),
    "quotes within a quoted field": (HEAD + LINE + '1,"A "B" C",n,x\n' + LINE, 2, [(3, QUOTE)]),
    "quotes within a field": (HEAD + '1,A "B",n,3"\n1,A"B,n,x\n1,A"",n"",x\n' + LINE, 4, []),
    "quotes within a field, too few": (HEAD + '1,A "B",n\n' + LINE, 1, [(2, TOO_FEW)]),
    "quotes within a field and around one": (HEAD + '1,A"B,"n, m",x\n' + LINE, 2, []),
    "space before a quote": (HEAD + '1, "A",n,x\n1, "A, B",n,x\n' + LINE, 2, [(3, TOO_MANY)]),
    # Bytes
    "byte in a known column": (HEAD.encode() + b"1,\xff,n,x\n" + LINE.encode() * 2, 2, [(2, BYTES)]),
    "byte in an unknown column": (HEAD.encode() + LINE.encode() + b"1,A,\xff,x\n" + LINE.encode(), 2, [(3, BYTES)]),
    "byte in a line of too few": (HEAD.encode() + LINE.encode() + b"1,\xff\n" + LINE.encode(), 2, [(3, BYTES)]),
    "byte in quotes": (HEAD.encode() + LINE.encode() + b'1,"\xff",n,x\n' + LINE.encode(), 2, [(3, BYTES)]),
    "byte in line breaks": (HEAD.encode() + LINE.encode() + b'1,"A\n\xff\nB",n,x\n' + LINE.encode(), 2, [(3, BYTES)]),
    "byte behind an open quote": (HEAD.encode() + LINE.encode() + b'1,"\xff,n,x\n' + LINE.encode(), 2, [(3, BYTES)]),
    "byte far away": (HEAD.encode() + LONG.encode() * FAR + b"1,\xe1,n,x\n", FAR, [(FAR + 2, BYTES)]),
    "bytes on a line of their own": (HEAD.encode() + LINE.encode() * 2 + b"\xff\xfe\n", 2, [(4, BYTES)]),
    "half a letter": (HEAD.encode() + LINE.encode() + "1,Nguyễn,n,x\n".encode().replace(b"\x85", b""), 1, [(3, BYTES)]),
    "surrogate": (HEAD.encode() + LINE.encode() + b"1,\xed\xa0\x80,n,x\n", 1, [(3, BYTES)]),
    "letter cut in two at the end": ((HEAD + LINE * 3).encode()[:-3], 2, [(4, CUT)]),
    "NUL": (HEAD + LINE + "1,A\0,n,x\n" + LINE, 2, [(3, NUL)]),
    "NUL in an unknown column": (HEAD + "1,A,\0,x\n" + LINE, 1, [(2, NUL)]),
    "NUL alone": (HEAD + LINE + "\0\n" + LINE, 2, [(3, NUL)]),
    "NUL at the end": (HEAD + LINE * 2 + "\0", 2, [(4, NUL)]),
    "NUL and a byte": (HEAD.encode() + LINE.encode() + b"1,\0\xff,n,x\n" + LINE.encode(), 2, [(3, NUL)]),
    "NUL in line breaks": (HEAD + LINE + '1,"A\n\0",n,x\n' + LINE, 2, [(3, NUL)]),
    # The end
    "cut in the middle of a record": (HEAD + LINE * 2 + "1,A", 2, [(4, CUT)]),
    "cut behind the first sign": (HEAD + LINE * 2 + "1", 2, [(4, CUT)]),
    "cut in the last value": (HEAD + LINE * 2 + LINE[:-3], 3, []),
    "cut in line breaks": (HEAD + LINE * 2 + '1,"A\nB', 2, [(4, QUOTE), (5, CUT)]),
    "cut between carriage return and line feed": ((HEAD + LINE * 2).replace("\n", "\r\n")[:-1], 2, []),
    # Line ends
    "CRLF": ((HEAD + LINE + "1,2\n" + LINE + "\n" + LINE).replace("\n", "\r\n"), 3, [(3, TOO_FEW)]),
    "CRLF and quotes": ((HEAD + '1,"A",n,"x"\n1,"A\nB",n,"x"\n1,"A\n' + LINE).replace("\n", "\r\n"), 3, [(5, QUOTE)]),
    "CRLF here and there": (
        HEAD + LINE.replace("\n", "\r\n") + LINE + "1,2\r\n1,2\n" + LINE,
        3,
        [(4, TOO_FEW), (5, TOO_FEW)],
    ),
    "CR alone": ((HEAD + LINE + "1,2\n" + LINE + "\n" + LINE).replace("\n", "\r"), 3, [(3, TOO_FEW)]),
    "CR alone, no line end": ((HEAD + LINE + "1,2\n" + LINE + "1,2").replace("\n", "\r"), 2, [(3, TOO_FEW), (5, CUT)]),
    "CR alone and quotes": ((HEAD + '1,"A\nB",n,x\n1,"A,n,x\n' + LINE).replace("\n", "\r"), 2, [(4, QUOTE)]),
    "CR within a value": (HEAD + LINE + "1,A\rB,n,x\n" + LINE, 3, []),
    "CR within quotes": (HEAD + LINE + '1,"A\rB",n,x\n' + LINE, 3, []),
    "CR behind a closing quote": (HEAD + LINE + '1,"A"\r,n,x\n' + LINE, 2, [(3, QUOTE)]),
    "CR between two records": (HEAD + LINE + LINE.replace("\n", "\r") + LINE, 1, [(3, TOO_MANY)]),
    "vertical tab, form feed, line separators of Unicode": (HEAD + LINE + "1,A\vB\fC\x85D\u2028E,n,x\n", 2, []),
    # Separators
    "separators alone": (HEAD + LINE + ",,,\n" + LINE, 2, []),
    "separators alone, too few": (HEAD + LINE + ",,\n" + LINE, 2, []),
    "separators alone, too many": (HEAD + LINE + ",,,,\n" + LINE, 2, [(3, TOO_MANY)]),
    "tabs alone": ((HEAD + LINE + ",,,\n,,\n" + LINE).replace(",", "\t"), 2, []),
    "spaces in the place of separators": (HEAD + LINE + "0912345678 A n x\n" + LINE, 2, [(3, TOO_FEW)]),
    "another separator": (HEAD + LINE + "0912345678;A;n;x\n" + LINE, 2, [(3, TOO_FEW)]),
}


def in_utf8(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content


@pytest.mark.parametrize("name", DAMAGES)
def test_one_damage(desk: Desk, cli: Command, name) -> None:
    content, records, rejected = DAMAGES[name]
    read, found = damaged(desk, cli, content, "--select", "PER101")
    assert (read["records"], found) == (records, rejected)
    assert read["passed_over"] | {"blank": 0} == NOTHING
    data = in_utf8(content)
    lines = data.replace(b"\r\n", b"\n").split(b"\n" if b"\n" in data else b"\r")
    for row in rejects(desk):
        at = int(row["line"]) - 1
        several = row["text"].count("\n") + 1
        whole = b"\n".join(lines[at : at + several]).decode(errors="backslashreplace")
        assert row["text"].replace("\r\n", "\n").removesuffix("\r") == whole.removesuffix("\r")


@pytest.mark.parametrize(
    "name", [name for name in DAMAGES if "far" not in name or name == "open quote closed far away"]
)
def test_the_oracle_agrees_about_one_damage(name) -> None:
    content, records, rejected = DAMAGES[name]
    data = in_utf8(content)
    data = data if b"\n" in data else data.replace(b"\r", b"\n")
    separator = "\t" if b"\t" in data.partition(b"\n")[0] else ","
    found = found_in(data.partition(b"\n")[2], WIDTH, separator=separator)
    assert [(f.line, f.reason) for f in found if f.reason] == rejected
    assert sum(f.reason is None for f in found) == records


@pytest.mark.parametrize(
    ("name", "broken", "unknown"), [("note", b"no\xff", "no\ufffd"), ("address", b"dia ch\xff", "note, dia ch\ufffd")]
)
def test_a_byte_that_is_no_text_in_the_header(desk: Desk, cli: Command, name, broken, unknown) -> None:
    header = HEAD.encode().replace(name.encode(), broken)
    read, found = damaged(desk, cli, header + LINE.encode() * 2)
    assert (read["records"], found) == (2, [])
    findings = audit(cli, "vina.csv").document["export_findings"]
    assert [finding["detail"] for finding in findings if finding["code"] == "EXP104"] == [unknown]


# --- What stands around the records ----------------------------------------------------------------------------

AROUND: dict[str, tuple[str, int, Rejected, dict[str, int]]] = {
    "title": ("BÁO CÁO THUÊ BAO\n" + HEAD + LINE * 2 + "1,2\n", 2, [(5, TOO_FEW)], {"titles": 1}),
    "titles and blank lines": (
        "CÔNG TY VIỄN THÔNG\n\nTháng 5, năm 2026\n\n" + HEAD + "1,2\n" + LINE * 2,
        2,
        [(6, TOO_FEW)],
        {"titles": 2, "blank": 2},
    ),
    "title with separators": (
        "BÁO CÁO,,,\n,,,\n" + HEAD + LINE + "1,2\n",
        1,
        [(5, TOO_FEW)],
        {"titles": 1, "blank": 1},
    ),
    "titles after a byte order mark": ("\ufeffBÁO CÁO\n" + HEAD + LINE + "1,2\n", 1, [(4, TOO_FEW)], {"titles": 1}),
    "sep=": (("sep=;\n" + HEAD + LINE + "1,2\n" + LINE).replace(",", ";"), 2, [(4, TOO_FEW)], {"titles": 1}),
    "underlined header": (
        "msisdn|full_name|address\n------|---------|-------\n1|A|x\n1|A\n1|B|y\n",
        2,
        [(4, TOO_FEW)],
        {"blank": 1},
    ),
    "header of two lines": (
        'msisdn,"full\nname",note,address\n' + LINE + "1,2\n" + LINE,
        2,
        [(4, TOO_FEW)],
        {},
    ),
    "header again": (HEAD + LINE + HEAD + LINE + "1,2\n" + HEAD + LINE, 3, [(5, TOO_FEW)], {"headers": 2}),
    "header again, damaged": (HEAD + LINE + "msisdn,full_name\n" + LINE, 2, [], {"headers": 1}),
    "part of a header": (HEAD + LINE + "msisdn,x\n" + LINE, 2, [(3, TOO_FEW)], {}),
    "header again at the end": (HEAD + LINE + "1,2\n" + HEAD, 1, [(3, TOO_FEW)], {"headers": 1}),
    "header again in quotes": (
        HEAD + LINE + '"msisdn","full_name","note","address"\n1,2\n' + LINE,
        2,
        [(4, TOO_FEW)],
        {"headers": 1},
    ),
    "sum in the first cell": (HEAD + LINE * 2 + "1,2\n" + "Tổng cộng: 3,,,\n", 2, [(4, TOO_FEW)], {"sums": 1}),
    "sum in one field": (HEAD + LINE * 2 + "1,2\n" + LINE + "Tổng cộng: 3\n", 3, [(4, TOO_FEW)], {"sums": 1}),
    "sum in one field, no line end": (HEAD + LINE * 2 + "Tổng cộng: 2", 2, [], {"sums": 1}),
    "message of a database": (
        HEAD + LINE * 2 + "1,2,3\n\n12 rows selected.\n",
        2,
        [(4, TOO_FEW)],
        {"titles": 1, "blank": 1},
    ),
    "signatures": (
        HEAD + LINE + "1,2\n" + LINE + "\nNgày 01 tháng 05 năm 2026\nNgười lập biểu\nTrần Thị Bình\n",
        2,
        [(3, TOO_FEW)],
        {"titles": 3, "blank": 1},
    ),
    "sum that is no record, then nothing": (HEAD + LINE * 2 + "Tổng cộng\n\n\n", 2, [], {"sums": 1, "blank": 2}),
    "sum and a message": (HEAD + LINE * 2 + "Tổng cộng: 2,,,\n2 rows selected.\n", 2, [], {"sums": 1, "titles": 1}),
    "sum in the middle": (HEAD + LINE + "Tổng cộng: 1\n" + LINE, 2, [], {"sums": 1}),
    "damaged line at the end is no sum": (HEAD + LINE * 2 + "0912345678\n", 2, [(4, TOO_FEW)], {}),
    "all of it": (
        "BÁO CÁO\n" + HEAD + LINE + "1,2\n" + HEAD + LINE + '1,"A\n' + LINE + "Tổng số thuê bao: 3\nKẾ TOÁN TRƯỞNG\n",
        3,
        [(4, TOO_FEW), (7, QUOTE)],
        {"titles": 2, "headers": 1, "sums": 1},
    ),
    # Separators too many, without anything behind them
    "separators behind every line": (
        (HEAD + LINE + "1,2\n" + LINE).replace("\n", ",\n"),
        2,
        [(3, TOO_FEW)],
        {},
    ),
    "separators behind the header": (HEAD.replace("\n", ",,\n") + LINE + "1,2\n" + LINE, 2, [(3, TOO_FEW)], {}),
    "separators behind the records": (HEAD + (LINE * 2 + "1,2\n" + LINE).replace("\n", ",\n"), 3, [(4, TOO_FEW)], {}),
    "separators behind most records": (HEAD + LINE.replace("\n", ",\n") * 3 + LINE, 3, [(5, TOO_FEW)], {}),
    "separators behind few records": (HEAD + LINE.replace("\n", ",\n") + LINE * 3, 3, [(2, TOO_MANY)], {}),
    "a separator behind the first record, an open quote in the second": (
        HEAD + LINE.replace("\n", ",\n") + '1,"A,n,x\n' + LINE * 9,
        9,
        [(2, TOO_MANY), (3, QUOTE)],
        {},
    ),
    # Apostrophes
    "apostrophes": (
        "'msisdn','full_name','note','address'\n'1','A, B','n','x''y'\n'1','A'\n'1','A,'n','x'\n'1','\"A','n','x'\n",
        2,
        [(3, TOO_FEW), (4, QUOTE)],
        {},
    ),
    "apostrophes around a line break": (
        "'msisdn','full_name','note','address'\n'1','A\nB','n','x'\n'1','A','n'\n",
        1,
        [(4, TOO_FEW)],
        {},
    ),
}


@pytest.mark.parametrize("name", AROUND)
def test_damage_beside_what_is_passed_over(desk: Desk, cli: Command, name) -> None:
    content, records, rejected, passed_over = AROUND[name]
    read, found = damaged(desk, cli, content, "--select", "PER101")
    assert (read["records"], found) == (records, rejected)
    assert read["passed_over"] == NOTHING | passed_over


@pytest.mark.parametrize(
    "below",
    [
        ["Tổng cộng" + "," * 19 + "12"],
        ["Tổng cộng,,,12"],
        ["Tổng cộng: 3"],
        ['"Tổng cộng: 3"'],
        ["", "12 rows selected."],
        ["Hà Nội, ngày 01 tháng 05 năm 2026", "Người lập biểu", "", "Trần Thị Bình"],
        ["", ",,,Ngày 01 tháng 05 năm 2026,", ",,,NGƯỜI LẬP BIỂU,"],
    ],
)
@pytest.mark.parametrize("end", ["", "\n", "\r\n\r\n"])
def test_sums_and_signatures(desk: Desk, cli: Command, below, end) -> None:
    read, found = damaged(desk, cli, table(people(3)) + "1,2\n" + "\n".join(below) + end)
    assert (read["records"], found) == (3, [(5, TOO_FEW)])
    sums, blank = sum("Tổng" in line for line in below), below.count("") + end.endswith("\n\r\n")
    titles = len(below) - below.count("") - sums
    assert read["passed_over"] == NOTHING | {"sums": sums, "titles": titles, "blank": blank}


@pytest.mark.parametrize("rest", ["1,2\n", '1,"A\n', "1,A\0,n,x\n"])
@pytest.mark.parametrize("at_once", [1, 3, 75_000])
def test_blocks_of_any_size(desk: Desk, cli: Command, monkeypatch: pytest.MonkeyPatch, rest, at_once) -> None:
    monkeypatch.setattr(delimited, "BATCH_ROWS", at_once)
    monkeypatch.setattr(delimited, "LEAST_BYTES", 1)
    read, found = damaged(desk, cli, HEAD + (LINE * 10 + rest) * 4, "--select", "PER101")
    assert (read["records"], [line for line, _ in found]) == (40, [12, 23, 34, 45])


# --- What is said of it ----------------------------------------------------------------------------------------

BAD = "1,2\n"


def bad_among(good: int, bad: int = 1) -> str:
    """Return an export of people with so many bad lines behind the first of them."""
    header, first, *others = table(people(good)).splitlines(keepends=True)
    return "".join([header, first, *[BAD] * bad, *others])


def exp102(document: dict[str, Any]) -> list[dict[str, str]]:
    return [finding for finding in document["export_findings"] if finding["code"] == "EXP102"]


def test_rejected_lines_are_a_finding_about_the_file(desk: Desk, cli: Command) -> None:
    content = (HEAD + LINE * 10 + BAD + LINE + "1\0\n" + LINE + BAD * 4 + '1,"A\n' + LINE).encode() + b"1,\xff"
    desk.write("vina.csv", content)
    desk.export("viettel.csv")
    done = audit(cli, "vina.csv", "viettel.csv", "--max-rejected", "8", "--select", "EXP,PER101")
    assert done.code == 1
    document = done.document
    [finding] = exp102(document)
    assert (finding["path"], finding["severity"]) == ("vina.csv", "error")
    detail = finding["detail"]
    assert detail.startswith("8 lines are no records (")
    for part in ("too few fields: 5", "NUL characters: 1", "broken quotation marks: 1", "breaks off: 1"):
        assert part in detail
    assert detail.index("too few fields: 5") < detail.index("breaks off: 1")  # the most frequent first
    places = [
        "line 12: 2 fields where the header has 4",
        "line 14: a NUL character",
        "line 16: 2 fields",
        "line 17",
        "line 18",
    ]
    assert [detail.index(place) for place in places] == sorted(detail.index(place) for place in places)
    assert detail.endswith("…")
    assert "line 19" not in detail
    assert [(i["path"], i["records"], i["rejected"]) for i in document["inputs"]] == [
        ("vina.csv", 13, 8),
        ("viettel.csv", 1, 0),
    ]
    assert document["totals"] == {"records": 14, "rejected": 8, "records_with_errors": 0, "records_with_findings": 0}


def test_without_rejected_lines_there_is_no_finding(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", *people(3))
    document = audit(cli, "vina.csv").document
    assert exp102(document) == []
    assert document["totals"]["rejected"] == document["inputs"][0]["rejected"] == 0


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ([], 1),
        (["--fail-on", "never"], 0),
        (["--fail-on", "info"], 1),
        (["--severity", "EXP102=warning"], 0),
        (["--severity", "EXP102=warning", "--fail-on", "warning"], 1),
        (["--ignore", "EXP102"], 0),
        (["--select", "PER"], 0),
    ],
    ids=str,
)
def test_rejected_lines_alone_make_it_fail(desk: Desk, cli: Command, options, code) -> None:
    desk.export("good vina.csv", *people(200))
    chosen = options if "--select" in options else ["--select", "EXP102,PER", *options]
    assert audit(cli, "good vina.csv", *chosen).code == 0
    desk.write("vina.csv", bad_among(200))
    done = audit(cli, "vina.csv", *chosen)
    assert (done.code, done.err) == (code, "")
    assert len(exp102(done.document)) == ("--ignore" not in options and "--select" not in options)
    assert done.document["totals"] | {"rejected": 0} == audit(cli, "good vina.csv", *chosen).document["totals"]
    assert done.document["totals"]["rejected"] == 1


@pytest.mark.parametrize(
    ("lang", "parts"),
    [("en", ("EXP102", "1 lines are no records", "line 3", "2 fields")), ("vi", ("EXP102", "dòng 3"))],
)
def test_the_summary_mentions_rejected_lines(desk: Desk, cli: Command, lang, parts) -> None:
    desk.write("vina.csv", bad_among(200))
    done = cli("audit", "vina.csv", "--lang", lang)
    assert done.code == 1
    for part in parts:
        assert part in done.said
    assert "{" not in done.said


def test_csv_report_of_a_damaged_file(desk: Desk, cli: Command) -> None:
    desk.write("vina.csv", bad_among(200))
    desk.export("good/vina.csv", *people(200))
    damaged_report = cli("audit", "vina.csv", "--format", "csv", "--as-of", AS_OF)
    report = cli("audit", "good/vina.csv", "--format", "csv", "--as-of", AS_OF)
    assert (damaged_report.code, damaged_report.out) == (1, report.out)


# --- The file of rejected lines --------------------------------------------------------------------------------


def test_rejected_lines_are_written_with_all_that_is_in_them(desk: Desk, cli: Command) -> None:
    lines = [
        b'"A, B","C ""D""",n',
        b"1,2,\xff\xe1\xba,x",
        b"1,\0,n,x",
        b"  a  ,b\t,c ",
        b"1,A\rB",
        b'1,"open,n,x',
        "1,Nguyễn,n".encode(),
        b"\\xff,1",
    ]
    good = LINE.encode()
    desk.write("vina.csv", HEAD.encode() + b"".join(good + line + b"\n" for line in lines) + good)
    done = audit(cli, "vina.csv", "--rejects", "rejects.csv", "--max-rejected", "100%")
    assert done.code == 1
    assert done.err == "Rejected lines: rejects.csv\n"
    rows = rejects(desk)
    assert [row["text"] for row in rows] == [line.decode(errors="backslashreplace") for line in lines]
    assert [(row["path"], int(row["line"]), int(row["record"])) for row in rows] == [
        ("vina.csv", 2 * n + 3, 2 * n + 2) for n in range(len(lines))
    ]


@pytest.mark.parametrize("sign", "=+-@\t\r")
def test_formulas_among_rejected_lines_do_no_harm(desk: Desk, cli: Command, sign) -> None:
    desk.write("vina.csv", HEAD + LINE + f'{sign}cmd|"/C calc"!A0,x\n' + LINE)
    audit(cli, "vina.csv", "--rejects", "rejects.csv", "--max-rejected", "1")
    [row] = rejects(desk)
    assert row["text"] == f"""'{sign}cmd|"/C calc"!A0,x"""


def test_a_file_whose_name_is_a_formula(desk: Desk, cli: Command) -> None:
    desk.write("=vina.csv", HEAD + LINE + BAD)
    audit(cli, "=vina.csv", "--rejects", "rejects.csv", "--max-rejected", "1")
    assert [row["path"] for row in rejects(desk)] == ["'=vina.csv"]


def test_rejected_lines_of_several_files(desk: Desk, cli: Command) -> None:
    desk.write("a vina.csv", HEAD + BAD + LINE * 2)
    desk.write("b vina.csv", HEAD + LINE * 2)
    desk.write("c vina.csv", HEAD + LINE + "\n" + BAD + LINE + "1\n")
    audit(cli, "c vina.csv", "a vina.csv", "b vina.csv", "--rejects", "rejects.csv", "--max-rejected", "100%")
    assert [(row["path"], row["line"], row["record"], row["text"]) for row in rejects(desk)] == [
        ("c vina.csv", "4", "2", "1,2"),
        ("c vina.csv", "6", "4", "1"),
        ("a vina.csv", "2", "1", "1,2"),
    ]


def test_a_file_of_rejected_lines_is_for_its_owner_alone_and_replaces_an_older_one(desk: Desk, cli: Command) -> None:
    desk.write("vina.csv", HEAD + LINE + BAD)
    desk.write("Rejects.CSV", "older").chmod(0o644)
    assert audit(cli, "vina.csv", "--rejects", "Rejects.CSV", "--max-rejected", "1").code == 1
    assert len(rejects(desk, "Rejects.CSV")) == 1
    assert stat.S_IMODE((desk.path / "Rejects.CSV").stat().st_mode) == 0o600
    assert desk.files() == {"vina.csv", "Rejects.CSV"}


def test_without_rejected_lines_the_file_has_its_header(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv")
    audit(cli, "vina.csv", "--rejects", "rejects.csv")
    assert (desk.path / "rejects.csv").read_text() == ",".join(COLUMNS) + "\n"


def test_rejected_lines_in_vietnamese(desk: Desk, cli: Command) -> None:
    desk.write("vina.csv", (HEAD + LINE + "1,2\n1,2,3,4,5\n1,\0\n" + '1,"\n').encode() + b"\xff\n1")
    audit(cli, "vina.csv", "--rejects", "rejects.csv", "--max-rejected", "100%", "--lang", "vi")
    reasons = [row["reason"] for row in rejects(desk)]
    assert len(set(reasons)) == len(reasons) == 6
    for reason in reasons:
        assert not set(reason.split()) & {"fields", "the", "a"}
    assert "2" in reasons[0]
    assert "4" in reasons[0]


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        (["--rejects", "vina.csv"], ("vina.csv", "one of the exports")),
        (["--rejects", "./vina.csv"], ("vina.csv", "one of the exports")),
        (["--rejects", "link.csv"], ("link.csv", "one of the exports")),
        (["--rejects", "found.csv", "--findings", "found.csv"], ("found.csv", "one file")),
        (["--rejects", "./found.csv", "--findings", "found.csv"], ("found.csv", "one file")),
        (["--rejects", "folder/../found.csv", "--findings", "found.csv"], ("found.csv", "one file")),
        (["--rejects", "rejects.txt"], ("rejects.txt", ".csv")),
        (["--rejects", "rejects.parquet"], ("rejects.parquet", ".csv")),
        (["--rejects", "rejects"], ("rejects", ".csv")),
        (["--rejects", "nowhere/rejects.csv"], ("nowhere/rejects.csv", "cannot be written", "No such file")),
        (["--rejects", "vina.csv/rejects.csv"], ("vina.csv/rejects.csv", "cannot be written")),
        (["--rejects", "folder.csv"], ("folder.csv", "cannot be written")),
        (["--rejects", "r" * 300 + ".csv"], ("cannot be written",)),
    ],
    ids=lambda value: " ".join(value)[:60],
)
def test_rejected_lines_that_cannot_be_written(desk: Desk, cli: Command, options, parts) -> None:
    desk.write("vina.csv", HEAD + LINE)
    (desk.path / "link.csv").symlink_to("vina.csv")
    (desk.path / "folder.csv").mkdir()
    (desk.path / "folder").mkdir()
    before = (desk.path / "vina.csv").read_bytes()
    done = cli("audit", "vina.csv", *options)
    assert (done.code, done.out) == (2, "")
    one_message(done, *parts)
    assert desk.files() == {"vina.csv", "link.csv"}
    assert (desk.path / "vina.csv").read_bytes() == before


def test_rejected_lines_of_a_file_with_too_many_are_written(desk: Desk, cli: Command) -> None:
    desk.write("vina.csv", HEAD + LINE + BAD * 3)
    done = audit(cli, "vina.csv", "--rejects", "rejects.csv", "--findings", "found.csv")
    assert done.code == 3
    assert lines_and_reasons(rejects(desk)) == [(3, TOO_FEW), (4, TOO_FEW), (5, TOO_FEW)]
    assert "found.csv" not in desk.files()


def test_a_file_of_rejected_lines_in_an_audited_folder_is_passed_over(desk: Desk, cli: Command) -> None:
    desk.write("exports/vina.csv", HEAD + LINE + BAD)
    options = ("--max-rejected", "1", "--rejects")
    first = audit(cli, "exports", *options, "exports/rejects vina.csv")
    again = audit(cli, "exports", *options, "exports/rejects vina.csv")  # now it is there
    other = audit(cli, "exports", *options, "exports/another vina.csv")
    none = audit(cli, "exports", *options[:2])
    assert first.out == again.out == other.out == none.out
    assert [done.code for done in (first, again, other, none)] == [1] * 4
    assert "Passed over" not in first.err
    for done, names in (
        (again, ("exports/rejects vina.csv",)),
        (other, ("exports/rejects vina.csv",)),
        (none, ("exports/another vina.csv", "exports/rejects vina.csv")),
    ):
        [line] = [line for line in done.err.splitlines() if "Passed over" in line]
        for name in names:
            assert name in line


# --- How many are too many -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "good", "bad", "is_read"),
    [
        (None, 99, 1, True),
        (None, 98, 1, False),
        (None, 198, 2, True),
        (None, 197, 2, False),
        (None, 5, 0, True),
        ("1%", 99, 1, True),
        ("1 %", 98, 1, False),
        (" 1% ", 98, 1, False),
        ("0.5%", 199, 1, True),
        ("0.5%", 198, 1, False),
        (".5%", 199, 1, True),
        ("00.50 %", 198, 1, False),
        ("33.3%", 2, 1, False),
        ("33.4%", 2, 1, True),
        ("50%", 2, 2, True),
        ("50%", 2, 3, False),
        ("100%", 1, 9, True),
        ("100.0%", 1, 9, True),
        ("2", 1, 2, True),
        ("2", 997, 3, False),
        ("1000", 1, 9, True),
        ("0", 5, 0, True),
        ("0", 500, 1, False),
        ("0%", 5, 0, True),
        ("0%", 500, 1, False),
        ("0.0001%", 500, 1, False),
    ],
)
def test_limit(desk: Desk, cli: Command, limit, good, bad, is_read) -> None:
    desk.write("vina.csv", HEAD + LINE + BAD * bad + LINE * (good - 1))
    done = audit(cli, "vina.csv", "--select", "PER101", *(("--max-rejected", limit) if limit else ()))
    assert done.code == (0 if is_read else 3)
    totals = done.document["totals"]
    assert (totals["records"], totals["rejected"]) == ((good, bad) if is_read else (0, 0))


@pytest.mark.parametrize(
    "limit",
    [
        "",
        " ",
        "x",
        "%",
        "-1",
        "-1%",
        "1.5",
        "101%",
        "100.01%",
        "1%%",
        "1e2",
        "1e2%",
        "1,5%",
        "½%",
        "١%",
        "nan",
        "inf%",
        "1%x",
        "0x1",
        "1_000",
        "1/2",
        ".%",
        ".",
    ],
)
def test_limit_that_makes_no_sense(desk: Desk, cli: Command, limit) -> None:
    desk.write("vina.csv", HEAD + LINE)
    done = cli("audit", "vina.csv", f"--max-rejected={limit}", "--rejects", "rejects.csv")
    assert (done.code, done.out) == (2, "")
    one_message(done, "--max-rejected", "1%", "100")
    assert desk.files() == {"vina.csv"}


def test_only_rejected_lines(desk: Desk, cli: Command) -> None:
    desk.write("vina.csv", HEAD + BAD * 3)
    done = audit(cli, "vina.csv", "--max-rejected", "100%", "--rejects", "rejects.csv")
    assert done.code == 3
    assert "no records" in done.err.splitlines()[0]
    assert done.document["unreadable"] == [{"path": "vina.csv", "reason": "file_without_records"}]
    assert len(rejects(desk)) == 3


def test_beyond_the_limit_nothing_of_a_file_counts(desk: Desk, cli: Command) -> None:
    # The same people in all files: duplicates of what is not counted must not be found.
    twice = person(0) | {"full_name": "Trần Văn Bình"}
    desk.export("exports/a vina.csv", *people(3), ERROR)
    bad = table([ERROR, twice, *people(3)]).splitlines(keepends=True)
    desk.write("exports/b viettel.csv", "".join([bad[0], BAD, bad[1], BAD, *bad[2:], *[BAD] * 5]))
    desk.export("exports/c mobi.csv", *people(3, 10), ERROR)
    (desk.path / "others").mkdir()
    options = ("--findings", "found.csv", "--rejects", "rejects.csv", "--reveal")
    done = audit(cli, "exports", *options)
    found = desk.rows("found.csv")
    assert done.code == 3
    message = done.err.splitlines()[0]
    for part in (
        "exports/b viettel.csv: 7 lines are no records (too few fields: 7)",
        "line 2: 2 fields",
        "line 4",
        "line 9",
        "line 10",
        "line 11: 2 fields where the header has 21; …",
        "of 12 more than --max-rejected 1% allows",
        "nothing of it was counted",
        "--rejects",
    ):
        assert part in message
    assert "line 12" not in message
    assert done.document["unreadable"] == [{"path": "exports/b viettel.csv", "reason": "too_many_rejected"}]
    assert exp102(done.document) == []
    (desk.path / "exports/b viettel.csv").rename("others/b viettel.csv")
    without = audit(cli, "exports", *options)
    assert without.code == 1
    assert done.document | {"unreadable": []} == without.document
    assert found == desk.rows("found.csv")
    assert {"PER101", "DUP101"} <= violated(without.document).keys()


# --- What the others give --------------------------------------------------------------------------------------

DAMAGED_LINES: list[bytes] = [
    b"0912345678,x\n",
    b"\n",
    b'0912345678,"x,,,,,,,,,,,,,,,,,,,\n',
    b",,x,y,,\n",
    b" \t\n",
    b"0912345678\0" + b"," * 20 + b"\n",
    b"," * 21 + b"\n",
    b'1,"x"y' + b"," * 19 + b"\n",
    b"\xff" + b"," * 20 + b"\n",
]


def with_bad_lines(text: str, places: Sequence[int]) -> bytes:
    """Return an export with a damaged line before each of the records that have these numbers, the last one too."""
    header, *records = (line.encode() for line in text.splitlines(keepends=True))
    content = [header]
    for number, record in enumerate([*records, b""]):
        content += [DAMAGED_LINES[(n + number) % len(DAMAGED_LINES)] for n in range(places.count(number))]
        content.append(record)
    return b"".join(content)


def plainly(content: bytes) -> list[Found]:
    """Return what the oracle finds below a header of one line."""
    header, _, body = content.partition(b"\n")
    return found_in(body, header.count(b",") + 1)


@pytest.mark.parametrize("places", [[0], [10], [0, 0, 1, 3, 3, 3, 9, 10], list(range(11)), [5] * 20])
@pytest.mark.parametrize("at_once", [1, 3, 75_000])
def test_findings_are_those_without_the_damaged_lines(
    desk: Desk, cli: Command, monkeypatch: pytest.MonkeyPatch, places, at_once
) -> None:
    monkeypatch.setattr(delimited, "BATCH_ROWS", at_once)
    shared = {"full_name": "Trần Văn Bình"}  # DUP121 with the same identity under another name
    first = [ERROR, *people(4, 10), person(5) | NAMELESS, *people(3, 20), person(0)]
    second = [
        person(30),
        person(0) | shared,
        *people(2, 40),
        person(10),
        *people(4, 50),
        person(41) | {"msisdn": "0912000000"},
    ]
    assert len(first) == len(second) == 10
    contents = {"a vina.csv": table(first), "b viettel.csv": table(second), "c vina.csv": table(people(3, 20))}
    options = ("--reveal", "--max-rejected", "100%", "--findings", "found.csv")
    for name, content in contents.items():
        desk.write(name, content)
    clean = audit(cli, *contents, *options)
    findings = desk.rows("found.csv")
    assert {"PER101", "DUP101", "DUP121"} <= violated(clean.document).keys()
    bad = {name: with_bad_lines(content, places) for name, content in contents.items() if name != "c vina.csv"}
    numbers = {
        name: [n for n, what in enumerate(plainly(content), 1) if not what.reason] for name, content in bad.items()
    } | {"c vina.csv": [1, 2, 3]}
    for name, content in bad.items():
        desk.write(name, content)
    done = audit(cli, *contents, *options, "--rejects", "rejects.csv")
    assert done.code == clean.code == 1
    assert [row | {"record": str(numbers[row["path"]][int(row["record"]) - 1])} for row in findings] == desk.rows(
        "found.csv"
    )
    document, other = done.document, clean.document
    assert [document[key] for key in ("operators", "rules", "identities")] == [
        other[key] for key in ("operators", "rules", "identities")
    ]
    rows = rejects(desk)
    assert document["totals"] == other["totals"] | {"rejected": len(rows)}
    assert [read["rejected"] for read in document["inputs"]] == [
        sum(row["path"] == name for row in rows) for name in contents
    ]
    for name, content in bad.items():
        wrong = [(n, what) for n, what in enumerate(plainly(content), 1) if what.reason]
        assert [
            (int(row["record"]), int(row["line"]), reason_of(row["reason"])) for row in rows if row["path"] == name
        ] == [(n, what.line, what.reason) for n, what in wrong]


def test_a_damaged_line_is_no_party_to_a_duplicate(desk: Desk, cli: Command) -> None:
    lines = table([person(0), person(1)]).splitlines(keepends=True)
    desk.write("vina.csv", "".join([*lines, lines[1].replace("\n", ",\n"), lines[2].replace(",", ";", 1)]))
    done = audit(cli, "vina.csv", "--max-rejected", "2", "--ignore", "EXP")
    assert done.code == 0
    assert violated(done.document) == {}


# --- NDJSON ----------------------------------------------------------------------------------------------------

OBJECT = json.dumps(GOOD, ensure_ascii=False) + "\n"

NDJSON_DAMAGES: dict[str, tuple[str | bytes, int, Rejected]] = {
    "none": (OBJECT * 3, 3, []),
    "none, no line end": (OBJECT * 2 + OBJECT.strip(), 3, []),
    "not JSON": (OBJECT + "x\n" + OBJECT, 2, [(2, "not_json")]),
    "several": (OBJECT + "x\n{\n" + OBJECT + "}\n", 2, [(2, "not_json"), (3, "not_json"), (5, "not_json")]),
    "array": (OBJECT + '["x"]\n' + OBJECT, 2, [(2, "not_json")]),
    "text": (OBJECT + '"x"\n' + OBJECT, 2, [(2, "not_json")]),
    "number": (OBJECT + "1\n" + OBJECT, 2, [(2, "not_json")]),
    "null": (OBJECT + "null\n" + OBJECT, 2, [(2, "not_json")]),
    "two objects": (OBJECT + "{} {}\n" + OBJECT, 2, [(2, "not_json")]),
    "comma behind": (OBJECT + OBJECT.replace("\n", ",\n") + OBJECT, 2, [(2, "not_json")]),
    "cut at the end": (OBJECT * 2 + OBJECT[:50], 2, [(3, "not_json")]),
    "nested too deep": (OBJECT + '{"address": ' + "[" * 100_000 + "\n" + OBJECT, 2, [(2, "not_json")]),
    "number too long": (OBJECT + '{"msisdn": ' + "9" * 10_000 + "}\n" + OBJECT, 3, []),
    "constants": (OBJECT + '{"msisdn": NaN, "address": -Infinity}\n' + OBJECT, 3, []),
    "escaped half of a pair": (OBJECT + '{"address": "\\ud800"}\n' + OBJECT, 2, [(2, "bytes")]),
    "key twice": (OBJECT + '{"msisdn": "1", "msisdn": "2"}\n' + OBJECT, 2, [(2, "key_twice")]),
    "key twice, further in": (OBJECT + '{"address": {"x": 1, "x": 2}}\n' + OBJECT, 2, [(2, "key_twice")]),
    "byte": (OBJECT.encode() + b'{"address": "\xff"}\n' + OBJECT.encode(), 2, [(2, BYTES)]),
    "byte in a key": (OBJECT.encode() + b'{"\xff": "x"}\n' + OBJECT.encode(), 2, [(2, BYTES)]),
    "letter cut in two at the end": (OBJECT.encode() * 2 + '{"address": "Số'.encode()[:-1], 2, [(3, BYTES)]),
    "NUL": (OBJECT + '{"address": "\0"}\n' + OBJECT, 2, [(2, NUL)]),
    "escaped NUL": (OBJECT + '{"full_name": "\\u0000"}\n' + OBJECT, 3, []),
    "line break in a text": (OBJECT + '{"address": "x\ny"}\n' + OBJECT, 2, [(2, "not_json"), (3, "not_json")]),
    "blank lines": (OBJECT + "\n \n\t\n\r\n" + "x\n" + OBJECT + "\n\n", 2, [(6, "not_json")]),
    "CRLF": ((OBJECT + "x\n" + OBJECT).replace("\n", "\r\n"), 2, [(2, "not_json")]),
    "empty object": (OBJECT + "{}\n" + OBJECT, 2, []),
    "far away": (OBJECT * 300 + "x\n" + OBJECT, 301, [(301, "not_json")]),
}


@pytest.mark.parametrize("name", NDJSON_DAMAGES)
def test_one_damage_in_ndjson(desk: Desk, cli: Command, monkeypatch: pytest.MonkeyPatch, name) -> None:
    monkeypatch.setattr(ndjson, "BATCH_ROWS", 2)
    content, records, rejected = NDJSON_DAMAGES[name]
    read, found = damaged(desk, cli, content, "--select", "PER101")
    assert (read["format"], read["records"], found) == ("ndjson", records, rejected)
    lines = in_utf8(content).replace(b"\r\n", b"\n").split(b"\n")
    for row in rejects(desk):
        assert row["text"].removesuffix("\r") == lines[int(row["line"]) - 1].decode(errors="backslashreplace")


def test_findings_in_ndjson_are_those_without_the_damaged_lines(desk: Desk, cli: Command) -> None:
    objects = [json.dumps(record) + "\n" for record in (GOOD, ERROR, person(4), person(5) | NAMELESS, GOOD)]
    desk.write("vina.csv", "".join([objects[0], "x\n", *objects[1:3], "\n", "[]\n1\n", *objects[3:], "{"]))
    done = audit(cli, "vina.csv", "--max-rejected", "50%", "--findings", "found.csv", "--ignore", "DUP112")
    assert done.code == 1
    assert [(row["record"], row["code"]) for row in desk.rows("found.csv")] == [
        ("1", "DUP101"),
        ("3", "PER101"),
        ("7", "PER101"),
        ("8", "DUP101"),
    ]
    [finding] = exp102(done.document)
    assert "4 lines are no records (no JSON object: 4); line 2: no JSON object" in finding["detail"]


# --- Any damage ------------------------------------------------------------------------------------------------

IN_UTF8 = ReadAs(Encoding("utf-8"))  # in short texts of any bytes an old encoding could be seen


@contextmanager
def blocks_of(rows: int, least: int) -> Iterator[None]:
    """Make blocks so small that records and damages lie across their edges."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "BATCH_ROWS", rows)
        patch.setattr(delimited, "LEAST_BYTES", least)
        yield


Line = tuple[str | int, ...]


def as_read(path: Path) -> list[Line]:
    """Return what a file gives, in its order: of a record its fields, of a rejected line its line, reason and text."""
    [stored] = stored_at(str(path)).stored
    export = open_export(stored, "Viettel", shipped_reference(), IN_UTF8)
    names = export.header.raw_names
    found: list[Line] = []
    for batch in export.batches({c or names[n] for n, c in enumerate(export.header.canonical)}):
        places = range(batch.records.height) if batch.places is None else batch.places.to_list()
        rows: list[tuple[str | None, ...]] = batch.records.select(names).rows()
        lines: dict[int, Line] = {place: tuple(map(shown, row)) for place, row in zip(places, rows, strict=True)}
        assert len(lines) == batch.records.height
        assert lines.keys().isdisjoint(batch.rejected)
        lines |= {place: (r.line, r.reason, r.text) for place, r in batch.rejected.items()}
        assert sorted(lines) == list(range(batch.size))
        found += [lines[place] for place in range(batch.size)]
    return found


def as_it_is(body: bytes, width: int, separator: str = ",") -> list[Line]:
    return [
        (f.line, f.reason, f.text.decode(errors="backslashreplace")) if f.reason else tuple(map(shown, f.fields or ()))
        for f in found_in(body, width, separator=separator)
        if not is_blank(f, separator)
    ]


def is_blank(found: Found, separator: str = ",") -> bool:
    """Return whether nothing but separators (and empty quotes) stands in what was found."""
    if found.fields is not None:
        return not any(field.strip() for field in found.fields)
    return found.reason in (TOO_FEW, CUT) and not found.text.decode(errors="replace").replace('""', "").strip(
        f"{separator} \t\r\n"
    )


def shown(value: str | None) -> str:
    """Return a value as it is compared: carriage returns at its end are white space, which some readers drop."""
    return (value or "").rstrip("\r")


PIECES = [
    b"a",
    "ế".encode(),
    b" ",
    b",",
    b",",
    b",",
    b'"',
    b'"',
    b'""',
    b',"',
    b'",',
    b'"\n',
    b"\n",
    b"\n",
    b"\n",
    b"\r\n",
    b"\r",
    b"\0",
    b"\xff",
    b"\xe1\xba",
    b"z,z,z\n",
    b'"z","z","z"\n',
    b'z,"",z\n',
]
GOOD_LINES = 32  # so many that they, not the damage, say how the file is laid out


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join),
    st.sampled_from([0, 1, 40]),
    st.sampled_from(",;\t|~^\x1f"),
    st.sampled_from([1, 2, 3]),
    st.sampled_from([1, 7, 30, 200, 1 << 10]),
)
def test_any_text(body, more, separator, width, least) -> None:
    separator = separator if width > 1 else ","  # with one column there is no telling
    sign = separator.encode()
    line = sign.join([b"1"] * width) + b"\n"
    body = line * GOOD_LINES + body.replace(b",", sign) + line * more
    header = sign.join([b"full_name", b"id_number", b"sim_serial"][:width]) + b"\n"
    assume(body.count(b"\0") < len(body) // 25)  # else it would be no text
    with tempfile.TemporaryDirectory() as folder, blocks_of(1, least):
        path = Path(folder) / "vina.csv"
        path.write_bytes(header + body)
        assert as_read(path) == as_it_is(body, width, separator)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from([b"a", b"b,c", b",", b'"', b',"', b'",', b"\r", b"\r", b"\xff"]), max_size=30).map(
        b"".join
    )
)
def test_any_text_with_carriage_returns_alone(body) -> None:
    body = b"1,1,1\r" * GOOD_LINES + body
    with tempfile.TemporaryDirectory() as folder, blocks_of(1, 50):
        path = Path(folder) / "vina.csv"
        path.write_bytes(b"full_name,id_number,sim_serial\r" + body)
        assert as_read(path) == as_it_is(body.replace(b"\r", b"\n"), 3)


@pytest.mark.parametrize("size", [4 << 20, (4 << 20) + 1])
@pytest.mark.parametrize("beside", [b"", b"1\n"])
@pytest.mark.parametrize("least", [1 << 20, 16 << 20])
def test_a_record_has_four_megabytes_at_most(tmp_path: Path, size, beside, least) -> None:
    value = (b"1234567" * 9_000 + b"\n") * 60
    record = b'1,"' + value + b"x" * (size - len(value) - 6) + b'",y'
    assert len(record) == size
    body = b"1,x,y\n" + beside + record + b"\n" + beside + b"1,x,y\n"
    path = tmp_path / "vina.csv"
    path.write_bytes(b"full_name,id_number,sim_serial\n" + body)
    with blocks_of(1, least):
        found = as_read(path)
    kinds = [what[1] if isinstance(what[0], int) else "" for what in found]
    rejected = [TOO_FEW] * bool(beside)
    within = [""] if size <= 4 << 20 else [QUOTE, *[TOO_FEW] * 59, TOO_FEW]
    assert kinds == ["", *rejected, *within, *rejected, ""]


RECORDS = [*people(18), ERROR, *people(20, 30), person(3) | {"full_name": "Trần Văn Bình"}]
SOUND = table(RECORDS).encode()
FIELDS = len(GOOD)
HEADER_LINE = SOUND.partition(b"\n")[0] + b"\n"
INSERTED = [b",", b'"', b'"', b"\n", b"\r", b"\r\n", b"\n\n", b"\0", b"\xff", b"\xe1\xbb", b'""', b',"', b'",', b"a"]

Change = Callable[[bytes], bytes]


def inserted(what: bytes, share: float) -> Change:
    return lambda body: body[: int(share * len(body))] + what + body[int(share * len(body)) :]


def removed(sign: bytes, share: float) -> Change:
    def change(body: bytes) -> bytes:
        at = body.find(sign, int(share * len(body)))
        return body if at < 0 else body[:at] + body[at + len(sign) :]

    return change


def line_inserted(line: bytes, share: float) -> Change:
    def change(body: bytes) -> bytes:
        at = body.rfind(b"\n", 0, int(share * len(body)) + 1) + 1
        return body[:at] + line + body[at:]

    return change


def cut_at(share: float) -> Change:
    return lambda body: body[: len(body) - int(share * len(body) / 10)]


SOME = ("--select", "EXP102,PER101,DUP121")  # for speed
SHARES = st.floats(0, 1, exclude_max=True)
CHANGES = st.one_of(
    st.builds(inserted, st.sampled_from(INSERTED), SHARES),
    st.builds(inserted, st.binary(min_size=1, max_size=4), SHARES),
    st.builds(removed, st.sampled_from([b",", b"\n", "ễ".encode()[:1]]), SHARES),
    st.builds(
        line_inserted, st.sampled_from([HEADER_LINE, b"\n", b" \t\n", b",\n", b"," * (FIELDS - 1) + b"\n"]), SHARES
    ),
    st.builds(cut_at, SHARES),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(CHANGES, max_size=8), st.sampled_from(["1%", "10%", "3", "100%"]), st.sampled_from([1, 3, 75_000]))
def test_any_damage_to_an_export(desk: Desk, cli: Command, changes, limit, rows) -> None:
    body = SOUND.removeprefix(HEADER_LINE)
    for change in changes:
        body = change(body)
    desk.write("vina.csv", HEADER_LINE + body)
    headings = tuple(HEADER_LINE.decode().strip().split(","))
    found = [what for what in found_in(body, FIELDS) if what.fields != headings]
    rejected = [what for what in found if what.reason]
    options = (
        "--max-rejected",
        limit,
        "--rejects",
        "rejects.csv",
        "--findings",
        "found.csv",
        "--encoding",
        "utf-8",
        *SOME,
    )
    with blocks_of(rows, 1 << 10):
        done = audit(cli, "vina.csv", *options)
    assert lines_and_reasons(rejects(desk)) == [(what.line, what.reason) for what in rejected]
    numbers = [n for n, what in enumerate(found, 1) if what.reason]
    assert [int(row["record"]) for row in rejects(desk)] == numbers
    allowed = int(limit) if limit.isdigit() else int(limit[:-1]) * len(found) / 100
    good = len(found) - len(rejected)
    if len(rejected) > allowed or not good:
        assert done.code == 3
        assert [error["path"] for error in done.document["unreadable"]] == ["vina.csv"]
        assert done.document["totals"]["records"] == done.document["totals"]["rejected"] == 0
        return
    assert done.code in (0, 1)
    [read] = done.document["inputs"]
    assert (read["records"], read["rejected"]) == (good, len(rejected))
    assert {int(row["record"]) for row in desk.rows("found.csv")} <= set(range(1, len(found) + 1)) - set(numbers)
    assert bool(exp102(done.document)) == bool(rejected)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(CHANGES, max_size=8))
def test_any_damage_to_ndjson(desk: Desk, cli: Command, changes) -> None:
    body = (OBJECT * 20).encode()
    for change in changes:
        body = change(body)
    content = OBJECT.encode() + body
    desk.write("vina.csv", content)
    done = audit(cli, "vina.csv", "--max-rejected", "100%", "--rejects", "rejects.csv", "--encoding", "utf-8", *SOME)
    assert done.code in (0, 1)
    [read] = done.document["inputs"]
    assert read["records"] + read["rejected"] == sum(bool(line.strip()) for line in content.split(b"\n"))
    assert len(rejects(desk)) == read["rejected"]
    assert read["records"] >= 1
