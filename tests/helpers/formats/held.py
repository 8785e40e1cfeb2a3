"""What an audit of one form found, beside what it has to find."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from helpers.desks import Desk
from helpers.formats.cases import DAYS, MOMENTS, Case, Finding, carried, rows_of
from helpers.formats.text import delimited
from helpers.outcomes import Command, Outcome
from helpers.people import AS_OF


@dataclass(frozen=True)
class Found:
    """What an audit says: findings with records numbered through all files, counts, and the document itself."""

    findings: list[Finding]
    counts: dict[str, Any]
    document: dict[str, Any]
    err: str


def audit(desk: Desk, cli: Command, *paths: str, exits: int = 1) -> Found:
    """Audit with the command as a user would, and return what it found. Nothing may be unreadable."""
    given_operator = [] if "--operator" in paths else ["--operator", "VinaPhone"]
    form = ["--format", "json", "--force", "--findings", "found.csv", "--reveal", "--as-of", AS_OF]
    done = cli("audit", *paths, *given_operator, *form)
    assert done.code == exits, done.err
    return found_by(done, desk.rows("found.csv"))


def found_by(done: Outcome, rows: list[dict[str, str]]) -> Found:
    document = done.document
    assert document["unreadable"] == []
    before, start = 0, {}
    for given_file in document["inputs"]:
        start[given_file["path"]] = before
        before += given_file["records"] + given_file["rejected"]
    # In CSV, "-" for standard input is kept from being a formula.
    numbered = [(start[row["path"].removeprefix("'")] + int(row["record"]), row) for row in rows]
    members: dict[tuple[str, str], set[int]] = defaultdict(set)
    for record, row in numbered:
        members[row["code"], row["group"]].add(record)
    findings = [
        (
            record,
            row["code"],
            row["severity"],
            row["field"],
            same(row["field"], row["value"]),
            same("msisdn", row["msisdn"]),
            frozenset(members[row["code"], row["group"]] if row["group"] else ()),
        )
        for record, row in numbered
    ]
    said = ("operators", "rules", "identities", "points_of_sale", "clerks", "totals")
    return Found(findings, {key: document[key] for key in said}, document, done.err)


def same(column: str, value: str) -> str:
    """Return a value in the one form that dates, numbers and letters have here, whether typed or as text."""
    value = unicodedata.normalize("NFC", value)
    if column in (*DAYS, *MOMENTS):
        moment = moment_of(value)
        return moment.isoformat() if moment else value
    return value.lstrip("0") if column == "msisdn" else value


def moment_of(text: str) -> datetime | None:
    for form in ("%d/%m/%Y", "%d/%m/%Y %H:%M", "%Y-%m-%d", "%Y-%m-%d %H:%M:%S"):
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    return None


def expected(cases: Sequence[Case]) -> set[tuple[int, str, frozenset[int]]]:
    """Return record, code and the records of its group, as typed beside the records."""
    groups: dict[str, set[int]] = defaultdict(set)
    for n, one in enumerate(cases, 1):
        for code in one.codes:
            groups[code].add(n)
    return {
        (n, code.partition("/")[0], frozenset(groups[code] if "/" in code else ()))
        for n, one in enumerate(cases, 1)
        for code in one.codes
    }


def hold(found: Found, cases: Sequence[Case], like: Found) -> None:
    """Hold that an audit found what is typed beside these cases, and what it found in the plain form."""
    assert {(record, code, group) for record, code, *_, group in found.findings} == expected(cases)
    assert found.findings == like.findings
    assert found.counts == like.counts
    for record, code, _, column, value, msisdn, _ in found.findings:
        record_of = cases[record - 1].record
        if not code.startswith("DUP"):  # those show what was compared
            assert value == same(column, shown(record_of[column]))
        if code not in ("NUM101", "NUM103"):  # a word for "none" is no number, an old number is shown as its new one
            assert msisdn == same("msisdn", shown(record_of["msisdn"]))


def shown(value: str) -> str:
    """Return a value as findings in CSV show it: composed, controls made visible, no formula to a spreadsheet."""
    text = re.sub(r"[\x00-\x1f\u200b]", "\ufffd", unicodedata.normalize("NFC", value.strip()))
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


PLAIN: dict[frozenset[str], Found] = {}


def plainly(desk: Desk, cli: Command, without: frozenset[str] = frozenset()) -> Found:
    """Return what is found in the plain form of the records that a form can carry; audited once."""
    if without not in PLAIN:
        desk.write("plain.csv", delimited(rows_of(carried(without))))
        PLAIN[without] = audit(desk, cli, "plain.csv")
    return PLAIN[without]
