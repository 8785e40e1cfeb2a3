"""Claims: what a signed message (CMS SignedData, RFC 5652) says of itself, and the proof that its signer said so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

HASHES = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
"""Digests that are strong enough."""
_RSA = {"rsassa_pkcs1v15"} | {f"{name}_rsa" for name in HASHES}
_ECDSA = {f"{name}_ecdsa" for name in HASHES}


class RefusedError(Exception):
    """A signature that is not accepted, with the reason's key."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Claim:
    """What a signature says of itself, taken apart and not yet believed.

    at: when it was made, as the signer says; stamp: what a third party says of that.
    """

    certificate: x509.Certificate
    others: list[x509.Certificate]
    digest: str
    algorithm: Any
    attributes: bytes
    signature: bytes
    message_digest: bytes
    at: datetime | None
    stamp: Any = None


def claim_of(signed: Any, kind: str, trusted: Sequence[x509.Certificate]) -> Claim:
    """Take a signed message of some kind apart. Raises RefusedError, or anything at all on what is no such message."""
    if len(signed["signer_infos"]) != 1:
        raise RefusedError("not_one_signer")
    info = signed["signer_infos"][0]
    attributes = _attributes(info["signed_attrs"])
    if attributes["content_type"].native != kind:
        raise RefusedError("attributes")
    digest = info["digest_algorithm"]["algorithm"].native
    if digest not in HASHES:
        raise RefusedError("algorithm")
    embedded = [choice.chosen.dump() for choice in signed["certificates"] or [] if choice.name == "certificate"]
    certificates = [x509.load_der_x509_certificate(data) for data in embedded]
    return Claim(
        _certificate(info["sid"], [*certificates, *trusted]),
        certificates,
        digest,
        info["signature_algorithm"],
        info["signed_attrs"].untag().dump(),
        info["signature"].native,
        attributes["message_digest"].native,
        _moment(attributes["signing_time"].native) if "signing_time" in attributes else None,
        _stamp(info["unsigned_attrs"]),
    )


def _attributes(given: Any) -> dict[str, Any]:
    """Return the signed attributes by name. Raises RefusedError unless each is there once, with one value.

    A signature without them would be one of the bare content, and could be one of attributes passed off as content.
    """
    attributes: dict[str, Any] = {}
    for attribute in given or []:
        kind, values = attribute["type"].native, attribute["values"]
        if kind in attributes or len(values) != 1:
            raise RefusedError("attributes")
        attributes[kind] = values[0]
    if not {"content_type", "message_digest"} <= attributes.keys():
        raise RefusedError("attributes")
    return attributes


def _stamp(given: Any) -> Any:
    """Return the time stamp that stands beside a signature, not yet believed; None if there is none, or several."""
    kind = "signature_time_stamp_token"
    stamps = [value for attribute in given or [] if attribute["type"].native == kind for value in attribute["values"]]
    return stamps[0] if len(stamps) == 1 else None


def _moment(value: object) -> datetime:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise RefusedError("attributes")
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
    raise RefusedError("no_certificate")


def _key_identifier(certificate: x509.Certificate) -> bytes | None:
    try:
        return certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    except x509.ExtensionNotFound:
        return None


def prove(claim: Claim) -> None:
    """Raise RefusedError unless the certificate's key made the signature of the attributes."""
    key, name = claim.certificate.public_key(), claim.algorithm["algorithm"].native
    digest = HASHES[claim.digest]
    # One digest for all: a weaker one cannot be slipped in beside the one that was looked at.
    if name.startswith("sha") and not name.startswith(f"{claim.digest}_"):
        raise RefusedError("algorithm")
    try:
        if isinstance(key, rsa.RSAPublicKey) and name in _RSA:
            key.verify(claim.signature, claim.attributes, padding.PKCS1v15(), digest)
        elif isinstance(key, rsa.RSAPublicKey) and name == "rsassa_pss":
            key.verify(claim.signature, claim.attributes, _pss(claim), digest)
        elif isinstance(key, ec.EllipticCurvePublicKey) and name in _ECDSA:
            key.verify(claim.signature, claim.attributes, ec.ECDSA(digest))
        else:
            raise RefusedError("algorithm")
    except InvalidSignature:
        raise RefusedError("broken") from None


def _pss(claim: Claim) -> padding.PSS:
    parameters = claim.algorithm["parameters"]
    mask = parameters["mask_gen_algorithm"]
    used = {parameters["hash_algorithm"]["algorithm"].native, mask["parameters"]["algorithm"].native}
    if mask["algorithm"].native != "mgf1" or used != {claim.digest}:
        raise RefusedError("algorithm")
    return padding.PSS(padding.MGF1(HASHES[claim.digest]), int(parameters["salt_length"].native))
