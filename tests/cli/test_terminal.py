"""Colours and progress on a terminal, and nothing of them elsewhere."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys

from helpers.desks import Desk
from helpers.outcomes import Command
from helpers.people import ERROR


def test_no_escape_codes_when_piped(desk: Desk, process: Command) -> None:
    desk.export("vina.csv", ERROR)
    done = process("audit", "vina.csv", TERM="xterm-256color", FORCE_COLOR="")
    assert "PER101" in done.out
    assert "\x1b" not in done.out + done.err


def on_terminal(desk: Desk, *arguments: str, **environment: str) -> str:
    """Return what the command prints to a terminal, stderr included."""
    ours, theirs = pty.openpty()
    environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": "100"} | environment
    with subprocess.Popen(
        [sys.executable, "-m", "thuebao", *arguments], stdout=theirs, stderr=theirs, env=environment
    ) as command:
        os.close(theirs)
        shown = b""
        try:
            while block := os.read(ours, 1 << 16):
                shown += block
        except OSError:  # how Linux says that the other side has closed
            pass
        command.wait(60)
    os.close(ours)
    return shown.decode()


COLOUR = re.compile(r"\x1b\[(?:\d+;)*(?:3[0-8]|9[0-7])[;m]")


def test_colours_and_progress_on_a_terminal_only(desk: Desk) -> None:
    desk.export("vina.csv", ERROR)
    shown = on_terminal(desk, "audit", "vina.csv", "--findings", "f.csv")
    assert COLOUR.search(shown)
    assert "records" in shown
    assert "/s" in shown


def test_no_color_is_respected(desk: Desk) -> None:
    desk.export("vina.csv", ERROR)
    assert not COLOUR.search(on_terminal(desk, "audit", "vina.csv", "--quiet", NO_COLOR="1"))
    shown = on_terminal(desk, "audit", "vina.csv", NO_COLOR="1")
    assert "PER101" in shown
    assert not COLOUR.search(shown)
