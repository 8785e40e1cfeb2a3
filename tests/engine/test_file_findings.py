"""Findings about files: columns that were misread, values that need a mapping, what was not judged or not read."""

import hashlib
import hmac
from typing import Any

import polars as pl
import pytest

from helpers.desks import Desk
from helpers.outcomes import Command, violated
from helpers.people import AS_OF, GOOD, people, person

AUDIT = ("--as-of", AS_OF, "--fail-on", "never", "--format", "json")


def found(document: dict[str, Any], code: str) -> list[dict[str, Any]]:
    return [finding for finding in document["export_findings"] if finding["code"] == code]


def codes(count: int, **columns: str) -> list[dict[str, str]]:
    """Return so many people with the same texts in some columns; `#` in them is the number of the person."""
    return [person(n) | {name: text.replace("#", str(n)) for name, text in columns.items()} for n in range(count)]


@pytest.mark.parametrize(
    ("column", "text", "silent"),
    [
        ("status", "ST-7", "REG144"),
        ("payment_type", "K9", "REG102"),
        ("sex", "Q", "PER115"),
        ("subscriber_kind", "ZZ", "ORG107"),
        ("pos_kind", "P4", "REG138"),
    ],
)
def test_a_coded_column_of_which_nothing_is_known_counts_as_absent(
    desk: Desk, cli: Command, column: str, text: str, silent: str
) -> None:
    desk.export("vina.csv", *codes(30, **{column: text}))
    document = cli("audit", "vina.csv", *AUDIT).document
    [said] = found(document, "EXP108")
    assert (said["column"], said["count"], said["severity"]) == (column, 30, "warning")
    assert text in said["detail"]
    assert silent not in violated(document)
    [rule] = [rule for rule in document["rules"] if rule["code"] == silent]
    assert (rule["status"], rule["reason"]) == ("not evaluated", column)
    assert column not in document["inputs"][0]["absent"]
    assert column in document["inputs"][0]["columns"]


