"""Whose a temporary file is: a process that still runs, or one that ended without tidying up.

A number alone does not tell: it is given again. A process is told from all others by its number together with when it
started, the start of the system, the machine, and the space in which the number counts (containers have their own).
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_PROC = Path("/proc")
_FORM = re.compile(r"([0-9a-f]{8})\.([0-9a-f]{8})\.([0-9a-f]{8})\.([0-9]+)\.([0-9]+)")
_STARTED_AT = 19  # fields of a process behind its name, the start among them (proc(5), stat)


@dataclass(frozen=True)
class Owner:
    """A process: machine, start of the system and space of numbers, as digests that fit into names; number, start."""

    machine: str
    boot: str
    space: str
    process: int
    started: int

    def __str__(self) -> str:
        """Return the owner as text, as `read` understands it."""
        return f"{self.machine}.{self.boot}.{self.space}.{self.process}.{self.started}"

    @classmethod
    def read(cls, said: str) -> Owner | None:
        """Return the owner that a text names, None if it names none."""
        found = _FORM.fullmatch(said.strip())
        return cls(found[1], found[2], found[3], int(found[4]), int(found[5])) if found else None

    @property
    def is_gone(self) -> bool:
        """Whether it is certain that the process has ended: in doubt it lives."""
        here = ours()
        if here is None or self.machine != here.machine:
            return False
        if self.boot != here.boot:
            return True
        return self.space == here.space and _started(self.process) != self.started


@cache
def _place() -> tuple[str, str, str] | None:
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text()
        space = str((_PROC / "self/ns/pid").readlink())
    except OSError:
        return None
    machine, started, numbers = (
        hashlib.sha256(text.encode()).hexdigest()[:8] for text in (platform.node(), boot, space)
    )
    return machine, started, numbers


def ours() -> Owner | None:
    """Return this process, None where the system does not tell enough of processes."""
    place, started = _place(), _started(os.getpid())
    return Owner(*place, os.getpid(), started) if place and started is not None else None


def _started(process: int) -> int | None:
    """Return when a process started, in ticks since the system did; None if there is none."""
    try:
        stat = (_PROC / str(process) / "stat").read_text(errors="replace")
        state, *fields = stat.rpartition(")")[2].split()
        return int(fields[_STARTED_AT - 1]) if state not in "ZX" else None
    except (OSError, ValueError, IndexError):
        return None
