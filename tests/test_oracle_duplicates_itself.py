"""The oracle of the rules across records itself: who takes part, of which files, and repeated numbers, SIMs and bursts.

Worked by hand from the catalogue: for each condition records that fire, and neighbours that do not.
"""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

import pytest

from oracles.cases import (
    ALL_THREE,
    COMPANY,
    MORNING,
    SAME_NUMBER,
    SILENT,
    TAX_CODE,
    both,
    codes_of,
    counted,
    days,
    records_of,
)
from oracles.duplicates import check
from oracles.spelling import Record
from oracles.worlds import AS_OF, COLUMNS


class TestTerminated:
    def fires(self, **change: str | None) -> bool:
        fires = codes_of(SAME_NUMBER, SAME_NUMBER | change)
        assert fires in (both("DUP101"), SILENT)
        return fires == both("DUP101")

    def test_a_terminated_record_takes_no_part(self) -> None:
        assert not self.fires(status="Thanh lý")
        assert not self.fires(status="Đã hủy", terminated_at="31/02/2020")
        assert not self.fires(status="terminated", terminated_at="01/01/2027")
        assert self.fires(status="Khóa 2 chiều")

    def test_the_end_counts_where_the_status_says_nothing(self) -> None:
        assert not self.fires(status=None, terminated_at="23/11/2026 23:59")
        assert not self.fires(status="đang khóa", terminated_at="23/11/2026")
        assert self.fires(status=None, terminated_at="24/11/2026")
        assert self.fires(status="đang khóa", terminated_at="24/11/2026")
        assert self.fires(status="đang khóa")
        assert self.fires(status=None)

    def test_an_end_that_contradicts_the_status_counts_for_nothing(self) -> None:
        assert self.fires(status="active", terminated_at="01/01/2026")
        assert self.fires(status="Khóa 1 chiều", terminated_at="01/01/2020")

    def test_what_is_no_end(self) -> None:
        assert self.fires(status=None, terminated_at="09/03/2025")  # the day before the registration
        assert not self.fires(status=None, terminated_at="10/03/2025")
        assert not self.fires(status=None, terminated_at="09/03/2025", registered_at=None)
        for nothing in ("01/01/1900", "1970-01-01 00:00:00", "0001-01-01", "00/00/0000", "31/02/2026", "2026"):
            assert self.fires(status=None, terminated_at=nothing, registered_at=None)

    def test_how_long_ago_makes_no_difference(self) -> None:
        assert not self.fires(status=None, terminated_at="01/06/2012", registered_at="01/05/2012")
        assert self.fires(status="active", terminated_at="01/06/2012", registered_at="01/05/2012")

    def test_without_the_columns(self) -> None:
        one, two = records_of(SAME_NUMBER, SAME_NUMBER | {"status": None, "terminated_at": "01/01/2026"})
        assert check([one, two], AS_OF).fires == set()
        del two["status"]
        assert check([one, two], AS_OF).fires == set()
        del two["terminated_at"]
        assert check([one, two], AS_OF).fires == {(0, "DUP101"), (1, "DUP101")}

    def test_they_are_not_counted(self) -> None:
        assert counted("DUP101", {}, {"status": "Thanh lý"}) == [True, False]


class TestNumbers:
    def test_old_and_new_form_are_one_number(self) -> None:
        assert codes_of({"msisdn": "0162 123 4567"}, {"msisdn": "84321234567"}) == both("DUP101")
        assert codes_of({"msisdn": "841621234567"}, {"msisdn": "+84 (0)32.123.4567"}) == both("DUP101")
        assert codes_of({"msisdn": "1621234567"}, {"msisdn": "321234567.0"}) == both("DUP101")
        assert codes_of({"msisdn": "1621234567"}, {"msisdn": "321234568.0"}) == SILENT

    def test_spellings_of_an_operator_are_one(self) -> None:
        for one, other in (("Viettel", "VIETTEL telecom"), ("VNPT", "VNPT VinaPhone"), ("Mobifone KV1", "Mobi Fone")):
            assert codes_of(SAME_NUMBER | {"operator": one}, SAME_NUMBER | {"operator": other}) == both("DUP101")

    def test_operators_without_a_known_name_or_with_two_are_told_apart_by_their_text(self) -> None:
        for one, other in (("Lạ", "LẠ"), ("Viettel/MobiFone", "Viettel"), ("Viettel/MobiFone", "MobiFone")):
            assert codes_of(SAME_NUMBER | {"operator": one}, SAME_NUMBER | {"operator": one}) == both("DUP101")
            assert codes_of(SAME_NUMBER | {"operator": one}, SAME_NUMBER | {"operator": other}) == both("DUP102")

    def test_no_operator_is_a_group_but_no_second_operator(self) -> None:
        nobody = SAME_NUMBER | {"operator": "-"}
        assert codes_of(nobody, nobody) == both("DUP101")
        assert codes_of(nobody, SAME_NUMBER) == SILENT
        assert codes_of(nobody, SAME_NUMBER, SAME_NUMBER | {"operator": "Wintel"}) == [{"DUP102"}] * 3

    def test_an_option_fills_what_no_record_says(self) -> None:
        nobody = SAME_NUMBER | {"operator": "-"}
        assert codes_of(nobody, SAME_NUMBER, operator="Viettel") == both("DUP101")
        assert codes_of(nobody, SAME_NUMBER, operator="FPT") == both("DUP102")

    def test_malformed_numbers_are_a_machine_s_only(self) -> None:
        odd: Record = {"msisdn": "M2M-01"}
        assert codes_of(odd, odd) == SILENT
        machine = odd | {"connection_kind": "iot"}
        assert codes_of(machine, machine | {"msisdn": "M2M 01"}) == both("DUP101")
        assert codes_of(machine, machine | {"msisdn": "M2M 02"}) == SILENT
        assert codes_of(machine, odd) == SILENT
        assert codes_of(machine, odd | {"connection_kind": "x"}) == SILENT
        assert codes_of(machine, machine | {"operator": "FPT"}) == both("DUP102")

    def test_a_device_of_an_organisation_is_a_machine_by_default(self) -> None:
        device = COMPANY | {"msisdn": "M2M-01", "usage_kind": "thiết bị"}
        assert codes_of(device, device) == both("DUP101")
        for change in ({"usage_kind": "self"}, {"subscriber_kind": "CN"}, {"connection_kind": "h2h"}):
            assert codes_of(device, device | change) == SILENT

    def test_who_is_counted(self) -> None:
        several: list[Record] = [{}, {"msisdn": "abc"}, {"msisdn": "-"}, {"msisdn": "abc", "connection_kind": "m2m"}]
        for code in ("DUP101", "DUP102"):
            assert counted(code, *several) == [True, False, False, True]


