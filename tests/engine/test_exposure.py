"""--exposure: clause by clause at the edges of each bracket, exact, never summed, never of law not at hand."""

from __future__ import annotations

import csv
import json
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import thuebao
from helpers.desks import Desk
from helpers.outcomes import Command
from helpers.people import person
from thuebao.engine.distinct import Distinct
from thuebao.results.exposure import Exposure
from thuebao.rulebook.book import read_rulebook
from thuebao.rulebook.read_fines import read_fines
from thuebao.rulebook.reference import rules_home

AS_OF = date(2026, 11, 23)
START = datetime(2026, 8, 1, 8)
MILLION = 1_000_000
# Typed from the decree's text (Article 34): last of the bracket, least, most in millions; None: and more.
NUMBERS = [(10, 10, 20), (20, 20, 40), (30, 40, 60), (40, 60, 80), (None, 80, 100)]
POINTS = [(2, 10, 20), (4, 20, 40), (6, 40, 60), (8, 60, 80), (None, 80, 100)]
# Clause 12, d to i, l to p: last of the range, months of no new subscribers.
NO_NEW_OF_NUMBERS = [
    (30, None),
    (40, (1, 2)),
    (100, (2, 3)),
    (200, (3, 4)),
    (300, (4, 5)),
    (400, (5, 6)),
    (None, (6, 7)),
]
NO_NEW_OF_POINTS = [(6, None), (8, (1, 2)), (10, (2, 3)), (12, (3, 4)), (14, (4, 5)), (16, (5, 6)), (None, (6, 7))]
NO_NEW_OF_APP = [(30, None), (40, (1, 2)), (50, (2, 3)), (60, (3, 4)), (70, (4, 5)), (80, (5, 6)), (None, (6, 7))]
ONLINE = {"pos_kind": "Trực tuyến"}
NO_HOUR = {"portrait_taken_at": "01/08/2026"}  # REG112


def record(n: int, **changes: str) -> dict[str, str]:
    """Return a person registered after 1 July 2026, at a shop of the carrier's own."""
    moment = f"{START + timedelta(minutes=7 * n):%d/%m/%Y %H:%M}"
    times = dict.fromkeys(("registered_at", "portrait_taken_at", "service_started_at"), moment)
    where = {"pos_kind": "Cửa hàng", "pos_code": "P1", "contract_number": ""}
    return person(n) | times | where | changes


def nameless(count: int) -> list[dict[str, str]]:
    return [record(n, full_name="") for n in range(count)]


def of_one(count: int, **changes: str) -> list[dict[str, str]]:
    """Return so many numbers beyond the third on one document."""
    one = {column: person(2000)[column] for column in ("id_number", "full_name")}
    return [record(n, **one, **changes) for n in range(count + 3)]


def exposed(desk: Desk, *records: dict[str, str], operator: str = "VinaPhone", **options: Any) -> dict[str, Exposure]:
    """Return what the law provides for, by clause and measure, for one operator."""
    desk.export("export.csv", *records)
    found = thuebao.audit("export.csv", **{"operator": operator, "as_of": AS_OF, "exposure": True} | options)
    assert found.exposure is not None
    return {f"{row.fine} {row.measure}": row for row in found.exposure.rows}


def at(ladder: list[tuple[int | None, Any, Any]] | list[tuple[int | None, Any]], count: int) -> tuple[Any, ...]:
    """Return what a table typed in this file has for a count."""
    return next(tuple(rest) for last, *rest in ladder if last is None or count <= last)


def edges(*ladders: list[tuple[Any, ...]]) -> list[int]:
    """Return 1, and each last of a range with the one behind it."""
    lasts = {last for ladder in ladders for last, *_ in ladder if last is not None}
    return sorted({1, *lasts, *(last + 1 for last in lasts)})


def months(row: Exposure, kind: str) -> tuple[int, int] | None:
    """Return the months of what is provided for beside the fine, by a word of it."""
    of = [s.months for s in row.sanctions if kind in s.title["en"]]
    assert len(of) <= 1
    return of[0] if of else None


