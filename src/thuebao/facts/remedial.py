"""When the steps fall due that follow a notice or a change of device (terms: rules/reference/remedial.toml)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl

from thuebao.facts.registration import earlier
from thuebao.rulebook.reference import Reference
from thuebao.rulebook.timetable import Timetable, timetables


def remedial_facts(reference: Reference, as_of: date) -> dict[str, pl.Expr]:
    """Return the facts of the remedial timetable and of changes of device."""
    return _notice_facts(timetables(reference)) | _device_facts(reference.document("remedial")["device"], as_of)


def due_days(known: Sequence[Timetable]) -> dict[str, pl.Expr]:
    """Return the last day in time of each step, by first_notice_day, one_way_day and two_way_day."""
    notice = pl.col("first_notice_day")

    def days(step: str) -> pl.Expr:
        found = pl.lit(None, dtype=pl.Int64)
        for timetable in known:
            found = pl.when(notice >= timetable.start).then(pl.lit(getattr(timetable, step))).otherwise(found)
        return pl.duration(days=found)

    def since(day: str) -> pl.Expr:
        # A lock of before the notice has another cause, and starts no clock.
        return pl.when(pl.col(day) >= notice).then(pl.col(day))

    return {
        "one_way_due": notice + days("one_way"),
        "two_way_due": since("one_way_day") + days("two_way"),
        "end_due": since("two_way_day") + days("end"),
    }


def _notice_facts(known: Sequence[Timetable]) -> dict[str, pl.Expr]:
    updated = earlier("first_notice", "update")
    return {
        "notice_stands": (pl.col("first_notice_day") >= known[0].start)
        & (~pl.col("has_info_updated_at") | (~updated).fill_null(value=False)),
        **due_days(known),
    }


def _device_facts(law: dict[str, Any], as_of: date) -> dict[str, pl.Expr]:
    change, limit = pl.col("device_change_time"), pl.duration(hours=law["hours_to_suspend_outgoing"])
    again, suspended = pl.col("reauthentication_time"), pl.col("outgoing_suspension_time")
    # What is there without an hour, or is no date, could have been in time.
    again_late = ~pl.col("has_reauthenticated_at") | (again < change) | (again > change + limit)
    suspended_late = ~pl.col("has_outgoing_suspended_at") | (suspended > change + limit)
    two_way = pl.col("two_way_day")
    return {
        "device_changed": pl.col("device_change_day") >= law["from"],
        "outgoing_is_late": (change + limit < pl.lit(as_of).cast(pl.Datetime("us"))) & again_late & suspended_late,
        "device_two_way_due": pl.col("outgoing_suspension_day") + pl.duration(days=law["two_way_after_outgoing"]),
        "device_end_due": pl.when(two_way >= pl.col("device_change_day")).then(two_way)
        + pl.duration(days=law["end_after_two_way"]),
    }
