"""Examining a detached signature (CMS SignedData, RFC 5652): nothing counts as signed that is not proved to be.

Every doubt is a refusal. What is known of time is what a time stamp proves, else what the signer says; whether a
certificate was revoked is not looked up: that would need the network.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from asn1crypto import cms
from cryptography import x509

from thuebao.results.evidence.signatures.certificates import chain_problem, is_strong, may_sign, name_of
from thuebao.results.evidence.signatures.claims import Claim, RefusedError, claim_of, prove
from thuebao.results.evidence.signatures.identity import Identity, identity_of
from thuebao.results.evidence.signatures.time_stamps import stamped_at

TRUSTED, UNCHECKED, UNTRUSTED, INVALID = "trusted", "unchecked", "untrusted", "invalid"

_CLOCKS_DIFFER = timedelta(minutes=10)


@dataclass(frozen=True)
class Signed:
    """What a signature is worth.

    state: TRUSTED; UNCHECKED if it holds but nothing was given to trust; UNTRUSTED if it does not lead there; INVALID.
    reason: why it is invalid, a key of the texts in [signature]; detail: of why it is not trusted, in English.
    signer, issuer: None where nobody's signature was proved; at: when, as the signer says; stamped: when it was there
    at the latest, as a time stamp proves whose own signer is trusted; expired_since: the end of a certificate that is
    no longer valid today: that it was when it signed rests on `at` and `stamped`.
    identity: numbers by which the certificate names its holder. Of a PDF, field: where in it the signature stands;
    followed: whether further signatures were added after it.
    """

    state: str
    reason: str | None = None
    detail: str | None = None
    signer: str | None = None
    issuer: str | None = None
    serial: str | None = None
    at: datetime | None = None
    stamped: datetime | None = None
    expired_since: datetime | None = None
    identity: tuple[Identity, ...] = ()
    field: str | None = None
    followed: bool = False


def examine(content: bytes, signature: bytes, trusted: Sequence[x509.Certificate]) -> Signed:
    """Return what a detached signature of the content is worth to someone who trusts these certificates."""
    return judged(signature, lambda digest: hashlib.new(digest, content).digest(), trusted)


def judged(
    signature: bytes,
    digest_of: Callable[[str], bytes],
    trusted: Sequence[x509.Certificate],
    *,
    at: datetime | None = None,
    later: str | None = None,
) -> Signed:
    """Return what a detached signature is worth of something with these digests, by the names of their kinds.

    at: when it was made, as the signer says outside the signature's attributes, in what is signed; later: what is wrong
    with what came to it later, if that is already known.
    """
    try:
        claim = _detached(signature, trusted)
        intact = prove(claim, digest_of(claim.digest))
        return _worth(replace(claim, at=claim.at or at), later if intact else "changed", trusted)
    except RefusedError as refused:
        return Signed(INVALID, refused.reason)
    except Exception:  # hostile data make parsers, some of which wait until they are asked, fail in any way
        return Signed(INVALID, "garbage")


def _worth(claim: Claim, changed: str | None, trusted: Sequence[x509.Certificate]) -> Signed:
    """Return what a proved claim is worth. changed: what is wrong with what is signed, None if it is intact."""
    stamped = stamped_at(claim, trusted)
    reason = changed or _flaw(claim, stamped)
    state, detail = (INVALID, None) if reason else _trust(claim, trusted, stamped)
    certificate = claim.certificate
    ended = certificate.not_valid_after_utc
    return Signed(
        state,
        reason,
        detail,
        name_of(certificate.subject),
        name_of(certificate.issuer),
        f"{certificate.serial_number:x}",
        claim.at,
        stamped,
        ended if ended < datetime.now(UTC) else None,
        identity_of(certificate.subject),
    )


def _detached(signature: bytes, trusted: Sequence[x509.Certificate]) -> Claim:
    outer = cms.ContentInfo.load(signature, strict=True)
    if outer["content_type"].native != "signed_data":
        raise RefusedError("garbage")
    signed = outer["content"]
    inner = signed["encap_content_info"]
    if inner["content_type"].native != "data" or inner["content"].native is not None:
        raise RefusedError("not_detached")
    return claim_of(signed, "data", trusted)


def _flaw(claim: Claim, stamped: datetime | None) -> str | None:
    """Return what is wrong with a signature of something intact that its certificate's key made, None if nothing is."""
    certificate, now = claim.certificate, datetime.now(UTC)
    # A time stamp proves when it was there; without one, what the signer says must do, and is said to be no more.
    at = stamped or claim.at or now
    if (claim.at or at) > now + _CLOCKS_DIFFER:
        return "future"
    if stamped and claim.at and claim.at > stamped + _CLOCKS_DIFFER:
        return "after_stamp"
    if at > certificate.not_valid_after_utc:
        return "expired"
    if at < certificate.not_valid_before_utc:
        return "not_yet"
    if not may_sign(certificate):
        return "usage"
    return None if is_strong(certificate) else "weak"


def _trust(claim: Claim, trusted: Sequence[x509.Certificate], stamped: datetime | None) -> tuple[str, str | None]:
    if not trusted:
        return UNCHECKED, None
    problem = chain_problem(claim.certificate, claim.others, trusted, stamped or claim.at or datetime.now(UTC))
    return (UNTRUSTED, problem) if problem else (TRUSTED, None)
