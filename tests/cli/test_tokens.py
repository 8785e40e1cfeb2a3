"""`--sign-with token:LABEL`: an audit signed with a key that never leaves its token."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pkcs11
import pytest
from pkcs11 import TokenFlag

from helpers.certificates import DAY as ONE_DAY
from helpers.certificates import NOW, between, holder, officer, root, usage
from helpers.desks import Desk
from helpers.outcomes import Command, Outcome, one_message
from helpers.people import ERROR, GOOD
from helpers.reports import DAY
from helpers.tokens import MODULE, PIN, Held, make_token, needs_tokens, set_up
from thuebao.results.evidence.signatures import tokens as tokens_module
from thuebao.results.evidence.signatures.secrets import PIN_VARIABLE

pytestmark = needs_tokens
LABEL = "Sở Thông tin"


@pytest.fixture
def tokens(desk: Desk, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path_factory.mktemp("softhsm")
    set_up(folder, monkeypatch)
    monkeypatch.delenv(PIN_VARIABLE, raising=False)
    desk.export("vina.csv", ERROR, GOOD)
    desk.write("pin.txt", PIN + "\n")
    desk.write("root.pem", root().pem)
    return folder


Sign = Callable[..., Outcome]


@pytest.fixture
def sign(cli: Command) -> Sign:
    def call(*more: str, label: str = LABEL, pin_file: str | None = "pin.txt", **environment: str) -> Outcome:
        pin = ("--pin-file", pin_file) if pin_file else ()
        token = ("--sign-with", f"token:{label}", "--pkcs11-module", str(MODULE), *pin)
        manifest = ("--manifest", "m.json", "--force")
        return cli("audit", "vina.csv", *DAY, *manifest, *token, "--lang", "en", *more, **environment)

    return call


@pytest.mark.parametrize("key_name", ["rsa-2048", "officer"])
def test_an_audit_is_signed_by_a_token(tokens: Path, sign: Sign, cli: Command, key_name) -> None:
    who = officer(key_name)
    make_token(tokens, LABEL, Held(who), Held(between(), "ca", b"\x02", with_key=False))
    done = sign()
    assert done.code == 1, done.err
    assert "Signature of Trần Thị Bình (Sở Thông tin): m.json.p7s" in done.err
    assert PIN not in done.err + done.out + Path("m.json").read_text("utf-8")
    found = cli("verify", "m.json", "--trust", "root.pem", "--format", "json").document
    assert (found["holds"], found["signature"]["state"]) == (True, "trusted")
    assert found["signature"]["serial"] == f"{who.certificate.serial_number:x}"


def test_the_pin_comes_from_the_environment_too(tokens: Path, sign: Sign) -> None:
    make_token(tokens, LABEL, Held(officer()))
    assert sign(pin_file=None, **{PIN_VARIABLE: PIN}).code == 1


def signs(sign: Sign, cli: Command) -> bool:
    """Return whether an audit is signed, and verified."""
    return (sign().code, cli("verify", "m.json", "--trust", "root.pem").code) == (1, 0)


def test_a_key_that_wants_the_pin_for_each_signature_gets_it_unasked(tokens: Path, sign: Sign, cli: Command) -> None:
    key = Held(officer("rsa-2048"), asks_each_time=True)
    make_token(tokens, LABEL, key, Held(between(), "ca", b"\x02", with_key=False))
    assert signs(sign, cli)


@pytest.mark.parametrize(("key_name", "kind"), [("rsa-2048", "rsa"), ("officer", "ec")])
def test_a_token_that_cannot_hash_signs_what_is_hashed_here(
    tokens: Path, sign: Sign, cli: Command, monkeypatch: pytest.MonkeyPatch, key_name, kind
) -> None:
    monkeypatch.setitem(tokens_module._HASHING, kind, None)
    make_token(tokens, LABEL, Held(officer(key_name)), Held(between(), "ca", b"\x02", with_key=False))
    assert signs(sign, cli)


def refused(done: Outcome, *parts: str) -> None:
    """Hold that nothing was signed or written, and that one message says why."""
    assert done.code == 2
    one_message(done, *parts)
    assert PIN not in done.err
    assert not list(Path().glob("m.json*"))


@pytest.fixture
def tries(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note each PIN that a token is given."""
    given: list[str] = []
    found = tokens_module._found

    class Watched:
        """A token that notes the PINs that it is given."""

        def __init__(self, token: Any) -> None:
            self._token = token

        def open(self, *, user_pin: str) -> Any:
            given.append(user_pin)
            return self._token.open(user_pin=user_pin)

        def __getattr__(self, name: str) -> Any:
            return getattr(self._token, name)

    monkeypatch.setattr(tokens_module, "_found", lambda *given: Watched(found(*given)))
    return given


