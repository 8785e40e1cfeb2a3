"""Columns in fewer bytes while they lie on disk, without loss: digits are numbers, moments seconds."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import polars as pl

_SAME = "="
"""Before a column's name: whether its value is the usual one."""
_LONGEST = 19
"""Digits that a 64-bit number has at most."""
_MOMENT = pl.Datetime("us")


@dataclass(frozen=True)
class Compact:
    """How the columns of one frame were made smaller.

    schema: as it was; digits: the length of texts that are numbers now, by column; usual: for a column, what its value
    usually is, worked out from others; columns: those that are left.
    """

    schema: pl.Schema
    digits: Mapping[str, int]
    usual: Mapping[str, pl.Expr]
    columns: frozenset[str]

    def needed(self, columns: Collection[str]) -> list[str]:
        """Return the columns that are left of those from which `columns` are restored."""
        needed = set(columns)
        for name in self.usual.keys() & needed:
            needed |= {_SAME + name, *self.usual[name].meta.root_names()}
        return sorted(needed & self.columns)

    def restored(self, frame: pl.DataFrame, columns: Collection[str]) -> pl.DataFrame:
        """Return the columns as they were, from those that they need."""
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
    same = {name: pl.col(name).eq_missing(expr) for name, expr in there.items()}
    small = frame.with_columns(
        **{_SAME + name: expr for name, expr in same.items()},
        **{name: pl.when(~expr).then(name) for name, expr in same.items()},
    )
    digits = {}
    for column in small:
        if column.null_count() == small.height:
            # A column without any value costs as much as another, and is as well had from the schema.
            small = small.drop(column.name)
        elif column.dtype == pl.String and (length := _digits(column)):
            number = column.cast(pl.Int64, strict=False)
            if number.null_count() == column.null_count():
                small, digits[column.name] = small.with_columns(number), length
        elif column.dtype == _MOMENT and (seconds := _seconds(column)) is not None:
            small = small.with_columns(seconds)
    return small, Compact(frame.schema, digits, there, frozenset(small.columns))


def _digits(texts: pl.Series) -> int:
    """Return how many digits each text has, if they are nothing else and all have as many; else 0."""
    lengths = texts.str.len_bytes()
    least, most = lengths.min(), lengths.max()
    alike = least == most and isinstance(most, int) and 0 < most <= _LONGEST
    return most if isinstance(most, int) and alike and texts.str.contains("^[0-9]+$").all() else 0


def _seconds(moments: pl.Series) -> pl.Series | None:
    """Return the moments in seconds, if they have no fraction and none is far off; else None."""
    seconds = moments.dt.epoch("s").cast(pl.Int32, strict=False)
    back = (seconds.cast(pl.Int64) * 1_000_000).cast(_MOMENT)
    return seconds if back.eq_missing(moments).all() else None