NUMBER_CASES: dict[str, tuple[Callable[[int], list[dict[str, str]]], int]] = {
    "34-3a": (nameless, 1),  # suspension of the numbers from so many on: clause 12(b)
    "34-3b": (lambda n: of_one(n, contract_number="H1", **ONLINE), 11),
    "34-3c": (lambda n: of_one(n, contract_number="H1", pos_kind="Đại lý"), 11),
}


@pytest.mark.parametrize("count", edges(NUMBERS, NO_NEW_OF_NUMBERS))
@pytest.mark.parametrize("clause", NUMBER_CASES)
def test_clauses_3_and_4_at_the_edges_of_each_bracket(desk: Desk, clause: str, count: int) -> None:
    records, suspended_from = NUMBER_CASES[clause]
    row = exposed(desk, *records(count))[f"{clause} number"]
    least, most = at(NUMBERS, count)
    assert (row.count, row.least, row.most) == (count, least * MILLION, most * MILLION)
    assert months(row, "new subscribers") == at(NO_NEW_OF_NUMBERS, count)[0]
    assert months(row, "Service of the numbers") == ((10, 12) if count >= suspended_from else None)
    assert any("100,000" in s.title["en"] for s in row.sanctions)  # clause 13


@pytest.mark.parametrize("count", edges(POINTS, NO_NEW_OF_POINTS))
def test_clauses_5_and_6_by_points_of_sale(desk: Desk, count: int) -> None:
    # Two records each: it is points that count.
    rows = exposed(desk, *(record(n, pos_code=f"P{n // 2}", **NO_HOUR) for n in range(2 * count)))
    least, most = at(POINTS, count)
    row = rows["34-5d point"]
    assert (row.count, row.least, row.most) == (count, least * MILLION, most * MILLION)
    assert months(row, "new subscribers") == at(NO_NEW_OF_POINTS, count)[0]
    assert months(row, "Service of the numbers") is None
    assert "34-5d app_number" not in rows


@pytest.mark.parametrize("count", edges(NUMBERS, NO_NEW_OF_APP))
def test_clauses_5_and_6_by_numbers_registered_with_the_app(desk: Desk, count: int) -> None:
    rows = exposed(desk, *(record(n, **NO_HOUR, **ONLINE) for n in range(count)))
    least, most = at(NUMBERS, count)
    row = rows["34-5d app_number"]
    assert (row.count, row.least, row.most) == (count, least * MILLION, most * MILLION)
    assert months(row, "new subscribers") == at(NO_NEW_OF_APP, count)[0]
    assert "34-5d point" not in rows


@pytest.mark.parametrize(
    ("clause", "defect", "least", "most"),
    [
        ("34-11b enterprise", {"status": ""}, 180, 200),
        ("34-9c enterprise", {"first_notice_at": "01/09/2026"}, 80, 100),
        ("26-4 act", {"service_started_at": "02/07/2026"}, 40, 50),
    ],
)
@pytest.mark.parametrize("count", [1, 41])
def test_what_is_fined_whatever_the_count(desk: Desk, clause, defect, least, most, count) -> None:
    usual = {"first_notice_at": "", "info_updated_at": ""}
    row = exposed(desk, *(record(n, **usual | defect) for n in range(count)))[clause]
    assert (row.count, row.least, row.most) == (count, least * MILLION, most * MILLION)
    assert months(row, "new subscribers") == (None if clause.startswith("26") else (1, 3))


def test_a_lacking_column_is_of_the_database(desk: Desk) -> None:
    records = [{k: v for k, v in record(n).items() if k != "status"} for n in range(2)]
    row = exposed(desk, *records)["34-11b enterprise"]
    assert (row.count, row.files, row.least, row.codes) == (0, 1, 180 * MILLION, ("EXP101",))
    # The database is as it is on the day of the audit.
    row = exposed(desk, *records, as_of=date(2026, 6, 30))["34-11b enterprise"]
    assert (row.files, row.before, row.least) == (0, 1, None)


