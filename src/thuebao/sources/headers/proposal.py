"""Proposes which canonical column each header of a file may hold, by its name and by its values.

A known header is certain. What is proposed for any other is a person's to decide: the confidence says how sure it is.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from collections.abc import Mapping as Table
from dataclasses import dataclass, replace

import polars as pl

from thuebao.facts.codes import CODED
from thuebao.sources.headers.header import Header
from thuebao.sources.headers.mapping import Mapping, plain_header
from thuebao.sources.headers.shapes import DISTINCTIVE, INFORMATIVE, Shares, present, shares
from thuebao.sources.headers.similarity import Similarity, is_never_taken, similarities

SURE = 0.75
"""From this confidence on, a proposal is used as it stands."""

LEAST = 0.4
"""Below this confidence nothing is proposed."""

KNOWN, SIMILAR, VALUES, MAPPED = "known", "similar", "values", "mapping"

_DOUBTFUL = 0.7  # the most that a proposal with a rival can have
_RIVAL = 0.03  # how near another column must come to be a rival
_BY_VALUES = 0.6  # the most that values alone can give
_LEAST_SHARE, _LEAST_VALUES = 0.9, 5  # what they must be like for that
_IN_WORDS = (*CODED, "nationality", "portrait_hash")  # columns that digits alone are too little for
# What values do to a similarity; the tests hold these to styles of headers. Below half of the values that look like the
# column's, they speak against it; above, a similarity keeps 60 % and up to all of itself; without values it keeps 82 %.
_HALF, _LEAST_KEPT, _WITHOUT_VALUES = 0.5, 0.6, 0.82
# The share that values of such a column take off the doubt; what is kept where any text looks like the column's.
_BY_DISTINCTIVE, _BY_INFORMATIVE, _ANY_TEXT = 0.25, 0.1, 0.97


@dataclass(frozen=True)
class Proposal:
    """What a header of a file may hold.

    column: None where nothing is proposed; confidence: from 0 to 1; why: "known", "similar" (to the header `like`),
    "values" or "mapping".
    """

    position: int
    header: str
    column: str | None
    confidence: float
    why: str
    like: str | None = None


def propose(header: Header, sample: pl.DataFrame, mapping: Mapping | None = None) -> list[Proposal]:
    """Return a proposal for each header that is not blank, in the file's order.

    No column is proposed twice, unless several known headers name it: which of them it is takes a person. At the end,
    one without a header (position -1) for each column that the mapping switches off.
    `header` is what is certain, `mapping` what it owes to a person, `sample` the text of some records in columns
    "0", "1", … by position.
    """
    spoken = mapping.columns if mapping else {}
    once = _standing_once(header.names)
    rivals = {
        n: Proposal(n, header.names[n], column, _DOUBTFUL, KNOWN)
        for column, places in header.rivals.items()
        for n in places
        if n in once
    }
    certain = _certain(header, spoken) | rivals
    left_unknown = {n for places in header.rivals.values() for n in places}.union(header.weaker)
    open_ones = [
        n
        for n, name in enumerate(header.names)
        if n not in certain and n in once - left_unknown and not is_never_taken(name)
    ]
    guessed = _guessed(header.names, {n: sample[str(n)] for n in open_ones if str(n) in sample.columns}, open_ones)
    taken = {proposal.column for proposal in certain.values()} | spoken.keys() | header.rivals.keys()
    chosen = certain | _one_each(guessed, taken)
    named = [(n, name) for n, name in enumerate(header.names) if name.strip()]
    switched_off = [column for column, said in spoken.items() if not said]
    return [
        *(chosen.get(n, Proposal(n, name, None, 0.0, SIMILAR)) for n, name in named),
        *(Proposal(-1, "", column, 1.0, MAPPED) for column in switched_off),
    ]


def _certain(header: Header, spoken: Collection[str]) -> dict[int, Proposal]:
    return {
        n: Proposal(n, header.names[n], column, 1.0, MAPPED if column in spoken else KNOWN)
        for column, places in header.positions.items()
        for n in places
    }


def _standing_once(names: Sequence[str]) -> set[int]:
    """Return the positions of headers that a mapping file can name: they are not blank and stand once."""
    plain = [plain_header(name) for name in names]
    return {n for n, name in enumerate(plain) if name and plain.count(name) == 1}


def _one_each(guessed: Table[int, Proposal], taken: set[str | None]) -> dict[int, Proposal]:
    """Return the proposals without those for a column that is taken, by a known header or a more confident one."""
    best: dict[str | None, list[Proposal]] = {}
    for proposal in guessed.values():
        if proposal.column not in taken:
            best.setdefault(proposal.column, []).append(proposal)
    chosen = {}
    for rivals in best.values():
        first, *others = sorted(rivals, key=lambda proposal: (-proposal.confidence, proposal.position))
        # Two headers that could both be sure of a column: which one it is takes a person.
        if others and others[0].confidence >= SURE:
            first = replace(first, confidence=min(first.confidence, _DOUBTFUL))
        chosen[first.position] = first
    return chosen


def _guessed(names: Sequence[str], values: Table[int, pl.Series], positions: Sequence[int]) -> dict[int, Proposal]:
    """Return the best proposal for each header that has one, whatever the others have."""
    found = present(values)
    share = shares(found)
    columns = found.group_by("at").agg(
        count=pl.len(), distinct=pl.col("text").n_unique(), digits=pl.col("text").str.contains("^[0-9.]+$").all()
    )
    counted = {row["at"]: row for row in columns.iter_rows(named=True)}
    guessed = {}
    for n in positions:
        alike = similarities(names[n])
        never = max((similarity.degree for similarity in alike if similarity.column is None), default=0.0)
        by_name = _by_name(n, names[n], [one for one in alike if one.degree > never], share, empty=n not in counted)
        by_values = _by_values(n, names[n], share, counted.get(n)) if never < _DOUBTFUL else None
        best = _better(by_name, by_values)
        if best and best.confidence >= LEAST:
            guessed[n] = best
    return guessed


def _better(by_name: Proposal | None, by_values: Proposal | None) -> Proposal | None:
    """Return the better of two proposals for a header: values win against a vague similarity."""
    if by_name is None or by_values is None:
        return by_name or by_values
    vague = by_name.column != by_values.column and by_name.confidence < _DOUBTFUL
    return by_values if vague else max(by_name, by_values, key=lambda proposal: proposal.confidence)


def _by_name(n: int, name: str, alike: Sequence[Similarity], share: Shares, *, empty: bool) -> Proposal | None:
    rated = sorted(
        ((_rated(one, None if empty else share[n, str(one.column)]), one) for one in alike if one.column),
        key=lambda pair: -pair[0],
    )
    if not rated:
        return None
    (confidence, one), *others = rated
    if others and others[0][0] > confidence - _RIVAL:
        confidence = min(confidence, _DOUBTFUL)
    return Proposal(n, name, one.column, confidence, SIMILAR, one.like)


def _rated(similarity: Similarity, share: float | None) -> float:
    """Return the confidence of a similarity, given the share of values that look like the column's; None: no values."""
    degree = similarity.degree
    if share is None:
        return degree * _WITHOUT_VALUES
    if share < _HALF:
        return degree * share
    # Values that hardly any other column has say more than dates and names, and those more than any text.
    if similarity.column in DISTINCTIVE:
        degree += (1 - degree) * _BY_DISTINCTIVE
    elif similarity.column in INFORMATIVE:
        degree += (1 - degree) * _BY_INFORMATIVE
    else:
        degree *= _ANY_TEXT
    return degree * (_LEAST_KEPT + (1 - _LEAST_KEPT) * share)


def _by_values(n: int, name: str, share: Shares, counted: dict[str, int] | None) -> Proposal | None:
    """Return what the values alone propose: a column whose values hardly any other has, never for sure."""
    if counted is None or counted["count"] < _LEAST_VALUES or counted["distinct"] < 2:
        return None
    distinctive = [c for c in sorted(DISTINCTIVE) if not (counted["digits"] and c in _IN_WORDS)]
    column = max(distinctive, key=lambda c: share[n, c])
    if share[n, column] < _LEAST_SHARE:
        return None
    return Proposal(n, name, column, _BY_VALUES * share[n, column], VALUES)
