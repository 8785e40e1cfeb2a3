"""Signals and streams: an end that is asked for comes, one that is ignored does not, and each has its exit code."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from helpers.desks import Desk
from helpers.held import held_audit
from helpers.people import ERROR, GOOD

IGNORED = ("SIGINT", "SIGTERM", "SIGHUP")
"""Ignored by what a job is started under: a shell's background, or nohup."""


@pytest.mark.parametrize("name", IGNORED)
def test_signal_ends_an_audit_with_its_own_code_and_nothing_stays(desk: Desk, name) -> None:
    with held_audit(desk, "--findings", "found.csv", "--temp-dir", "temp") as audit:
        audit.process.send_signal(getattr(signal, name))
        out, err = audit.process.communicate(timeout=60)
    assert (audit.process.returncode, out, err) == (128 + getattr(signal, name), b"", b"")
    assert desk.files() == set()
    assert list((desk.path / "temp").iterdir()) == []


@pytest.mark.parametrize("name", IGNORED)
def test_signal_that_was_ignored_stays_so(desk: Desk, name) -> None:
    def ignore() -> None:
        signal.signal(getattr(signal, name), signal.SIG_IGN)

    with held_audit(desk, "--findings", "found.csv", "--temp-dir", "temp", before=ignore) as audit:
        for _ in range(3):
            audit.process.send_signal(getattr(signal, name))
            audit.give_more()
        audit.process.stdin.close()
        audit.process.stdin = None
        _, err = audit.process.communicate(timeout=120)
    assert audit.process.returncode in (0, 1), err
    assert desk.files() == {"found.csv"}


SWALLOWED = """\
import os, signal, sys, time
import thuebao.__main__ as command
import thuebao.cli.app as app

class Disposed:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.2)

def run(arguments):
    thing = Disposed()
    del thing
    time.sleep(20)
    print("not ended")

app.run = run
command.main()
"""


def test_signal_that_strikes_where_nothing_can_be_raised_is_not_lost(desk: Desk) -> None:
    done = subprocess.run([sys.executable, "-c", SWALLOWED], capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")


def streamed(*arguments: str, before: object = None, **streams: object) -> subprocess.CompletedProcess[bytes]:
    command: Sequence[str] = [sys.executable, "-m", "thuebao", *arguments]
    return subprocess.run(command, check=False, preexec_fn=before, **streams)


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_output_that_nobody_reads(desk: Desk, form) -> None:
    desk.export("vina.csv", ERROR)
    read, write = os.pipe()
    os.close(read)
    done = streamed("audit", "vina.csv", "--format", form, stdout=write, stderr=subprocess.PIPE)
    os.close(write)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("arguments", [("audit", "vina.csv"), ("rules", "--format", "json"), ("--help",)])
def test_output_on_a_full_disk(desk: Desk, arguments) -> None:
    desk.export("vina.csv", GOOD)
    with Path("/dev/full").open("w") as full:
        done = streamed(*arguments, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 5
    assert done.stderr.decode().startswith("stdout: cannot be written: No space left")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_messages_on_a_full_disk(desk: Desk) -> None:
    with Path("/dev/full").open("w") as full:
        done = streamed("audit", "nowhere.csv", stdout=subprocess.PIPE, stderr=full)
    assert (done.returncode, done.stdout) == (2, b"")


@pytest.mark.parametrize("files", [12, 16, 20, 32, 48, 64])
def test_few_files_may_be_open(desk: Desk, files) -> None:
    for name in ("vina", "viettel", "mobi"):
        desk.export(f"{name}.csv", ERROR, GOOD)

    def few() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))

    outputs = ("--findings", "found.csv", "--rejects", "rejected.csv", "--report", "r.xlsx", "--report", "r.html")
    done = streamed(
        "audit",
        ".",
        *outputs,
        "--manifest",
        "m.json",
        "-qq",
        before=few,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert done.returncode in (1, 2)
    err = done.stderr.decode()
    if done.returncode == 2:
        assert err.startswith("The system lets this process open too few files.")
        assert len(err.splitlines()) == 1
    else:
        assert err == ""
    assert not [name for name in desk.files() if name.endswith(".part")]
