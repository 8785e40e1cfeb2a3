"""Which paper a person shows, when it was issued, how long it is valid."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import polars as pl

from thuebao.sample.calendar import on, years_after
from thuebao.sample.law import Law
from thuebao.sample.population import Kind
from thuebao.sample.registration import D163, between
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
    NONE = 7  # a child that has none: its father or mother registers


_SEASON = 20  # days after which a new card is common
_FROM_14 = 5114 + 30  # days: nobody had a card before the 14th birthday; with a margin
_UNDER_14, _UNDER_6 = 5080, 2250  # days of age up to which a child is treated as so young, each with a margin
_MARGIN = 30  # days that a paper is valid beyond the last registration
_PAPERLESS = 0.2


def with_documents(frame: pl.DataFrame, streams: Streams, law: Law) -> pl.DataFrame:
    """Add the paper of each record's person.

    `_paper` (Paper), `_issued` (day), `_valid` (last day of validity by the rules of ID141; null where none
    is known), `_printed` (whether the export shows it), `_judged` (day on which it is judged), `_guarded` (father,
    mother or guardian contracted).
    """
    person, papers = pl.col("_person"), Papers(streams, law)
    minor, age = pl.col("_kind") == Kind.MINOR, pl.col("_day") - pl.col("_birth")
    parent = (pl.col("_era") < D163) | (age < _UNDER_6) | streams.chance("guardian", pl.col("_g"), 0.5)
    frame = frame.with_columns(
        # Who has renewed the paper shows the one of that day.
        *(pl.when("_renewed").then("_updated").otherwise(of).alias(f"_paper{of}") for of in ("_from", "_to")),
        _guarded=minor & parent,
    )
    frame = frame.with_columns(_paper=papers.wanted())
    frame = frame.with_columns(_paper=pl.when(papers.feasible()).then("_paper").otherwise(papers.fallback()))
    earliest, latest = papers.window()
    frame = frame.with_columns(_earliest=earliest, _latest=latest)
    drawn = between(pl.col("_earliest"), pl.col("_latest"), streams.bits("issued", person))
    frame = frame.with_columns(_issued=drawn).with_columns(_valid=papers.milestone())
    # A card that would end too soon was exchanged: in the two years before its end, which skips a milestone.
    ends = pl.col("_valid") <= pl.col("_paper_to") + _MARGIN
    exchanged = pl.max_horizontal("_earliest", pl.col("_valid") - 700)
    too_late = ends & (exchanged > pl.col("_latest"))
    frame = frame.with_columns(_earliest=pl.when(ends).then(exchanged).otherwise("_earliest"), _ends=ends).with_columns(
        # No CCCD was issued any more: the new card is a thẻ căn cước.
        _paper=pl.when(too_late).then(Paper.CAN_CUOC).otherwise("_paper"),
        _earliest=pl.max_horizontal(pl.col("_earliest"), pl.when(too_late).then(law.dates["can_cuoc_from"])),
        _latest=pl.when(too_late).then("_paper_from").otherwise("_latest"),
    )
    again = between(pl.col("_earliest"), pl.col("_latest"), streams.bits("exchanged", person))
    frame = frame.with_columns(_issued=pl.when("_ends").then(again).otherwise("_issued"))
    frame = frame.with_columns(_valid=papers.valid()).with_columns(_printed=papers.printed())
    without = pl.col("_guarded") & (age < _UNDER_14) & streams.chance("paperless", person, _PAPERLESS)
    certificate = (pl.col("_paper") == Paper.CERTIFICATE) & ~pl.col("_is_planted")
    return frame.with_columns(
        _paper=pl.when(without).then(Paper.NONE).otherwise("_paper"),
        _printed=pl.col("_printed") & ~without,
        # A holder of a certificate comes to a point (REG153).
        _online=pl.col("_online") & ~certificate,
        _judged=pl.when(pl.col("_issued") <= pl.col("_day")).then("_day").otherwise(pl.coalesce("_updated", "_day")),
    )


@dataclass(frozen=True)
class Papers:
    """Which paper, from when, until when: expressions."""

    streams: Streams
    law: Law

    def wanted(self) -> pl.Expr:
        """Return the paper that people of the time and kind usually showed."""
        draw = self.streams.below("paper", pl.col("_person"), 1000)
        first, kind, dates = pl.col("_paper_from"), pl.col("_kind"), self.law.dates
        new_card = dates["can_cuoc_from"] + _SEASON
        certificate = pl.when("_is_planted").then(Paper.CAN_CUOC).otherwise(Paper.CERTIFICATE)
        last = _one_of(draw, [(600, Paper.CAN_CUOC), (960, Paper.CCCD), (990, Paper.E_ID)], certificate)
        return (
            pl.when(kind.is_in([Kind.FOREIGNER, Kind.PASSPORT]))
            .then(Paper.PASSPORT)
            .when(kind == Kind.MINOR)
            .then(pl.when(first >= new_card).then(Paper.CAN_CUOC).otherwise(Paper.PASSPORT))
            .when(first > dates["cmnd_valid_until"])
            .then(last)
            .when(first >= new_card)
            .then(_one_of(draw, [(350, Paper.CAN_CUOC), (970, Paper.CCCD)], Paper.E_ID))
            .when(first >= dates["chip_from"] + 150)
            .then(_one_of(draw, [(160, Paper.CMND), (180, Paper.CMND_12)], Paper.CCCD))
            .when(first >= dates["cccd_from"] + _SEASON)
            .then(_one_of(draw, [(580, Paper.CMND), (640, Paper.CMND_12)], Paper.CCCD))
            .otherwise(_one_of(draw, [(920, Paper.CMND)], Paper.CMND_12))
            .cast(pl.Int32)
        )

    def window(self) -> tuple[pl.Expr, pl.Expr]:
        """Return the first and the last day on which the person's paper can have been issued."""
        paper, first, last, dates = pl.col("_paper"), pl.col("_paper_from"), pl.col("_paper_to"), self.law.dates
        minor = pl.col("_kind") == Kind.MINOR
        of_age = pl.col("_birth") + pl.when(minor).then(20).otherwise(_FROM_14)
        earliest = (
            pl.when(paper == Paper.CMND)
            .then(last - 5400)  # 15 years, with a margin
            .when(paper == Paper.CMND_12)
            .then(dates["cmnd_12_from"])
            .when(paper == Paper.CCCD)
            .then(pl.max_horizontal(pl.lit(dates["cccd_from"]), first - 2200))
            .when(paper == Paper.PASSPORT)
            .then(last - pl.when(minor).then(1700).otherwise(3500))  # 5 or 10 years, with a margin
            .otherwise(dates["can_cuoc_from"])
        )
        until = (
            pl.when(paper == Paper.CMND)
            .then(dates["cmnd_until"])
            .when(paper == Paper.CMND_12)
            .then(dates["cmnd_12_until"])
            .when(paper == Paper.CCCD)
            .then(self.law.loose_names[1])
        )
        return pl.max_horizontal(earliest, of_age), pl.min_horizontal(first, until)

    def feasible(self) -> pl.Expr:
        """Return whether the paper can have been issued, and still counted on the last day."""
        earliest, latest = self.window()
        cmnd = pl.col("_paper").is_in([Paper.CMND, Paper.CMND_12])
        return (earliest <= latest) & (~cmnd | (pl.col("_paper_to") <= self.law.dates["cmnd_valid_until"]))

    def fallback(self) -> pl.Expr:
        """Return the card that an adult can always have had at the time."""
        first = pl.col("_paper_from")
        return (
            pl.when(first >= self.law.dates["can_cuoc_from"] + _SEASON)
            .then(Paper.CAN_CUOC)
            .when(first >= self.law.dates["cccd_from"] + _SEASON)
            .then(Paper.CCCD)
            .otherwise(Paper.CMND)
            .cast(pl.Int32)
        )

    def milestone(self) -> pl.Expr:
        """Return until when a card is valid by the age at issue, null for other papers and for life."""
        issued, window = pl.col("_issued"), self.law.papers["validity"]["window_years"]
        until = pl.lit(None, dtype=pl.Int32)
        for age in reversed(self.law.kinds["can_cuoc"]["valid_to_ages"]):
            counts = (pl.col("_paper") == Paper.CAN_CUOC) | (age in self.law.kinds["cccd"]["valid_to_ages"])
            soon = counts & (issued < milestone_birthday(age - window))
            until = pl.when(soon).then(milestone_birthday(age)).otherwise(until)
        return pl.when(pl.col("_paper").is_in([Paper.CCCD, Paper.CAN_CUOC])).then(until)

    def valid(self) -> pl.Expr:
        """Return the last day of validity, null for life."""
        issued, passport = pl.col("_issued"), self.law.kinds["passport"]
        child = issued < milestone_birthday(self.law.papers["validity"]["child_under_age"])
        years = pl.when(child).then(passport["valid_years_of_a_child"]).otherwise(passport["valid_years"])
        return (
            pl.when(pl.col("_paper").is_in([Paper.CMND, Paper.CMND_12]))
            .then(years_after(issued, self.law.kinds["cmnd"]["valid_years"]))
            .when(pl.col("_paper") == Paper.PASSPORT)
            .then(years_after(issued, years))
            .otherwise(self.milestone())
        )

    def printed(self) -> pl.Expr:
        """Return whether the export has the day of expiry: old cards do not show it, passports always do."""
        paper, draw = pl.col("_paper"), self.streams.below("printed", pl.col("_person"), 100)
        share = (
            pl.when(paper == Paper.PASSPORT)
            .then(100)
            .when(paper.is_in([Paper.CMND, Paper.CMND_12]))
            .then(15)
            .when(pl.col("_issued") >= self.law.dates["chip_from"])
            .then(85)
            .otherwise(60)
        )
        # DUP122 shows another birthday: a printed day of expiry keeps ID141 from firing.
        return pl.col("_valid").is_not_null() & ((draw < share) | pl.col("_is_planted"))


def _one_of(draw: pl.Expr, bounds: list[tuple[int, Paper]], last: Paper | pl.Expr) -> pl.Expr:
    found = last if isinstance(last, pl.Expr) else pl.lit(int(last))
    for bound, paper in reversed(bounds):
        found = pl.when(draw < bound).then(int(paper)).otherwise(found)
    return found


def milestone_birthday(age: int) -> pl.Expr:
    """Return the day on which the person of the record is `age`."""
    return on(pl.col("_year") + age, pl.col("_of_year"))


def has_personal_number() -> pl.Expr:
    """Return whether somebody's document number is a personal number of 12 digits."""
    return ~pl.col("_m2m") & ~pl.col("_paper").is_in([int(Paper.CMND), int(Paper.PASSPORT), int(Paper.NONE)])
