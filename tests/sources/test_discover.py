"""Which files are read: folders, patterns, files given twice or in parts."""

from __future__ import annotations

import bz2
import gzip
import lzma
from datetime import date

import polars as pl
import pytest
import zstandard

import thuebao
from helpers.desks import Desk
from helpers.outcomes import Command
from helpers.people import AS_OF, GOOD, people
from helpers.sources import RECORDS, inputs


@pytest.fixture
def folder(desk: Desk) -> Desk:
    for name in ("b.csv", "a.txt", "C.TSV", "sub/d.csv", "sub/deep/e.csv", ".hidden.csv", ".git/f.csv", "sub/.g.csv"):
        desk.export(f"exports/{name}")
    pl.DataFrame([GOOD]).write_parquet(desk.path / "exports/g.parquet")
    for name in ("readme.md", "scan.pdf", "no ending", "~$b.docx"):
        desk.write(f"exports/{name}", "x")
    return desk


def test_folder_is_read_to_its_depth_by_name(folder: Desk, cli: Command) -> None:
    names = ["C.TSV", "a.txt", "b.csv", "g.parquet", "sub/d.csv", "sub/deep/e.csv"]
    assert inputs(cli, "exports") == inputs(cli, "exports/") == [f"exports/{name}" for name in names]


def test_what_a_folder_s_files_are_not_is_said(folder: Desk, cli: Command) -> None:
    err = cli("audit", "exports", "--operator", "Viettel").err
    for name in ("readme.md", "scan.pdf", "no ending"):
        assert name in err
    assert ".hidden.csv" in err
    assert "exports/.git (hidden)" in err


@pytest.mark.parametrize("lock", ["~$b.csv", "~$b.xlsx", ".~lock.b.csv#", ".~lock.b.xlsx#"])
@pytest.mark.parametrize("given", ["folder", "pattern", "named"])
def test_the_mark_of_an_open_document_is_passed_over(desk: Desk, cli: Command, lock, given) -> None:
    desk.export("exports/b.csv")
    desk.write(f"exports/{lock}", "An,file:///home/an")
    by_shell = [f"exports/{name}" for name in ("b.csv", lock)]  # what becomes of exports/* in a shell
    pattern = f"exports/{'.*' if lock.startswith('.') else '*'}"
    paths = {"folder": ["exports"], "named": by_shell, "pattern": ["exports/b*", pattern]}[given]
    done = cli("audit", *paths, "--operator", "Viettel", "--format", "json", "--fail-on", "never")
    assert done.code == 0
    assert [one["path"] for one in done.document["inputs"]] == ["exports/b.csv"]
    assert f"Passed over, no exports (1): exports/{lock} (what programs leave beside exports)" in done.err.splitlines()


def test_the_mark_of_an_open_document_alone_is_nothing_to_audit(desk: Desk, cli: Command) -> None:
    desk.write("~$b.csv", "x")
    done = cli("audit", "~$b.csv")
    assert done.code == 3
    assert "~$b.csv: nothing was audited" in done.err


def test_files_are_read_in_the_order_given(folder: Desk, cli: Command) -> None:
    assert inputs(cli, "exports/sub", "exports/b.csv", "exports/a.txt") == [
        "exports/sub/d.csv",
        "exports/sub/deep/e.csv",
        "exports/b.csv",
        "exports/a.txt",
    ]


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("exports/*.csv", ["b.csv"]),
        ("exports/[ab].*", ["a.txt", "b.csv"]),
        ("exports/su?", ["sub/d.csv", "sub/deep/e.csv"]),
        ("exports/*/*.csv", ["sub/d.csv"]),
    ],
)
def test_pattern(folder: Desk, cli: Command, pattern, names) -> None:
    assert inputs(cli, pattern) == [f"exports/{name}" for name in names]


def test_pattern_of_any_depth(folder: Desk, cli: Command) -> None:
    assert inputs(cli, "exports/**/*.csv") == ["exports/b.csv", "exports/sub/d.csv", "exports/sub/deep/e.csv"]


def test_hidden_file_is_read_when_named(folder: Desk, cli: Command) -> None:
    assert inputs(cli, "exports/.hidden.csv") == ["exports/.hidden.csv"]


def test_file_whose_name_looks_like_a_pattern(desk: Desk, cli: Command) -> None:
    desk.export("tháng [1] *.csv")
    desk.export("tháng 1 x.csv")
    assert inputs(cli, "tháng [1] *.csv") == ["tháng [1] *.csv"]


def test_file_given_twice_is_read_once(folder: Desk, cli: Command) -> None:
    (folder.path / "link.csv").symlink_to("exports/b.csv")
    assert inputs(cli, "exports/b.csv", "exports/../exports/b.csv", "link.csv", "exports/*.csv") == ["exports/b.csv"]


