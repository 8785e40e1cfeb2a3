"""What the tests of the engine start from."""

from __future__ import annotations

import pytest

from helpers.across import SAME_NUMBER
from helpers.desks import Desk
from helpers.people import ERROR, GOOD, INFO, person


@pytest.fixture
def provinces(desk: Desk) -> Desk:
    """Records of two operators in several provinces and months; one duplicate over provinces, one over operators."""
    july = {"registered_at": "02/07/2025 09:10", "service_started_at": "02/07/2025 10:00"}
    vina = [
        GOOD | {"province": "Hòa Bình"},
        ERROR | {"province": "Hòa Bình"},
        person(4) | {"province": "Hòa Bình"} | july,
        person(5) | {"province": "Hà Nội"} | SAME_NUMBER,
        INFO | {"province": ""} | july,
    ]
    desk.export("vina.csv", *vina)
    desk.export("viettel.csv", person(6) | {"province": "Hà Nội", "msisdn": person(4)["msisdn"]})
    desk.export("mobi.csv", person(7), person(8) | {"registered_at": ""})
    return desk
