"""Operators that are not known: masked wherever a result names one, and still as many as there are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.desks import Desk
from helpers.measured import measured
from helpers.people import GOOD

NAMES = ("Nguyễn Văn An", "Viettel", "Nguyxxx An", "FPT x Local", "  nguyễn  văn An", "", "Nguyễn Văn An ", "vina")
MASKED = {"Ngu*****An": 2, "Ngu*****An (2)": 1, "F*****": 1, "ngu*****An": 1, "Viettel": 1, "VinaPhone": 1}
PERSONAL = ("Văn An", "Nguyxxx", "FPT x")


def export(desk: Desk, names: tuple[str, ...] = NAMES, name: str = "a.csv") -> None:
    desk.export(name, *(GOOD | {"operator": one, "msisdn": f"09123{n:05}"} for n, one in enumerate(names)))


def counted(*arguments: str) -> dict[str, int]:
    done = measured("audit", "--fail-on", "never", "--format", "json", *arguments)
    assert done.code == 0, done.stderr
    return {one["operator"]: one["records"] for one in json.loads(done.stdout)["operators"]}


def test_unknown_names_are_masked_and_counted_apart(desk: Desk) -> None:
    export(desk)
    assert counted("a.csv") == MASKED | {"(unknown)": 1}


def test_no_output_holds_one(desk: Desk) -> None:
    export(desk)
    outputs = ["--findings", "found.csv", "--report", "r.html", "--per-operator", "each"]
    for form in ("table", "csv", "json", "github", "sarif"):
        done = measured("audit", "a.csv", "--fail-on", "never", "--full", "--format", form, "--force", *outputs)
        assert done.code == 0, done.stderr
        assert not any(word in done.stdout + done.stderr for word in PERSONAL)
    for file in desk.files() - {"a.csv"}:
        assert not any(word in file for word in PERSONAL)
        assert not any(word.encode() in Path(file).read_bytes() for word in PERSONAL)
    assert len([*Path("each").iterdir()]) == len(MASKED) + 1


def test_the_user_shows_them(desk: Desk) -> None:
    export(desk)
    assert counted("a.csv", "--reveal")["Nguyxxx An"] == 1
    found = counted("a.csv", "--operator", "NGUYXXX AN")
    assert found["Nguyxxx An"] == 1
    assert found["Ngu*****An"] == MASKED["Ngu*****An"]
    desk.write("m.toml", 'files = ["b.csv"]\noperator = "nguyxxx an"\n')
    assert counted("a.csv", "--mapping", "m.toml")["Nguyxxx An"] == 1


@pytest.mark.parametrize("end", [0, 20_000])
def test_numbers_follow_the_order_of_appearance_whatever_the_blocks_are(desk: Desk, end: int) -> None:
    names = (
        "abc one de",
        *["Viettel"] * end,
        "abc two de",
        "abc three de",
        "abc one de",
        "abc three de",
        "abc three de",
    )
    export(desk, names)
    expected = {"abc*****de": 2, "abc*****de (2)": 1, "abc*****de (3)": 3}
    for limit in ("512MB", "2GB"):
        found = counted("a.csv", "--memory-limit", limit)
        assert {name: count for name, count in found.items() if name.startswith("abc")} == expected
