"""One audit in every form, and what its outputs hold."""

from __future__ import annotations

import io
import json
import random
import re
from collections import Counter
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import jsonschema
import openpyxl
import polars as pl
import pytest

from helpers import pages
from helpers.exports import table
from helpers.outcomes import Outcome
from helpers.people import AS_OF, NAMELESS, UNASSIGNED, people
from helpers.places import TESTS
from thuebao.cli.app import run

DAY = ("--as-of", AS_OF)
OPERATORS = ("MobiFone", "Viettel", "VinaPhone")
PASSWORD = "mật khẩu"


BROKEN: tuple[dict[str, str], ...] = (
    {},
    {},
    {},
    NAMELESS,
    {"full_name": "Ngoạn"},
    {"id_number": "12"},
    {"msisdn": ""},
    UNASSIGNED,
    {"date_of_birth": "31/02/1990"},
    {"nationality": "Xứ Lạ"},
    {"full_name": "Lê 12345"},
    {"address": ""},
)


def exports(folder: Path, count: int = 60) -> list[dict[str, str]]:
    """Write the exports of three operators, with errors, duplicates within and among them, and a broken line."""
    dice = random.Random(20261123)
    everybody = []
    for position, operator in enumerate(OPERATORS):
        records = [record | dice.choice(BROKEN) for record in people(count, 1000 * position)]
        records += dice.choices(records, k=6)
        if position:
            records += people(4)  # numbers and identities of the first one's
        dice.shuffle(records)
        content = table([record | {"Khách Lê Thị Riêng": "0987000111"} for record in records])
        if operator == "Viettel":
            content += "0999000222,Phạm Văn Dở\n"
        (folder / f"{operator}.csv").write_text(content, encoding="utf-8")
        everybody += records
    return everybody


@dataclass(frozen=True)
class Audited:
    """One audit in all its forms; `outcomes` by --format, those of the first also with all files."""

    path: Path
    records: list[dict[str, str]]
    outcomes: dict[str, Outcome]

    @property
    def document(self) -> dict[str, Any]:
        return self.outcomes["json"].document

    @property
    def evaluated(self) -> Counter[str]:
        return sum_of(self.document, "evaluated")

    @property
    def findings(self) -> pl.DataFrame:
        return pl.read_parquet(self.path / "f.parquet")

    def book(self, name: str) -> openpyxl.Workbook:
        return openpyxl.load_workbook(self.path / name)


def sum_of(document: dict[str, Any], name: str) -> Counter[str]:
    counts: Counter[str] = Counter()
    for operator in document["operators"]:
        for rule in operator["rules"]:
            counts[rule["code"]] += rule[name]
    return counts


def called(*arguments: object) -> Outcome:
    """Run the command, as the fixture `cli` does, where a fixture of one test is of no use."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as end:
        run([str(argument) for argument in arguments])
    return Outcome(int(end.value.code or 0), out.getvalue(), err.getvalue())


@cache
def tree(path: Path) -> Element:
    return pages.parsed(path.read_text("utf-8"))


@cache
def schema() -> jsonschema.Draft7Validator:
    document = json.loads((TESTS / "schemas" / "sarif-schema-2.1.0.json").read_text("utf-8"))
    kind = jsonschema.validators.validator_for(document)
    kind.check_schema(document)
    return kind(document)


def run_of(document: dict[str, Any]) -> dict[str, Any]:
    [only] = document["runs"]
    return only


def annotations(out: str) -> list[tuple[str, str, str]]:
    """Return level, properties and message of each workflow command; anything else is an error."""
    found = [re.fullmatch(r"::(error|warning|notice) (title=[^:]*)::(.*)", line) for line in out.splitlines()]
    assert all(found)
    return [match.group(1, 2, 3) for match in found if match]


FORMULA = "=cmd|' /C calc'!A1"