@pytest.mark.parametrize("count", [10, 11, 20, 21])
def test_the_command_says_the_same(desk: Desk, process: Command, count: int) -> None:
    desk.export("vina.csv", *nameless(count))
    options = ("--operator", "VinaPhone", "--as-of", AS_OF, "--exposure")
    document = json.loads(process("audit", "vina.csv", *options, "--format", "json", "-q").out)
    (row,) = (row for row in document["exposure"]["rows"] if row["fine"] == "34-3a")
    least, most = (amount * MILLION for amount in at(NUMBERS, count))
    assert (row["count"], row["least"], row["most"]) == (count, least, most)
    assert row["bracket"]["provision"] == (
        "khoản 3" if count == 10 else "điểm a khoản 4" if count < 21 else "điểm b khoản 4"
    )
    assert row["trust"] == "verbatim" and row["mapping_trust"] == "inferred"
    assert [caveat["id"] for caveat in row["caveats"]] == [
        *("inferred", "alternative", "individuals", "limitation", "continuing", "not_multiplied")
    ]
    said = process("audit", "vina.csv", *options).out
    assert f"{least:,}–{most:,}" in said
    # What is to be borne in mind stands with it.
    for words in (
        "amounts read word by word",
        "inferred",
        "alternatives, not on top",
        "half",
        "1 year",
        "when detected",
    ):
        assert words in " ".join(said.split())


def test_numbers_are_counted_once_and_in_current_form(desk: Desk) -> None:
    old_form = {"msisdn": "84" + person(0)["msisdn"][1:]}
    row = exposed(desk, *nameless(10), record(0, full_name="", **old_form))["34-3a number"]
    assert (row.count, row.least) == (10, 10 * MILLION)


def test_records_without_a_usable_number_are_counted_apart(desk: Desk) -> None:
    unusable = [record(n, full_name="", msisdn=given) for n, given in ((20, ""), (21, "12345"), (22, "12345"))]
    row = exposed(desk, *nameless(10), *unusable)["34-3a number"]
    assert (row.count, row.unidentified, row.least) == (10, 3, 10 * MILLION)
    row = exposed(desk, *unusable)["34-3a number"]
    assert (row.count, row.unidentified, row.bracket, row.least, row.most) == (0, 3, None, None, None)


def test_numbers_of_devices_are_numbers_in_their_own_form(desk: Desk) -> None:
    device = {"connection_kind": "M2M", "msisdn": "0912345678901", "full_name": "", "portrait_ref": ""}
    rows = exposed(desk, *(record(n, registered_at="", **device) for n in range(2)), record(5, connection_kind=""))
    row = rows["34-3a number"]
    assert (row.undated, row.unidentified) == (1, 0)
    rows = exposed(desk, *(record(n, document_scan_ref="", **device) for n in range(2)), record(5, connection_kind=""))
    assert (rows["34-3a number"].count, rows["34-3a number"].unidentified) == (1, 0)


def test_a_file_that_is_read_twice_counts_once(desk: Desk) -> None:
    # Month first: days up to the twelfth are others at first, then the column counts as absent: nobody's day is known.
    days = [
        f"{month:02}/{day:02}/2026 09:{n:02}"
        for n, (month, day) in enumerate((m, d) for m in (5, 8) for d in range(1, 29))
    ]
    records = [record(n, full_name="", registered_at=day) for n, day in enumerate(days)]
    desk.export("export.csv", *records)
    found = thuebao.audit("export.csv", operator="VinaPhone", as_of=AS_OF, exposure=True)
    assert "EXP107" in {finding.code for finding in found.export_findings}
    (row,) = (row for row in found.exposure.rows if row.fine == "34-3a")
    assert (row.count, row.before, row.undated) == (0, 0, len(records))


def test_points_without_a_code_are_told_apart_by_their_address(desk: Desk) -> None:
    where = {"pos_code": "", "pos_name": "Cửa hàng"}
    shops = [record(n, **NO_HOUR, **where, pos_address=f"{n} Lê Lợi, Hà Nội") for n in range(3)]
    assert exposed(desk, *shops)["34-5d point"].count == 3
    nowhere = [record(9, **NO_HOUR, pos_code="", pos_name="", pos_address="")]
    row = exposed(desk, *shops, *nowhere)["34-5d point"]
    assert (row.count, row.unidentified) == (3, 1)


def registered(n: int, day: str) -> dict[str, str]:
    moments = dict.fromkeys(("registered_at", "service_started_at"), day and f"{day} 09:00")
    return record(n, full_name="", **moments)


