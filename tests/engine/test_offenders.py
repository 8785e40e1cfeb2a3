"""Clerks and points of sale with the most findings."""

from __future__ import annotations

import re
from collections import Counter

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.across import SAME_NUMBER, audited
from helpers.desks import Desk
from helpers.outcomes import Command, violated
from helpers.people import ERROR, GOOD, NAMELESS, people, person
from thuebao.engine import offenders, spilled_sums


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


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(st.sampled_from("AB"), st.integers(0, 40), st.integers(-2, 5), st.integers(-1, 2)), max_size=200
    ),
    st.integers(1, 60),
    st.integers(1, 50),
)
def test_names_beyond_memory_are_counted_on_disk(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, int, int, int]], held: int, batch: int
) -> None:
    totals: dict[tuple[str, str], list[int]] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spilled_sums, "_TOGETHER", 10)
        first, other = (offenders.Offenders(tmp_path_factory.mktemp("temporary"), held) for _ in range(2))
        for start in range(0, len(rows), batch):
            some = [(operator, f"Bà {n}", findings, records) for operator, n, findings, records in rows[start:][:batch]]
            for operator, name, findings, records in some:
                total = totals.setdefault((operator, name), [0, 0])
                total[0] += findings
                total[1] += records
            counts = pl.DataFrame(some, ["operator", "name", "findings", "records"], orient="row")
            (first if start % (2 * batch) else other).add(counts)
        first.add_all(other)
        most = first.most()
    expected = [(operator, name, *total) for (operator, name), total in totals.items()]
    assert most.rows() == sorted(expected, key=lambda row: (-row[2], row[0], row[1]))[:10]
