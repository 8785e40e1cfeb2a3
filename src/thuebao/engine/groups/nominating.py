"""Which groups may fulfil the searches of a family, by hashes alone: few enough to be decided on their values.

What is nominated wrongly costs time. Nothing is left out, but where two different values of one group had the same
hash of 32 bits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from thuebao.engine.groups.flags import Flags, no_flags
from thuebao.engine.groups.nominations import BITS, Nominations, Some, joined, taken
from thuebao.engine.groups.staging import OUTLINE, Family
from thuebao.rulebook.sql import RECORDS, distinct

_BEFORE_OUTLINE = 64 - OUTLINE.bit_length()
_Numbers = npt.NDArray[Any]


@dataclass
class Nominated(Flags):
    """The records of one key whose groups may fulfil a search over it: a bit for each record of the audit.

    most: records of a round. rounds: stretches of hashes, the first of each, and how many nominated records it has:
    about `most`, or all those of one hash.
    """

    most: int
    rounds: list[tuple[int, int]] = field(default_factory=list)

    def count(self, hashes: _Numbers, sizes: _Numbers) -> None:
        """Add groups of so many records, in the order of the first BITS of their hashes."""
        if not len(hashes):
            return
        # A group that is too large stands alone; the others are counted up to the limit.
        number = np.cumsum(sizes) // self.most * 2 + (sizes > self.most)
        starts = np.flatnonzero(np.append(True, number[1:] != number[:-1]))
        firsts = hashes[starts] >> np.uint64(BITS - _BEFORE_OUTLINE) << np.uint64(64 - _BEFORE_OUTLINE)
        for first, total in zip(firsts.tolist(), np.add.reduceat(sizes, starts).tolist(), strict=True):
            before = self.rounds[-1] if self.rounds else None
            if before and (before[0] == first or before[1] + total <= self.most):
                self.rounds[-1] = before[0], before[1] + total
            else:
                self.rounds.append((first, total))


def nominated(nominations: Nominations, total: int, screened: int, most: int) -> dict[str, Nominated]:
    """Return what is nominated for each key of a family, of `total` records in all.

    screened: of how many records hashes may be held; most: records of a round.
    """
    family = nominations.family
    found = {key: Nominated(no_flags(total), most) for key in family.searches}
    for low, high, size in nominations.ranges(screened):
        large: dict[int, int] = {}
        if size <= 2 * screened:
            some = nominations.read(low, high)
        else:
            # Many of one hash: not even the hashes of such a group's records are held.
            some, large = _without_large(nominations, low, high, screened, found)
        groups = _repeats(some, family.least)
        hashes = np.append(groups.hashes, np.array([*large], np.uint64))
        sizes = np.append(groups.sizes, np.array([*large.values()], np.int64))
        order = np.argsort(hashes, kind="stable")
        for key, of_key in found.items():
            fulfil = _may_fulfil(family, key, groups)
            of_key.flag(some.rows[groups.members[np.repeat(fulfil, groups.sizes)]])
            chosen = order[np.append(fulfil, np.ones(len(large), np.bool_))[order]]
            of_key.count(hashes[chosen], sizes[chosen])
    return found


def _without_large(
    nominations: Nominations, low: int, high: int, screened: int, found: Mapping[str, Nominated]
) -> tuple[Some, dict[int, int]]:
    """Return the records that are not of large groups, and how large those are; nominate their records."""
    counts = pl.DataFrame(schema={"hash": pl.UInt64, "count": pl.UInt32})
    for piece in nominations.pieces(low, high):
        counted = pl.Series("hash", piece.hashes).value_counts(name="count")
        counts = pl.concat([counts, counted]).group_by("hash").agg(pl.col("count").sum())
    large = counts.filter(pl.col("count") > screened)
    others = []
    for piece in nominations.pieces(low, high):
        of_large = np.isin(piece.hashes, large["hash"].to_numpy())
        others.append(taken(piece, ~of_large))
        for of_key in found.values():
            of_key.flag(piece.rows[of_large])
    return joined(others), dict(large.iter_rows())


class _Groups(NamedTuple):
    """Groups in the order of hashes: how large, where their records are, and whether they differ in what is counted."""

    hashes: _Numbers
    sizes: _Numbers
    members: _Numbers
    differ: _Numbers


def _repeats(some: Some, least: int) -> _Groups:
    """Return the groups of at least so many records."""
    count = len(some.rows)
    # One sort of numbers, each a hash with its place in the last digits: half the time of a sort of places.
    digits = np.uint64(count.bit_length())
    packed = some.hashes << digits
    packed |= np.arange(count, dtype=np.uint64)
    packed.sort()
    hashes = packed >> digits
    again = hashes[least - 1 :] == hashes[: max(0, count - least + 1)]
    member = np.zeros(count, np.bool_)
    for place in range(least):
        member[place : place + len(again)] |= again
    members = (packed[member] & ((np.uint64(1) << digits) - np.uint64(1))).astype(np.uint32)
    hashes = hashes[member]
    starts = np.flatnonzero(np.append(True, hashes[1:] != hashes[:-1]) if len(hashes) else hashes)
    sizes = np.diff(np.append(starts, len(hashes)))
    differ = np.ones(len(starts), np.bool_)
    if some.counted is not None and len(starts):
        counted = some.counted[members]
        differ = np.minimum.reduceat(counted, starts) < np.maximum.reduceat(counted, starts)
    return _Groups(hashes[starts], sizes, members, differ)


def _may_fulfil(family: Family, key: str, groups: _Groups) -> _Numbers:
    """Return which groups may fulfil a search over the key."""
    sizes, found = groups.sizes, np.zeros(len(groups.sizes), np.bool_)
    for search in family.searches[key]:
        having = search.having
        may = sizes >= having.least
        if having.grows:
            # Of columns that the hash of what is counted knows nothing of there may be as many values as records.
            known = family.counted and having.least == family.least
            values = np.where(groups.differ, sizes, 1) if known else sizes
            frame = pl.DataFrame({RECORDS: sizes} | {distinct(column): values for column in having.counted})
            may &= frame.select(having.condition.fill_null(value=False)).to_series().to_numpy()
        found |= may
    return found
