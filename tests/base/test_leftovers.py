"""What a run that is killed leaves: nothing of an export, and what else there is goes with the next run."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from helpers.desks import Desk
from helpers.exports import table
from helpers.outcomes import Command
from helpers.people import AS_OF, people
from thuebao.base.leftovers import LOCK, remove_leftovers, take_removed
from thuebao.base.owner import Owner, ours

pytestmark = pytest.mark.skipif(ours() is None, reason="the system does not tell which processes have ended")
WAIT = 60
RECORDS = people(2000)
OPTIONS = ("--as-of", AS_OF, "--fail-on", "never", "--operator", "Viettel")


@contextmanager
def waiting(desk: Desk, *more: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run an audit that has half of its input, and waits for the rest."""
    (desk.path / "temp").mkdir(exist_ok=True)
    command = [
        sys.executable,
        "-m",
        "thuebao",
        "audit",
        "-",
        *OPTIONS,
        "--temp-dir",
        "temp",
        "--findings",
        "f.csv",
        *more,
    ]
    run = subprocess.Popen(
        command, cwd=desk.path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert run.stdin
    run.stdin.write(table(RECORDS).encode())
    run.stdin.flush()
    end = time.monotonic() + WAIT
    while not (leftovers(desk, "temp/*") and leftovers(desk, "*.part")):
        assert time.monotonic() < end
        assert run.poll() is None
        time.sleep(0.05)
    try:
        yield run
    finally:
        run.kill()
        run.communicate()


def leftovers(desk: Desk, pattern: str) -> list[Path]:
    return [path for path in desk.path.glob(pattern) if path.name.startswith(".thuebao-")]


def test_what_a_killed_run_left_goes_with_the_next(desk: Desk, cli: Command) -> None:
    with waiting(desk) as run:
        time.sleep(0.5)
        run.send_signal(signal.SIGKILL)
        run.wait()
    assert leftovers(desk, "temp/*")
    assert leftovers(desk, "*.part")
    desk.export("vina.csv")
    done = cli("audit", "vina.csv", *OPTIONS, "--temp-dir", "temp", "--findings", "f.csv")
    assert "Removed: 2 temporary folders and half-written files" in done.err
    assert desk.files() == {"vina.csv", "f.csv"}
    again = cli("audit", "vina.csv", *OPTIONS, "--temp-dir", "temp", "--findings", "f.csv", "--lang", "vi")
    assert "Đã dọn" not in again.err


def test_nothing_of_standard_input_stays_after_a_crash(desk: Desk) -> None:
    (desk.path / "temp").mkdir()
    with waiting(desk) as run:
        assert run.stdin
        run.stdin.close()
        run.stdin = None
        run.send_signal(signal.SIGSTOP)
        run.send_signal(signal.SIGKILL)
        run.wait()
    left = b"".join(path.read_bytes() for path in desk.path.rglob("input-*"))
    assert RECORDS[0]["full_name"].encode() not in left


def test_a_run_that_lives_keeps_what_is_its_own(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv")
    with waiting(desk) as run:
        done = cli("audit", "vina.csv", *OPTIONS, "--temp-dir", "temp", "--findings", "other.csv")
        assert "Removed" not in done.err
        assert leftovers(desk, "temp/*")
        assert leftovers(desk, "*.part")
        assert run.communicate()[0]
        assert run.returncode == 0
    assert desk.files() == {"vina.csv", "f.csv", "other.csv"}


def test_what_is_left_is_no_export(desk: Desk, cli: Command) -> None:
    """Not even where temporary files lie among the exports."""
    desk.write("vina.csv", table(people(3)))
    with waiting(desk) as run:
        (leftovers(desk, "temp/*")[0] / "records-0.csv").write_text(table(people(3, 50)))
        run.kill()
        run.wait()
        done = cli("audit", ".", *OPTIONS, "--format", "json")
    assert done.document["totals"]["records"] == 3


HERE = ours()


def another(**changes: object) -> Owner:
    assert HERE
    return dataclasses.replace(HERE, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("owner", "stays"),
    [
        (another, True),
        (lambda: another(started=1), False),  # the number was given again
        (lambda: another(process=2**22 + 1), False),
        (lambda: another(boot="0" * 8), False),
        (lambda: another(boot="0" * 8, space="0" * 8), False),
        (lambda: another(space="0" * 8, process=2**22 + 1), True),  # its number counts elsewhere
        (lambda: another(machine="0" * 8, boot="0" * 8), True),  # a shared disk
        (lambda: "nobody", True),
    ],
)
def test_only_what_is_certainly_dead_is_removed(desk: Desk, owner, stays) -> None:
    folder = desk.path / ".thuebao-x"
    folder.mkdir()
    (folder / LOCK).write_text(str(owner()))
    part = desk.path / f".thuebao-{owner()}-x.part"
    part.write_text("x")
    remove_leftovers(desk.path)
    assert (folder.exists(), part.exists()) == (stays, stays)
    assert len(take_removed()) == (0 if stays else 2)


def test_what_only_has_such_a_name_stays(desk: Desk) -> None:
    desk.write("mine/.thuebao-notes/a.csv", "x")
    desk.write("mine/.thuebao-list.part", "x")
    gone = another(started=1)
    desk.write(f"elsewhere/{LOCK}", str(gone))
    (desk.path / "mine/.thuebao-link").symlink_to(desk.path / "elsewhere")
    os.mkfifo(desk.path / f"mine/.thuebao-{gone}-x.part")
    remove_leftovers(desk.path / "mine")
    assert take_removed() == []
    assert (desk.path / f"elsewhere/{LOCK}").exists()