def test_too_few_values_or_enough_known_ones_say_nothing(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", *codes(19, status="ST-7"))
    assert not found(cli("audit", "vina.csv", *AUDIT).document, "EXP108")
    some = codes(27, status="ST-7") + people(3, 27)
    desk.export("vina.csv", *some)
    document = cli("audit", "vina.csv", *AUDIT).document
    assert not found(document, "EXP108")
    assert violated(document)["REG144"] == 27


def test_where_the_kind_of_subscriber_is_not_known_nobody_is_accused(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", *codes(30, subscriber_kind="ZZ", full_name="", id_number="1"))
    document = cli("audit", "vina.csv", *AUDIT).document
    assert not {code for code in violated(document) if code.startswith(("PER", "ID", "MIN", "ORG", "DUP11"))}


@pytest.mark.parametrize(
    ("column", "text", "form"),
    [
        ("registered_at", "1717236600", "seconds since 1970"),
        ("registered_at", "1717236600000", "milliseconds since 1970"),
        ("registered_at", "1717236600.0", "seconds since 1970"),
        ("registered_at", "'1717236600", "seconds since 1970"),
        ("service_started_at", '="1717236600"', "seconds since 1970"),
        ("portrait_taken_at", "1717236600000.0", "milliseconds since 1970"),
        ("id_issue_date", "1717236600123", "milliseconds since 1970"),
        ("date_of_birth", "641692800", "seconds since 1970"),
        ("date_of_birth", "-86400000", "seconds since 1970"),
        ("date_of_birth", "641692800000", "milliseconds since 1970"),
        ("date_of_birth", "02/01/90", "two-digit years"),
        ("id_number", "3.60E+10", "exponent"),
        ("sim_serial", "8.98E+19", "exponent"),
        ("sim_serial", "8,98405E+18", "exponent"),
        ("msisdn", "'9,12E+08", "exponent"),
    ],
)
def test_the_form_of_values_is_named(desk: Desk, cli: Command, column: str, text: str, form: str) -> None:
    desk.export("vina.csv", *codes(25, **{column: text}))
    document = cli("audit", "vina.csv", *AUDIT).document
    [said] = found(document, "EXP108")
    assert (said["column"], said["count"]) == (column, 25)
    assert form in said["detail"]
    assert text not in said["detail"] or column == "registered_at"


@pytest.mark.parametrize("text", ["20251302", "0912345678", "001090012345"])
def test_numbers_of_another_kind_are_no_seconds(desk: Desk, cli: Command, text: str) -> None:
    desk.export("vina.csv", *codes(25, service_started_at=text))
    [said] = found(cli("audit", "vina.csv", *AUDIT).document, "EXP108")
    assert "1970" not in said["detail"]


def test_the_form_is_that_of_the_values_that_are_there(desk: Desk, cli: Command) -> None:
    missing = [record | {"registered_at": "\\N"} for record in people(30, 40)]
    desk.export("vina.csv", *codes(25, registered_at="1717236600"), *missing)
    [said] = found(cli("audit", "vina.csv", *AUDIT).document, "EXP108")
    assert "seconds since 1970" in said["detail"]
    assert "\\N" not in said["detail"]


def test_a_column_that_is_month_first_counts_as_absent(desk: Desk, cli: Command) -> None:
    records = [person(n) | {"id_issue_date": f"{n % 12 + 1:02}/{n % 28 + 1:02}/2021"} for n in range(40)]
    desk.export("vina.csv", *records)
    document = cli("audit", "vina.csv", *AUDIT).document
    [said] = found(document, "EXP107")
    assert said["column"] == "id_issue_date"
    assert not {code for code in violated(document) if code.startswith("ID12")}
    # One day in front proves that the others are days too.
    desk.export("vina.csv", *records, person(40) | {"id_issue_date": "13/01/2021"})
    document = cli("audit", "vina.csv", *AUDIT).document
    assert not found(document, "EXP107")
    assert violated(document)["ID122"] == sum(n % 28 + 1 > 12 for n in range(40))


def test_month_first_in_one_piece_and_wherever_the_proof_stands(desk: Desk, cli: Command) -> None:
    records = [person(n) | {"date_of_birth": f"{n % 12 + 1:02}{n % 28 + 1:02}1990"} for n in range(40)]
    desk.export("vina.csv", *records)
    assert found(cli("audit", "vina.csv", *AUDIT).document, "EXP107")
    many = [person(n) | {"date_of_birth": f"{n % 12 + 1:02}/{n % 28 + 1:02}/1990"} for n in range(3_000)]
    desk.export("vina.csv", *many, person(3_000) | {"date_of_birth": "31/01/1990"})
    assert not found(cli("audit", "vina.csv", *AUDIT).document, "EXP107")


def test_a_rule_that_most_records_break(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", *codes(51, id_issue_place=""), *people(49, 51))
    document = cli("audit", "vina.csv", *AUDIT).document
    [said] = found(document, "EXP105")
    assert (said["rule"], said["count"]) == ("ID131", 51)
    assert "51.0 %" in said["detail"]
    desk.export("vina.csv", *codes(50, id_issue_place=""), *people(50, 50))
    assert not found(cli("audit", "vina.csv", *AUDIT).document, "EXP105")
    desk.export("vina.csv", *codes(51, id_issue_place=""), *people(48, 51))
    assert not found(cli("audit", "vina.csv", *AUDIT).document, "EXP105")


def test_records_that_ended_long_ago_are_counted_and_not_judged(desk: Desk, cli: Command) -> None:
    long_ago = {"status": "Đã hủy", "terminated_at": "22/11/2024", "full_name": ""}
    just = {"status": "Đã hủy", "terminated_at": "23/11/2024", "full_name": ""}
    records = [person(n) | {"registered_at": "01/02/2020 08:00"} for n in range(3)]
    desk.export("vina.csv", records[0] | long_ago, records[1] | just, records[2] | {"terminated_at": ""})
    document = cli("audit", "vina.csv", *AUDIT).document
    [said] = found(document, "EXP106")
    assert said["count"] == 1
    assert violated(document)["PER101"] == 1
    [rules] = [operator["rules"] for operator in document["operators"]]
    assert next(rule["evaluated"] for rule in rules if rule["code"] == "PER101") == 2


def test_columns_of_49_are_missed_where_there_are_records_of_it(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", GOOD)
    assert not found(cli("audit", "vina.csv", *AUDIT).document, "EXP109")
    desk.export("vina.csv", GOOD | {"registered_at": "01/02/2020 08:00", "status": "Đã hủy"})
    said = found(cli("audit", "vina.csv", *AUDIT).document, "EXP109")
    assert {finding["column"] for finding in said} == {"usage_kind", "info_updated_at", "terminated_at"}


def test_large_files_that_are_passed_over(desk: Desk, cli: Command) -> None:
    desk.export("folder/vina.csv")
    desk.write("folder/large.doc", b"x" * 65_536)
    desk.write("folder/small.doc", b"x" * 65_535)
    document = cli("audit", "folder", *AUDIT).document
    assert [finding["path"] for finding in found(document, "EXP110")] == ["folder/large.doc"]
    assert len(found(cli("audit", "folder", *AUDIT, "--set", "EXP110.bytes=1").document, "EXP110")) == 2


def test_results_of_an_audit_are_no_files_that_it_missed(desk: Desk, cli: Command) -> None:
    desk.export("folder/vina.csv")
    result = cli("audit", "folder", *AUDIT).out
    desk.write("folder/result.json", result)
    desk.write("folder/like it.json", result.replace('"operators"', '"operator"'))
    desk.write("folder/said to be it.json", '{\n "schema": "thuebao-audit/1",\n "records": []\n}')
    document = cli("audit", "folder", *AUDIT, "--set", "EXP110.bytes=1").document
    missed = {finding["path"] for finding in found(document, "EXP110")}
    assert missed == {"folder/like it.json", "folder/said to be it.json"}


def test_findings_say_line_and_keyed_hash(desk: Desk, cli: Command) -> None:
    desk.write("key.bin", b"secret")
    wrong = person(1) | {"full_name": ""}
    malformed = person(2) | {"full_name": "", "msisdn": "12"}
    desk.export("vina.csv", GOOD, wrong, malformed)
    options = ("--select", "PER101", "--findings", "f.csv", "--key-file", "key.bin")
    assert cli("audit", "vina.csv", *AUDIT, *options).code == 0
    rows = desk.rows("f.csv")
    assert [(row["record"], row["sheet"]) for row in rows] == [("2", ""), ("3", "")]
    expected = hmac.new(b"secret", f"VinaPhone\0{wrong['msisdn']}".encode(), hashlib.sha256).hexdigest()[:16]
    assert [row["key"] for row in rows] == [expected, ""]
    desk.write("key.bin", b"")
    done = cli("audit", "vina.csv", *AUDIT, *options)
    assert done.code == 2
    assert "key.bin" in done.err


NOTICED = {"address": "A" * 3_000, "pos_phone": 901234567}
NOTICES = {"values_cut": 30, "numbers_not_text": 30}
MISREAD = ({"status": "ST-7"}, {"id_issue_date": "02/28/2021"})


@pytest.mark.parametrize("kind", ["csv", "ndjson", "parquet", "xlsx"])
@pytest.mark.parametrize("columns", [{}, *MISREAD], ids=["nothing", "a code", "month first"])
def test_what_was_noticed_stays_where_columns_are_looked_at_once_more(
    desk: Desk, cli: Command, kind: str, columns: dict[str, str]
) -> None:
    """Also where none of them is left out in the end: one value shows that days stand in front."""
    records = [record | NOTICED for record in codes(30, **columns)]
    for others in ([], [person(30) | {"id_issue_date": "28/02/2021", "pos_phone": ""}]):
        frame = pl.DataFrame([*records, *others], infer_schema_length=None, strict=False)
        frame = frame.with_columns(pl.col("pos_phone").cast(pl.Int64, strict=False))
        expected = dict(NOTICES)
        if kind == "csv":
            desk.export("vina.csv", *frame.cast(pl.String).fill_null("").to_dicts())
            del expected["numbers_not_text"]
        else:
            write = {"ndjson": frame.write_ndjson, "parquet": frame.write_parquet, "xlsx": frame.write_excel}[kind]
            write(desk.path / f"vina.{kind}")
        [read] = cli("audit", f"vina.{kind}", *AUDIT).document["inputs"]
        noticed = {notice["code"]: notice["count"] for notice in read["notices"]}
        assert {code: noticed.get(code) for code in expected} == expected


@pytest.mark.parametrize("columns", [{}, *MISREAD], ids=["nothing", "a code", "month first"])
def test_records_of_other_operators_are_counted_once(desk: Desk, cli: Command, columns: dict[str, str]) -> None:
    desk.export("a.csv", *codes(30, operator="MobiFone", **columns))
    [read] = cli("audit", "a.csv", "--operator", "Viettel", *AUDIT).document["inputs"]
    assert {notice["code"]: notice["count"] for notice in read["notices"]}["operator_differs"] == 30
