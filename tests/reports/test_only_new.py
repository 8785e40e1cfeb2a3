"""What is new since a baseline counts and is written; the rest is not."""

from __future__ import annotations

import openpyxl
import polars as pl
import pytest

from helpers import workbooks as books
from helpers.desks import Desk
from helpers.outcomes import Command, one_message
from helpers.people import ERROR, GOOD, INFO, NAMELESS
from helpers.reports import DAY


@pytest.mark.parametrize(("by", "kind"), [("number", "csv"), ("record", "parquet")])
def test_only_what_is_new_counts_and_is_written(vina: Desk, cli: Command, by, kind) -> None:
    options = {"number": ("--reveal",), "record": ("--key", "record")}[by]
    some = ("audit", "vina.csv", *DAY, "--select", "PER", *options)
    assert cli(*some, "--findings", f"old.{kind}").code == 1
    same = cli(*some, "--baseline", f"old.{kind}", "--new-findings", "new.csv")
    assert (same.code, vina.rows("new.csv")) == (0, [])
    assert f"2 findings, of which 0 are new against old.{kind}" in same.err
    # One more error; for the number's sake also in another order.
    records = [ERROR, GOOD | NAMELESS, INFO]
    vina.export("vina.csv", *(reversed(records) if by == "number" else records))
    more = cli(*some, "--baseline", f"old.{kind}", "--new-findings", f"new.{kind}", "--force", "--report", "a.xlsx")
    assert more.code == 1
    assert f"3 findings, of which 1 is new against old.{kind}" in more.err
    written = vina.path / f"new.{kind}"
    found = vina.rows(written.name) if kind == "csv" else pl.read_parquet(written).to_dicts()
    assert [(row["code"], int(row["record"])) for row in found] == [("PER101", 2)]
    book = openpyxl.load_workbook(vina.path / "a.xlsx")
    assert [row["Code"] for row in books.rows(book["Findings"])] == ["PER101"]
    # What is new may be no error.
    assert cli(*some, "--baseline", f"old.{kind}", "--fail-on", "error:1").code == 0
    assert cli(*some, "--baseline", f"old.{kind}", "--fail-on", "PER101:0").code == 1


@pytest.mark.usefixtures("unread")
@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--baseline", "masked.csv"), 2, "--reveal"),
        (("--baseline", "masked.csv", "--reveal"), 3, "masked"),
        (("--baseline", "masked.csv", "--reveal", "--findings", "masked.csv"), 2, "masked.csv"),
        (("--baseline", "nowhere.csv", "--reveal"), 3, "nowhere.csv"),
        (("--baseline", "vina.csv", "--reveal"), 3, "findings file"),
        (("--baseline", "a.txt", "--reveal"), 2, "a.txt"),
        (("--baseline", "masked.csv", "--key", "name"), 2, "name"),
    ],
)
def test_a_baseline_that_tells_nothing_apart_is_refused(vina: Desk, cli: Command, options, code, said) -> None:
    header = "path,record,operator,msisdn,code,name,severity,field,value,basis,group"
    vina.write("masked.csv", f"{header}\nvina.csv,1,VinaPhone,091*****79,PER101,name-missing,error,full_name,,x,\n")
    before = vina.files()
    done = cli("audit", "vina.csv", *DAY, *options)
    assert (done.code, done.out) == (code, "")
    one_message(done, said)
    assert vina.files() == before


def test_a_manifest_beside_a_baseline_goes_with_all_findings(vina: Desk, cli: Command) -> None:
    some = ("audit", "vina.csv", *DAY, "-q", "--reveal")
    cli(*some, "--findings", "old.csv", "--manifest", "old.json")
    vina.export("vina.csv", ERROR, GOOD | NAMELESS, INFO)
    cli(*some, "--baseline", "old.csv", "--findings", "new.csv", "--new-findings", "n.csv", "--manifest", "new.json")
    done = cli("compare", "old.json", "new.json", "--old-findings", "old.csv", "--new-findings", "new.csv")
    assert (done.code, done.err) == (1, "")  # it counts all, as its findings do: more than before