def test_acts_before_the_law_at_hand_are_not_computable(desk: Desk, cli: Command) -> None:
    rows = [registered(n, "30/06/2026") for n in range(12)]
    row = exposed(desk, *rows)["34-3a number"]
    assert (row.count, row.before, row.undated, row.bracket, row.least, row.most) == (0, 12, 0, None, None, None)
    row = exposed(desk, *rows, registered(12, "01/07/2026"))["34-3a number"]
    assert (row.count, row.before, row.least) == (1, 12, 10 * MILLION)  # never in the bracket of 13
    # A day that is not known, and one after the audit.
    row = exposed(desk, registered(0, ""), registered(1, "24/11/2026"), registered(2, "23/11/2026"))["34-3a number"]
    assert (row.count, row.before, row.undated) == (1, 0, 2)
    desk.export("vina.csv", *rows)
    said = cli("audit", "vina.csv", "--operator", "VinaPhone", "--as-of", AS_OF, "--exposure", "--full").out
    assert "12 of acts before 2026-07-01: not computable: the text of Decree 15/2020 Art 33 is not at hand" in " ".join(
        said.split()
    )


def test_clauses_are_never_summed(desk: Desk, cli: Command) -> None:
    both = [record(n, full_name="", status="") for n in range(3)]
    rows = exposed(desk, *both)
    assert {name: (row.least, row.most) for name, row in rows.items()} == {
        "34-3a number": (10 * MILLION, 20 * MILLION),
        "34-11b enterprise": (180 * MILLION, 200 * MILLION),
    }
    options = ("--operator", "VinaPhone", "--as-of", AS_OF, "--exposure")
    desk.export("vina.csv", *both)
    for more in (("--full",), ("--format", "json"), ("--report", "out.html", "--report", "out.xlsx")):
        said = cli("audit", "vina.csv", *options, *more).out
        for total in (190, 220, 30, 60, 540, 600):  # of both clauses, of three numbers
            assert f"{total * MILLION:,}" not in said and str(total * MILLION) not in said
    page = (desk.path / "out.html").read_text("utf-8")
    assert "180,000,000 to 200,000,000 VND" in page and "190,000,000" not in page and "220,000,000" not in page


def test_the_carrier_never_gets_what_the_subscriber_is_fined(desk: Desk) -> None:
    rows = exposed(desk, *(record(n, full_name="", status="", **NO_HOUR) for n in range(12)))
    fines = {fine.id: fine for fine in read_fines(read_rulebook().reference, read_rulebook().by_code).fines}
    assert fines["34-1"].who == "subscriber" and fines["34-1"].pointers == ()
    assert {fines[row.fine].who for row in rows.values()} == {"carrier"}
    assert not any("khoản 1," in row.clause for row in rows.values())


def test_an_amount_per_number_is_the_only_one_that_is_multiplied() -> None:
    fines = {fine.id: fine for fine in read_fines(read_rulebook().reference, read_rulebook().by_code).fines}
    (ladder,) = fines["34-1"].ladders
    # Clauses 1 and 2: 1 to 10 numbers, per number; 11 to 200; 201 to 500; 501 and more.
    cases = {1: (200_000, 500_000), 10: (2 * MILLION, 5 * MILLION), 11: (5 * MILLION, 10 * MILLION)}
    cases |= {200: (5 * MILLION, 10 * MILLION), 201: (10 * MILLION, 20 * MILLION), 500: (10 * MILLION, 20 * MILLION)}
    cases |= {501: (30 * MILLION, 50 * MILLION)}
    for count, amounts in cases.items():
        bracket = ladder.bracket(count)
        assert bracket is not None and bracket.amounts(count) == amounts
    others = [b for fine in fines.values() if fine.who == "carrier" and fine.regime.computable for b in _brackets(fine)]
    assert others and not any(bracket.per_number for bracket in others)


def _brackets(fine: Any) -> Iterator[Any]:
    yield from (bracket for ladder in fine.ladders for bracket in ladder.brackets)


