"""What is printed of a verification, in both languages."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path

import pytest

from helpers.manifests import Made, shown
from thuebao.base.messages import LANGUAGES, Language, use_language
from thuebao.reports.verify import render as render_verification
from thuebao.results.evidence.signatures.examining import INVALID, TRUSTED, UNCHECKED, UNTRUSTED, Signed
from thuebao.results.evidence.verify import Checked, verify


def test_both_languages_say_what_holds_and_what_does_not(made: Made) -> None:
    use_language("vi")
    said = shown(verify(made.path))
    assert "Mọi nội dung kiểm tra được đều đúng như bản kê." in said
    assert "Người ký: Trần Thị Bình (Sở Thông tin)" in said
    Path("fix.csv").unlink()
    assert "không còn" in shown(verify(made.path))
    use_language("en")
    said = shown(verify(made.path))
    assert "gone" in said
    assert "Not everything is as the manifest says." in said


def test_the_document_of_a_verification(made: Made) -> None:
    with Path("fix.csv").open("ab") as file:
        file.write(b"\n")
    document = json.loads(render_verification(verify(made.path)))
    assert list(document) == [
        "schema",
        "tool",
        "manifest",
        "made",
        "holds",
        "files",
        "rules",
        "signature",
        "not_checked",
    ]
    assert document["schema"] == "thuebao-verification/1"
    assert document["holds"] is False
    assert document["files"][-1] == {
        "kind": "output",
        "path": "fix.csv",
        "status": "changed",
        "reason": "size",
        "found": None,
    }
    assert document["rules"]["same"] is True
    signature = document["signature"]
    assert (signature["holds"], signature["state"], signature["signer"]) == (
        True,
        "unchecked",
        "Trần Thị Bình (Sở Thông tin)",
    )
    assert datetime.fromisoformat(signature["at"]).utcoffset() == timedelta(hours=7)


def test_many_files_are_cut_short_and_those_that_differ_come_first(made: Made) -> None:
    made.rewrite(lambda document: document["inputs"].extend(document["inputs"][:1] * 200))
    Path("fix.csv").unlink()
    said = shown(verify(made.path))
    assert "The first 100 of 203" in said
    assert said.index("fix.csv") < said.index("exports/viettel.csv")


STATES = (TRUSTED, UNCHECKED, UNTRUSTED, INVALID)
REASONS = (
    "after_stamp",
    "garbage",
    "not_detached",
    "not_one_signer",
    "attributes",
    "algorithm",
    "no_certificate",
    "broken",
    "changed",
    "changed_later",
    "not_whole",
    "future",
    "expired",
    "not_yet",
    "usage",
    "weak",
)
SAID = ("none", "detail", "by", "identity", "at", "stamped", "followed")
STATUSES = ("same", "changed", "gone", "added", "unchecked")
DIFFERENCES = ("size", "digest", "no_file", "unreadable", "fingerprint")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_and_reason_has_its_text(made: Made, language: Language) -> None:
    """Each is printed: one without a text would end the command."""
    use_language(language)
    whole = verify(made.path)
    of_states = {shown(replace(whole, signed=Signed(state))) for state in STATES}
    of_reasons = {shown(replace(whole, signed=Signed(INVALID, reason))) for reason in REASONS}
    assert len(of_states | of_reasons) == len(STATES) + len(REASONS)
    of_files = {shown(replace(whole, files=(Checked("input", "vina.csv", status),))) for status in STATUSES} | {
        shown(replace(whole, files=(Checked("input", "vina.csv", "changed", reason),))) for reason in DIFFERENCES
    }
    assert len(of_files) == len(STATUSES) + len(DIFFERENCES)
    texts = tomllib.loads(resources.files("thuebao.base.messages").joinpath(f"{language}.toml").read_text("utf-8"))
    assert texts["verify_status"].keys() == {*STATUSES, *DIFFERENCES}
    assert texts["signature"].keys() == {*STATES, *REASONS, *SAID}
