"""A terminal that a command prints to, and what stands on it in the end."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import unicodedata

_CONTROL = re.compile(r"\x1b\[([?\d;]*)([A-Za-z])|\x1b\].*?(?:\x07|\x1b\\)")


def on_terminal(*arguments: object, columns: int = 80, **environment: str) -> str:
    """Return what the command writes to a terminal, stderr included, as it is written."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": str(columns)} | environment
    command = [sys.executable, "-m", "thuebao", *map(str, arguments)]
    with subprocess.Popen(command, stdout=theirs, stderr=theirs, env=environment) as process:
        os.close(theirs)
        shown = b""
        try:
            while block := os.read(ours, 1 << 16):
                shown += block
        except OSError:  # how Linux says that the other side has closed
            pass
        process.wait(60)
    os.close(ours)
    return shown.decode()


def screen(written: str, columns: int = 80) -> list[str]:
    """Return the lines that stand on a terminal after something was written to it."""
    lines, row, column = [""], 0, 0
    position = 0
    while position < len(written):
        control = _CONTROL.match(written, position)
        if control:
            position = control.end()
            count = int(control[1]) if control[1] and control[1].isdigit() else 1
            if control[2] == "A":
                row = max(0, row - count)
            elif control[2] == "K":
                lines[row] = "" if control[1] == "2" else lines[row][:column]
            continue
        sign = written[position]
        position += 1
        if sign == "\r":
            column = 0
        elif sign == "\n":
            row, column = row + 1, 0
        else:
            width = 2 if unicodedata.east_asian_width(sign) in "WF" else not unicodedata.combining(sign)
            if column + width > columns:
                row, column = row + 1, 0
            lines += [""] * (row + 1 - len(lines))
            lines[row] = lines[row][:column].ljust(column) + sign + lines[row][column + 1 :]
            column += width
        lines += [""] * (row + 1 - len(lines))
    return lines[: row + 1] if column else lines[:row]
