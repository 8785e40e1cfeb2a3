"""The steps that are still ahead of a number which is notified: which clock runs, and when each step falls due.

The same as `Timetable.days` (rulebook/timetable.py) says of one number, for many at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from thuebao.rulebook.timetable import STEPS, Timetable

NEEDED = ("status_code", "notice_stands", "first_notice_day", "one_way_day", "two_way_day")
"""The facts that the steps rest on."""


def first_notice(asked: date) -> pl.Expr:
    """Return the day from which the clock runs: that of an earlier notice that stands, else the day asked for."""
    earlier = pl.col("notice_stands") & (pl.col("first_notice_day") < asked)
    return pl.when(earlier).then("first_notice_day").otherwise(pl.lit(asked))


def reaches_the_contract(known: Sequence[Timetable]) -> pl.Expr:
    """Return whether the timetable of `first_notice` has the other numbers of the contract notified too."""
    found = pl.lit(value=False)
    for timetable in known:
        found = pl.when(pl.col("first_notice") >= timetable.start).then(timetable.whole_contract).otherwise(found)
    return found


def steps_ahead(known: Sequence[Timetable], as_of: date) -> dict[str, pl.Expr]:
    """Return the days of the steps from `first_notice`, NULL of one that was reached, and which step is next, and when.

    A step is reached by the status: a suspension of whatever cause need not be made again, but only one since the
    notice starts a clock.
    """
    notice, status = pl.col("first_notice"), pl.col("status_code").cast(pl.String)
    both, one = (status == "two_way").fill_null(value=False), (status == "one_way").fill_null(value=False)
    one_way = notice + _term(known, "one_way")
    two_way = _taken("one_way_day", one | both, one_way, as_of) + _term(known, "two_way")
    end = _taken("two_way_day", both, two_way, as_of) + _term(known, "end")
    days: dict[str, pl.Expr] = {
        "one_way_due": pl.when(~(one | both)).then(one_way),
        "two_way_due": pl.when(~both).then(two_way),
        "end_due": end,
    }
    due = pl.coalesce(*days.values())
    ahead = pl.when(notice >= as_of).then(pl.lit(STEPS[0])).when(both).then(pl.lit(STEPS[3]))
    days["next_step"] = ahead.when(one).then(pl.lit(STEPS[2])).otherwise(pl.lit(STEPS[1]))
    days["next_due"] = pl.when(notice >= as_of).then(notice).otherwise(due)
    return days


def _term(known: Sequence[Timetable], step: str) -> pl.Expr:
    """Return how long after the one before it a step is due, by the timetable of `first_notice`."""
    found = pl.lit(None, dtype=pl.Int64)
    for timetable in known:
        found = pl.when(pl.col("first_notice") >= timetable.start).then(getattr(timetable, step)).otherwise(found)
    return pl.duration(days=found)


def _taken(day: str, reached: pl.Expr, due: pl.Expr, as_of: date) -> pl.Expr:
    """Return the day on which a step was taken, if it starts the clock of the next; else when it will be."""
    counts = reached & (pl.col(day) >= pl.col("first_notice"))
    return pl.when(counts).then(pl.col(day)).otherwise(pl.max_horizontal(due, pl.lit(as_of)))
