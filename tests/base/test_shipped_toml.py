"""TOML files that travel with the program: what reads them means the same as Python's library."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import thuebao
from thuebao.base.shipped_toml import parse_shipped
from thuebao.rulebook.reference import rules_home

FILES = [*rules_home().rglob("*.toml"), *Path(thuebao.__file__).parent.rglob("*.toml")]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_each_file_means_the_same(path: Path) -> None:
    source = path.read_text("utf-8")
    assert repr(parse_shipped(source)) == repr(tomllib.loads(source))


def test_what_is_damaged_is_said_as_of_any_file() -> None:
    with pytest.raises(ValueError, match="line 2"):
        parse_shipped("a = 1\nb = = 2\n")
