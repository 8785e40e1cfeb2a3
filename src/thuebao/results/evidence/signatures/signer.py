"""Signing with the organisation's own certificate, whose key may be in memory or in a token."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from asn1crypto import keys
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from thuebao.base.errors import OutputError, ThuebaoError, UsageError
from thuebao.results.evidence.signatures.certificates import is_strong, may_sign, name_of

_DIGEST = "sha256"
_FIELD = "Signature1"


@dataclass(frozen=True)
class Signer:
    """A certificate with what makes signatures by its key.

    stamper: where time stamps come from, None for signatures without one; close: gives a token back.
    """

    certificate: x509.Certificate
    _maker: Any = field(repr=False)
    stamper: TimeStamper | None = None
    close: Callable[[], None] = field(default=lambda: None, repr=False)

    @property
    def name(self) -> str:
        """Whose certificate it is."""
        return name_of(self.certificate.subject)

    def sign(self, content: bytes, path: Path | None = None) -> bytes:
        """Return a detached signature of the content: CMS in DER, SHA-256, with the certificates.

        path: where it is to go, for an error. Raises OutputError when token or time stamp server fail.
        """
        with _failing(path):
            attributes = PdfCMSSignedAttributes(signing_time=datetime.now(UTC))
            signing = self._maker.async_sign_general_data(
                content, _DIGEST, use_cades=True, timestamper=self.stamper, signed_attr_settings=attributes
            )
            return bytes(asyncio.run(signing).dump())

    def sign_pdf(self, document: bytes, path: Path | None = None) -> bytes:
        """Return a PDF with a signature of all of it: PAdES baseline B-B, with a time stamp B-T.

        What was there stays byte by byte: the signature is added behind it. Raises OutputError as `sign` does.
        """
        told = PdfSignatureMetadata(field_name=_FIELD, md_algorithm=_DIGEST, subfilter=SigSeedSubFilter.PADES)
        with _failing(path):
            writer = IncrementalPdfFileWriter(BytesIO(document))
            made: BytesIO = PdfSigner(told, self._maker, timestamper=self.stamper).sign_pdf(writer)
            return made.getvalue()


def in_memory(
    certificate: x509.Certificate,
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey,
    others: Sequence[x509.Certificate],
    stamper: TimeStamper | None = None,
) -> Signer:
    """Return the signer of a key that is in memory. others: certificates between it and its root."""
    known = SimpleCertificateStore.from_certs(map(as_asn1, (certificate, *others)))
    private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return Signer(certificate, SimpleSigner(as_asn1(certificate), keys.PrivateKeyInfo.load(private), known), stamper)


def as_asn1(certificate: x509.Certificate) -> asn1.Certificate:
    """Return a certificate as the library has it that makes signatures."""
    return asn1.Certificate.load(certificate.public_bytes(Encoding.DER))


def check_certificate(certificate: x509.Certificate, path: Path | str) -> None:
    """Raise UsageError unless a certificate can sign now: so that an audit of hours does not end unsigned.

    path: what it is in.
    """
    name = name_of(certificate.subject)
    now, start, end = datetime.now(UTC), certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not is_strong(certificate):
        raise UsageError("sign_key_weak", path=path)
    if now > end:
        raise UsageError("sign_expired", path=path, name=name, day=f"{end:%Y-%m-%d}")
    if now < start:
        raise UsageError("sign_not_yet", path=path, name=name, day=f"{start:%Y-%m-%d}")
    if not may_sign(certificate):
        raise UsageError("sign_usage", path=path, name=name)


@contextmanager
def _failing(path: Path | None) -> Iterator[None]:
    """Raise OutputError for whatever token, server or library fail with: none of it is a user's own traceback."""
    try:
        yield
    except ThuebaoError:
        raise
    except Exception as error:
        # What a token answers has no text, but a telling name.
        raise OutputError("sign_failed", path=path or "-", reason=str(error) or type(error).__name__) from None
