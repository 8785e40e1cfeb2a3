"""Records counted by a day show its year, and no more of it."""

from __future__ import annotations

import json

import pytest

from helpers.desks import Desk
from helpers.measured import measured
from helpers.people import GOOD


@pytest.mark.parametrize("born", ["17/08/1991", "1991-08-17", "1991-08-17 00:00:00", "17.08.1991", "19910817", "x"])
def test_records_by_a_day(born: str, desk: Desk) -> None:
    desk.export("viettel.csv", GOOD | {"date_of_birth": born})
    by = ("audit", "viettel.csv", "--fail-on", "never", "--by", "date_of_birth", "--format", "json")
    [row] = json.loads(measured(*by).stdout)["breakdown"]["rows"]
    shown = row["values"]["date_of_birth"]
    assert shown == ("1991-*****" if len(born) > len("19910817") else shown)
    assert "17" not in shown
    assert "08" not in shown
    [row] = json.loads(measured(*by, "--reveal").stdout)["breakdown"]["rows"]
    assert row["values"]["date_of_birth"] == born
