"""The guides name files that are there: a module that moves takes its line in them along."""

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
GUIDES = ("CONTRIBUTING.md", "docs/architecture.md", "docs/law.md")
# What a guide tells to make, by way of example; a source of the law has paths of its own (van-ban/).
EXAMPLES = {"src/thuebao/sources/arrow.py"}
# A path in the guides begins at the top, at the package, or (where one is followed) at the guide.
STARTS = (REPOSITORY, REPOSITORY / "src" / "thuebao")


def named(guide: str) -> set[str]:
    """Return the paths of the package, rules and docs that a guide names in code or links to."""
    text = (REPOSITORY / guide).read_text("utf-8")
    code = re.findall(r"`((?:[\w.-]+/)+(?:[\w-]+\.(?:py|toml|md|csv|json))?)`", text)
    links = [link for link in re.findall(r"\]\(([^)#\s]+)", text) if "://" not in link]
    return {path for path in (*code, *links) if not path.startswith(("tests/", "van-ban/"))} - EXAMPLES


@pytest.mark.parametrize("guide", GUIDES)
def test_every_path_is_there(guide: str) -> None:
    starts = (*STARTS, (REPOSITORY / guide).parent)
    lost = sorted(path for path in named(guide) if not any((start / path).exists() for start in starts))
    assert named(guide)
    assert not lost, f"{guide} names what is not there: {', '.join(lost)}. Say where it is now."
