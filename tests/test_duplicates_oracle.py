"""The rules across records against plain Python, on small worlds in which records meet everywhere."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from functools import cache
from pathlib import Path

import polars as pl
import pytest

import thuebao
from helpers.exports import write_csv
from oracles.duplicates import NEEDED, check_all
from oracles.worlds import AS_OF, COLUMNS, world

Records = list[dict[str, str | None]]
Finding = tuple[str, int, str]

SEEDS = range(20)
CODES = sorted(NEEDED)


@cache
def expected_of(seed: int) -> set[tuple[int, str]]:
    return check_all(world(seed), AS_OF)


# ---------------------------------------------------------------------------------------------
# The audit and the oracle


def parts_of(records: Records, count: int, seed: int) -> list[Records]:
    cuts = sorted(random.Random(seed).sample(range(1, len(records)), count - 1))
    return [records[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(records)], strict=True)]


def without(records: Records, column: str) -> Records:
    return [{name: value for name, value in record.items() if name != column} for record in records]


def agree(folder: Path, parts: list[Records], select: tuple[str, ...] = ("DUP",), law: str = "auto") -> None:
    """Each part is a file, with the columns of its first record."""
    paths = [write_csv(folder / f"{n}.csv", part, list(part[0])) for n, part in enumerate(parts)]
    findings = folder / "findings.parquet"
    result = thuebao.audit(paths, operator="Viettel", as_of=AS_OF, law=law, findings=findings, select=select)
    assert not result.unreadable
    rows = pl.read_parquet(findings).filter(pl.col("code").is_in(CODES)).select("path", "record", "code").rows()
    assert len(set(rows)) == len(rows)
    whole = [record for part in parts for record in part]
    places = [(str(path), n) for path, part in zip(paths, parts, strict=True) for n in range(1, len(part) + 1)]
    fires = {(*places[index], code) for index, code in check_all(whole, AS_OF, operator="Viettel", law=law)}
    assert sorted(set(rows) - fires)[:5] == []
    assert sorted(fires - set(rows))[:5] == []


@pytest.mark.parametrize("seed", SEEDS)
def test_on_a_world(tmp_path: Path, seed: int) -> None:
    agree(tmp_path, parts_of(world(seed), 1 + seed % 4, seed))


def test_together_with_the_other_rules(tmp_path: Path) -> None:
    agree(tmp_path, parts_of(world(20), 2, seed=20), select=())


@pytest.mark.parametrize("law", ["decree-49-2017", "decree-163-2024", "circular-08-2026"])
def test_under_one_law(tmp_path: Path, law: str) -> None:
    agree(tmp_path, parts_of(world(21), 2, seed=21), law=law)


@pytest.mark.parametrize("absent", COLUMNS)
def test_one_file_without_a_column(tmp_path: Path, absent: str) -> None:
    first, second = parts_of(world(25), 2, seed=25)
    agree(tmp_path, [first, without(second, absent)])


@pytest.mark.parametrize("absent", COLUMNS)
def test_no_file_with_a_column(tmp_path: Path, absent: str) -> None:
    agree(tmp_path, [without(world(25), absent)])


# ---------------------------------------------------------------------------------------------
# The worlds: each rule fires and stays silent in them


def test_every_rule_fires_in_most_worlds_and_on_few_records() -> None:
    worlds, records = Counter(), Counter()
    for seed in SEEDS:
        fired = Counter(code for _, code in expected_of(seed))
        worlds.update(fired.keys())
        records.update(fired)
    assert worlds.keys() == set(CODES)
    assert min(worlds.values()) > len(SEEDS) / 2
    assert min(records.values()) > 200
    assert max(records.values()) < len(SEEDS) * 300 / 2


def test_every_rule_fires_on_both_files_of_which_one_loses_a_column() -> None:
    first, second = parts_of(world(25), 2, seed=25)
    assert min(len(first), len(second)) > 50
    assert {code for index, code in expected_of(25) if index < len(first)} == set(CODES)
    assert {code for index, code in expected_of(25) if index >= len(first)} == set(CODES)


def test_order_does_not_matter() -> None:
    records = world(3)
    order = random.Random(3).sample(range(len(records)), len(records))
    turned = check_all([records[index] for index in order], AS_OF)
    assert {(order[place], code) for place, code in turned} == expected_of(3)


# ---------------------------------------------------------------------------------------------
# The oracle itself: worked cases by hand

PERSON: dict[str, str | None] = {
    "operator": "Viettel",
    "full_name": "Nguyễn Văn An",
    "date_of_birth": "15/08/1990",
    "nationality": "Việt Nam",
    "id_type": "CCCD",
    "id_number": "001090012345",
    "id_issue_date": "20/05/2021",
    "id_issue_place": "Bộ Công an",
    "payment_type": "Trả trước",
    "registered_at": "10/03/2025 09:30:00",
    "pos_kind": "Cửa hàng",
    "status": "Đang hoạt động",
}


def codes_of(*changes: dict[str, str | None]) -> list[set[str]]:
    """What fires on each of the records, which are otherwise one and the same registration of different numbers."""
    records = [
        dict.fromkeys(COLUMNS) | PERSON | {"msisdn": f"09000000{n:02}"} | change for n, change in enumerate(changes)
    ]
    fires = check_all(records, AS_OF)
    return [{code for at, code in fires if at == index} for index in range(len(records))]


TWICE = [{"DUP101"}, {"DUP101"}]
SILENT: list[set[str]] = [set(), set()]


class TestNumbers:
    def test_old_and_new_form_are_one_number(self) -> None:
        assert codes_of({"msisdn": "0162 123 4567"}, {"msisdn": "84321234567"}) == TWICE

    def test_spellings_of_an_operator_are_one(self) -> None:
        assert codes_of({"msisdn": "0901234567"}, {"msisdn": "0901234567", "operator": "VIETTEL telecom"}) == TWICE

    def test_unknown_operators_are_told_apart_by_their_text(self) -> None:
        one, two = {"msisdn": "0901234567", "operator": "Lạ"}, {"msisdn": "0901234567", "operator": "LẠ"}
        assert codes_of(one, one) == TWICE
        assert codes_of(one, two) == [{"DUP102"}, {"DUP102"}]

    def test_terminated_records_take_no_part(self) -> None:
        one = {"msisdn": "0901234567"}
        assert codes_of(one, one | {"status": "Thanh lý"}) == SILENT
        assert codes_of(one, one | {"terminated_at": "23/11/2026 23:59"}) == SILENT
        assert codes_of(one, one | {"terminated_at": "24/11/2026"}) == TWICE
        assert codes_of(one, one | {"terminated_at": "31/02/2020"}) == TWICE

    def test_malformed_numbers_are_a_machine_s_only(self) -> None:
        assert codes_of({"msisdn": "M2M-01"}, {"msisdn": "M2M-01"}) == SILENT
        machine = {"msisdn": "M2M-01", "connection_kind": "iot"}
        assert codes_of(machine, machine | {"msisdn": "M2M 01"}) == TWICE
        assert codes_of(machine, {"msisdn": "M2M-01"}) == SILENT

    def test_no_operator_is_a_group_but_no_second_operator(self) -> None:
        one = {"msisdn": "0901234567"}
        nobody = one | {"operator": ""}
        assert codes_of(nobody, nobody) == TWICE
        assert codes_of(nobody, one) == SILENT
        assert codes_of(nobody, one, one | {"operator": "Wintel"}) == [{"DUP102"}] * 3

    def test_sim_on_two_numbers(self) -> None:
        sim = {"sim_serial": "8984"}
        assert codes_of(sim, sim) == [{"DUP103"}, {"DUP103"}]
        assert codes_of(sim, sim | {"msisdn": "abc"}) == SILENT
        assert codes_of(sim | {"msisdn": "0901234567"}, sim | {"msisdn": "901234567"}) == TWICE


def days(*texts: str | None) -> list[dict[str, str | None]]:
    return [{"registered_at": text, "pos_kind": "Đại lý"} for text in texts]


class TestFourthNumber:
    def test_three_are_free(self) -> None:
        assert codes_of(*days(*["10/03/2025 09:30"] * 3)) == [set()] * 3

    def test_ties_go_by_number(self) -> None:
        assert codes_of(*days(*["10/03/2025 09:30"] * 4)) == [set(), set(), set(), {"DUP111", "DUP112"}]

    def test_a_contract_makes_it_lawful_but_not_the_point_of_sale(self) -> None:
        same = days(*["10/03/2025 09:30"] * 3)
        assert codes_of(*same, same[0] | {"contract_number": "HĐ1"})[3] == {"DUP112"}
        assert codes_of(*same, same[0] | {"pos_kind": "own_fixed"})[3] == {"DUP111"}
        assert codes_of(*same, same[0] | {"pos_kind": "-"})[3] == {"DUP111"}
        assert codes_of(*same, same[0] | {"pos_kind": "Chợ", "contract_number": "1"})[3] == {"DUP112"}

    def test_missing_time_is_last_and_midnight_a_time(self) -> None:
        at = days(None, "10/03/2025", "10/03/2025 00:00:00", "10/03/2025 00:00:01")
        assert [bool(codes) for codes in codes_of(*at)] == [True, False, False, False]
        at = days("10/03/2025 00:00:01", "10/03/2025", "10/03/2025 00:00:00", "09/03/2025 23:59")
        assert [bool(codes) for codes in codes_of(*at)] == [True, False, False, False]

    def test_numbers_before_2017_count_but_are_not_fired_on(self) -> None:
        early = "23/04/2017 23:59"
        assert codes_of(*days(early, early, early, "24/04/2017"))[3] == {"DUP111"}
        assert codes_of(*days(early, early, early, early)) == [set()] * 4
        # The fourth number was first registered in 2016; that it was registered anew changes nothing for DUP111.
        again = days("01/01/2016", "02/01/2016", "03/01/2016", "04/01/2016", "01/01/2025")
        again[4]["msisdn"] = again[3]["msisdn"] = "0901234567"
        assert codes_of(*again)[4] == {"DUP101", "DUP112"}

    def test_only_prepaid_numbers_of_one_operator_and_identity(self) -> None:
        same = days(*["10/03/2025 09:30"] * 3)
        for change in ({"payment_type": "Trả sau"}, {"payment_type": ""}, {"operator": "FPT"}, {"id_number": "1" * 12}):
            assert codes_of(*same, same[0] | change)[3] == set()
        assert codes_of(*same, same[0] | {"msisdn": "0900000001"})[3] == {"DUP101"}

    def test_own_law_of_the_record(self) -> None:
        assert codes_of(*days("01/01/2020", "02/01/2020", "03/01/2020", "23/12/2024 23:59"))[3] == {"DUP111"}
        assert codes_of(*days("01/01/2020", "02/01/2020", "03/01/2020", "24/12/2024"))[3] == {"DUP111", "DUP112"}


class TestIdentities:
    def test_kinds_of_paper_with_one_personal_number_are_one_identity(self) -> None:
        other = {"full_name": "Trần Thị Bình"}
        assert codes_of({}, other | {"id_type": "VNeID"}) == [{"DUP121"}, {"DUP121"}]
        assert codes_of({}, other | {"id_type": "Hộ chiếu"}) == SILENT
        assert codes_of({}, other | {"id_type": "Bằng lái xe"}) == SILENT

    def test_names_without_diacritics_are_one(self) -> None:
        assert codes_of({}, {"full_name": "NGUYEN  VAN AN"}) == SILENT
        assert codes_of({"full_name": "Ðỗ Đạt"}, {"full_name": "đo dat"}) == SILENT
        assert codes_of({}, {"full_name": "Nguyễn Văn Ân"}, {"full_name": None}) == [set()] * 3
        assert codes_of({}, {"full_name": "Nguyễn Văn Anh"}, {"full_name": None}) == [{"DUP121"}] * 3

    def test_only_valid_birth_dates_differ(self) -> None:
        assert codes_of({}, {"date_of_birth": "1990-08-15T00:00:00"}) == SILENT
        assert codes_of({}, {"date_of_birth": "31/02/1990"}) == SILENT
        assert codes_of({}, {"date_of_birth": "16/08/1990"}, {"date_of_birth": ""}) == [{"DUP122"}] * 3

    def test_passports_by_nationality(self) -> None:
        def passports(*nationalities: str | None) -> list[set[str]]:
            paper = {"id_type": "Passport", "id_number": "M1830275"}
            names = ["Kim Min Ji", "John Smith"]
            return codes_of(
                *(paper | {"nationality": n, "full_name": name} for n, name in zip(nationalities, names, strict=True))
            )

        fires = [{"DUP121"}, {"DUP121"}]
        assert passports("Hàn Quốc", "KR") == fires
        assert passports("Mỹ", "US") == fires
        assert passports("Nga", "RUS") == fires
        assert passports("Mỹ", "MY") == SILENT
        assert passports("", "Atlantis") == fires
        assert passports("", "KR") == SILENT

    @pytest.mark.parametrize("number", ["00109001234", "123456789012", "111111111111", "00109001234O", ""])
    def test_no_key(self, number: str) -> None:
        assert codes_of({"id_number": number}, {"id_number": number, "full_name": "Bình"}) == SILENT

    def test_machines_of_organisations_have_no_key(self) -> None:
        company = {"organisation_name": "VNPT", "full_name": "Bình"}
        assert codes_of({}, company) == [{"DUP121"}, {"DUP121"}]
        assert codes_of({}, company | {"connection_kind": "m2m"}) == SILENT
        assert codes_of({}, {"full_name": "Bình", "connection_kind": "m2m"}) == [{"DUP121"}, {"DUP121"}]

    def test_a_number_with_one_other_character(self) -> None:
        fires = [{"DUP123"}, {"DUP123"}]
        assert codes_of({}, {"id_number": "001090012346"}) == fires
        assert codes_of({}, {"id_number": "001090012346", "full_name": "NGUYỄN VĂN AN"}) == fires
        assert codes_of({}, {"id_number": "001090012346", "full_name": "Nguyen Van An"}) == SILENT
        assert codes_of({}, {"id_number": "001090012356"}) == SILENT
        assert codes_of({}, {"id_number": "00109001234"}) == SILENT
        for column in ("date_of_birth", "id_issue_date", "id_issue_place"):
            empty = {column: None}
            assert codes_of(empty, empty | {"id_number": "001090012346"}) == SILENT

    def test_portrait(self) -> None:
        face = {"portrait_hash": "ab"}
        other = face | {"id_number": "001090555555"}
        assert codes_of(face, other, face | {"id_number": ""}) == [{"DUP131"}] * 3
        assert codes_of(face, face | {"id_number": ""}) == SILENT
        assert codes_of({"portrait_ref": "ab"}, {"portrait_ref": "ab", "id_number": "001090555555"}) == SILENT

    def test_ten_numbers(self) -> None:
        own = {"pos_kind": "own_fixed", "contract_number": "HĐ"}
        elsewhere = own | {"operator": "FPT"}
        nothing = own | {"msisdn": None}
        assert codes_of(*[own] * 9, nothing) == [set()] * 10
        assert codes_of(*[own] * 9, elsewhere, nothing) == [{"DUP141"}] * 11


CLERK: dict[str, str | None] = {
    "clerk_name": "Lê Thị Hoa",
    "id_number": None,
    "registered_at": "10/03/2025 09:30:59",
}


class TestBurst:
    def burst(self, last: dict[str, str | None]) -> bool:
        fires = codes_of(*[CLERK] * 9, CLERK | last)
        assert fires in ([{"DUP151"}] * 10, [set()] * 10)
        return fires[0] == {"DUP151"}

    def test_ten_in_a_minute(self) -> None:
        assert self.burst({})
        assert self.burst({"registered_at": "2025-03-10T02:30:00Z"})
        assert self.burst({"msisdn": None})
        assert not self.burst({"registered_at": "10/03/2025 09:31:00"})
        assert not self.burst({"operator": "FPT"})
        assert not self.burst({"clerk_name": "LÊ THỊ HOA"})

    def test_a_day_is_no_minute(self) -> None:
        assert codes_of(*[CLERK | {"registered_at": "10/03/2025"}] * 10) == [set()] * 10

    def test_nobody_is_no_clerk(self) -> None:
        assert codes_of(*[CLERK | {"clerk_name": "-"}] * 10) == [set()] * 10


class TestAbsentColumns:
    def test_their_records_join_no_group(self) -> None:
        records = [dict.fromkeys(COLUMNS) | PERSON | {"full_name": name, "msisdn": None} for name in ("An", "Bình")]
        assert check_all(records, AS_OF) == {(0, "DUP121"), (1, "DUP121")}
        assert check_all([records[0], *without(records[1:], "full_name")], AS_OF) == set()

    def test_an_empty_file_has_columns_too(self) -> None:
        assert check_all([], dt.date(2026, 1, 1)) == set()


@pytest.mark.parametrize("code", CODES)
def test_needed_columns_are_columns(code: str) -> None:
    assert {column for group in NEEDED[code] for column in group} <= set(COLUMNS)
