"""What results tell of a person: no raw record where only columns are asked for, no length of a name, and how much is
left: the figure that the docs name."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import polars as pl
import pytest

import thuebao
from helpers.desks import Desk
from helpers.exports import table
from helpers.outcomes import Command
from helpers.people import people
from helpers.places import SAMPLES
from thuebao.base.errors import ThuebaoError

_WORDS = {
    "sex": ("Nam", "Nữ"),
    "nationality": ("Việt Nam", "Lào", "Hàn Quốc"),
    "status": ("Đang hoạt động", "Khóa 1 chiều", "Khóa 2 chiều"),
    "payment_type": ("Trả trước", "Trả sau"),
    "id_type": ("CCCD", "Hộ chiếu", "CMND", "Thẻ căn cước"),
}
RECORDS = [
    record | {name: words[n % len(words)] for name, words in _WORDS.items()} | {"address": f"thôn {n}, Ba Vì"}
    for n, record in enumerate(people(30))
]
DOCS = SAMPLES.parent / "docs"
NO_NUMBERS = ["full_name", "sex", "nationality", "status", "payment_type", "id_type", "address"]
"""Columns of which none tells a record by its digits."""


def headless(columns: list[str]) -> str:
    kept = [{name: record[name] for name in columns} for record in RECORDS]
    return table(kept).partition("\n")[2]


@pytest.mark.parametrize(
    "columns", [list(RECORDS[0]), ["id_type", *list(RECORDS[0])], NO_NUMBERS], ids=["all", "CCCD first", "no numbers"]
)
@pytest.mark.parametrize("ending", [".csv", ".tsv"])
def test_a_first_record_is_not_shown_as_a_header(desk: Desk, cli: Command, columns, ending) -> None:
    content = headless(columns)
    desk.write(f"vina{ending}", content.replace(",", "\t") if ending == ".tsv" else content)
    done = cli("columns", f"vina{ending}", "--save", "map.toml")
    said = done.out + done.err + "".join(path.read_text() for path in desk.path.glob("*.toml"))
    assert done.code == 3
    assert not [value for value in RECORDS[0].values() if len(value) > 3 and value in said]
    assert desk.files() == {f"vina{ending}"}
    shown = cli("columns", f"vina{ending}", "--reveal")
    assert shown.code == 0
    assert RECORDS[0]["full_name"] in shown.said


def test_numbers_among_the_codes_are_masked_in_a_mapping_too(desk: Desk, cli: Command) -> None:
    desk.write("vina.csv", table([record | {"status": record["msisdn"]} for record in RECORDS[:2]]))
    cli("columns", "vina.csv", "--save", "map.toml")
    written = (desk.path / "map.toml").read_text()
    assert "091*****" in written
    assert not [record for record in RECORDS if record["msisdn"] in written]


def test_headers_are_shown_as_they_are(desk: Desk, cli: Command) -> None:
    names = {"msisdn": "Số TB 202610", "full_name": "Họ tên", "id_number": "CCCD", "sex": "Cột 12345"}
    desk.write("vina.csv", table([{names[name]: record[name] for name in names} for record in RECORDS]))
    done = cli("columns", "vina.csv")
    assert done.code == 0
    assert "Cột 12345" in done.said


def test_stars_do_not_tell_how_long_a_value_is(desk: Desk, cli: Command) -> None:
    for n, name in enumerate(("Nguyễn 1", "Nguyễn Thị Hoàng Ngọc Bảo 1")):
        desk.write(f"{n} vina.csv", table([RECORDS[0] | {"full_name": name}]))
        cli("audit", f"{n} vina.csv", "--select", "PER102", "--findings", f"{n}.csv")
    assert {re.sub(r"[^*]", "", desk.rows(f"{n}.csv")[0]["value"]) for n in (0, 1)} == {"*****"}


@pytest.mark.parametrize("gone", [True, False])
def test_errors_of_the_library_are_our_own_and_hold_no_values(desk: Desk, gone) -> None:
    """Where findings are collected later, and the file has become another one or none."""
    desk.write("vina.csv", table([record | {"full_name": ""} for record in RECORDS]))
    result = thuebao.audit("vina.csv")
    if gone:
        Path("vina.csv").unlink()
    else:
        desk.write("vina.csv", table(RECORDS).replace("\n", "x\n\n", 1).replace(",", ";;,", 400))
    for collect in (result.findings.collect, lambda: result.findings.filter(pl.col("code") == "x").collect()):
        with pytest.raises(ThuebaoError) as raised:
            collect()
        told = str(raised.value) + repr(raised.value) + repr(raised.value.__cause__) + repr(raised.value.__context__)
        assert not [record for record in RECORDS if record["msisdn"] in told or record["full_name"] in told]


def test_the_docs_name_how_much_masking_leaves() -> None:
    """k-anonymity of the masked findings on the samples: carrier and masked number, as everybody sees them."""
    findings = thuebao.audit(SAMPLES, as_of=date(2026, 11, 23)).findings.collect()
    groups = findings.unique(["path", "record"]).group_by("operator", "msisdn").len()["len"]
    alone, records = int((groups == 1).sum()), int(groups.sum())
    share = f"{100 * alone / records:.0f}"
    for page, phrase in (
        ("inspectors.md", f"k = {groups.min()}: {alone} of {records} records ({share} %)"),
        ("inspectors.vi.md", f"k = {groups.min()}: {alone} trên {records} bản ghi ({share} %)"),
    ):
        said = " ".join((DOCS / page).read_text("utf-8").split())
        assert phrase in said
    said = " ".join((SAMPLES.parent / "SECURITY.md").read_text("utf-8").split())
    assert "pseudonymised" in said
