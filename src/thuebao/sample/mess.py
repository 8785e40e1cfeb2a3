"""Harmless mess: the same values as careless exports write them, which cleaning must forgive."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from thuebao.sample.streams import Streams, number
from thuebao.sample.style import Style

_EACH = 0.45  # share of a messy record's fields that are
_EXCEL_EPOCH = 25_569  # days from 1899-12-30 to 1970-01-01
_EXCEL_FIRST = 10_000
_NBSP, _ZERO_WIDTH = "\u00a0", "\u200b"
_NONE = ("-", "--", "N/A", "không có", "NULL", " ")

Way = Callable[[pl.Expr], pl.Expr]


class Mess:
    """Makes about `share` of the records messy."""

    def __init__(self, streams: Streams, style: Style, share: float) -> None:
        self.streams, self.style, self.share = streams, style, share

    def chosen(self) -> pl.Expr:
        """Return whether a record is messy."""
        return self.streams.chance("mess", pl.col("_g"), self.share)

    def apply(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the records with values that mean the same."""
        return frame.with_columns(
            self._some_way("full_name", _names()),
            self._some_way("msisdn", _numbers()),
            self._some_way("id_number", _documents()),
            self._some_way("date_of_birth", self._dates(pl.col("_shown_birth"))),
            self._some_way("id_issue_date", self._dates(pl.col("_issued"))),
            self._some_way("registered_at", _moments()),
            self._some_way("payment_type", _codes()),
            self._some_way("status", _codes()),
            self._some_way("nationality", _codes()),
            *(self._empty(name) for name in ("organisation_name", "guardian_name", "contract_number")),
        )

    def _some_way(self, column: str, ways: Sequence[Way]) -> pl.Expr:
        key, value = pl.col("_g"), pl.col(column)
        chosen = self.streams.below(f"mess {column} way", key, len(ways))
        found = value
        for place, way in enumerate(ways):
            found = pl.when(chosen == number(place)).then(way(value)).otherwise(found)
        return pl.when(self.streams.chance(f"mess {column}", key, _EACH)).then(found).otherwise(value).alias(column)

    def _empty(self, column: str) -> pl.Expr:
        key = pl.col("_g")
        none = self.streams.pick(f"mess {column} none", key, pl.Series(_NONE))
        empty = pl.col(column).is_null() & self.streams.chance(f"mess {column}", key, _EACH)
        return pl.when(empty).then(none).otherwise(column).alias(column)

    def _dates(self, day: pl.Expr) -> list[Way]:
        iso, usual = Style(dates="iso"), Style()
        serial = day + _EXCEL_EPOCH
        short = usual.day(day).str.replace_all(r"(^|/)0", "${1}")
        return [
            lambda _: short,
            lambda _: short.str.replace_all("/", "-", literal=True),
            lambda _: usual.day(day).str.replace_all("/", ".", literal=True),
            lambda _: iso.day(day),
            lambda _: iso.day(day).str.replace_all("-", "/", literal=True),
            lambda _: iso.day(day) + "T00:00:00",
            lambda _: usual.day(day) + " 00:00",
            lambda _: pl.when(serial >= _EXCEL_FIRST).then(serial.cast(pl.String)).otherwise(short),
        ]


def _names() -> list[Way]:
    return [
        lambda name: name.str.normalize("NFD"),
        lambda name: name.str.replace_all(" ", _NBSP, literal=True),
        lambda name: name.str.replace_all(" ", "  ", literal=True),
        lambda name: pl.lit(" ") + name + "  ",
        lambda name: name.str.replace(" ", _ZERO_WIDTH + " ", literal=True),
        lambda name: pl.lit("\ufeff") + name,
    ]


def _numbers() -> list[Way]:
    return [
        lambda n: pl.lit("+84") + n.str.slice(1),
        lambda n: pl.lit("84") + n.str.slice(1),
        lambda n: pl.lit("0084") + n.str.slice(1),
        lambda n: n.str.slice(1),
        lambda n: n.str.slice(1) + ".0",
        lambda n: pl.lit("'") + n,
        lambda n: pl.concat_str(n.str.slice(0, 4), pl.lit(" "), n.str.slice(4, 3), pl.lit(" "), n.str.slice(7)),
        lambda n: pl.concat_str(n.str.slice(0, 4), pl.lit("."), n.str.slice(4, 3), pl.lit("."), n.str.slice(7)),
        lambda n: pl.concat_str(
            pl.lit("("), n.str.slice(0, 4), pl.lit(") "), n.str.slice(4, 3), pl.lit("-"), n.str.slice(7)
        ),
    ]


def _documents() -> list[Way]:
    return [
        lambda n: pl.concat_str(n.str.slice(0, 3), pl.lit(" "), n.str.slice(3, 3), pl.lit(" "), n.str.slice(6)),
        lambda n: pl.concat_str(n.str.slice(0, 3), pl.lit("."), n.str.slice(3)),
        lambda n: n + "-",
        lambda n: pl.lit("'") + n,
        lambda n: n.str.to_lowercase(),
        lambda n: n + _NBSP,
    ]


def _moments() -> list[Way]:
    return [
        lambda moment: moment.str.replace(" ", "T", literal=True),
        lambda moment: moment + ".000",
        lambda moment: moment + "+07:00",
        lambda moment: moment.str.replace(" ", "  ", literal=True),
        lambda moment: moment.str.replace_all("/", "-", literal=True),
    ]


def _codes() -> list[Way]:
    return [
        lambda code: code.str.to_uppercase(),
        lambda code: code.str.to_lowercase(),
        lambda code: code.str.normalize("NFD"),
        lambda code: code + " ",
    ]
