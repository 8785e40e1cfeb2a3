"""The oracle itself: worked cases by hand, and every rule fires and stays silent on messy data."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter

import pytest

from oracles.messy import COLUMNS, messy_records
from oracles.records import (
    MOBILE_PREFIXES,
    RULES,
    Verdict,
    age_on,
    birthday,
    check,
    clean_text,
    document_kind,
    fold,
    fold_country,
    is_garbled,
    is_no_name,
    is_placeholder_number,
    is_tax_code,
    parse_date,
    subscriber_number,
    years_after,
)
from oracles.records import _codes as codes
from oracles.records import _countries as countries
from oracles.records import _holders as holders
from oracles.records import _operators as operators
from oracles.records import _provinces as provinces
from oracles.records import _texts as texts

AS_OF = dt.date(2026, 11, 23)

# Everything is in order: an adult Vietnamese, registered under Decree 163/2024.
GOOD: dict[str, str | None] = {
    "operator": "Viettel",
    "msisdn": "0971234567",
    "full_name": "Nguyễn Văn An",
    "date_of_birth": "15/08/1990",
    "nationality": "Việt Nam",
    "sex": "Nam",
    "id_type": "CCCD",
    "id_number": "001090012345",
    "id_issue_date": "20/05/2021",
    "id_issue_place": "Cục Cảnh sát QLHC về TTXH",
    "address": "Hà Nội",
    "payment_type": "Trả trước",
    "confirmation_ref": "form.pdf",
    "document_scan_ref": "scan.pdf",
    "portrait_ref": "portrait.jpg",
    "portrait_taken_at": "10/03/2025 09:00",
    "registered_at": "10/03/2025 09:30:00",
    "service_started_at": "10/03/2025",
    "status": "Đang hoạt động",
    "clerk_name": "Trần Thị Bình",
    "pos_address": "Hà Nội",
    "pos_phone": "02412345678",
}


# All that has a time, moved to another moment.
TIMES = ("registered_at", "portrait_taken_at", "service_started_at")


def judge(changes: dict[str, str | None], law: str = "auto") -> Verdict:
    return check(GOOD | changes, operator=None, as_of=AS_OF, columns=set(COLUMNS), law=law)


def everything_at(moment: str) -> dict[str, str | None]:
    return dict.fromkeys(TIMES, moment)


ORGANISATION: dict[str, str | None] = {
    "organisation_name": "Công ty A",
    "organisation_tax_code": "0100233488",
}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, set()),
        # Numbers
        ({"msisdn": "0084 971.234.567"}, set()),
        ({"msisdn": "'971234567.0"}, set()),
        ({"msisdn": "01629876543"}, {"NUM103"}),  # 0162 -> 032 Viettel
        ({"msisdn": "01209876543"}, {"NUM103", "NUM105"}),  # 0120 -> 070 MobiFone
        ({"msisdn": "0951234567"}, {"NUM104"}),
        ({"msisdn": "02412345678"}, {"NUM102"}),
        ({"msisdn": "02412345678", "connection_kind": "IoT"}, set()),
        ({"operator": "iTel", "msisdn": "0911234567"}, set()),  # its host network
        ({"operator": "Wintel", "msisdn": "0871234567"}, {"NUM105"}),  # another MVNO
        # The person
        ({"full_name": "Khách  HÀNG"}, {"PER102"}),
        ({"full_name": "Nguyá»…n VÄƒn An"}, {"PER103"}),
        ({"full_name": "H'Hen"}, {"PER104"}),
        ({"date_of_birth": "15/08/90"}, {"PER112"}),
        ({"nationality": "NA"}, {"PER121"}),
        ({"nationality": "Kinh"}, {"PER122"}),
        ({"address": "chưa có"}, {"PER131"}),
        ({"address": None, "nationality": "USA", "id_type": "HC", "id_number": "123456780"}, {"PER131"}),
        # A CMND of 15 years and a day; on the day itself it still counts
        (
            {"id_type": "CMT", "id_number": "012345670", "id_issue_date": "02/12/2009"}
            | everything_at("02/12/2024 08:00"),
            set(),
        ),
        (
            {"id_type": "CMT", "id_number": "012345670", "id_issue_date": "01/12/2009"}
            | everything_at("02/12/2024 08:00"),
            {"ID141"},
        ),
        # Issued at 22: to 25, over since 15/08/2015. Issued within two years of 25: to 40
        ({"id_issue_date": "14/08/2013"}, {"ID124", "ID141"}),
        ({"id_issue_date": "15/08/2013"}, {"ID124"}),
        ({"id_type": "CMND", "id_number": "012345670"}, {"ID142"}),
        ({"id_number": "1090012345"}, {"ID105"}),  # zeros lost, year agrees
        ({"id_number": "1091012345"}, {"ID104"}),  # year disagrees
        ({"id_number": "B1234567", "id_type": "Hộ chiếu"}, {"ID106"}),
        ({"id_number": "001190012345"}, {"ID112"}),
        ({"id_number": "001290012345"}, {"ID111"}),
        ({"id_number": "100090012345"}, {"ID113"}),
        ({"id_type": None}, {"ID102"}),
        ({"id_type": "Chứng minh Công an nhân dân"}, {"ID103"}),
        ({"nationality": "Lào"}, {"ID143"}),
        # Minors: the sixth birthday, then the fifteenth
        (
            {"date_of_birth": "11/03/2019", "id_number": "001019012345", "id_issue_date": "01/01/2025"}
            | {"id_type": "Thẻ căn cước"},
            {"ID111", "MIN102"},
        ),
        (
            {"date_of_birth": "10/03/2019", "id_number": "001219012345", "id_issue_date": "01/01/2025"}
            | {"id_type": "Thẻ căn cước"},
            {"MIN103"},
        ),
        (
            {"date_of_birth": "10/03/2010", "id_number": "001210012345", "id_issue_date": "01/01/2025"}
            | {"id_type": "Thẻ căn cước"},
            set(),
        ),
        # Organisations
        (ORGANISATION, set()),
        (ORGANISATION | {"organisation_tax_code": "0100233489"}, {"ORG103"}),
        (ORGANISATION | {"organisation_tax_code": "001090012345"}, {"ORG103"}),  # before 2025-07-01
        (ORGANISATION | {"id_number": None}, {"ORG104"}),
        (ORGANISATION | {"id_number": None, "connection_kind": "m2m"}, set()),
        # Registration
        ({"payment_type": "Trả sau", "confirmation_ref": None}, set()),
        ({"payment_type": None, "confirmation_ref": None}, {"REG122"}),
        ({"portrait_taken_at": "11/03/2025 09:30:00"}, set()),
        ({"portrait_taken_at": "11/03/2025 09:30:01"}, {"REG113"}),
        ({"portrait_taken_at": "10/03/2025"}, {"REG112"}),
        ({"service_started_at": "10/03/2025 09:29"}, {"REG141"}),
        ({"pos_kind": "app", "clerk_name": None, "pos_address": None, "pos_phone": None}, set()),
        ({"clerk_name": None, "pos_address": None, "pos_phone": None}, {"REG134", "REG135", "REG136"}),
        # 17:00 in Greenwich on 14 April 2026 is 15 April in Viet Nam
        (everything_at("2026-04-14T17:00:00Z"), {"REG151"}),
        (everything_at("2026-04-14T16:59:59Z"), set()),
    ],
)
def test_by_hand(changes: dict[str, str | None], expected: set[str]) -> None:
    assert judge(changes).codes == expected


def test_eras() -> None:
    assert judge(everything_at("23/12/2024 08:00") | {"payment_type": None}).codes == {"REG101"}
    assert judge({"payment_type": None}, law="D49").codes == {"REG101"}
    assert {"REG111", "REG151"} <= judge({}, law="C08").applies
    old = judge({"registered_at": "23/04/2017", "address": None, "nationality": "USA"})
    assert not {"PER131", "REG111"} & old.codes
    assert not {"REG111", "REG151", "MIN102"} & old.applies
    assert "MIN101" in old.applies


def test_absent_columns_are_not_judged() -> None:
    columns = {"msisdn", "registered_at", "consent_ref", "date_of_birth", "id_type"}
    verdict = check(dict(GOOD), operator=None, as_of=AS_OF, columns=columns)
    assert verdict.applies == {
        *("NUM101", "NUM102", "NUM103", "NUM104", "PER111", "PER112", "PER113", "ID103"),
        *("ID142", "MIN103", "REG131", "REG132", "REG133"),
    }
    assert verdict.codes == set()


def test_users_of_organisations() -> None:
    applies = judge(ORGANISATION | {"address": None, "id_issue_place": None}).applies
    assert "PER101" in applies
    assert not {"PER131", "ID101", "ID121", "ID131", "REG111"} & applies
    m2m = judge(ORGANISATION | {"connection_kind": "m2m"}).applies
    assert not any(code.startswith(("PER", "ID", "MIN")) for code in m2m)
    assert not {"NUM102", "ORG104"} & m2m


@pytest.mark.parametrize(
    ("text", "day", "clock"),
    [
        ("1/2/2020", (2020, 2, 1), None),
        ("01.02.2020 09:05", (2020, 2, 1), (9, 5, 0)),
        ("2020/2/1T09:05:07.25", (2020, 2, 1), (9, 5, 7)),
        ("2020-02-01T20:00:00-03:30", (2020, 2, 2), (6, 30, 0)),
        ("2020-02-01 23:30Z", (2020, 2, 2), (6, 30, 0)),
        ("43831", (2020, 1, 1), None),
        ("43831.0", (2020, 1, 1), None),
        ("43831.75", (2020, 1, 1), (18, 0, 0)),
        ("10000", (1927, 5, 18), None),
    ],
)
def test_dates(text: str, day: tuple[int, int, int], clock: tuple[int, int, int] | None) -> None:
    found_day, found_time, valid = parse_date(text)
    assert valid
    assert found_day == dt.date(*day)
    assert (found_time is None) is (clock is None)
    assert found_time is None or (found_time.hour, found_time.minute, found_time.second) == clock


@pytest.mark.parametrize(
    "text",
    (
        *("31/02/2020", "1/2/20", "2020", "1/2-2020", "2020.01.02", "9999", "60001", "0000-01-01"),
        *("01/02/2020 24:00", "01/02/2020 25:61", "12/13/2020", "x 01/02/2020", "n/a", "", "1/2/2020 9:5"),
    ),
)
def test_no_dates(text: str) -> None:
    assert parse_date(text) == (None, None, False)


def test_ages() -> None:
    leap = dt.date(2004, 2, 29)
    assert birthday(leap, 14) == dt.date(2018, 3, 1)
    assert (age_on(leap, dt.date(2018, 2, 28)), age_on(leap, dt.date(2018, 3, 1))) == (13, 14)
    assert years_after(dt.date(2008, 2, 29), 15) == dt.date(2023, 2, 28)


def test_texts() -> None:
    assert clean_text(" \u00a0Nguye\u0302\u0303n \u200b Văn\ufeff ") == "Nguyễn Văn"
    assert [clean_text(text) for text in ("N/A", "KHÔNG\u00a0CÓ", "?", "", None)] == [None] * 5
    assert fold("ĐẶNG  Ðình ƉỖ") == "dang dinh do"
    assert fold_country("Côte d'Ivoire") == "cote d ivoire"
    assert is_no_name("Aa")
    assert not is_no_name("Ab")
    assert is_garbled("Ã´")
    assert not is_garbled("São Ão")
    assert is_placeholder_number("890123")
    assert is_placeholder_number("210987")
    assert not is_placeholder_number("12345")
    assert is_tax_code("0314409058-002")
    assert is_tax_code("0314409058002")
    assert not is_tax_code("0314409058-02")
    assert subscriber_number("84912345678").current == "0912345678"
    assert subscriber_number("(+84) 912 345 678").current == "0912345678"


@pytest.mark.parametrize(
    ("text", "number", "kind"),
    [
        ("CMND/CCCD", "012345678", "cmnd"),
        ("CMND/CCCD", "001090012345", "cccd"),
        ("Giấy chứng nhận căn cước", None, "certificate"),
        ("Thẻ Căn cước", None, "can_cuoc"),
        ("Thẻ căn cước công dân", None, "cccd"),
        ("Chứng minh thư sĩ quan", None, "other"),
        ("VNeID mức 2", None, "e_id"),
        ("HC", None, "passport"),
        ("HCM", None, "other"),
        ("can_cuoc", None, "can_cuoc"),
        (None, "B1234567", "passport"),
        (None, "1234567890", "unknown"),
    ],
)
def test_kinds(text: str | None, number: str | None, kind: str) -> None:
    assert document_kind(text, number) == kind


def test_reference_lists_hold_what_the_contract_lists() -> None:
    assert len(provinces()) == 63
    assert {prefix[:3] for prefix in holders()} == MOBILE_PREFIXES
    missing = "|-|--|.|?|null|none|n/a|na|nil|không có|khong co|chưa có|chua co"
    assert texts("missing") == set(missing.split("|"))
    names = "test|khach hang|chu thue bao|khong ten|unknown|no name|abc|xxx|sim|anonymous"
    assert texts("name_placeholders") == set(names.split("|"))
    listed = {
        ("sex", "male"): "nam|m|male|1",
        ("sex", "female"): "nữ|f|female|0|2",
        ("payment_type", "prepaid"): "trả trước|TT|tra truoc|prepaid|pre",
        ("payment_type", "postpaid"): "trả sau|TS|postpaid|post",
        ("status", "active"): "đang hoạt động|hoạt động|HĐ|2 chiều mở|active",
        ("status", "one_way"): "tạm dừng một chiều|khóa 1 chiều|chặn 1 chiều|one_way",
        ("status", "two_way"): "tạm dừng hai chiều|khóa 2 chiều|chặn 2 chiều|two_way",
        ("status", "terminated"): "chấm dứt|thanh lý|đã hủy|terminated",
        ("subscriber_kind", "individual"): "cá nhân|CN|individual",
        ("subscriber_kind", "organisation"): "tổ chức|doanh nghiệp|TC|DN|organisation|organization",
        ("pos_kind", "own_fixed"): "cửa hàng|điểm cố định của doanh nghiệp|own_fixed",
        ("pos_kind", "own_mobile"): "lưu động|own_mobile",
        ("pos_kind", "authorised"): "ủy quyền|đại lý|authorised",
        ("pos_kind", "online"): "trực tuyến|online|app",
        ("connection_kind", "h2h"): "h2h",
        ("connection_kind", "m2m"): "m2m|iot",
    }
    for (column, code), known in listed.items():
        for text in known.split("|"):
            assert codes()[column, fold(text)] == code
    carriers = "Viettel VinaPhone MobiFone Vietnamobile Gmobile iTel Wintel Local FPT VNSKY"
    assert set(operators().values()) == set(carriers.split())
    assert all(operators()[fold(name)] == name for name in carriers.split())
    assert {countries()[fold_country(text)] for text in ("VN", "vnm", "704", "Việt-Nam")} == {"VN"}


def test_messy_records_exercise_every_rule() -> None:
    records = messy_records(20_000, seed=1)
    fired: Counter[str] = Counter()
    silent: Counter[str] = Counter()
    columns = set(COLUMNS)
    for record in records:
        verdict = check(record, operator=None, as_of=AS_OF, columns=columns)
        assert verdict.codes <= verdict.applies
        fired.update(verdict.codes)
        silent.update(verdict.applies - verdict.codes)
    assert {code: fired[code] for code in RULES if fired[code] < 20} == {}
    assert {code: silent[code] for code in RULES if silent[code] < 20} == {}


def test_messy_records_repeat_and_fit_into_csv() -> None:
    records = messy_records(2_000, seed=7)
    assert records == messy_records(2_000, seed=7)
    assert all(list(record) == COLUMNS for record in records)
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, COLUMNS)
    writer.writerows(records)
    assert len(buffer.getvalue().encode("utf-8").splitlines()) == len(records)
    buffer.seek(0)
    assert [{k: v or None for k, v in row.items()} for row in csv.DictReader(buffer, COLUMNS)] == [
        {k: v or None for k, v in row.items()} for row in records
    ]
