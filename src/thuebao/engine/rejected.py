"""Lines that are no records: how many of them a file may have, and what is said of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from thuebao.base.errors import InputError, UsageError
from thuebao.base.messages import text
from thuebao.results.limit import Limit, read_limit
from thuebao.sources import Export, Rejected

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

    width: fields of a record; least: bytes that a record takes at least; line_bytes: about how long a line is, if that
    is known; weight: as `count`, but that a line many times as long counts as many; size: characters of all of them.
    """

    width: int
    least: int
    line_bytes: int | None = None
    size: int = 0
    count: int = 0
    weight: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    first: list[Rejected] = field(default_factory=list)

    @classmethod
    def of(cls, export: Export) -> Rejections:
        """Return what is to be counted of an export: nothing so far."""
        width, layout = len(export.header.names), export.layout
        # Of a line all fields may be empty; of an object all keys may be left out.
        return cls(width, width if layout else len("{}\n"), layout.line_bytes if layout else None)

    def add(self, rejected: Rejected) -> None:
        """Count a line."""
        self.count += 1
        self.size += len(rejected.text) + 1
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
        self._check(path, records, 0, limit)

    def check_so_far(self, path: str, records: int, size: int, limit: Limit) -> None:
        """Raise InputError if that is sure, whatever follows, in a file of at most `size` bytes."""
        if self.count:
            left = max(size - self.size - records * self.least, 0)
            self._check(path, records, left // self.least, limit)

    def _check(self, path: str, records: int, following: int, limit: Limit) -> None:
        if self.weight > limit.allowed(records + self.weight + following):
            described = self.described()
            raise InputError(
                "too_many_rejected",
                path=path,
                rejected=text("rejected.so_far", described=described) if following else described,
                rejected_lines=self.count,
                lines=records + self.count,
                limit=limit.said,
            )