def test_warnings_and_signs_of_forgery_are_named_and_never_computed(desk: Desk) -> None:
    shared = [record(n, portrait_ref="same.jpg") for n in range(2)]
    desk.export("export.csv", *shared, record(5, msisdn="0952345678"))
    options = {"operator": "VinaPhone", "as_of": AS_OF, "exposure": True}
    found = thuebao.audit("export.csv", **options)
    assert [(s.code, s.fine, s.findings) for s in found.exposure.signs] == [
        ("DUP131", "34-10", 2),
        ("NUM104", "44-4", 1),
    ]
    assert not {"34-10", "44-4"} & {row.fine for row in found.exposure.rows}
    # A rule that somebody has made a warning points to nothing any more.
    desk.export("export.csv", *nameless(3))
    found = thuebao.audit("export.csv", **options, severity={"PER101": "warning"})
    assert list(found.exposure.rows) == []
    assert [(s.code, s.severity, s.findings) for s in found.exposure.signs] == [("PER101", "warning", 3)]


def test_each_operator_has_its_own_count(desk: Desk) -> None:
    records = [record(n, full_name="", operator="Viettel" if n < 11 else "MobiFone") for n in range(21)]
    desk.export("export.csv", *records)
    found = thuebao.audit("export.csv", as_of=AS_OF, exposure=True)
    assert [(row.operator, row.count, row.least) for row in found.exposure.rows] == [
        ("MobiFone", 10, 10 * MILLION),
        ("Viettel", 11, 20 * MILLION),
    ]
    assert [row.operator for row in found.exposure.of("Viettel").rows] == ["Viettel"]


def test_a_file_that_cannot_be_read_to_its_end_counts_nothing(desk: Desk) -> None:
    desk.export("a.csv", *nameless(10))
    broken = desk.export("b.csv", *(record(n, full_name="") for n in range(10, 400)))
    content = broken.read_bytes()
    broken.write_bytes(content + b'"never closed,\n' * 200)
    found = thuebao.audit(["a.csv", "b.csv"], operator="VinaPhone", as_of=AS_OF, exposure=True)
    assert len(found.unreadable) == 1
    assert [row.count for row in found.exposure.rows if row.fine == "34-3a"] == [10]


def test_where_limits_what_counts(desk: Desk) -> None:
    rows = exposed(desk, *nameless(12), where="pos_kind = 'own_fixed'")
    assert rows["34-3a number"].count == 12
    some = [record(n, full_name="", pos_kind="Đại lý" if n else "Cửa hàng") for n in range(12)]
    assert exposed(desk, *some, where="pos_kind = 'authorised'")["34-3a number"].count == 11
    # Rules across records too: of four numbers on one document, the fourth's clause.
    assert "34-3c number" not in exposed(desk, *of_one(1, contract_number="H1", pos_kind="Đại lý"), where="msisdn = ''")


