"""What is printed is never a command to a runner of GitHub Actions, nor a formula in full-width signs."""

from __future__ import annotations

import csv
import io
import re
import stat
from pathlib import Path

import pytest

from helpers.desks import Desk
from helpers.outcomes import Command
from helpers.people import ERROR

COMMAND = "::error title=x::y"
COMMANDS = re.compile(r"^\s*::", re.MULTILINE)
OLD_COMMANDS = re.compile(r"##\[")
OURS = re.compile(r"^::(?:error|warning|notice) title=", re.MULTILINE)


@pytest.mark.parametrize("form", ["table", "csv", "json", "github"])
@pytest.mark.parametrize("width", [60, 61, 62, 63, 64, 65, 66, 100])
def test_no_name_is_a_command(desk: Desk, cli: Command, form, width) -> None:
    records = [ERROR | {"operator": operator} for operator in (COMMAND, f"a {COMMAND}", "##[error]x", f"  {COMMAND}")]
    desk.export("a ::error::b.csv", *records)
    desk.write("::error::broken.csv", b"PK\x03\x04 a workbook")
    done = cli(
        "audit", "a ::error::b.csv", "::error::broken.csv", "nowhere ::warning::x.csv", "--format", form, COLUMNS=width
    )
    assert done.code == 3
    assert "error" in done.out
    printed = done.out + "\n" + done.err
    if form == "github":
        printed = OURS.sub("", printed)
    assert not COMMANDS.search(printed)
    if form in ("table", "github"):
        assert not OLD_COMMANDS.search(printed)


@pytest.mark.parametrize("sign", ["＝", "＋", "－", "＠", "::"])
def test_full_width_formulas_are_neutralised(desk: Desk, cli: Command, sign) -> None:
    desk.export("x.csv", ERROR | {"operator": f"{sign}1+2", "full_name": f"{sign}cmd1"})
    done = cli("audit", "x.csv", "--format", "csv", "--select", "PER102", "--findings", "f.csv", "--reveal")
    assert {row["operator"] for row in csv.DictReader(io.StringIO(done.out))} == {f"'{sign}1+2"}
    assert {(row["operator"], row["value"]) for row in desk.rows("f.csv")} == {(f"'{sign}1+2", f"'{sign}cmd1")}


def test_new_folders_are_their_owner_s_only(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", ERROR)
    assert cli("audit", "vina.csv", "--per-operator", "books").code == 1
    assert cli("sample", "made", "--records", "20").code == 0
    assert [stat.S_IMODE(Path(name).stat().st_mode) for name in ("books", "made")] == [0o700, 0o700]
