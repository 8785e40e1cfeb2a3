"""Runs the command in a process of its own, and says what it took."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass

# In between stands a small process: one that starts another bequeaths its own size to the other's figures.
_BETWEEN = """
import json, resource, subprocess, sys
done = subprocess.run([sys.executable, "-m", "thuebao", *sys.argv[1:]], capture_output=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
said = [done.stdout.decode(), done.stderr.decode()]
print(json.dumps([done.returncode, *said, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024]))
"""


@dataclass(frozen=True)
class Measured:
    """A command that ended. seconds: of processor time; memory: bytes at its peak."""

    code: int
    stdout: str
    stderr: str
    seconds: float
    memory: int


def measured(*arguments: str) -> Measured:
    """Run `thuebao` with some arguments, on Linux."""
    command = [sys.executable, "-c", _BETWEEN, *arguments]
    return Measured(*json.loads(subprocess.run(command, capture_output=True, check=True).stdout))
