"""Whether two paths name one file, through links, `..` and letter case."""

from __future__ import annotations

import os
import re
from pathlib import Path

_LONGEST_NAME = 80
"""Bytes of a name that a file is given: file systems take 255 in all."""


def same_file(one: str | os.PathLike[str], other: str | os.PathLike[str], *, fold_case: bool = False) -> bool:
    """Return whether both paths name one file, there or still to be written.

    Links of either kind and `..` are followed; fold_case: names that differ in letter case only are one file, as on
    the file systems of Windows and macOS.
    """
    try:
        if os.path.samefile(one, other):  # noqa: PTH121  (either may be a plain text)
            return True
    except (OSError, ValueError):  # one of them is not there, or can be nowhere
        pass
    first, second = _resolved(one), _resolved(other)
    return first == second or (fold_case and str(first).casefold() == str(second).casefold())


def name_for_file(name: str | None) -> str:
    """Return a name as that of a file, without what file systems do not take, and not too long for them."""
    plain = re.sub(r"[^\w .-]+", "_", name or "").encode()[:_LONGEST_NAME].decode(errors="ignore")
    return plain.strip(" .") or "_"


def _resolved(path: str | os.PathLike[str]) -> Path:
    try:
        return Path(path).resolve()
    except (OSError, RuntimeError, ValueError):  # a loop of links
        return Path(path).absolute()