class TestSims:
    SIM: ClassVar[Record] = {"sim_serial": "8984048000012345678"}

    def test_on_two_numbers(self) -> None:
        assert codes_of(self.SIM, self.SIM | {"operator": "FPT"}) == both("DUP103")
        assert codes_of(self.SIM | SAME_NUMBER, self.SIM | {"msisdn": "901234567"}) == both("DUP101")
        assert codes_of(self.SIM, self.SIM | {"msisdn": "abc"}) == SILENT
        assert codes_of(self.SIM, self.SIM | {"msisdn": None}) == SILENT

    def test_spellings(self) -> None:
        for text in ("8984048000012345678F", "'8984048 000012345678", "8984.0480.0001.2345.678f"):
            assert codes_of(self.SIM, {"sim_serial": text}) == both("DUP103")
        assert codes_of(self.SIM, {"sim_serial": "8984048000012345679"}) == SILENT

    @pytest.mark.parametrize("text", ["8.98E+19", "8984", "1" * 17, "1" * 21, "89840480000123456FF"])
    def test_what_is_no_serial(self, text: str) -> None:
        assert codes_of({"sim_serial": text}, {"sim_serial": text}) == SILENT
        assert counted("DUP103", {"sim_serial": text}, self.SIM, self.SIM | {"msisdn": "abc"}) == [False, True, False]

    @pytest.mark.parametrize("digits", [18, 19, 20])
    def test_eighteen_to_twenty_digits(self, digits: int) -> None:
        assert codes_of(*[{"sim_serial": "7" * digits}] * 2) == both("DUP103")


class TestBlocks:
    def sims(self, *tails: str, **last: str | None) -> bool:
        records: list[Record] = [{"sim_serial": "8984048000012345" + tail, "contract_number": "1"} for tail in tails]
        fires = codes_of(*records[:-1], records[-1] | last)
        assert fires in ([{"DUP142"}] * len(tails), [set()] * len(tails))
        return any(fires)

    def test_five_numbers_of_one_block(self) -> None:
        assert self.sims("001", "002", "003", "004", "999")
        assert self.sims("001", "002", "003", "004", "999F")
        assert not self.sims("001", "002", "003", "004")
        assert not self.sims("001", "002", "003", "004", "1999")  # a block of another length

    def test_a_neighbouring_block_is_another(self) -> None:
        serials = [f"898404800001234500{n}" for n in range(4)]
        five = [{"sim_serial": serial, "contract_number": "1"} for serial in [*serials, "8984048000012346000"]]
        assert codes_of(*five) == [set()] * 5

    def test_one_operator_and_identity(self) -> None:
        five = ("001", "002", "003", "004", "005")
        for change in ({"operator": "FPT"}, {"operator": None}, {"id_number": "001090555555"}, {"id_number": None}):
            assert not self.sims(*five, **change)
        assert self.sims(*five, registered_at=None)
        company = {"organisation_name": "VNPT", "organisation_tax_code": TAX_CODE}
        assert self.sims(*five, **company)  # its user's paper is the same

    def test_numbers_that_are_missing_are_neither_counted_nor_listed(self) -> None:
        assert not self.sims("001", "002", "003", "004", "005", msisdn="abc")
        five: list[Record] = [{"sim_serial": f"898404800001234500{n}", "contract_number": "1"} for n in range(5)]
        assert codes_of(*five, five[0] | {"msisdn": None}) == [*[{"DUP142"}] * 5, set()]
        assert counted("DUP142", five[0], five[0] | {"msisdn": None}, {"sim_serial": "8984"}) == [True, False, False]


