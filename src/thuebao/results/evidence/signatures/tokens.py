"""Signing with a key that never leaves its token (USB token, smart card, HSM), by the PKCS#11 module of its maker.

A wrong PIN brings a token nearer to its locking, so that no PIN is ever tried twice; and the last try is left to a
person at the terminal. What a module answers is turned into our own words, by its name alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from cryptography import x509

from thuebao.base.errors import UsageError
from thuebao.base.messages import text

if not find_spec("pkcs11"):
    raise UsageError("sign_not_installed")

import pkcs11
from pkcs11 import Attribute, Mechanism, ObjectClass, TokenFlag
from pyhanko.sign.pkcs11 import PKCS11Signer
from pyhanko.sign.timestamps import TimeStamper

from thuebao.results.evidence.signatures.certificates import is_authority, may_sign, name_of
from thuebao.results.evidence.signatures.secrets import PIN_VARIABLE, asked_secret, given_secret
from thuebao.results.evidence.signatures.signer import Signer, as_asn1, check_certificate

_HASHING = {"rsa": Mechanism.SHA256_RSA_PKCS, "ec": Mechanism.ECDSA_SHA256}


@dataclass(frozen=True)
class _Held:
    """A certificate that a token holds; id: by which its key is found; label: what people call it."""

    certificate: x509.Certificate
    id: bytes
    label: str

    @property
    def serial(self) -> str:
        return f"{self.certificate.serial_number:x}"

    @property
    def is_valid_now(self) -> bool:
        return self.certificate.not_valid_before_utc <= datetime.now(UTC) <= self.certificate.not_valid_after_utc

    def __str__(self) -> str:
        end = self.certificate.not_valid_after_utc
        return f"{self.serial} ({self.label}: {name_of(self.certificate.subject)}, {end:%Y-%m-%d})"


def open_token(
    name: str,
    module: Path,
    *,
    pin_file: Path | None = None,
    certificate: str | None = None,
    stamper: TimeStamper | None = None,
) -> Signer:
    """Return the signer in a token, in a session that is open until the signer is closed.

    name: the token's label or serial number; module: the library of its maker; certificate: which one of several, by
    serial number or label. Raises UsageError for all that is not as it must be.
    """
    library = _loaded(module)
    try:
        with _answering(name):
            token = _found(library, name)
            session, pin = _opened(token, name, pin_file)
            held, others = _chosen(session, name, certificate)
            check_certificate(held.certificate, f"token:{name}")
            maker = _maker(session, held, others, pin)
            return Signer(held.certificate, maker, stamper, partial(_closed, library))
    except BaseException:
        _closed(library)
        raise


def _loaded(module: Path) -> Any:
    """Return a module that was loaded. Raises UsageError when there is none, or it is something else."""
    if not module.is_file():
        raise UsageError("token_module_missing", path=module)
    try:
        return pkcs11.lib(str(module.resolve()))
    except (pkcs11.PKCS11Error, UnicodeError):  # what the system says of it may cite it
        raise UsageError("token_module_unfit", path=module) from None


@contextmanager
def _answering(name: str) -> Iterator[None]:
    """Turn what a module answers into our own words."""
    try:
        yield
    except (pkcs11.PinLocked, pkcs11.PinExpired) as error:
        key = "token_locked" if isinstance(error, pkcs11.PinLocked) else "token_pin_expired"
        raise UsageError(key, name=name) from None
    except (pkcs11.PinIncorrect, pkcs11.PinInvalid, pkcs11.PinLenRange):
        raise UsageError("token_pin_wrong", name=name) from None
    except pkcs11.PKCS11Error as error:
        raise UsageError("token_failed", name=name, reason=type(error).__name__) from None


def _found(library: Any, name: str) -> Any:
    """Return the one token of a label or serial number. Raises UsageError where there is none, or several."""
    tokens = []
    for slot in library.get_slots(token_present=True):
        with suppress(pkcs11.PKCS11Error):  # one that was just pulled out, or is no token that is known
            tokens.append(slot.get_token())
    tokens = [token for token in tokens if token.flags & TokenFlag.TOKEN_INITIALIZED]
    found = [token for token in tokens if name in (token.label.strip(), _serial(token))]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError("token_several", name=name, serials=", ".join(map(_serial, found)))
    labels = ", ".join(sorted(f"{token.label.strip()} ({_serial(token)})" for token in tokens))
    raise UsageError("token_absent", name=name, found=labels or text("error.token_none"))


def _serial(token: Any) -> str:
    return bytes(token.serial).decode("ascii", "replace").strip(" \0")


def _opened(token: Any, name: str, pin_file: Path | None) -> tuple[Any, str | None]:
    """Return a session on a token, and the PIN that opened it, None if it was typed on the reader.

    Raises UsageError before a PIN is tried that nobody typed and that might be the last.
    """
    if token.flags & TokenFlag.USER_PIN_LOCKED:
        raise UsageError("token_locked", name=name)
    if token.flags & TokenFlag.PROTECTED_AUTHENTICATION_PATH:  # the reader has keys of its own to type it
        return token.open(user_pin=pkcs11.PROTECTED_AUTH), None
    pin = given_secret(pin_file, PIN_VARIABLE)
    last = bool(token.flags & TokenFlag.USER_PIN_FINAL_TRY)
    if last and pin is not None:
        raise UsageError("token_last_try", name=name)
    if pin is None:
        asked = "manifest.pin_last" if last else "manifest.pin"
        pin = asked_secret(asked, "token_no_pin", f"token:{name}", PIN_VARIABLE)
    if not pin:
        raise UsageError("token_no_pin", path=f"token:{name}", variable=PIN_VARIABLE)
    return token.open(user_pin=pin), pin


def _chosen(session: Any, name: str, wanted: str | None) -> tuple[_Held, Sequence[x509.Certificate]]:
    """Return the certificate to sign with, and those of authorities beside it. Raises UsageError unless it is one."""
    ids = [key[Attribute.ID] for key in _keys(session)]
    every = list(_certificates(session))
    with_key = [held for held in every if ids.count(held.id) == 1]
    if not with_key:
        raise UsageError("token_without_key", name=name)
    found = with_key
    if wanted is not None:
        plain = wanted.lower().replace(":", "").replace(" ", "").lstrip("0")
        found = [held for held in with_key if held.label == wanted or held.serial == plain]
        if not found:
            raise UsageError("token_no_such_certificate", name=name, wanted=wanted, found=_listed(with_key))
    found = [held for held in found if may_sign(held.certificate)] or found
    found = [held for held in found if held.is_valid_now] or found  # a renewed one, beside which the old one stays
    if len(found) > 1:
        raise UsageError("token_several_certificates", name=name, found=_listed(found))
    return found[0], [held.certificate for held in every if is_authority(held.certificate)]


def _listed(found: Sequence[_Held]) -> str:
    return "; ".join(map(str, found))


def _keys(session: Any, identifier: bytes | None = None) -> list[Any]:
    wanted = {Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.SIGN: True}
    return list(session.get_objects(wanted | ({Attribute.ID: identifier} if identifier is not None else {})))


def _certificates(session: Any) -> Iterator[_Held]:
    # To the end of the search first: one that is left unended bars the next.
    for found in list(session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE})):
        try:
            certificate = x509.load_der_x509_certificate(found[Attribute.VALUE])
            name_of(certificate.subject)
            yield _Held(certificate, found[Attribute.ID], str(found[Attribute.LABEL]))
        except (ValueError, pkcs11.AttributeTypeInvalid, pkcs11.AttributeSensitive):  # of another kind, or damaged
            continue


def _maker(session: Any, held: _Held, others: Sequence[x509.Certificate], pin: str | None) -> PKCS11Signer:
    certificate = as_asn1(held.certificate)
    [key] = _keys(session, held.id)
    # A token that cannot hash itself signs what was hashed here.
    raw = _HASHING.get(certificate.public_key.algorithm) not in session.token.slot.get_mechanisms()
    return PKCS11Signer(
        session,
        signing_cert=certificate,
        ca_chain=list(map(as_asn1, others)),
        key_id=held.id,
        use_raw_mechanism=raw,
        base_sign_kwargs={"pin": pin} if pin and _asks_each_time(key) else {},
    )


def _asks_each_time(key: Any) -> bool:
    """Return whether a key wants the PIN for each signature, as some do: it was asked once, and is right."""
    try:
        return bool(key[Attribute.ALWAYS_AUTHENTICATE])
    except pkcs11.PKCS11Error:  # older than this attribute
        return False


def _closed(library: Any) -> None:
    """Give a token back; that it was pulled out already is no failure."""
    with suppress(pkcs11.PKCS11Error):
        library.finalize()
