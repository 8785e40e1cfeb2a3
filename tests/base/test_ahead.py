"""What is made ahead comes in order, is one ahead at most, and stops where something fails."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from thuebao.base.ahead import one_ahead


def test_order_and_distance() -> None:
    used = 0

    def items() -> Iterator[int | None]:
        for n in range(50):
            assert n - used <= 1
            yield n if n % 7 else None

    for n, item in enumerate(one_ahead(items())):
        assert item == (n if n % 7 else None)
        used += 1
    assert used == 50


def test_the_next_is_made_meanwhile() -> None:
    made: list[int] = []

    def items() -> Iterator[int]:
        for n in range(3):
            made.append(n)
            yield n

    ahead = one_ahead(items())
    assert next(ahead) == 0
    assert next(ahead) == 1
    ahead.close()  # type: ignore[attr-defined]
    assert made in ([0, 1], [0, 1, 2])


def test_what_fails() -> None:
    found = []
    with pytest.raises(ZeroDivisionError):
        for one in one_ahead(6 // (3 - n) for n in range(100)):
            found.append(one)  # noqa: PERF402
    assert found == [2, 3, 6]


def test_nothing() -> None:
    assert list(one_ahead(iter(()))) == []
