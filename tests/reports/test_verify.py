"""What is printed of a verification, in both languages."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import datetime, timedelta
from pathlib import Path

import thuebao
from helpers.manifests import Made, shown
from thuebao.base.messages import use_language
from thuebao.reports.verify import render as render_verification
from thuebao.results.evidence.verify import verify


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
    assert list(document) == ["schema", "tool", "manifest", "made", "holds", "files", "rules", "signature"]
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


def test_every_state_and_reason_has_its_text() -> None:
    source = Path(thuebao.__file__).parent
    known = tomllib.loads((source / "base" / "messages" / "en.toml").read_text("utf-8"))
    examining = (source / "results" / "evidence" / "signatures" / "examining.py").read_text("utf-8")
    reasons = set(re.findall(r"(?:_RefusedError\(|return |INVALID, )\"(\w+)\"", examining))
    assert {"changed", "usage", "broken", "garbage", "no_certificate"} <= reasons
    assert {*reasons, "weak", "none", "trusted", "unchecked", "untrusted", "invalid"} <= known["signature"].keys()
    verification = (source / "results" / "evidence" / "verify.py").read_text("utf-8")
    statuses = set(re.findall(r"\"(same|changed|gone|added|unchecked|size|digest|no_file|unreadable)\"", verification))
    assert len(statuses) == 9
    assert {*statuses, "fingerprint"} == known["verify_status"].keys()
