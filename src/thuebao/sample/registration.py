"""When and how a number was registered: dates, era, payment, status, channel."""

from __future__ import annotations

from datetime import date

import polars as pl

from thuebao.base.messages import text
from thuebao.sample.calendar import FIRST_DAY, years_after
from thuebao.sample.law import Law, days
from thuebao.sample.population import Kind
from thuebao.sample.streams import Streams, at

OLD, D49, D163, C08 = range(4)

FIRST = days(date(2010, 1, 1))
SPAN = 330
"""All numbers of an adult are registered within so many days, in which the document stays valid."""
_MINOR_SPAN = 33

# Registrations of a day, by era: the stock of numbers that are still there grows thinner with age.
_RATES = (2, 4, 7, 9)
_ADULT_FROM = 5479 + SPAN + 41  # 15 years before the first of the numbers
_MINOR_UNTIL = 5430  # days: under 15 years, with a margin
_CARDS_FOR_CHILDREN = 700  # days before the as-of date in which most of the minors were registered
_OPENS, _OPEN_SECONDS = 27_000, 48_600  # 7:30 to 21:00

MINUTES_AFTER_HOURS = 22 * 60
"""Planted bursts lie after this minute: no other record can fall into them."""

POSTPAID, POSTPAID_ORGANISATION, ONLINE, TERMINATED = 0.12, 0.7, 0.15, 0.07
RENEWED, UPDATED = 0.06, 0.04


def days_of_registration(law: Law, as_of: date) -> pl.Series:
    """Return days to draw from: every day before `as_of` as often as numbers were registered on it.

    Raises ValueError for an as-of date before 2012, when there is too little to draw from.
    """
    if as_of < date(2012, 1, 1):
        raise ValueError(text("sample_error.too_early", day=as_of))
    end = days(as_of)
    bounds = [FIRST + SPAN, *(min(start, end) for start in law.eras), end]
    return pl.concat(
        [
            pl.int_range(a, b, dtype=pl.Int32, eager=True).repeat_by(rate).explode()
            for a, b, rate in zip(bounds, bounds[1:], _RATES, strict=False)
            if a < b
        ]
    )


def with_registration(frame: pl.DataFrame, draws: pl.Series, streams: Streams, law: Law, as_of: date) -> pl.DataFrame:
    """Add when and how each record was registered.

    `_from` and `_to` (days: between them lie all numbers of the person), `_day`, `_second` (of the day),
    `_era`, `_prepaid`, `_contract`, `_online`, `_terminated` (day or null), `_past` (ended too long ago to be
    judged), `_stock` (of before Decree 49/2017, and owes its list), `_owed` (owes it anyway or so).
    """
    end = days(as_of)
    frame = frame.with_columns(_to=_last(draws, streams, end))
    minor = pl.col("_kind") == Kind.MINOR
    frame = frame.with_columns(
        _from=pl.col("_to") - pl.when(minor).then(_MINOR_SPAN).otherwise(SPAN),
        _day=_day(streams, minor),
        _second=pl.coalesce(
            pl.col("_minute") * 60 + streams.below("second", pl.col("_g"), 60).cast(pl.Int32),
            _OPENS + streams.below("time", pl.col("_g"), _OPEN_SECONDS).cast(pl.Int32),
        ),
    )
    frame = frame.with_columns(_era=pl.sum_horizontal([(pl.col("_day") >= start).cast(pl.Int8) for start in law.eras]))
    person = pl.col("_individual")
    organisation = pl.when(person).then(POSTPAID).otherwise(POSTPAID_ORGANISATION)
    postpaid = streams.below("payment", pl.col("_g"), 1000) < organisation * 1000
    return (
        frame.with_columns(
            _prepaid=pl.coalesce("_prepaid", ~postpaid),
            _online=pl.coalesce(
                "_online",
                (pl.col("_era") >= D163)
                & person
                & ~pl.col("_is_planted")
                & ~minor
                & (pl.col("_k") < 3)
                & streams.chance("online", pl.col("_g"), ONLINE),
            ),
            _terminated=_terminated(streams, end),
        )
        .with_columns(
            # From the fourth prepaid number on, a contract is due; organisations mostly have as many.
            _contract=pl.coalesce(
                "_contract",
                ~pl.col("_prepaid")
                | (pl.col("_k") >= 3)
                | (~person & (pl.col("_era") >= D163))
                | streams.chance("contract", pl.col("_g"), 0.02),
            ),
            _past=(years_after(pl.col("_terminated"), law.periods.retention_years) < end).fill_null(value=False),
            _stock=(pl.col("_era") == OLD)
            & (end >= law.stock_owes_from)
            & (pl.col("_terminated") >= law.stock_owes_from).fill_null(value=True),
        )
        .with_columns(_owed=(pl.col("_era") >= D49) | pl.col("_stock"))
    )


def _last(draws: pl.Series, streams: Streams, end: int) -> pl.Expr:
    """Return the last day on which the person may have registered a number."""
    person = pl.col("_person")
    spread = streams.bits("later day", person)
    any_day = at(draws, streams.below("day", person, len(draws)))
    not_before = pl.max_horizontal(pl.col("_birth") + _ADULT_FROM, pl.col("_not_before").fill_null(FIRST_DAY))
    adult = pl.when(any_day < not_before).then(between(not_before, pl.lit(end - 1), spread)).otherwise(any_day)
    first = pl.max_horizontal(pl.col("_birth") + 200, pl.lit(FIRST + SPAN))
    last = pl.min_horizontal(pl.col("_birth") + _MINOR_UNTIL, pl.lit(end - 1))
    recent = pl.max_horizontal(first, pl.lit(end - _CARDS_FOR_CHILDREN))
    begin = pl.when(streams.chance("recent", person, 0.65) & (recent <= last)).then(recent).otherwise(first)
    minor = between(begin, last, spread)
    return pl.coalesce("_day", pl.when(pl.col("_kind") == Kind.MINOR).then(minor).otherwise(adult))


def between(first: pl.Expr, last: pl.Expr, bits: pl.Expr) -> pl.Expr:
    """Return a day from `first` to `last`; `last` when there is none."""
    room = pl.max_horizontal(last - first + 1, pl.lit(1)).cast(pl.UInt64)
    return pl.min_horizontal(first, last) + (bits % room).cast(pl.Int32)


def _day(streams: Streams, minor: pl.Expr) -> pl.Expr:
    """Return the day of registration: the person's numbers follow each other, the last one on `_to`."""
    person = pl.col("_person")
    gap = pl.when(minor).then(1).otherwise(1 + streams.below("gap", person, 100).cast(pl.Int32))
    before = (pl.col("_c") - 1 - pl.col("_k")) * pl.coalesce("_gap", gap)
    elsewhere = pl.when("_shared").then(streams.below("elsewhere", person, 30).cast(pl.Int32)).otherwise(0)
    return pl.col("_to") - before - elsewhere


def _terminated(streams: Streams, end: int) -> pl.Expr:
    key = pl.col("_g")
    first = pl.col("_day") + 30
    ended = streams.chance("terminated", key, TERMINATED) & (first < end) & ~pl.col("_is_planted")
    return pl.when(ended).then(between(first, pl.lit(end - 1), streams.bits("terminated on", key)))
