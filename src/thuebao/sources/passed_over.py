"""Files beside the exports that are not read, and why."""

from __future__ import annotations

from typing import NamedTuple

ENDING, HIDDEN, MARK, UNFINISHED, EMPTY = "ending", "hidden", "mark", "unfinished", "empty"
NO_FILE, OWN = "no_file", "own"
"""Why: no ending that exports have; hidden; what programs leave beside exports; in a folder of unfinished parts;
nothing in it; a link or the like; written by an audit. Texts in [passed_over_because]."""


class PassedOver(NamedTuple):
    """A file that is not read, or a hidden folder.

    bytes: how large it is, in an archive as it lies there; None where that cannot be known.
    """

    path: str
    reason: str
    bytes: int | None = None
