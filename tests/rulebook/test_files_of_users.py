"""Rules and mappings are small regular files: nothing is waited for, and nothing large or deep is read."""

from __future__ import annotations

import os

import pytest

from helpers.bad_input import RULE
from helpers.desks import Desk
from helpers.outcomes import Command, one_message
from helpers.people import GOOD

DEEP = "x = " + "[" * 50 + "]" * 50 + "\n"
DEEPER = "x = " + "[" * 100_000 + "]" * 100_000 + "\n"
BROKEN = {
    "pipe": None,
    "folder": None,
    "device": None,
    "large": "# " + "x" * (1 << 20) + "\n",
    "deep": DEEP,
    "deeper": DEEPER,
    "dotted": "a" + ".a" * 100_000 + " = 1\n",
}
REASONS = {
    "pipe": "not a regular file",
    "device": "not a regular file",
    "folder": "not a regular file",
    "large": "1 MiB",
    "deep": "20 deep",
    "deeper": "20 deep",
    "dotted": "20 deep",
}


def make(path: str, kind: str, desk: Desk) -> None:
    desk.write("mine/beside.txt", "")
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        os.mkdir(path)  # noqa: PTH102
    elif kind == "device":
        os.symlink("/dev/zero", path)  # noqa: PTH211
    else:
        desk.write(path, BROKEN[kind])


@pytest.mark.parametrize("kind", BROKEN)
def test_rule_file_that_is_none(desk: Desk, process: Command, kind) -> None:
    desk.export("vina.csv", GOOD)
    make("mine/ours.toml", kind, desk)
    done = process("audit", "vina.csv", "--rules", "mine", timeout=60)
    assert (done.code, done.out) == (2, "")
    one_message(done, "mine/ours.toml", REASONS[kind])


@pytest.mark.parametrize("kind", BROKEN)
def test_mapping_that_is_none(desk: Desk, process: Command, kind) -> None:
    desk.export("vina.csv", GOOD)
    make("mine/ours.toml", kind, desk)
    done = process("audit", "vina.csv", "--mapping", "mine/ours.toml", timeout=60)
    assert (done.code, done.out) == (2, "")
    one_message(done, "mine/ours.toml", REASONS[kind])


def test_rule_file_of_windows_and_behind_a_link(desk: Desk, cli: Command) -> None:
    desk.write("elsewhere.toml", RULE.replace("\n", "\r\n").encode())
    (desk.path / "mine").mkdir()
    os.symlink("../elsewhere.toml", "mine/ours.toml")  # noqa: PTH211
    assert cli("explain", "USR101", "--rules", "mine").code == 0
