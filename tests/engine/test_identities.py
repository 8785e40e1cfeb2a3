"""How many numbers an identity has, over operators and within one."""

from __future__ import annotations

from typing import Any

from helpers.across import NO_TIERS, audited, one_person
from helpers.desks import Desk
from helpers.outcomes import Command


def tiers(document: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Return the tiers over all operators, and those of each."""
    identities = document["identities"]
    assert list(identities) == ["tiers", "operators"]
    return identities["tiers"], {entry["operator"]: entry["tiers"] for entry in identities["operators"]}


def test_identities_over_operators_and_within_one(desk: Desk, cli: Command) -> None:
    four = one_person(4)
    desk.export("vina.csv", *four[:2])
    desk.export("viettel.csv", *four[2:])
    assert tiers(audited(cli, "vina.csv", "viettel.csv")) == (NO_TIERS | {"4-9": 1}, {})
    desk.export("viettel.csv", *four)
    assert tiers(audited(cli, "vina.csv", "viettel.csv")) == (NO_TIERS | {"4-9": 1}, {"Viettel": NO_TIERS | {"4-9": 1}})
    assert tiers(audited(cli, "vina.csv")) == (NO_TIERS, {})


def test_identities_in_their_tiers(desk: Desk, cli: Command) -> None:
    counts = (3, 4, 9, 10, 19, 20, 31)
    records = [record for n, count in enumerate(counts) for record in one_person(count, first=100 * n)]
    desk.export("vina.csv", *records, *records[:7])  # a number that is listed twice is one
    expected = {"4-9": 2, "10-19": 2, "20+": 2}
    assert tiers(audited(cli, "vina.csv")) == (expected, {"VinaPhone": expected})
    said = cli("audit", "vina.csv", "--full").said
    assert "Operator 4-9 10-19 20+ All operators 2 2 2 VinaPhone 2 2 2" in said


def test_identities_that_nothing_can_be_said_of(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", *({n: v for n, v in r.items() if n != "id_number"} for r in one_person(5)))
    assert tiers(audited(cli, "vina.csv")) == (None, {})
    desk.export("vina.csv", *one_person(5))
    assert tiers(audited(cli, "vina.csv", "--ignore", "DUP")) == (None, {})
    assert tiers(audited(cli, "vina.csv", "--select", "DUP101")) == (
        NO_TIERS | {"4-9": 1},
        {"VinaPhone": NO_TIERS | {"4-9": 1}},
    )
