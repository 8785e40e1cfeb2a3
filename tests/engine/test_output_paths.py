"""No output takes the place of what is read or of another output, by whatever name; a manifest has every option."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

import thuebao
from thuebao.results.own import tables
from thuebao.sources import Stored

AUDIT = ("audit", "vina.csv", "--as-of", "2026-11-23", "--reveal", "--fail-on", "never", "-q")


@pytest.fixture
def last(desk: Any, cli: Any) -> bytes:
    """Findings of an earlier audit, under several names."""
    desk.export("vina.csv")
    assert cli(*AUDIT, "--findings", "last.csv").code == 0
    Path("sub").mkdir()
    Path("link.csv").symlink_to("last.csv")
    os.link("last.csv", "hard.csv")
    Path("folder").symlink_to(".", target_is_directory=True)
    return Path("last.csv").read_bytes()


@pytest.mark.parametrize(
    "name", ["last.csv", "sub/../last.csv", "./last.csv", "link.csv", "hard.csv", "folder/last.csv"]
)
@pytest.mark.parametrize("option", ["--findings", "--rejects"])
def test_a_baseline_is_not_replaced(cli: Any, last: bytes, option: str, name: str) -> None:
    done = cli(*AUDIT, "--baseline", "last.csv", option, name)
    assert done.code == 2
    assert name.removeprefix("./") in done.err
    assert Path("last.csv").read_bytes() == last


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("--findings", "new.csv"), ("--rejects", "sub/../new.csv")),
        (("--findings", "new.csv"), ("--rejects", "folder/new.csv")),
        (("--report", "new.html"), ("--report", "sub/../new.html")),
        (("--report", "new.xlsx"), ("--report", "folder/new.xlsx")),
    ],
)
def test_no_two_outputs_are_one_file(
    cli: Any, desk: Any, last: bytes, first: tuple[str, str], second: tuple[str, str]
) -> None:
    before = desk.files()
    done = cli(*AUDIT, *first, *second)
    assert done.code == 2
    assert desk.files() == before


@pytest.mark.parametrize("kind", ["file", "link", "link to nothing"])
@pytest.mark.parametrize(
    ("option", "name"),
    [
        ("--findings", "there.csv"),
        ("--findings", "there.parquet"),
        ("--rejects", "there.csv"),
        ("--report", "there.html"),
        ("--report", "there.xlsx"),
        ("--manifest", "there.json"),
    ],
)
def test_what_is_there_is_replaced_only_by_force(desk: Any, cli: Any, option: str, name: str, kind: str) -> None:
    desk.export("vina.csv")
    there = Path(name)
    if kind == "file":
        there.write_text("mine", "utf-8")
    else:
        there.symlink_to("mine.txt")
        if kind == "link":
            Path("mine.txt").write_text("mine", "utf-8")
    before = desk.files()
    done = cli(*AUDIT, option, name)
    assert (done.code, done.out) == (2, "")
    assert name in done.err
    assert "--force" in done.err
    assert desk.files() == before
    assert kind == "link to nothing" or there.read_text("utf-8") == "mine"
    assert cli(*AUDIT, option, name, "--force").code == 0
    assert there.read_bytes()[:4] != b"mine"
    assert not there.is_symlink()


def test_a_signature_that_is_there_is_replaced_only_by_force(desk: Any, cli: Any) -> None:
    desk.export("vina.csv")
    desk.write("m.json.p7s", "mine")
    assert cli(*AUDIT, "--manifest", "m.json").code == 2
    assert Path("m.json.p7s").read_text("utf-8") == "mine"
    assert not Path("m.json").exists()
    assert cli(*AUDIT, "--manifest", "m.json", "--force").code == 0


def test_an_audit_in_python_replaces_nothing_unasked(desk: Any) -> None:
    desk.export("vina.csv")
    desk.write("f.csv", "mine")
    with pytest.raises(thuebao.UsageError, match=r"f\.csv"):
        thuebao.audit("vina.csv", findings="f.csv")
    assert Path("f.csv").read_text("utf-8") == "mine"
    thuebao.audit("vina.csv", findings="f.csv", force=True)
    assert Path("f.csv").read_text("utf-8") != "mine"


@pytest.mark.parametrize("given", [("--rules", "own"), ("--mapping", "own/columns.csv")])
def test_what_an_audit_rests_on_is_not_replaced(desk: Any, cli: Any, last: bytes, given: tuple[str, str]) -> None:
    desk.write("own/columns.csv", '[columns]\nmsisdn = "msisdn"\n')
    desk.write("own/columns.toml", "")
    target = "own/columns.csv" if given[0] == "--mapping" else "own/../own/columns.toml"
    before = Path(target).read_bytes()
    assert cli(*AUDIT, *given, "--rejects" if target.endswith("csv") else "--findings", target).code == 2
    assert Path(target).read_bytes() == before


@pytest.mark.parametrize(
    "given",
    [
        {"operator": "number"},
        {"operator": "table", "law": "auto"},
        {"made-by": "table", "max-rejected": "1%", "key": "number", "format": "table"},
        {"temp-dir": ".", "show": "DUP121", "set": "DUP141.threshold=10"},
    ],
)
def test_a_manifest_has_the_options_that_were_given(desk: Any, cli: Any, given: dict[str, str]) -> None:
    # Some of them are worded like a default of this option or of another one.
    desk.export("export.csv")
    options = {"operator": "VinaPhone", "manifest": "m.json", "fail-on": "never"} | given
    done = cli("audit", "export.csv", "-q", *(word for name, value in options.items() for word in (f"--{name}", value)))
    assert done.code == 0, done.err
    assert json.loads(Path("m.json").read_text("utf-8"))["options"] == options


def test_a_manifest_has_no_option_that_was_not_given(desk: Any, cli: Any) -> None:
    desk.export("vina.csv")
    assert cli("audit", "vina.csv", "-q", "--manifest", "m.json").code == 0
    assert json.loads(Path("m.json").read_text("utf-8"))["options"] == {"manifest": "m.json"}


def test_findings_that_are_replaced_are_read_only_where_they_stand_among_the_exports(
    desk: Any, cli: Any, last: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading them to their end, as recognising them takes, is as long as a good part of the audit."""
    read: list[str] = []
    is_list = tables.is_list

    def noted(stored: Stored) -> bool:
        read.append(stored.file.name)
        return is_list(stored)

    monkeypatch.setattr(tables, "is_list", noted)
    assert cli(*AUDIT, "--findings", "last.csv", "--force").code == 0
    assert Path("last.csv").read_bytes() == last
    assert read == ["vina.csv"]
    assert cli("audit", ".", *AUDIT[2:], "--findings", "last.csv", "--force").code == 0
    assert Path("last.csv").read_bytes() == last
    assert "last.csv" in read
