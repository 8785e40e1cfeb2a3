"""Verification of a PDF by itself: whether it is as those left it who signed it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from thuebao.base.errors import InputError
from thuebao.results.evidence.judged import is_as_wanted, unproved
from thuebao.results.evidence.regular import read_regular

if TYPE_CHECKING:
    from thuebao.results.evidence.signatures.examining import Signed

_MARK = b"%PDF-"
_MARK_WITHIN = 1024
_SIGNED = b"/ByteRange"
_LARGEST = 256 << 20


@dataclass(frozen=True)
class DocumentVerification:
    """What signatures in a PDF are worth. signed_wanted: whether they are to be of somebody trusted."""

    path: str
    signatures: tuple[Signed, ...]
    signed_wanted: bool

    @property
    def holds(self) -> bool:
        """Whether there are signatures, and all of them as they were asked for."""
        every = [is_as_wanted(signed, wanted=self.signed_wanted) for signed in self.signatures]
        return bool(every) and all(every)

    @property
    def not_checked(self) -> list[tuple[str, str | None]]:
        """What cannot be checked, by the keys of the texts in [not_checked]."""
        return unproved(self.signatures, wanted=self.signed_wanted)


def is_document(path: Path) -> bool:
    """Return whether a file is, or is called, a PDF, and no manifest."""
    if path.suffix.lower() == ".pdf":
        return True
    try:
        return _is_pdf(read_regular(path, _MARK_WITHIN))
    except InputError:  # who reads it as something else says so
        return False


def verify_document(path: Path, *, trust: Sequence[Path] = ()) -> DocumentVerification:
    """Return what the signatures in a PDF are worth. trust: files with certificates that they must lead back to.

    Raises InputError when it cannot be read or examined, UsageError when a file of certificates cannot be used, or
    nothing is installed to examine signatures.
    """
    return DocumentVerification(str(path), _signatures(path, _content(path), trust), bool(trust))


def signatures_in_output(path: Path, trust: Sequence[Path]) -> tuple[Signed, ...]:
    """Return the signatures in a PDF that a manifest names; most have none, and need nothing to examine them."""
    content = read_regular(path, _LARGEST)
    if _SIGNED not in content or len(content) > _LARGEST or not _is_pdf(content):
        return ()
    try:
        return _signatures(path, content, trust)
    except InputError:  # the rest of the manifest is not to wait for it
        from thuebao.results.evidence.signatures.examining import INVALID, Signed

        return (Signed(INVALID, "garbage"),)


def _content(path: Path) -> bytes:
    content = read_regular(path, _LARGEST)
    if len(content) > _LARGEST:
        raise InputError("pdf_too_large", path=path, limit=f"{_LARGEST >> 20} MiB")
    if not _is_pdf(content):
        raise InputError("pdf_none", path=path)
    return content


def _is_pdf(content: bytes) -> bool:
    return _MARK in content[:_MARK_WITHIN]


def _signatures(path: Path, content: bytes, trust: Sequence[Path]) -> tuple[Signed, ...]:
    from thuebao.results.evidence.signatures.certificates import read_trusted
    from thuebao.results.evidence.signatures.documents import DocumentError, examine_document

    try:
        return tuple(examine_document(content, read_trusted(trust)))
    except DocumentError as error:
        raise InputError(error.key, path=path) from None
