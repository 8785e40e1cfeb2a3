"""`init` writes settings from a folder, and an audit by them is the audit that the long command asks for."""

from __future__ import annotations

import gzip
import tomllib
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from helpers.desks import Desk
from helpers.encodings import windows_1258
from helpers.exports import table
from helpers.outcomes import Command, one_message
from helpers.people import ERROR, GOOD, people, person
from thuebao.engine.settings import KEYS, read_settings


@pytest.fixture
def six(desk: Desk) -> Desk:
    """Return a folder of six files: one needs a mapping, one a name, and one cannot be read."""
    folder = desk.path / "exports"
    desk.export("exports/Viettel tháng 10.csv", *people(3))
    (folder / "itel.csv.gz").write_bytes(gzip.compress(table(people(3, 3)).encode()))
    book = openpyxl.Workbook()
    book.active.append(["Danh sách"])
    book.active.append(list(ERROR))
    book.active.append(list(ERROR.values()))
    book.save(folder / "mobifone.xlsx")
    renamed = [{{"msisdn": "KH_SoTB"}.get(c, c): v for c, v in p.items()} | {"operator": "VNM"} for p in people(6, 9)]
    pl.DataFrame(renamed).write_parquet(folder / "q3.parquet")
    desk.write("exports/dulieu.csv", windows_1258(table([person(20)])))
    desk.write("exports/vinaphone.docx", "not an export")
    desk.write("exports/vinaphone.csv", b"PK\x03\x04 a document")
    return desk


def test_an_audit_by_init_is_that_of_the_long_command(six: Desk, cli: Command) -> None:
    done = cli("init", "exports/")
    assert (done.code, done.out) == (0, "")
    assert "thuebao.toml, for 6 files" in done.err
    by_settings = cli("audit", "--format", "json", "--as-of", "2026-11-23")
    Path("thuebao.toml").unlink()
    long = cli("audit", "exports/", "--format", "json", "--as-of", "2026-11-23")
    assert by_settings.out == long.out
    assert by_settings.code == long.code == 3
    assert by_settings.err.splitlines() == ["Settings: thuebao.toml", *long.err.splitlines()]
    assert len(long.document["inputs"]) == 4


def test_what_is_found_stands_in_comments(six: Desk, cli: Command) -> None:
    done = cli("init", "exports/")
    assert done.err.splitlines()[1:] == [
        "Files of which nothing says whose they are: 1. Fill in [operators] in thuebao.toml.",
        "Files with headers that need a mapping: 1. See the comments in thuebao.toml.",
        "Files that could not be read: 1. See the comments in thuebao.toml.",
    ]
    text = Path("thuebao.toml").read_text("utf-8")
    for line in (
        "# exports/Viettel tháng 10.csv: Viettel, by the name of the file or its folder",
        "# exports/q3.parquet: each record says whose it is (operator column)",
        "# exports/dulieu.csv: nothing says whose it is",
        "# would not be counted: exports/vinaphone.csv: ",
        'mapping file: 1. Write one with: thuebao columns "exports/q3.parquet" --save "q3.toml"',
        "#     KH_SoTB → msisdn (9",
        '# "dulieu.csv" = "…"',
    ):
        assert line in text
    assert person(0)["msisdn"] not in text
    assert tomllib.loads(text) == {"inputs": ["exports/"], "language": "en", "operators": {}}
    assert Path("thuebao.toml").stat().st_mode & 0o077 == 0


def test_filled_in_it_counts_what_it_named(six: Desk, cli: Command) -> None:
    cli("init", "exports/")
    path = Path("thuebao.toml")
    path.write_text(path.read_text("utf-8").replace('# "dulieu.csv" = "…"', '"dulieu.csv" = "Vietnamobile"'), "utf-8")
    cli("columns", "exports/q3.parquet", "--save", "q3.toml")
    Path("q3.toml").write_text(Path("q3.toml").read_text("utf-8").replace("# files", "files"), "utf-8")
    path.write_text(path.read_text("utf-8").replace('# mappings = ["viettel.toml"]', 'mappings = ["q3.toml"]'), "utf-8")
    document = cli("audit", "--format", "json").document
    assert {one["path"] for one in document["inputs"]} >= {"exports/dulieu.csv", "exports/q3.parquet"}
    [mapped] = [one for one in document["inputs"] if one["path"] == "exports/q3.parquet"]
    assert mapped["columns"]["msisdn"] == "KH_SoTB"


@pytest.mark.parametrize("lang", ["en", "vi"])
def test_every_example_in_it_can_be_used(six: Desk, cli: Command, lang) -> None:
    cli("init", "exports/", "--lang", lang)
    path = Path("thuebao.toml")
    names = tuple(f"# {key.name} = " for key in KEYS)
    lines = path.read_text("utf-8").splitlines()
    used = [line[2:] if line.startswith((*names, "# [")) else line for line in lines]
    path.write_text("\n".join(used), "utf-8")
    settings = read_settings("thuebao.toml")
    said = {*settings.options, *settings.command, "paths"}
    assert said == {key.option for key in KEYS}
    assert settings.command["language"] == lang


def test_it_replaces_nothing_unless_it_is_told_to(six: Desk, cli: Command) -> None:
    six.write("thuebao.toml", "# mine")
    done = cli("init", "exports/")
    assert done.code == 2
    one_message(done, "thuebao.toml", "already exists", "--force")
    assert Path("thuebao.toml").read_text() == "# mine"
    assert cli("init", "exports/", "--force").code == 0
    assert "inputs" in Path("thuebao.toml").read_text("utf-8")


def test_a_file_elsewhere_sees_the_exports_from_there(six: Desk, cli: Command) -> None:
    (six.path / "conf").mkdir()
    assert cli("init", "exports/", "--config", "conf/nightly.toml").code == 0
    assert read_settings("conf/nightly.toml").inputs == ("conf/../exports",)
    assert cli("audit", "--config", "conf/nightly.toml", "--format", "json").document["totals"]["records"] > 0


def test_exports_elsewhere_need_a_named_file(six: Desk, cli: Command, monkeypatch) -> None:
    (six.path / "work").mkdir()
    monkeypatch.chdir(six.path / "work")
    done = cli("init", "../exports")
    assert done.code == 2
    one_message(done, "../exports", "--config")
    assert not list(Path().iterdir())
    assert cli("init", "../exports", "--config", "s.toml").code == 0
    assert cli("audit", "--config", "s.toml").code == 3


@pytest.mark.parametrize(("path", "code"), [("nowhere/", 3), ("*.nothing", 3), ("empty", 3)])
def test_nothing_found_is_no_settings(desk: Desk, cli: Command, path, code) -> None:
    (desk.path / "empty").mkdir()
    done = cli("init", path)
    assert done.code == code
    one_message(done, path)
    assert desk.files() == set()


def test_names_from_a_folder_stay_within_their_line(desk: Desk, cli: Command) -> None:
    desk.export('exports/a"\nb = 1\n\x1b[31m.csv', GOOD)
    assert cli("init", "exports/").code == 0
    text = Path("thuebao.toml").read_text("utf-8")
    assert "\x1b" not in text
    assert tomllib.loads(text) == {"inputs": ["exports/"], "language": "en", "operators": {}}
