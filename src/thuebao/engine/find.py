"""Findings from the records that a batch's rules hit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import polars as pl

from thuebao.base.helper_columns import HIT, ROW
from thuebao.engine.plan import CompiledRule, Plan
from thuebao.results.findings import ROWS, Texts, shown
from thuebao.results.number_key import NUMBER
from thuebao.rulebook.columns import raw

_NO_FIELD = "_no_field"


@dataclass(frozen=True)
class _Part:
    """The findings of a rule that name one of its fields: which rows, the field's column, that of the era, the kind."""

    hit: pl.Expr
    column: str
    era: str
    kind: pl.Expr

    @property
    def columns(self) -> set[str]:
        """The columns that it takes."""
        return {*self.hit.meta.root_names(), self.column, self.era}


def _parts(compiled: CompiledRule, texts: Texts) -> Iterator[_Part]:
    first = texts.first[compiled.rule.code]
    # Of several cases the first that holds is the one that a finding names.
    earlier = pl.lit(value=False)
    for n, field in enumerate(compiled.rule.fields):
        holds = pl.col(compiled.case_columns[n]) if compiled.cases else pl.col(compiled.rule.code)
        kind = pl.lit(first + n * texts.eras, dtype=pl.UInt32)
        yield _Part(holds & ~earlier, raw(field or ""), compiled.era_column, kind)
        earlier |= holds


def rows_of(
    evaluated: pl.DataFrame, plan: Plan, texts: Texts, keyed: Callable[[pl.DataFrame], pl.Series], *, reveal: bool
) -> pl.DataFrame:
    """Return the findings (ROWS) of an evaluated batch, by record and code; `reveal` leaves values unmasked.

    keyed: gives the keyed hash of each record's number (results/number_key.py).
    """
    codes = [c.rule.code for c in plan.active]
    hit = evaluated.select(HIT, *codes).select(pl.all().any()).row(0, named=True) if codes else {HIT: False}
    if not hit[HIT]:
        return pl.DataFrame(schema=ROWS)
    asked = [part for c in plan.active if hit[c.rule.code] for part in _parts(c, texts)]
    # Of the rules that hit nothing, most of them, nothing is copied.
    used = {ROW, "operator", "shown_number", NUMBER, *(name for part in asked for name in part.columns)}
    hits = evaluated.select(name for name in evaluated.columns if name in used or name == HIT).filter(HIT)
    hits = hits.with_columns(pl.lit(None, dtype=pl.String).alias(_NO_FIELD))
    # All rules in one go: for each the rows that it hit, what stood in its column there, and whose law holds.
    parts = hits.select(
        pl.concat_list(part.hit.arg_true().implode() for part in asked).alias("row"),
        pl.concat_list(
            pl.col(part.column if part.column in hits.columns else _NO_FIELD).filter(part.hit).implode()
            for part in asked
        ).alias("value"),
        pl.concat_list((pl.col(part.era).filter(part.hit) + part.kind).implode() for part in asked).alias("kind"),
    ).explode("row", "value", "kind")
    row, values, kind = parts["row"], parts["value"], parts["kind"]
    # One integer sorts faster than two columns: by record, and within it by rule.
    order = (row.cast(pl.UInt64) * len(texts.frame) + kind).arg_sort()
    row = row[order]
    number = shown(hits["shown_number"], reveal=reveal)
    return pl.DataFrame(
        {
            ROW: hits[ROW][row],
            "operator": hits["operator"][row],
            "msisdn": number[row],
            "value": shown(values[order], reveal=reveal),
            "kind": kind[order],
            "group": pl.repeat(None, len(row), dtype=pl.UInt64, eager=True),
            "key": keyed(hits)[row],
        },
        schema=ROWS,
    )
