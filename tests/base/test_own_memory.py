"""What is kept of a batch does not hold on to the rest of it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_series_equal

from thuebao.base.helper_columns import ROW
from thuebao.base.own_memory import in_own_memory
from thuebao.base.spill import Spill
from thuebao.engine.count import _Sum

_BATCH = 10_000
_FEW = 100


def batch(first: int) -> pl.DataFrame:
    """Return rows with texts of 30 letters, too long to stand in a view."""
    rows = range(first, first + _BATCH)
    return pl.DataFrame({ROW: pl.Series(rows, dtype=pl.UInt32), "name": [f"Nguyễn Thị số {row:015}" for row in rows]})


def held(values: pl.Series) -> int:
    """Return the bytes that a series keeps from being given back, those of values that it does not have included."""
    buffers = values.to_arrow(compat_level=pl.CompatLevel.newest()).buffers()
    return sum(buffer.size for buffer in buffers if buffer)


def held_by(frames: Iterable[pl.DataFrame]) -> int:
    return sum(held(frame["name"]) for frame in frames)


@given(st.lists(st.none() | st.text()))
def test_the_same_values(values: list[str | None]) -> None:
    series = pl.Series("name", values, dtype=pl.String)
    assert_series_equal(in_own_memory(series), series)
    numbers = pl.Series("n", range(len(values)), dtype=pl.Int16)
    assert_series_equal(in_own_memory(numbers), numbers)


def test_a_few_values_hold_on_to_nothing_else() -> None:
    few = batch(0)["name"].gather_every(_BATCH // _FEW)
    assert held(few) > 30 * _BATCH
    assert held(in_own_memory(few)) < 60 * _FEW


def test_rows_taken_from_disk(tmp_path: Path) -> None:
    spill = Spill(tmp_path, "records")
    spill.add(batch(0))
    spill.flush()
    taken = spill.parts[0].take(pl.Series(range(0, _BATCH, _BATCH // _FEW), dtype=pl.UInt32), ["name"])
    assert taken.height == _FEW
    assert held_by([taken]) < 60 * _FEW


def test_a_sum_by_names() -> None:
    sums = _Sum(lambda frame: frame.group_by("name").agg(pl.col("n").sum()))
    for n in range(20):
        sums.add(batch(n * _BATCH).gather_every(_BATCH // _FEW).select("name", n=pl.lit(1)))
    assert held_by(sums._frames) < 20 * 60 * _FEW
    assert sums.total()["n"].sum() == 20 * _FEW
