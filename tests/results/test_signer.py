"""PKCS#12 files and passwords: who signs."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    pkcs12,
)

from helpers.certificates import between, officer, p12, root, signer_of
from helpers.desks import Desk
from helpers.manifests import Made
from thuebao.base.errors import UsageError
from thuebao.results.evidence.signatures.certificates import read_trusted
from thuebao.results.evidence.signatures.key_files import load_signer, password_for
from thuebao.results.evidence.signatures.secrets import PASSWORD_VARIABLE


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
    desk.write("us.p12", p12(officer(), "x"))
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


def test_who_types_nothing_is_asked_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.write("us.p12", p12(officer(), "x"))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)

    def closed(prompt: str) -> str:
        raise EOFError

    monkeypatch.setattr("thuebao.results.evidence.signatures.secrets.getpass", closed)
    with pytest.raises(UsageError) as error:
        password_for(Path("us.p12"), None)
    assert error.value.key == "sign_no_password"


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


@pytest.mark.parametrize("missing", ["cryptography", "asn1crypto", "pyhanko"])
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
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=600)
    assert done.stdout.splitlines() == ["Signatures need more libraries: pip install 'thuebao[sign]'", "True"]
