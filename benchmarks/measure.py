"""Run commands as processes of their own, and say what they cost by the operating system's account."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path

HERE = Path(__file__).parent
AS_OF = date(2026, 11, 23)
_SELDOM = 10
"""Looks at memory for one at the disk, where there may be thousands of files."""


@dataclass(frozen=True)
class Cost:
    """What a command cost: seconds, and megabytes at their most."""

    wall: float
    cpu: float
    peak: float
    disk: float


def measure(command: list[str], temporary: Path) -> Cost:
    """Run a command; return wall and processor seconds, peak megabytes, and the most that lay in `temporary`."""
    temporary.mkdir(parents=True, exist_ok=True)
    most, peak = 0.0, 0.0
    ended = threading.Event()

    def watch() -> None:
        nonlocal most, peak
        for n in count():
            if ended.wait(0.1):
                return
            if n % _SELDOM == 0:
                most = max(most, size_of(temporary) + size_of_nameless(process.pid, temporary))
            peak = max(peak, sum(map(resident, processes_of(process.pid))))

    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=os.environ | {"TMPDIR": str(temporary)})
    watcher = threading.Thread(target=watch)
    watcher.start()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    ended.set()
    watcher.join()
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        sys.exit(f"failed: {' '.join(command)}")
    # The account of each process has its own peak; several have one together when they are looked at.
    return Cost(wall, usage.ru_utime + usage.ru_stime, max(usage.ru_maxrss, peak) / 1024, most / 1e6)


def processes_of(pid: int) -> Iterator[int]:
    """Yield a process and those that it started, and they (Linux)."""
    yield pid
    for thread in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            started = thread.read_text().split()
        except OSError:  # it ended meanwhile
            continue
        for child in started:
            yield from processes_of(int(child))


def resident(pid: int) -> int:
    """Return the kilobytes of memory that a process has (Linux), 0 if it ended."""
    try:
        found = re.search(r"VmRSS:\s+([0-9]+)", Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0
    return int(found[1]) if found else 0


def size_of(path: Path) -> int:
    """Return the bytes of a file, or of a folder's, some of which may go while it is looked at."""
    total = 0
    for file in [path] if path.is_file() else path.rglob("*"):
        try:
            total += file.stat().st_size
        except OSError:
            continue
    return total


def size_of_nameless(pid: int, folder: Path) -> int:
    """Return the bytes of files that a process holds open in a folder, and that have no name there any more (Linux)."""
    total = 0
    for held in Path(f"/proc/{pid}/fd").glob("*"):
        try:
            target = str(held.readlink())
            if target.startswith(str(folder.resolve())) and target.endswith(" (deleted)"):
                total += held.stat().st_size
        except OSError:  # closed meanwhile
            continue
    return total


def made(path: Path, script: str, *arguments: object) -> Path:
    """Return a generated file, made by a script of this folder if it is not there yet."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        # In a process of its own: a child is born with its parent's peak memory, and would be charged for it.
        subprocess.run([sys.executable, str(HERE / script), str(path), *map(str, arguments)], check=True)
    return path


def parse(path: Path) -> list[str]:
    """Return the command that parses an export with Polars and does nothing with it."""
    return [sys.executable, str(HERE / "parse.py"), str(path)]


def audit(path: Path, *options: str) -> list[str]:
    """Return the command of an audit that writes its findings beside the export."""
    findings = path.with_name(f"{path.name}.findings.csv")
    command = [sys.executable, "-m", "thuebao", "audit", "--quiet", "--as-of", AS_OF.isoformat(), *options]
    return [*command, "--force", "--findings", str(findings), str(path)]


def duckdb(path: Path, temporary: Path, memory: str = "-") -> list[str]:
    """Return the command of the rules across records as DuckDB SQL, with findings written beside the export."""
    findings = path.with_name(f"{path.name}.duckdb.csv")
    return [sys.executable, str(HERE / "duplicates_duckdb.py"), str(path), str(findings), memory, str(temporary)]
