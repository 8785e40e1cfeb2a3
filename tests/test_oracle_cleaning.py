"""The oracle's cleaning, held against the forms that the catalogue lists."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from oracles.dates import age_on, birthday, parse_date, years_after
from oracles.person_names import folded_name, is_garbled, is_no_name
from oracles.record_facts import Facts
from oracles.reference import MOBILE_PREFIXES, country_of, holders, operator_of, place_codes, province_of
from oracles.texts import (
    clean_reference,
    clean_text,
    document_number,
    is_flag,
    is_placeholder_number,
    sim_serial,
    tax_code,
)
from oracles.words import code_of, document_kind

AS_OF = dt.date(2026, 11, 23)
CASES = Path(__file__).parent / "cases"


@pytest.mark.parametrize(
    "text",
    (
        *("", " ", "-", "— –", "...", "_", "***", "?", "…", "/", "- / -", "null", "(NULL)", "<null>", "[Null]", "\\N"),
        *("None", "nil", "N/A", "na", "<NA>", "NaN", "NaT", "#N/A", "#REF!", "#VALUE!", "#NULL!", "#NUM!", "#DIV/0!"),
        *(
            "#NAME?",
            "Không có",
            "KHONG  CO",
            "Chưa có",
            "chua cap nhat",
            "Không rõ",
            "Khong xac dinh",
            '="-"',
            "\ufeff",
        ),
    ),
)
def test_missing(text: str) -> None:
    assert clean_text(text) is None


def test_texts() -> None:
    assert clean_text(" \u00a0Nguye\u0302\u0303n \u200b Văn\ufeff ") == "Nguyễn Văn"
    assert clean_text('="0912345678"') == "0912345678"
    assert clean_text("không") == "không"
    assert [clean_reference(text) for text in ("Không", "NO", "n", "false", "0", "chưa")] == [None] * 6
    assert all(is_flag(str(clean_reference(text))) for text in ("Có", "yes", "Y", "true", "X", "1", "Đã có"))
    assert not is_flag("A1.jpg")


@pytest.mark.parametrize(
    ("text", "form", "number"),
    [
        ("0912345678", "current", "0912345678"),
        ("912345678", "current", "0912345678"),
        ("912345678.0", "current", "0912345678"),
        ("'+84 912-345.678", "current", "0912345678"),
        ("(+84) 912 345 678", "current", "0912345678"),
        ("+84 (0)912345678", "current", "0912345678"),
        ("0084912345678", "current", "0912345678"),
        ("0912.345.000", "current", "0912345000"),
        ("０９１２３４５６７８", "current", "0912345678"),
        ("\u202a0912–345–678\u202c", "current", "0912345678"),
        ("01629876543", "old", "0329876543"),
        ("1629876543", "old", "0329876543"),
        ("841629876543", "old", "0329876543"),
        ("0912345", "malformed", None),
        ("00912345678", "malformed", None),
        ("02412345678", "malformed", None),
        ("612345678", "malformed", None),
        ("091234567O", "malformed", None),
    ],
)
def test_subscriber_numbers(text: str, form: str, number: str | None) -> None:
    assert Facts({"msisdn": text}, None, AS_OF, frozenset({"msisdn"}), "auto").msisdn == (form, number)


def test_other_numbers() -> None:
    assert document_number("'001 090-012.345") == "001090012345"
    assert document_number("12345678.00") == "12345678"
    assert document_number("b1234567") == "B1234567"
    assert document_number("０12345678") == "012345678"
    assert tax_code("0312 68 78 78 - 001") == "0312687878001"
    assert tax_code("100233488") == "0100233488"
    assert [tax_code(text) for text in ("0100233489", "0314409058-000", "x", "0314409058-02")] == [None] * 4
    assert sim_serial("8984 0480 0000 0000 001F") == "8984048000000000001"
    assert sim_serial("8.98E+19") is None
    assert [is_placeholder_number(text) for text in ("890123", "210987", "111111", "12345", "123457")] == [
        *[True] * 3,
        *[False] * 2,
    ]


@pytest.mark.parametrize(
    ("text", "day", "clock"),
    [
        ("1/2/2020", (2020, 2, 1), None),
        ("01.02.2020 09:05", (2020, 2, 1), (9, 5, 0)),
        ("2020.02.01 9:05", (2020, 2, 1), (9, 5, 0)),
        ("2020/2/1T09:05:07.25", (2020, 2, 1), (9, 5, 7)),
        ("2020-02-01T20:00:00-03:30", (2020, 2, 2), (6, 30, 0)),
        ("2020-02-01 23:30Z", (2020, 2, 2), (6, 30, 0)),
        ("01/02/2020 09:05:07 CH", (2020, 2, 1), (21, 5, 7)),
        ("01/02/2020 12:05 SA", (2020, 2, 1), (0, 5, 0)),
        ("01/02/2020 12:05 PM", (2020, 2, 1), (12, 5, 0)),
        ("9:05 01/02/2020", (2020, 2, 1), (9, 5, 0)),
        ("20200201", (2020, 2, 1), None),
        ("20200201090507", (2020, 2, 1), (9, 5, 7)),
        ("01022020", (2020, 2, 1), None),
        ("1022020", (2020, 2, 1), None),
        ("20052010", (2010, 5, 20), None),
        ("01-FEB-2020", (2020, 2, 1), None),
        ("ngày 1 tháng 2 năm 2020", (2020, 2, 1), None),
        ("'01/02/2020", (2020, 2, 1), None),
        ("43831", (2020, 1, 1), None),
        ("43831.75", (2020, 1, 1), (18, 0, 0)),
        ("10000", (1927, 5, 18), None),
    ],
)
def test_dates(text: str, day: tuple[int, int, int], clock: tuple[int, int, int] | None) -> None:
    found = parse_date(text, "registered_at")
    assert found.state == "valid"
    assert found.day == dt.date(*day)
    assert (None if found.time is None else (found.time.hour, found.time.minute, found.time.second)) == clock


@pytest.mark.parametrize(
    "text",
    (
        *("31/02/2020", "1/2/20", "2020", "1/2-2020", "9999", "60001", "0000-01-01", "13/2020", "00/05/2020"),
        *("01/02/2020 24:00", "01/02/2020 25:61", "12/13/2020", "x 01/02/2020", "1/2/2020 9:5", "20-OCT-85"),
        *("1587536700", "12312019"),
    ),
)
def test_no_dates(text: str) -> None:
    assert parse_date(text, "registered_at").state == "invalid"


def test_years_only_and_days_for_nothing() -> None:
    for text in (
        "1990",
        "5/1990",
        "1990-05",
        "00/00/1990",
        "00.05.1990",
        "1990-00-00",
        "1990/05/00",
        "00/00/1990 0:00",
    ):
        assert parse_date(text, "date_of_birth") == ("year", None, None, 1990)
        assert parse_date(text, "id_issue_date").state == "invalid"
    for text in ("0001-01-01", "0000-00-00", "00/01/1900", "1/1/0001 00:00:00"):
        assert {parse_date(text, column).state for column in ("date_of_birth", "id_issue_date")} == {"missing"}
    for text in ("01/01/1900", "1970-01-01T00:00:00", "9999-12-31", "25569", "01-JAN-1970"):
        assert parse_date(text, "terminated_at").state == "missing"
        assert parse_date(text, "date_of_birth").state == "valid"
    assert [parse_date(text, "id_expiry_date").state for text in ("31/12/9999", "KHONG THOI HAN")] == ["never"] * 2
    assert parse_date("không thời hạn", "stay_until").state == "invalid"
    assert parse_date("0000", "date_of_birth").state == "invalid"


def test_ages() -> None:
    leap = dt.date(2004, 2, 29)
    assert birthday(leap, 14) == dt.date(2018, 3, 1)
    assert (age_on(leap, dt.date(2018, 2, 28)), age_on(leap, dt.date(2018, 3, 1))) == (13, 14)
    assert years_after(dt.date(2008, 2, 29), 15) == dt.date(2023, 2, 28)


@pytest.mark.parametrize(
    ("text", "number", "kind"),
    [
        ("CMND/CCCD", "012345678", "cmnd"),
        ("CMND/CCCD", "001090012345", "cccd"),
        ("Căn cước/CCCD", "012345678", "cmnd"),
        ("Giấy chứng nhận căn cước", None, "certificate"),
        ("Thẻ Căn cước", None, "can_cuoc"),
        ("CC", None, "can_cuoc"),
        ("Thẻ căn_cước công dân", None, "cccd"),
        ("Chứng minh thư sĩ quan", None, "military"),
        ("CMTQD", None, "military"),
        ("VNeID mức 2", None, "e_id"),
        ("CMTND", None, "cmnd"),
        ("HC", None, "passport"),
        ("Giấy chứng nhận ĐKDN", None, "legal"),
        ("Mã số thuế", None, "legal"),
        ("Thẻ BHYT", None, "other"),
        ("Loại khác", None, "other"),
        ("HCM", "B1234567", "passport"),
        ("ID", "001090012345", "cccd"),
        ("e_id", None, "e_id"),
        (None, "B1234567", "passport"),
        (None, "1234567890", "unknown"),
    ],
)
def test_kinds(text: str | None, number: str | None, kind: str) -> None:
    assert document_kind(text, number) == kind


def test_kinds_by_day_and_nationality() -> None:
    assert document_kind(None, "001090012345", "VN", dt.date(2015, 12, 31)) == "cmnd"
    assert document_kind(None, "001090012345", "VN", dt.date(2016, 1, 1)) == "cccd"
    assert document_kind(None, "001090012345", "LA", None) == "passport"
    assert document_kind("Căn cước", None, None, dt.date(2024, 6, 30)) == "cccd"
    assert document_kind("Căn cước", None, None, dt.date(2024, 7, 1)) == "can_cuoc"
    assert document_kind("Căn cước", None, None, dt.date(2015, 12, 31)) == "can_cuoc"


@pytest.mark.parametrize(
    ("column", "texts", "code"),
    [
        ("sex", "nam|M|male|1|M - Nam", "male"),
        ("sex", "Nữ|f|0|2", "female"),
        ("sex", "Nam/Nữ|x", None),
        ("payment_type", "Thuê bao trả sau|TB trả sau|TT sau|TS|TSAU|postpay", "postpaid"),
        ("payment_type", "TT|Trả trước|TT trước|pre", "prepaid"),
        ("payment_type", "Trả trước/Trả sau|không trả sau|góp", None),
        ("status", "Khóa 2 chiều|Chặn 2C|Tạm dừng hai chiều|Ngừng 2 chiều|Cắt 2 chiều|two_way", "two_way"),
        ("status", "Khóa 1C|Chặn chiều đi|1 chiều|Một chiều|1C|Hoạt động 1 chiều|Hoạt động chiều đi", "one_way"),
        ("status", "2 chiều mở|Mở khóa 2 chiều|Hoạt động 2C|HĐ|Bình thường|Đã kích hoạt", "active"),
        ("status", "Chấm dứt|Thanh lý|Đã huỷ|Cắt|Thu hồi|cancelled|canceled|deactivated", "terminated"),
        ("status", "Khóa|tạm khóa|2 chiều|Mở khóa|Mở chặn 1 chiều|Chưa hủy|Chưa bị hủy|Ngừng hoạt động", None),
        ("status", "Không còn hoạt động|not active|Chưa khóa 2 chiều|Chưa kích hoạt|inactive", None),
        ("subscriber_kind", "Cá nhân thuộc tổ chức|Doanh nghiệp - CN Hà Nội|KHDN|company", "organisation"),
        ("subscriber_kind", "CN|KHCN|VNS|Khách hàng cá nhân", "individual"),
        ("subscriber_kind", "CN Hà Nội|không phải tổ chức", None),
        ("pos_kind", "Đại lý online|Website|eKYC|Tự đăng ký", "online"),
        ("pos_kind", "Cửa hàng ủy quyền|Đại lý", "authorised"),
        ("pos_kind", "Điểm cố định của doanh nghiệp|own-fixed", "own_fixed"),
        ("connection_kind", "non-h2h|Không phải H2H|IoT", "m2m"),
        ("connection_kind", "H2H", "h2h"),
        ("connection_kind", "not h2h|không phải m2m", None),
        ("usage_kind", "Chính chủ|bản thân", "self"),
        ("usage_kind", "Cá nhân thuộc tổ chức|Nhân viên", "employee"),
        ("matched_name", "Không|Không khớp|Chưa khớp|sai|0", "no"),
        ("matched_name", "Có|khớp|Đúng|1", "yes"),
        ("matched_name", "chưa đúng|2", None),
    ],
)
def test_codes(column: str, texts: str, code: str | None) -> None:
    assert {text: code_of(column, text) for text in texts.split("|")} == dict.fromkeys(texts.split("|"), code)


def test_names() -> None:
    same = [("H'Hen", "H’Hen"), ("K' Sor", "K'Sor"), ("Jean-Luc", "Jean Luc"), ("Hòa.", "Hoà"), ("Lý Mỹ", "Lí Mĩ")]
    same += [("Ông Nguyễn Văn An", "NGUYỄN VĂN AN"), ("Mr. John Smith", "John Smith"), ("ba. Le Van", "Lê Văn")]
    same += [("Ðào Ngọc", "Đào Ngọc"), ("Weiß", "Weiss"), ("Søren Łuk", "Soren Luk")]
    assert [(one, other) for one, other in same if folded_name(one) != folded_name(other)] == []
    assert folded_name("BA VAN AN") == "bavanan"
    assert folded_name("Bá Văn An") == "bavanan"
    assert folded_name("Mr. An") == "mran"
    assert is_no_name("A a")
    assert is_no_name("Khách lẻ")
    assert not is_no_name("Ab")
    garbled = ["Ã´", "Nguy?n", "TrÇn ThÞ B×nh", "Traàn Thò Bình", "Nguy\ufffdn", "Æ°ng"]
    assert [name for name in garbled if not is_garbled(name)] == []
    whole = ["Ð\u00e0o Ngọc", "São Ão", "José García", "Hoà", "Lê Thị Hà", "Đỗ Thúy", "François Müller"]
    assert [name for name in whole if is_garbled(name)] == []


def test_reference_lists_hold_what_the_contract_lists() -> None:
    assert len(place_codes()) == 63
    assert {prefix[:3] for prefix in holders()} == MOBILE_PREFIXES
    for text in ("VN", "vnm", "Việt-Nam", "Vietnamese", "người Việt Nam"):
        assert country_of(text) == "VN"
    assert (country_of("British"), country_of("Mỹ"), country_of("MY"), country_of("Kinh")) == ("GB", "US", "MY", None)
    operators = {"Viettel Telecom": "Viettel", "VNPT VinaPhone": "VinaPhone", "Mobifone KV1": "MobiFone"}
    operators |= {"Vina Phone": "VinaPhone", "Viettel và MobiFone": None, "Xphone": None}
    assert {text: operator_of(text) for text in operators} == operators
    assert province_of("tỉnh Hà Giang") == ("Hà Giang", "Tuyên Quang")
    assert province_of("TP Huế") == province_of("Thừa Thiên Huế")
    names = {province_of(name) for name in ("Hà Nội", "Kiên Giang", "TP. Hồ Chí Minh", "Bình Dương")}
    assert {pair[1] for pair in names if pair} == {"Hà Nội", "An Giang", "TP. Hồ Chí Minh"}
