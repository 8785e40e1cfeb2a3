"""Lines that are no records: how many of them a file may have, and what is said of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from thuebao.base.errors import InputError, UsageError
from thuebao.base.messages import text
from thuebao.results.limit import Limit, read_limit
from thuebao.sources import Rejected

_SHOWN = 5
"""Lines that are named in a message."""
_LONG = 4
"""Times the usual length from which a line counts as several."""


def rejected_limit(said: str) -> Limit:
    """Return how many lines of a file may be no records. Raises UsageError for what is neither a share nor a number."""
    limit = read_limit(said)
    if limit is None:
        raise UsageError("rejected_form", value=said)
    return limit


@dataclass
class Rejections:
    """What a file has of lines that are no records: how many, why, and the first of them.

    width: fields of a record; line_bytes: about how long a line is, if that is known; weight: as `count`, but that
    a line many times as long counts as many.
    """

    width: int
    line_bytes: int | None = None
    count: int = 0
    weight: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    first: list[Rejected] = field(default_factory=list)

    def add(self, rejected: Rejected) -> None:
        """Count a line."""
        self.count += 1
        # Where line ends are lost, as behind a change of encoding, one line is many records.
        self.weight += max(1, len(rejected.text) // (_LONG * self.line_bytes)) if self.line_bytes else 1
        self.reasons[rejected.reason] += 1
        if len(self.first) < _SHOWN:
            self.first.append(rejected)

    def why(self, rejected: Rejected) -> str:
        """Return the reason of one line."""
        return text(f"rejected.{rejected.reason}", found=rejected.found, expected=self.width)

    def described(self) -> str:
        """Return how many lines there are, why, and where the first ones stand."""
        reasons = "; ".join(
            text("rejected.times", reason=text(f"rejected_reason.{reason}"), count=count)
            for reason, count in sorted(self.reasons.items(), key=lambda item: (-item[1], item[0]))
        )
        places = [text("rejected.place", line=rejected.line, why=self.why(rejected)) for rejected in self.first]
        places += ["…"] * (self.count > len(self.first))
        return text("rejected.described", count=self.count, reasons=reasons, lines="; ".join(places))

    def check(self, path: str, records: int, limit: Limit) -> None:
        """Raise InputError if there are more of them beside so many records than the limit allows."""
        if self.weight > limit.allowed(records + self.weight):
            raise InputError(
                "too_many_rejected",
                path=path,
                rejected=self.described(),
                rejected_lines=self.count,
                lines=records + self.count,
                limit=limit.said,
            )
