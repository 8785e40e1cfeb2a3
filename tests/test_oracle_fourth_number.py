"""The oracle of the rules across records itself: the fourth number of a person or an organisation at one operator.

Worked by hand from the catalogue: for each condition records that fire, and neighbours that do not.
"""

from __future__ import annotations

import pytest

from oracles.cases import ALL_THREE, COMPANY, MORNING, SAME_NUMBER, TAX_CODE, codes_of, counted, days
from oracles.spelling import Record


class TestFourthNumber:
    def last(self, *records: Record, law: str = "auto") -> set[str]:
        """What fires on the last one, and on no other."""
        *others, last = codes_of(*records, law=law)
        assert not any(code in ALL_THREE for codes in others for code in codes)
        return last & ALL_THREE

    def fourth(self, **change: str | None) -> set[str]:
        same = days(*[MORNING] * 4)
        return self.last(*same[:3], same[3] | change)

    def test_three_are_free(self) -> None:
        assert codes_of(*days(*[MORNING] * 3, pos_kind="online")) == [set()] * 3

    def test_ties_go_by_number(self) -> None:
        assert self.fourth() == {"DUP111", "DUP112"}
        last: Record = {"msisdn": "0912345678"}
        same = days(*[MORNING] * 4)
        assert [bool(codes) for codes in codes_of(same[0] | last, *same[1:])] == [True, False, False, False]

    def test_a_contract_makes_it_lawful_but_not_the_point_of_sale(self) -> None:
        assert self.fourth(contract_number="HĐ1") == {"DUP112"}
        assert self.fourth(contract_number="có") == {"DUP112"}
        assert self.fourth(contract_number="không") == {"DUP111", "DUP112"}
        assert self.fourth(pos_kind="own_fixed") == {"DUP111"}
        assert self.fourth(pos_kind="own_fixed", contract_number="x") == set()

    def test_a_point_that_is_missing_or_not_recognised_says_nothing(self) -> None:
        for nothing in ("-", "Chợ", "không phải cửa hàng"):
            assert self.fourth(pos_kind=nothing) == {"DUP111"}
        for point in ("Lưu động", "Ủy quyền"):
            assert self.fourth(pos_kind=point) == {"DUP111", "DUP112"}

    def test_online(self) -> None:
        assert self.fourth(pos_kind="Trực tuyến") == ALL_THREE
        assert self.fourth(pos_kind="app", contract_number="HĐ1") == {"DUP112", "DUP113"}
        assert self.fourth(pos_kind="app", payment_type="Trả sau") == {"DUP113"}
        assert self.fourth(pos_kind="app", payment_type="trả góp") == {"DUP113"}
        assert self.fourth(pos_kind="app", payment_type=None) == {"DUP113"}
        assert self.fourth(payment_type="Trả sau") == set()

    def test_numbers_that_are_not_prepaid_count_for_online_only(self) -> None:
        same = days(*[MORNING] * 4, pos_kind="eKYC")
        assert self.last(same[0] | {"payment_type": "Trả sau"}, *same[1:]) == {"DUP113"}

    def test_missing_time_is_last_and_a_day_begins_at_midnight(self) -> None:
        at = days(None, "10/03/2025", "10/03/2025 00:00:00", "10/03/2025 00:00:01")
        assert [bool(codes) for codes in codes_of(*at)] == [True, False, False, False]
        at = days("10/03/2025 00:00:01", "10/03/2025", "10/03/2025 00:00:00", "09/03/2025 23:59")
        assert [bool(codes) for codes in codes_of(*at)] == [True, False, False, False]
        at = days("01/01/1970", "10/03/2025", "10/03/2025", "10/03/2025")  # what systems write for nothing
        assert [bool(codes) for codes in codes_of(*at)] == [True, False, False, False]

    def test_a_number_counts_once_and_from_its_first_registration(self) -> None:
        again = SAME_NUMBER | {"registered_at": "01/01/2025", "pos_kind": "Đại lý"}
        later = again | {"registered_at": "01/01/2026"}
        fires = codes_of(again, later, *days(MORNING, MORNING, MORNING))
        assert [codes & ALL_THREE for codes in fires] == [set(), set(), set(), set(), {"DUP111", "DUP112"}]

    def test_both_records_of_a_fourth_number_fire(self) -> None:
        again = SAME_NUMBER | {"registered_at": "01/01/2026", "pos_kind": "Đại lý"}
        fires = codes_of(*days(MORNING, MORNING, MORNING), again, again | {"contract_number": "1"})
        assert [codes & ALL_THREE for codes in fires[3:]] == [{"DUP111", "DUP112"}, {"DUP112"}]

    def test_numbers_before_2017_count_but_are_not_fired_on(self) -> None:
        early = "23/04/2017 23:59"
        assert self.last(*days(early, early, early, "24/04/2017")) == {"DUP111"}
        assert codes_of(*days(early, early, early, early)) == [set()] * 4
        # The fourth number was first registered in 2016; that it was registered anew changes nothing.
        again = days("01/01/2016", "02/01/2016", "03/01/2016", "23/04/2017 23:59", "01/01/2025", pos_kind="online")
        again[4]["msisdn"] = again[3]["msisdn"] = "0901234567"
        assert codes_of(*again)[4] == {"DUP101"}

    def test_where_no_time_is_known_only_the_era_is_asked(self) -> None:
        assert self.fourth(registered_at=None) == {"DUP111", "DUP112"}
        assert self.fourth(registered_at=None, info_updated_at="23/12/2024") == {"DUP111"}
        assert self.fourth(registered_at=None, info_updated_at="23/04/2017") == set()
        assert self.fourth(registered_at="hôm qua", info_updated_at="24/12/2024") == {"DUP111", "DUP112"}

    def test_own_law_of_the_record(self) -> None:
        three = ("01/01/2020", "02/01/2020", "03/01/2020")
        assert self.last(*days(*three, "23/12/2024 23:59", pos_kind="online")) == {"DUP111"}
        assert self.last(*days(*three, "24/12/2024", pos_kind="online")) == ALL_THREE
        assert self.last(*days(*three, "04/01/2020", pos_kind="online"), law="decree-163-2024") == ALL_THREE
        assert self.last(*days(*three, "24/12/2024", pos_kind="online"), law="decree-49-2017") == {"DUP111"}

    def test_only_numbers_of_one_operator_and_identity(self) -> None:
        for change in ({"operator": "FPT"}, {"operator": None}, {"id_number": "001090055555"}, {"id_number": "1" * 12}):
            assert self.fourth(**change) == set()
        assert self.fourth(msisdn="0900000001") == set()
        assert self.fourth(msisdn="abc") == set()
        assert self.fourth(id_type="VNeID") == {"DUP111", "DUP112"}
        nobody = days(*[MORNING] * 4, operator="-")
        assert self.last(*nobody) == {"DUP111", "DUP112"}

    def test_who_is_counted(self) -> None:
        several: list[Record] = [
            {},
            {"pos_kind": "app"},
            {"pos_kind": None},
            {"pos_kind": "Chợ"},
            {"payment_type": "Trả sau"},
            {"payment_type": "trả góp"},
            {"registered_at": "01/01/2020"},
            {"registered_at": "01/01/2012"},
            {"id_number": "1" * 12},
            {"msisdn": "abc"},
            {"subscriber_kind": "khác"},
            {"contract_number": "1"},
        ]
        yes, no = True, False
        assert counted("DUP111", *several) == [yes, yes, yes, yes, no, no, yes, no, no, no, no, yes]
        assert counted("DUP112", *several) == [yes, yes, yes, no, no, no, no, no, no, no, no, yes]
        assert counted("DUP113", *several) == [yes, yes, yes, no, yes, yes, no, no, no, no, no, yes]


