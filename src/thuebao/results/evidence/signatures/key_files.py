"""Signing with a certificate and its key from a PKCS#12 file."""

from __future__ import annotations

from pathlib import Path

from asn1crypto import pkcs12 as structure
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from pyhanko.sign.timestamps import TimeStamper

from thuebao.base.errors import UsageError
from thuebao.results.evidence.signatures.certificates import MOST_BYTES
from thuebao.results.evidence.signatures.secrets import PASSWORD_VARIABLE, asked_secret, given_secret
from thuebao.results.evidence.signatures.signer import Signer, check_certificate, in_memory


def password_for(path: Path, password_file: Path | None) -> str:
    """Return the password of a PKCS#12 file: from the first line of a file, the environment, or a terminal.

    Raises UsageError where none of them gives one, or the file is something else, which no password opens.
    """
    _content(path)
    given = given_secret(password_file, PASSWORD_VARIABLE)
    return (
        given if given is not None else asked_secret("manifest.password", "sign_no_password", path, PASSWORD_VARIABLE)
    )


def load_signer(path: Path, password: str, stamper: TimeStamper | None = None) -> Signer:
    """Return the signer in a PKCS#12 file.

    Raises UsageError when the file or the password is not right, or when the certificate cannot sign now.
    """
    key, certificate, others = _opened(path, password)
    if certificate is None or key is None:
        raise UsageError("sign_without_key", path=path)
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise UsageError("sign_key_weak", path=path)
    check_certificate(certificate, path)
    return in_memory(certificate, key, others, stamper)


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
