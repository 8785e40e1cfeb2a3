"""Manifests made to mislead: each is one clear message, and leads nowhere else."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from helpers.desks import Desk
from helpers.manifests import Made, shown, states
from thuebao.base.errors import InputError
from thuebao.reports.verify import render as render_verification
from thuebao.results.evidence.verify import signature_path, verify


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (b"", "manifest_not_json"),
        (b"\xff\xfe", "manifest_not_json"),
        (b"[" * 100_000, "manifest_not_json"),
        (b'{"schema": "thuebao-manifest/1", "a": ' + b'{"a":' * 100_000, "manifest_not_json"),
        (b'{"schema": "thuebao-manifest/1", "schema": "x"}', "manifest_not_json"),
        (b'{"schema": "thuebao-manifest/1", "bytes": NaN}', "manifest_not_json"),
        (b'{"schema": "thuebao-manifest/1", "bytes": ' + b"9" * 10_000 + b"}", "manifest_not_json"),
        (b"[]", "manifest_none"),
        (b"{}", "manifest_none"),
        (b'{"schema": "thuebao-audit/1"}', "manifest_none"),
        (b'{"schema": ["thuebao-manifest/1"]}', "manifest_none"),
        (b'{"schema": "thuebao-manifest/2"}', "manifest_schema"),
        (b'{"schema": "thuebao-manifest/1"}', "manifest_key"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{value[:40]!r}",
)
def test_what_is_no_manifest(desk: Desk, content: bytes, wanted: str) -> None:
    desk.write("m.json", content)
    with pytest.raises(InputError) as error:
        verify(Path("m.json"))
    assert error.value.key == wanted
    assert len(str(error.value)) < 300


def test_a_manifest_larger_than_any_is_not_read(desk: Desk) -> None:
    desk.write("m.json", b" " * ((64 << 20) + 1))
    with pytest.raises(InputError) as error:
        verify(Path("m.json"))
    assert error.value.key == "manifest_too_large"


def test_a_manifest_that_is_not_there_or_no_file(desk: Desk) -> None:
    Path("folder.json").mkdir()
    os.mkfifo("pipe.json")
    for name in ("nowhere.json", "folder.json", "pipe.json"):
        with pytest.raises(InputError):
            verify(Path(name))


OF_EVERY_KIND = [None, 1, -1.5, True, "x", [], [1], {}, {"path": 1}, [[]], [{"path": "a"}]]
PLACES: list[tuple[Any, ...]] = [
    ("tool",),
    ("started",),
    ("made_by",),
    ("rulebook",),
    ("rulebook", "files"),
    ("rulebook", "files", 0, "path"),
    ("rulebook", "fingerprint"),
    ("inputs",),
    ("inputs", 0),
    ("inputs", 0, "path"),
    ("inputs", 0, "bytes"),
    ("inputs", 0, "sha256"),
    ("inputs", 0, "standard_input"),
    ("unreadable",),
    ("outputs",),
    ("outputs", 0, "sha256"),
]
OF_NO_WEIGHT = {("started",), ("made_by",), ("inputs", 0, "standard_input")}


def test_wrong_kinds_anywhere_are_a_message_or_a_difference(made: Made) -> None:
    signature_path(made.path).unlink()
    before = made.document
    refused = 0
    for place in PLACES:
        for value in OF_EVERY_KIND:
            document = json.loads(json.dumps(before))
            *way, last = place
            part = document
            for step in way:
                part = part[step]
            part[last] = value
            made.desk.write(str(made.path), json.dumps(document))
            try:
                found = verify(made.path)
            except InputError as error:
                refused += 1
                assert error.key == "manifest_key"
            else:
                unharmed = document == before or place in OF_NO_WEIGHT or value == []
                assert unharmed or not found.holds
                shown(found)
    assert refused > 100


LEADING_ANYWHERE = [
    "../../../../../../etc/passwd",
    "/etc/passwd",
    "/dev/zero",
    "/proc/self/environ",
    "\0",
    "",
    ".",
    "/",
    "..",
    "a" * 5000,
    "\ud800",
    "\x1b[31m",
    "[bold]",
    "exports",
]


def test_paths_that_lead_anywhere_are_hashed_at_most(made: Made) -> None:
    signature_path(made.path).unlink()
    for path in LEADING_ANYWHERE:
        leads_nowhere_else(made, path)


def leads_nowhere_else(made: Made, path: str) -> None:
    def change(document: dict[str, Any]) -> None:
        document["inputs"][0]["path"] = path
        document["outputs"][0]["path"] = path
        document["rulebook"]["files"][0]["path"] = path

    made.rewrite(change)
    for root_of in (None, made.desk.path):
        found = verify(made.path, root=root_of)
        assert not found.holds
        said = shown(found) + render_verification(found)
        assert "\x1b[31m" not in shown(found)
        assert "root:" not in said
        assert "PATH=" not in said


def test_a_root_keeps_what_climbs_out_of_it(made: Made, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"x")
    made.rewrite(
        lambda document: document["outputs"][0].update(
            path="../secret", bytes=1, sha256=hashlib.sha256(b"x").hexdigest()
        )
    )
    assert states(verify(made.path, root=made.desk.path))["../secret"] == "gone"


def test_a_file_named_often_is_hashed_once(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    made.rewrite(lambda document: document["outputs"].extend(document["outputs"] * 1000))
    calls = []
    monkeypatch.setattr("thuebao.results.evidence.verify.digest_of", lambda path: calls.append(path) or "0" * 64)
    assert not verify(made.path).holds
    assert len(calls) == 3
