"""How many rejected lines are too many."""

from __future__ import annotations

import pytest

from helpers.damage import BAD, HEAD, LINE, audit, exp102, rejects
from helpers.desks import Desk
from helpers.exports import table
from helpers.outcomes import Command, one_message, violated
from helpers.people import ERROR, people, person


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
    options = ("--findings", "found.csv", "--rejects", "rejects.csv", "--reveal", "--force")
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
        "of 12 lines; --max-rejected allows 1%",
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
