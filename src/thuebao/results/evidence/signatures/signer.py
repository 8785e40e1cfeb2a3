"""Signing with the organisation's own certificate, from a PKCS#12 file."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from getpass import getpass
from pathlib import Path

from asn1crypto import pkcs12 as structure
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7, pkcs12

from thuebao.base.errors import UsageError
from thuebao.base.messages import text
from thuebao.results.evidence.signatures.certificates import MOST_BYTES, is_strong, may_sign, name_of

PASSWORD_VARIABLE = "THUEBAO_SIGN_PASSWORD"


@dataclass(frozen=True)
class Signer:
    """A certificate with its key, and those that stand between it and its root."""

    certificate: x509.Certificate
    others: Sequence[x509.Certificate]
    _key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = field(repr=False)

    @property
    def name(self) -> str:
        """Whose certificate it is."""
        return name_of(self.certificate.subject)

    def sign(self, content: bytes) -> bytes:
        """Return a detached signature of the content: CMS in DER, SHA-256, with the certificates."""
        builder = pkcs7.PKCS7SignatureBuilder().set_data(content)
        builder = builder.add_signer(self.certificate, self._key, hashes.SHA256())
        for other in self.others:
            builder = builder.add_certificate(other)
        options = pkcs7.PKCS7Options
        return builder.sign(Encoding.DER, [options.DetachedSignature, options.Binary, options.NoCapabilities])


def password_for(path: Path, password_file: Path | None) -> str:
    """Return the password of a PKCS#12 file: from the first line of a file, the environment, or a terminal.

    Raises UsageError where none of them gives one, or the file is something else, which no password opens.
    """
    _content(path)
    if password_file is not None:
        try:
            with password_file.open(encoding="utf-8-sig") as file:
                return file.readline(MOST_BYTES).rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "UTF-8"
            raise UsageError("file_unreadable", path=password_file, reason=reason) from None
    given = os.environ.get(PASSWORD_VARIABLE)
    if given is not None:
        return given
    if not sys.stdin.isatty():
        raise UsageError("sign_no_password", path=path, variable=PASSWORD_VARIABLE)
    return getpass(text("manifest.password", path=path))


def load_signer(path: Path, password: str) -> Signer:
    """Return the signer in a PKCS#12 file.

    Raises UsageError when the file or the password is not right, or when the certificate cannot sign now: so that an
    audit of hours does not end without its signature.
    """
    key, certificate, others = _opened(path, password)
    if certificate is None or key is None:
        raise UsageError("sign_without_key", path=path)
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) or not is_strong(certificate):
        raise UsageError("sign_key_weak", path=path)
    now, end = datetime.now(UTC), certificate.not_valid_after_utc
    if now > end:
        raise UsageError("sign_expired", path=path, name=name_of(certificate.subject), day=f"{end:%Y-%m-%d}")
    if now < certificate.not_valid_before_utc:
        start = certificate.not_valid_before_utc
        raise UsageError("sign_not_yet", path=path, name=name_of(certificate.subject), day=f"{start:%Y-%m-%d}")
    if not may_sign(certificate):
        raise UsageError("sign_usage", path=path, name=name_of(certificate.subject))
    return Signer(certificate, others, key)


def _opened(path: Path, password: str) -> tuple[object, x509.Certificate | None, list[x509.Certificate]]:
    data = _content(path)
    try:
        return pkcs12.load_key_and_certificates(data, password.encode() or None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise UsageError("sign_password", path=path) from None


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES)
    except OSError as error:
        raise UsageError("file_unreadable", path=path, reason=error.strerror or error) from None
    if not _is_pkcs12(data):
        raise UsageError("sign_not_pkcs12", path=path)
    return data


def _is_pkcs12(data: bytes) -> bool:
    """Return whether data have the form of PKCS#12: then what does not open it is the password."""
    try:
        return bool(structure.Pfx.load(data, strict=True)["version"].native == "v3")
    except Exception:  # whatever a parser makes of data that are something else
        return False
