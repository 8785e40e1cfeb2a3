"""Limits as users write them: `N%` of what is counted, or a number `N`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

_WRITTEN = re.compile(r"\s*([0-9]{1,18}|[0-9]{0,18}\.[0-9]{1,18})\s*(%?)\s*", re.ASCII)
_WHOLE = 100


@dataclass(frozen=True)
class Limit:
    """The most that passes: a share (a fraction of 1), or (share None) a number."""

    said: str
    share: Fraction | None
    count: int = 0

    def allowed(self, of: int) -> int:
        """Return the largest number, of so many, that passes."""
        return self.count if self.share is None else int(self.share * of)


def read_limit(said: str) -> Limit | None:
    """Return the limit that "1%", "0.5 %", "0,5%" or "100" means; None for anything else."""
    # A number of records has no decimals: a comma in it would be taken for that of thousands by one reader in two.
    given = _WRITTEN.fullmatch(said.replace(",", ".", 1) if "%" in said else said)
    value = Fraction(given[1]) if given else Fraction(-1)
    if given and given[2] and value <= _WHOLE:
        return Limit(said.strip(), value / _WHOLE)
    if given and not given[2] and value.denominator == 1:
        return Limit(said.strip(), None, int(value))
    return None
