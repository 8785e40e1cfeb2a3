"""Colours and progress on a terminal, and nothing of them elsewhere."""

from __future__ import annotations

import re

from helpers.desks import Desk
from helpers.outcomes import Command
from helpers.people import ERROR
from helpers.terminals import on_terminal


def test_no_escape_codes_when_piped(desk: Desk, process: Command) -> None:
    desk.export("vina.csv", ERROR)
    done = process("audit", "vina.csv", TERM="xterm-256color", FORCE_COLOR="")
    assert "PER101" in done.out
    assert "\x1b" not in done.out + done.err


COLOUR = re.compile(r"\x1b\[(?:\d+;)*(?:3[0-8]|9[0-7])[;m]")


def test_colours_and_progress_on_a_terminal_only(desk: Desk) -> None:
    desk.export("vina.csv", ERROR)
    shown = on_terminal("audit", "vina.csv", "--findings", "f.csv")
    assert COLOUR.search(shown)
    assert "file 1 of 1  vina.csv  1 record" in shown


def test_no_color_is_respected(desk: Desk) -> None:
    desk.export("vina.csv", ERROR)
    assert not COLOUR.search(on_terminal("audit", "vina.csv", "--quiet", NO_COLOR="1"))
    shown = on_terminal("audit", "vina.csv", NO_COLOR="1")
    assert "PER101" in shown
    assert not COLOUR.search(shown)
