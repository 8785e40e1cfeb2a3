"""Turns the values of cells into the text that a CSV export would hold."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal

Value = int | float | str | bool | time | date | datetime | timedelta

_LARGEST_EXACT = 2**53  # the largest whole number up to which floats have them all
_HALF_MILLISECOND = timedelta(microseconds=500)


def text_of(value: Value) -> str:
    """Return a cell's value as a CSV export would hold it: 912345678, 2024-05-31, 2024-05-31 14:05:00, TRUE."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        whole = value.is_integer() and abs(value) < _LARGEST_EXACT
        # Beyond that digits are lost already: the shortest text is what was typed, as far as it is known.
        return str(int(value)) if whole else format(Decimal(repr(value)), "f").removesuffix(".0")
    if isinstance(value, datetime):
        return moment_of(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return _clock(datetime.combine(date.min, value) - datetime.min)
    return _clock(value) if isinstance(value, timedelta) else str(value)


def moment_of(value: datetime, midnight: str = "") -> str:
    """Return day and time to the millisecond; at midnight `midnight`. A day's fraction is never quite 14:05."""
    value = min(value, datetime.max - _HALF_MILLISECOND) + _HALF_MILLISECOND
    value = value.replace(microsecond=value.microsecond // 1000 * 1000)
    if value.time() == time():
        return value.date().isoformat() + midnight
    return value.isoformat(" ", "milliseconds" if value.microsecond else "seconds")


def _clock(length: timedelta) -> str:
    seconds = round(abs(length).total_seconds())
    return f"{'-' * (length < timedelta(0))}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
