"""Columns in fewer bytes while they lie on disk, without loss: digits are numbers, moments seconds."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import polars as pl

from thuebao.base.hex_text import as_words, from_words

_SAME = "="
"""Before a column's name: whether its value is the usual one."""
_WORD = "#"
"""Between a column's name and which of the numbers that its texts write one behind the other."""
_LONGEST = 19
"""Digits that a 64-bit number has at most."""
_MOMENT = pl.Datetime("us")


@dataclass(frozen=True)
class Compact:
    """How the columns of one frame were made smaller.

    schema: as it was; digits: the length of texts that are numbers now, by column; words: that of texts of hexadecimal
    digits, which are several numbers now, and the columns of these; usual: for a column, what its value usually is,
    worked out from others; columns: those that are left.
    """

    schema: pl.Schema
    digits: Mapping[str, int]
    words: Mapping[str, tuple[int, list[str]]]
    usual: Mapping[str, pl.Expr]
    columns: frozenset[str]

    def needed(self, columns: Collection[str]) -> list[str]:
        """Return the columns that are left of those from which `columns` are restored."""
        needed = set(columns)
        for name in self.usual.keys() & needed:
            needed |= {_SAME + name, *self.usual[name].meta.root_names()}
        for name in self.words.keys() & needed:
            needed.update(self.words[name][1])
        return sorted(needed & self.columns)

    def restored(self, frame: pl.DataFrame, columns: Collection[str]) -> pl.DataFrame:
        """Return the columns as they were, from those that they need."""
        for name, (length, words) in self.words.items():
            if words[0] in frame.columns:
                frame = frame.with_columns(from_words([frame[word] for word in words], length).alias(name))
        own = {name: self._restored(name, dtype) for name, dtype in frame.schema.items() if name in self.schema}
        frame = frame.with_columns(**own)
        wanted = [
            *columns,
            *(root for name in self.usual.keys() & set(columns) for root in self.usual[name].meta.root_names()),
        ]
        absent = {name: pl.lit(None, dtype=self.schema[name]) for name in wanted if name not in frame.columns}
        frame = frame.with_columns(**absent)
        usual = [
            pl.when(_SAME + name).then(self.usual[name]).otherwise(name).alias(name)
            for name in self.usual.keys() & columns
        ]
        return frame.with_columns(usual).select(columns)

    def _restored(self, name: str, dtype: pl.DataType) -> pl.Expr:
        column = pl.col(name)
        if name in self.digits:
            return column.cast(pl.String).str.zfill(self.digits[name])
        if dtype != self.schema[name]:
            return (column.cast(pl.Int64) * 1_000_000).cast(_MOMENT)
        return column


def compacted(frame: pl.DataFrame, usual: Mapping[str, pl.Expr]) -> tuple[pl.DataFrame, Compact]:
    """Return the frame in fewer bytes, and how; usual: for some columns, what their value is nearly always."""
    there = {name: expr for name, expr in usual.items() if {name, *expr.meta.root_names()} <= set(frame.columns)}
    # One after the other: what two columns of one step have in common is worked out twice.
    small = frame.with_columns(pl.col(name).eq_missing(expr).alias(_SAME + name) for name, expr in there.items())
    small = small.with_columns(pl.when(pl.col(_SAME + name).not_()).then(name).alias(name) for name in there)
    digits, words = dict[str, int](), dict[str, tuple[int, list[str]]]()
    for column in small:
        if column.null_count() == small.height > 0:
            # A column without any value costs as much as another, and is as well had from the schema.
            small = small.drop(column.name)
        elif column.dtype == pl.String and (number := _number(column)) is not None:
            small, digits[column.name] = small.with_columns(number), _length(column)
        elif column.dtype == pl.String and (several := as_words(column)) is not None:
            names = [f"{column.name}{_WORD}{n}" for n in range(len(several))]
            words[column.name] = _length(column), names
            small = small.drop(column.name).with_columns(**dict(zip(names, several, strict=True)))
        elif column.dtype == _MOMENT and (seconds := _seconds(column)) is not None:
            small = small.with_columns(seconds)
    return small, Compact(frame.schema, digits, words, there, frozenset(small.columns))


def _length(texts: pl.Series) -> int:
    """Return how many bytes each text has, 0 if not all have as many."""
    lengths = texts.str.len_bytes()
    least, most = lengths.min(), lengths.max()
    return most if isinstance(most, int) and least == most else 0


def _number(texts: pl.Series) -> pl.Series | None:
    """Return the numbers that texts write, if they are nothing but digits and all have as many; else None."""
    if not 0 < _length(texts) <= _LONGEST or not (texts >= "0").all():  # a sign in front comes before all digits
        return None
    number = texts.cast(pl.Int64, strict=False)
    if number.null_count() > texts.null_count():
        return None
    small = number.cast(pl.Int32, strict=False)
    return small if small.null_count() == number.null_count() else number


def _seconds(moments: pl.Series) -> pl.Series | None:
    """Return the moments in seconds, if they have no fraction and none is far off; else None."""
    seconds = moments.dt.epoch("s").cast(pl.Int32, strict=False)
    back = (seconds.cast(pl.Int64) * 1_000_000).cast(_MOMENT)
    return seconds if back.eq_missing(moments).all() else None
