"""A share of an export: read, judged and counted on its own, by whichever process, and put together in order."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from thuebao.engine.count import Tallied
from thuebao.engine.file_audit import FileAudit
from thuebao.engine.keeping import Keeping, Kept
from thuebao.engine.observe import Observed
from thuebao.engine.plan import Columns
from thuebao.sources import Export
from thuebao.sources.batch import Outline, Place
from thuebao.sources.readable import Noticed

Placing = Callable[[int, Outline], None]
"""Told the number of the first record of a batch, and what the batch says apart from its records."""
_PASSED_OVER = 1_000
"""Lines that are no records, of a share, from which on how many there may be is better watched from line to line."""


@dataclass(frozen=True)
class Share:
    """What lies between two places of an export. end: before which byte or row, None at the end of the file."""

    export: Export
    columns: Columns
    start: Place
    end: int | None


@dataclass(frozen=True)
class ShareRead:
    """What a share says; its records and lines are numbered from its own first ones."""

    outlines: list[Outline]
    then: Place
    kept: Kept
    tallied: Tallied
    observed: Observed
    noticed: Noticed

    def follows(self, share: Share) -> bool:
        """Return whether the share could be read on its own, as if everything before it had been read."""
        ended = share.end is None or self.then.at == share.end
        return ended and not self.noticed.repairs.needed and self.then.passed_over.total() <= _PASSED_OVER


def read_share(share: Share, keeping: Keeping, folder: Path) -> ShareRead:
    """Read a share. folder: for what has to lie on disk. Raises InputError where it cannot be read."""
    then = Place(share.start.at, width=share.start.width)
    audit = FileAudit.of(share.export, keeping.prepared, folder, share.columns, then=then)
    outlines: list[Outline] = []
    with closing(audit.evaluated(lambda _, outline: outlines.append(outline), share.end)) as batches:
        for evaluated in batches:
            keeping.take(evaluated, audit.plan, audit.tally)
    return ShareRead(
        outlines,
        audit.then or share.start,
        keeping.handed_over(),
        audit.tally.handed_over(),
        audit.observed,
        share.export.noticed,
    )


def put_together(audit: FileAudit, read: ShareRead, keeping: Keeping, place: Placing) -> None:
    """Add a share to the audit of its file, behind what this has so far."""
    reached = audit.then or Place(0)
    before = audit.first_row + audit.rows
    for outline in read.outlines:
        behind = outline.counted_on(reached.line - 1)
        place(audit.first_row + audit.rows, behind)
        audit.take(behind)
    keeping.take_over(read.kept, before)
    audit.tally.take_over(read.tallied)
    audit.observed.take_over(read.observed)
    audit.export.take_over(read.noticed)
    audit.then = Place(
        read.then.at,
        reached.line - 1 + read.then.line,
        reached.records + read.then.records,
        reached.passed_over + read.then.passed_over,
        read.then.width,
    )
