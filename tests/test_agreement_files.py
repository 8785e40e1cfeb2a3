"""What an audit says of a whole file agrees with a plain reading of it: rows, and the findings about the export."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from oracles.files import FileVerdict, check_file
from oracles.messy import messy_records
from oracles.record_facts import Record
from oracles.records import COLUMNS

AS_OF = date(2026, 11, 23)
COUNT = 400

Change = Callable[[random.Random], str | None]


def month_first(rng: random.Random) -> str:
    return f"{rng.randint(1, 12):02d}/{rng.randint(1, 28):02d}/{rng.randint(2015, 2026)} 10:00"


def month_first_in_one_piece(rng: random.Random) -> str:
    return f"{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}{rng.randint(1950, 2010)}"


def number_of_a_code(rng: random.Random) -> str:
    return str(rng.randint(3, 9))


def seldom_known(known: str) -> Change:
    """One value in twenty is known."""
    return lambda rng: known if rng.random() < 0.05 else "??3"


FILES: dict[str, tuple[dict[str, Change], set[str]]] = {
    "as they come": ({}, set()),
    "registered month first": ({"registered_at": month_first}, set()),
    "born month first, in one piece": ({"date_of_birth": month_first_in_one_piece}, set()),
    "updated month first": ({"info_updated_at": month_first}, set()),
    "codes of the status": ({"status": number_of_a_code}, set()),
    "codes of the kind of subscriber": ({"subscriber_kind": number_of_a_code}, set()),
    "codes of the kind of point": ({"pos_kind": seldom_known("online")}, set()),
    "codes of the connection": ({"connection_kind": number_of_a_code}, set()),
    "codes of the usage, and of the sex": ({"usage_kind": seldom_known("self"), "sex": number_of_a_code}, set()),
    "peoples for nationalities": ({"nationality": seldom_known("VN")}, set()),
    "serials in place of numbers": ({"msisdn": lambda rng: str(rng.getrandbits(60))}, set()),
    "exponents": ({"sim_serial": lambda rng: "8.98E+19", "id_number": lambda rng: "1.09E+11x"}, set()),
    "two-digit years": ({"id_issue_date": lambda rng: f"01/02/{rng.randint(10, 25)}"}, set()),
    "no names": ({"full_name": lambda rng: None}, set()),
    "columns of 49/2017 absent": ({}, {"usage_kind", "info_updated_at", "terminated_at"}),
}


def expected_findings(judged: FileVerdict) -> set[tuple[str, str | None, str | None, int | None]]:
    """(code, column, rule, count) of what is said of the file beyond its absent columns."""
    found: set[tuple[str, str | None, str | None, int | None]] = set()
    found |= {("EXP105", None, rule, None) for rule in judged.broken}
    found |= {("EXP107", column, None, None) for column in judged.month_first}
    found |= {("EXP108", column, None, None) for column in judged.unlike}
    found |= {("EXP109", column, None, None) for column in judged.absent_of_49}
    if judged.past_retention:
        found.add(("EXP106", None, None, judged.past_retention))
    return found


def told(document: dict[str, Any]) -> set[tuple[str, str | None, str | None, int | None]]:
    counted = {"EXP106"}
    return {
        (one["code"], one["column"], one["rule"], one["count"] if one["code"] in counted else None)
        for one in document["export_findings"]
        if "EXP105" <= one["code"] <= "EXP109"
    }


@pytest.mark.parametrize("name", FILES)
def test_files(name: str, desk: Any, cli: Callable[..., Any]) -> None:
    changes, absent = FILES[name]
    rng = random.Random(3)
    columns = [column for column in COLUMNS if column not in absent]
    records: list[Record] = []
    for record in messy_records(COUNT, seed=5):
        changed = record | {column: change(rng) for column, change in changes.items()}
        records.append({column: changed[column] for column in columns})
    desk.export("messy.csv", *[{column: value or "" for column, value in record.items()} for record in records])
    arguments = ("--operator", "Viettel", "--as-of", str(AS_OF), "--format", "json", "--fail-on", "never")
    document = cli("audit", "messy.csv", *arguments).document
    judged = check_file(records, operator="Viettel", as_of=AS_OF, columns=set(columns))
    assert told(document) == expected_findings(judged)
    violated = Counter(code for verdict in judged.verdicts for code in verdict.codes)
    rules = {rule["code"]: rule for rule in document["rules"] if not rule["code"].startswith("DUP")}
    assert {code: rule["violations"] for code, rule in rules.items() if rule["violations"]} == dict(violated)
    evaluated = Counter(code for verdict in judged.verdicts for code in verdict.applies)
    counted: Counter[str] = Counter()
    for operator in document["operators"]:
        counted.update({one["code"]: one["evaluated"] for one in operator["rules"] if one["code"] in rules})
    assert +counted == evaluated
