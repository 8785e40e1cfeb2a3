"""Examining a detached signature (CMS SignedData, RFC 5652): nothing counts as signed that is not proved to be.

Every doubt is a refusal. What is known of time is what the signer says: no time stamp of a third party is asked for,
and whether the certificate was revoked is not looked up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from asn1crypto import cms
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from thuebao.results.evidence.signatures.certificates import chain_problem, is_strong, may_sign, name_of

TRUSTED, UNCHECKED, UNTRUSTED, INVALID = "trusted", "unchecked", "untrusted", "invalid"

_HASHES = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
_RSA = {"rsassa_pkcs1v15"} | {f"{name}_rsa" for name in _HASHES}
_ECDSA = {f"{name}_ecdsa" for name in _HASHES}
_CLOCKS_DIFFER = timedelta(minutes=10)


@dataclass(frozen=True)
class Signed:
    """What a signature is worth.

    state: TRUSTED; UNCHECKED if it holds but nothing was given to trust; UNTRUSTED if it does not lead there; INVALID.
    reason: why it is invalid, a key of the texts in [signature]; detail: of why it is not trusted, in English.
    signer, issuer: None where nobody's signature was proved; at: when, as the signer says.
    """

    state: str
    reason: str | None = None
    detail: str | None = None
    signer: str | None = None
    issuer: str | None = None
    serial: str | None = None
    at: datetime | None = None


class _RefusedError(Exception):
    """A signature that is not accepted, with the reason's key."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class _Claim:
    """What a signature says of itself, taken apart and not yet believed."""

    certificate: x509.Certificate
    others: list[x509.Certificate]
    digest: str
    algorithm: Any
    attributes: bytes
    signature: bytes
    message_digest: bytes
    at: datetime | None


def examine(content: bytes, signature: bytes, trusted: Sequence[x509.Certificate]) -> Signed:
    """Return what a detached signature of the content is worth to someone who trusts these certificates."""
    try:
        claim = _claim(signature, trusted)
        _prove(claim)
        return _judged(claim, content, trusted)
    except _RefusedError as refused:
        return Signed(INVALID, refused.reason)
    except Exception:  # hostile data make parsers, some of which wait until they are asked, fail in any way
        return Signed(INVALID, "garbage")


def _judged(claim: _Claim, content: bytes, trusted: Sequence[x509.Certificate]) -> Signed:
    """Return what a proved claim is worth."""
    reason = _flaw(claim, content)
    state, detail = (INVALID, None) if reason else _trust(claim, trusted)
    certificate = claim.certificate
    return Signed(
        state,
        reason,
        detail,
        name_of(certificate.subject),
        name_of(certificate.issuer),
        f"{certificate.serial_number:x}",
        claim.at,
    )


def _claim(signature: bytes, trusted: Sequence[x509.Certificate]) -> _Claim:
    """Take a signature apart. Raises _RefusedError, or anything at all on what is no signature."""
    outer = cms.ContentInfo.load(signature, strict=True)
    if outer["content_type"].native != "signed_data":
        raise _RefusedError("garbage")
    signed = outer["content"]
    inner = signed["encap_content_info"]
    if inner["content_type"].native != "data" or inner["content"].native is not None:
        raise _RefusedError("not_detached")
    if len(signed["signer_infos"]) != 1:
        raise _RefusedError("not_one_signer")
    info = signed["signer_infos"][0]
    attributes = _attributes(info["signed_attrs"])
    if attributes["content_type"].native != "data":
        raise _RefusedError("attributes")
    digest = info["digest_algorithm"]["algorithm"].native
    if digest not in _HASHES:
        raise _RefusedError("algorithm")
    embedded = [choice.chosen.dump() for choice in signed["certificates"] or [] if choice.name == "certificate"]
    certificates = [x509.load_der_x509_certificate(data) for data in embedded]
    return _Claim(
        _certificate(info["sid"], [*certificates, *trusted]),
        certificates,
        digest,
        info["signature_algorithm"],
        info["signed_attrs"].untag().dump(),
        info["signature"].native,
        attributes["message_digest"].native,
        _moment(attributes["signing_time"].native) if "signing_time" in attributes else None,
    )


