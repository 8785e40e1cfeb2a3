"""Examining signatures in a PDF (ISO 32000, PAdES): of all of it, and with nothing but signatures added later."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from itertools import islice
from typing import Any

from asn1crypto import cms
from cryptography import x509
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from thuebao.base.clock import VIET_NAM
from thuebao.results.evidence.signatures.examining import INVALID, Signed, judged

MOST_SIGNATURES = 50
_DETACHED = ("/ETSI.CAdES.detached", "/adbe.pkcs7.detached")
_TIME_STAMP = "/ETSI.RFC3161"


_MOST_STEPS = 100_000
"""References that are followed: in a PDF that is made for it, each may lead to the next in two ways, forty deep."""


class DocumentError(Exception):
    """A document that cannot be examined; key: why, of the texts in [error]."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class _Reader(PdfFileReader):
    """Reads a PDF in so many steps at most."""

    def __init__(self, document: bytes) -> None:
        self._left = _MOST_STEPS
        # Strict: what viewers understand each in its own way is not examined.
        super().__init__(BytesIO(document), strict=True)

    def get_object(self, *place: Any, **how: Any) -> Any:
        """Return what a reference leads to. Raises DocumentError after too many."""
        self._spend()
        return super().get_object(*place, **how)

    def get_historical_resolver(self, revision: int) -> HistoricalResolver:
        """Return what follows references as they were once, in the same number of steps."""
        resolver = super().get_historical_resolver(revision)
        if "get_object" not in vars(resolver):
            follow = resolver.get_object

            def counted(*place: Any, **how: Any) -> Any:
                self._spend()
                return follow(*place, **how)

            resolver.get_object = counted  # type: ignore[method-assign]
        return resolver

    def _spend(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise DocumentError("pdf_damaged")


def examine_document(document: bytes, trusted: Sequence[x509.Certificate]) -> list[Signed]:
    """Return what each signature in a PDF is worth to someone who trusts these certificates, the oldest first.

    Raises DocumentError when it is no PDF, is encrypted or damaged, or has more signatures than anybody gave.
    """
    try:
        reader = _Reader(document)
        encrypted = reader.encrypted
        fields = (
            [] if encrypted else list(islice(enumerate_sig_fields(reader, filled_status=True), MOST_SIGNATURES + 1))
        )
    except Exception:  # hostile data make parsers fail in any way
        raise DocumentError("pdf_damaged") from None
    if encrypted:
        raise DocumentError("pdf_encrypted")
    if len(fields) > MOST_SIGNATURES:
        raise DocumentError("pdf_signatures")
    embedded = [(name, _embedded(reader, field, name)) for name, _, field in fields]
    # A time stamp of the whole document may come later, and is no signature of anybody.
    signatures = [(name, found) for name, found in embedded if found is None or not _is_time_stamp(found)]
    signatures.sort(key=lambda one: one[1].signed_revision if one[1] else -1)
    last = len(signatures) - 1
    return [
        replace(_worth(document, found, trusted, followed=at < last), field=name, followed=at < last)
        for at, (name, found) in enumerate(signatures)
    ]


def _embedded(reader: PdfFileReader, field: Any, name: str) -> EmbeddedPdfSignature | None:
    """Return a signature that was taken apart, None if it cannot be."""
    try:
        return EmbeddedPdfSignature(reader, field, name)
    except Exception:  # hostile data make parsers fail in any way
        return None


def _is_time_stamp(found: EmbeddedPdfSignature) -> bool:
    return found.sig_object.get("/SubFilter") == _TIME_STAMP


def _worth(
    document: bytes, found: EmbeddedPdfSignature | None, trusted: Sequence[x509.Certificate], *, followed: bool
) -> Signed:
    if found is None:
        return Signed(INVALID, "garbage")
    try:
        if found.sig_object.get("/SubFilter") not in _DETACHED:
            return Signed(INVALID, "not_detached")
        if not _is_around_itself(document, found):
            return Signed(INVALID, "not_whole")
        later = None if _is_whole(found, followed=followed) else "changed_later"
        # Without the zeros behind it that keep its place.
        signature = cms.ContentInfo.load(found.pkcs7_content).dump()
    except Exception:  # hostile data make parsers fail in any way
        return Signed(INVALID, "garbage")
    return judged(signature, found.compute_digest, trusted, at=_claimed(found), later=later)


def _claimed(found: EmbeddedPdfSignature) -> datetime | None:
    """Return when a signature was made, as it says; a time that says no zone is that of Viet Nam."""
    with suppress(Exception):  # a time that cannot be read is none
        said: datetime | None = found.self_reported_timestamp
        return said.replace(tzinfo=said.tzinfo or VIET_NAM) if said else None
    return None


def _is_around_itself(document: bytes, found: EmbeddedPdfSignature) -> bool:
    """Return whether the signature is of what stands before and behind itself, with nothing else left out."""
    start, length, behind, rest = map(int, found.byte_range)
    left_out = document[length:behind]
    return (
        (start, len(found.byte_range)) == (0, 4)
        and 0 < length < behind
        and 0 < rest <= len(document) - behind
        and (left_out[:1], left_out[-1:]) == (b"<", b">")
        and bytes.fromhex(left_out[1:-1].decode("ascii")) == found.pkcs7_content
    )


def _is_whole(found: EmbeddedPdfSignature, *, followed: bool) -> bool:
    """Return whether nothing was changed after signing. followed: further signatures were added, which may be."""
    found.compute_integrity_info()
    if found.coverage == SignatureCoverageLevel.ENTIRE_FILE:
        return True
    allowed = ModificationLevel.FORM_FILLING if followed else ModificationLevel.LTA_UPDATES
    changes = found.diff_result
    level = changes.modification_level if isinstance(changes, DiffResult) else ModificationLevel.OTHER
    permitted = found.docmdp_level
    return (
        found.coverage == SignatureCoverageLevel.ENTIRE_REVISION
        # What stands behind the last revision belongs to none, and to no signature.
        and (followed or found.signed_revision < found.reader.total_revisions - 1)
        and level.value <= allowed.value
        and (permitted is None or level.value <= permitted.value)
    )
