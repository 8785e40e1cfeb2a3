"""The summary on a screen."""

from __future__ import annotations

import re

import pytest
from rich.cells import cell_len

from helpers.desks import Desk
from helpers.outcomes import Command
from helpers.people import AS_OF, ERROR, GOOD, INFO, UNASSIGNED, WARNING, people, person


def many_operators(desk: Desk, count: int = 12) -> None:
    names = ["Viettel", "VinaPhone", "Công ty Cổ phần Viễn thông Rất Dài " * 3, "電信", *map(str, range(count))]
    records = [r | {"operator": o} for o in names for r in (ERROR, WARNING, INFO, GOOD)]
    desk.export("export.csv", *(r | {"Một cột không ai biết " * 4: "x"} for r in records))
    desk.export("a folder with a rather long name/and a file with a longer one, vina.csv", ERROR)


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("width", [80, 200])
def test_no_line_is_wider_than_the_screen(desk: Desk, cli: Command, width, lang) -> None:
    many_operators(desk)
    few = desk.export("few.csv", ERROR | {"operator": "Viettel"}, INFO | {"operator": "iTel"})
    commands = [
        ("audit", "export.csv", "a folder with a rather long name"),
        ("audit", few),
        ("columns", "export.csv"),
        ("rules",),
        *(("explain", code) for code in ("NUM105", "PER102", "ID141", "MIN103", "REG151", "EXP101")),
        ("--help",),
        ("audit", "--help"),
    ]
    for command in commands:
        language = () if command == ("--help",) else ("--lang", lang)
        done = cli(*command, *language, COLUMNS=width)
        assert done.out
        assert [line for line in done.out.splitlines() if cell_len(line) > width] == [], command


def test_summary_says_what_an_inspector_asks(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", ERROR, *people(1999, first=10))
    unassigned = [WARNING, person(4) | UNASSIGNED | {"msisdn": "0952345679"}]
    desk.export("viettel.csv", *(record | {"Tập thuê bao": "x"} for record in unassigned))
    said = cli("audit", "vina.csv", "viettel.csv", "--full", "--as-of", AS_OF, COLUMNS=120).said
    assert "Records: 2,002, files: 2" in said
    assert "As of 2026-11-23" in said
    assert "1 record with errors (0.05 %), 3 with any finding (0.15 %)" in said
    assert "VinaPhone 2,000 1 0.05 % 1 PER101 ×1" in said
    assert "Viettel 2 0 0 % 2" in said
    assert "PER101 error Name missing" in said
    assert "163/2024/NĐ-CP, Khoản 1 Điều 19" in said
    assert "(guardian_name) MIN101, MIN102" in said
    assert "EXP104 info viettel.csv Tập thuê bao" in said


def test_summary_at_80_columns_names_the_operators_of_each_rule(desk: Desk, cli: Command) -> None:
    many_operators(desk)
    out = cli("audit", "export.csv", "--full", "--reveal", COLUMNS=80).out
    assert re.search(r"^PER101 .* 16 +0 1 *$", out, re.MULTILINE)
    assert re.search(r" Viettel 1 *$", out, re.MULTILINE)


@pytest.mark.parametrize(
    "width",
    [
        80,
        pytest.param(200),
    ],
)
def test_summary_prints_foreign_text_as_text(desk: Desk, cli: Command, width) -> None:
    names = ("[bold]x[/bold]", "[/x]", "\x1b[31mred", "\u202eabc", "a\nb", "\x9b31m")
    desk.export("export.csv", *(ERROR | {"operator": name, "[/y]\x1b[0m": ""} for name in names))
    done = cli("audit", "export.csv", "--reveal", COLUMNS=width)
    assert (done.code, done.err) == (1, "")
    assert not re.search("[\x1b\x9b\u202e]", done.out)
    assert "[bold]x[/bold]" in done.out
    assert "[/x]" in done.out


@pytest.mark.parametrize("path", ["folder", "vina.csv", "\x1b[31mnowhere.csv"])
def test_messages_print_foreign_text_as_text(desk: Desk, cli: Command, path) -> None:
    desk.write("folder/\x1b[31mred.md", "passed over")
    desk.export("folder/vina.csv")
    desk.write("vina.csv", "\x1b]0;a header that renames the window\x07,b\n1,2\n")
    done = cli("audit", path)
    assert done.err
    assert "\x1b" not in done.err


def test_quiet_prints_errors_only(desk: Desk, cli: Command) -> None:
    desk.export("folder/vina.csv", ERROR)
    done = cli("audit", "folder", "--quiet", "--findings", "f.csv")
    assert (done.code, done.out, done.err) == (1, "", "--fail-on error is not met: 1 finding\n")
    done = cli("audit", "folder", "nowhere.csv", "-q", "--format", "json")
    assert done.document["totals"]["records"] == 1
    assert done.err.startswith("nowhere.csv: ")


def test_what_was_passed_over_is_said(desk: Desk, cli: Command) -> None:
    desk.export("folder/vina.csv")
    desk.write("folder/readme.md", "x")
    err = cli("audit", "folder", "folder/vina.csv").err
    assert "readme.md" in err
    assert "read once: folder/vina.csv" in err
