"""Certificates, keys and signatures, made here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from thuebao.results.evidence.signatures.signer import Signer, in_memory

NOW = datetime.now(UTC)
DAY = timedelta(days=1)
CONTENT = b'{"schema": "thuebao-manifest/1"}\n'

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@cache
def key(name: str) -> Key:
    """Return the key of that name: RSA, of so many bits, if the name says so."""
    kind, _, bits = name.partition(" ")[0].partition("-")
    if kind == "rsa":
        return rsa.generate_private_key(public_exponent=65537, key_size=int(bits))
    return ec.generate_private_key(ec.SECP192R1() if kind == "small" else ec.SECP256R1())


def usage(*names: str) -> x509.KeyUsage:
    every = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{name: name in names for name in every})


def named(name: str, *numbers: str) -> x509.Name:
    parts = [(NameOID.COUNTRY_NAME, "VN"), (NameOID.ORGANIZATION_NAME, "Sở Thông tin"), (NameOID.COMMON_NAME, name)]
    parts += [(NameOID.USER_ID, number) for number in numbers]
    return x509.Name([x509.NameAttribute(kind, value) for kind, value in parts])


@dataclass(frozen=True)
class Holder:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: Key

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)


def holder(
    name: str,
    issuer: Holder | None = None,
    *,
    key_name: str = "",
    authority: bool = False,
    used_for: x509.KeyUsage | None = None,
    purposes: tuple[x509.ObjectIdentifier, ...] = (),
    valid: tuple[datetime, datetime] = (NOW - 30 * DAY, NOW + 30 * DAY),
    extra: x509.ExtensionType | None = None,
    numbers: tuple[str, ...] = (),
) -> Holder:
    own = key(key_name or name)
    builder = (
        x509.CertificateBuilder()
        .subject_name(named(name, *numbers))
        .issuer_name(issuer.certificate.subject if issuer else named(name, *numbers))
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(valid[0])
        .not_valid_after(valid[1])
        .add_extension(x509.BasicConstraints(authority, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(own.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key((issuer.key if issuer else own).public_key()),
            critical=False,
        )
        .add_extension(
            used_for or (usage("key_cert_sign", "crl_sign") if authority else usage("digital_signature")),
            critical=True,
        )
    )
    if purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    if extra:
        builder = builder.add_extension(extra, critical=True)
    return Holder(builder.sign(issuer.key if issuer else own, hashes.SHA256()), own)


@cache
def root() -> Holder:
    return holder("Gốc", authority=True)


@cache
def between() -> Holder:
    return holder("Trung gian", root(), authority=True)


@cache
def officer(key_name: str = "officer") -> Holder:
    mail = (ExtendedKeyUsageOID.EMAIL_PROTECTION,)
    return holder("Trần Thị Bình", between(), key_name=key_name, purposes=mail)


def signer_of(who: Holder, *others: Holder) -> Signer:
    return in_memory(who.certificate, who.key, [other.certificate for other in others])


def p12(who: Holder, password: str = "mật khẩu", *others: Holder) -> bytes:
    secret = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    return pkcs12.serialize_key_and_certificates(
        b"us", who.key, who.certificate, [other.certificate for other in others], secret
    )


def trusting(*holders: Holder) -> list[x509.Certificate]:
    return [one.certificate for one in holders]
