"""One audit a night: all findings, what is new in them, how the counts differ from last night's, and one gate."""

from __future__ import annotations

import json
from collections import Counter

import openpyxl
import polars as pl
import pytest

from helpers.desks import Desk
from helpers.outcomes import Command, one_message
from helpers.people import AS_OF, ERROR, GOOD, INFO, NAMELESS, person

DAY = ("--as-of", AS_OF, "--select", "PER")
KINDS = {
    "number": ("--reveal",),
    "record": ("--key", "record"),
    "keyed": ("--key-file", "secret.key"),
    "hash": ("--key", "hash", "--key-file", "secret.key"),
}


@pytest.fixture
def nights(desk: Desk, cli: Command) -> Desk:
    """Last night's findings of each kind and result, and tonight's export: one error more, and one mended."""
    desk.write("secret.key", "0123456789abcdef" * 4)
    (desk.path / "secret.key").chmod(0o600)
    desk.export("vina.csv", ERROR, GOOD, INFO, person(5) | NAMELESS)
    for kind, options in KINDS.items():
        cli("audit", "vina.csv", *DAY, *options, "--findings", f"{kind}.csv", "-q")
    desk.write("last.json", cli("audit", "vina.csv", *DAY, "--format", "json").out)
    desk.export("vina.csv", ERROR, GOOD | NAMELESS, INFO, person(5))
    return desk


def found(desk: Desk, name: str) -> Counter[tuple[str, str]]:
    """Return the findings of a file: record and code."""
    path = desk.path / name
    if path.suffix == ".xlsx":
        rows = list(openpyxl.load_workbook(path).active.iter_rows(min_row=2, values_only=True))
        return Counter((str(row[3]), str(row[6])) for row in rows)
    rows = desk.rows(name) if path.suffix == ".csv" else pl.read_parquet(path).to_dicts()
    return Counter((str(row["record"]), row["code"]) for row in rows)


@pytest.mark.parametrize("ending", ["csv", "parquet", "xlsx"])
@pytest.mark.parametrize("kind", KINDS)
def test_all_findings_and_the_new_ones_in_one_audit(nights: Desk, cli: Command, kind, ending) -> None:
    some = ("audit", "vina.csv", *DAY, *KINDS[kind])
    both = ("--findings", f"all.{ending}", "--new-findings", f"new.{ending}")
    done = cli(*some, "--baseline", f"{kind}.csv", *both, "--fail-on", "PER101:0")
    assert done.code == 1
    assert found(nights, f"new.{ending}") == Counter({("2", "PER101"): 1})
    assert found(nights, f"all.{ending}") == Counter({("1", "PER101"): 1, ("2", "PER101"): 1, ("3", "PER104"): 1})
    assert f"Findings: all.{ending}" in done.err
    assert f"New findings: new.{ending}" in done.err
    assert cli(*some, "--baseline", f"{kind}.csv", "--fail-on", "PER101:1").code == 0
    # All findings are tomorrow's baseline: nothing is new against them.
    if ending != "xlsx":
        again = cli(*some, "--baseline", f"all.{ending}", "--new-findings", "none.csv", "--fail-on", "info:0")
        assert (again.code, nights.rows("none.csv")) == (0, [])


def test_all_findings_are_those_of_an_audit_without_a_baseline(nights: Desk, cli: Command) -> None:
    some = ("audit", "vina.csv", *DAY, "--reveal", "-q")
    cli(*some, "--findings", "plain.csv")
    cli(*some, "--baseline", "number.csv", "--findings", "all.csv")
    assert (nights.path / "all.csv").read_bytes() == (nights.path / "plain.csv").read_bytes()


def test_a_keyed_baseline_holds_no_plain_number(nights: Desk) -> None:
    plain = (nights.path / "number.csv").read_text("utf-8")
    keyed = (nights.path / "keyed.csv").read_text("utf-8")
    numbers = {row["msisdn"] for row in nights.rows("number.csv")}
    assert all(number in plain and number not in keyed for number in numbers)


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--new-findings", "new.csv"), 2, "--baseline"),
        (("--baseline", "number.csv", "--key", "hash", "--reveal"), 2, "--key-file"),
        (("--baseline", "number.csv", "--key-file", "secret.key"), 3, "number.csv"),
        (("--baseline", "number.csv", "--reveal", "--new-findings", "number.csv"), 2, "number.csv"),
        (("--baseline", "number.csv", "--reveal", "--new-findings", "there.csv"), 2, "--force"),
        (("--compare-with", "nowhere.json"), 3, "nowhere.json"),
        (("--compare-with", "vina.csv"), 3, "vina.csv"),
        (("--compare-with", "last.json", "--manifest", "last.json"), 2, "last.json"),
        (("--fail-on", "worse"), 2, "--compare-with"),
    ],
)
def test_what_does_not_go_together_is_refused(nights: Desk, cli: Command, options, code, said) -> None:
    nights.write("there.csv", "mine")
    before = nights.files()
    done = cli("audit", "vina.csv", *DAY, *options)
    assert (done.code, done.out) == (code, "")
    one_message(done, said)
    assert nights.files() == before


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_an_audit_is_compared_with_an_earlier_result(nights: Desk, cli: Command, form) -> None:
    nights.export("vina.csv", ERROR, GOOD | NAMELESS, person(8) | NAMELESS, person(5))
    some = ("audit", "vina.csv", *DAY, "--format", form, "--compare-with", "last.json")
    done = cli(*some, "--fail-on", "never")
    assert done.code == 0
    # PER101: 2 before, 3 now; PER104: 1 before, 0 now.
    assert "Against last.json: rules with more violations: 1, with fewer: 1: VinaPhone PER101 +1" in done.err
    assert cli(*some, "--fail-on", "worse").code == 1
    assert cli(*some, "--fail-on", "worse,PER101:3").code == 1
    failed = cli("audit", "vina.csv", *DAY, "--compare-with", "last.json", "--fail-on", "worse", "-q")
    assert (failed.code, failed.out) == (1, "")
    assert "worse" in failed.err


