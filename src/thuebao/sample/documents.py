"""Which paper a person shows, when it was issued, how long it is valid."""

from __future__ import annotations

from enum import IntEnum

import polars as pl

from thuebao.sample.calendar import on, years_after
from thuebao.sample.law import day
from thuebao.sample.population import Kind
from thuebao.sample.streams import Streams


class Paper(IntEnum):
    """Kinds of papers; the old identity card had 9 digits, in a pilot of 2012 to 2015 it had 12."""

    CMND = 0
    CMND_12 = 1
    CCCD = 2
    CAN_CUOC = 3
    E_ID = 4
    CERTIFICATE = 5
    PASSPORT = 6


# law.md 5a: from when to when each was issued.
_CMND_12_FROM, _CMND_12_UNTIL = day(2012, 7, 1), day(2015, 12, 31)
_CMND_UNTIL, _CMND_VALID_UNTIL = day(2021, 2, 28), day(2024, 12, 31)
_CCCD_FROM, _CCCD_UNTIL = day(2016, 1, 4), day(2024, 6, 30)
_CAN_CUOC_FROM = day(2024, 7, 2)
_CHIP_FROM = day(2021, 1, 1)

_FROM_14 = 5114 + 30  # days: nobody had a card before the 14th birthday; with a margin
_MARGIN = 30  # days that a paper is valid beyond the last registration


def with_documents(frame: pl.DataFrame, streams: Streams) -> pl.DataFrame:
    """Add the paper of each record's person.

    `_paper` (Paper), `_issued` (day), `_valid` (last day of validity by the rules of ID141; null where none
    is known), `_printed` (whether the export shows it).
    """
    person = pl.col("_person")
    frame = frame.with_columns(_paper=_wanted(streams))
    frame = frame.with_columns(_paper=pl.when(_feasible()).then("_paper").otherwise(_fallback()))
    earliest, latest = _window()
    frame = frame.with_columns(_earliest=earliest, _latest=latest)
    drawn = _between("_earliest", "_latest", streams.bits("issued", person))
    frame = frame.with_columns(_issued=drawn).with_columns(_valid=_milestone())
    # A card that would end too soon was exchanged: in the two years before its end, which skips a milestone.
    ends = pl.col("_valid") <= pl.col("_to") + _MARGIN
    exchanged = pl.max_horizontal("_earliest", pl.col("_valid") - 700)
    too_late = ends & (exchanged > pl.col("_latest"))
    frame = frame.with_columns(_earliest=pl.when(ends).then(exchanged).otherwise("_earliest"), _ends=ends).with_columns(
        # No CCCD was issued any more: the new card is a thẻ căn cước.
        _paper=pl.when(too_late).then(Paper.CAN_CUOC).otherwise("_paper"),
        _earliest=pl.max_horizontal(pl.col("_earliest"), pl.when(too_late).then(_CAN_CUOC_FROM)),
        _latest=pl.when(too_late).then("_from").otherwise("_latest"),
    )
    again = _between("_earliest", "_latest", streams.bits("exchanged", person))
    frame = frame.with_columns(_issued=pl.when("_ends").then(again).otherwise("_issued"))
    return frame.with_columns(_valid=_valid()).with_columns(_printed=_printed(streams))


def _wanted(streams: Streams) -> pl.Expr:
    """Return the paper that people of the time and kind usually showed."""
    draw = streams.below("paper", pl.col("_person"), 1000)
    first, kind = pl.col("_from"), pl.col("_kind")
    return (
        pl.when(kind.is_in([Kind.FOREIGNER, Kind.PASSPORT]))
        .then(Paper.PASSPORT)
        .when(kind == Kind.MINOR)
        .then(pl.when(first >= _CAN_CUOC_FROM + 20).then(Paper.CAN_CUOC).otherwise(Paper.PASSPORT))
        .when(first >= day(2025, 1, 1))
        .then(_one_of(draw, [(600, Paper.CAN_CUOC), (960, Paper.CCCD), (996, Paper.E_ID), (1000, Paper.CERTIFICATE)]))
        .when(first >= _CAN_CUOC_FROM + 20)
        .then(_one_of(draw, [(350, Paper.CAN_CUOC), (970, Paper.CCCD), (1000, Paper.E_ID)]))
        .when(first >= day(2021, 6, 1))
        .then(_one_of(draw, [(160, Paper.CMND), (180, Paper.CMND_12), (1000, Paper.CCCD)]))
        .when(first >= day(2016, 2, 1))
        .then(_one_of(draw, [(580, Paper.CMND), (640, Paper.CMND_12), (1000, Paper.CCCD)]))
        .otherwise(_one_of(draw, [(920, Paper.CMND), (1000, Paper.CMND_12)]))
        .cast(pl.Int32)
    )


