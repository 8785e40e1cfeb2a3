"""One damage at a time: what is a record is read, what is none is counted and named."""

from __future__ import annotations

import pytest

from helpers.damage import (
    BYTES,
    CUT,
    HEAD,
    LINE,
    NUL,
    QUOTE,
    TOO_FEW,
    TOO_MANY,
    Rejected,
    audit,
    damaged,
    in_utf8,
    rejects,
)
from helpers.desks import Desk
from helpers.exports import table
from helpers.outcomes import Command
from helpers.people import people
from oracles.plain_lines import found_in, is_blank
from thuebao.sources.delimited import table as delimited

WIDTH = 4
NOTHING = {"headers": 0, "titles": 0, "sums": 0, "blank": 0}


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
    lines = found_in(data.partition(b"\n")[2], WIDTH, separator=separator)
    found = [f for f in lines if not is_blank(f, separator)]
    assert [(f.line, f.reason) for f in found if f.reason] == rejected
    assert sum(f.reason is None for f in found) == records


@pytest.mark.parametrize(
    ("name", "broken", "unknown"),
    [
        ("note", b"no\xff", "no\ufffd"),
        ("address", b"dia ch\xff", "note"),  # only one column's header can be meant
        ("address", b"\xffs", "note, \ufffds"),
    ],
)
def test_a_byte_that_is_no_text_in_the_header(desk: Desk, cli: Command, name, broken, unknown) -> None:
    header = HEAD.encode().replace(name.encode(), broken)
    read, found = damaged(desk, cli, header + LINE.encode() * 2)
    assert (read["records"], found) == (2, [])
    findings = audit(cli, "vina.csv").document["export_findings"]
    assert [finding["detail"] for finding in findings if finding["code"] == "EXP104"] == [unknown]


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
