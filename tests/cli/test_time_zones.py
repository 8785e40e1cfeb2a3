"""The command needs no time-zone database of the system."""

from __future__ import annotations

from helpers.desks import Desk
from helpers.outcomes import Command
from helpers.people import AS_OF, ERROR, GOOD

WITHOUT = {"PYTHONTZPATH": "", "TZDIR": "/nowhere"}


def test_audit_without_a_database_of_the_system(desk: Desk, process: Command) -> None:
    desk.export("vina.csv", ERROR, GOOD)
    options = ("audit", "vina.csv", "--as-of", AS_OF, "--format", "json")
    usual, without = process(*options), process(*options, **WITHOUT)
    assert (without.code, without.out) == (usual.code, usual.out)
    assert process(*options, "--report", "r.html", "--manifest", "m.json", **WITHOUT).code == usual.code
