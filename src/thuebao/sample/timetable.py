"""What befell a number since: updates, suspensions of the remedial timetable, a change of device.

All of it lawful on the as-of date: every step that was due was taken.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from thuebao.sample.campaign import without_timetable
from thuebao.sample.law import Law, days
from thuebao.sample.population import Kind
from thuebao.sample.registration import RENEWED, UPDATED, between
from thuebao.sample.streams import Streams

_ROOM = 60  # days in which a whole timetable fits


def with_timetable(
    frame: pl.DataFrame, streams: Streams, law: Law, as_of: date, *, updates: bool, campaign: bool = False
) -> pl.DataFrame:
    """Add what befell each number: days, null where nothing did.

    `_state` (0 active, 1 one way, 2 two ways, 3 terminated), `_notice` (first), `_one_way`, `_two_way`, `_device`
    (changed), `_outgoing` (seconds until it was suspended), `_again` (likewise, authenticated again),
    `_updated` (none without `updates`), `_renewed` (shows the paper of that day). campaign: no number is under way.
    """
    if campaign:
        return _with_updates(without_timetable(frame), streams, law, days(as_of))
    end, key, registered, terms = days(as_of), pl.col("_g"), pl.col("_day"), law.terms
    alive = pl.col("_terminated").is_null()
    draw = streams.below("course", key, 1000)
    shared = streams.below("state", key, 100)
    state = pl.when(~alive).then(3).when(shared < 3).then(1).when(shared < 5).then(2).otherwise(0)

    def before(day: pl.Expr | int, least: int, room: int) -> pl.Expr:
        base = pl.lit(day, dtype=pl.Int32) if isinstance(day, int) else day
        return base - least - streams.below(f"before {least} {room}", key, room).cast(pl.Int32)

    active, one, two = (pl.col("_state") == n for n in (0, 1, 2))
    remedy, other, device = draw < 500, draw.is_between(500, 799), draw >= 800
    frame = frame.with_columns(_state=state)
    frame = frame.with_columns(
        _two_way=pl.when(two & ~other)
        .then(before(end, 1, terms.to_end - 1))
        .when(~alive & (draw < 300))
        .then(pl.col("_terminated") - terms.to_end),
        _device=pl.when((active & (draw < 40)) | (one & device)).then(before(end, 2, terms.device_step - 2)),
    ).with_columns(
        _one_way=pl.when(one & remedy)
        .then(before(end, 1, terms.step - 1))
        .when(pl.col("_two_way").is_not_null() & ~(two & device))
        .then(before(pl.col("_two_way"), terms.step, 3)),
        _device=pl.when(two & device).then(before(pl.col("_two_way"), terms.device_step, 2)).otherwise("_device"),
    )
    mended = active & draw.is_between(960, 979)
    notice = (
        pl.when(active & (draw >= 980))
        .then(before(end, 1, terms.step - 1))
        .when(mended)
        .then(before(end, _ROOM, 300))
        .otherwise(before(pl.col("_one_way"), terms.step, 3))
    )
    # What would have begun before the registration, or before there was a law for it, did not happen.
    begun = pl.max_horizontal(registered + 1, pl.lit(law.eras[0]))
    frame = frame.with_columns(_notice=notice).with_columns(
        _none=(pl.col("_notice") < begun).fill_null(value=False),
        _device=pl.when(pl.col("_device") >= pl.max_horizontal(registered + 1, pl.lit(terms.device_from))).then(
            "_device"
        ),
    )
    mended &= ~pl.col("_none")
    frame = frame.with_columns(
        *(pl.when(~pl.col("_none")).then(name).alias(name) for name in ("_notice", "_one_way")),
        _two_way=pl.when(~pl.col("_none") & ~(two & device & pl.col("_device").is_null())).then("_two_way"),
        _mended=pl.when(mended).then(pl.col("_notice") + 1 + streams.below("mended", key, 20).cast(pl.Int32)),
        _outgoing=streams.below("outgoing", key, terms.device_seconds - 60).cast(pl.Int32) + 30,
        _again=streams.below("again", key, 3 * terms.device_seconds).cast(pl.Int32) + 60,
    )
    quick = pl.col("_again") < terms.device_seconds - 60
    frame = frame.with_columns(
        _outgoing=pl.when(pl.col("_device").is_not_null() & ~(active & quick)).then("_outgoing"),
        _again=pl.when(pl.col("_device").is_not_null() & active).then("_again"),
    )
    return _with_updates(frame, streams, law, end) if updates else _without_updates(frame)


def _with_updates(frame: pl.DataFrame, streams: Streams, law: Law, end: int) -> pl.DataFrame:
    key, since = pl.col("_g"), pl.col("_day") + 30
    alive = pl.col("_terminated").is_null() & ~pl.col("_is_planted")
    some_day = between(since, pl.lit(end - 1), streams.bits("updated", key))
    open_to = alive & (since < end) & pl.col("_mended").is_null()
    plain = pl.col("_solo") & pl.col("_individual") & (pl.col("_kind") == Kind.ADULT)
    renewed = open_to & plain & streams.chance("renewed", key, RENEWED)
    updated = renewed | (open_to & streams.chance("updated", key, UPDATED))
    # Decree 49/2017, Article 4: a year to bring the stock in order.
    first, last = pl.lit(law.eras[0]), pl.lit(law.stock_owes_from - 1)
    in_order = pl.when("_stock").then(between(first, last, streams.bits("in order", key)))
    return frame.with_columns(
        _renewed=renewed,
        _updated=pl.coalesce("_mended", pl.when(updated).then(some_day), in_order),
    )


def _without_updates(frame: pl.DataFrame) -> pl.DataFrame:
    # A first notice that an update answered would look as if nothing had followed.
    notice = pl.when(pl.col("_mended").is_null()).then("_notice").alias("_notice")
    return frame.with_columns(notice, _renewed=pl.lit(value=False), _updated=pl.lit(None, dtype=pl.Int32))
