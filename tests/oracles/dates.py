"""Dates and times in all their writings, and ages (catalogue, section 2 and the end of ID in section 4)."""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from typing import NamedTuple

from oracles.lists import spaced
from oracles.texts import clean_text, fold


class Date(NamedTuple):
    """What a cell of a date column says."""

    state: str  # missing, invalid, valid, year (only the year is known), never (no expiry)
    day: dt.date | None = None
    time: dt.time | None = None
    year: int | None = None  # of a valid day too

    @property
    def moment(self) -> dt.datetime | None:
        return None if self.day is None or self.time is None else dt.datetime.combine(self.day, self.time)


MISSING = Date("missing")
INVALID = Date("invalid")
NEVER = Date("never")

_TIME = (
    r"(?P<H>[0-9]{1,2}):(?P<M>[0-9]{2})(?::(?P<S>[0-9]{2})(?:\.(?P<f>[0-9]+))?)?"
    r"(?: ?(?P<half>sa|ch|am|pm))?(?P<offset>z|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)
_DAYS = (
    r"(?P<d>[0-9]{1,2})(?P<sep>[/.\-])(?P<m>[0-9]{1,2})(?P=sep)(?P<y>[0-9]{4})",
    r"(?P<y>[0-9]{4})(?P<sep>[/.\-])(?P<m>[0-9]{1,2})(?P=sep)(?P<d>[0-9]{1,2})",
    r"(?P<y>(?:19|20)[0-9]{2})(?P<m>[0-9]{2})(?P<d>[0-9]{2})",
    r"(?P<d>[0-9]{1,2})(?P<m>[0-9]{2})(?P<y>(?:19|20)[0-9]{2})",
    r"(?P<d>[0-9]{1,2})-(?P<mon>[a-z]{3})-(?P<y>[0-9]{4})",
    r"ngay (?P<d>[0-9]{1,2}) thang (?P<m>[0-9]{1,2}) nam (?P<y>[0-9]{4})",
    r"(?P<y>0{4})(?P<m>0{2})(?P<d>0{2})",
)
_YEARS = (
    r"(?P<y>[0-9]{4})",
    r"(?P<m>[0-9]{1,2})[/.\-](?P<y>[0-9]{4})",
    r"(?P<y>[0-9]{4})[/.\-](?P<m>[0-9]{1,2})",
    r"00?(?P<sep>[/.\-])(?P<m>[0-9]{1,2})(?P=sep)(?P<y>[0-9]{4})",
    r"(?P<y>[0-9]{4})(?P<sep>[/.\-])(?P<m>[0-9]{1,2})(?P=sep)00?",
)


def _with_time(day: str) -> re.Pattern[str]:
    first = re.sub(r"\?P<(\w+)>", r"?P<\1>", _TIME)
    second = re.sub(r"\?P<(\w+)>", r"?P<\g<1>2>", _TIME)
    return re.compile(f"(?:{first} )?{day}(?:[ t]{second})?")


_PATTERNS = tuple(_with_time(day) for day in _DAYS)
_YEAR_PATTERNS = tuple(_with_time(day) for day in _YEARS)
_STAMP = re.compile(
    r"(?P<y>(?:19|20)[0-9]{2})(?P<m>[0-9]{2})(?P<d>[0-9]{2})(?P<H>[0-9]{2})(?P<M>[0-9]{2})(?P<S>[0-9]{2})"
)
_SERIAL = re.compile(r"([0-9]{5})(?:\.([0-9]+))?")
_MONTHS = {name: at for at, name in enumerate(spaced("jan feb mar apr may jun jul aug sep oct nov dec"), 1)}
_VIET_NAM_TIME = dt.timedelta(hours=7)
_ALWAYS_NOTHING = {(1, 1, 1), (0, 0, 0), (1900, 1, 0)}
_NOTHING_BUT_BIRTH = {(1900, 1, 1), (1970, 1, 1), (9999, 12, 31)}


@cache
def parse_date(raw: str | None, column: str = "") -> Date:
    """What a raw or cleaned text says as a date of `column`."""
    text = clean_text(raw)
    if text is None:
        return MISSING
    text = fold(text.removeprefix("'").strip())
    if column == "id_expiry_date" and text == "khong thoi han":
        return NEVER
    serial = _SERIAL.fullmatch(text)
    if serial is not None:
        return _sentinel(_serial(int(serial[1]), serial[2] or ""), column)
    for pattern in (_STAMP, *_PATTERNS):
        found = pattern.fullmatch(text)
        if found is not None:
            parts = found.groupdict()
            written = _parts(parts)
            if written is None:
                continue
            # What stands for nothing is told by the day as it is written, whatever its offset.
            if written in _ALWAYS_NOTHING:
                return MISSING
            if written in _NOTHING_BUT_BIRTH and column != "date_of_birth":
                return NEVER if written[0] == 9999 and column == "id_expiry_date" else MISSING
            date = _written(written, parts)
            if date.state == "valid":
                return date
    if column == "date_of_birth":
        return _year_only(text)
    return INVALID


def _parts(parts: dict[str, str | None]) -> tuple[int, int, int] | None:
    month = parts.get("m")
    if parts.get("mon"):
        number = _MONTHS.get(parts["mon"] or "")
        if number is None:
            return None
    else:
        number = int(month or 0)
    return int(parts["y"] or 0), number, int(parts["d"] or 0)


def _sentinel(date: Date, column: str) -> Date:
    if date.day is None or column == "date_of_birth":
        return date
    return MISSING if (date.day.year, date.day.month, date.day.day) in _NOTHING_BUT_BIRTH else date


def _serial(number: int, fraction: str) -> Date:
    if not 10000 <= number <= 60000:
        return INVALID
    day = dt.date(1899, 12, 30) + dt.timedelta(days=number)
    # Reading: a fraction of zero ("43831.0") is how a whole number prints, not midnight; other fractions are rounded
    # to the second.
    if fraction.strip("0") == "":
        return Date("valid", day, None, day.year)
    moment = dt.datetime.combine(day, dt.time()) + dt.timedelta(seconds=round(float("0." + fraction) * 86400))
    return Date("valid", moment.date(), moment.time(), moment.year)


def _clock(parts: dict[str, str | None]) -> tuple[dt.time, str | None] | None:
    """(time, offset) written before or behind the day, None if there is none; ValueError if there is no such time."""
    tail = "" if parts.get("H") is not None else "2"
    hours = parts.get("H" + tail)
    if hours is None:
        return None
    if parts.get("H") is not None and parts.get("H2") is not None:
        raise ValueError("two times")
    hour = int(hours)
    half = parts.get("half" + tail)
    if half is not None:
        if not 1 <= hour <= 12:
            raise ValueError("no such hour of a half day")
        hour = hour % 12 + (12 if half in {"ch", "pm"} else 0)
    micros = int(((parts.get("f" + tail) or "") + "000000")[:6])
    time = dt.time(hour, int(parts["M" + tail] or 0), int(parts.get("S" + tail) or 0), micros)
    return time, parts.get("offset" + tail)


def _written(written: tuple[int, int, int], parts: dict[str, str | None]) -> Date:
    try:
        day = dt.date(*written)
        clock = _clock(parts)
        if clock is None:
            return Date("valid", day, None, day.year)
        time, offset = clock
        if offset is None:
            return Date("valid", day, time, day.year)
        moment = dt.datetime.combine(day, time) - _away(offset) + _VIET_NAM_TIME
        return Date("valid", moment.date(), moment.time(), moment.year)
    except (ValueError, OverflowError):
        return INVALID


def _away(offset: str) -> dt.timedelta:
    if offset == "z":
        return dt.timedelta(0)
    hours, minutes = int(offset[1:3]), int(offset[3:].lstrip(":") or 0)
    if hours > 23 or minutes > 59:
        raise ValueError("no such offset")
    away = dt.timedelta(hours=hours, minutes=minutes)
    return -away if offset[0] == "-" else away


def _year_only(text: str) -> Date:
    for pattern in _YEAR_PATTERNS:
        found = pattern.fullmatch(text)
        if found is None:
            continue
        parts = found.groupdict()
        year, month = int(parts["y"] or 0), parts.get("m")
        triple = "sep" in parts
        # 00/00/yyyy is a writing of this, 00/yyyy is not.
        lowest = 0 if triple else 1
        if year == 0 or (month is not None and not lowest <= int(month) <= 12):
            continue
        try:
            _clock(parts)
        except ValueError:
            continue
        return Date("year", year=year)
    return INVALID


# ---------------------------------------------------------------------------------------------
# Ages and spans.  Beyond the year 9999 they stop at the last day there is.


def birthday(born: dt.date, age: int) -> dt.date:
    """Born on 29 February: 1 March in other years."""
    year = born.year + age
    if year > 9999:
        return dt.date.max
    try:
        return born.replace(year=year)
    except ValueError:
        return dt.date(year, 3, 1)


def age_on(born: dt.date, day: dt.date) -> int:
    """Full years; negative before birth."""
    years = day.year - born.year
    return years if day >= birthday(born, years) else years - 1


def years_after(day: dt.date, years: int) -> dt.date:
    """From 29 February: 28 February in other years."""
    if day.year + years > 9999:
        return dt.date.max
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return dt.date(day.year + years, 2, 28)


def days_after(day: dt.date, days: int) -> dt.date:
    try:
        return day + dt.timedelta(days=days)
    except OverflowError:
        return dt.date.max
