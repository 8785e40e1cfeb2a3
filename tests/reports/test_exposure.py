"""--exposure in reports: each figure with what is to be borne in mind, each carrier its own, known as our own files."""

from __future__ import annotations

import json

import openpyxl
import pytest

from helpers.desks import Desk
from helpers.outcomes import Command
from helpers.pages import parsed, rows, said
from helpers.people import person

OPTIONS = ("--as-of", "2026-11-23", "--exposure")
CAVEATS = ("inferred", "alternatives", "half", "1 year", "when detected", "not multiplied")


def record(n: int, **changes: str) -> dict[str, str]:
    moments = dict.fromkeys(("registered_at", "portrait_taken_at", "service_started_at"), f"02/08/2026 09:{n:02}")
    return person(n) | moments | {"pos_kind": "Cửa hàng", "pos_code": "P1", "contract_number": ""} | changes


@pytest.fixture
def exports(desk: Desk) -> Desk:
    nameless = [record(n, full_name="", operator="Viettel") for n in range(12)]
    before = record(20, full_name="", operator="Viettel", registered_at="02/08/2025 09:00")
    clear = [record(n, status="", operator="MobiFone") for n in range(30, 33)]
    desk.export("exports/all.csv", *nameless, before, *clear)
    return desk


@pytest.mark.parametrize("length", ["short", "full"])
def test_the_page_has_what_is_to_be_borne_in_mind_beside_each_figure(exports: Desk, cli: Command, length: str) -> None:
    cli("audit", "exports", *OPTIONS, "--report", "out.html", "--length", length)
    page = parsed((exports.path / "out.html").read_text("utf-8"))
    found = rows(page, "fines")
    assert len(found) == 2
    by_operator = {row[0]: row for row in found}
    assert "20,000,000 to 40,000,000 VND" in by_operator["Viettel"][3]
    assert "180,000,000 to 200,000,000 VND" in by_operator["MobiFone"][3]
    assert all(words in row[-1] for row in found for words in CAVEATS)
    assert "12 different numbers" in by_operator["Viettel"][2]
    assert "10 to 12 months" in by_operator["Viettel"][4]
    assert "the text of Decree 15/2020 Art 33 is not at hand" in said(page)


def test_the_workbook_and_those_of_carriers(exports: Desk, cli: Command) -> None:
    cli("audit", "exports", *OPTIONS, "--report", "out.xlsx", "--per-operator", "each", "--by", "pos_kind")
    sheets = openpyxl.load_workbook(exports.path / "out.xlsx")
    table = [
        [cell for cell in row if cell is not None] for row in sheets["Fines provided for"].iter_rows(values_only=True)
    ]
    header, *found = table[2:]
    assert ("Least" in header, "Most" in header) == (True, True)
    viettel = next(row for row in found if row[0] == "Viettel")
    assert {20_000_000, 40_000_000, 12} <= {cell for cell in viettel if isinstance(cell, int)}
    for row in found:
        assert "one act is fined once" in row[-1] and "individuals half" in row[-1] and "inferred" in row[-2]
    own = openpyxl.load_workbook(exports.path / "each" / "MobiFone.xlsx")
    text = " ".join(str(cell) for row in own["Fines provided for"].iter_rows(values_only=True) for cell in row)
    assert "MobiFone" in text and "Viettel" not in text
    plain = openpyxl.load_workbook(_without(exports, cli))
    assert "Fines provided for" not in plain.sheetnames


def _without(exports: Desk, cli: Command) -> str:
    cli("audit", "exports", "--as-of", "2026-11-23", "--report", "plain.xlsx")
    return str(exports.path / "plain.xlsx")


@pytest.mark.parametrize("by", [(), ("--by", "pos_kind")])
def test_what_it_writes_is_known_as_ours(exports: Desk, cli: Command, by: tuple[str, ...]) -> None:
    options = (*OPTIONS, *by, "--show", "DUP131")
    cli("audit", "exports", *options, "--report", "out.xlsx", "--report", "out.html")
    document = cli("audit", "exports", *options, "--format", "json").out
    for name in ("out.xlsx", "out.html"):
        exports.write(f"exports/{name}", (exports.path / name).read_bytes())
    exports.write("exports/out.json", document)
    again = json.loads(cli("audit", "exports", *options, "--format", "json").out)
    assert {(p["path"], p["reason"]) for p in again["files_passed_over"]} == {
        (f"exports/out.{kind}", "own") for kind in ("xlsx", "html", "json")
    }
    assert again["exposure"] == json.loads(document)["exposure"]
    # With a key of its own it is anything.
    changed = json.loads(document)
    changed["exposure"]["rows"][0]["people"] = [{"name": "An"}]
    exports.write("exports/out.json", json.dumps(changed, ensure_ascii=False, indent=1))
    again = json.loads(cli("audit", "exports", *options, "--format", "json").out)
    assert ("exports/out.json", "own") not in {(p["path"], p["reason"]) for p in again["files_passed_over"]}


def test_in_vietnamese(exports: Desk, cli: Command) -> None:
    outcome = cli("audit", "exports", *OPTIONS, "--full", "--lang", "vi")
    said_in_full = " ".join(outcome.out.split())
    assert "20.000.000 đến 40.000.000 VND cho 12 số thuê bao khác nhau" in said_in_full
    assert "Cung cấp dịch vụ cho thuê bao có thông tin thuê bao không đầy đủ" in said_in_full
    assert "một hành vi chỉ bị phạt một lần" in said_in_full
    assert "chưa có toàn văn Điều 33 Nghị định 15/2020/NĐ-CP" in said_in_full


def test_the_environment_asks_for_it_too(exports: Desk, cli: Command) -> None:
    options = ("audit", "exports", "--as-of", "2026-11-23", "--format", "json")
    assert "exposure" in json.loads(cli(*options, THUEBAO_EXPOSURE="1").out)
    assert "exposure" not in json.loads(cli(*options, THUEBAO_EXPOSURE="0").out)
