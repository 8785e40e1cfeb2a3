"""What files are signed with: a PKCS#12 file, or a token. What does it is loaded only when it is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from thuebao.results.evidence.signatures.signer import Signer

_TOKEN = "token:"


def token_in(given: str | None) -> str | None:
    """Return the label of a token that `token:LABEL` names, None for what is a file, or nothing."""
    return given.removeprefix(_TOKEN).strip() if given and given.startswith(_TOKEN) else None


def signer_of(
    given: str,
    *,
    secret_file: Path | None = None,
    module: Path | None = None,
    certificate: str | None = None,
    timestamp: str | None = None,
) -> Signer:
    """Return who signs: from a PKCS#12 file, or token:LABEL by the module of its maker.

    secret_file: with the password or PIN, which is asked for otherwise; certificate: which one of a token; timestamp:
    the address of a time stamp server. Raises UsageError for all that is not as it must be, before anything is signed.
    """
    from thuebao.results.evidence.signatures.key_files import load_signer, password_for
    from thuebao.results.evidence.signatures.stamper import stamper_at

    token = token_in(given)
    # A server that does not answer costs no PIN.
    stamper = stamper_at(timestamp) if timestamp else None
    if token is None or module is None:
        return load_signer(Path(given), password_for(Path(given), secret_file), stamper)
    from thuebao.results.evidence.signatures.tokens import open_token

    return open_token(token, module, pin_file=secret_file, certificate=certificate, stamper=stamper)