def _attributes(given: Any) -> dict[str, Any]:
    """Return the signed attributes by name. Raises _RefusedError unless each is there once, with one value.

    A signature without them would be one of the bare content, and could be one of attributes passed off as content.
    """
    attributes: dict[str, Any] = {}
    for attribute in given or []:
        kind, values = attribute["type"].native, attribute["values"]
        if kind in attributes or len(values) != 1:
            raise _RefusedError("attributes")
        attributes[kind] = values[0]
    if not {"content_type", "message_digest"} <= attributes.keys():
        raise _RefusedError("attributes")
    return attributes


def _moment(value: object) -> datetime:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise _RefusedError("attributes")
    return value.astimezone(UTC)


def _certificate(identifier: Any, certificates: Sequence[x509.Certificate]) -> x509.Certificate:
    """Return the certificate that a signature names as its signer's."""
    for certificate in certificates:
        if identifier.name == "issuer_and_serial_number":
            named = identifier.chosen
            issuer = named["issuer"].dump() == certificate.issuer.public_bytes()
            if issuer and named["serial_number"].native == certificate.serial_number:
                return certificate
        elif identifier.chosen.native == _key_identifier(certificate):
            return certificate
    raise _RefusedError("no_certificate")


def _key_identifier(certificate: x509.Certificate) -> bytes | None:
    try:
        return certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    except x509.ExtensionNotFound:
        return None


def _prove(claim: _Claim) -> None:
    """Raise _RefusedError unless the certificate's key made the signature of the attributes."""
    key, name = claim.certificate.public_key(), claim.algorithm["algorithm"].native
    digest = _HASHES[claim.digest]
    # One digest for all: a weaker one cannot be slipped in beside the one that was looked at.
    if name.startswith("sha") and not name.startswith(f"{claim.digest}_"):
        raise _RefusedError("algorithm")
    try:
        if isinstance(key, rsa.RSAPublicKey) and name in _RSA:
            key.verify(claim.signature, claim.attributes, padding.PKCS1v15(), digest)
        elif isinstance(key, rsa.RSAPublicKey) and name == "rsassa_pss":
            key.verify(claim.signature, claim.attributes, _pss(claim), digest)
        elif isinstance(key, ec.EllipticCurvePublicKey) and name in _ECDSA:
            key.verify(claim.signature, claim.attributes, ec.ECDSA(digest))
        else:
            raise _RefusedError("algorithm")
    except InvalidSignature:
        raise _RefusedError("broken") from None


def _pss(claim: _Claim) -> padding.PSS:
    parameters = claim.algorithm["parameters"]
    mask = parameters["mask_gen_algorithm"]
    used = {parameters["hash_algorithm"]["algorithm"].native, mask["parameters"]["algorithm"].native}
    if mask["algorithm"].native != "mgf1" or used != {claim.digest}:
        raise _RefusedError("algorithm")
    return padding.PSS(padding.MGF1(_HASHES[claim.digest]), int(parameters["salt_length"].native))


def _flaw(claim: _Claim, content: bytes) -> str | None:
    """Return what is wrong with a signature that its certificate's key made, None if nothing is."""
    certificate, now = claim.certificate, datetime.now(UTC)
    if hashlib.new(claim.digest, content).digest() != claim.message_digest:
        return "changed"
    at = claim.at or now
    if at > now + _CLOCKS_DIFFER:
        return "future"
    if at > certificate.not_valid_after_utc:
        return "expired"
    if at < certificate.not_valid_before_utc:
        return "not_yet"
    if not may_sign(certificate):
        return "usage"
    return None if is_strong(certificate) else "weak"


def _trust(claim: _Claim, trusted: Sequence[x509.Certificate]) -> tuple[str, str | None]:
    if not trusted:
        return UNCHECKED, None
    problem = chain_problem(claim.certificate, claim.others, trusted, claim.at or datetime.now(UTC))
    return (UNTRUSTED, problem) if problem else (TRUSTED, None)
