"""Headers however they are spelt, in both languages."""

from __future__ import annotations

import unicodedata

import pytest

from helpers.desks import Desk
from helpers.exports import table
from helpers.outcomes import Command
from helpers.people import GOOD
from helpers.sources import FINDINGS, RECORDS, VIETNAMESE_HEADERS, found, read
from thuebao.rulebook.columns import columns


def renamed(headers: dict[str, str]) -> list[dict[str, str]]:
    return [{headers[column]: value for column, value in record.items()} for record in RECORDS]


@pytest.mark.parametrize(
    "spelling",
    [
        str,
        str.upper,
        str.lower,
        str.title,
        str.swapcase,
        lambda header: f"  {header}  ",
        lambda header: header.replace(" ", "_"),
        lambda header: header.replace(" ", "-").lower(),
        lambda header: header.replace(" ", "."),
        lambda header: header.replace(" ", ""),
        lambda header: unicodedata.normalize("NFD", header),
        lambda header: header.replace("đ", "d").replace("Đ", "D"),
        lambda header: "\ufeff" + header,
        lambda header: header.replace("Đ", "\u00d0"),  # a look-alike
    ],
)
def test_headers_in_vietnamese_however_they_are_spelt(desk: Desk, spelling) -> None:
    desk.export("vina.csv", *renamed({column: spelling(h) for column, h in VIETNAMESE_HEADERS.items()}))
    assert found("vina.csv") == FINDINGS


@pytest.mark.parametrize(
    "spelling",
    [
        str.upper,
        lambda header: header.replace("_", " ").title(),
        lambda header: header.replace("_", ""),
        lambda header: header.replace("_", "-"),
        lambda header: f"{header} ",
    ],
)
def test_headers_in_english_however_they_are_spelt(desk: Desk, spelling) -> None:
    desk.export("vina.csv", *renamed({column: spelling(column) for column in GOOD}))
    assert found("vina.csv") == FINDINGS


def test_every_synonym_is_recognised(desk: Desk) -> None:
    for column in columns().values():
        for header in (column.name, *column.headers):
            desk.write("vina.csv", table([{header: "x", "STT": "1"}]))
            assert read("vina.csv") == [{column.name: "x*****" if column.name == "operator" else "x"}], header


@pytest.mark.parametrize("order", [reversed, sorted, lambda names: sorted(names, key=lambda n: n[::-1])])
def test_order_of_columns_changes_nothing(desk: Desk, order) -> None:
    names = list(order(list(GOOD)))
    desk.export("vina.csv", *({name: record[name] for name in names} for record in RECORDS))
    assert found("vina.csv") == FINDINGS


def test_columns_without_a_header_are_left_alone(desk: Desk, cli: Command) -> None:
    desk.write("vina.csv", "msisdn,,STT,full_name,\n0912345678,a,1,An B,b\n")
    [given] = cli("audit", "vina.csv", "--format", "json").document["inputs"]
    assert given["columns"] == {"msisdn": "msisdn", "full_name": "full_name"}
    assert read("vina.csv") == [{"msisdn": "0912345678", "full_name": "An B"}]