def test_what_did_not_get_worse_passes(nights: Desk, cli: Command) -> None:
    done = cli("audit", "vina.csv", *DAY, "--compare-with", "last.json", "--fail-on", "worse", "--full")
    assert done.code == 0
    assert "rules with more violations: 0, with fewer: 0" in done.err


def test_an_audit_counts_worse_as_compare_does(nights: Desk, cli: Command) -> None:
    nights.export("vina.csv", ERROR, GOOD | NAMELESS, person(8) | NAMELESS, person(5))
    some = ("audit", "vina.csv", *DAY, "--format", "json", "--compare-with", "last.json", "--fail-on", "worse")
    done = cli(*some)
    nights.write("now.json", done.out)
    rows = json.loads(cli("compare", "last.json", "now.json", "--format", "json").out)["operators"][0]["rules"]
    worse = sum(row["difference"] for row in rows if row["worse"])
    assert [v["counted"] for v in done.document["gate"]] == [worse, worse]


def test_everything_in_one_night(nights: Desk, cli: Command) -> None:
    """One audit gives what three did, and its manifest and result go with its findings."""
    some = ("audit", "vina.csv", *DAY, "--reveal", "--format", "json", "--manifest", "m.json")
    files = ("--findings", "all.csv", "--new-findings", "new.csv", "--baseline", "number.csv")
    done = cli(*some, *files, "--compare-with", "last.json", "--fail-on", "worse,PER101:1")
    assert done.code == 0
    nights.write("now.json", done.out)
    for result in ("now.json", "m.json"):
        lists = ("--new", f"{result}.csv", "--fixed", f"{result}-fixed.csv")
        compared = cli(
            "compare", "last.json", result, "--old-findings", "number.csv", "--new-findings", "all.csv", *lists
        )
        assert compared.code == 0
        assert (nights.path / f"{result}.csv").read_bytes() == (nights.path / "new.csv").read_bytes()
        assert found(nights, f"{result}-fixed.csv") == Counter({("4", "PER101"): 1})
    assert cli("verify", "m.json").code == 0
    manifest = json.loads((nights.path / "m.json").read_text("utf-8"))
    assert {read["name"] for read in manifest["read_beside"]} == {"baseline", "compare-with"}
    assert [o["name"] for o in manifest["outputs"]] == ["findings", "new_findings"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--new", "n.csv"), "--old-findings"),
        (("--old-findings", "number.csv", "--new-findings", "number.csv", "--new", "number.csv"), "number.csv"),
        (("--old-findings", "number.csv", "--new-findings", "number.csv", "--fixed", "there.csv"), "--force"),
        (
            ("--old-findings", "number.csv", "--new-findings", "number.csv", "--fixed", "n.csv", "--new", "./n.csv"),
            "one file",
        ),
        (("--old-findings", "number.csv", "--new-findings", "number.csv", "--fixed", "n.txt"), ".xlsx"),
    ],
)
def test_lists_of_a_comparison_replace_nothing(nights: Desk, cli: Command, options, said) -> None:
    nights.write("there.csv", "mine")
    before = nights.files()
    done = cli("compare", "last.json", "last.json", *options)
    assert (done.code, done.out) == (2, "")
    one_message(done, said)
    assert nights.files() == before


def test_findings_of_an_earlier_version_are_listed_too(nights: Desk, cli: Command) -> None:
    old = pl.read_csv(nights.path / "number.csv", infer_schema=False).drop("line", "sheet", "key")
    old.write_csv(nights.path / "old.csv")
    cli("audit", "vina.csv", *DAY, "--reveal", "--findings", "all.csv", "-q")
    nights.write("now.json", cli("audit", "vina.csv", *DAY, "--format", "json").out)
    lists = ("--new", "n.parquet", "--fixed", "f.parquet", "--fail-on", "never")
    done = cli("compare", "last.json", "now.json", "--old-findings", "old.csv", "--new-findings", "all.csv", *lists)
    assert done.code == 0, done.err
    assert found(nights, "n.parquet") == Counter({("2", "PER101"): 1})
    assert found(nights, "f.parquet") == Counter({("4", "PER101"): 1})
