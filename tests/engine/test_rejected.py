"""The file of rejected lines: what stands in it, and where it may be written."""

from __future__ import annotations

import stat

import pytest

from helpers.damage import BAD, COLUMNS, HEAD, LINE, TOO_FEW, audit, lines_and_reasons, rejects
from helpers.desks import Desk
from helpers.outcomes import Command, one_message


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
    assert audit(cli, "vina.csv", "--rejects", "Rejects.CSV", "--max-rejected", "1", "--force").code == 1
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
    options = ("--force", "--max-rejected", "1", "--rejects")
    first = audit(cli, "exports", *options, "exports/rejects vina.csv")
    again = audit(cli, "exports", "--force", *options, "exports/rejects vina.csv")  # now it is there
    other = audit(cli, "exports", *options, "exports/another vina.csv")
    none = audit(cli, "exports", *options[1:3])
    documents = [done.document | {"files_passed_over": []} for done in (first, again, other, none)]
    assert all(document == documents[0] for document in documents)
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


def test_rejected_lines_alone_in_a_file_with_operators(desk: Desk, cli: Command) -> None:
    desk.write("Viettel.csv", "operator,msisdn,full_name\nViettel,0981234567\nViettel,0981234568\n")
    done = cli("audit", "Viettel.csv", "--max-rejected", "100%")
    assert done.code == 3
    one_message(done, "Viettel.csv", "no records")
