"""Dates and times as exports write them (catalogue §2), typed once for every rule.

For each date column: the day, `<column>_invalid`, `has_<column>`, and where the hour matters the time.
Days and times are Vietnam time (UTC+7), without a zone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl

from thuebao.facts.kernel import OverDistinct, elementwise, fill_where
from thuebao.facts.text import Cleaning
from thuebao.rulebook.columns import raw

DAYS = {
    "date_of_birth": "birth_day",
    "id_issue_date": "issue_day",
    "id_expiry_date": "expiry_day",
    "registered_at": "registration_day",
    "portrait_taken_at": "portrait_day",
    "service_started_at": "service_start_day",
    "authenticated_at": "authentication_day",
    "terminated_at": "termination_day",
    "info_updated_at": "update_day",
    "stay_until": "stay_end_day",
    "first_notice_at": "first_notice_day",
    "one_way_since": "one_way_day",
    "two_way_since": "two_way_day",
    "device_changed_at": "device_change_day",
    "outgoing_suspended_at": "outgoing_suspension_day",
    "reauthenticated_at": "reauthentication_day",
}
TIMES = {
    "registered_at": "registration_time",
    "portrait_taken_at": "portrait_time",
    "service_started_at": "service_start_time",
    "authenticated_at": "authentication_time",
    "info_updated_at": "update_time",
    "first_notice_at": "first_notice_time",
    "device_changed_at": "device_change_time",
    "outgoing_suspended_at": "outgoing_suspension_time",
    "reauthenticated_at": "reauthentication_time",
}

_TIME = pl.Datetime("us")
_PARSED = pl.Struct({"day": pl.Date, "time": _TIME, "invalid": pl.Boolean})

_CLOCK = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"


@dataclass(frozen=True)
class _Shape:
    """A way to write a date that Polars parses in one go: the pattern decides, the format converts."""

    pattern: str
    format: str
    has_time: bool

    def convert(self, values: pl.Series) -> tuple[pl.Series, pl.Series]:
        """Return the day and the time of values that fit the pattern; NULL for days that do not exist."""
        if self.has_time:
            times = values.str.to_datetime(self.format, strict=False, time_unit="us", cache=False)
            return _without_year_zero(times.dt.date(), times)
        days = values.str.to_date(self.format, strict=False, cache=False)
        return _without_year_zero(days, pl.repeat(None, len(values), dtype=_TIME, eager=True))


def _shapes() -> list[_Shape]:
    days = [
        (f"[0-9]{{2}}{sign}[0-9]{{2}}{sign}[0-9]{{4}}", f"%d{sign[-1]}%m{sign[-1]}%Y") for sign in ("/", "-", r"\.")
    ]
    days += [("[0-9]{4}-[0-9]{2}-[0-9]{2}", "%Y-%m-%d")]
    clocks = [("", "", False)]
    clocks += [(f"{gap}{_CLOCK}:[0-5][0-9]", f"{gap}%H:%M:%S", True) for gap in (" ", "T")]
    clocks += [(f" {_CLOCK}", " %H:%M", True)]
    return [_Shape(f"^{d}{c}$", df + cf, timed) for c, cf, timed in clocks for d, df in days]


_SHAPES = _shapes()

# Everything else that is a date: unpadded, fractions of a second, offsets, Excel serials.
_CLOCK_PARTS = (
    r"(?:[ T](?<hour>[0-9]{2}):(?<minute>[0-9]{2})(?::(?<second>[0-9]{2})(?:\.(?<fraction>[0-9]+))?)?"
    r"(?<offset>Z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
)
_DAY_FIRST = r"^(?<day>[0-9]{1,2})[/.-](?<month>[0-9]{1,2})[/.-](?<year>[0-9]{4})" + _CLOCK_PARTS + "$"
_YEAR_FIRST = r"^(?<year>[0-9]{4})[/-](?<month>[0-9]{1,2})[/-](?<day>[0-9]{1,2})" + _CLOCK_PARTS + "$"
_MIXED_SIGNS = r"^[0-9]+(?:/[0-9]+[.-]|-[0-9]+[/.]|\.[0-9]+[/-])"
_SERIAL = r"^[0-9]{5}(?:\.[0-9]+)?$"
_SERIAL_RANGE = (10_000, 60_000)
_SERIAL_EPOCH = pl.date(1899, 12, 30)  # the 1900 system, whose day 60 never was
_VIETNAM_OFFSET_MINUTES = 7 * 60
_DAY_MICROSECONDS = 86_400_000_000


def _parse_any(text: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Return the day and the time of each cleaned text, NULL where it is no date."""
    frame = pl.DataFrame({"text": text})
    frame = frame.with_columns(
        _groups(_DAY_FIRST, "d"),
        _groups(_YEAR_FIRST, "y"),
        mixed=pl.col("text").str.contains(_MIXED_SIGNS),
        serial=pl.when(pl.col("text").str.contains(_SERIAL)).then(pl.col("text").cast(pl.Float64, strict=False)),
    )

    def part(name: str) -> pl.Expr:
        return pl.coalesce(
            pl.col("d").struct.field(name).cast(pl.Int64, strict=False),
            pl.col("y").struct.field(name).cast(pl.Int64, strict=False),
        )

    offset = pl.coalesce(pl.col("d").struct.field("offset"), pl.col("y").struct.field("offset"))
    fraction = pl.coalesce(pl.col("d").struct.field("fraction"), pl.col("y").struct.field("fraction"))
    frame = frame.select(
        "mixed",
        "serial",
        day=(
            part("year").cast(pl.String).str.zfill(4)
            + "-"
            + part("month").cast(pl.String).str.zfill(2)
            + "-"
            + part("day").cast(pl.String).str.zfill(2)
        ).str.to_date("%Y-%m-%d", strict=False, exact=True),
        hour=part("hour"),
        minute=part("minute"),
        second=part("second").fill_null(0),
        microsecond=fraction.str.head(6).str.pad_end(6, "0").cast(pl.Int64, strict=False).fill_null(0),
        sign=pl.when(offset.str.starts_with("-")).then(-1).otherwise(1),
        offset=pl.when(offset.is_not_null()).then(
            offset.str.slice(1, 2).cast(pl.Int64, strict=False).fill_null(0) * 60
            + offset.str.slice(3).str.strip_prefix(":").cast(pl.Int64, strict=False).fill_null(0)
        ),
    )
    timed = pl.col("hour").is_not_null()
    real = (pl.col("hour") < 24) & (pl.col("minute") < 60) & (pl.col("second") < 60)
    shift = pl.when(pl.col("offset").is_not_null()).then(_VIETNAM_OFFSET_MINUTES - pl.col("sign") * pl.col("offset"))
    seconds = pl.col("hour") * 3600 + (pl.col("minute") + shift.fill_null(0)) * 60 + pl.col("second")
    written = pl.col("day").cast(_TIME) + pl.duration(microseconds=seconds * 1_000_000 + pl.col("microsecond"))
    low, high = _SERIAL_RANGE
    serial = pl.when(pl.col("serial").is_between(low, high + 1, closed="left")).then(pl.col("serial"))
    whole = serial.floor()
    # A serial's fraction is a time to the second; the double behind it carries no more.
    of_day = ((serial - whole) * 86_400).round().cast(pl.Int64)
    from_serial = _SERIAL_EPOCH.cast(_TIME) + pl.duration(days=whole.cast(pl.Int64), seconds=of_day)
    time = (
        pl.when(pl.col("mixed"))
        .then(None)
        .when(serial.is_not_null() & (serial > whole))
        .then(from_serial)
        .when(timed & real)
        .then(written)
    )
    day = (
        pl.when(pl.col("mixed") | (timed & ~real))
        .then(None)
        .when(timed)
        .then(written.dt.date())
        .when(serial.is_not_null())
        .then(from_serial.dt.date())
        .otherwise(pl.col("day"))
    )
    result = frame.select(day=day, time=time)
    return _without_year_zero(result["day"], result["time"])


