"""A manifest names what was used: rules as they were loaded, archives as they were opened, outputs as written."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import algos, cms, tsp
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from helpers.certificates import CONTENT, DAY, NOW, Holder, between, holder, officer, root, signer_of, trusting
from helpers.desks import Desk
from helpers.exports import table
from helpers.manifests import Made, make_signed
from helpers.outcomes import Command
from helpers.people import AS_OF, people
from thuebao.base.errors import InputError
from thuebao.engine.options import AuditOptions
from thuebao.results.evidence.signatures.examining import Signed, examine
from thuebao.results.evidence.verify import verify
from thuebao.rulebook.reference import shipped_reference
from thuebao.sources import open_export, stored_at

WAIT = 60
EXPORT = table(people(4))


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def run_while(desk: Desk, change: Callable[[], None], *arguments: str) -> dict[str, Any]:
    """Audit standard input; change files once everything before it has been read. Return the manifest."""
    (desk.path / "temp").mkdir()
    command = [sys.executable, "-m", "thuebao", "audit", *arguments, "-", "--operator", "Viettel", "--as-of", AS_OF]
    command += ["--manifest", "m.json", "--temp-dir", "temp", "--fail-on", "never", "-q"]
    run = subprocess.Popen(command, cwd=desk.path, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    assert run.stdin
    end = time.monotonic() + WAIT
    handles = Path(f"/proc/{run.pid}/fd")
    while not any("/input-" in str(handle.readlink()) for handle in handles.iterdir() if handle.is_symlink()):
        assert time.monotonic() < end
        assert run.poll() is None
        time.sleep(0.05)
    change()
    _, said = run.communicate(EXPORT.encode())
    assert (run.returncode, said) == (0, b"")
    found: dict[str, Any] = json.loads((desk.path / "m.json").read_text())
    return found


@pytest.fixture
def own(desk: Desk) -> Desk:
    """A desk with a rule, a mapping and an archive."""
    home = Path(shipped_reference().home)
    lines = (home / "number.toml").read_text("utf-8")
    first = lines[lines.index("[[rule]]") : lines.index("[[rule]]", lines.index("[[rule]]") + 1)]
    desk.write("mine/own.toml", first.replace("NUM101", "OWN101").replace("number-missing", "own-rule"))
    desk.write("map.toml", 'files = ["nothing*.csv"]\n[columns]\n')
    with zipfile.ZipFile(desk.path / "a.zip", "w") as archive:
        archive.writestr("vina.csv", EXPORT)
    return desk


def test_digests_are_of_what_was_used(own: Desk) -> None:
    before = {name: digest(own.path / name) for name in ("mine/own.toml", "map.toml", "a.zip")}

    def change() -> None:
        own.write("mine/own.toml", "# another")
        own.write("map.toml", "# another")
        with zipfile.ZipFile(own.path / "b.zip", "w") as archive:
            archive.writestr("vina.csv", EXPORT + EXPORT)
        (own.path / "b.zip").replace(own.path / "a.zip")

    manifest = run_while(own, change, "a.zip", "--rules", "mine", "--mapping", "map.toml")
    rules = {file["path"]: file["sha256"] for file in manifest["rulebook"]["files"] if file["path"]}
    assert rules == {"mine/own.toml": before["mine/own.toml"]}
    beside = {file["name"]: (file["path"], file["sha256"]) for file in manifest["read_beside"]}
    assert beside == {"mapping": ("map.toml", before["map.toml"])}
    archives = {file["path"]: file["sha256"] for file in manifest["inputs"] if "members" in file}
    assert archives == {"a.zip": before["a.zip"]}


def test_a_file_in_the_place_of_the_one_that_is_read_is_seen(desk: Desk) -> None:
    """Of the same size, with the same time of change."""
    desk.write("vina.csv", table(people(2000)))
    export = open_export(stored_at("vina.csv").stored[0], None, shipped_reference())
    batches = export.batches({"msisdn"})
    next(batches)
    found = Path("vina.csv").stat()
    shutil.copyfile("vina.csv", "copy.csv")
    os.utime("copy.csv", ns=(found.st_atime_ns, found.st_mtime_ns))
    Path("copy.csv").replace("vina.csv")
    with pytest.raises(InputError) as raised:
        list(batches)
    assert raised.value.key == "file_changed"


def test_a_file_written_into_with_its_time_set_back_is_seen(desk: Desk) -> None:
    desk.write("vina.csv", table(people(2000)))
    export = open_export(stored_at("vina.csv").stored[0], None, shipped_reference())
    batches = export.batches({"msisdn"})
    next(batches)
    found = Path("vina.csv").stat()
    with Path("vina.csv").open("r+b") as file:
        file.seek(-3, os.SEEK_END)
        file.write(b"x")
    os.utime("vina.csv", ns=(found.st_atime_ns, found.st_mtime_ns))
    with pytest.raises(InputError) as raised:
        list(batches)
    assert raised.value.key == "file_changed"


OUTPUTS = ("--findings", "f.parquet", "--report", "r.xlsx", "--report", "r.html", "--rejects", "x.csv")


def test_outputs_are_digested_as_they_are_written(desk: Desk, cli: Command, monkeypatch) -> None:
    """No output is opened again: whoever replaces one at once does not get it into the evidence."""
    from thuebao.reports import manifest as module

    def refuse(path: Path) -> str:
        raise AssertionError(f"{path} is read back")

    monkeypatch.setattr(module, "digest_of", refuse)
    desk.write("vina.csv", EXPORT + "1,2\n")
    options = ("--as-of", AS_OF, "--fail-on", "never", "--max-rejected", "50%", "--per-operator", "each")
    assert cli("audit", "vina.csv", *OUTPUTS, *options, "--manifest", "m.json").code == 0
    outputs = json.loads((desk.path / "m.json").read_text())["outputs"]
    assert [file["path"] for file in outputs] == ["x.csv", "f.parquet", "r.xlsx", "r.html", "each/VinaPhone.xlsx"]
    for file in outputs:
        path = desk.path / file["path"]
        assert (file["sha256"], file["bytes"]) == (digest(path), path.stat().st_size)
        assert datetime.fromisoformat(file["changed"]).timestamp() == pytest.approx(path.stat().st_mtime, abs=1)


def test_a_manifest_has_every_option(desk: Desk, cli: Command) -> None:
    desk.write("vina.csv", EXPORT)
    cli("audit", "vina.csv", "--fail-on", "never", "--manifest", "m.json", "--set", "DUP141.threshold=4")
    settings = json.loads((desk.path / "m.json").read_text())["settings"]
    assert set(settings) == {"lang", *(field.name for field in dataclasses.fields(AuditOptions))}
    assert (settings["max_rejected"], settings["parameters"], settings["where"]) == ("1%", "DUP141.threshold=4", None)


def test_a_baseline_and_a_mapping_are_verified_too(desk: Desk, cli: Command) -> None:
    desk.write("vina.csv", EXPORT)
    desk.write("map.toml", '[columns]\nmsisdn = "msisdn"\n')
    common = ("vina.csv", "--as-of", AS_OF, "--fail-on", "never", "--mapping", "map.toml", "--reveal")
    cli("audit", *common, "--findings", "old.csv")
    cli("audit", *common, "--baseline", "old.csv", "--findings", "new.csv", "--manifest", "m.json")
    assert cli("verify", "m.json").code == 0
    for name in ("old.csv", "map.toml"):
        content = (desk.path / name).read_bytes()
        desk.write(name, content + b"\n")
        found = cli("verify", "m.json", "--format", "json").document
        assert [(f["kind"], f["path"]) for f in found["files"] if f["status"] == "changed"] == [("beside", name)]
        desk.write(name, content)


def test_verify_says_what_it_could_not_check(desk: Desk, cli: Command) -> None:
    make_signed(desk)
    for trust, unchecked in (((), ["chain", "time", "revocation"]), (("--trust", "root.pem"), ["time", "revocation"])):
        desk.write("root.pem", root().pem)
        done = cli("verify", "bản kê.json", *trust, "--format", "json")
        assert [one["what"] for one in done.document["not_checked"]] == unchecked
        said = cli("verify", "bản kê.json", *trust).said
        assert "whether a certificate was revoked" in said
        assert "no time stamp" in said
    (desk.path / "bản kê.json.p7s").unlink()
    done = cli("verify", "bản kê.json", "--format", "json")
    assert [one["what"] for one in done.document["not_checked"]] == ["author", "time"]
    assert "chưa ký số" in cli("verify", "bản kê.json", "--lang", "vi").said


def test_standard_input_is_named_as_not_checked(own: Desk, cli: Command) -> None:
    run_while(own, lambda: None, "a.zip")
    [first, *_] = cli("verify", "m.json", "--format", "json").document["not_checked"]
    assert first == {"what": "file", "path": "stdin"}


STAMPING = (ExtendedKeyUsageOID.TIME_STAMPING,)


def stamp(
    signature: bytes, at: datetime, who: Holder, digest: str = "sha256", key: ec.EllipticCurvePrivateKey | None = None
) -> cms.ContentInfo:
    """Return a time stamp token for a signature value."""
    info = tsp.TSTInfo(
        {
            "version": "v1",
            "policy": "1.2.3.4",
            "message_imprint": {
                "hash_algorithm": {"algorithm": digest},
                "hashed_message": hashlib.new(digest, signature).digest(),
            },
            "serial_number": 1,
            "gen_time": at.replace(microsecond=0),
        }
    )
    content = info.dump()
    attributes = cms.CMSAttributes(
        [
            {"type": "content_type", "values": ["tst_info"]},
            {"type": "message_digest", "values": [hashlib.sha256(content).digest()]},
        ]
    )
    signer = key or who.key
    assert isinstance(signer, ec.EllipticCurvePrivateKey)
    certificate = cms.Certificate.load(who.certificate.public_bytes(Encoding.DER))
    return cms.ContentInfo(
        {
            "content_type": "signed_data",
            "content": {
                "version": "v3",
                "digest_algorithms": [{"algorithm": "sha256"}],
                "encap_content_info": {"content_type": "tst_info", "content": cms.ParsableOctetString(content)},
                "certificates": [cms.CertificateChoices(name="certificate", value=certificate)],
                "signer_infos": [
                    {
                        "version": "v1",
                        "sid": {
                            "issuer_and_serial_number": {
                                "issuer": certificate.issuer,
                                "serial_number": certificate.serial_number,
                            }
                        },
                        "digest_algorithm": {"algorithm": "sha256"},
                        "signed_attrs": attributes,
                        "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
                        "signature": signer.sign(attributes.dump(), ec.ECDSA(hashes.SHA256())),
                    }
                ],
            },
        }
    )


def stamped(who: Holder, at: datetime, by: Holder, *, other: bytes = b"", **how: Any) -> Signed:
    """Return what a signature is worth with a time stamp beside it."""
    outer = cms.ContentInfo.load(signer_of(who, between()).sign(CONTENT))
    info = outer["content"]["signer_infos"][0]
    token = stamp(other or info["signature"].native, at, by, **how)
    info["unsigned_attrs"] = cms.CMSAttributes([{"type": "signature_time_stamp_token", "values": [token]}])
    return examine(CONTENT, outer.dump(force=True), trusting(root()))


def authority(**how: Any) -> Holder:
    return holder("Dấu thời gian", root(), purposes=how.pop("purposes", STAMPING), **how)


def test_a_time_stamp_proves_when_a_signature_was_there() -> None:
    at = datetime.now(UTC) + timedelta(minutes=1)
    found = stamped(officer(), at, authority())
    assert (found.state, found.stamped) == ("trusted", at.replace(microsecond=0))


def test_a_certificate_is_judged_at_the_time_of_the_stamp() -> None:
    """It was stamped only after its certificate had ended: what the signer says of an earlier time does not count."""
    now = datetime.now(UTC)  # of the signature: the tests before this one took their time
    ended = holder("Hết hạn", between(), valid=(now - 20 * DAY, now + timedelta(seconds=30)))
    assert stamped(ended, now + timedelta(minutes=5), authority()).reason == "expired"


def test_a_stamp_that_proves_nothing_is_none() -> None:
    at = datetime.now(UTC) + timedelta(minutes=1)
    stranger = holder("Gốc khác", authority=True)
    for found in (
        stamped(officer(), at, authority(purposes=(ExtendedKeyUsageOID.EMAIL_PROTECTION,))),
        stamped(officer(), at, holder("Dấu thời gian", stranger, purposes=STAMPING)),
        stamped(officer(), at, authority(), other=b"of something else"),
        stamped(officer(), at, authority(), digest="sha1"),
        stamped(officer(), at, authority(), key=ec.generate_private_key(ec.SECP256R1())),
    ):
        assert (found.state, found.stamped) == ("trusted", None)


def test_an_expired_certificate_without_a_stamp_is_said(desk: Desk) -> None:
    made: Made = make_signed(desk)
    desk.write("root.pem", root().pem)
    found = verify(made.path, trust=[desk.path / "root.pem"])
    assert found.signed
    ended = dataclasses.replace(found.signed, expired_since=NOW)
    assert ("expired", None) in dataclasses.replace(found, signed=ended).not_checked
    stamped_too = dataclasses.replace(ended, stamped=NOW)
    assert [what for what, _ in dataclasses.replace(found, signed=stamped_too).not_checked] == ["revocation"]
