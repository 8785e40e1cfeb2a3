"""How the command ends: on findings, on inputs that cannot be read, on wrong usage, on closed outputs."""

from __future__ import annotations

import subprocess
import sys

import pytest

from helpers.desks import Desk
from helpers.outcomes import Command
from helpers.people import AS_OF, ERROR, GOOD, INFO, WARNING


@pytest.mark.parametrize(
    ("record", "options", "code"),
    [
        (GOOD, [], 0),
        (GOOD, ["--fail-on", "info"], 0),
        (ERROR, [], 1),
        (ERROR, ["--fail-on", "never"], 0),
        (ERROR, ["--ignore", "PER101"], 0),
        (ERROR, ["--severity", "PER101=warning"], 0),
        (WARNING, [], 0),
        (WARNING, ["--fail-on", "warning"], 1),
        (WARNING, ["--severity", "NUM104=error"], 1),
        (INFO, ["--fail-on", "warning"], 0),
        (INFO, ["--fail-on", "info"], 1),
        # Findings about the file count as well: EXP101 is an error, EXP104 an info.
        ({"msisdn": "0912345678", "sim_serial": ""}, [], 1),
        ({"msisdn": "0912345678", "sim_serial": ""}, ["--ignore", "EXP"], 0),
        (GOOD | {"Tập thuê bao": "x"}, [], 0),
        (GOOD | {"Tập thuê bao": "x"}, ["--fail-on", "info"], 1),
    ],
)
def test_exit_code_says_whether_something_was_found(desk: Desk, cli: Command, record, options, code) -> None:
    desk.export("vina.csv", record)
    assert cli("audit", "vina.csv", "--as-of", AS_OF, *options).code == code


def test_an_unreadable_input_wins_and_the_others_are_reported(desk: Desk, process: Command) -> None:
    desk.export("vina.csv", ERROR, GOOD)
    desk.write("viettel.csv", b"PK\x03\x04 a workbook")
    done = process("audit", "vina.csv", "viettel.csv", "nowhere.csv", "--as-of", AS_OF, "--format", "json")
    assert done.code == 3
    assert done.document["totals"] == {
        "records": 2,
        "rejected": 0,
        "records_with_errors": 1,
        "records_with_findings": 1,
    }
    assert [o["operator"] for o in done.document["operators"]] == ["VinaPhone"]
    assert [line.split(":")[0] for line in done.err.splitlines()] == ["nowhere.csv", "viettel.csv"]


def test_an_unreadable_input_wins_whatever_the_threshold(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", GOOD)
    assert cli("audit", "vina.csv", "nowhere.csv", "--fail-on", "never").code == 3


@pytest.mark.parametrize(
    "arguments",
    [
        ["audit"],
        ["audit", "vina.csv", "--nope"],
        ["audit", "vina.csv", "--format", "xml"],
        ["audit", "vina.csv", "--fail-on", "fatal"],
        ["audit", "vina.csv", "--lang", "fr"],
        ["nope"],
        ["explain"],
        ["explain", "ID999"],
        ["rules", "--select", "XYZ"],
    ],
    ids=" ".join,
)
def test_wrong_usage(desk: Desk, cli: Command, arguments) -> None:
    desk.export("vina.csv")
    done = cli(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err


def test_no_arguments_print_the_help(cli: Command) -> None:
    done = cli()
    assert done.code in (0, 2)
    assert "audit" in done.out + done.err
    assert "Traceback" not in done.err


def test_closed_pipe_has_a_code_of_its_own(desk: Desk) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "thuebao", "rules", "--format", "json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as head:
        head.stdout.read(1)
        head.stdout.close()
        assert head.stderr.read() == b""
    assert head.returncode == 141


def test_names_that_the_terminal_cannot_encode(desk: Desk, process: Command) -> None:
    desk.export("vina.csv", ERROR)
    done = process("audit", "vina.csv", "--lang", "vi", PYTHONIOENCODING="ascii")
    assert done.code == 1
    assert "PER101" in done.out
