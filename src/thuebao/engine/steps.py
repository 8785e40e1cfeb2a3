"""What a plan works out, step by step: conditions once each, and of earlier columns only those still needed."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import polars as pl

from thuebao.facts import Facts


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


def steps_of(stages: Sequence[Facts], kept: Collection[str]) -> list[tuple[pl.Expr, ...]]:
    """Return what each stage selects: its own columns, and of the earlier ones those that are still needed."""
    needed = set(kept)
    steps = []
    for stage in reversed(stages):
        carried = sorted(needed - set(stage))
        steps.append((*map(pl.col, carried), *(expr.alias(name) for name, expr in stage.items())))
        needed = set(carried).union(*(expr.meta.root_names() for expr in stage.values()))
    return steps[::-1]
