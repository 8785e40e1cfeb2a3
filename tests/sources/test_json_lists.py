"""JSON that is a list of records: cut at any byte, indented in any way, damaged anywhere."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.desks import Desk
from helpers.outcomes import Command
from helpers.people import AS_OF, GOOD, people
from thuebao.base.errors import InputError
from thuebao.sources.json.records import elements

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
RECORDS = st.lists(st.dictionaries(st.text(max_size=4), VALUES, max_size=4), min_size=1, max_size=5)


def pieces(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


@settings(max_examples=200, deadline=None)
@given(RECORDS, st.sampled_from([None, 0, 2]), st.booleans(), st.booleans(), st.integers(1, 40))
def test_any_list_gives_its_elements(records, indent, ascii_only, wrapped, size) -> None:
    document = {"status": {"ok": [1, "]"]}, "none": [], "data": records, "next": 12} if wrapped else records
    text = json.dumps(document, indent=indent, ensure_ascii=ascii_only)
    found = list(elements("a.json", pieces(text.encode("utf-8", "surrogatepass"), size)))
    assert [json.loads(piece.decode("utf-8", "surrogatepass")) for _, piece in found] == records
    for line, piece in found:
        first = piece.decode("utf-8", "surrogatepass").partition("\n")[0]
        assert first in text.split("\n")[line - 1]


@settings(max_examples=100, deadline=None)
@given(RECORDS, st.integers(0, 10**6), st.integers(1, 40))
def test_a_list_that_breaks_off_is_refused_at_its_line(records, cut, size) -> None:
    text = json.dumps(records, indent=1).encode()
    text = text[: cut % len(text)]
    with pytest.raises(InputError) as caught:
        list(elements("a.json", pieces(text, size)))
    assert caught.value.key == "json_broken"
    assert caught.value.values["line"] <= text.count(b"\n") + 1


def audited(cli: Command, *arguments: object) -> dict:
    return cli("audit", *arguments, "--operator", "Viettel", "--as-of", AS_OF, "--format", "json").document


def test_elements_that_are_no_records_are_rejected_with_their_lines(desk: Desk, cli: Command) -> None:
    good = [json.dumps(one, ensure_ascii=False) for one in people(3)]
    twice = '{"msisdn": "0912345678", "msisdn": "0912345679"}'
    desk.write("a.json", "[\n" + ",\n".join([good[0], "null", good[1], "[1]", twice, good[2]]) + "\n]\n")
    found = audited(cli, "a.json", "--max-rejected", "5", "--rejects", "rejects.csv")
    [read] = found["inputs"]
    assert (read["format"], read["records"], read["rejected"]) == ("json", 3, 3)
    assert [(row["line"], row["record"]) for row in desk.rows("rejects.csv")] == [("3", "2"), ("5", "4"), ("6", "5")]


def test_a_list_and_lines_give_the_same(desk: Desk, cli: Command) -> None:
    records = people(40)
    desk.write("a.json", json.dumps(records))
    desk.write("b.jsonl", "".join(json.dumps(one) + "\n" for one in records))
    one, other = (audited(cli, name) for name in ("a.json", "b.jsonl"))
    assert one["operators"] == other["operators"]
    assert one["totals"]["records"] == 40


def test_a_column_that_nobody_reads_may_hold_anything(desk: Desk, cli: Command) -> None:
    desk.write("a.jsonl", "".join(json.dumps(one | {"_id": {"$oid": "1"}, "tags": [1]}) + "\n" for one in people(3)))
    assert audited(cli, "a.jsonl")["totals"]["records"] == 3
    desk.write("b.jsonl", "".join(json.dumps(one | {"date_of_birth": {"$date": 1}}) + "\n" for one in people(3)))
    done = cli("audit", "b.jsonl", "--operator", "Viettel")
    assert done.code == 3
    assert "'date_of_birth' holds lists or objects" in done.err


def test_several_lists_in_one_file_are_refused(desk: Desk, cli: Command) -> None:
    desk.write("a.json", json.dumps({"data": [GOOD], "more": [GOOD]}))
    assert [one["reason"] for one in audited(cli, "a.json")["unreadable"]] == ["json_not_by_line"]
