"""The campaigns of the README and the guides, as a reader tries them: each command in order, in an empty folder."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
GUIDES = (
    ("README.md", "## A campaign", "en"),
    ("docs/carriers.md", "## 10. A campaign", "en"),
    ("docs/inspectors.md", "## 10. A campaign", "en"),
    ("docs/inspectors.vi.md", "## 10. Một đợt khắc phục", "vi"),
)
LEFT_OUT = "…"


def steps(section: str) -> list[tuple[str, list[str]]]:
    """Return the commands of a section and the lines shown below each: all of a block of `sh` is commands."""
    found: list[tuple[str, list[str]]] = []
    for kind, block in re.findall(r"^```(sh)?\n(.*?)^```$", section, re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            if kind or line.startswith("$ "):
                found.append((line.removeprefix("$ "), []))
            else:
                found[-1][1].append(line)
    return found


def pattern(shown: list[str]) -> str:
    """Return what an output looks like of which these lines are shown, and others left out where it says so."""
    return "".join(r"(?:.*\n)*?" if line == LEFT_OUT else re.escape(line) + "\n" for line in shown)


@pytest.mark.skipif(os.name == "nt" or not shutil.which("openssl"), reason="a shell with openssl is wanted")
@pytest.mark.parametrize(("guide", "heading", "lang"), GUIDES, ids=lambda value: value.split("/")[-1].split(" ")[-1])
def test_a_campaign_goes_as_the_guide_shows(tmp_path: Path, guide: str, heading: str, lang: str) -> None:
    [section] = re.findall(rf"^{re.escape(heading)}\n(.*?)(?=^## |\Z)", read(guide), re.MULTILINE | re.DOTALL)
    desk, programs = tmp_path / "desk", tmp_path / "programs"
    desk.mkdir()
    programs.mkdir()
    program = programs / "thuebao"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m thuebao "$@"\n', "utf-8")
    program.chmod(0o700)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("THUEBAO_")}
    path = os.pathsep.join((str(programs), kept["PATH"]))
    environment = kept | {"PATH": path, "COLUMNS": "80", "THUEBAO_LANG": lang, "PYTHONUTF8": "1"}
    listed = steps(section)
    assert len(listed) > 6
    for command, shown in listed:
        shell = ("/bin/sh", "-c", f"{command} 2>&1")  # commands of guides redirect what they print
        done = subprocess.run(shell, check=False, cwd=desk, env=environment, stdout=subprocess.PIPE, encoding="utf-8")
        printed = "".join(f"{line.rstrip()}\n" for line in done.stdout.splitlines())
        assert done.returncode in (0, 1), f"{command}\n{printed}"
        assert not shown or re.fullmatch(pattern(shown), printed), f"{guide}: {command} prints\n{printed}"


def read(guide: str) -> str:
    return (REPOSITORY / guide).read_text("utf-8")
