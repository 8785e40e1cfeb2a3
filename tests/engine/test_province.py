"""Records of one province, today's or a former one; what is offered where no record fulfils a condition."""

import pytest

from helpers.desks import Desk
from helpers.outcomes import Command
from helpers.people import AS_OF, person

AUDIT = ("--as-of", AS_OF, "--fail-on", "never")
WRITTEN = ("Phú Thọ", "tỉnh Vĩnh Phúc", "HOA BINH", "Tp. Hà Nội", "Thừa Thiên Huế", "")


@pytest.fixture
def export(desk: Desk) -> None:
    desk.export("vina.csv", *(person(n) | {"province": name} for n, name in enumerate(WRITTEN)))


@pytest.mark.parametrize(
    ("asked", "records"),
    [("Phú Thọ", 3), ("phu tho", 3), ("Vĩnh Phúc", 1), ("Hòa Bình", 1), ("Huế", 1), ("TP Hà Nội", 1)],
)
def test_a_province_of_today_takes_in_those_it_was_made_of(
    export: None, cli: Command, asked: str, records: int
) -> None:
    document = cli("audit", "vina.csv", *AUDIT, "--format", "json", "--province", asked).document
    assert document["totals"]["records"] == records


def test_it_is_one_condition_with_where(export: None, cli: Command) -> None:
    options = ("--format", "json", "--province", "Phú Thọ", "--where", "province = 'Hòa Bình' OR msisdn IS NULL")
    assert cli("audit", "vina.csv", *AUDIT, *options).document["totals"]["records"] == 1


def test_an_unknown_province_is_refused_with_the_nearest(export: None, cli: Command) -> None:
    done = cli("audit", "vina.csv", *AUDIT, "--province", "Phú Thj")
    assert done.code == 2
    assert "Phú Thọ" in done.err


def test_counts_by_the_provinces_of_today(export: None, cli: Command) -> None:
    document = cli("audit", "vina.csv", *AUDIT, "--format", "json", "--by", "province_now").document
    counts = {row["values"]["province_now"]: row["records"] for row in document["breakdown"]["rows"]}
    assert counts == {"Phú Thọ": 3, "Hà Nội": 1, "Huế": 1, None: 1}


def test_a_condition_that_no_record_fulfils_offers_the_nearest_value(export: None, cli: Command) -> None:
    done = cli("audit", "vina.csv", *AUDIT, "--where", "province = 'Hoa Bin'")
    assert "'Hòa Bình'" in done.err
    # A name is somebody's: none is offered.
    done = cli("audit", "vina.csv", *AUDIT, "--where", "full_name = 'Nguyễn'")
    assert "Văn" not in done.err + done.out