def test_a_wrong_pin_is_tried_once(tokens: Path, sign: Sign, desk: Desk, tries: list[str]) -> None:
    make_token(tokens, LABEL, Held(officer()))
    desk.write("pin.txt", "1111111")
    done = sign()
    refused(done, "the PIN is wrong", "tried once")
    assert "1111111" not in done.err
    assert tries == ["1111111"]
    desk.write("pin.txt", "")
    refused(sign(), "needs its PIN")
    refused(sign(pin_file=None), "needs its PIN", PIN_VARIABLE)
    assert len(tries) == 1  # an empty one, or none, is not tried at all
    desk.write("pin.txt", PIN)
    assert sign().code == 1


def test_everything_is_signed_in_one_session(tokens: Path, sign: Sign, tries: list[str]) -> None:
    make_token(tokens, LABEL, Held(officer()))
    assert sign().code == 1
    assert sign().code == 1  # the token was given back
    assert tries == [PIN, PIN]


@pytest.mark.parametrize(
    ("flags", "pin_file", "said"),
    [
        (TokenFlag.USER_PIN_LOCKED, "pin.txt", "is locked after wrong PINs"),
        (TokenFlag.USER_PIN_FINAL_TRY, "pin.txt", "one more wrong PIN locks it"),
    ],
)
def test_a_token_that_a_pin_could_lock_is_given_none(
    tokens: Path, sign: Sign, tries: list[str], monkeypatch: pytest.MonkeyPatch, flags, pin_file, said
) -> None:
    make_token(tokens, LABEL, Held(officer()))
    found = tokens_module._found

    def flagged(*given: Any) -> Any:
        token = found(*given)
        token.flags = token._token.flags | flags
        return token

    monkeypatch.setattr(tokens_module, "_found", flagged)
    refused(sign(pin_file=pin_file), said)
    assert tries == []


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (pkcs11.PinLocked, "is locked after wrong PINs"),
        (pkcs11.PinExpired, "must be changed first"),
        (pkcs11.PinLenRange, "the PIN is wrong"),
        (pkcs11.DeviceRemoved, "DeviceRemoved"),
        (pkcs11.TokenNotPresent, "TokenNotPresent"),
    ],
)
def test_what_a_token_answers_is_said_in_words(
    tokens: Path, sign: Sign, monkeypatch: pytest.MonkeyPatch, answer, said
) -> None:
    make_token(tokens, LABEL, Held(officer()))

    def failing(*given: object) -> None:
        raise answer

    monkeypatch.setattr(tokens_module, "_opened", failing)
    refused(sign(), said)


