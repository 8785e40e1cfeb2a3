"""Claims: what a signed message (CMS SignedData, RFC 5652) says of itself, and the proof that its signer said so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.sign.ades.report import AdESFailure
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_sig_integrity

HASHES = ("sha256", "sha384", "sha512")
"""Digests that are strong enough."""
_BARE = "rsassa_pkcs1v15"
_ALGORITHMS = {
    rsa.RSAPublicKey: (_BARE, "rsassa_pss", *(f"{name}_rsa" for name in HASHES)),
    ec.EllipticCurvePublicKey: tuple(f"{name}_ecdsa" for name in HASHES),
}


class RefusedError(Exception):
    """A signature that is not accepted, with the reason's key."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Claim:
    """What a signature says of itself, taken apart and not yet believed.

    info: the part of the message that speaks of its signer; kind: of the content; at: when it was made, as the signer
    says; stamp: what a third party says of that.
    """

    info: Any
    kind: str
    certificate: x509.Certificate
    others: list[x509.Certificate]
    digest: str
    at: datetime | None
    stamp: Any = None

    @property
    def signature(self) -> bytes:
        """The signature itself, of which a time stamp speaks."""
        return bytes(self.info["signature"].native)


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
        info,
        kind,
        _certificate(info["sid"], [*certificates, *trusted]),
        certificates,
        digest,
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


def prove(claim: Claim, digest: bytes) -> bool:
    """Return whether what is signed has this digest. Raises RefusedError unless the certificate's key signed at all."""
    algorithm = claim.info["signature_algorithm"]
    name = algorithm["algorithm"].native
    kinds = next((names for kind, names in _ALGORITHMS.items() if isinstance(claim.certificate.public_key(), kind)), ())
    # One digest for all: a weaker one cannot be slipped in beside the one that was looked at.
    if name not in kinds or (name != _BARE and algorithm.hash_algo != claim.digest):
        raise RefusedError("algorithm")
    certificate = asn1.Certificate.load(claim.certificate.public_bytes(Encoding.DER))
    try:
        intact, signed = validate_sig_integrity(claim.info, certificate, claim.kind, digest)
    except SignatureValidationError as error:
        malformed = error.ades_subindication == AdESFailure.FORMAT_FAILURE
        raise RefusedError("attributes" if malformed else "broken") from None
    if not signed:
        raise RefusedError("broken")
    return bool(intact)
