"""`verify`: whether what a manifest tells of still holds."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from helpers.certificates import Holder, between, officer, p12, root
from helpers.desks import Desk
from helpers.outcomes import Command, one_message
from helpers.people import ERROR, GOOD, INFO
from helpers.reports import DAY, PASSWORD, called
from thuebao.base import messages as texts
from thuebao.base.messages import text, use_language


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with an audit, its outputs and its manifest, which is signed."""
    folder = tmp_path_factory.mktemp("signed")
    language = texts.language()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        desk = Desk(folder)
        desk.export("vina.csv", ERROR, GOOD, INFO)
        desk.write("us.p12", p12(officer(), PASSWORD, between()))
        desk.write("password.txt", PASSWORD + "\n")
        desk.write("root.pem", root().pem)
        done = called(
            "audit",
            "vina.csv",
            *DAY,
            "--findings",
            "f.csv",
            "--report",
            "a.xlsx",
            "--report",
            "a.html",
            "--per-operator",
            "po",
            "--manifest",
            "m.json",
            "--sign-with",
            "us.p12",
            "--password-file",
            "password.txt",
            "--lang",
            "en",
        )
    use_language(language)
    assert done.code == 1
    assert "m.json.p7s" in done.err
    return folder


@pytest.fixture
def evidence(desk: Desk, signed: Path) -> Desk:
    shutil.copytree(signed, desk.path, dirs_exist_ok=True)
    return desk


def test_what_was_not_touched_is_verified(evidence: Desk, cli: Command) -> None:
    for options in ((), ("--trust", "root.pem"), ("--format", "json"), ("--root", "."), ("--lang", "vi")):
        done = cli("verify", "m.json", *options)
        assert (done.code, done.err) == (0, "")
    found = cli("verify", "m.json", "--trust", "root.pem", "--format", "json").document
    assert found["holds"] is True
    assert found["signature"]["state"] == "trusted"
    outputs = {"f.csv", "a.xlsx", "a.html", str(Path("po", "VinaPhone.xlsx"))}
    assert {f["path"] for f in found["files"]} == {"vina.csv", *outputs}
    assert PASSWORD not in (evidence.path / "m.json").read_text("utf-8")


@pytest.mark.parametrize("name", ["vina.csv", "f.csv", "a.xlsx", "a.html", "po/VinaPhone.xlsx", "m.json", "m.json.p7s"])
def test_one_changed_byte_is_told(evidence: Desk, cli: Command, name) -> None:
    content = bytearray((evidence.path / name).read_bytes())
    place = content.index(b"VinaPhone") if name == "m.json" else len(content) // 2
    content[place] ^= 0x01
    evidence.write(name, bytes(content))
    # Whether certificates in a signature lead anywhere is looked at only by who trusts somebody.
    done = cli("verify", "m.json", "--trust", "root.pem")
    assert done.code == 1
    assert text("verify.differs") in done.said
    if not name.startswith("m.json"):
        found = cli("verify", "m.json", "--trust", "root.pem", "--format", "json").document
        assert [f["path"] for f in found["files"] if f["status"] != "same"] == [name]
        assert found["signature"]["holds"] is True


def test_trust_in_somebody_else_or_in_no_signature_fails(evidence: Desk, cli: Command) -> None:
    evidence.write("other.pem", other_root().pem)
    assert cli("verify", "m.json", "--trust", "other.pem").code == 1
    (evidence.path / "m.json.p7s").unlink()
    assert cli("verify", "m.json").code == 0
    assert cli("verify", "m.json", "--trust", "root.pem").code == 1


def other_root() -> Holder:
    return officer("other")


@pytest.mark.parametrize(
    ("content", "code"), [(None, 3), ("no JSON", 3), ('{"schema": "thuebao-audit/1"}', 3), ('{"schema": "x/2"}', 3)]
)
def test_what_is_no_manifest_is_not_verified(desk: Desk, cli: Command, content, code) -> None:
    if content is not None:
        desk.write("m.json", content)
    done = cli("verify", "m.json")
    assert (done.code, done.out) == (code, "")
    one_message(done, "m.json")
