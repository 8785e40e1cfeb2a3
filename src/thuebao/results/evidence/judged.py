"""Whether signatures are as they were asked for, and what was not checked of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from thuebao.results.evidence.signatures.examining import Signed


def is_as_wanted(signed: Signed, *, wanted: bool) -> bool:
    """Return whether a signature is as it was asked for. wanted: by somebody trusted."""
    return signed.state in (("trusted",) if wanted else ("trusted", "unchecked"))


def unproved(every: Sequence[Signed], *, wanted: bool) -> list[tuple[str, str | None]]:
    """Return what was not checked of signatures, by the keys of the texts in [not_checked]."""
    bare = [signed for signed in every if not signed.stamped]
    left = {
        "chain": bool(every) and not wanted,
        "time": bool(bare),
        "expired": any(signed.expired_since for signed in bare),
        "revocation": bool(every),
    }
    return [(what, None) for what, is_left in left.items() if is_left]
