"""Tokens (PKCS#11) made with SoftHSM, where it is installed."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pkcs11
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pkcs11 import Attribute, CertificateType, KeyType, ObjectClass

from helpers.certificates import Holder

PIN = "8275163"
_PLACES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/*/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
)


def _module() -> Path | None:
    found = (path for place in _PLACES for path in Path("/").glob(place.lstrip("/")))
    return next(found, None) if shutil.which("softhsm2-util") else None


MODULE = _module()
needs_tokens = pytest.mark.skipif(MODULE is None, reason="SoftHSM is not installed")


@dataclass(frozen=True)
class Held:
    """A certificate to be put into a token, with its key or without; asks_each_time: for the PIN, by an RSA key."""

    who: Holder
    label: str = "us"
    id: bytes = b"\x01"
    with_key: bool = True
    asks_each_time: bool = False


def set_up(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Let SoftHSM keep its tokens in a folder."""
    (folder / "tokens").mkdir()
    settings = folder / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\n", "utf-8")
    patch.setenv("SOFTHSM2_CONF", str(settings))


def make_token(folder: Path, label: str, *held: Held, pin: str = PIN) -> None:
    """Make a token that holds certificates."""
    _softhsm("--init-token", "--free", "--label", label, "--so-pin", "12345678", "--pin", pin)
    for one in held:
        if one.with_key and not one.asks_each_time:
            path = folder / "key.pem"
            path.write_bytes(one.who.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
            _softhsm("--import", str(path), "--token", label, "--label", one.label, "--id", one.id.hex(), "--pin", pin)
            path.unlink()
    _put_certificates(label, held, pin)


def _softhsm(*arguments: str) -> None:
    subprocess.run(["softhsm2-util", *arguments], check=True, capture_output=True, timeout=60)


def _put_certificates(label: str, held: Sequence[Held], pin: str) -> None:
    library = pkcs11.lib(str(MODULE and MODULE.resolve()))
    try:
        *_, token = library.get_tokens(token_label=label)
        with token.open(rw=True, user_pin=pin) as session:
            for one in held:
                if one.asks_each_time:
                    session.create_object(_asking(one))
                certificate = one.who.certificate
                session.create_object(
                    {
                        Attribute.CLASS: ObjectClass.CERTIFICATE,
                        Attribute.CERTIFICATE_TYPE: CertificateType.X_509,
                        Attribute.TOKEN: True,
                        Attribute.PRIVATE: False,
                        Attribute.LABEL: one.label,
                        Attribute.ID: one.id,
                        Attribute.SUBJECT: certificate.subject.public_bytes(),
                        Attribute.VALUE: certificate.public_bytes(Encoding.DER),
                    }
                )
    finally:
        library.finalize()


def _asking(held: Held) -> dict[Attribute, Any]:
    """Return a key that wants the PIN for each signature."""
    key = held.who.key
    assert isinstance(key, rsa.RSAPrivateKey)
    private = key.private_numbers()
    numbers = {
        Attribute.MODULUS: private.public_numbers.n,
        Attribute.PUBLIC_EXPONENT: private.public_numbers.e,
        Attribute.PRIVATE_EXPONENT: private.d,
        Attribute.PRIME_1: private.p,
        Attribute.PRIME_2: private.q,
        Attribute.EXPONENT_1: private.dmp1,
        Attribute.EXPONENT_2: private.dmq1,
        Attribute.COEFFICIENT: private.iqmp,
    }
    return {
        Attribute.CLASS: ObjectClass.PRIVATE_KEY,
        Attribute.KEY_TYPE: KeyType.RSA,
        Attribute.TOKEN: True,
        Attribute.PRIVATE: True,
        Attribute.SENSITIVE: True,
        Attribute.SIGN: True,
        Attribute.ALWAYS_AUTHENTICATE: True,
        Attribute.LABEL: held.label,
        Attribute.ID: held.id,
    } | {name: number.to_bytes((number.bit_length() + 7) // 8, "big") for name, number in numbers.items()}