def _groups(pattern: str, name: str) -> pl.Expr:
    return pl.col("text").str.extract_groups(pattern).alias(name)


class DateParsing:
    """The typing of date columns."""

    def __init__(self, cleaning: Cleaning) -> None:
        self._cleaning = cleaning
        # What is no date is often the same again: a year, a row of zeros, a word.
        self._general = OverDistinct(self._parse_general, _PARSED)

    def parse(self, values: pl.Series) -> pl.Series:
        """Return a struct of day, time (NULL without an hour) and invalid, for each value."""
        there = (values != "").fill_null(value=False)
        first = there.arg_max()
        if first is None or not there[first]:
            nothing = pl.Series([{"day": None, "time": None, "invalid": False}], dtype=_PARSED)
            return nothing.new_from_index(0, len(values))
        # A column keeps to one way of writing: that of its first value is tried on all, the others on what is left.
        usual = next((shape for shape in _SHAPES if re.search(shape.pattern, values[first])), _SHAPES[0])
        fits = values.str.contains(usual.pattern)
        left = there & ~fits.fill_null(value=False)
        if not left.any():
            day, time = usual.convert(values)
            return _struct(day, time, there & day.is_null())
        day, time = usual.convert(values.set(left, None))
        invalid = there & day.is_null()
        rest = self._parse_rest(values.filter(left))
        return _struct(*(fill_where(whole, left, part) for whole, part in zip((day, time, invalid), rest, strict=True)))

    def _parse_rest(self, values: pl.Series) -> tuple[pl.Series, pl.Series, pl.Series]:
        day = pl.repeat(None, len(values), dtype=pl.Date, eager=True)
        time = pl.repeat(None, len(values), dtype=_TIME, eager=True)
        left = pl.repeat(True, len(values), dtype=pl.Boolean, eager=True)
        for shape in _SHAPES if len(values) > _FEW else ():
            fits = left & values.str.contains(shape.pattern)
            if fits.any():
                days, times = shape.convert(values.filter(fits))
                day, time, left = fill_where(day, fits, days), fill_where(time, fits, times), left & ~fits
        invalid = ~left & day.is_null()
        if left.any():
            parsed = self._general(values.filter(left)).struct
            day, time = fill_where(day, left, parsed.field("day")), fill_where(time, left, parsed.field("time"))
            invalid = fill_where(invalid, left, parsed.field("invalid"))
        return day, time, invalid

    def _parse_general(self, values: pl.Series) -> pl.Series:
        text = self._cleaning.exact(values)
        days, times = _parse_any(text)
        return _struct(days, times, days.is_null() & text.is_not_null())


