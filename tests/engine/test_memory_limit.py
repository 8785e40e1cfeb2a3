"""The limit on memory, and the temporary files that keep to it."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path
from types import SimpleNamespace

import pytest

import thuebao
from helpers.across import SAME_NUMBER, audited, refused
from helpers.desks import Desk
from helpers.outcomes import Command, violated
from helpers.people import GOOD, people, person


@pytest.mark.parametrize("limit", ["512MB", "1GB", "1gb", "1.5 GB", "2000MB", "1GiB"])
def test_memory_limit(desk: Desk, cli: Command, limit) -> None:
    desk.export("vina.csv", GOOD, person(1) | SAME_NUMBER)
    assert violated(audited(cli, "vina.csv", "--memory-limit", limit)) == {"DUP101": 2}


@pytest.mark.parametrize(
    ("limit", "part"),
    [
        ("10MB", "512MB at least"),
        ("511MB", "512MB at least"),
        ("0", "512MB at least"),
        ("lots", "such as 2GB"),
        ("", "such as 2GB"),
        ("-2GB", "such as 2GB"),
        ("GB", "such as 2GB"),
    ],
)
def test_memory_limit_that_cannot_be_used(desk: Desk, cli: Command, limit, part) -> None:
    desk.export("vina.csv")
    message = refused(desk, cli, "--memory-limit", limit)
    assert message.startswith(f"--memory-limit {limit}:")
    assert part in message


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_temp_dir_is_used_and_left_as_it_was(desk: Desk, cli: Command, kind) -> None:
    desk.write("temp/mine.txt", "mine")
    desk.export("vina.csv", GOOD, person(1) | SAME_NUMBER)
    within: list[str] = []

    def look(path: str, records: int) -> None:
        [folder] = [path for path in Path("temp").iterdir() if path.is_dir()]
        within.append(folder.name)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700

    thuebao.audit("vina.csv", temp_dir="temp", findings=f"found.{kind}", progress=look)
    assert within
    assert desk.files() == {"vina.csv", "temp/mine.txt", f"found.{kind}"}
    audited(cli, "vina.csv", "--temp-dir", "temp", "--show", "DUP101")
    assert os.listdir("temp") == ["mine.txt"]  # noqa: PTH208


def test_temp_dir_of_the_system_is_left_as_it_was(desk: Desk, process: Command) -> None:
    (desk.path / "temp").mkdir()
    desk.export("vina.csv", GOOD, person(1) | SAME_NUMBER)
    assert process("audit", "vina.csv", "--findings", "found.csv", TMPDIR="temp").code == 1
    assert process("audit", "vina.csv", "broken.csv", "nowhere.csv", TMPDIR="temp").code == 3
    assert list((desk.path / "temp").iterdir()) == []


@pytest.mark.parametrize("folder", ["nowhere", "vina.csv", "nowhere/deep"])
def test_temp_dir_that_is_none(desk: Desk, cli: Command, folder) -> None:
    desk.export("vina.csv")
    assert refused(desk, cli, "--temp-dir", folder).startswith(f"--temp-dir {folder}: there is no such folder")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="this system has no /proc")
def test_temp_dir_that_cannot_be_written(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv")
    assert refused(desk, cli, "--temp-dir", "/proc").startswith("/proc: temporary files cannot be written: ")


def test_temp_dir_without_room(desk: Desk, cli: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    (desk.path / "temp").mkdir()
    desk.export("vina.csv", *people(100))
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(total=1000, used=999, free=1))
    message = refused(desk, cli, "--temp-dir", "temp")
    assert message.startswith("temp: temporary files need about ")
    assert "--temp-dir" in message
    assert list((desk.path / "temp").iterdir()) == []
