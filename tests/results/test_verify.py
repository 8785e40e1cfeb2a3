"""What holds of a manifest and what does not."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import zipfile
from pathlib import Path

import pytest

from helpers.desks import Desk
from helpers.exports import table
from helpers.manifests import Made, make, shown, states
from helpers.people import GOOD, person
from thuebao.base.errors import UsageError
from thuebao.results.evidence.digests import fingerprint
from thuebao.results.evidence.verify import verify
from thuebao.rulebook.reference import rules_home

OWN_RULE = """\
[[rule]]
code = "USR101"
name = "clerk-of-ours"
severity = "warning"
field = "clerk_name"
violation = "clerk_name = 'Ai'"
title = "A clerk of ours"

[[rule.basis]]
instrument = "decree-163-2024"
provision = "Khoản 5 Điều 19"
"""


def test_what_nobody_touched_holds(made: Made) -> None:
    found = verify(made.path)
    assert states(found) == {"exports/viettel.csv": "same", "exports/vina.csv": "same", "fix.csv": "same"}
    assert {checked.status for checked in found.rules} == {"same"}
    assert found.holds
    assert found.signed is not None
    assert (found.signed.state, found.signed.signer) == ("unchecked", "Trần Thị Bình (Sở Thông tin)")


@pytest.mark.parametrize("name", ["exports/vina.csv", "fix.csv"])
def test_one_changed_byte_is_found(made: Made, name: str) -> None:
    path = made.desk.path / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    found = verify(made.path)
    assert states(found)[name] == "changed digest"
    assert sum(not checked.holds for checked in found.files) == 1
    assert not found.holds


def test_more_or_less_of_a_file_is_found_without_hashing_it(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    (made.desk.path / "fix.csv").write_bytes(b"")
    hashed = []
    monkeypatch.setattr("thuebao.results.evidence.verify.digest_of", lambda path: hashed.append(path) or "")
    assert states(verify(made.path))["fix.csv"] == "changed size"
    assert Path("fix.csv") not in hashed


def test_what_is_gone_is_said(made: Made) -> None:
    Path("exports/vina.csv").unlink()
    found = verify(made.path)
    assert states(found) == {"exports/viettel.csv": "same", "exports/vina.csv": "gone", "fix.csv": "same"}
    assert not found.holds


@pytest.mark.skipif(os.geteuid() == 0, reason="to root, everything is readable")
def test_what_cannot_be_read_is_said(made: Made) -> None:
    Path("fix.csv").chmod(0)
    assert states(verify(made.path))["fix.csv"] == "changed unreadable"


def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(made: Made) -> None:
    Path("fix.csv").unlink()
    os.mkfifo("fix.csv")
    assert states(verify(made.path))["fix.csv"] == "changed no_file"


def test_folders_that_moved_together_hold_wherever_one_stands(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made.desk.path.rename(tmp_path / "moved")
    away = tmp_path / "away"
    away.mkdir()
    monkeypatch.chdir(away)
    found = verify(Path("../moved/bản kê.json"))
    assert found.holds
    assert [checked.found for checked in found.files] == [
        f"../moved/{name}" for name in ("exports/viettel.csv", "exports/vina.csv", "fix.csv")
    ]


def test_absolute_paths_are_found_below_another_root(desk: Desk, tmp_path: Path) -> None:
    desk.export("exports/vina.csv")
    made = make(desk, str(desk.path / "exports"))
    manifest = desk.path / made.path
    kept = tmp_path / "kept"
    shutil.copytree(desk.path / "exports", kept / "exports")
    shutil.copy("fix.csv", kept)
    shutil.rmtree("exports")
    assert set(states(verify(manifest)).values()) == {"gone", "same"}
    assert verify(manifest, root=kept).holds
    (tmp_path / "empty").mkdir()
    assert set(states(verify(manifest, root=tmp_path / "empty")).values()) == {"gone"}
    with pytest.raises(UsageError):
        verify(manifest, root=tmp_path / "nowhere")


def test_a_zip_is_one_input(desk: Desk) -> None:
    with zipfile.ZipFile("all.zip", "w") as archive:
        archive.writestr("vina.csv", table([GOOD]))
        archive.writestr("viettel.csv", table([person(5), person(6)]))
        archive.writestr("broken.csv", "a,b\n1,2\n")
    made = make(desk, "all.zip")
    [entry] = made.document["inputs"]
    assert entry["path"] == "all.zip"
    assert entry["sha256"] == hashlib.sha256(Path("all.zip").read_bytes()).hexdigest()
    assert (entry["format"], entry["records"]) == ("zip", 3)
    assert [member["path"] for member in entry["members"]] == ["all.zip/viettel.csv", "all.zip/vina.csv"]
    [unreadable] = made.document["unreadable"]
    assert (unreadable["path"], unreadable["at"], unreadable["reason"]) == (
        "all.zip",
        "all.zip/broken.csv",
        "header_unrecognised",
    )
    assert verify(made.path).holds
    with Path("all.zip").open("ab") as file:
        file.write(b"\0")
    assert states(verify(made.path))["all.zip"] == "changed size"


def test_inputs_that_could_not_be_read_are_named_without_their_text(desk: Desk) -> None:
    desk.export("vina.csv")
    desk.write("viettel.csv", "Nguyễn Văn An,0912345678\nTrần Thị Bình,0987654321\n")
    made = make(desk, "vina.csv", "viettel.csv", "nowhere.csv")
    unreadable = {entry["path"]: entry for entry in made.document["unreadable"]}
    assert unreadable.keys() == {"viettel.csv", "nowhere.csv"}
    assert unreadable["nowhere.csv"]["sha256"] is None
    assert "Nguyễn Văn An" not in (desk.path / made.path).read_text("utf-8")
    assert states(verify(made.path)) == {
        "vina.csv": "same",
        "viettel.csv": "same",
        "nowhere.csv": "unchecked",
        "fix.csv": "same",
    }
    desk.write("viettel.csv", "other")
    assert not verify(made.path).holds


def test_standard_input_cannot_be_checked_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    given = io.TextIOWrapper(io.BytesIO(table([GOOD]).encode()))
    monkeypatch.setattr("sys.stdin", given)
    made = make(desk, "-", operator="VinaPhone")
    [entry] = made.document["inputs"]
    assert entry["sha256"] == hashlib.sha256(table([GOOD]).encode()).hexdigest()
    found = verify(made.path)
    assert states(found)[entry["path"]] == "unchecked"
    assert found.holds


def test_own_rules_are_part_of_the_evidence(desk: Desk) -> None:
    desk.export("vina.csv")
    desk.write("ours/rule.toml", OWN_RULE)
    made = make(desk, "vina.csv", rules=[Path("ours")])
    files = {entry["name"]: entry for entry in made.document["rulebook"]["files"]}
    assert files["own/1/rule.toml"]["path"] == "ours/rule.toml"
    assert {"law.toml", "number.toml", "reference/codes.csv", "reference/provinces_2025.csv"} <= files.keys()
    assert verify(made.path).holds
    # How lines end is no part of a rule; what it says is.
    desk.write("ours/rule.toml", OWN_RULE.replace("\n", "\r\n"))
    assert verify(made.path).holds
    desk.write("ours/rule.toml", OWN_RULE.replace("'Ai'", "'An'"))
    [differing] = [checked for checked in verify(made.path).rules if not checked.holds]
    assert (differing.path, differing.status) == ("ours/rule.toml", "changed")
    Path("ours/rule.toml").unlink()
    assert [checked.status for checked in verify(made.path).rules if not checked.holds] == ["gone"]


def test_other_shipped_rules_are_named(made: Made, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    home = tmp_path / "rules"
    shutil.copytree(rules_home(), home)
    monkeypatch.setattr("thuebao.results.evidence.verify.rules_home", lambda: home)
    assert verify(made.path).holds
    with (home / "number.toml").open("a") as file:
        file.write("# another\n")
    (home / "minors.toml").unlink()
    (home / "reference" / "new.csv").write_text("a\n")
    found = verify(made.path)
    assert {checked.path: checked.status for checked in found.rules if not checked.holds} == {
        "number.toml": "changed",
        "minors.toml": "gone",
        "reference/new.csv": "added",
    }
    assert not found.holds
    assert "reference/new.csv" in shown(found)


def test_the_fingerprint_covers_every_file_and_no_order() -> None:
    files = {"a.toml": "1" * 64, "b.toml": "2" * 64}
    lines = f"{'1' * 64}  a.toml\n{'2' * 64}  b.toml\n"
    assert fingerprint(files) == hashlib.sha256(lines.encode()).hexdigest()
    assert fingerprint(dict(reversed(files.items()))) == fingerprint(files)
    assert fingerprint(files | {"b.toml": "3" * 64}) != fingerprint(files)


def test_a_fingerprint_that_is_not_of_the_listed_files_is_found(made: Made) -> None:
    made.rewrite(lambda document: document["rulebook"].update(fingerprint="0" * 64))
    assert [c.reason for c in verify(made.path).rules if not c.holds] == ["fingerprint"]
