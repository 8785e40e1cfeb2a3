"""Where the planted violations across records lie: the last records of each operator are kept for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import polars as pl

from thuebao.base.messages import text
from thuebao.sample.keys import PLANTED
from thuebao.sample.law import Law
from thuebao.sample.plan import BLOCK, Carrier
from thuebao.sample.population import SLOTS, Kind
from thuebao.sample.schemes import Scheme, schemes
from thuebao.sample.streams import Streams, at, number

_SMALLEST = 300
"""Operators with fewer records take no part: there is no room for a group."""


def plant(
    carriers: Sequence[Carrier], share: float, law: Law, as_of: date, streams: Streams, people: pl.DataFrame
) -> tuple[list[Carrier], pl.DataFrame]:
    """Return the carriers with records kept for violations, and those records' keys (as PLANTED).

    About `share` of all records take part, at least one group for each rule. `people` are the slots of the
    population. Raises ValueError when the operators have no room for so many.
    """
    total = round(share * sum(carrier.records for carrier in carriers))
    large = [i for i, carrier in enumerate(carriers) if carrier.records >= _SMALLEST]
    if not total or not large:
        return list(carriers), pl.DataFrame(schema=PLANTED)
    known = [scheme for scheme in schemes(law, as_of, streams) if scheme.operators == 1 or len(large) > 1]
    members = _members(carriers, large, known, total, streams)
    counts = dict(members.group_by("op").len().iter_rows())
    kept = [_keeping(carrier, counts.get(i, 0)) for i, carrier in enumerate(carriers)]
    starts = pl.Series([c.first + c.records - c.planted for c in kept], dtype=pl.UInt64)
    members = members.with_columns(
        position=pl.int_range(pl.len(), dtype=pl.UInt64).over("op"),
    ).with_columns(_g=at(starts, pl.col("op")) + pl.col("position"))
    members = members.with_columns(first=pl.col("_g").first().over("group"))
    members, spare = _with_persons(members, kept, people)
    planted = [
        part.with_columns(
            *(key.cast(PLANTED[name]).alias(name) for name, key in known[place].keys.items()),
            _code=pl.when(pl.col("member") >= known[place].fires_from).then(pl.lit(known[place].code)),
            _column=pl.lit(known[place].column),
        )
        for (place,), part in members.partition_by("scheme", as_dict=True, maintain_order=True).items()
    ]
    rows = pl.concat([*planted, spare], how="diagonal_relaxed").sort("op", "position")
    return kept, rows.select(
        rows[name].cast(kind) if name in rows.columns else pl.lit(None, dtype=kind).alias(name)
        for name, kind in PLANTED.items()
    )


def _members(
    carriers: Sequence[Carrier], large: list[int], known: list[Scheme], total: int, streams: Streams
) -> pl.DataFrame:
    """Return scheme, group, member, owns (whether the member has a person of its own) and operator."""
    quota = total // len(known)
    groups = [max(1, quota // scheme.size) for scheme in known]
    frame = pl.concat(
        pl.DataFrame({"scheme": [place], "n": [list(range(count))], "member": [list(range(scheme.size))]})
        .explode("n")
        .explode("member")
        .with_columns(
            owns=(pl.col("member") == 0) | (not scheme.person),
            spread=pl.lit(min(scheme.operators, len(large))),
        )
        for place, (scheme, count) in enumerate(zip(known, groups, strict=True))
    )
    key = pl.col("scheme").cast(pl.UInt64) * number(1 << 32) + pl.col("n").cast(pl.UInt64)
    # Hundreds of records stand for one pick: the larger an operator, the more groups it gets.
    picks = pl.Series([i for i, op in enumerate(large) for _ in range(1 + carriers[op].records // _unit(carriers))])
    place = (streams.pick("group", key, picks) + pl.col("member") % pl.col("spread")) % len(large)
    return frame.select(
        "scheme",
        "member",
        "owns",
        group=key,
        op=at(pl.Series(large, dtype=pl.UInt32), place),
    )


def _unit(carriers: Sequence[Carrier]) -> int:
    return max(1, sum(carrier.records for carrier in carriers) // 1000)


def _keeping(carrier: Carrier, members: int) -> Carrier:
    """Return the carrier with enough whole blocks at its end kept for so many records."""
    if not members:
        return carrier
    needed = members + members // 8 + 2 * BLOCK  # some slots are not of adults
    if needed > carrier.records // 2:
        raise ValueError(text("sample_error.no_room", operator=carrier.name))
    return replace(carrier, planted=carrier.records - (carrier.records - needed) // BLOCK * BLOCK)


def _with_persons(
    members: pl.DataFrame, kept: Sequence[Carrier], people: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the members with their persons, and the records that are left over with persons of their own.

    The persons of the kept records are dealt out: plain adults to the members.
    """
    owners = members.filter("owns").select("op", "group", "member")
    dealt, spare = [], []
    for op, carrier in enumerate(kept):
        if not carrier.planted:
            continue
        first = carrier.blocks * BLOCK + carrier.records - carrier.planted
        persons = pl.DataFrame({"_person": pl.int_range(first, first + carrier.planted, dtype=pl.UInt64, eager=True)})
        adult = at(people["kind"], pl.col("_person") % number(SLOTS)) == Kind.ADULT
        mine = owners.filter(pl.col("op") == op)
        chosen = persons.filter(adult).head(len(mine))
        if len(chosen) < len(mine):
            raise ValueError(text("sample_error.no_room", operator=carrier.name))
        dealt.append(mine.select("group", "member").with_columns(chosen["_person"]))
        used = len(members.filter(pl.col("op") == op))
        others = persons.join(chosen, on="_person", how="anti", maintain_order="left")
        free = pl.int_range(used, carrier.planted, dtype=pl.UInt64, eager=True)
        spare.append(others.head(len(free)).with_columns(op=pl.lit(op, dtype=pl.UInt32), position=free))
    own = pl.concat(dealt)
    joined = members.join(own, on=["group", "member"], how="left", maintain_order="left")
    # Who has no person of their own is the first member's.
    shared = pl.col("_person").first().over("group")
    return joined.with_columns(_person=pl.coalesce("_person", shared)), pl.concat(spare)
