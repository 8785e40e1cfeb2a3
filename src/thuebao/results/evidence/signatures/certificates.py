"""Certificates (X.509, RFC 5280): what they may be used for, how strong they are, and whom they lead back to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import Criticality, ExtensionPolicy, Policy, PolicyBuilder, Store, VerificationError

from thuebao.base.errors import UsageError
from thuebao.results.evidence.signatures.identity import PLACES

MOST_BYTES = 1 << 20
"""No file with keys, certificates or a signature is larger by far."""

_LEAST_RSA_BITS, _LEAST_EC_BITS = 2048, 256
_LONGEST_CHAIN = 8
_PURPOSES = frozenset(
    {
        "2.5.29.37.0",  # any
        "1.3.6.1.5.5.7.3.4",  # e-mail
        "1.3.6.1.5.5.7.3.36",  # documents, RFC 9336
        "1.3.6.1.4.1.311.10.3.12",  # documents, Microsoft
        "1.2.840.113583.1.1.5",  # documents, Adobe
        "1.3.6.1.5.5.7.3.2",  # client authentication: all that many issued certificates say beside their key usage
    }
)


def name_of(name: x509.Name) -> str:
    """Return what a certificate calls somebody: the common name and the organisation, else the whole name.

    Numbers of somebody are no part of it: they are shown, and masked, apart (identity.py).
    """
    names, organisations = (
        [str(attribute.value) for attribute in name.get_attributes_for_oid(kind)]
        for kind in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME)
    )
    if not names:
        return x509.Name(part for part in name if part.oid not in PLACES).rfc4514_string()
    others = [organisation for organisation in organisations if organisation not in names]
    return ", ".join(names) + (f" ({', '.join(others)})" if others else "")


def is_strong(certificate: x509.Certificate) -> bool:
    """Return whether the key is of a kind and size that signatures are made with here."""
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return key.key_size >= _LEAST_RSA_BITS
    return isinstance(key, ec.EllipticCurvePublicKey) and key.curve.key_size >= _LEAST_EC_BITS


def may_sign(certificate: x509.Certificate) -> bool:
    """Return whether the certificate is for signing documents, by its key usage and its purposes if it names any."""
    try:
        extensions = {extension.oid: extension.value for extension in certificate.extensions}
    except (ValueError, x509.DuplicateExtension):  # what cannot be understood permits nothing
        return False
    usage = extensions.get(x509.KeyUsage.oid)
    if isinstance(usage, x509.KeyUsage) and not (usage.digital_signature or usage.content_commitment):
        return False
    purposes = extensions.get(x509.ExtendedKeyUsage.oid)
    if not isinstance(purposes, x509.ExtendedKeyUsage):
        return True
    return not _PURPOSES.isdisjoint(purpose.dotted_string for purpose in purposes)


def is_authority(certificate: x509.Certificate) -> bool:
    """Return whether a certificate says that it is one of an authority."""
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension):
        return False


def read_trusted(paths: Sequence[Path]) -> list[x509.Certificate]:
    """Return the certificates (PEM, any number, or one in DER) of files. Raises UsageError where there are none."""
    trusted: list[x509.Certificate] = []
    for path in paths:
        try:
            with path.open("rb") as file:
                data = file.read(MOST_BYTES)
            pem = b"-----BEGIN" in data
            found = x509.load_pem_x509_certificates(data) if pem else [x509.load_der_x509_certificate(data)]
            for certificate in found:
                name_of(certificate.subject)  # read only when asked for: better here than in the midst of examining
        except OSError as error:
            raise UsageError("file_unreadable", path=path, reason=error.strerror or error) from None
        except ValueError:
            raise UsageError("trust_no_certificate", path=path) from None
        trusted += found
    return trusted


def chain_problem(
    signer: x509.Certificate, others: Sequence[x509.Certificate], trusted: Sequence[x509.Certificate], at: datetime
) -> str | None:
    """Return why the signer's certificate does not lead back to a trusted one, valid at that time; None if it does.

    others: certificates that may stand between, believed only as far as the trusted ones vouch for them. Whether one
    was revoked is not looked up: that would need the network.
    """
    authorities = (
        ExtensionPolicy.permit_all()
        .require_present(x509.BasicConstraints, Criticality.AGNOSTIC, _is_authority)
        .may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _signs_certificates)
    )
    verifier = (
        PolicyBuilder()
        .store(Store(list(trusted)))
        .time(at)
        .max_chain_depth(_LONGEST_CHAIN)
        .extension_policies(ca_policy=authorities, ee_policy=ExtensionPolicy.permit_all())
        .build_client_verifier()
    )
    try:
        verifier.verify(signer, list(others))
    except VerificationError as error:
        return str(error)
    return None


def _is_authority(policy: Policy, certificate: x509.Certificate, constraints: x509.BasicConstraints) -> None:
    del policy, certificate
    if not constraints.ca:
        raise ValueError("the certificate of an issuer is not one of an authority")


def _signs_certificates(policy: Policy, certificate: x509.Certificate, usage: x509.KeyUsage | None) -> None:
    del policy, certificate
    if usage is not None and not usage.key_cert_sign:
        raise ValueError("the certificate of an issuer is not for signing certificates")
