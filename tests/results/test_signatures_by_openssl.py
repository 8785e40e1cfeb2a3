"""OpenSSL, where it is installed, is the second opinion on every kind of signature."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from asn1crypto import cms
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from helpers.certificates import CONTENT, between, officer, root, signer_of, trusting
from helpers.desks import Desk
from helpers.manifests import make
from thuebao.results.evidence.signatures.examining import examine
from thuebao.results.evidence.signatures.key_files import load_signer

openssl = pytest.mark.skipif(not shutil.which("openssl"), reason="OpenSSL is not installed")


def run_openssl(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["openssl", *arguments], capture_output=True, check=False, timeout=600)


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
