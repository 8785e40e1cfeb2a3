"""Days that whole years make up, against the plain calendar."""

import random
from datetime import date

import polars as pl
import pytest

from thuebao.facts.calendar import Roll, day_of, ymd


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


def test_days_are_their_numbers() -> None:
    rng = random.Random(2)
    asked = 0
    for _ in range(100):
        first, last = (
            rng.choice([date(1850, 1, 1), date(1, 1, 1)]),
            rng.choice([date(2150, 12, 31), date(9999, 12, 31)]),
        )
        days = [date.fromordinal(rng.randrange(first.toordinal(), last.toordinal() + 1)) for _ in range(40)]
        known = rng.choice([1, 0.8, 0])
        column = pl.Series("d", [day if rng.random() < known else None for day in [first, *days, last]], dtype=pl.Date)
        column = column.slice(rng.randrange(9), rng.randrange(60))
        found = column.to_frame().select(ymd(pl.col("d"))).to_series()
        assert found.dtype == pl.Int32
        assert found.to_list() == [day and day.year * 10_000 + day.month * 100 + day.day for day in column]
        asked += len(column)
    assert asked > 1_000
