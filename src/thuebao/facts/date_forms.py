"""Every way to write a date that exports use (catalogue §2), read part by part: slow, and complete.

dates.py comes here with the few values that it cannot convert in one go.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from thuebao.base.fold import fold_text
from thuebao.facts.text import fold

TIME = pl.Datetime("us")

_SIGNS = ("/", "-", r"\.")
_DAY_FIRST = [f"^(?<day>[0-9]{{1,2}}){s}(?<month>[0-9]{{1,2}}){s}(?<year>[0-9]{{4}})$" for s in _SIGNS]
_YEAR_FIRST = [f"^(?<year>[0-9]{{4}}){s}(?<month>[0-9]{{1,2}}){s}(?<day>[0-9]{{1,2}})$" for s in _SIGNS]
# Where one form of eight digits has its month the other has the first half of its year: no text is both.
_IN_ONE_PIECE = [
    "^(?<year>[0-9]{4})(?<month>0[0-9]|1[0-2])(?<day>[0-9]{2})$",
    "^(?<day>[0-9]{1,2})(?<month>[0-9]{2})(?<year>(?:19|20)[0-9]{2}|9999)$",
    "^(?<year>[0-9]{4})(?<month>[0-9]{2})(?<day>[0-9]{2})(?<hour>[0-9]{2})(?<minute>[0-9]{2})(?<second>[0-9]{2})$",
]
_IN_WORDS = "^(?:ngay )?(?<day>[0-9]{1,2}) ?thang (?<month>[0-9]{1,2}) ?nam (?<year>[0-9]{4})$"
_YEAR_ONLY = [
    "^(?<year>[0-9]{4})$",
    *(f"^(?<month>[0-9]{{1,2}}){s}(?<year>[0-9]{{4}})$" for s in _SIGNS),
    *(f"^(?<year>[0-9]{{4}}){s}(?<month>[0-9]{{1,2}})$" for s in _SIGNS),
]
_SERIAL = r"^[0-9]{5}(?:\.[0-9]+)?$"
_SERIAL_EPOCH = pl.date(1899, 12, 30)  # the 1900 system, whose day 60 never was
_VIETNAM_OFFSET_MINUTES = 7 * 60
_FIRST_DAY = -719_162  # 0001-01-01, in days since 1970


def without_year_zero(days: pl.Series, times: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Return days and times with those of the year 0, which never was and which Polars takes, as NULL."""
    number = days.to_physical()
    earliest = number.min()
    if earliest is None or earliest >= _FIRST_DAY:  # type: ignore[operator]
        return days, times
    return days.set(number < _FIRST_DAY, None), times.set(number < _FIRST_DAY, None)


@dataclass(frozen=True)
class Read:
    """What texts say: the day, the time where they have an hour, and what they say instead of a day.

    written: the day as it is written (a number yyyymmdd), before an offset is taken into account, whether or not there
    is such a day; NULL where no day is written. year: the year of a text with nothing but a year, and a month at most.
    """

    day: pl.Series
    time: pl.Series
    written: pl.Series
    year: pl.Series
    no_end: pl.Series


