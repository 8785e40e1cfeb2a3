"""Shows what a signature is worth: in words, and as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rich.text import Text

from thuebao.base.foreign_text import mask_text
from thuebao.base.messages import text
from thuebao.reports.manifest import moment
from thuebao.reports.terminal import plain
from thuebao.results.evidence.judged import is_as_wanted

if TYPE_CHECKING:
    from thuebao.results.evidence.signatures.examining import Signed
    from thuebao.results.evidence.signatures.identity import Identity


def signature_text(signed: Signed, *, holds: bool, reveal: bool) -> Text:
    """Return what a signature is worth, in words. reveal: also its signer's personal number in full."""
    told = Text("\n").join(plain(line) for line in _said(signed, reveal=reveal))
    if not holds:
        told.stylize("bold red")
    return told


def _said(signed: Signed, *, reveal: bool) -> list[str]:
    lines = [text(f"signature.{signed.state}")]
    if signed.reason:
        lines.append(text(f"signature.{signed.reason}"))
    if signed.detail:
        lines.append(text("signature.detail", detail=signed.detail))
    if signed.signer:
        lines.append(text("signature.by", name=signed.signer, issuer=signed.issuer, serial=signed.serial))
    lines += [text("signature.identity", kind=one.kind, value=_value(one, reveal=reveal)) for one in signed.identity]
    if signed.at:
        lines.append(text("signature.at", at=moment(signed.at)))
    if signed.stamped:
        lines.append(text("signature.stamped", at=moment(signed.stamped)))
    if signed.followed:
        lines.append(text("signature.followed"))
    return lines


def signature_data(signed: Signed, *, reveal: bool) -> dict[str, Any]:
    """Return what a signature is worth as plain data."""
    data = asdict(signed)
    if signed.field is None:  # not in a PDF
        del data["field"], data["followed"]
    data |= {name: moment(value) for name, value in data.items() if isinstance(value, datetime)}
    data["identity"] = [{"kind": one.kind, "value": _value(one, reveal=reveal)} for one in signed.identity]
    return data


def signatures_data(every: Sequence[Signed], *, wanted: bool, reveal: bool) -> list[dict[str, Any]]:
    """Return the signatures in a document as plain data. wanted: whether they are to be of somebody trusted."""
    return [{"holds": is_as_wanted(signed, wanted=wanted)} | signature_data(signed, reveal=reveal) for signed in every]


def _value(identity: Identity, *, reveal: bool) -> str:
    return identity.value if reveal or not identity.is_personal else mask_text(identity.value)
