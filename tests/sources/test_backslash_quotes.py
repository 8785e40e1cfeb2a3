r"""Quotes that a backslash escapes: `"Số 12 \"Nhà A\""`, as MySQL, R, PHP and Spark write them."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.damage import QUOTE, TOO_FEW, damaged, lines_and_reasons, rejects
from helpers.desks import Desk
from helpers.exports import table
from helpers.outcomes import Command
from helpers.people import people
from helpers.sources import AS_NAMED
from thuebao.rulebook.reference import shipped_reference
from thuebao.sources import open_export, stored_at

HOUSE = 'Số 12 "Nhà A", tổ 3'


def written(
    rows: Sequence[Sequence[str | None]],
    separator: str = ",",
    quote: str = '"',
    backslash: str = "\\\\",
    end: str = "\n",
) -> str:
    """Return rows as a database writes them: every value in quotes, a quote behind a backslash, null as \\N."""

    def cell(value: str | None) -> str:
        if value is None:
            return "\\N"
        return quote + value.replace("\\", backslash).replace(quote, "\\" + quote) + quote

    return "".join(separator.join(map(cell, row)) + end for row in rows)


def values_of(path: Path, column: str) -> list[str | None]:
    [stored] = stored_at(str(path)).stored
    export = open_export(stored, "Viettel", shipped_reference(), AS_NAMED)
    frames = [batch.records for batch in export.batches({column})]
    return pl.concat(frames)[f"~{column}"].to_list()


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"separator": ";"},
        {"separator": "\t"},
        {"separator": "|"},
        {"quote": "'"},
        {"end": "\r\n"},
        {"backslash": "\\"},
    ],
    ids=["comma", "semicolon", "tab", "bar", "apostrophe", "crlf", "R"],
)
def test_every_writer_gives_the_records_of_plain_csv(desk: Desk, cli: Command, how: dict[str, str]) -> None:
    records = [person | {"address": HOUSE.replace('"', how.get("quote", '"'))} for person in people(5)]
    desk.write("plain.csv", table(records))
    desk.write("vina.csv", written([list(records[0]), *[[v or None for v in r.values()] for r in records]], **how))
    form = (
        "--operator",
        "VinaPhone",
        "--as-of",
        "2026-11-23",
        "--format",
        "json",
        "--reveal",
        "--force",
        "--findings",
        "found.csv",
    )
    found = []
    for name in ("plain.csv", "vina.csv"):
        done = cli("audit", name, *form)
        assert done.document["inputs"][0]["rejected"] == 0
        found.append((done.code, done.document["totals"], [row | {"path": ""} for row in desk.rows("found.csv")]))
    assert found[0] == found[1]
    assert values_of(Path("vina.csv"), "address") == values_of(Path("plain.csv"), "address")


@settings(max_examples=60)
@given(
    st.lists(
        st.lists(st.text(st.sampled_from('ab\\\\""",\nếN'), max_size=8), min_size=3, max_size=3), min_size=1, max_size=8
    )
)
def test_any_value_comes_back(rows: list[list[str]]) -> None:
    head = ["full_name", "id_number", "address"]
    sure = [["An", "012345678", HOUSE]] * 30  # so many that they say how the file is written
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "vina.csv"
        path.write_text(written([head, *sure, *[["An", *row[1:]] for row in rows]]), encoding="utf-8")
        assert values_of(path, "address")[30:] == [row[2] for row in rows]


def test_the_first_may_stand_far_below(desk: Desk, cli: Command) -> None:
    head = ["msisdn", "full_name", "address"]
    plain = [["0912345678", "Nguyễn Văn An", "Số 12 Nhà A, tổ 3, " + "x" * 80]] * 15_000
    rows = [head, *plain, ["0912345678", "Nguyễn Văn An", HOUSE]]
    content = written(rows)
    assert content.encode().find(b'\\"') > 1 << 20
    desk.write("vina.csv", content)
    read, rejected = damaged(desk, cli, content)
    assert (read["records"], rejected) == (15_001, [])
    assert values_of(Path("vina.csv"), "address")[-1] == HOUSE


def test_damaged_lines_stand_as_they_are_written(desk: Desk, cli: Command) -> None:
    rows = [["msisdn", "full_name", "address"], *[["0912345678", "Nguyễn Văn An", HOUSE]] * 20]
    lines = written(rows).splitlines()
    lines[5] = '"0912345678","Nguyễn \\"Văn\\\\" An",x"'
    lines[9] = '"0912345678","\\"An\\""'
    read, rejected = damaged(desk, cli, "\n".join(lines) + "\n")
    assert rejected == [(6, QUOTE), (10, TOO_FEW)]
    assert [row["text"] for row in rejects(desk)] == [lines[5], lines[9]]
    assert read["records"] == 18
    assert lines_and_reasons(rejects(desk)) == rejected


def test_a_record_of_several_lines(desk: Desk, cli: Command) -> None:
    address = 'Số 12 "Nhà A"\ntổ 3 "B"\nHà Nội'
    content = written([["msisdn", "full_name", "address"], *[["0912345678", "Nguyễn Văn An", address]] * 9])
    desk.write("vina.csv", content)
    read, rejected = damaged(desk, cli, content)
    assert (read["records"], rejected) == (9, [])
    assert values_of(Path("vina.csv"), "address") == [address] * 9


def test_a_backslash_before_a_closing_quote_is_a_backslash_where_quotes_are_doubled(desk: Desk) -> None:
    rows = [["msisdn", "full_name", "address"], *[["0912345678", "Nguyễn Văn An", "Kho C:\\"]] * 3]
    desk.write("vina.csv", "".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in rows))
    assert values_of(Path("vina.csv"), "address") == ["Kho C:\\"] * 3
