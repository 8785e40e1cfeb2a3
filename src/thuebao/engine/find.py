"""Findings from the records that a batch's rules hit."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from thuebao.base.foreign_text import mask
from thuebao.base.helper_columns import ROW
from thuebao.engine.plan import CompiledRule
from thuebao.engine.shown import looks_misplaced
from thuebao.results.findings import KINDS, ROWS, Texts, shown
from thuebao.rulebook.columns import RAW, columns, raw

_Positions = npt.NDArray[np.int64]


@dataclass(frozen=True)
class _Part:
    """The findings of a rule that name one of its fields: which rows, the field's column, that of the era, the kind."""

    rows: _Positions
    column: str
    era: str
    kind: int


def _parts(hits: pl.DataFrame, compiled: CompiledRule, texts: Texts) -> Iterator[_Part]:
    first = texts.first[compiled.rule.code]
    left = hits[compiled.rule.code].to_numpy()
    for n, field in enumerate(compiled.rule.fields):
        # Of several cases the first that holds is the one that a finding names.
        holds = left & hits[compiled.case_columns[n]].to_numpy() if compiled.cases else left
        left = left & ~holds
        yield _Part(np.flatnonzero(holds), raw(field or ""), compiled.era_column, first + n * texts.eras)


def rows_of(
    hits: pl.DataFrame,
    hitting: Collection[CompiledRule],
    texts: Texts,
    keyed: Callable[[pl.DataFrame], pl.Series],
    *,
    reveal: bool,
) -> pl.DataFrame:
    """Return the findings (ROWS) on records with findings, by record and code; `reveal` leaves values unmasked.

    hits: what Plan.with_findings gives; hitting: the rules that found them; keyed: gives the keyed hash of each
    record's number (results/number_key.py).
    """
    if hits.is_empty():
        return pl.DataFrame(schema=ROWS)
    parts = sorted((part for c in hitting for part in _parts(hits, c, texts)), key=lambda part: part.kind)
    found, kind, order = _by_record(hits, parts)
    value = _of_each(hits, [part.column for part in parts], parts, order, pl.String())
    era = _of_each(hits, [part.era for part in parts], parts, order, pl.UInt8())
    # Values and numbers are shown alike.
    texts_shown = shown(pl.concat([hits["shown_number"].alias("value"), value.alias("value")]), reveal=True)
    if not reveal:
        # Codes, kinds and names of provinces and points of sale are nobody's personal data.
        nobodys = np.repeat([_is_nobodys(part) for part in parts], [len(part.rows) for part in parts])[order]
        may_stand = np.flatnonzero(nobodys)
        open_at = may_stand[~looks_misplaced(value.gather(may_stand)).to_numpy()]
        hidden = np.ones(len(texts_shown), np.bool_)
        hidden[hits.height + open_at] = False
        hidden_at = np.flatnonzero(hidden)
        texts_shown.scatter(hidden_at, mask(texts_shown.gather(hidden_at)))
    values_shown = texts_shown.tail(len(value))
    return pl.DataFrame(
        {
            ROW: hits[ROW].gather(found),
            "operator": hits["operator"].gather(found),
            "msisdn": texts_shown.head(hits.height).gather(found),
            "value": values_shown,
            "kind": kind.cast(pl.UInt32) + era.cast(pl.UInt32),
            "group": pl.Series([None], dtype=pl.UInt64).new_from_index(0, len(found)),
            "key": keyed(hits).gather(found),
        },
        schema=ROWS,
    )


def kinds_of(hits: pl.DataFrame, hitting: Collection[CompiledRule], texts: Texts) -> pl.DataFrame:
    """Return which findings there are (KINDS, of the first era), as `rows_of` would: a fraction of its time."""
    if hits.is_empty():
        return pl.DataFrame(schema=KINDS)
    parts = sorted((part for c in hitting for part in _parts(hits, c, texts)), key=lambda part: part.kind)
    found, kind, _ = _by_record(hits, parts)
    return pl.DataFrame({ROW: hits[ROW].gather(found), "kind": kind}, schema=KINDS)


def _by_record(hits: pl.DataFrame, parts: Sequence[_Part]) -> tuple[pl.Series, pl.Series, _Positions]:
    """Return, by record and code, the row of each finding among the hits and its kind, and the order they come in."""
    row = np.concatenate([part.rows for part in parts])
    # The parts are in the order of codes: a sort by record that keeps it is one by record and code.
    order = np.argsort(row.astype(np.uint16) if hits.height <= 1 << 16 else row, kind="stable")
    kind = np.repeat([part.kind for part in parts], [len(part.rows) for part in parts])[order]
    return pl.Series(row[order].astype(np.uint32)), pl.Series(kind).cast(pl.UInt32), order


def _is_nobodys(part: _Part) -> bool:
    column = columns().get(part.column.removeprefix(RAW))
    return column is not None and not column.personal


def _of_each(
    hits: pl.DataFrame, names: Sequence[str], parts: Sequence[_Part], order: _Positions, dtype: pl.DataType
) -> pl.Series:
    """Return what stands in the column that each part names, at its rows, all in an order; NULL without a column."""
    columns = {name: at for at, name in enumerate(dict.fromkeys(names))}
    nothing = pl.Series([None], dtype=dtype).new_from_index(0, hits.height)
    # In as many pieces: few values of each are wanted.
    stacked = pl.concat([(hits[name] if name in hits.columns else nothing).alias("") for name in columns])
    at = [part.rows + columns[name] * hits.height for name, part in zip(names, parts, strict=True)]
    return stacked.gather(np.concatenate(at)[order])
