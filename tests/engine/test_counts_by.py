"""--by columns of which there are more values than a result lists, or than memory holds."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.across import SAME_NUMBER, audited
from helpers.desks import Desk
from helpers.measured import measured
from helpers.outcomes import Command
from helpers.people import AS_OF, ERROR, GOOD, NAMELESS, person
from thuebao.engine import counts_by, spilled_sums
from thuebao.engine.spilled_sums import SpilledSums

COUNTS = ("records", "records_with_errors", "records_with_findings")


def clerks(count: int) -> list[dict[str, str]]:
    """Return records of so many clerks: of the first three, the n-th has taken n with findings."""
    wrong = [person(10 * n + m) | NAMELESS | {"clerk_name": f"Bà {chr(65 + n)}"} for n in range(3) for m in range(n)]
    return [*wrong, *(person(100 + n) | {"clerk_name": f"Ông {n:05}"} for n in range(count - 2))]


def test_of_too_many_rows_those_with_the_most_errors_are_listed(
    desk: Desk, cli: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counts_by, "MOST", 2)
    desk.export("vina.csv", *clerks(9))
    command = ("vina.csv", "--by", "clerk_name", "--reveal", "--ignore", "DUP")
    document = audited(cli, *command)
    breakdown = document["breakdown"]
    assert [(row["values"]["clerk_name"], row["records_with_errors"]) for row in breakdown["rows"]] == [
        ("Bà B", 1),
        ("Bà C", 2),
    ]
    rest = {"rows": 7, "records": 7, "records_with_errors": 0, "records_with_findings": 0}
    assert breakdown["left_out"] == rest
    for count in COUNTS:
        assert sum(row[count] for row in breakdown["rows"]) + rest[count] == document["totals"][count]
    # Whoever reads it, in whatever form, is told.
    told = "of 9 rows the 2 with the most records with errors are listed"
    table = cli("audit", *command, "--as-of", AS_OF)
    assert told in " ".join((table.out + table.err).split())
    as_csv = cli("audit", *command, "--as-of", AS_OF, "--format", "csv")
    assert told in " ".join(as_csv.err.split())
    assert {row["clerk_name"] for row in csv.DictReader(io.StringIO(as_csv.out))} == {"Bà B", "Bà C"}


def test_as_many_rows_as_a_result_lists_leave_none_out(
    desk: Desk, cli: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counts_by, "MOST", 9)
    desk.export("vina.csv", *clerks(9))
    done = cli("audit", "vina.csv", "--by", "clerk_name", "--as-of", AS_OF, "--format", "json")
    assert len(done.document["breakdown"]["rows"]) == 9
    assert "left_out" not in done.document["breakdown"]
    assert "are listed" not in done.said


def test_masked_values_that_look_alike_are_rows_of_their_own(desk: Desk, cli: Command) -> None:
    alike = [f"Trần Thị {name} Bình" for name in ("An", "Ân", "Yến")]
    desk.export("vina.csv", *(person(n) | {"clerk_name": name} for n, name in enumerate(alike * 2)))
    command = ("vina.csv", "--by", "clerk_name", "--select", "NUM101,REG101")
    rows = audited(cli, *command)["breakdown"]["rows"]
    assert [row["values"]["clerk_name"] for row in rows] == [f"Trầ*****nh ({n})" for n in (1, 2, 3)]
    for row in rows:
        assert row["records"] == 2
        assert [rule["code"] for rule in row["rules"]] == ["NUM101", "REG101"]
    revealed = audited(cli, *command, "--reveal")["breakdown"]["rows"]
    assert [row["values"]["clerk_name"] for row in revealed] == sorted(alike)


def test_a_row_for_each_number_is_counted_and_not_all_are_listed(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", *(person(n) for n in range(2_200)))
    document = audited(cli, "vina.csv", "--by", "msisdn", "--select", "NUM101")
    breakdown = document["breakdown"]
    assert (len(breakdown["rows"]), breakdown["left_out"]["rows"]) == (counts_by.MOST, 200)
    assert breakdown["left_out"]["records"] == 200


@pytest.mark.parametrize("held", [8, 16, 500_000])
def test_counts_are_the_same_in_memory_and_on_disk(
    desk: Desk, cli: Command, monkeypatch: pytest.MonkeyPatch, held: int
) -> None:
    desk.export("vina.csv", *clerks(60), ERROR, GOOD)
    without_address = [{n: v for n, v in record.items() if n != "address"} for record in clerks(30)]
    desk.export("viettel.csv", *without_address, without_address[0] | SAME_NUMBER)
    command = ("vina.csv", "viettel.csv", "--by", "clerk_name,province")
    usual = json.dumps(audited(cli, *command)["breakdown"])
    monkeypatch.setattr(counts_by, "_MOST_HELD", held)
    monkeypatch.setattr(spilled_sums, "_TOGETHER", 3)
    assert json.dumps(audited(cli, *command)["breakdown"]) == usual


def test_trend_takes_no_province_from_rows_that_are_not_all(
    desk: Desk, cli: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.export("vina.csv", *clerks(9))
    command = ("audit", "vina.csv", "--by", "province,clerk_name", "--format", "json")
    for most, told in ((50, True), (2, False)):
        monkeypatch.setattr(counts_by, "MOST", most)
        for day in ("2026-11-01", "2026-11-02"):
            desk.write(f"{day}.json", cli(*command, "--as-of", day).out)
        trend = cli("trend", "2026-11-01.json", "2026-11-02.json", "--format", "json").document
        assert bool(trend["provinces"]) == told


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.sampled_from(["a", "b", None]), st.integers(0, 40), st.integers(0, 9)), max_size=200),
    st.integers(1, 60),
    st.integers(1, 50),
)
def test_sums_beyond_memory_are_those_of_a_plain_count(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str | None, int, int]], held: int, batch: int
) -> None:
    def summed(counts: pl.DataFrame) -> pl.DataFrame:
        return counts.group_by("letter", "number").agg(pl.col("count").sum())

    plain: Counter[tuple[str | None, int]] = Counter()
    schema = {"letter": pl.String, "number": pl.Int64, "count": pl.Int64}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spilled_sums, "_TOGETHER", 10)
        sums = SpilledSums(tmp_path_factory.mktemp("temporary"), ("letter", "number"), held, summed)
        for start in range(0, len(rows), batch):
            some = rows[start : start + batch]
            for letter, number, count in some:
                plain[letter, number] += count
            sums.add(pl.DataFrame(some, schema, orient="row"))
        found = [row for frame in sums.everything() for row in frame.select(*schema).iter_rows()]
    assert len(found) == len(plain)
    assert {(letter, number): count for letter, number, count in found} == plain


@pytest.mark.slow
def test_a_row_for_each_number_keeps_to_the_limit(desk: Desk) -> None:
    desk.export("vina.csv", *(person(n) for n in range(120_000)))
    done = measured("audit", "vina.csv", "--by", "msisdn", "--memory-limit", "512MB", "--format", "json")
    assert json.loads(done.stdout)["breakdown"]["left_out"]["rows"] == 120_000 - counts_by.MOST
    assert done.memory <= 512_000_000