# So few values are parsed the general way at once: trying the shapes in turn has its own price.
_FEW = 2_000
_FIRST_DAY = -719_162  # 0001-01-01, in days since 1970


def _without_year_zero(days: pl.Series, times: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Return days and times with those of the year 0, which never was and which Polars takes, as NULL."""
    number = days.to_physical()
    earliest = number.min()
    if earliest is None or earliest >= _FIRST_DAY:  # type: ignore[operator]
        return days, times
    return days.set(number < _FIRST_DAY, None), times.set(number < _FIRST_DAY, None)


def _struct(day: pl.Series, time: pl.Series, invalid: pl.Series) -> pl.Series:
    return pl.DataFrame({"day": day, "time": time, "invalid": invalid}).to_struct()


def date_facts(cleaning: Cleaning) -> dict[str, pl.Expr]:
    """Return the facts of every date column."""
    parsing = DateParsing(cleaning)
    facts: dict[str, pl.Expr] = {}
    for column, day in DAYS.items():
        parsed = f"_{column}"
        facts[parsed] = elementwise(pl.col(raw(column)), parsing.parse, _PARSED)
        facts[day] = pl.col(parsed).struct.field("day")
        facts[f"{column}_invalid"] = pl.col(parsed).struct.field("invalid")
        facts[f"has_{column}"] = pl.col(day).is_not_null() | pl.col(f"{column}_invalid")
        if column in TIMES:
            facts[TIMES[column]] = pl.col(parsed).struct.field("time")
    return facts