def test_a_file_split_in_two_counts_the_same(desk: Desk) -> None:
    desk.export("vina.csv", *RECORDS)
    desk.export("vina 1.csv", *RECORDS[:2])
    desk.export("vina 2.csv", *RECORDS[2:])
    whole, parts = (
        thuebao.audit(p, as_of=date.fromisoformat(AS_OF)) for p in (["vina.csv"], ["vina 1.csv", "vina 2.csv"])
    )
    assert whole.operators.equals(parts.operators)
    assert whole.counts.equals(parts.counts)


def test_many_files_of_many_layouts(desk: Desk) -> None:
    for number in range(30):
        names = list(GOOD)[number % 5 :] + list(GOOD)[: number % 5]
        records = [{name: record[name] for name in names[: 21 - number % 3]} for record in RECORDS]
        desk.export(f"exports/vina {number:02}.csv", *records, separator=",;\t|"[number % 4])
    result = thuebao.audit("exports", as_of=date.fromisoformat(AS_OF))
    assert (len(result.inputs), result.totals["records"]) == (30, 150)
    assert result.unreadable == ()


def test_empty_parts_and_marks_are_passed_over_and_said(desk: Desk, cli: Command) -> None:
    desk.export("out/part-0000.csv")
    for name, content in (
        ("part-0001.csv", b""),
        ("part-0002.csv.gz", gzip.compress(b"")),
        ("part-0003.csv.xz", lzma.compress(b"")),
        ("part-0004.csv.bz2", bz2.compress(b"")),
        ("part-0005.csv.zst", zstandard.compress(b"")),
        ("~$part.xlsx", b"\x05Viettel"),
        ("_SUCCESS", b""),
    ):
        desk.write(f"out/{name}", content)
    for path in ("out", "out/*"):
        done = cli("audit", path, "--operator", "Viettel", "--as-of", AS_OF, "--format", "json")
        assert (done.code, done.document["totals"]["records"]) == (0, 1)
        for name in ("0001.csv", "0002.csv.gz", "0003.csv.xz", "0004.csv.bz2", "0005.csv.zst", "~$part", "_SUCCESS"):
            assert name in done.err
    assert cli("audit", "out/part-0001.csv", "--operator", "Viettel").code == 3


def test_a_folder_of_empty_parts_holds_no_exports(desk: Desk, cli: Command) -> None:
    desk.write("out/part-0001.csv", b"")
    done = cli("audit", "out", "--operator", "Viettel")
    assert done.code == 3
    assert "holds no exports" in done.err


def test_a_table_in_folders_of_a_data_engine(desk: Desk, cli: Command) -> None:
    records = people(6)
    for n, part in enumerate(("date=2026-01-01/operator=VinaPhone", "date=2026-01-02/operator=VinaPhone")):
        of_part = pl.DataFrame(records[3 * n : 3 * n + 3])
        (desk.path / "t" / part).mkdir(parents=True)
        of_part.write_parquet(desk.path / "t" / part / "part-0.parquet")
        of_part.clear().write_parquet(desk.path / "t" / part / "part-1.parquet")
        of_part.clear().write_csv(desk.path / "t" / part / "part-2.csv")
        desk.write(f"t/{part}/.part-0.parquet.crc", b"crc")
    desk.export("t/_temporary/0/part-7.csv")
    desk.write("t/_delta_log/00000.json", '{"commitInfo": {}}')
    for name in ("_SUCCESS", "_metadata", "_common_metadata", "date=2026-01-01/~$x.xlsx"):
        desk.write(f"t/{name}", b"PAR1")
    for path in ("t", "t/date=*/*/*"):
        done = cli("audit", path, "--as-of", AS_OF, "--format", "json", "--ignore", "EXP")
        read = done.document["inputs"]
        assert (done.code, [(one["records"], one["operator_from"]) for one in read]) == (0, [(3, "name")] * 2)
        for name in ("part-1.parquet", "part-2.csv"):
            assert done.err.count(name) == 2
    done = cli("audit", "t", "--as-of", AS_OF)
    for name in ("_SUCCESS", "_metadata", "~$x.xlsx", "part-7.csv", "00000.json"):
        assert name in done.err


def test_parts_none_of_which_has_a_record_are_no_export(desk: Desk, cli: Command) -> None:
    for n in range(2):
        desk.write(f"vinaphone/part-{n}.csv", "msisdn,full_name\n")
    done = cli("audit", "vinaphone")
    assert done.code == 3
    assert done.err.count("has a header but no records") == 2