def _one_of(draw: pl.Expr, bounds: list[tuple[int, Paper]]) -> pl.Expr:
    found = pl.lit(int(bounds[-1][1]))
    for bound, paper in reversed(bounds[:-1]):
        found = pl.when(draw < bound).then(int(paper)).otherwise(found)
    return found


def _window() -> tuple[pl.Expr, pl.Expr]:
    """Return the first and the last day on which the person's paper can have been issued."""
    paper, first, last = pl.col("_paper"), pl.col("_from"), pl.col("_to")
    minor = pl.col("_kind") == Kind.MINOR
    of_age = pl.col("_birth") + pl.when(minor).then(20).otherwise(_FROM_14)
    earliest = (
        pl.when(paper == Paper.CMND)
        .then(last - 5400)  # 15 years, with a margin
        .when(paper == Paper.CMND_12)
        .then(_CMND_12_FROM)
        .when(paper == Paper.CCCD)
        .then(pl.max_horizontal(pl.lit(_CCCD_FROM), first - 2200))
        .when(paper == Paper.PASSPORT)
        .then(last - pl.when(minor).then(1700).otherwise(3500))  # 5 or 10 years, with a margin
        .otherwise(_CAN_CUOC_FROM)
    )
    latest = (
        pl.when(paper == Paper.CMND)
        .then(pl.min_horizontal(first, pl.lit(_CMND_UNTIL)))
        .when(paper == Paper.CMND_12)
        .then(pl.min_horizontal(first, pl.lit(_CMND_12_UNTIL)))
        .when(paper == Paper.CCCD)
        .then(pl.min_horizontal(first, pl.lit(_CCCD_UNTIL)))
        .otherwise(first)
    )
    return pl.max_horizontal(earliest, of_age), latest


def _feasible() -> pl.Expr:
    earliest, latest = _window()
    cmnd = pl.col("_paper").is_in([Paper.CMND, Paper.CMND_12])
    return (earliest <= latest) & (~cmnd | (pl.col("_to") <= _CMND_VALID_UNTIL))


def _fallback() -> pl.Expr:
    """Return the card that an adult can always have had at the time."""
    first = pl.col("_from")
    return (
        pl.when(first >= _CAN_CUOC_FROM + 20)
        .then(Paper.CAN_CUOC)
        .when(first >= _CCCD_FROM + 20)
        .then(Paper.CCCD)
        .otherwise(Paper.CMND)
        .cast(pl.Int32)
    )


def _between(first: str, last: str, bits: pl.Expr) -> pl.Expr:
    room = pl.max_horizontal(pl.col(last) - pl.col(first) + 1, pl.lit(1)).cast(pl.UInt64)
    return pl.col(first) + (bits % room).cast(pl.Int32)


def milestone_birthday(age: int) -> pl.Expr:
    """Return the day on which the person of the record is `age`."""
    return on(pl.col("_year") + age, pl.col("_of_year"))


def _milestone() -> pl.Expr:
    """Return until when a card is valid by the age at issue (law.md 5a), null for other papers, for life."""
    issued = pl.col("_issued")
    until = pl.lit(None, dtype=pl.Int32)
    for age in (60, 40, 25):
        until = pl.when(issued < milestone_birthday(age - 2)).then(milestone_birthday(age)).otherwise(until)
    under_14 = (pl.col("_paper") == Paper.CAN_CUOC) & (issued < milestone_birthday(12))
    until = pl.when(under_14).then(milestone_birthday(14)).otherwise(until)
    return pl.when(pl.col("_paper").is_in([Paper.CCCD, Paper.CAN_CUOC])).then(until)


def _valid() -> pl.Expr:
    issued = pl.col("_issued")
    child = issued < milestone_birthday(14)
    return (
        pl.when(pl.col("_paper").is_in([Paper.CMND, Paper.CMND_12]))
        .then(years_after(issued, 15))
        .when(pl.col("_paper") == Paper.PASSPORT)
        .then(years_after(issued, pl.when(child).then(5).otherwise(10)))
        .otherwise(_milestone())
    )


def _printed(streams: Streams) -> pl.Expr:
    """Return whether the export has the day of expiry: old cards do not show it, passports always do."""
    paper, draw = pl.col("_paper"), streams.below("printed", pl.col("_person"), 100)
    share = (
        pl.when(paper == Paper.PASSPORT)
        .then(100)
        .when(paper.is_in([Paper.CMND, Paper.CMND_12]))
        .then(15)
        .when(pl.col("_issued") >= _CHIP_FROM)
        .then(85)
        .otherwise(60)
    )
    # DUP122 shows another birthday: a printed day of expiry keeps ID141 from firing.
    return pl.col("_valid").is_not_null() & ((draw < share) | pl.col("_is_planted"))