def test_a_token_that_is_pulled_out_before_signing_leaves_no_half_document(
    tokens: Path, sign: Sign, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_token(tokens, LABEL, Held(officer()))

    async def failing(*given: object, **how: object) -> bytes:
        raise pkcs11.DeviceRemoved

    monkeypatch.setattr(tokens_module.PKCS11Signer, "async_sign_raw", failing)
    done = sign()
    assert done.code == 2
    assert "m.json.p7s: was not written, since it could not be signed: DeviceRemoved" in done.err
    assert "Traceback" not in done.err
    assert not list(Path().glob("m.json*"))


def test_tokens_and_modules_that_are_not_there(tokens: Path, sign: Sign, cli: Command, desk: Desk) -> None:
    make_token(tokens, "other", Held(officer()))
    refused(sign(), "no such token", "other (")
    desk.write("no.so", "no library")
    for module, said in (("nowhere.so", "no such file"), ("no.so", "cannot be loaded"), (".", "no such file")):
        token = ("--sign-with", f"token:{LABEL}", "--pkcs11-module", module, "--pin-file", "pin.txt")
        refused(cli("audit", "vina.csv", *DAY, "--manifest", "m.json", *token, "--lang", "en"), module, said)
    library = next(iter(Path(pkcs11.__file__).parent.glob("_pkcs11*")))  # one of another kind
    token = ("--sign-with", f"token:{LABEL}", "--pkcs11-module", str(library), "--pin-file", "pin.txt")
    refused(cli("audit", "vina.csv", *DAY, "--manifest", "m.json", *token, "--lang", "en"), "cannot be loaded")


def test_two_tokens_of_one_label_are_told_apart_by_their_serial_numbers(tokens: Path, sign: Sign) -> None:
    make_token(tokens, LABEL, Held(officer()))
    make_token(tokens, "second", Held(officer()))
    shown = sign(label="nowhere").err
    serials = dict(re.findall(r"(\w[\w ]*) \((\w+)\)", shown.partition("Found: ")[2]))
    assert sign(label=serials["second"]).code == 1
    Path("m.json").unlink()
    Path("m.json.p7s").unlink()
    copied = [token for token in tokens_of(tokens) if b"second" in token.read_bytes()]
    for token in copied:
        name = LABEL.encode().ljust(32)
        token.write_bytes(token.read_bytes().replace(b"second".ljust(32), name[:32]))
    refused(sign(), "several tokens", *serials.values())


def tokens_of(folder: Path) -> list[Path]:
    return list((folder / "tokens").glob("*/token.object"))


def test_one_of_several_certificates(tokens: Path, sign: Sign, cli: Command) -> None:
    first, second = holder("Một", between()), holder("Hai", between())
    old = holder("Cũ", between(), valid=(NOW - 30 * ONE_DAY, NOW - ONE_DAY))
    other = holder("Khóa", between(), used_for=usage("key_encipherment"))
    make_token(tokens, LABEL, Held(old, "old", b"\x03"), Held(other, "other", b"\x04"), Held(first, "first", b"\x01"))
    assert sign().code == 1  # the one that can sign now
    found = cli("verify", "m.json", "--format", "json").document["signature"]
    assert found["serial"] == f"{first.certificate.serial_number:x}"
    for name in ("m.json", "m.json.p7s"):
        Path(name).unlink()
    make_token(tokens, "both", Held(first, "first", b"\x01"), Held(second, "second", b"\x02"))
    serial = f"{second.certificate.serial_number:x}"
    refused(sign(label="both"), "several certificates", "first: Một", "second: Hai", serial)
    refused(sign("--certificate", "third", label="both"), "no certificate third", serial)
    for name in ("second", serial, serial.upper()):
        assert sign("--certificate", name, label="both").code == 1
        found = cli("verify", "m.json", "--format", "json").document["signature"]
        assert found["serial"] == serial


@pytest.mark.parametrize(
    ("who", "said"),
    [
        (lambda: holder("Ai", between(), valid=(NOW - 30 * ONE_DAY, NOW - ONE_DAY)), f"{NOW - ONE_DAY:%Y-%m-%d}"),
        (lambda: holder("Ai", between(), valid=(NOW + ONE_DAY, NOW + 30 * ONE_DAY)), f"{NOW + ONE_DAY:%Y-%m-%d}"),
        (lambda: holder("Ai", between(), used_for=usage("key_encipherment")), "not for signing"),
    ],
    ids=["expired", "not yet valid", "usage"],
)
def test_certificates_that_cannot_sign_are_refused_before_anything_is_read(tokens: Path, sign: Sign, who, said) -> None:
    make_token(tokens, LABEL, Held(who()))
    refused(sign(), LABEL, said)


def test_a_token_without_a_key_for_its_certificate(tokens: Path, sign: Sign) -> None:
    make_token(tokens, LABEL, Held(officer(), with_key=False))
    refused(sign(), "no certificate together with its private key")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--sign-with", "token:x"), "--pkcs11-module"),
        (("--sign-with", "token:", "--pkcs11-module", "x.so"), "label"),
        (("--sign-with", "us.p12", "--pkcs11-module", "x.so"), "--pkcs11-module is for"),
        (("--sign-with", "us.p12", "--certificate", "1"), "--certificate is for"),
        (("--timestamp", "http://localhost/"), "--timestamp is for"),
        (("--pin-file", "pin.txt"), "--pin-file"),
    ],
)
def test_options_that_do_not_go_together(tokens: Path, cli: Command, options, said) -> None:
    refused(cli("audit", "vina.csv", *DAY, "--manifest", "m.json", *options, "--lang", "en"), said)


def test_openssl_accepts_what_a_token_signed(tokens: Path, sign: Sign) -> None:
    make_token(tokens, LABEL, Held(officer("rsa-2048")), Held(between(), "ca", b"\x02", with_key=False))
    assert sign().code == 1
    check = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "m.json.p7s", "-content", "m.json"]
    check += ["-CAfile", "root.pem", "-out", os.devnull]
    assert subprocess.run(check, capture_output=True, check=False, timeout=60).returncode == 0
    Path("m.json").write_bytes(Path("m.json").read_bytes().replace(b"VinaPhone", b"VinaPhonf", 1))
    assert subprocess.run(check, capture_output=True, check=False, timeout=60).returncode != 0
