"""Damaged lines take nothing from the findings of the others."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from helpers.damage import audit, reason_of, rejects
from helpers.desks import Desk
from helpers.exports import table
from helpers.outcomes import Command, violated
from helpers.people import ERROR, NAMELESS, people, person
from oracles.plain_lines import Found, found_in
from thuebao.sources.delimited import table as delimited

DAMAGED_LINES: list[bytes] = [
    b"0912345678,x\n",
    b"\n",
    b'0912345678,"x,,,,,,,,,,,,,,,,,,,\n',
    b",,x,y,,\n",
    b" \t\n",
    b"0912345678\0" + b"," * 20 + b"\n",
    b"," * 21 + b"\n",
    b'1,"x"y' + b"," * 19 + b"\n",
    b"\xff" + b"," * 20 + b"\n",
]


def with_bad_lines(text: str, places: Sequence[int]) -> bytes:
    """Return an export with a damaged line before each of the records that have these numbers, the last one too."""
    header, *records = (line.encode() for line in text.splitlines(keepends=True))
    content = [header]
    for number, record in enumerate([*records, b""]):
        content += [DAMAGED_LINES[(n + number) % len(DAMAGED_LINES)] for n in range(places.count(number))]
        content.append(record)
    return b"".join(content)


def plainly(content: bytes) -> list[Found]:
    """Return what the oracle finds below a header of one line."""
    header, _, body = content.partition(b"\n")
    return found_in(body, header.count(b",") + 1)


@pytest.mark.parametrize("places", [[0], [10], [0, 0, 1, 3, 3, 3, 9, 10], list(range(11)), [5] * 20])
@pytest.mark.parametrize("at_once", [1, 3, 75_000])
def test_findings_are_those_without_the_damaged_lines(
    desk: Desk, cli: Command, monkeypatch: pytest.MonkeyPatch, places, at_once
) -> None:
    monkeypatch.setattr(delimited, "BATCH_ROWS", at_once)
    shared = {"full_name": "Trần Văn Bình"}  # DUP121 with the same identity under another name
    first = [ERROR, *people(4, 10), person(5) | NAMELESS, *people(3, 20), person(0)]
    second = [
        person(30),
        person(0) | shared,
        *people(2, 40),
        person(10),
        *people(4, 50),
        person(41) | {"msisdn": "0912000000"},
    ]
    assert len(first) == len(second) == 10
    contents = {"a vina.csv": table(first), "b viettel.csv": table(second), "c vina.csv": table(people(3, 20))}
    options = ("--reveal", "--max-rejected", "100%", "--force", "--findings", "found.csv")
    for name, content in contents.items():
        desk.write(name, content)
    clean = audit(cli, *contents, *options)
    findings = desk.rows("found.csv")
    assert {"PER101", "DUP101", "DUP121"} <= violated(clean.document).keys()
    bad = {name: with_bad_lines(content, places) for name, content in contents.items() if name != "c vina.csv"}
    sound = {
        name: [(n, what.line) for n, what in enumerate(plainly(content), 1) if not what.reason]
        for name, content in bad.items()
    } | {"c vina.csv": [(1, 2), (2, 3), (3, 4)]}

    def moved(row: dict[str, str]) -> dict[str, str]:
        number, line = sound[row["path"]][int(row["record"]) - 1]
        return row | {"record": str(number), "line": str(line)}

    for name, content in bad.items():
        desk.write(name, content)
    done = audit(cli, *contents, *options, "--rejects", "rejects.csv")
    assert done.code == clean.code == 1
    assert list(map(moved, findings)) == desk.rows("found.csv")
    document, other = done.document, clean.document
    assert [document[key] for key in ("operators", "rules", "identities")] == [
        other[key] for key in ("operators", "rules", "identities")
    ]
    rows = rejects(desk)
    assert document["totals"] == other["totals"] | {"rejected": len(rows)}
    assert [read["rejected"] for read in document["inputs"]] == [
        sum(row["path"] == name for row in rows) for name in contents
    ]
    for name, content in bad.items():
        wrong = [(n, what) for n, what in enumerate(plainly(content), 1) if what.reason]
        assert [
            (int(row["record"]), int(row["line"]), reason_of(row["reason"])) for row in rows if row["path"] == name
        ] == [(n, what.line, what.reason) for n, what in wrong]


def test_a_damaged_line_is_no_party_to_a_duplicate(desk: Desk, cli: Command) -> None:
    lines = table([person(0), person(1)]).splitlines(keepends=True)
    desk.write("vina.csv", "".join([*lines, lines[1].replace("\n", ",\n"), lines[2].replace(",", ";", 1)]))
    done = audit(cli, "vina.csv", "--max-rejected", "2", "--ignore", "EXP")
    assert done.code == 0
    assert violated(done.document) == {}
