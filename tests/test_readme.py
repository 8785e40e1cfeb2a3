"""The README shows what the command prints: its text, and the picture of the whole screen."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

REPOSITORY = Path(__file__).parents[1]
README = (REPOSITORY / "README.md").read_text("utf-8")


@pytest.fixture(scope="module")
def pictures() -> ModuleType:
    spec = importlib.util.spec_from_file_location("pictures", REPOSITORY / "docs" / "pictures" / "make.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def printed(pictures: ModuleType) -> str:
    return "\n".join(line.rstrip() for line in pictures.printed().splitlines())


def test_the_first_output_is_what_the_command_prints(printed: str) -> None:
    block = next(block for block in README.split("\n```") if block.startswith("\nRecords: ")).strip()
    parts = block.split("\n…\n")
    assert len(parts) == 2
    assert printed.startswith(parts[0] + "\n")
    assert printed.rstrip().endswith("\n" + parts[1])


def test_the_picture_is_what_the_command_prints(pictures: ModuleType, printed: str) -> None:
    picture = (REPOSITORY / "docs" / "pictures" / "screen.svg").read_text("utf-8")
    assert picture == pictures.drawn(), "Run: python docs/pictures/make.py"
    assert "docs/pictures/screen.svg" in README
    words = "".join(re.findall(r"<text[^>]*>([^<]*)</text>", picture)).replace("&#160;", " ")
    assert all(word in words for word in re.findall(r"[A-Z]+\d{3}", printed))


def test_the_picture_fetches_nothing() -> None:
    picture = (REPOSITORY / "docs" / "pictures" / "screen.svg").read_text("utf-8")
    assert not re.findall(r"(?:href|src|url)\s*[=(]\s*[\"']?https?:", picture)


def test_the_first_screen_is_the_problem_a_command_its_output_and_a_picture() -> None:
    beginning = README[: README.index("## Install")]
    for part in ("python -m pip install . && thuebao audit sample_data/ --fail-on never", "Verdict", "![", "--full"):
        assert part in beginning
    install = README[README.index("## Install") : README.index("## Use")]
    for part in ("Windows", "macOS", "Linux", "Python 3.11", "venv", "uv tool install", "pipx install", "[sign]"):
        assert part in install