class DateForms:
    """The forms of dates, with the words and bounds of rules/reference/dates.toml."""

    def __init__(self, law: dict[str, Any]) -> None:
        self._before_noon, self._after_noon = (
            [fold_text(word) for word in law[key]] for key in ("before_noon", "after_noon")
        )
        halves = "|".join([*self._before_noon, *self._after_noon])
        clock = (
            r"(?<hour>[0-9]{1,2}):(?<minute>[0-9]{2})(?::(?<second>[0-9]{2})(?:\.(?<fraction>[0-9]+))?)?"
            rf"(?: ?(?<half>{halves}))?(?: ?(?<offset>z|[+-][0-9]{{2}}(?::?[0-9]{{2}})?))?"
        )
        self._with_clock = (f"^(?<date>.+?)[ t]{clock}$", f"^{clock}[ t](?<date>.+)$")
        self._months = {month: n for n, month in enumerate(law["months"], 1)}
        self._by_name = f"^(?<day>[0-9]{{1,2}})-(?<month>{'|'.join(self._months)})-(?<year>[0-9]{{4}})$"
        self._no_end = [fold_text(words) for words in law["no_end"]]
        self._years, self._serials = law["years_in_one_piece"], law["serials"]

    def read(self, text: pl.Series) -> Read:
        """Return what each cleaned text says."""
        frame = self._split(fold(text).str.replace("^'+", "").str.strip_chars())
        frame = frame.with_columns(**self._written(frame["date"]))
        whole = pl.col("year") * 10_000 + pl.col("month") * 100 + pl.col("day_of_month")
        lawful = ~pl.col("one_piece") | pl.col("year").is_between(self._years["from"], self._years["to"])
        frame = frame.with_columns(written=whole, day=pl.when(lawful).then(_existing(whole)))
        typed = self._typed(frame)
        day, time = without_year_zero(typed["day"], typed["time"])
        year = frame.select(_year_alone()).to_series()
        return Read(day, time, frame["written"], year, frame["date"].is_in(self._no_end).fill_null(value=False))

    def _split(self, text: pl.Series) -> pl.DataFrame:
        """Return the date of each text, and the parts of its time, which stands behind it or before it."""
        frame = pl.DataFrame({"text": text}).with_columns(
            pl.col("text").str.extract_groups(pattern).alias(where)
            for where, pattern in zip(("behind", "before"), self._with_clock, strict=True)
        )
        behind, before = pl.col("behind").struct, pl.col("before").struct
        timed_behind = behind.field("hour").is_not_null()
        parts = ("hour", "minute", "second", "fraction", "half", "offset")
        return frame.select(
            pl.coalesce(behind.field("date"), before.field("date"), "text").alias("date"),
            *(pl.when(timed_behind).then(behind.field(p)).otherwise(before.field(p)).alias(p) for p in parts),
        )

    def _written(self, dates: pl.Series) -> dict[str, pl.Series]:
        """Return the numbers that stand in each date for year, month and day, and what else its form tells."""
        numbers = [*_DAY_FIRST, *_YEAR_FIRST, *_IN_ONE_PIECE, _IN_WORDS]
        frame = pl.DataFrame({"date": dates})
        found = _Found(frame, numbers, "n")
        named, alone = _Found(frame, [self._by_name], "m"), _Found(frame, _YEAR_ONLY, "y")
        month = named.text("month").replace_strict(self._months, default=None, return_dtype=pl.Int32)
        return {
            "year": found.number("year").fill_null(named.number("year")),
            "month": found.number("month").fill_null(month),
            "day_of_month": found.number("day").fill_null(named.number("day")),
            "lone_year": alone.number("year"),
            "lone_month": alone.number("month"),
            "one_piece": dates.str.contains("^[0-9]+$").fill_null(value=False),
            "with_signs": dates.str.contains("[/.-]").fill_null(value=False),
            "piece_hour": found.number("hour"),
            "piece_minute": found.number("minute"),
            "piece_second": found.number("second"),
            "serial": dates.set(~dates.str.contains(_SERIAL), None).cast(pl.Float64, strict=False),
        }

    def _typed(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return day and time of each text, in Vietnam time."""
        hour, half = pl.col("hour").cast(pl.Int64), pl.col("half")
        before, after = half.is_in(self._before_noon), half.is_in(self._after_noon)
        of_day = pl.when(before & (hour == 12)).then(0).when(after & (hour < 12)).then(hour + 12).otherwise(hour)
        offset = pl.col("offset")
        minutes = offset.str.slice(1, 2).cast(pl.Int64, strict=False).fill_null(0) * 60 + offset.str.slice(
            3
        ).str.strip_prefix(":").cast(pl.Int64, strict=False).fill_null(0)
        sign = pl.when(offset.str.starts_with("-")).then(-1).otherwise(1)
        fraction = pl.col("fraction").str.head(6).str.pad_end(6, "0").cast(pl.Int64, strict=False).fill_null(0)
        frame = frame.with_columns(
            hour=pl.coalesce(of_day, "piece_hour"),
            minute=pl.coalesce(pl.col("minute").cast(pl.Int64), "piece_minute"),
            second=pl.coalesce(pl.col("second").cast(pl.Int64), "piece_second").fill_null(0),
            microsecond=fraction,
            contradicts=(before & (hour > 12)).fill_null(value=False),
            twice=pl.col("hour").is_not_null() & pl.col("piece_hour").is_not_null(),
            shift=pl.when(offset.is_not_null()).then(_VIETNAM_OFFSET_MINUTES - sign * minutes).otherwise(0),
        )
        timed = pl.col("hour").is_not_null()
        real = (pl.col("hour") < 24) & (pl.col("minute") < 60) & (pl.col("second") < 60)
        real &= ~pl.col("contradicts") & ~pl.col("twice")
        seconds = pl.col("hour") * 3600 + (pl.col("minute") + pl.col("shift")) * 60 + pl.col("second")
        written = pl.col("day").cast(TIME) + pl.duration(microseconds=seconds * 1_000_000 + pl.col("microsecond"))
        low, high = self._serials["from"], self._serials["to"]
        serial = pl.when(pl.col("serial").is_between(low, high + 1, closed="left") & ~timed).then(pl.col("serial"))
        whole = serial.floor()
        # A serial's fraction is a time to the second; the double behind it carries no more.
        fraction_of_day = ((serial - whole) * 86_400).round().cast(pl.Int64)
        from_serial = _SERIAL_EPOCH.cast(TIME) + pl.duration(days=whole.cast(pl.Int64), seconds=fraction_of_day)
        time = pl.when(serial > whole).then(from_serial).when(timed & real).then(written)
        untimed = pl.coalesce(from_serial.dt.date(), "day")
        day = pl.when(~timed).then(untimed).when(real).then(written.dt.date())
        return frame.select(day=day, time=time)


def _existing(number: pl.Expr) -> pl.Expr:
    """Return the day of a number yyyymmdd, NULL where there is no such day."""
    return number.cast(pl.String).str.zfill(8).str.to_date("%Y%m%d", strict=False, exact=True)


def _year_alone() -> pl.Expr:
    """Return the year of a date that says no day: written alone, with a month, or with zeros for what is not known."""
    zeros = (pl.col("day_of_month") == 0) & pl.col("month").is_between(0, 12) & pl.col("with_signs")
    alone = pl.col("lone_month").fill_null(0).is_between(0, 12)
    year = pl.when(zeros).then(pl.col("year")).when(alone).then(pl.col("lone_year"))
    return pl.when(year > 0).then(year)


class _Found:
    """The named groups of the first of some patterns that each text fits."""

    def __init__(self, frame: pl.DataFrame, patterns: Sequence[str], prefix: str) -> None:
        self._frame = frame.select(
            pl.col("date").str.extract_groups(pattern).alias(f"{prefix}{n}") for n, pattern in enumerate(patterns)
        )
        self._having = {
            name: [f"{prefix}{n}" for n, pattern in enumerate(patterns) if f"(?<{name}>" in pattern]
            for name in ("year", "month", "day", "hour", "minute", "second")
        }

    def text(self, name: str) -> pl.Series:
        """Return the text of a group."""
        fields = [pl.col(column).struct.field(name) for column in self._having[name]]
        return self._frame.select(pl.coalesce(fields)).to_series()

    def number(self, name: str) -> pl.Series:
        """Return the number that a group is."""
        return self.text(name).cast(pl.Int32, strict=False)
