"""Manifests: what was audited, by which rules, with what outcome; whether it still holds; and whose word it is.

Certificates are made here. OpenSSL, where it is installed, is the second opinion on every kind of signature.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs7,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from rich.console import Console

import thuebao
from helpers.desks import Desk
from helpers.exports import table
from helpers.people import ERROR, GOOD, person
from thuebao.base.errors import InputError, OutputError, UsageError
from thuebao.base.messages import use_language
from thuebao.reports.about import About
from thuebao.reports.json_document import render
from thuebao.reports.manifest import check_manifest_path, manifest_of, result_digest, write_manifest, written
from thuebao.reports.verify import as_dict, print_verification
from thuebao.reports.verify import render as render_verification
from thuebao.results.evidence.digests import fingerprint
from thuebao.results.evidence.signatures.certificates import read_trusted
from thuebao.results.evidence.signatures.examining import Signed, examine
from thuebao.results.evidence.signatures.signer import PASSWORD_VARIABLE, Signer, load_signer, password_for
from thuebao.results.evidence.verify import Verification, signature_path, verify
from thuebao.rulebook.reference import rules_home

NOW = datetime.now(UTC)
DAY = timedelta(days=1)
CONTENT = b'{"schema": "thuebao-manifest/1"}\n'
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
openssl = pytest.mark.skipif(not shutil.which("openssl"), reason="OpenSSL is not installed")

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


# --- Certificates ----------------------------------------------------------------------------------------------


@cache
def key(name: str) -> Key:
    """Return the key of that name: RSA, of so many bits, if the name says so."""
    kind, _, bits = name.partition(" ")[0].partition("-")
    if kind == "rsa":
        return rsa.generate_private_key(public_exponent=65537, key_size=int(bits))
    return ec.generate_private_key(ec.SECP192R1() if kind == "small" else ec.SECP256R1())


def usage(*names: str) -> x509.KeyUsage:
    every = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{name: name in names for name in every})


def named(name: str) -> x509.Name:
    parts = [(NameOID.COUNTRY_NAME, "VN"), (NameOID.ORGANIZATION_NAME, "Sở Thông tin"), (NameOID.COMMON_NAME, name)]
    return x509.Name([x509.NameAttribute(kind, value) for kind, value in parts])


@dataclass(frozen=True)
class Holder:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: Key

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)


def holder(
    name: str,
    issuer: Holder | None = None,
    *,
    key_name: str = "",
    authority: bool = False,
    used_for: x509.KeyUsage | None = None,
    purposes: tuple[x509.ObjectIdentifier, ...] = (),
    valid: tuple[datetime, datetime] = (NOW - 30 * DAY, NOW + 30 * DAY),
    extra: x509.ExtensionType | None = None,
) -> Holder:
    own = key(key_name or name)
    builder = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(issuer.certificate.subject if issuer else named(name))
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(valid[0])
        .not_valid_after(valid[1])
        .add_extension(x509.BasicConstraints(authority, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(own.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key((issuer.key if issuer else own).public_key()),
            critical=False,
        )
        .add_extension(
            used_for or (usage("key_cert_sign", "crl_sign") if authority else usage("digital_signature")),
            critical=True,
        )
    )
    if purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    if extra:
        builder = builder.add_extension(extra, critical=True)
    return Holder(builder.sign(issuer.key if issuer else own, hashes.SHA256()), own)


@cache
def root() -> Holder:
    return holder("Gốc", authority=True)


@cache
def between() -> Holder:
    return holder("Trung gian", root(), authority=True)


@cache
def officer(key_name: str = "officer") -> Holder:
    mail = (ExtendedKeyUsageOID.EMAIL_PROTECTION,)
    return holder("Trần Thị Bình", between(), key_name=key_name, purposes=mail)


def signer_of(who: Holder, *others: Holder) -> Signer:
    return Signer(who.certificate, [other.certificate for other in others], who.key)


def p12(who: Holder, password: str = "mật khẩu", *others: Holder) -> bytes:
    secret = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    return pkcs12.serialize_key_and_certificates(
        b"us", who.key, who.certificate, [other.certificate for other in others], secret
    )


def trusting(*holders: Holder) -> list[x509.Certificate]:
    return [one.certificate for one in holders]


# --- An audit and its manifest ---------------------------------------------------------------------------------


ABOUT = About("Phòng Thanh tra", NOW - timedelta(minutes=5), NOW, {"where": "province = 'Hà Nội'"}, {"polars": "2.1"})


@dataclass(frozen=True)
class Made:
    """An audit that was made, and its manifest as it was written."""

    desk: Desk
    result: thuebao.AuditResult
    path: Path

    @property
    def document(self) -> dict[str, Any]:
        return json.loads((self.desk.path / self.path).read_text("utf-8"))

    def rewrite(self, change: Callable[[dict[str, Any]], object]) -> None:
        document = self.document
        change(document)
        self.desk.write(str(self.path), json.dumps(document))


def make(desk: Desk, *paths: str, signer: Signer | None = None, **options: Any) -> Made:
    result = thuebao.audit(paths, as_of=NOW.date(), findings="fix.csv", hash_inputs=True, **options)
    manifest = manifest_of(result, ABOUT, {"findings": Path("fix.csv")})
    write_manifest(Path("bản kê.json"), manifest, signer)
    return Made(desk, result, Path("bản kê.json"))


@pytest.fixture
def made(desk: Desk) -> Made:
    desk.export("exports/vina.csv", ERROR, GOOD)
    desk.export("exports/viettel.csv", person(5))
    return make(desk, "exports", signer=signer_of(officer(), between()))


def states(found: Verification) -> dict[str, str]:
    """Return path → state of the files, and the reason where there is one."""
    return {c.path: f"{c.status} {c.reason}" if c.reason else c.status for c in found.files}


def shown(found: Verification) -> str:
    console = Console(file=io.StringIO(), width=200, force_terminal=False)
    print_verification(found, console)
    return console.file.getvalue()


# --- What a manifest says --------------------------------------------------------------------------------------


def test_a_manifest_says_what_was_audited_and_what_came_of_it(made: Made) -> None:
    document = made.document
    assert document["schema"] == "thuebao-manifest/1"
    assert document["tool"] == {"name": "thuebao", "version": thuebao.__version__}
    assert document["libraries"] == {"polars": "2.1"}
    assert document["python"] == ".".join(map(str, sys.version_info[:3]))
    assert (document["made_by"], document["options"]) == ("Phòng Thanh tra", {"where": "province = 'Hà Nội'"})
    assert datetime.fromisoformat(document["started"]) == ABOUT.started.replace(microsecond=0)
    assert document["ended"].endswith("+07:00")
    assert [entry["path"] for entry in document["inputs"]] == ["exports/viettel.csv", "exports/vina.csv"]
    for entry in [*document["inputs"], *document["outputs"]]:
        content = (made.desk.path / entry["path"]).read_bytes()
        assert (entry["bytes"], entry["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
        assert entry["changed"].endswith("+07:00")
    [_, vina] = document["inputs"]
    assert (vina["format"], vina["encoding"], vina["records"], vina["rejected"]) == ("csv", "utf-8", 2, 0)
    assert document["counts"]["totals"] == made.result.totals
    assert {o["operator"] for o in document["counts"]["operators"]} == {"Viettel", "VinaPhone"}
    assert [r["violations"] for r in document["counts"]["rules"] if r["code"] == "PER101"] == [1]
    assert [entry["name"] for entry in document["outputs"]] == ["findings"]
    assert (document["as_of"], document["law"]) == (NOW.date().isoformat(), "auto")
    printed = (render(made.result) + "\n").encode()
    assert document["result"]["sha256"] == result_digest(made.result) == hashlib.sha256(printed).hexdigest()


def test_a_manifest_holds_nothing_of_a_record(made: Made) -> None:
    text = (made.desk.path / made.path).read_text("utf-8")
    for value in [v for record in (GOOD, ERROR, person(5)) for v in record.values() if len(v) > 6]:
        assert value not in text


def test_the_same_audit_again_gives_the_same_digests(made: Made) -> None:
    before = made.document
    after = make(made.desk, "exports").document
    volatile = ("changed",)
    for document in (before, after):
        for entry in [*document["inputs"], *document["outputs"]]:
            for name in volatile:
                del entry[name]
    assert before == after


def test_a_manifest_and_its_signature_are_for_their_owner_alone(made: Made) -> None:
    for path in (made.path, signature_path(made.path)):
        assert stat.S_IMODE((made.desk.path / path).stat().st_mode) == 0o600
    assert not [name for name in made.desk.files() if name.endswith(".part")]


def test_an_unsigned_manifest_takes_the_place_of_a_signed_one_whole(made: Made) -> None:
    make(made.desk, "exports")
    assert not signature_path(made.path).exists()
    assert verify(made.path).signed is None


def test_a_signature_that_cannot_be_written_leaves_no_manifest(desk: Desk) -> None:
    desk.export("vina.csv")
    Path("m.json.p7s").mkdir()
    result = thuebao.audit("vina.csv", hash_inputs=True)
    with pytest.raises(OutputError):
        write_manifest(Path("m.json"), manifest_of(result, ABOUT, {}), signer_of(officer()))
    assert desk.files() == {"vina.csv"}


def test_what_is_said_of_what_was_written(desk: Desk) -> None:
    paths = [Path("m.json"), Path("m.json.p7s")]
    assert written(paths[:1]) == ["Manifest: m.json"]
    assert written(paths, signer_of(officer())) == [
        "Manifest: m.json",
        "Signature of Trần Thị Bình (Sở Thông tin): m.json.p7s",
    ]


def test_a_manifest_may_not_take_the_place_of_something_else(desk: Desk) -> None:
    desk.export("vina.json")
    Path("link.json").symlink_to("vina.json")
    check_manifest_path(Path("m.json"), [Path("fix.csv")], ["vina.json"])
    for path, outputs, inputs in [
        ("m.csv", [], []),
        ("m.json", [Path("m.json")], []),
        ("m.json", [Path("m.json.p7s")], []),
        ("vina.json", [], ["vina.json"]),
        ("link.json", [], ["vina.json"]),
    ]:
        with pytest.raises(UsageError):
            check_manifest_path(Path(path), outputs, inputs)


# --- What holds and what does not ------------------------------------------------------------------------------


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
        archive.writestr("broken.csv", "")
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
        "file_empty",
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


# --- The rules -------------------------------------------------------------------------------------------------


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


# --- Signatures ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key_name", ["rsa-2048", "officer"])
def test_a_signature_is_trusted_by_who_trusts_its_root(desk: Desk, key_name: str) -> None:
    desk.write("us.p12", p12(officer(key_name), "mật khẩu", between(), root()))
    signer = load_signer(Path("us.p12"), "mật khẩu")
    assert signer.name == "Trần Thị Bình (Sở Thông tin)"
    signature = signer.sign(CONTENT)
    found = examine(CONTENT, signature, trusting(root()))
    assert (found.state, found.signer, found.issuer) == (
        "trusted",
        "Trần Thị Bình (Sở Thông tin)",
        "Trung gian (Sở Thông tin)",
    )
    assert found.at is not None
    assert abs(found.at - datetime.now(UTC)) < timedelta(minutes=1)
    assert examine(CONTENT, signature, []).state == "unchecked"
    assert examine(CONTENT, signature, trusting(between())).state == "trusted"
    assert examine(CONTENT, signature, trusting(officer(key_name))).state == "trusted"


def test_verify_says_whose_signature_it_is(made: Made) -> None:
    made.desk.write("root.pem", root().pem)
    made.desk.write("other.pem", holder("Khác", authority=True).pem)
    assert verify(made.path, trust=[Path("root.pem")]).holds
    assert verify(made.path, trust=[Path("other.pem"), Path("root.pem")]).holds
    found = verify(made.path, trust=[Path("other.pem")])
    assert found.signed is not None
    assert (found.signed.state, found.holds) == ("untrusted", False)
    assert "does not lead back" in shown(found)


def test_who_asks_for_trust_is_not_content_without_a_signature(made: Made) -> None:
    made.desk.write("root.pem", root().pem)
    signature_path(made.path).unlink()
    assert verify(made.path).holds
    found = verify(made.path, trust=[Path("root.pem")])
    assert (found.signed, found.holds) == (None, False)
    assert as_dict(found)["signature"] == {"holds": False, "state": "none"}


def test_every_byte_of_a_signed_manifest_counts(made: Made) -> None:
    content = Path(made.path).read_bytes()
    signature = signature_path(made.path).read_bytes()
    for place in range(0, len(content), 97):
        changed = bytearray(content)
        changed[place] ^= 1
        assert examine(bytes(changed), signature, trusting(root())).reason == "changed"
    made.desk.write(str(made.path), content.replace(b'"VinaPhone"', b'"VinaPhonf"', 1))
    found = verify(made.path)
    assert found.signed is not None
    assert (found.signed.state, found.signed.reason, found.holds) == ("invalid", "changed", False)


def test_no_changed_byte_of_a_signature_is_trusted_for_something_else() -> None:
    signature = signer_of(officer(), between()).sign(CONTENT)
    whole = examine(CONTENT, signature, trusting(root()))
    for place in range(len(signature)):
        changed = bytearray(signature)
        changed[place] ^= 0x80 if place % 2 else 1
        found = examine(CONTENT, bytes(changed), trusting(root()))
        # Some bytes, as of a version or of a certificate not needed, are not signed: then nothing said differs.
        assert found.state != "trusted" or found == whole


@pytest.mark.parametrize(
    "signature",
    [b"", b"garbage", b"\x30\x80" * 5000, b"\x30\x84\xff\xff\xff\xff", b"\x30\x82\x01\x00", bytes(1 << 21), CONTENT],
    ids=lambda data: f"{data[:6]!r} {len(data)}",
)
def test_garbage_is_no_signature(signature: bytes) -> None:
    assert examine(CONTENT, signature, trusting(root())) == Signed("invalid", "garbage")


def test_a_cut_or_lengthened_signature_is_garbage() -> None:
    signature = signer_of(officer()).sign(CONTENT)
    for end in (1, 10, len(signature) // 2, len(signature) - 1):
        assert examine(CONTENT, signature[:end], []).reason == "garbage"
    assert examine(CONTENT, signature + b"\0", []).reason == "garbage"


def test_a_signature_of_something_else_is_none() -> None:
    signature = signer_of(officer(), between()).sign(b"something else")
    found = examine(CONTENT, signature, trusting(root()))
    assert (found.state, found.reason) == ("invalid", "changed")


def raw(who: Holder, *options: pkcs7.PKCS7Options, digest: Any = None, others: tuple[Holder, ...] = ()) -> bytes:
    builder = pkcs7.PKCS7SignatureBuilder().set_data(CONTENT)
    builder = builder.add_signer(who.certificate, who.key, digest or hashes.SHA256())
    for other in others:
        builder = builder.add_signer(other.certificate, other.key, hashes.SHA256())
    return builder.sign(Encoding.DER, [pkcs7.PKCS7Options.Binary, *options])


@pytest.mark.parametrize(
    ("signature", "reason"),
    [
        (lambda: raw(officer()), "not_detached"),
        (lambda: raw(officer(), DETACHED, NO_ATTRIBUTES), "attributes"),
        (lambda: raw(officer(), DETACHED, NO_CERTIFICATES), "no_certificate"),
        (lambda: raw(officer(), DETACHED, digest=hashes.SHA224()), "algorithm"),
        (lambda: raw(officer(), DETACHED, others=(root(),)), "not_one_signer"),
    ],
    ids=["not detached", "no attributes", "no certificate", "weak digest", "two signers"],
)
def test_signatures_of_kinds_that_prove_too_little(signature: Callable[[], bytes], reason: str) -> None:
    assert examine(CONTENT, signature(), []).reason == reason


DETACHED, NO_ATTRIBUTES = pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.NoAttributes
NO_CERTIFICATES = pkcs7.PKCS7Options.NoCerts


def test_a_signer_known_beforehand_need_not_be_in_the_signature() -> None:
    signature = raw(officer(), DETACHED, NO_CERTIFICATES)
    assert examine(CONTENT, signature, trusting(officer())).state == "trusted"


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"valid": (NOW - 30 * DAY, NOW - DAY)}, "expired"),
        ({"valid": (NOW + DAY, NOW + 30 * DAY)}, "not_yet"),
        ({"used_for": usage("key_encipherment")}, "usage"),
        ({"purposes": (ExtendedKeyUsageOID.SERVER_AUTH,)}, "usage"),
        ({"key_name": "rsa-1024"}, "weak"),
        ({"key_name": "small"}, "weak"),
    ],
    ids=["expired", "not yet valid", "key usage", "purpose", "short RSA", "short ECDSA"],
)
def test_certificates_that_cannot_sign(desk: Desk, options: dict[str, Any], reason: str) -> None:
    who = holder("Ai", root(), **options)
    found = examine(CONTENT, signer_of(who).sign(CONTENT), trusting(root()))
    assert (found.state, found.reason, found.signer) == ("invalid", reason, "Ai (Sở Thông tin)")
    desk.write("us.p12", p12(who, "x"))
    with pytest.raises(UsageError) as error:
        load_signer(Path("us.p12"), "x")
    wanted = {"weak": "sign_key_weak"}.get(reason, f"sign_{reason}")
    assert error.value.key == wanted


@pytest.mark.parametrize(
    ("issuer", "extra"),
    [
        (lambda: holder("Không phải CA", root()), None),
        (lambda: holder("Không ký", root(), authority=True, used_for=usage("crl_sign")), None),
        (lambda: holder("Hết hạn", root(), authority=True, valid=(NOW - 30 * DAY, NOW - DAY)), None),
        (lambda: holder("Gốc", key_name="somebody else's", authority=True), None),
        (between, x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")),
    ],
    ids=["no authority", "not for certificates", "expired issuer", "another root of that name", "unknown, critical"],
)
def test_chains_that_do_not_lead_to_the_root(issuer: Callable[[], Holder], extra: x509.ExtensionType | None) -> None:
    above = issuer()
    who = holder("Ai", above, extra=extra)
    found = examine(CONTENT, signer_of(who, above).sign(CONTENT), trusting(root()))
    assert found.state == "untrusted"
    assert found.detail


def test_an_ed25519_certificate_is_refused_not_misread() -> None:
    own = ed25519.Ed25519PrivateKey.generate()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(named("Ed"))
        .issuer_name(root().certificate.subject)
        .public_key(own.public_key())
        .serial_number(7)
        .not_valid_before(NOW - DAY)
        .not_valid_after(NOW + DAY)
        .sign(root().key, hashes.SHA256())
    )
    forged = altered(lambda signed: signed["certificates"].append(asn1(certificate)), sid=certificate)
    assert examine(CONTENT, forged, []).reason == "algorithm"


def asn1(certificate: x509.Certificate) -> cms.CertificateChoices:
    loaded = cms.Certificate.load(certificate.public_bytes(Encoding.DER))
    return cms.CertificateChoices(name="certificate", value=loaded)


def altered(change: Callable[[Any], object], sid: x509.Certificate | None = None) -> bytes:
    """Return a good signature with its parts altered."""
    outer = cms.ContentInfo.load(signer_of(officer()).sign(CONTENT))
    signed = outer["content"]
    if sid:
        loaded = cms.Certificate.load(sid.public_bytes(Encoding.DER))
        signed["signer_infos"][0]["sid"] = cms.SignerIdentifier(
            {"issuer_and_serial_number": {"issuer": loaded.issuer, "serial_number": loaded.serial_number}}
        )
    change(signed)
    return bytes(outer.dump(force=True))


def test_a_signature_under_another_name_is_broken() -> None:
    who = holder("Người khác", root())
    forged = altered(lambda signed: signed["certificates"].append(asn1(who.certificate)), sid=who.certificate)
    assert examine(CONTENT, forged, trusting(root())).reason == "broken"


def test_attributes_added_afterwards_or_given_twice_break_a_signature() -> None:
    def add_again(signed: Any) -> None:
        attributes = signed["signer_infos"][0]["signed_attrs"]
        attributes.append(attributes[0].copy())

    def set_back(signed: Any) -> None:
        for attribute in signed["signer_infos"][0]["signed_attrs"]:
            if attribute["type"].native == "signing_time":
                attribute["values"] = cms.SetOfTime([cms.Time({"utc_time": NOW - 20 * DAY})])

    def drop(signed: Any) -> None:
        attributes = signed["signer_infos"][0]["signed_attrs"]
        kept = [a for a in attributes if a["type"].native != "message_digest"]
        signed["signer_infos"][0]["signed_attrs"] = cms.CMSAttributes(kept)

    assert examine(CONTENT, altered(add_again), []).reason == "attributes"
    assert examine(CONTENT, altered(set_back), []).reason == "broken"
    assert examine(CONTENT, altered(drop), []).reason == "attributes"


# --- OpenSSL, a second opinion ---------------------------------------------------------------------------------


def run_openssl(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["openssl", *arguments], capture_output=True, check=False, timeout=60)


@openssl
@pytest.mark.parametrize("key_name", ["rsa-2048", "officer"])
def test_openssl_accepts_our_signature_and_no_changed_manifest(desk: Desk, key_name: str) -> None:
    desk.export("vina.csv")
    made = make(desk, "vina.csv", signer=signer_of(officer(key_name), between()))
    desk.write("root.pem", root().pem)

    def accepted() -> bool:
        done = run_openssl(
            "cms",
            "-verify",
            "-binary",
            "-inform",
            "DER",
            "-in",
            f"{made.path}.p7s",
            "-content",
            str(made.path),
            "-CAfile",
            "root.pem",
            "-out",
            os.devnull,
        )
        return done.returncode == 0

    assert accepted()
    content = Path(made.path).read_bytes()
    Path(made.path).write_bytes(content.replace(b"VinaPhone", b"VinaPhonf", 1))
    assert not accepted()


@openssl
@pytest.mark.parametrize(
    ("key_name", "options"),
    [
        ("rsa-2048", ["-md", "sha256"]),
        ("rsa-2048", ["-md", "sha512"]),
        ("rsa-2048", ["-md", "sha256", "-keyopt", "rsa_padding_mode:pss"]),
        ("officer", ["-md", "sha256"]),
        ("officer", ["-md", "sha384", "-keyid"]),
        ("officer", ["-md", "sha256", "-nosmimecap", "-cades"]),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_a_signature_by_openssl_is_accepted(desk: Desk, key_name: str, options: list[str]) -> None:
    who = officer(key_name)
    desk.write("m.json", CONTENT)
    desk.write("us.pem", who.pem)
    desk.write("us.key", who.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    desk.write("more.pem", between().pem)
    done = run_openssl(
        "cms",
        "-sign",
        "-binary",
        "-in",
        "m.json",
        "-signer",
        "us.pem",
        "-inkey",
        "us.key",
        "-certfile",
        "more.pem",
        "-outform",
        "DER",
        "-out",
        "m.json.p7s",
        *options,
    )
    assert done.returncode == 0, done.stderr
    signature = Path("m.json.p7s").read_bytes()
    assert examine(CONTENT, signature, trusting(root())).state == "trusted"
    assert examine(CONTENT + b" ", signature, trusting(root())).reason == "changed"


@openssl
def test_a_signature_by_openssl_with_the_content_in_it_is_not_accepted(desk: Desk) -> None:
    who = officer()
    desk.write("m.json", CONTENT)
    desk.write("us.pem", who.pem + who.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    for option in ("-nodetach", "-stream"):
        run_openssl(
            "cms", "-sign", "-binary", "-in", "m.json", "-signer", "us.pem", "-outform", "DER", "-out", "m.p7s", option
        )
        assert examine(CONTENT, Path("m.p7s").read_bytes(), []).reason == "not_detached"


def test_a_signature_in_ber_is_read_as_well() -> None:
    signature = signer_of(officer(), between()).sign(CONTENT)
    inside = bytes(cms.ContentInfo.load(signature).contents)
    assert examine(CONTENT, b"\x30\x80" + inside + b"\0\0", trusting(root())).state == "trusted"
    assert examine(CONTENT, b"\x30\x80" + inside + b"\0", trusting(root())).reason == "garbage"


@openssl
@pytest.mark.parametrize("digest", ["md5", "sha1", "sha224"])
def test_a_weak_digest_is_not_accepted(desk: Desk, digest: str) -> None:
    who = officer("rsa-2048")
    desk.write("m.json", CONTENT)
    desk.write("us.pem", who.pem + who.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    done = run_openssl(
        "cms",
        "-sign",
        "-binary",
        "-in",
        "m.json",
        "-signer",
        "us.pem",
        "-outform",
        "DER",
        "-out",
        "m.p7s",
        "-md",
        digest,
    )
    assert done.returncode == 0, done.stderr
    assert examine(CONTENT, Path("m.p7s").read_bytes(), []).reason == "algorithm"


@openssl
@pytest.mark.parametrize(
    "options", [[], ["-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1"]], ids=["new", "old"]
)
def test_a_pkcs12_file_by_openssl_is_opened(desk: Desk, options: list[str]) -> None:
    who = officer()
    desk.write("us.pem", who.pem + who.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    done = run_openssl("pkcs12", "-export", "-in", "us.pem", "-out", "us.p12", "-passout", "pass:bí mật", *options)
    assert done.returncode == 0, done.stderr
    assert load_signer(Path("us.p12"), "bí mật").certificate == who.certificate


# --- PKCS#12 files and passwords -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "password", "wanted"),
    [
        (lambda: p12(officer(), "right"), "not it", "sign_password"),
        (lambda: p12(officer(), "right"), "", "sign_password"),
        (lambda: p12(officer(), "right")[:-20], "right", "sign_not_pkcs12"),
        (lambda: officer().pem, "right", "sign_not_pkcs12"),
        (lambda: b"", "right", "sign_not_pkcs12"),
        (
            lambda: pkcs12.serialize_key_and_certificates(
                b"us", None, officer().certificate, None, BestAvailableEncryption(b"x")
            ),
            "x",
            "sign_without_key",
        ),
        (
            lambda: pkcs12.serialize_key_and_certificates(
                b"us", officer().key, None, [root().certificate], BestAvailableEncryption(b"x")
            ),
            "x",
            "sign_without_key",
        ),
    ],
    ids=["wrong", "none", "cut", "PEM", "empty", "no key", "another's certificate"],
)
def test_pkcs12_files_that_cannot_be_used(desk: Desk, content: Callable[[], bytes], password: str, wanted: str) -> None:
    desk.write("us.p12", content())
    with pytest.raises(UsageError) as error:
        load_signer(Path("us.p12"), password)
    assert error.value.key == wanted


def test_a_pkcs12_file_that_is_not_there(desk: Desk) -> None:
    with pytest.raises(UsageError):
        load_signer(Path("nowhere.p12"), "x")


def test_a_pkcs12_file_without_a_password(desk: Desk) -> None:
    desk.write("us.p12", p12(officer(), ""))
    assert load_signer(Path("us.p12"), "").certificate == officer().certificate


def test_where_a_password_comes_from(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    us = Path("us.p12")
    monkeypatch.delenv(PASSWORD_VARIABLE, raising=False)
    monkeypatch.setattr("sys.stdin", io.StringIO("not this"))
    with pytest.raises(UsageError) as error:
        password_for(us, None)
    assert PASSWORD_VARIABLE in str(error.value)
    monkeypatch.setenv(PASSWORD_VARIABLE, "from the environment")
    assert password_for(us, None) == "from the environment"
    desk.write("password", " mật khẩu \r\nsecond line\n")
    assert password_for(us, Path("password")) == " mật khẩu "
    for content in (None, b"\xff\xfe\xfa"):
        if content:
            desk.write("nowhere", content)
        with pytest.raises(UsageError):
            password_for(us, Path("nowhere"))


def test_a_signer_never_shows_its_key() -> None:
    assert "PrivateKey" not in repr(signer_of(officer()))


def test_trusted_certificates_are_read_from_pem_and_der(desk: Desk) -> None:
    desk.write("two.pem", b"subject=x\n" + root().pem + between().pem)
    desk.write("one.cer", root().certificate.public_bytes(Encoding.DER))
    assert len(read_trusted([Path("two.pem"), Path("one.cer")])) == 3
    for content in (b"", b"garbage", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"):
        desk.write("bad.pem", content)
        with pytest.raises(UsageError):
            read_trusted([Path("bad.pem")])
    with pytest.raises(UsageError):
        read_trusted([Path("nowhere.pem")])


@pytest.mark.parametrize("missing", ["cryptography", "asn1crypto"])
def test_without_the_libraries_it_is_said_what_to_install(made: Made, missing: str) -> None:
    program = f"""
import importlib.util
from pathlib import Path
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, *more: None if name == {missing!r} else find(name, *more)
from thuebao.base.errors import UsageError
from thuebao.results.evidence.verify import verify
try:
    verify(Path({str(made.path)!r}))
except UsageError as error:
    print(error)
Path({f"{made.path}.p7s"!r}).unlink()
print(verify(Path({str(made.path)!r})).holds)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines() == ["Signatures need two more libraries: pip install 'thuebao[sign]'", "True"]


# --- Hostile manifests -----------------------------------------------------------------------------------------


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


def test_a_manifest_larger_than_any_is_not_read(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("thuebao.results.evidence.verify._LARGEST", 1 << 20)
    desk.write("m.json", b" " * ((1 << 20) + 1))
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


# --- What is printed -------------------------------------------------------------------------------------------


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
