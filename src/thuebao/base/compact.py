"""Columns in fewer bytes while they lie on disk, without loss: digits are numbers, moments seconds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import polars as pl

from thuebao.base.hex_text import as_words, from_words

_SAME = "="
"""Before a column's name: whether its value is the usual one."""
_NUMBERED = "#"
"""Between a column's name and which of the columns it is that are stored in its place."""
_LONGEST = 19
"""Digits that a 64-bit number has at most."""
_MOMENT = pl.Datetime("us")
_Restore = Callable[..., pl.Series]


@dataclass(frozen=True)
class Compact:
    """How the columns of one frame were made smaller.

    schema: as it was; coded: for a column, those that are stored in its place, and what makes it of them; usual: for a
    column, what its value usually is, worked out from others; columns: those that are left.
    """

    schema: pl.Schema
    coded: Mapping[str, tuple[Sequence[str], _Restore]]
    usual: Mapping[str, pl.Expr]
    columns: frozenset[str]

    def needed(self, columns: Collection[str]) -> list[str]:
        """Return the columns that are left of those from which `columns` are restored."""
        needed = {_SAME + name for name in self.usual.keys() & columns}
        for name in self._with_roots(columns):
            needed.update(self.coded[name][0] if name in self.coded else [name])
        return sorted(needed & self.columns)

    def restored(self, frame: pl.DataFrame, columns: Collection[str]) -> pl.DataFrame:
        """Return the columns as they were, from those that they need."""
        own = pl.DataFrame([self._restored(name, frame).alias(name) for name in self._with_roots(columns)])
        unusual = self.usual.keys() & columns
        if not unusual:
            return own
        usual = (pl.when(frame[_SAME + name]).then(self.usual[name]).otherwise(name).alias(name) for name in unusual)
        return own.with_columns(usual).select(columns)

    def _with_roots(self, columns: Collection[str]) -> list[str]:
        """Return the columns, and those from which usual values of theirs are worked out."""
        roots = (root for name in columns if name in self.usual for root in self.usual[name].meta.root_names())
        return list(dict.fromkeys([*columns, *roots]))

    def _restored(self, name: str, frame: pl.DataFrame) -> pl.Series:
        """Return a column as it was, but for usual values."""
        if name in self.coded:
            stored, restore = self.coded[name]
            return restore(*(frame[column] for column in stored))
        if name in frame.columns:
            return frame[name]
        return pl.Series([None], dtype=self.schema[name]).new_from_index(0, frame.height)


def compacted(frame: pl.DataFrame, usual: Mapping[str, pl.Expr]) -> tuple[pl.DataFrame, Compact]:
    """Return the frame in fewer bytes, and how; usual: for some columns, what their value is nearly always."""
    there = {name: expr for name, expr in usual.items() if {name, *expr.meta.root_names()} <= set(frame.columns)}
    # One after the other: what two columns of one step have in common is worked out twice.
    small = frame.with_columns(pl.col(name).eq_missing(expr).alias(_SAME + name) for name, expr in there.items())
    small = small.with_columns(pl.when(pl.col(_SAME + name).not_()).then(name).alias(name) for name in there)
    stored, coded = list[pl.Series](), dict[str, tuple[Sequence[str], _Restore]]()
    for column in small:
        if column.null_count() == small.height > 0:
            continue  # it would cost as much as another, and is as well had from the schema
        if code := _coded(column):
            parts, restore = code
            names = [column.name, *(f"{column.name}{_NUMBERED}{n}" for n in range(1, len(parts)))]
            stored += (part.alias(name) for part, name in zip(parts, names, strict=True))
            coded[column.name] = names, restore
        else:
            stored.append(column)
    return pl.DataFrame(stored), Compact(frame.schema, coded, there, frozenset(column.name for column in stored))


def _coded(column: pl.Series) -> tuple[Sequence[pl.Series], _Restore] | None:
    """Return columns that say the same in fewer bytes, and what makes the column of them; None if there are none."""
    if column.dtype == _MOMENT and (seconds := _seconds(column)) is not None:
        return [seconds], _from_seconds
    if column.dtype != pl.String or not (length := _length(column)):
        return None
    if (number := _number(column, length)) is not None:
        return [number], partial(_from_number, length=length)
    if (words := as_words(column, length)) is not None:
        return words, partial(from_words, length=length)
    return None


def _length(texts: pl.Series) -> int:
    """Return how many bytes each text has, 0 if not all have as many."""
    lengths = texts.str.len_bytes()
    least, most = lengths.min(), lengths.max()
    return most if isinstance(most, int) and least == most else 0


def _number(texts: pl.Series, length: int) -> pl.Series | None:
    """Return the numbers that texts of so many bytes write, if they are nothing but digits; else None."""
    if length > _LONGEST or not (texts >= "0").all():  # a sign in front comes before all digits
        return None
    number = texts.cast(pl.Int64, strict=False)
    if number.null_count() > texts.null_count():
        return None
    small = number.cast(pl.Int32, strict=False)
    return small if small.null_count() == number.null_count() else number


def _from_number(number: pl.Series, length: int) -> pl.Series:
    return number.cast(pl.String).str.zfill(length)


def _seconds(moments: pl.Series) -> pl.Series | None:
    """Return the moments in seconds, if they have no fraction and none is far off; else None."""
    seconds = moments.dt.epoch("s").cast(pl.Int32, strict=False)
    return seconds if _from_seconds(seconds).eq_missing(moments).all() else None


def _from_seconds(seconds: pl.Series) -> pl.Series:
    return (seconds.cast(pl.Int64) * 1_000_000).cast(_MOMENT)
