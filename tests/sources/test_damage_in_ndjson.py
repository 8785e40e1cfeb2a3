"""Damaged lines of NDJSON."""

from __future__ import annotations

import json

import pytest

from helpers.damage import BYTES, NUL, OBJECT, Rejected, audit, damaged, exp102, in_utf8, rejects
from helpers.desks import Desk
from helpers.outcomes import Command
from helpers.people import ERROR, GOOD, NAMELESS, person
from thuebao.sources.json import table as ndjson

NDJSON_DAMAGES: dict[str, tuple[str | bytes, int, Rejected]] = {
    "none": (OBJECT * 3, 3, []),
    "none, no line end": (OBJECT * 2 + OBJECT.strip(), 3, []),
    "not JSON": (OBJECT + "x\n" + OBJECT, 2, [(2, "not_json")]),
    "several": (OBJECT + "x\n{\n" + OBJECT + "}\n", 2, [(2, "not_json"), (3, "not_json"), (5, "not_json")]),
    "array": (OBJECT + '["x"]\n' + OBJECT, 2, [(2, "not_json")]),
    "text": (OBJECT + '"x"\n' + OBJECT, 2, [(2, "not_json")]),
    "number": (OBJECT + "1\n" + OBJECT, 2, [(2, "not_json")]),
    "null": (OBJECT + "null\n" + OBJECT, 2, [(2, "not_json")]),
    "two objects": (OBJECT + "{} {}\n" + OBJECT, 2, [(2, "not_json")]),
    "comma behind": (OBJECT + OBJECT.replace("\n", ",\n") + OBJECT, 2, [(2, "not_json")]),
    "cut at the end": (OBJECT * 2 + OBJECT[:50], 2, [(3, "not_json")]),
    "nested too deep": (OBJECT + '{"address": ' + "[" * 100_000 + "\n" + OBJECT, 2, [(2, "not_json")]),
    "number too long": (OBJECT + '{"msisdn": ' + "9" * 10_000 + "}\n" + OBJECT, 3, []),
    "constants": (OBJECT + '{"msisdn": NaN, "address": -Infinity}\n' + OBJECT, 3, []),
    "escaped half of a pair": (OBJECT + '{"address": "\\ud800"}\n' + OBJECT, 2, [(2, "bytes")]),
    "key twice": (OBJECT + '{"msisdn": "1", "msisdn": "2"}\n' + OBJECT, 2, [(2, "key_twice")]),
    "key twice, further in": (OBJECT + '{"address": {"x": 1, "x": 2}}\n' + OBJECT, 2, [(2, "key_twice")]),
    "key twice, in two spellings": (OBJECT * 2 + OBJECT.replace("{", '{"MSISDN": "1", '), 2, [(3, "key_twice")]),
    "key twice, one damaged": (
        OBJECT.replace("{", '{"msis\\u0000dn": "1", ') + OBJECT * 20 + OBJECT.replace("{", '{"msis\\u0000dn": "1", '),
        20,
        [(1, "key_twice"), (22, "key_twice")],
    ),
    "key twice, two synonyms": (OBJECT * 2 + OBJECT.replace("{", '{"Số thuê bao": "1", '), 2, [(3, "key_twice")]),
    "byte": (OBJECT.encode() + b'{"address": "\xff"}\n' + OBJECT.encode(), 2, [(2, BYTES)]),
    "byte in a key": (OBJECT.encode() + b'{"\xff": "x"}\n' + OBJECT.encode(), 2, [(2, BYTES)]),
    "letter cut in two at the end": (OBJECT.encode() * 2 + '{"address": "Số'.encode()[:-1], 2, [(3, BYTES)]),
    "NUL": (OBJECT + '{"address": "\0"}\n' + OBJECT, 2, [(2, NUL)]),
    "escaped NUL": (OBJECT + '{"full_name": "\\u0000"}\n' + OBJECT, 3, []),
    "line break in a text": (OBJECT + '{"address": "x\ny"}\n' + OBJECT, 2, [(2, "not_json"), (3, "not_json")]),
    "blank lines": (OBJECT + "\n \n\t\n\r\n" + "x\n" + OBJECT + "\n\n", 2, [(6, "not_json")]),
    "CRLF": ((OBJECT + "x\n" + OBJECT).replace("\n", "\r\n"), 2, [(2, "not_json")]),
    "empty object": (OBJECT + "{}\n" + OBJECT, 2, []),
    "far away": (OBJECT * 300 + "x\n" + OBJECT, 301, [(301, "not_json")]),
}


@pytest.mark.parametrize("name", NDJSON_DAMAGES)
def test_one_damage_in_ndjson(desk: Desk, cli: Command, monkeypatch: pytest.MonkeyPatch, name) -> None:
    monkeypatch.setattr(ndjson, "BATCH_ROWS", 2)
    content, records, rejected = NDJSON_DAMAGES[name]
    read, found = damaged(desk, cli, content, "--select", "PER101")
    assert (read["format"], read["records"], found) == ("ndjson", records, rejected)
    lines = in_utf8(content).replace(b"\r\n", b"\n").split(b"\n")
    for row in rejects(desk):
        assert row["text"].removesuffix("\r") == lines[int(row["line"]) - 1].decode(errors="backslashreplace")


@pytest.mark.parametrize("key", ["MSISDN", "msis\\u0000dn", "Số thuê bao"])
def test_a_key_in_another_spelling_names_the_same(desk: Desk, cli: Command, key: str) -> None:
    desk.write("vina.csv", OBJECT + json.dumps(person(4)).replace("msisdn", key) + "\n" + json.dumps(person(5)) + "\n")
    done = audit(cli, "vina.csv", "--select", "NUM,PER101")
    assert (done.code, done.document["totals"]["records"]) == (0, 3)


def test_two_keys_that_are_both_common_are_two_columns_for_one(desk: Desk, cli: Command) -> None:
    desk.write("vina.csv", OBJECT * 3 + OBJECT.replace("msisdn", "MSISDN") * 3)
    done = audit(cli, "vina.csv")
    assert done.code == 3
    assert "appears twice in the header" in done.err


def test_findings_in_ndjson_are_those_without_the_damaged_lines(desk: Desk, cli: Command) -> None:
    objects = [json.dumps(record) + "\n" for record in (GOOD, ERROR, person(4), person(5) | NAMELESS, GOOD)]
    desk.write("vina.csv", "".join([objects[0], "x\n", *objects[1:3], "\n", "[]\n1\n", *objects[3:], "{"]))
    done = audit(cli, "vina.csv", "--max-rejected", "50%", "--findings", "found.csv", "--ignore", "DUP112")
    assert done.code == 1
    assert [(row["record"], row["code"]) for row in desk.rows("found.csv")] == [
        ("1", "DUP101"),
        ("3", "PER101"),
        ("7", "PER101"),
        ("8", "DUP101"),
    ]
    [finding] = exp102(done.document)
    assert "4 lines are no records (no JSON object: 4); line 2: no JSON object" in finding["detail"]
