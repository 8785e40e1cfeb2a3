"""Who the people are: birth, sex, province of birth, kind of person.

A table of 8,192 slots holds what people have in common; person n is in slot n mod 8,192. The table knows
how many slots share a document-number prefix, so that serial numbers can be dealt out without a collision.
"""

from __future__ import annotations

from datetime import date
from enum import IntEnum

import polars as pl

from thuebao.sample.calendar import FIRST_YEAR, LEAP, on
from thuebao.sample.keys import SINGLES
from thuebao.sample.law import Law
from thuebao.sample.plan import BLOCK
from thuebao.sample.streams import Streams, at, number
from thuebao.sample.words import rows

SLOTS = 8192

_MINORS, _FOREIGNERS, _PASSPORTS = 250, 84, 66  # of the slots
_MOVED = 0.2
_ORGANISATION, _DEVICES = 0.045, 0.02  # of adults with one number: named users, M2M
# Age today → weight. Minors have a list of their own.
_AGES = [*[10] * 6, *[14] * 20, *[10] * 15, *[5] * 15, *[1] * 14]
_YOUNGEST_ADULT = 19


class Kind(IntEnum):
    """What decides a person's documents."""

    ADULT = 0
    MINOR = 1
    FOREIGNER = 2
    PASSPORT = 3  # a Vietnamese adult who shows a passport


def slots(streams: Streams, law: Law, as_of: date) -> pl.DataFrame:
    """Return the slots: kind, province (its place in the list), male, year of birth, and ranks.

    `card` counts from 0 within the slots with the same first six digits of the personal number, `cards`
    says how many there are; `cmnd`/`cmnds` likewise for the two digits of the old card; `passport` for
    passports.
    """
    prefixes = {row["code"]: int(row["cmnd_prefix"]) for row in rows("provinces")}
    ages = [_YOUNGEST_ADULT + i for i, weight in enumerate(_AGES) for _ in range(weight)]
    years = pl.Series([as_of.year - age for age in ages], dtype=pl.Int32)
    key = pl.col("slot")
    order = pl.col("order")
    found = (
        pl.DataFrame({"slot": pl.int_range(SLOTS, dtype=pl.UInt64, eager=True)})
        .with_columns(
            order=streams.bits("slot kind", key).rank("ordinal"),
            province=streams.pick("slot province", key, _provinces(law)),
            male=streams.chance("slot sex", key, 0.5),
        )
        .with_columns(
            kind=pl.when(order <= _MINORS)
            .then(Kind.MINOR)
            .when(order <= _MINORS + _FOREIGNERS)
            .then(Kind.FOREIGNER)
            .when(order <= _MINORS + _FOREIGNERS + _PASSPORTS)
            .then(Kind.PASSPORT)
            .otherwise(Kind.ADULT)
        )
        .with_columns(
            year=pl.when(pl.col("kind") == Kind.MINOR)
            .then(as_of.year - 2 - streams.below("slot age", key, 15).cast(pl.Int32))
            .otherwise(streams.pick("slot year", key, years)),
            prefix=at(pl.Series([prefixes[code] for code, _ in law.provinces]), pl.col("province")),
            # Vietnamese passports and foreign ones have letters of their own.
            papers=pl.col("kind").is_in([Kind.FOREIGNER, Kind.PASSPORT, Kind.MINOR]),
        )
    )
    card, ranked = ["province", "male", "year"], pl.int_range(pl.len(), dtype=pl.UInt64)
    return found.with_columns(
        card=ranked.over(card),
        cards=pl.len().over(card).cast(pl.UInt64),
        cmnd=ranked.over("prefix"),
        cmnds=pl.len().over("prefix").cast(pl.UInt64),
        passport=ranked.over("papers"),
        passports=pl.col("papers").sum().cast(pl.UInt64),
    )


def _provinces(law: Law) -> pl.Series:
    """Return the provinces' places in their list, each as often as its people are many."""
    weights = {row["code"]: int(row["weight"]) for row in rows("provinces")}
    codes = [code for code, _ in law.provinces]
    return pl.Series([i for i, code in enumerate(codes) for _ in range(weights[code])], dtype=pl.Int32)


def with_people(frame: pl.DataFrame, table: pl.DataFrame, streams: Streams, law: Law) -> pl.DataFrame:
    """Add who the person of each record is.

    `_kind`, `_born_in` and `_lives` (places in the list of provinces), `_male`, `_year`, `_of_year` (0 to
    364), `_birth` (day), `_shown_birth`, `_organisation` (named user of an organisation's number), `_m2m`,
    `_individual`, and the ranks of the slots.
    """
    person = pl.col("_person")
    slot = person % number(SLOTS)
    look = {name: at(table[name], slot) for name in table.columns if name not in ("slot", "order", "prefix")}
    # A person in a planted violation is a plain adult: only such slots are dealt out there.
    single = (person % number(BLOCK) < number(SINGLES)) & ~pl.col("_is_planted")
    draw = streams.below("organisation", person, 1000)
    plain = single & (pl.col("_kind") == Kind.ADULT)
    many = round(1000 * _DEVICES)
    return (
        frame.with_columns(
            look["kind"].alias("_kind"),
            look["male"].alias("_male"),
            look["year"].alias("_year"),
            look["province"].alias("_born_in"),
            pl.when(streams.chance("moved", person, _MOVED))
            .then(streams.pick("lives in", person, _provinces(law)))
            .otherwise(look["province"])
            .alias("_lives"),
            *(look[name].alias(f"_{name}") for name in ("card", "cards", "cmnd", "cmnds", "passport", "passports")),
            (person // number(SLOTS)).alias("_round"),
            _of_year=streams.below("day of birth", person, 365).cast(pl.Int32),
        )
        .with_columns(
            _m2m=plain & (draw < many),
            _organisation=plain & draw.is_between(many, many + round(1000 * _ORGANISATION) - 1),
        )
        .with_columns(
            _individual=~(pl.col("_m2m") | pl.col("_organisation")),
            _birth=on(pl.col("_year"), pl.col("_of_year")) - _leap_day(streams),
        )
        .with_columns(_shown_birth=pl.col("_birth") + _other_birth(streams))
    )


def _other_birth(streams: Streams) -> pl.Expr:
    """Return 0, or for DUP122 how many days off the birthday is: earlier in the same year."""
    # A later birthday could mean that a card ends which else is for life (law.md 5a).
    room = pl.col("_of_year").clip(1, 20).cast(pl.UInt64)
    earlier = streams.bits("other birth", pl.col("_person")) % room
    away = pl.when(pl.col("_of_year") == 0).then(1).otherwise(-1 - earlier.cast(pl.Int32))
    return pl.when("_other_birth").then(away).otherwise(0)


def _leap_day(streams: Streams) -> pl.Expr:
    """Return 1 for some of those born on 1 March of a leap year: they are born on 29 February instead."""
    leap = at(LEAP, pl.col("_year") - FIRST_YEAR) == 1
    return (leap & (pl.col("_of_year") == 59) & streams.chance("29 February", pl.col("_person"), 0.5)).cast(pl.Int32)
