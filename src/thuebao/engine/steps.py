"""What a plan works out, step by step: conditions once each, and of earlier columns only those still needed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

import polars as pl

from thuebao.facts import Facts
from thuebao.facts.kernel import the_same


class Conditions:
    """Conditions, each worked out once however often it is asked for."""

    def __init__(self) -> None:
        self.columns: dict[str, pl.Expr] = {}
        self._names: dict[bytes, str] = {}

    def name(self, condition: pl.Expr) -> str:
        """Return the column that holds a condition: true, or false where it is neither."""
        key = condition.meta.serialize(format="binary")
        if key not in self._names:
            self._names[key] = f"_condition{len(self.columns)}"
            self.columns[self._names[key]] = condition.fill_null(value=False)
        return self._names[key]


@dataclass(frozen=True)
class Step:
    """The columns that a stage works out, and the names of all that are needed behind it."""

    own: tuple[pl.Expr, ...]
    needed: list[str]

    def of(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return a frame with the columns of this stage; those that are only carried on are no part of the query."""
        return frame.with_columns(self.own)[:, self.needed]


def steps_of(stages: Sequence[Facts], kept: Collection[str]) -> list[Step]:
    """Return what each stage works out, and which columns, its own and earlier ones, are still needed behind it."""
    needed = set(kept)
    steps = []
    for stage in reversed(stages):
        carried = sorted(needed - set(stage))
        steps.append(Step(tuple(expr.alias(name) for name, expr in stage.items()), [*carried, *stage]))
        needed = set(carried).union(*(expr.meta.root_names() for expr in stage.values()))
    return steps[::-1]


def any_of(frame: pl.DataFrame, columns: Iterable[str]) -> pl.Series:
    """Return in which records any of some conditions holds; as an expression it takes longer to be planned."""
    return reduce(or_, (frame[name] for name in columns), the_same(False, frame.height, pl.Boolean))