class TestFourthNumberOfAnOrganisation:
    def fourth(self, **change: str | None) -> set[str]:
        same = days(*[MORNING] * 4, **COMPANY)
        fires = codes_of(*same[:3], same[3] | change)
        assert not any(fires[:3])
        return fires[3]

    def test_by_its_tax_code(self) -> None:
        assert self.fourth() == {"DUP111", "DUP112"}
        assert self.fourth(id_number="079090099999", full_name="Bình") == {"DUP111", "DUP112"}
        assert self.fourth(id_number=None) == {"DUP111", "DUP112"}
        assert self.fourth(id_type="GPKD", id_number=TAX_CODE) == {"DUP111", "DUP112"}
        assert self.fourth(pos_kind="online") == ALL_THREE
        assert self.fourth(organisation_tax_code="0100109107") == set()
        assert self.fourth(organisation_tax_code=None) == set()

    def test_spellings_of_a_tax_code(self) -> None:
        for text in ("100109106", "0100 109 106", "'0100109106", "0100109106.0"):
            assert self.fourth(organisation_tax_code=text) == {"DUP111", "DUP112"}

    @pytest.mark.parametrize("text", ["0100109107", "010010910", "01001091066", "00100109106", "MST0100109106"])
    def test_what_is_no_tax_code(self, text: str) -> None:
        assert codes_of(*days(*[MORNING] * 4, **COMPANY | {"organisation_tax_code": text})) == [set()] * 4

    def test_a_branch_is_one_by_itself(self) -> None:
        assert self.fourth(organisation_tax_code=TAX_CODE + "-001") == set()
        branch = days(*[MORNING] * 4, **COMPANY)
        for record, text in zip(branch, ["-001", "001", "-001", "001"], strict=True):
            record["organisation_tax_code"] = TAX_CODE + text
        assert codes_of(*branch)[3] == {"DUP111", "DUP112"}
        for record in branch:
            record["organisation_tax_code"] = TAX_CODE + "-000"
        assert codes_of(*branch)[3] == set()

    def test_a_personal_number_serves_from_july_2025_on(self) -> None:
        own = COMPANY | {"organisation_tax_code": "001090012345"}
        assert codes_of(*days(*["01/07/2025"] * 4, **own))[3] == {"DUP111", "DUP112"}
        assert codes_of(*days(*["30/06/2025"] * 4, **own))[3] == set()

    def test_a_company_is_not_its_owner(self) -> None:
        owner = {"subscriber_kind": "CN", "organisation_name": None, "id_number": "001090012345"}
        own = COMPANY | {"organisation_tax_code": "001090012345"}
        same = days(*["01/07/2025"] * 4, **own)
        assert codes_of(*same[:3], same[3] | owner) == [set()] * 4

    def test_machines_and_unknown_connections_take_no_part(self) -> None:
        for change in ({"connection_kind": "m2m"}, {"connection_kind": "x"}, {"usage_kind": "device"}):
            assert self.fourth(**change) == set()
        assert self.fourth(connection_kind="h2h", usage_kind="device") == {"DUP111", "DUP112"}

    def test_machines_of_individuals_take_part(self) -> None:
        assert codes_of(*days(*[MORNING] * 4, connection_kind="m2m"))[3] == {"DUP111", "DUP112"}

    def test_an_unknown_kind_of_subscriber_takes_no_part(self) -> None:
        assert self.fourth(subscriber_kind="khác") == set()
        assert self.fourth(subscriber_kind=None) == {"DUP111", "DUP112"}  # the name says that it is one
        assert codes_of(*days(*[MORNING] * 4, subscriber_kind="khác")) == [set()] * 4

    def test_before_2024_organisations_neither_fire_nor_count(self) -> None:
        before = "23/12/2024"
        assert codes_of(*days(*[before] * 4, **COMPANY)) == [set()] * 4
        assert codes_of(*days(before, MORNING, MORNING, MORNING, **COMPANY)) == [set()] * 4
        assert codes_of(*days(before, *[MORNING] * 4, **COMPANY))[4] == {"DUP111", "DUP112"}
        assert codes_of(*days(*[MORNING] * 4, **COMPANY), law="decree-49-2017") == [set()] * 4
        assert codes_of(*days(*[before] * 4, **COMPANY), law="decree-163-2024")[3] == {"DUP111", "DUP112"}

    def test_who_is_counted(self) -> None:
        several = [COMPANY | change for change in days(MORNING, "23/12/2024", None)]
        wrong = COMPANY | {"organisation_tax_code": "1"}
        assert counted("DUP111", *several, wrong, COMPANY | {"connection_kind": "m2m"}) == [
            True,
            False,
            True,
            False,
            False,
        ]
