"""Damaged lines, and what the command says of them."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from typing import Any

from helpers.desks import Desk
from helpers.outcomes import Command, Outcome
from helpers.people import AS_OF, GOOD

HEAD = "msisdn,full_name,note,address\n"
LINE = "0912345678,Nguyễn Văn An,n,Hà Nội\n"
COLUMNS = ["path", "line", "record", "reason", "text"]

Rejected = list[tuple[int, str]]  # line and reason

TOO_FEW, TOO_MANY, QUOTE, BYTES, NUL, CUT = "too_few", "too_many", "quote", "bytes", "nul", "cut"


def audit(cli: Command, *arguments: object) -> Outcome:
    done = cli("audit", *arguments, "--format", "json", "--as-of", AS_OF)
    assert "Traceback" not in done.err
    assert "error of its own" not in done.err
    return done


def reason_of(said: str) -> str:
    """Return the reason that a line of the rejects file gives in words."""
    if fields := re.fullmatch(r"(\d+) fields? where the header has (\d+)", said):
        found, expected = map(int, fields.groups())
        assert found != expected
        return TOO_FEW if found < expected else TOO_MANY
    return {
        "a quotation mark is not closed or not opened": QUOTE,
        "bytes that are no text in the file's encoding": BYTES,
        "a NUL character": NUL,
        "the file breaks off in this line": CUT,
        "no JSON object": "not_json",
        "a key appears twice": "key_twice",
    }[said]


def rejects(desk: Desk, name: str = "rejects.csv") -> list[dict[str, str]]:
    """Return what a file of rejected lines holds."""
    content = (desk.path / name).read_bytes().decode()
    reader = csv.DictReader(io.StringIO(content, newline=""), strict=True)
    assert reader.fieldnames == COLUMNS
    return list(reader)


def lines_and_reasons(rows: Sequence[dict[str, str]]) -> Rejected:
    return [(int(row["line"]), reason_of(row["reason"])) for row in rows]


def damaged(desk: Desk, cli: Command, content: str | bytes, *options: object) -> tuple[dict[str, Any], Rejected]:
    """Return what is said of a damaged file that is read, and its rejected lines; hold that the numbers agree."""
    desk.write("vina.csv", content)
    done = audit(cli, "vina.csv", "--rejects", "rejects.csv", "--max-rejected", "100%", *options)
    assert done.code in (0, 1), done.err
    document = done.document
    [read] = document["inputs"]
    rows = rejects(desk)
    assert read["rejected"] == document["totals"]["rejected"] == len(rows)
    assert document["totals"]["records"] == read["records"]
    assert sum(operator["records"] for operator in document["operators"]) == read["records"]
    numbers = [int(row["record"]) for row in rows]
    assert numbers == sorted(set(numbers))
    assert not numbers or 1 <= numbers[0] <= numbers[-1] <= read["records"] + read["rejected"]
    assert {row["path"] for row in rows} <= {"vina.csv"}
    return read, lines_and_reasons(rows)


def in_utf8(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content


BAD = "1,2\n"


def exp102(document: dict[str, Any]) -> list[dict[str, str]]:
    return [finding for finding in document["export_findings"] if finding["code"] == "EXP102"]


OBJECT = json.dumps(GOOD, ensure_ascii=False) + "\n"
