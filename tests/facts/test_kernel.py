"""What is remembered from batch to batch says what the kernel says, whatever batches there are."""

import random

import numpy as np
import polars as pl
import pytest

from thuebao.facts import kernel
from thuebao.facts.kernel import OverDistinct, by_position, there

_PARSED = pl.Struct({"text": pl.String, "length": pl.UInt32})
_KINDS = pl.Enum(["short", "long"])


def upper(values: pl.Series) -> pl.Series:
    return values.str.to_uppercase()


def parsed(values: pl.Series) -> pl.Series:
    return pl.DataFrame({"text": values.str.head(2), "length": values.str.len_chars()}).to_struct()


def kind(values: pl.Series) -> pl.Series:
    return (values.str.len_chars() > 12).replace_strict({True: "long", False: "short"}, return_dtype=_KINDS)


def batch(rng: random.Random) -> pl.Series:
    """Return a batch of few texts, of one, of many, of none; sliced, in chunks, with NULLs."""
    usual = ["Trả trước", "Trả sau", "Hoạt động", "Khóa 1 chiều", "Khóa 2 chiều", "VN", "", "a\0", "a", None]
    seldom = [f"Công an tỉnh {n}" for n in range(60)]
    texts: list[str | None] = rng.choice(
        [
            usual[:2],
            [rng.choice(usual)],
            usual,
            seldom,
            [*usual, *seldom],
            [f"{n:x}" for n in range(rng.choice([5, 999]))],
        ]
    )
    rows = rng.choice([0, 1, 7, 150, 1_500])
    column = pl.Series([rng.choice(texts) for _ in range(rows)], dtype=pl.String)
    layout = rng.randrange(3)
    if layout == 1:
        return column.slice(rng.randrange(9), rng.randrange(200))
    return pl.concat([column, column.slice(3, 5)], rechunk=False) if layout == 2 else column


@pytest.mark.parametrize("few", [0, 50, 1_000])
@pytest.mark.parametrize(("plain", "dtype"), [(upper, pl.String()), (parsed, _PARSED), (kind, _KINDS)])
@pytest.mark.parametrize("most", [30, 10_000])
def test_what_is_remembered_is_what_the_kernel_says(
    few: int, plain: kernel.Kernel, dtype: pl.DataType, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernel, "_MOST_REMEMBERED", most)
    rng = random.Random(few)
    remembering = OverDistinct(plain, dtype, few, ahead=["VN", "a", "never"])
    asked = 0
    for _ in range(150):
        values = batch(rng)
        found = remembering(values)
        assert found.dtype == dtype
        assert found.to_list() == plain(values).to_list()
        asked += len(values)
    assert asked > 10_000


def test_texts_of_one_slot_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hash only nominates."""
    monkeypatch.setattr(kernel, "_slots_of", lambda values, _: np.zeros(len(values), np.int64))
    remembering = OverDistinct(upper, pl.String)
    values = pl.Series(["a", "b", None, "c"] * 10)
    for _ in range(3):
        assert remembering(values).to_list() == upper(values).to_list()


def test_the_kernel_is_asked_once_for_each_text() -> None:
    asked: list[str | None] = []

    def told(values: pl.Series) -> pl.Series:
        asked.extend(values.to_list())
        return upper(values)

    remembering, few = OverDistinct(told, pl.String), OverDistinct(told, pl.String, few=100)
    for texts in (["a", "b"], ["b", "c", "a"], ["c", None], ["a", None, "b"]):
        remembering(pl.Series(texts * 20))
    assert sorted(map(str, asked)) == ["None", "a", "b", "c"]
    asked.clear()
    for texts in (["a", "b"], ["b", "c", "a"], ["c", None]):
        few(pl.Series(texts))
    assert sorted(map(str, asked)) == ["None", "a", "b", "c"]


def test_texts_are_worked_out_ahead_with_the_first() -> None:
    asked: list[list[str | None]] = []

    def told(values: pl.Series) -> pl.Series:
        asked.append(values.to_list())
        return upper(values)

    for few in (0, 100):
        asked.clear()
        remembering = OverDistinct(told, pl.String, few, ahead=["b", "c", "d"])
        for texts in (["a", "b"], ["c", "b"], ["d"], ["a", "d"]):
            values = pl.Series(texts * 20)
            assert remembering(values).to_list() == upper(values).to_list()
        assert len(asked) == 1
        assert sorted(map(str, asked[0])) == ["a", "b", "c", "d"]


@pytest.mark.parametrize("dtype", [pl.UInt8, pl.UInt16, pl.UInt32, pl.Int32])
@pytest.mark.parametrize("positions", [[0, 2, 1, 2], [0, None, 2], [None], []])
def test_what_stands_at_a_position(positions: list[int | None], dtype: type[pl.DataType]) -> None:
    results = pl.Series(["a", None, "c"])
    found = by_position(results)(pl.Series(positions, dtype=dtype))
    assert found.dtype == pl.String
    assert found.to_list() == [None if n is None else results[n] for n in positions]


@pytest.mark.parametrize("values", [["a", ""], ["a", None], [None, None], []])
def test_what_is_there(values: list[str | None]) -> None:
    found = there(pl.Series(values, dtype=pl.String))
    assert found.dtype == pl.Boolean
    assert found.to_list() == [value is not None for value in values]
