"""Clerks and points of sale with the most findings."""

from __future__ import annotations

import re
from collections import Counter

from helpers.across import SAME_NUMBER, audited
from helpers.desks import Desk
from helpers.outcomes import Command, violated
from helpers.people import ERROR, GOOD, NAMELESS, people, person


def test_clerks_and_points_of_sale_with_the_most_findings(desk: Desk, cli: Command) -> None:
    other = {"clerk_name": "Lê Văn Cường", "pos_address": "9 Trần Phú, Đà Nẵng"}
    same_as_error = other | {"msisdn": ERROR["msisdn"]}
    desk.export(
        "vina.csv", ERROR | {"address": ""}, GOOD, person(4) | other | {"address": ""}, person(5) | same_as_error
    )
    desk.export("viettel.csv", person(6) | other | SAME_NUMBER, person(7) | {"clerk_name": "", "pos_address": ""})
    options = ("--ignore", "NUM,REG")
    document = audited(cli, "vina.csv", "viettel.csv", *options)
    assert violated(document) == {"PER101": 1, "PER131": 2, "DUP101": 2, "DUP102": 2}
    # Whatever was found of a record, in it or across others, it is one record.
    assert document["clerks"] == [
        {"operator": "VinaPhone", "name": "Trầ*****nh", "findings": 4, "records": 2},
        {"operator": "VinaPhone", "name": "Lê *****ng", "findings": 2, "records": 2},
        {"operator": "Viettel", "name": "Lê *****ng", "findings": 1, "records": 1},
    ]
    assert [(p["operator"], p["findings"], p["records"]) for p in document["points_of_sale"]] == [
        ("VinaPhone", 4, 2),
        ("VinaPhone", 2, 2),
        ("Viettel", 1, 1),
    ]
    revealed = audited(cli, "vina.csv", "viettel.csv", *options, "--reveal")
    assert [clerk["name"] for clerk in revealed["clerks"]] == ["Trần Thị Bình", "Lê Văn Cường", "Lê Văn Cường"]
    assert [point["name"] for point in revealed["points_of_sale"]] == [
        "1 Tràng Tiền, Hà Nội",
        "9 Trần Phú, Đà Nẵng",
        "9 Trần Phú, Đà Nẵng",
    ]
    for form in ("table", "json"):
        out = cli("audit", "vina.csv", "viettel.csv", *options, "--format", form).out
        assert not re.search("Trần Thị Bình|Lê Văn Cường|Tràng Tiền|Trần Phú", out)


def test_clerks_and_points_of_sale_are_the_ten_worst(desk: Desk, cli: Command) -> None:
    records = [
        person(100 * m + n) | NAMELESS | {"clerk_name": f"Bà {chr(65 + m)}"} for m in range(12) for n in range(m)
    ]
    desk.export("vina.csv", *records)
    document = audited(cli, "vina.csv", "--reveal")
    assert [(clerk["name"], clerk["findings"]) for clerk in document["clerks"]] == [
        (f"Bà {chr(65 + m)}", m) for m in range(11, 1, -1)
    ]
    [point] = document["points_of_sale"]
    assert (point["findings"], point["records"]) == (66, 66)


def test_of_clerks_with_as_many_findings_the_first_by_operator_and_name_are_named(desk: Desk, cli: Command) -> None:
    # The same clerks in several files of an operator are the same people, those of another operator are not.
    found: Counter[tuple[str, str]] = Counter()
    for at, (file, operator) in enumerate([("b vina.csv", "VinaPhone"), ("viettel.csv", "Viettel"), ("vina.csv", "")]):
        clerks = [chr(65 + (7 * n + at) % 26) for n in range(20)]
        desk.export(file, *(person(100 * at + n) | NAMELESS | {"clerk_name": f"Bà {c}"} for n, c in enumerate(clerks)))
        found.update((operator or "VinaPhone", f"Bà {clerk}") for clerk in clerks)
    document = audited(cli, "b vina.csv", "viettel.csv", "vina.csv", "--reveal", "--ignore", "NUM,REG")
    most = sorted(found.items(), key=lambda each: (-each[1], *each[0]))[:10]
    assert [((c["operator"], c["name"]), c["findings"], c["records"]) for c in document["clerks"]] == [
        (clerk, count, count) for clerk, count in most
    ]


def test_nobody_is_named_where_nothing_was_found(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", *people(3))
    document = audited(cli, "vina.csv")
    assert (document["clerks"], document["points_of_sale"]) == ([], [])
