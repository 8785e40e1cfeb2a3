"""Reads the rest of a file in shares, as many side by side as there are processes for it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from itertools import pairwise

from thuebao.engine.file_audit import FileAudit
from thuebao.engine.keeping import Keeping
from thuebao.engine.plan import Columns
from thuebao.engine.shares.share import Placing, Share, ShareRead, put_together
from thuebao.engine.shares.workers import Workers
from thuebao.sources.batch import Place

_SHARE = 250_000
"""About how many records a share has: enough for its fixed cost, and few enough for all to end at the same time."""


def read_along(
    audit: FileAudit,
    columns: Columns,
    workers: Workers,
    keeping: Keeping,
    place: Placing,
    done: Callable[[], None],
) -> None:
    """Read a file on in shares, to its end or to the first share that cannot be read without what was before it.

    done: called behind each share.
    """
    shares = _shares(audit, columns)
    waiting: deque[tuple[Share, Future[ShareRead | None]]] = deque()
    try:
        while True:
            while len(waiting) <= workers.count and (share := next(shares, None)):
                waiting.append((share, workers.read(share)))
            if not waiting:
                return
            share, future = waiting.popleft()
            read = future.result()
            if read is None or not read.follows(share):
                if read:
                    read.kept.forget()
                return
            put_together(audit, read, keeping, place)
            audit.ended = share.end is None
            done()
    except (KeyboardInterrupt, SystemExit):
        waiting.clear()  # nobody waits for what is still read
        raise
    finally:
        for _, future in waiting:
            if not future.cancel() and (read := future.result()):
                read.kept.forget()


def _shares(audit: FileAudit, columns: Columns) -> Iterator[Share]:
    export, start = audit.export.for_others(), audit.then
    if export is None or export.divisible is None or start is None or audit.export.repairs.needed:
        return
    ends = export.divisible.ends(start, _SHARE)
    for first, end in pairwise([start.at, *ends, None]):
        yield Share(export, columns, Place(first or 0, width=start.width), end)
