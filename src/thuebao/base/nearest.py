"""The known name that is nearest to one that there is not, for messages that say what may have been meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from thuebao.base.fold import fold_text
from thuebao.base.messages import text

_NEAR = 0.6  # how much two names must resemble each other for one to be offered


def nearest(said: str, known: Iterable[str], *, near: float = _NEAR) -> str | None:
    """Return the known name nearest to what was said, letter case and diacritics aside; None if none is near."""
    by_folded = {fold_text(name): name for name in reversed([*known])}
    found = get_close_matches(fold_text(said), by_folded, n=1, cutoff=near)
    return by_folded[found[0]] if found else None


def hint(said: str, known: Iterable[str]) -> str:
    """Return the sentence, after a space, that offers the nearest known name; nothing if none is near."""
    near = nearest(said, known)
    return f" {text('hint.nearest', near=near)}" if near else ""