def test_nothing_is_said_where_nobody_asks(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", *nameless(3))
    options = ("audit", "vina.csv", "--operator", "VinaPhone", "--as-of", AS_OF)
    plain = json.loads(cli(*options, "--format", "json").out)
    asked = json.loads(cli(*options, "--format", "json", "--exposure").out)
    assert "exposure" not in plain
    assert {key: value for key, value in asked.items() if key != "exposure"} == plain
    assert "Fines" not in cli(*options).out


# An independent count: findings, exports and the file of fines, in plain Python.


def pointing(said: str) -> tuple[str, str | None, bool]:
    found = re.fullmatch(r"(\w+)(?:\[pos_kind(=|<>)online\])?", said)
    assert found
    return found[1], found[2], found[2] == "="


def day_of(value: str) -> date | None:
    match = re.match(r"(\d\d)/(\d\d)/(\d{4})", value)
    try:
        return date(int(match[3]), int(match[2]), int(match[1])) if match else None
    except ValueError:
        return None


def period(fine: dict[str, Any], row: dict[str, str]) -> str:
    if fine["day"] == "audit":
        return "count"
    day = day_of(row["registered_at" if fine["day"] == "registration" else "service_started_at"])
    if day is None or day > AS_OF:
        return "undated"
    return "count" if day >= date(2026, 7, 1) else "before"


@pytest.mark.parametrize("held", [None, 500])
def test_a_plain_count_in_python_agrees(
    desk: Desk, cli: Command, held: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if held:  # records in memory at once: what is counted waits on disk
        monkeypatch.setattr("thuebao.engine.run.enough", lambda _: held)
    made = ("--records", 10_000, "--defects", 0.5, "--duplicates", 0.1, "--seed", 3, "--headers", "canonical")
    assert cli("sample", "exports", *made, "--as-of", "2026-11-23").code == 0
    (desk.path / "exports" / "truth.json").unlink(missing_ok=True)
    options = ("--as-of", AS_OF, "--exposure", "--reveal", "--findings", "found.csv", "--format", "json", "-q")
    found = json.loads(cli("audit", "exports", *options).out)
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for path in sorted((desk.path / "exports").glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for n, row in enumerate(csv.DictReader(file), 1):
                rows[f"exports/{path.name}", str(n)] = row
    online = {"trực tuyến", "online"}
    fines = tomllib.loads((rules_home() / "reference" / "fines.toml").read_text("utf-8"))
    by_code: dict[str, list[tuple[dict[str, Any], bool | None]]] = {}
    for fine in fines["fine"]:
        if fine["regime"] == "174-2026" and fine.get("who") != "subscriber":
            for said in fine["rules"]:
                code, sign, equal = pointing(said)
                by_code.setdefault(code, []).append((fine, equal if sign else None))
    sets: dict[tuple[str, str, str, str], set[str]] = {}
    for finding in desk.rows("found.csv"):
        if finding["severity"] != "error":
            continue
        row = rows[finding["path"], finding["record"]]
        is_online = row["pos_kind"].strip().lower() in online
        for fine, wanted in by_code.get(finding["code"], []):
            if wanted is not None and wanted != is_online:
                continue
            measure = {"34-9c": "enterprise", "34-11b": "enterprise", "26-4": "act"}.get(fine["id"], "number")
            is_device = row["connection_kind"].strip().lower() in ("m2m", "iot")
            number = finding["msisdn"] if is_device or re.fullmatch(r"0\d{9}", finding["msisdn"]) else None
            value = number
            if "points" in fine["ladders"]:
                measure = "app_number" if is_online else "point"
                value = number if is_online else row["pos_code"] or row["pos_address"] or row.get("pos_name") or None
            when = period(fine, row)
            kind = "unidentified" if value is None and when == "count" else when
            who = value or f"{finding['path']} {finding['record']}"
            sets.setdefault((finding["operator"], fine["id"], measure, kind), set()).add(who)
    expected = {key: len(values) for key, values in sets.items()}
    counted = {
        (row["operator"], row["fine"], row["measure"], kind): row[kind]
        for row in found["exposure"]["rows"]
        for kind in ("count", "unidentified", "before", "undated")
        if row[kind]
    }
    assert counted == expected
    assert len({fine for _, fine, *_ in counted}) > 8
    assert any(kind == "count" for *_, kind in counted) and any(kind == "before" for *_, kind in counted)


def test_what_does_not_fit_in_memory_is_counted_alike(tmp_path: Path) -> None:
    values = [f"{n * 7919 % 5000}" for n in range(20_000)]
    rows = pl.DataFrame({"operator": ["A", "B"] * 10_000, "value": values, "one": [n % 3 == 0 for n in range(20_000)]})
    rows = rows.with_columns(two=~pl.col("one"))
    counts = []
    for held in (64, 1_000_000):
        distinct = Distinct(tmp_path, f"held{held}", ["operator"], "value", ["one", "two"], held)
        for part in rows.iter_slices(700):
            distinct.add(part)
        counts.append(distinct.counts().sort("operator").rows())
    plain = [
        (name, *(len({v for o, v, *m in rows.rows() if o == name and m[mark]}) for mark in (0, 1))) for name in "AB"
    ]
    assert counts == [plain, plain]


def test_the_dataclass_is_frozen(desk: Desk) -> None:
    row = exposed(desk, *nameless(1))["34-3a number"]
    assert replace(row) == row and row.cited == "điểm a khoản 3, khoản 4 Điều 34 Nghị định 174/2026/NĐ-CP"
    with pytest.raises(AttributeError):
        row.count = 2  # type: ignore[misc]
    assert {"caveats", "trust", "mapping_trust"} <= {field.name for field in fields(row)}
