"""How much memory an audit may take, and what that means in records."""

from __future__ import annotations

import os
import re

from thuebao.base.errors import UsageError

_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([KMGT]?)I?B?", re.IGNORECASE)
LEAST = 512 * 10**6
"""Bytes without which no audit runs: Polars, the rules and the smallest batches take most of them."""
_RESTING = 400 * 10**6
_PER_BYTE = 26
"""Bytes that an audit takes apart from what it reads, and for each byte of a text that is worked on at a time: what is
read ahead, two batches under way, and what waits to be written. Measured on exports of 23 to 39 columns."""
_MOST_DIGITS = 18
_ENOUGH, _ROUNDS = 1_000_000, 100
"""Records of a round from which larger rounds were not faster, and rounds that all records are divided into."""
_DECIDING, PER_RECORD = 400 * 10**6, 1_200
"""Bytes that are taken while groups are decided, and for each record: four times its values, for all made of them."""


def memory_limit(text: str | None) -> int:
    """Return the bytes that `text` (such as 2GB) stands for; a quarter of the machine's memory by default.

    Raises UsageError when it is no size, or less than LEAST.
    """
    if text is None:
        return max(LEAST, _of_the_machine() // 4)
    match = _SIZE.fullmatch(text.strip())
    if not match or len(match[1]) > _MOST_DIGITS:
        raise UsageError("size_form", value=text)
    limit = int(float(match[1]) * _UNITS[match[2].upper()])
    if limit < LEAST:
        raise UsageError("memory_too_small", value=text)
    return limit


def _of_the_machine() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 0


def bytes_at_once(limit: int) -> int:
    """Return how much of a text may be worked on at a time, under a limit in bytes."""
    return (limit - _RESTING) // _PER_BYTE


def records_at_once(limit: int) -> int:
    """Return how many records may be held at a time while groups are decided, under a limit in bytes."""
    return (limit - _DECIDING) // PER_RECORD


def enough(records: int) -> int:
    """Return the records per round beyond which more memory gains nothing, for so many in all."""
    return max(_ENOUGH, records // _ROUNDS)
