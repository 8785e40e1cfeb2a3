"""Numbers that a spreadsheet wrote with an exponent: one notice about the file says that their digits are lost."""

from __future__ import annotations

from typing import Any

import pytest

from helpers.desks import Desk
from helpers.outcomes import Command, violated
from helpers.people import AS_OF, people

AUDIT = ("--operator", "VinaPhone", "--as-of", AS_OF, "--format", "json", "--fail-on", "never")
COLUMNS = ["msisdn", "id_number", "organisation_tax_code", "pos_phone", "representative_id_number", "sim_serial"]


def notices(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [notice for notice in document["inputs"][0]["notices"] if notice["code"] == "digits_lost"]


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("text", ["8.98405E+18", "8,98405E+18", "1.2e+11", "3E+09"])
def test_every_column_of_numbers_says_so(desk: Desk, cli: Command, column: str, text: str) -> None:
    # A column is read where a rule needs it: that on representatives needs their names too.
    records = [one | {"representative_name": "", column: one.get(column, "")} for one in people(4)]
    for record in records[:3]:
        record[column] = text
    desk.export("vina.csv", *records)
    [notice] = notices(cli("audit", "vina.csv", *AUDIT).document)
    assert notice["count"] == 3
    assert f"'{column}'" in notice["text"]
    assert text not in notice["text"]


def test_one_notice_names_all_columns(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", *[one | {"id_number": "3.4E+10", "sim_serial": "8.9E+18"} for one in people(2)])
    document = cli("audit", "vina.csv", *AUDIT).document
    [notice] = notices(document)
    assert notice["count"] == 4
    assert "'id_number', 'sim_serial'" in notice["text"]
    # One text, and no one serial.
    assert not {"DUP103", "DUP142", "DUP111", "DUP121"} & violated(document).keys()


@pytest.mark.parametrize("text", ["0912345678", "1E", "E+18", "B1234567", "+84 912 345 678", "8984047820926674469"])
def test_nothing_else_is_an_exponent(desk: Desk, cli: Command, text: str) -> None:
    desk.export("vina.csv", *[one | dict.fromkeys(("id_number", "pos_phone", "sim_serial"), text) for one in people(2)])
    assert not notices(cli("audit", "vina.csv", *AUDIT).document)
