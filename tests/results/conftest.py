"""What the tests of results and findings start from."""

from __future__ import annotations

import random

import pytest

from helpers.certificates import between, officer, signer_of
from helpers.desks import Desk
from helpers.manifests import Made, make
from helpers.months import audit
from helpers.people import ERROR, GOOD, NAMELESS, people, person

BROKEN = [{}, {}, NAMELESS, {"full_name": "An"}, {"id_number": "12"}, {"msisdn": ""}, {"msisdn": "+8491"}]


def month(desk: Desk, name: str, seed: int, count: int = 40) -> None:
    """Write one month's exports: the same people in another order, some of them with another defect, some twice."""
    dice = random.Random(seed)
    for operator, first in (("Viettel", 0), ("VinaPhone", 100)):
        records = [record | {"operator": operator} | dice.choice(BROKEN) for record in people(count, first)]
        records += dice.choices(records, k=5)
        dice.shuffle(records)
        desk.export(f"{name}/{operator}.csv", *records[dice.randint(0, 5) :])


@pytest.fixture
def months(desk: Desk) -> Desk:
    month(desk, "old", 1)
    month(desk, "new", 2)
    audit("old.json", "old", findings="old.parquet")
    audit("new.json", "new", findings="new.csv")
    return desk


@pytest.fixture
def made(desk: Desk) -> Made:
    desk.export("exports/vina.csv", ERROR, GOOD)
    desk.export("exports/viettel.csv", person(5))
    return make(desk, "exports", signer=signer_of(officer(), between()))
