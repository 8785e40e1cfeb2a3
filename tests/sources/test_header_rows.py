"""Header rows of real systems: each header is recognised, proposed or left alone, never taken for another column."""

import csv
from collections import defaultdict
from pathlib import Path

import polars as pl
import pytest

from thuebao.sources.headers.header import Header, map_header
from thuebao.sources.headers.mapping import Mapping
from thuebao.sources.headers.proposal import propose

Row = dict[str, str]


def rows() -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    with (Path(__file__).parent / "headers.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            found[row["file"]].append(row)
    return found


ROWS = rows()
BY_VALUES = ("28_bank_business", "Trạng thái")
"""A header that means its column in other files: only its values, states of approval, say that it does not here."""
ONLY_LOOKED_AT = Mapping("look", {}, tentative=True)


def mapped(listed: list[Row]) -> Header:
    return map_header("x", [row["header"] for row in listed], ONLY_LOOKED_AT)


@pytest.mark.parametrize("name", ROWS)
def test_no_header_is_taken_for_another_column(name: str) -> None:
    header = mapped(ROWS[name])
    for row, column in zip(ROWS[name], header.canonical, strict=True):
        if (name, row["header"]) != BY_VALUES:
            assert column in {None, row["canonical"]} or row["canonical"] == "?", row


@pytest.mark.parametrize("name", ROWS)
def test_every_header_is_known_or_proposed_for_what_it_is(name: str) -> None:
    listed = ROWS[name]
    sample = pl.DataFrame({str(n): [row["example"]] * 3 for n, row in enumerate(listed)})
    proposals = {proposal.position: proposal.column for proposal in propose(mapped(listed), sample)}
    meant = {n: row["canonical"] for n, row in enumerate(listed) if row["canonical"] not in ("-", "?")}
    for n, column in meant.items():
        # Of two headers for one column, one is chosen.
        twice = list(meant.values()).count(column) > 1 and column in proposals.values()
        assert proposals[n] == column or twice, listed[n]
