"""Files as the world's other writers make them: each is read, or refused, as tests/corpus/expected.toml says."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from helpers.desks import Desk
from helpers.outcomes import Command, one_message, violated
from helpers.people import AS_OF

CORPUS = Path(__file__).parent.parent / "corpus"
LIST = "expected.toml"
EXPECTED: list[dict[str, Any]] = tomllib.loads((CORPUS / LIST).read_text(encoding="utf-8"))["file"]
BY_PATH = pytest.mark.parametrize("wanted", EXPECTED, ids=[wanted["path"] for wanted in EXPECTED])


def test_every_file_has_an_expectation() -> None:
    files = {str(file.relative_to(CORPUS)) for file in CORPUS.rglob("*") if file.is_file()}
    assert sorted(wanted["path"] for wanted in EXPECTED) == sorted(files - {LIST})


@BY_PATH
def test_a_file_is_read_or_refused_as_expected(desk: Desk, cli: Command, wanted: dict[str, Any]) -> None:
    operator = wanted.get("operator", "Viettel")
    form_of = ("--operator", operator, "--as-of", AS_OF, "--format", "json", "--fail-on", "never")
    done = cli("audit", CORPUS / wanted["path"], *form_of)
    found = done.document
    refused = [wanted["refused"]] if "refused" in wanted else []
    assert [refusal["reason"] for refusal in found.get("unreadable", ())] == refused
    assert done.code == (3 if refused else 0)
    if refused:
        one_message(done)
    assert found["totals"]["records"] == wanted.get("records", 0)
    if "findings" in wanted:
        about_records = {code: n for code, n in violated(found).items() if not code.startswith("EXP")}
        assert about_records == wanted["findings"]
    for piece in wanted.get("says", ()):
        assert piece in done.err
    assert "panicked" not in done.err
    assert desk.files() == set()
