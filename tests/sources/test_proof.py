"""What proves that each line of a block is a record, held against a look at every single byte."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from oracles.plain_lines import found_in
from thuebao.sources.delimited.malformed import Grammar
from thuebao.sources.delimited.proof import are_records

FIELDS = [
    "a",
    "",
    "ế",
    '"a"',
    '""',
    '"a,a"',
    '"a""a"',
    '"a\na"',
    '"a"a',
    'a"a',
    '"a',
    'a"',
    '"',
    '""a',
    '"a"a"',
    '"a,"a',
    "a\ra",
    '"a\ra"',
    '"a"\r',
    "\r",
]
ENDS = ["\n", "\n", "\n", "\r\n", "", ",\n", "\n\n"]
WIDTH = 2
LINES = st.tuples(st.sampled_from(FIELDS), st.sampled_from(FIELDS), st.sampled_from(ENDS)).map(
    lambda line: f"{line[0]},{line[1]}{line[2]}"
)
TEXTS = st.lists(LINES, min_size=1, max_size=5).map("".join)


def read(data: bytes, quote: str) -> pl.DataFrame | None:
    """Return what Polars reads, None where it gives up."""
    schema = {str(n): pl.String for n in range(WIDTH)}
    try:
        return Grammar(",", quote, schema).parse(data)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return None


def is_proven(data: bytes, records: pl.DataFrame, quote: int) -> bool:
    """Say the same, sign by sign."""
    places = [n for n, sign in enumerate(data) if sign == quote]
    returns = [n for n, sign in enumerate(data) if sign == ord("\r")]
    values = sum(len((value or "").encode()) for row in records.rows() for value in row)
    ends = set(b",\n\r")
    return (
        data.count(b"\n") == records.height
        and values + records.height * records.width + len(places) + len(returns) == len(data)
        and len(places) % 2 == 0
        and all(n == 0 or data[n - 1] in ends for n in places[::2])
        and all(data[n + 1] in ends for n in places[1::2])
        and all(data[n + 1] == ord("\n") for n in returns)
    )


@settings(max_examples=500, deadline=None)
@given(TEXTS, st.sampled_from(['"', "'"]))
@example('"a",a\n', '"')  # the very first sign is a quote
@example('a,"a"\n', '"')  # the very last but the line end
@example('"a","a"\r\n', '"')
@example('"",""\n', '"')
@example('"a"b,a\n', '"')
@example('"a"bc,"a\n', '"')
@example("a,b\rc\n", '"')
def test_the_proof_is_that_of_a_look_at_every_sign(text: str, quote: str) -> None:
    data = text.replace('"', quote).encode()
    data = data if data.endswith(b"\n") else data + b"\n"
    records = None if data.startswith((b"\r", b"\n")) else read(data, quote)
    if records is None:
        return
    proven = are_records(data, records, ",", quote)
    assert proven == is_proven(data, records, ord(quote))
    if proven:
        fields = [tuple(value or "" for value in row) for row in records.rows()]
        assert [found.fields for found in found_in(data, WIDTH, quote=quote)] == fields


def made_up(data: bytes, quote: int, more_rows: int, more: int) -> pl.DataFrame:
    """Return records whose number and length are what a proof asks for, or nearly so."""
    height = max(1, data.count(b"\n") + more_rows)
    signs = data.count(quote) + data.count(b"\r")
    length = max(0, len(data) - signs - height * WIDTH + more)
    return pl.DataFrame({"0": ["a" * length, *[None] * (height - 1)], "1": [""] * height})


@settings(max_examples=500, deadline=None)
@given(
    st.lists(st.sampled_from([*FIELDS, ",", ",", "\n"]), min_size=1, max_size=8).map("".join),
    st.sampled_from(['"', "'"]),
    st.sampled_from([0, 0, 0, 0, -1, 1]),
    st.sampled_from([0, 0, 0, 0, -1, 1]),
)
@example('a"a,"a,a', '"', 0, 0)
@example('"a"a,a', '"', 0, 0)
@example('"a', '"', 0, 0)
@example("aaa,a", '"', 0, -1)
@example("aaaaaa,a", '"', 1, 0)
def test_each_part_of_the_proof(text: str, quote: str, more_rows: int, more: int) -> None:
    data = text.replace('"', quote).encode() + b"\n"
    records = made_up(data, ord(quote), more_rows, more)
    assert are_records(data, records, ",", quote) == is_proven(data, records, ord(quote))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("quoted", [False, True])
def test_sound_lines_are_proven(end: str, quoted: bool) -> None:
    line = ('"Lê, Bình",' if quoted else "Lê Bình,") + '""'
    data = (line + end).encode() * 1_000
    records = read(data, '"')
    assert records is not None
    assert records.height == 1_000
    assert are_records(data, records, ",", '"')
