"""Days that whole years make up, against the plain calendar."""

import random
from datetime import date

import polars as pl
import pytest

from thuebao.facts.calendar import Roll, day_of


def plain(number: int | None, roll: Roll) -> date | None:
    if number is None:
        return None
    year, month, day = number // 10_000, number // 100 % 100, number % 100
    try:
        return date(year, month, day)
    except ValueError:  # 29 February of a common year
        return date(year, 3, 1) if roll == "forward" else date(year, 2, 28)


@pytest.mark.parametrize("roll", ["forward", "back"])
def test_numbers_are_their_days(roll: Roll) -> None:
    rng = random.Random(1)
    asked = 0
    for _ in range(300):
        years = rng.choice([(1850, 2150), (1900, 2060), (2, 9999)])
        days = [rng.choice([(2, 29), (2, 28), (3, 1), (12, 31), (1, 1), (rng.randrange(1, 13), 28)]) for _ in range(40)]
        numbers = [rng.randrange(years[0], years[1]) * 10_000 + month * 100 + day for month, day in days]
        column = pl.Series("n", [n if rng.random() > 0.2 else None for n in numbers], dtype=pl.Int32)
        column = column.slice(rng.randrange(9), rng.randrange(60))
        found = column.to_frame().select(day_of(pl.col("n"), roll)).to_series()
        assert found.dtype == pl.Date
        assert found.to_list() == [plain(number, roll) for number in column]
        asked += len(column)
    assert asked > 3_000
