"""Exports on standard input, in every form."""

from __future__ import annotations

import gzip
import hashlib
import io
import sys

import pytest

from helpers.desks import Desk
from helpers.formats.cases import CASES, carried, rows_of
from helpers.formats.forms import FORMS, plain_bytes
from helpers.formats.held import audit, found_by, hold, plainly
from helpers.formats.text import delimited
from helpers.outcomes import Command
from helpers.people import AS_OF


@pytest.mark.parametrize("name", ["comma", "windows-1258", "gzip", "openpyxl", "zip", "Parquet by Arrow"])
def test_standard_input_in_every_form(desk: Desk, cli: Command, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    written = FORMS[name]
    cases = carried(written.without)
    like = plainly(desk, cli, written.without)
    [data] = written.write(rows_of(cases)).values()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    found = audit(desk, cli, "-", "--hash")
    hold(found, cases, like)
    [said] = found.document["inputs"]
    assert (said["path"].partition("/")[0], said["format"], said["encoding"]) == (
        "stdin",
        written.format,
        written.encoding,
    )
    unpacked = gzip.decompress(gzip.compress(plain_bytes(rows_of(cases)))) if name == "zip" else data
    assert said["sha256"] == hashlib.sha256(unpacked).hexdigest()


def test_standard_input_of_a_process(desk: Desk, cli: Command, process: Command) -> None:
    like = plainly(desk, cli)
    form_of = (
        "--operator",
        "VinaPhone",
        "--format",
        "json",
        "--force",
        "--findings",
        "found.csv",
        "--reveal",
        "--as-of",
        AS_OF,
    )
    done = process("audit", "-", *form_of, given="\ufeff" + delimited(rows_of(CASES), ";"))
    assert done.code == 1, done.err
    hold(found_by(done, desk.rows("found.csv")), CASES, like)
