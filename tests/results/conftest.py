"""What the tests of results and findings start from."""

from __future__ import annotations

import pytest

from helpers.desks import Desk
from helpers.manifests import Made, make_signed
from helpers.months import audit, month


@pytest.fixture
def months(desk: Desk) -> Desk:
    month(desk, "old", 1)
    month(desk, "new", 2)
    audit("old.json", "old", findings="old.parquet")
    audit("new.json", "new", findings="new.csv")
    return desk


@pytest.fixture
def made(desk: Desk) -> Made:
    return make_signed(desk)
