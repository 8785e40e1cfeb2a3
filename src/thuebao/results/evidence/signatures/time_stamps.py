"""Time stamps beside signatures (RFC 3161): a third party's word, itself signed, that the signature was there then."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from thuebao.results.evidence.signatures.certificates import chain_problem, is_strong
from thuebao.results.evidence.signatures.claims import HASHES, Claim, RefusedError, claim_of, prove


def stamped_at(claim: Claim, trusted: Sequence[x509.Certificate]) -> datetime | None:
    """Return when a signature was there, as a time stamp proves; None if nothing proves it.

    A stamp stands outside what is signed, where anybody can put one: a bad one proves nothing, and spoils nothing.
    """
    if claim.stamp is None or not trusted:
        return None
    try:
        return _proved(claim.stamp, claim.signature, trusted)
    except Exception:  # hostile data make parsers fail in any way
        return None


def _proved(token: Any, signature: bytes, trusted: Sequence[x509.Certificate]) -> datetime:
    """Return the time that a token gives a signature. Raises RefusedError, or anything at all, if it is not proved."""
    signed = token["content"]
    content = signed["encap_content_info"]["content"]
    stamp = claim_of(signed, "tst_info", trusted)
    intact = prove(stamp, hashlib.new(stamp.digest, content.contents).digest())
    info = content.parsed
    imprint = info["message_imprint"]
    digest = imprint["hash_algorithm"]["algorithm"].native
    at = info["gen_time"].native.astimezone(UTC)
    if (
        not intact
        or digest not in HASHES
        or hashlib.new(digest, signature).digest() != imprint["hashed_message"].native
        or not is_strong(stamp.certificate)
        or not _may_stamp(stamp.certificate)
        or chain_problem(stamp.certificate, stamp.others, trusted, at)
    ):
        raise RefusedError("stamp")
    return at  # type: ignore[no-any-return]


def _may_stamp(certificate: x509.Certificate) -> bool:
    """Return whether a certificate is for time stamps and nothing else, as the standard asks for."""
    try:
        purposes = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension):
        return False
    return list(purposes) == [ExtendedKeyUsageOID.TIME_STAMPING]
