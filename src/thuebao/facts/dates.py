"""Dates and times as exports write them (catalogue §2), typed once for every rule.

For each date column: the day, `<column>_invalid`, `has_<column>`, and where the hour matters the time.
Days and times are Vietnam time (UTC+7), without a zone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
from typing import Any

import numpy as np
import polars as pl

from thuebao.facts.date_forms import TIME, DateForms, without_year_zero
from thuebao.facts.date_tables import Dates, DateTables, Unreal
from thuebao.facts.kernel import OverDistinct, elementwise, fill_where, holds, the_same
from thuebao.facts.text import Cleaning
from thuebao.rulebook.columns import raw
from thuebao.rulebook.reference import Reference

BIRTH, EXPIRY, END = "date_of_birth", "id_expiry_date", "terminated_at"

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

_Parts = dict[str, pl.Series]

_CLOCK = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"


@dataclass(frozen=True)
class _Shape:
    """A way to write a date that Polars parses in one go: the pattern decides, the format converts.

    in_tables: whether tables read the same faster, for days that are not too far away.
    """

    pattern: str
    format: str
    has_time: bool
    in_tables: bool = True

    @cached_property
    def tables(self) -> DateTables:
        """The tables for this way, made when a column is first written so."""
        return DateTables(self.format)

    def with_other_clocks(self) -> list[_Shape]:
        """Return how the same date is written with another time or without one, most likely first."""
        date, *_ = re.split(".%H", self.format)
        return [s for s in _SHAPES if s.in_tables and s.format.startswith(date) and s is not self]

    def read(self, values: pl.Series) -> Dates:
        """Return the day and the time of each value; NULL for days that do not exist, and for other ways to write."""
        if self.in_tables:
            sparse = values.null_count() * _MOSTLY > len(values)
            if not sparse:
                return self.tables.read(values)
            there = values.is_not_null()
            day, time, unreal = self.tables.read(values.filter(there))
            day = fill_where(the_same(None, len(values), pl.Date), there, day)
            time = None if time is None else fill_where(the_same(None, len(values), TIME), there, time)
            return Dates(day, time, unreal and Unreal(np.flatnonzero(there.to_numpy())[unreal.rows], unreal.days))
        fits = values.str.contains(self.pattern)
        return Dates(*self.convert(values if fits.all(ignore_nulls=False) else values.set(~fits, None)))

    def convert(self, values: pl.Series) -> tuple[pl.Series, pl.Series]:
        """Return the day and the time of values that fit the pattern; NULL for days that do not exist."""
        if self.has_time:
            times = values.str.to_datetime(self.format, strict=False, time_unit="us", cache=False)
            return without_year_zero(times.dt.date(), times)
        days = values.str.to_date(self.format, strict=False, cache=False)
        return without_year_zero(days, the_same(None, len(values), TIME))


def _shapes() -> list[_Shape]:
    days = [
        (f"[0-9]{{2}}{sign}[0-9]{{2}}{sign}[0-9]{{4}}", f"%d{sign[-1]}%m{sign[-1]}%Y") for sign in ("/", "-", r"\.")
    ]
    days += [(f"[0-9]{{4}}{s}[0-9]{{2}}{s}[0-9]{{2}}", f"%Y{s[-1]}%m{s[-1]}%d") for s in ("-", "/", r"\.")]
    pieces = [
        ("(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])[0-9]{2}", "%Y%m%d"),
        ("[0-9]{2}(?:0[1-9]|1[0-2])(?:19|20)[0-9]{2}", "%d%m%Y"),
        ("[0-9]{2}-[A-Z]{3}-[0-9]{4}", "%d-%b-%Y"),
    ]
    clocks = [("", "", False)]
    clocks += [(f"{gap}{_CLOCK}:[0-5][0-9]", f"{gap}%H:%M:%S", True) for gap in (" ", "T")]
    clocks += [(f" {_CLOCK}", " %H:%M", True)]
    shapes = [_Shape(f"^{d}{c}$", df + cf, timed) for c, cf, timed in clocks for d, df in days]
    return shapes + [_Shape(f"^{d}$", df, has_time=False, in_tables=False) for d, df in pieces]


_SHAPES = _shapes()


class DateParsing:
    """The typing of one date column.

    In each struct of `dtype`: day; time (NULL without an hour); invalid; for a birth date also year, where it says
    nothing but that.
    """

    def __init__(self, cleaning: Cleaning, law: dict[str, Any], column: str) -> None:
        fields: dict[str, pl.DataType] = {"day": pl.Date(), "time": TIME, "invalid": pl.Boolean()}
        self._has_years = column == BIRTH
        self.dtype = pl.Struct(fields | ({"year": pl.Int32()} if self._has_years else {}))
        self._cleaning, self._forms = cleaning, DateForms(law)
        self._never_ends = law["never_ends"] if column == EXPIRY else None
        days = {*law["missing"], *(law["missing_elsewhere"] if column != BIRTH else ())} - {self._never_ends}
        self._nothing = pl.Series(sorted(days), dtype=pl.Date)
        unreal = [(day.year, day.month, day.day) for day in days] + [tuple(parts) for parts in law["missing_unreal"]]
        self._nothing_written = [year * 10_000 + month * 100 + day for year, month, day in unreal]
        # Days between these two stand for themselves, which a look at the least and the greatest of a batch shows.
        self._after = max(day for day in days if day.year < _USUAL_YEAR)
        self._before = min((day for day in days if day.year > _USUAL_YEAR), default=date.max)
        # What is no usual date is often the same again: a year, a row of zeros, a word. Working out a few of them
        # costs more than reading the dates of a whole batch.
        years = law["years_in_one_piece"]
        lone = [str(year) for year in range(years["from"], years["to"] + 1)] if self._has_years else ()
        self._general = OverDistinct(self._parse_general, self.dtype, few=_FEW, ahead=lone)
        self._rest = {shape: OverDistinct(partial(self._parse_rest, usual=shape), self.dtype) for shape in _SHAPES}

    def parse(self, values: pl.Series) -> pl.Series:
        """Return the struct of each value."""
        first = _first(values)
        if first is None:
            return pl.Series([self._no_date()], dtype=self.dtype).new_from_index(0, len(values))
        # A column keeps to one way of writing: that of its first value is tried on all, the others on what is left.
        usual = next((shape for shape in _SHAPES if re.search(shape.pattern, first)), _SHAPES[0])
        day, time, unreal = usual.read(values)
        parts = self._parts(day, time)
        if day.null_count() > values.null_count():
            left = day.is_null() & holds(values != "")
            if unreal is not None:
                # Without its day, a time tells nothing either.
                parts["invalid"] = self._is_no_day(unreal, len(values))
                left &= ~parts["invalid"]
            if left.any():
                others = values.filter(left)
                # Few of them are read again in less time than they are looked up.
                found = self._parse_rest(others, usual) if len(others) <= _FEW else self._rest[usual](others)
                rest = found.struct.unnest()
                parts = {name: fill_where(part, left, rest[name]) for name, part in parts.items()}
        return pl.DataFrame(parts).to_struct()

    def _is_no_day(self, unreal: Unreal, count: int) -> pl.Series:
        """Return which of so many texts name such a day where zeros do not stand for what is not known."""
        # Zeros tell a year of birth; elsewhere they tell nothing, unless they are the writing of no day at all.
        none = unreal.days % 100 > 0 if self._has_years else np.ones(len(unreal.days), np.bool_)
        for written in self._nothing_written:  # a few, for which `isin` would sort
            none &= unreal.days != written
        found = np.zeros(count, np.bool_)
        found[unreal.rows[none]] = True
        return pl.Series(found)

    def _no_date(self) -> dict[str, object]:
        return {name: False if name == "invalid" else None for name in self.dtype.to_schema()}

    def _parts(self, day: pl.Series, time: pl.Series | None) -> _Parts:
        """Return the parts of days and times that exist; days that stand for nothing are missing."""
        least, greatest = day.min(), day.max()
        if least is not None and (least <= self._after or greatest >= self._before):  # type: ignore[operator]
            nothing = holds(day.is_in(self._nothing.implode()))
            day, time = day.set(nothing, None), None if time is None else time.set(nothing, None)
        time = the_same(None, len(day), TIME) if time is None else time
        parts = {"day": day, "time": time, "invalid": the_same(False, len(day), pl.Boolean)}
        no_years = {"year": the_same(None, len(day), pl.Int32)}
        return parts | (no_years if self._has_years else {})

    def _parse_rest(self, values: pl.Series, usual: _Shape) -> pl.Series:
        """Return the struct of each value that was not read as `usual` is written."""
        day, time = the_same(None, len(values), pl.Date), the_same(None, len(values), TIME)
        left = the_same(True, len(values), pl.Boolean)
        for shape in _SHAPES if len(values) > _FEW else ():
            fits = left & values.str.contains(shape.pattern)
            if fits.any():
                days, times = shape.convert(values.filter(fits))
                day, time = fill_where(day, fits, days), fill_where(time, fits, times)
                left &= day.is_null()
        # Tables read one width, and asking each of them takes longer than reading a few values.
        widths = {*values.str.len_bytes().to_list()} if len(values) <= _FEW else {}
        for shape in usual.with_other_clocks() if widths else ():
            if shape.tables.width not in widths:
                continue
            read = shape.read(values.filter(left))
            day = fill_where(day, left, read.day)
            time = time if read.time is None else fill_where(time, left, read.time)
            left &= day.is_null()
            if not left.any():
                break
        parts = self._parts(day, time)
        if left.any():
            parsed = self._general(values.filter(left)).struct.unnest()
            parts = {name: fill_where(part, left, parsed[name]) for name, part in parts.items()}
        return pl.DataFrame(parts).to_struct()

    def _parse_general(self, values: pl.Series) -> pl.Series:
        text = self._cleaning.exact(values)
        read = self._forms.read(text)
        nothing = holds(read.written.is_in(self._nothing_written))
        parts = self._parts(read.day.set(nothing, None), read.time.set(nothing, None))
        if self._never_ends:
            never = self._never_ends
            written = holds(read.written == never.year * 10_000 + never.month * 100 + never.day)
            parts["day"] = parts["day"].set(read.no_end | written, never)
        # Without a day, a text is invalid, unless it is the writing of a day that stands for nothing.
        no_date = text.is_not_null() & parts["day"].is_null() & read.day.is_null() & ~nothing
        if "year" in parts:
            parts["year"] = read.year.set(nothing, None)
            no_date &= parts["year"].is_null()
        return pl.DataFrame(parts | {"invalid": no_date}).to_struct()


def _first(values: pl.Series) -> str | None:
    """Return the first value that is not empty."""
    first = values[0] if len(values) else None
    if first:
        return str(first)
    there = holds(values != "")
    at = there.arg_max()
    return str(values[at]) if at is not None and there[at] else None


# So few values are parsed the general way at once: trying the shapes in turn has its own price.
_FEW = 2_000
_USUAL_YEAR = 2000
_MOSTLY = 2


def date_facts(reference: Reference, cleaning: Cleaning) -> dict[str, pl.Expr]:
    """Return the facts of every date column."""
    law = reference.document("dates")
    facts: dict[str, pl.Expr] = {}
    for column, day in DAYS.items():
        parsed, parsing = f"_{column}", DateParsing(cleaning, law, column)
        struct = pl.col(parsed).struct
        facts[parsed] = elementwise(pl.col(raw(column)), parsing.parse, parsing.dtype)
        facts[day] = struct.field("day")
        facts[f"{column}_invalid"] = struct.field("invalid")
        facts[f"has_{column}"] = pl.col(day).is_not_null() | pl.col(f"{column}_invalid")
        if column in TIMES:
            facts[TIMES[column]] = struct.field("time")
    birth, end, ended = pl.col(f"_{BIRTH}").struct, DAYS[END], pl.col(f"_{END}").struct.field("day")
    return facts | {
        "lone_birth_year": birth.field("year"),
        f"has_{BIRTH}": facts[f"has_{BIRTH}"] | pl.col("lone_birth_year").is_not_null(),
        # An end before the beginning is what a number's last subscriber left, or what a system writes for nothing.
        end: pl.when((ended < pl.col("registration_day")).fill_null(value=False)).then(None).otherwise(ended),
    }