class TestBurst:
    CLERK: ClassVar[Record] = {"clerk_name": "Lê Thị Hoa", "id_number": None, "registered_at": "10/03/2025 09:30:59"}

    def burst(self, **last: str | None) -> bool:
        fires = codes_of(*[self.CLERK] * 9, self.CLERK | last)
        assert fires in ([{"DUP151"}] * 10, [set()] * 10)
        return fires[0] == {"DUP151"}

    def test_ten_in_a_minute(self) -> None:
        assert self.burst()
        assert self.burst(registered_at="2025-03-10T02:30:00Z")
        assert self.burst(msisdn=None)
        assert not self.burst(registered_at="10/03/2025 09:31:00")
        assert not self.burst(operator="FPT")
        assert not self.burst(operator=None)
        assert not self.burst(clerk_name="LÊ THỊ HOA")

    def test_online_registrations_have_no_clerk(self) -> None:
        assert not self.burst(pos_kind="Trực tuyến")
        assert not self.burst(pos_kind="Chợ")
        assert self.burst(pos_kind=None)
        assert self.burst(pos_kind="Lưu động")

    def test_a_day_is_no_minute(self) -> None:
        assert codes_of(*[self.CLERK | {"registered_at": "10/03/2025"}] * 10) == [set()] * 10
        assert codes_of(*[self.CLERK | {"registered_at": "10/03/2025 00:00"}] * 10) == [{"DUP151"}] * 10

    def test_nobody_is_no_clerk_but_no_operator_is_one(self) -> None:
        assert codes_of(*[self.CLERK | {"clerk_name": "-"}] * 10) == [set()] * 10
        assert codes_of(*[self.CLERK | {"operator": "-"}] * 10) == [{"DUP151"}] * 10

    def test_who_is_counted(self) -> None:
        several = [{}, {"pos_kind": "app"}, {"pos_kind": "Chợ"}, {"pos_kind": None}, {"registered_at": "10/03/2025"}]
        assert counted("DUP151", *[self.CLERK | change for change in several]) == [True, False, False, True, False]


def fired_without(column: str, *changes: Record) -> set[tuple[int, str]]:
    """The last record's file does not have the column."""
    records = records_of(*changes)
    del records[-1][column]
    return check(records, AS_OF).fires


class TestAbsentColumns:
    def test_their_records_join_no_group(self) -> None:
        one, two = {"full_name": "An"}, {"full_name": "Bình"}
        assert codes_of(one, two) == both("DUP121")
        for column in ("full_name", "id_number"):
            assert fired_without(column, one, two) == set()
        for column in (
            "msisdn",
            "date_of_birth",
            "status",
            "id_type",
            "subscriber_kind",
            "connection_kind",
            "operator",
        ):
            assert fired_without(column, one, two) == {(0, "DUP121"), (1, "DUP121")}

    def test_the_fourth_number(self) -> None:
        records = days(*[MORNING] * 4, pos_kind="online")
        fires = {column: {code for _, code in fired_without(column, *records)} for column in COLUMNS}
        assert fires["msisdn"] == fires["id_number"] == fires["registered_at"] == set()
        assert fires["payment_type"] == {"DUP113"}
        assert fires["contract_number"] == {"DUP112", "DUP113"}
        assert fires["pos_kind"] == {"DUP111"}
        for column in ("organisation_tax_code", "subscriber_kind", "status", "terminated_at", "info_updated_at"):
            assert fires[column] == ALL_THREE

    def test_numbers_of_a_file_without_points_do_not_count_for_rules_on_points(self) -> None:
        records = records_of(*days(*[MORNING] * 4, pos_kind="online"))
        del records[0]["pos_kind"]
        assert check(records, AS_OF).fires == {(3, "DUP111")}
        assert {index for index, code in check(records, AS_OF).evaluated if code == "DUP113"} == {1, 2, 3}

    def test_a_file_without_numbers_of_papers_has_tax_codes(self) -> None:
        records = records_of(*days(*[MORNING] * 4, **COMPANY))
        for record in records:
            del record["id_number"]
        assert check(records, AS_OF).fires == {(3, "DUP111"), (3, "DUP112")}
        for record in records:
            del record["organisation_tax_code"]
        assert check(records, AS_OF).fires == set()

    def test_a_burst_needs_no_point_of_sale(self) -> None:
        assert {code for _, code in fired_without("pos_kind", *[TestBurst.CLERK] * 10)} == {"DUP151"}
        assert fired_without("clerk_name", *[TestBurst.CLERK] * 10) == set()

    def test_one_of_two_portraits_is_enough(self) -> None:
        face, other = (
            {"portrait_hash": "ab"},
            {"id_number": "001090555555", "portrait_hash": "xy", "portrait_ref": "ab"},
        )
        assert codes_of(face, other) == SILENT
        assert fired_without("portrait_hash", face, other) == {(0, "DUP131"), (1, "DUP131")}

    def test_an_empty_audit(self) -> None:
        assert check([], dt.date(2026, 1, 1)).fires == set()
