"""Messy subscriber records, to compare the tool with the oracle.

`messy_records(n, seed)` builds a coherent person and registration first (a `Plan` of typed
values), lets a scenario bend it to the edge of a rule, writes it down in one of the many ways
in which exports write such things, and then damages up to six fields.  Everything drawn is
invented; every value fits into a CSV field (no NUL, no line break).
"""

from __future__ import annotations

import datetime as dt
import random
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

from stdnum.vn import mst


def _words(text: str) -> list[str]:
    return text.split()


COLUMNS = _words(
    "operator msisdn subscriber_kind full_name date_of_birth nationality sex"
    " id_type id_number id_issue_date id_issue_place id_expiry_date address"
    " organisation_name organisation_tax_code organisation_address guardian_name consent_ref"
    " payment_type contract_number confirmation_ref document_scan_ref"
    " portrait_ref portrait_hash portrait_taken_at registered_at authenticated_at"
    " service_started_at terminated_at status clerk_name"
    " pos_code pos_name pos_address pos_phone pos_kind province connection_kind sim_serial"
)

Record = dict[str, str | None]
Random = random.Random

# ---------------------------------------------------------------------------------------------
# What good values are made of

OPERATORS = {
    "Viettel": "032 033 034 035 036 037 038 039 086 096 097 098",
    "VinaPhone": "081 082 083 084 085 088 091 094",
    "MobiFone": "070 076 077 078 079 089 090 093 030 051",
    "Vietnamobile": "052 056 058 092",
    "Gmobile": "059 099",
    "iTel": "087 081 091",
    "Wintel": "055 088",
    "Local": "089",
    "FPT": "077",
    "VNSKY": "077 089",
}
OLD_PREFIXES = _words(
    "0120 0121 0122 0123 0124 0125 0126 0127 0128 0129 0162 0163 0164 0165 0166 0167 0168 0169 0186 0188 0199"
)
PROVINCES = _words(
    "001 002 004 006 008 010 011 012 014 015 017 019 020 022 024 025 026 027 030 031 033 034 035"
    " 036 037 038 040 042 044 045 046 048 049 051 052 054 056 058 060 062 064 066 067 068 070 072"
    " 074 075 077 079 080 082 083 084 086 087 089 091 092 093 094 095 096"
)
FAMILY = _words("Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Ưng Ông")
MIDDLE = _words("Văn Thị Đức Minh Ngọc Hữu Thanh Quốc Xuân Thúy")
GIVEN = _words("An Bình Châu Dũng Đạt Giang Hà Hùng Khánh Lan Mai Nam Oanh Phúc Quý Sơn Thủy Ý Ánh")
ETHNIC = ["H'Hen Niê", "K'Sor Y Bhăm", "Y Moan Ênuôl", "H'Hen", "K'Sor", "Y Bih Alêô"]
FOREIGN_NAMES = ["John Smith", "Anne-Marie O'Neill", "Kim Min Ji", "李 小龙", "Иван Петров", "Suzuki"]
VIETNAMESE = [
    "Việt Nam",
    "VIỆT NAM",
    "VN",
    "VNM",
    "Vietnam",
    "Viet Nam",
    "vn",
    "704",
    "Việt-Nam",
]
FOREIGN = [
    "KR",
    "Hàn Quốc",
    "Korea, Republic of",
    "USA",
    "us",
    "Hoa Kỳ",
    "Japan",
    "Nhật Bản",
    "CHN",
    "Trung Quốc",
    "LAO",
    "Lào",
    "France",
    "Pháp",
    "840",
    "Đức",
    "Côte d'Ivoire",
    "GBR",
]
NO_COUNTRY = ["Kinh", "Atlantis", "XX", "ZZZ", "Việt", "000", "999", "V", "Viet Nam Nam", "Đông Lào"]
PLACES = [
    "Công an TP Hà Nội",
    "CA tỉnh Nghệ An",
    "Cục Cảnh sát ĐKQL cư trú và DLQG về dân cư",
    "Cục Cảnh sát QLHC về TTXH",
    "Bộ Công an",
    "Cục Quản lý xuất nhập cảnh",
]
ADDRESSES = ["12 Lê Lợi, Quận 1, TP. Hồ Chí Minh", "Thôn 3, xã Ea Tu, Đắk Lắk", "Số 5 ngõ 7, Hà Nội"]
COMPANIES = ["Công ty TNHH Ánh Dương", "UBND xã Đông Hưng", 'Công ty CP "Sao Mai"', "VNPT Bình Định"]

KIND_TEXTS = {
    "cmnd": [
        "CMND",
        "cmnd",
        "CMT",
        "Chứng minh nhân dân",
        "Giấy CMND",
        "Chứng minh thư",
        "CMND 9 số",
        "CMND/CCCD",
        "Chứng minh nhân dân / Căn cước công dân",
        "GIẤY CHỨNG MINH NHÂN DÂN",
    ],
    "cccd": [
        "CCCD",
        "cccd",
        "Căn cước công dân",
        "Thẻ căn cước công dân",
        "CCCD gắn chip",
        "CMND/CCCD",
        "CCCD/CMT",
        "Thẻ CCCD",
        "CĂN CƯỚC CÔNG DÂN",
        "can cuoc cong dan",
    ],
    "can_cuoc": ["Thẻ căn cước", "Căn cước", "can_cuoc", "THẺ CĂN CƯỚC", "Thẻ Căn Cước mới"],
    "e_id": ["Căn cước điện tử", "VNeID", "Tài khoản định danh điện tử", "e_id", "VNEID mức 2"],
    "certificate": ["Giấy chứng nhận căn cước", "certificate", "GIẤY CHỨNG NHẬN CĂN CƯỚC"],
    "passport": ["Hộ chiếu", "hộ chiếu phổ thông", "Passport", "HC", "PP", "Hộ chiếu/Passport"],
    "other": [
        "GTTT",
        "Giấy khai sinh",
        "Chứng minh sĩ quan",
        "Chứng minh quân nhân chuyên nghiệp",
        "Giấy chứng minh Công an nhân dân",
        "Chứng minh thư quân đội",
        "Bằng lái xe",
        "other",
        "Khác",
        "CMNDX",
        "HCM",
        "APP",
        "Thẻ sinh viên",
        "CMND sĩ quan quân đội",
    ],
}
OTHER_KIND_TEXTS = [
    "CCCD/Hộ chiếu",
    "CMND/Thẻ căn cước",
    "Đ CCCD",
    "Căn  cước  công dân",
    "(CMND)",
    "CMND-CCCD",
    "Ðịnh danh điện tử",
    "Hộ chiếu (PP)",
    "CMND/CCCD/Hộ chiếu",
    "CMND,CCCD",
    "cmt.",
    "1",
]

MISSING: list[str | None] = [
    None,
    None,
    None,
    "",
    " ",
    "-",
    "--",
    ".",
    "?",
    "NULL",
    "null",
    "None",
    "n/a",
    "N/A",
    "NA",
    "na",
    "nil",
    "NIL",
    "Không có",
    "KHÔNG CÓ",
    "không  có",
    "khong co",
    "Chưa có",
    "chua co",
    "\u00a0",
    "\u200b",
    "\ufeff",
    " \u00a0- ",
    unicodedata.normalize("NFD", "không có"),
    unicodedata.normalize("NFD", "CHƯA CÓ"),
    "Khong\u00a0Co",
]

PAYMENT = {
    "prepaid": ["Trả trước", "TT", "tra truoc", "prepaid", "pre", "PREPAID", "TRẢ TRƯỚC", "tt"],
    "postpaid": ["Trả sau", "TS", "postpaid", "post", "TRẢ SAU", "Postpaid"],
}
STATUS = {
    "active": ["Đang hoạt động", "Hoạt động", "HĐ", "2 chiều mở", "active", "ĐANG HOẠT ĐỘNG"],
    "one_way": ["Tạm dừng một chiều", "Khóa 1 chiều", "Chặn 1 chiều", "one_way", "Khoá 1 chiều"],
    "two_way": ["Tạm dừng hai chiều", "Khóa 2 chiều", "Chặn 2 chiều", "two_way"],
    "terminated": ["Chấm dứt", "Thanh lý", "Đã hủy", "terminated", "THANH LÝ", "Đã huỷ"],
}
SEX = {
    "male": ["Nam", "nam", "M", "m", "male", "1", "NAM", "Male"],
    "female": ["Nữ", "nữ", "F", "female", "0", "2", "NỮ", "nu"],
}
SUBSCRIBER = {
    "individual": ["Cá nhân", "CN", "individual", "CÁ NHÂN", None],
    "organisation": ["Tổ chức", "Doanh nghiệp", "TC", "DN", "organisation", "organization", None],
}
POS_KIND = {
    "own_fixed": ["Cửa hàng", "Điểm cố định của doanh nghiệp", "own_fixed", "CỬA HÀNG"],
    "own_mobile": ["Lưu động", "own_mobile"],
    "authorised": ["Ủy quyền", "Đại lý", "authorised", "ĐẠI LÝ"],
    "online": ["Trực tuyến", "online", "app", "Online"],
}
OPERATOR_TEXTS = {"Viettel": ["VIETTEL", "viettel"], "VinaPhone": ["Vinaphone", "VINAPHONE"]}

# ---------------------------------------------------------------------------------------------
# Days


def _years(day: dt.date, years: int) -> dt.date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return dt.date(day.year + years, 3, 1)


def _days(day: dt.date, days: int) -> dt.date:
    return day + dt.timedelta(days=days)


def _near(rng: Random, day: dt.date) -> dt.date:
    """That very day, or a day or two off."""
    return _days(day, rng.choice([0, 0, 0, -1, -1, 1, 1, -2, 2]))


def _between(rng: Random, first: dt.date, last: dt.date) -> dt.date:
    return _days(first, rng.randint(0, max(0, (last - first).days)))


def _at(rng: Random, day: dt.date) -> dt.datetime:
    time = dt.time(rng.randint(7, 21), rng.randint(0, 59), rng.randint(0, 59))
    return dt.datetime.combine(day, time)


ERA_EDGES = [
    dt.date(2017, 4, 23),
    dt.date(2017, 4, 24),
    dt.date(2024, 12, 23),
    dt.date(2024, 12, 24),
    dt.date(2024, 12, 31),
    dt.date(2025, 1, 1),
    dt.date(2025, 6, 30),
    dt.date(2025, 7, 1),
    dt.date(2026, 4, 14),
    dt.date(2026, 4, 15),
]


def _registration_day(rng: Random) -> dt.date:
    draw = rng.random()
    if draw < 0.08:
        return rng.choice(ERA_EDGES)
    if draw < 0.20:
        return _between(rng, dt.date(2009, 1, 1), dt.date(2017, 4, 23))
    if draw < 0.52:
        return _between(rng, dt.date(2017, 4, 24), dt.date(2024, 12, 23))
    if draw < 0.75:
        return _between(rng, dt.date(2024, 12, 24), dt.date(2026, 4, 14))
    return _between(rng, dt.date(2026, 4, 15), dt.date(2026, 11, 22))


# ---------------------------------------------------------------------------------------------
# The coherent record


@dataclass
class Plan:
    """A registration with nothing wrong in it, typed."""

    carrier: str
    number: str
    registered: dt.datetime
    born: dt.date
    sex: str
    nationality: str
    foreign: bool
    name: str
    id_kind: str = "cccd"
    id_number: str = ""
    issued: dt.date = dt.date(2021, 1, 1)
    expires: dt.date | None = None
    organisation: bool = False
    with_user: bool = True
    m2m: bool = False
    guardian: bool = False
    consent: bool = False
    payment: str = "prepaid"
    contract: bool = False
    confirmation: bool = True
    portrait: dt.datetime | None = None
    started: dt.datetime | None = None
    terminated: dt.datetime | None = None
    status: str = "active"
    pos_kind: str = "own_fixed"
    raw: Record = field(default_factory=dict)  # texts that a scenario has already written


def _person_name(rng: Random) -> str:
    return f"{rng.choice(FAMILY)} {rng.choice(MIDDLE)} {rng.choice(GIVEN)}"


def _digits(rng: Random, count: int) -> str:
    return "".join(rng.choice("0123456789") for _ in range(count))


def _personal_number(rng: Random, born: dt.date, sex: str, place: str | None = None) -> str:
    century = 2 * (born.year // 100 - 19) + (sex == "female")
    place = place or rng.choice(PROVINCES)
    return f"{place}{century % 10}{born.year % 100:02d}{_digits(rng, 6)}"


def _age(born: dt.date, day: dt.date) -> int:
    return day.year - born.year - (day < _years(born, day.year - born.year))


def _document(rng: Random, plan: Plan) -> None:
    """A paper that is right for the person on the day of registration."""
    day = plan.registered.date()
    age = _age(plan.born, day)
    kinds = []
    if plan.foreign:
        kinds = ["passport", "passport", "passport", "e_id"]
    else:
        if age >= 15 and day <= dt.date(2024, 12, 31):
            kinds += ["cmnd", "cmnd"]
        if age >= 15 and day >= dt.date(2016, 6, 1):
            kinds += ["cccd", "cccd", "cccd"]
        if day >= dt.date(2024, 8, 1):
            kinds += ["can_cuoc", "can_cuoc", "e_id", "certificate"]
        kinds += ["passport"]
    plan.id_kind = rng.choice(kinds)
    earliest = {
        "cmnd": max(_years(plan.born, 14), _years(day, -14)),
        "cccd": max(_years(plan.born, 14), dt.date(2016, 1, 1)),
        "can_cuoc": max(plan.born, dt.date(2024, 7, 1)),
        "e_id": max(plan.born, dt.date(2024, 7, 1)),
        "certificate": max(plan.born, dt.date(2024, 7, 1)),
        "passport": max(plan.born, _years(day, -4)),
    }[plan.id_kind]
    plan.issued = _between(rng, min(earliest, day), day)
    if plan.id_kind == "cmnd" and rng.random() < 0.7:
        plan.id_number = rng.choice("0123") + _digits(rng, 8)
    elif plan.id_kind == "passport":
        plan.id_number = _passport_number(rng, plan.foreign)
    else:
        plan.id_number = _personal_number(rng, plan.born, plan.sex)
    if rng.random() < 0.3:
        plan.expires = _between(rng, day, _years(day, 12))


def _passport_number(rng: Random, foreign: bool) -> str:
    if foreign and rng.random() < 0.6:
        return rng.choice(
            [
                _digits(rng, 9),
                "M" + _digits(rng, 8),
                "AB" + _digits(rng, 7),
                _digits(rng, 5),
                "X" + _digits(rng, 3) + "YZ" + _digits(rng, 2),
            ]
        )
    return rng.choice("BCNPKE") + _digits(rng, rng.choice([7, 8]))


def _plan(rng: Random) -> Plan:
    day = _registration_day(rng)
    draw = rng.random()
    if draw < 0.10:
        born = _near(rng, _years(day, -rng.randint(1, 16)))
    elif draw < 0.13:
        born = dt.date(rng.choice([1952, 1984, 1996, 2000, 2004]), 2, 29)
    else:
        born = _between(rng, _years(day, -75), _years(day, -18))
    carrier = rng.choices(list(OPERATORS), weights=[30, 20, 20, 6, 4, 5, 4, 3, 3, 3])[0]
    foreign = rng.random() < 0.09
    sex = rng.choice(["male", "female"])
    name = rng.choice(FOREIGN_NAMES) if foreign else rng.choice(ETHNIC) if rng.random() < 0.05 else _person_name(rng)
    plan = Plan(
        carrier=carrier,
        number=rng.choice(OPERATORS[carrier].split()) + _digits(rng, 7),
        registered=_at(rng, day),
        born=born,
        sex=sex,
        nationality=rng.choice(FOREIGN if foreign else VIETNAMESE),
        foreign=foreign,
        name=name,
    )
    _document(rng, plan)
    age = _age(born, day)
    plan.guardian = age < 14 or (age < 15 and rng.random() < 0.5)
    plan.consent = age < 15 and (rng.random() < 0.5 or not plan.guardian)
    plan.organisation = rng.random() < 0.12
    plan.m2m = rng.random() < (0.4 if plan.organisation else 0.02)
    plan.with_user = plan.organisation and not plan.m2m
    plan.payment = rng.choices(["prepaid", "postpaid"], weights=[3, 1])[0]
    plan.contract = plan.payment == "postpaid" or rng.random() < 0.2
    plan.confirmation = not plan.contract or rng.random() < 0.5
    plan.portrait = plan.registered - dt.timedelta(minutes=rng.randint(1, 30))
    plan.started = plan.registered + dt.timedelta(minutes=rng.randint(0, 3000))
    plan.pos_kind = rng.choices(list(POS_KIND), weights=[5, 1, 3, 2])[0]
    draw = rng.random()
    if draw < 0.08:
        plan.status = "terminated"
        plan.terminated = plan.started + dt.timedelta(days=rng.randint(1, 900))
    elif draw < 0.16:
        plan.status = rng.choice(["one_way", "two_way"])
    return plan


# ---------------------------------------------------------------------------------------------
# Scenarios: one thing at the edge of a rule, or over it


def _registered_on(rng: Random, plan: Plan, day: dt.date) -> None:
    """Another registration day, with everything that goes by it."""
    shift = dt.datetime.combine(day, plan.registered.time()) - plan.registered
    plan.registered += shift
    if plan.portrait is not None:
        plan.portrait += shift
    if plan.started is not None:
        plan.started += shift


def _card_at_milestone(rng: Random, plan: Plan) -> None:
    kind = rng.choice(["cccd", "can_cuoc"])
    milestone = rng.choice([25, 40, 60] if kind == "cccd" else [14, 25, 40, 60])
    start = dt.date(2016, 1, 1) if kind == "cccd" else dt.date(2024, 7, 1)
    plan.foreign, plan.nationality, plan.id_kind, plan.expires = False, "VN", kind, None
    window_end = dt.date(2026, 11, 20)
    milestone_day = _between(rng, _years(start, 1), window_end)
    plan.born = _years(milestone_day, -milestone)
    if rng.random() < 0.15:
        leap = rng.choice([1960, 1964, 1984, 1996, 2000, 2012] if kind == "cccd" else [1984, 2000])
        plan.born = dt.date(leap, 2, 29)
        milestone_day = _years(plan.born, milestone)
    window = _years(milestone_day, -2)
    plan.issued = rng.choice(
        [
            _near(rng, window),
            _between(rng, max(start, _years(window, -6)), max(start, window)),
            _between(rng, max(start, window), max(start, milestone_day)),
        ]
    )
    plan.id_number = _personal_number(rng, plan.born, plan.sex)
    _registered_on(rng, plan, min(_near(rng, milestone_day), window_end))


def _cmnd_at_fifteen_years(rng: Random, plan: Plan) -> None:
    day = _between(rng, dt.date(2012, 1, 1), dt.date(2024, 12, 31))
    _registered_on(rng, plan, day)
    plan.foreign, plan.nationality, plan.id_kind, plan.expires = False, "Việt Nam", "cmnd", None
    plan.born = _between(rng, dt.date(1950, 1, 1), dt.date(1980, 1, 1))
    plan.issued = _near(rng, _years(day, -15))
    if rng.random() < 0.1:
        plan.issued = dt.date(2008, 2, 29)
        _registered_on(rng, plan, _near(rng, dt.date(2023, 2, 28)))
    plan.id_number = rng.choice("0123") + _digits(rng, 8)


EXTENSION_EDGES = [dt.date(2024, 1, 14), dt.date(2024, 1, 15), dt.date(2024, 6, 29), dt.date(2024, 6, 29)]


def _extension_of_2024(rng: Random, plan: Plan) -> None:
    end = _between(rng, dt.date(2024, 1, 10), dt.date(2024, 7, 5))
    end = rng.choice([end, end, *EXTENSION_EDGES])
    _registered_on(rng, plan, rng.choice([*[_near(rng, dt.date(2024, 6, 30))] * 2, _near(rng, end), _days(end, 20)]))
    plan.foreign, plan.nationality = False, "VN"
    plan.id_kind = rng.choice(["cmnd", "cccd", "passport", "can_cuoc"])
    plan.born = dt.date(1970, 5, 5)
    plan.id_number = _personal_number(rng, plan.born, plan.sex)
    plan.issued = _years(end, -15 if plan.id_kind == "cmnd" else -6)
    plan.expires = None if plan.id_kind == "cmnd" and rng.random() < 0.7 else end


def _printed_expiry(rng: Random, plan: Plan) -> None:
    plan.expires = _near(rng, plan.registered.date())


def _passport_at_its_end(rng: Random, plan: Plan) -> None:
    plan.id_kind, plan.expires = "passport", None
    plan.id_number = _passport_number(rng, plan.foreign)
    day = plan.registered.date()
    if rng.random() < 0.5:
        plan.issued = _near(rng, _years(day, -10))
    else:
        plan.issued = _near(rng, _years(day, -5))
        plan.born = _near(rng, _years(plan.issued, -rng.choice([3, 13, 14, 14, 14])))


def _child(rng: Random, plan: Plan) -> None:
    day = plan.registered.date()
    if rng.random() < 0.2:
        year = rng.choice([2008, 2012, 2016, 2020])
        plan.born = dt.date(year, 2, 29)
        age = rng.choice([6, 14, 15, 14])
        day = rng.choice([dt.date(year + age, 2, 28), dt.date(year + age, 3, 1)])
        _registered_on(rng, plan, min(day, dt.date(2026, 11, 1)))
    else:
        plan.born = _near(rng, _years(day, -rng.choice([0, 1, 3, 5, 6, 6, 6, 9, 13, 14, 14, 15, 15])))
    plan.id_kind = rng.choice(["can_cuoc", "passport", "cccd", "e_id"])
    plan.id_number = (
        _passport_number(rng, False) if plan.id_kind == "passport" else _personal_number(rng, plan.born, plan.sex)
    )
    plan.guardian = rng.random() < 0.4
    plan.consent = rng.random() < 0.4


def _issue_at_fourteen(rng: Random, plan: Plan) -> None:
    plan.id_kind = rng.choice(["cmnd", "cccd", "cccd", "can_cuoc"])
    plan.issued = _near(rng, _years(plan.born, rng.choice([14, 14, 14, 10])))
    if rng.random() < 0.3:
        plan.born = dt.date(rng.choice([2004, 2008]), 2, 29)
        plan.issued = dt.date(plan.born.year + 14, *rng.choice([(2, 28), (3, 1), (2, 27)]))
    if plan.id_kind != "cmnd" or rng.random() < 0.5:
        plan.id_number = _personal_number(rng, plan.born, plan.sex)
    else:
        plan.id_number = "02" + _digits(rng, 7)


def _issue_impossible(rng: Random, plan: Plan) -> None:
    choice = rng.randrange(3)
    if choice == 0:
        plan.issued = _near(rng, plan.born)
    elif choice == 1:
        plan.id_kind, plan.issued = "cccd", _near(rng, dt.date(2016, 1, 1))
    else:
        plan.id_kind, plan.issued = "can_cuoc", _near(rng, dt.date(2024, 7, 1))
    if choice:
        plan.id_number = _personal_number(rng, plan.born, plan.sex)


def _issue_after_registration(rng: Random, plan: Plan) -> None:
    plan.issued = _near(rng, plan.registered.date())


def _late_cmnd(rng: Random, plan: Plan) -> None:
    edge = [dt.date(2024, 12, 31), dt.date(2025, 1, 1), dt.date(2025, 6, 1), dt.date(2026, 5, 1)]
    _registered_on(rng, plan, rng.choice(edge))
    plan.id_kind = "cmnd"
    plan.issued = _between(rng, dt.date(2012, 1, 1), dt.date(2020, 1, 1))
    plan.id_number = "02" + _digits(rng, 7) if rng.random() < 0.7 else _personal_number(rng, plan.born, plan.sex)


def _foreigner(rng: Random, plan: Plan) -> None:
    plan.foreign, plan.nationality = True, rng.choice(FOREIGN + NO_COUNTRY)
    plan.id_kind = rng.choice(["cmnd", "cccd", "can_cuoc", "e_id", "certificate", "passport"])
    if plan.id_kind == "passport":
        plan.id_number = _passport_number(rng, True)


def _organisation(rng: Random, plan: Plan) -> None:
    plan.organisation = True
    plan.m2m = rng.random() < 0.3
    plan.with_user = rng.random() < 0.5
    plan.raw["organisation_tax_code"] = _tax_code(rng)
    if rng.random() < 0.2:
        _registered_on(rng, plan, _near(rng, dt.date(2025, 7, 1)))
        plan.raw["organisation_tax_code"] = _digits(rng, 12)
    if rng.random() < 0.2:
        plan.raw["organisation_name"] = rng.choice(MISSING)
        plan.raw["subscriber_kind"] = rng.choice(["Tổ chức", "DN", None])


def _tax_code(rng: Random) -> str:
    while True:
        body = _digits(rng, 9)
        check = mst.calc_check_digit(body)
        if len(check) == 1:
            break
    good = body + check
    wrong = body + str((int(check) + rng.randint(1, 9)) % 10)
    return rng.choice(
        [
            good,
            good,
            good,
            good + "-001",
            good + "001",
            good + "-123",
            wrong,
            wrong,
            wrong + "-001",
            good[:9],
            good + "-01",
            good + "1",
            "0" + _digits(rng, 11),
            "001099012345",
            f" {good} ",
            good + "--001",
            f"\u200b{good}",
            good + "\u00a0",
            "MST" + good,
            good[:3] + "." + good[3:],
            "0100233488",
            "0314409058-002",
        ]
    )


def _lost_zeros(rng: Random, plan: Plan) -> None:
    place = rng.choice(["001", "002", "004", "008", "010", "027", "079", "096", "003", "099", "000"])
    born = plan.born if rng.random() < 0.7 else _years(plan.born, rng.choice([1, -1, 10, -3]))
    number = _personal_number(rng, born, plan.sex, place)
    plan.id_number = str(int(number))
    plan.id_kind = rng.choice(["cccd", "can_cuoc", "e_id", "certificate", "cmnd", "passport"])
    if rng.random() < 0.3:
        plan.raw["id_type"] = rng.choice(MISSING)
    if rng.random() < 0.1:
        plan.id_number += ".0"


def _number_disagrees(rng: Random, plan: Plan) -> None:
    if plan.id_kind not in {"cccd", "can_cuoc", "e_id", "certificate"}:
        plan.id_kind = "cccd"
    born, sex, place = plan.born, plan.sex, None
    choice = rng.randrange(4)
    if choice == 0:
        born = _years(born, rng.choice([-1, 1, 2, 100 if born.year < 1990 else -100, 10]))
    elif choice == 1:
        sex = "male" if sex == "female" else "female"
    elif choice == 2:
        place = rng.choice(["003", "005", "097", "099", "100", "253", "000", "999"])
    plan.id_number = _personal_number(rng, born, sex, place)
    if choice == 3:
        at = rng.randrange(12)
        plan.id_number = plan.id_number[:at] + rng.choice("0123456789") + plan.id_number[at + 1 :]


def _placeholder(rng: Random, plan: Plan) -> None:
    digit = rng.choice("0123456789")
    up, down = "0123456789" * 3, "9876543210" * 3
    length = rng.choice([9, 9, 12, 12, 12, 8, 6, 5, 10, 11])
    start = rng.randrange(10)
    plan.id_number = rng.choice(
        [
            digit * length,
            up[start : start + length],
            down[start : start + length],
            "B" + digit * 7,
            "C" + up[start : start + rng.choice([7, 8])],
            "123456789",
            "012345678901",
            digit * (length - 1) + rng.choice("0123456789"),
            up[start : start + length - 1] + rng.choice("0123456789"),
            "0123456788",
        ]
    )


def _old_number(rng: Random, plan: Plan) -> None:
    prefix = rng.choice([*OLD_PREFIXES, *OLD_PREFIXES, "0130", "0161", "0187", "0198"])
    plan.number = prefix + _digits(rng, 7)


def _odd_number(rng: Random, plan: Plan) -> None:
    plan.number = rng.choice(
        [
            "095" + _digits(rng, 7),
            "031" + _digits(rng, 7),
            "050" + _digits(rng, 7),
            "053" + _digits(rng, 7),
            "071" + _digits(rng, 7),
            "080" + _digits(rng, 7),
            "099" + _digits(rng, 7),
            "0" + rng.choice("35789") + rng.choice("0123456789") + _digits(rng, 7),
            "024" + _digits(rng, 8),
            "1900" + _digits(rng, 4),
            "0163" + _digits(rng, 6),
        ]
    )


def _portrait_time(rng: Random, plan: Plan) -> None:
    second = dt.timedelta(seconds=1)
    day = dt.timedelta(hours=24)
    plan.portrait = plan.registered + rng.choice(
        [day, day + second, day - second, 2 * day, 30 * day, -day, -30 * day, dt.timedelta(0)]
    )
    if rng.random() < 0.3:
        plan.raw["portrait_taken_at"] = _date_text(rng, plan.portrait.date())
    if rng.random() < 0.2:
        plan.raw["registered_at"] = _date_text(rng, plan.registered.date())


def _service_time(rng: Random, plan: Plan) -> None:
    second = dt.timedelta(seconds=1)
    plan.started = plan.registered + rng.choice(
        [dt.timedelta(0), -second, second, -3600 * second, -86400 * second, 86400 * second]
    )
    if rng.random() < 0.3:
        plan.raw["service_started_at"] = _date_text(rng, plan.started.date())
    if rng.random() < 0.2:
        plan.raw["registered_at"] = _date_text(rng, plan.registered.date())


def _birth_implausible(rng: Random, plan: Plan) -> None:
    day = plan.registered.date()
    plan.born = rng.choice(
        [
            _near(rng, day),
            _days(day, rng.randint(1, 4000)),
            _near(rng, _years(day, -120)),
            _years(day, -rng.randint(115, 200)),
        ]
    )
    if rng.random() < 0.2:
        plan.raw["registered_at"] = rng.choice([*MISSING, "31/02/2020"])
        plan.born = _near(rng, rng.choice([dt.date(2026, 11, 23), dt.date(1906, 11, 23)]))


def _future(rng: Random, plan: Plan) -> None:
    days = [dt.date(2026, 11, 23), dt.date(2026, 11, 24), dt.date(2027, 1, 1), dt.date(2062, 1, 1)]
    _registered_on(rng, plan, rng.choice(days))


def _nobody(rng: Random, plan: Plan) -> None:
    plan.raw["full_name"] = _bad_name(rng, plan.name)


def _plain_user(rng: Random, plan: Plan) -> None:
    """Papers as before, but the kind is left to the number."""
    plan.raw["id_type"] = rng.choice(MISSING)


def _paper_and_kind_apart(rng: Random, plan: Plan) -> None:
    plan.id_kind = rng.choice(list(KIND_TEXTS))
    plan.id_number = rng.choice(
        [
            _digits(rng, 9),
            _digits(rng, 12),
            _digits(rng, 10),
            _digits(rng, 8),
            _digits(rng, 13),
            "B" + _digits(rng, 7),
            "P" + _digits(rng, 8),
            "AB" + _digits(rng, 6),
            "AB" + _digits(rng, 8),
            "A" + _digits(rng, 3),
            "B1234-" + _digits(rng, 4),
            "ABCDEF",
        ]
    )


SCENARIOS: list[Callable[[Random, Plan], None]] = [
    _card_at_milestone,
    _cmnd_at_fifteen_years,
    _extension_of_2024,
    _printed_expiry,
    _passport_at_its_end,
    _child,
    _child,
    _issue_at_fourteen,
    _issue_impossible,
    _issue_after_registration,
    _late_cmnd,
    _foreigner,
    _organisation,
    _organisation,
    _lost_zeros,
    _number_disagrees,
    _number_disagrees,
    _placeholder,
    _old_number,
    _odd_number,
    _portrait_time,
    _service_time,
    _birth_implausible,
    _future,
    _nobody,
    _plain_user,
    _paper_and_kind_apart,
]

# ---------------------------------------------------------------------------------------------
# Writing a plan down, in one of the ways that are all fine


def _text(rng: Random, text: str) -> str:
    """The same text, as exports have it."""
    draw = rng.random()
    if draw < 0.80:
        return text
    if draw < 0.84:
        return unicodedata.normalize("NFD", text)
    if draw < 0.87:
        return text.replace(" ", rng.choice(["  ", "\u00a0", " \u00a0 ", "\t"]))
    if draw < 0.90:
        at = rng.randint(0, len(text))
        # Not between a letter and its mark: the text is NFC here.
        return text[:at] + rng.choice(["\u200b", "\ufeff", "\u2060", "\u200d"]) + text[at:]
    if draw < 0.94:
        return rng.choice([" ", "  ", "\u00a0", "\ufeff"]) + text + rng.choice(["", " ", "\u00a0"])
    return text.upper() if draw < 0.97 else text.lower()


def _serial(day: dt.date) -> int:
    return (day - dt.date(1899, 12, 30)).days


def _date_text(rng: Random, day: dt.date) -> str:
    year = f"{day.year:04d}"
    mark = rng.choice("///--.")
    iso = rng.choice("---/")
    forms = [
        f"{day.day:02d}{mark}{day.month:02d}{mark}{year}",
        f"{day.day:02d}/{day.month:02d}/{year}",
        f"{day.day:02d}/{day.month:02d}/{year}",
        f"{day.day}{mark}{day.month}{mark}{year}",
        f"{year}{iso}{day.month:02d}{iso}{day.day:02d}",
        f"{year}{iso}{day.month}{iso}{day.day}",
    ]
    if 10000 <= _serial(day) <= 60000 and rng.random() < 0.15:
        return str(_serial(day))
    return rng.choice(forms)


def _birth_text(rng: Random, day: dt.date) -> str:
    if rng.random() < 0.9:
        return _date_text(rng, day)
    return rng.choice(
        [
            f"{day.day:02d}/{day.month:02d}/{day.year:04d} 00:00:00",
            f"{day.year:04d}-{day.month:02d}-{day.day:02d}T00:00:00",
            f"{day.year:04d}-{day.month:02d}-{day.day:02d}T00:00:00.000Z",
            f"{day.year:04d}-{day.month:02d}-{day.day:02d} 00:00:00+07:00",
        ]
    )


def _moment_text(rng: Random, moment: dt.datetime) -> str:
    day = moment.date()
    if rng.random() < 0.08 and 10000 <= _serial(day) < 60000:
        seconds = (moment - dt.datetime.combine(day, dt.time())).seconds
        return f"{_serial(day) + seconds / 86400:.8f}"
    utc = moment - dt.timedelta(hours=7)
    west = moment - dt.timedelta(hours=10, minutes=30)
    dmy = f"{moment:%d/%m/}{moment.year:04d}"
    return rng.choice(
        [
            f"{dmy} {moment:%H:%M:%S}",
            f"{dmy} {moment:%H:%M:%S}",
            f"{dmy} {moment:%H:%M}",
            f"{moment.day}-{moment.month}-{moment.year:04d} {moment:%H:%M:%S}",
            f"{moment.day:02d}.{moment.month:02d}.{moment.year:04d} {moment:%H:%M}",
            f"{dmy}T{moment:%H:%M:%S}",
            f"{moment.year:04d}-{moment:%m-%d %H:%M:%S}",
            f"{moment.year:04d}/{moment:%m/%d %H:%M}",
            f"{moment.year:04d}-{moment:%m-%dT%H:%M:%S}",
            f"{moment.year:04d}-{moment:%m-%dT%H:%M:%S}+07:00",
            f"{moment.year:04d}-{moment:%m-%dT%H:%M:%S}+0700",
            f"{moment.year:04d}-{moment:%m-%d %H:%M:%S}.{rng.choice(['0', '5', '123', '000001'])}",
            f"{utc.year:04d}-{utc:%m-%dT%H:%M:%S}Z",
            f"{utc.year:04d}-{utc:%m-%dT%H:%M:%S}.000Z",
            f"{utc.year:04d}-{utc:%m-%d %H:%M}+00:00",
            f"{west.year:04d}-{west:%m-%dT%H:%M:%S}-03:30",
        ]
    )


def _number_text(rng: Random, number: str) -> str:
    if rng.random() < 0.6:
        return number
    rest = number[1:]
    return rng.choice(
        [
            "84" + rest,
            "+84" + rest,
            "0084" + rest,
            rest,
            number + ".0",
            rest + ".0",
            "84" + rest + ".0",
            "'" + number,
            "'+84" + rest,
            f"{number[:4]} {number[4:7]} {number[7:]}",
            f"{number[:4]}.{number[4:7]}.{number[7:]}",
            f"{number[:4]}-{number[4:7]}-{number[7:]}",
            f"(+84) {rest[:2]} {rest[2:]}",
            f"({number[:3]}) {number[3:]}",
            f"{number[:3]}\u00a0{number[3:]}",
            f"\u200b{number}",
            f" {number} ",
            "+" + number,
            "00" + number,
            "+84 (0)" + rest,
        ]
    )


def _document_number_text(rng: Random, number: str) -> str:
    if rng.random() < 0.75 or not number:
        return number
    half = len(number) // 2
    mark = rng.choice([" ", ".", "-", "\u00a0", "\u200b", "  "])
    return rng.choice([f"'{number}", number[:half] + mark + number[half:], number.lower(), f" {number} "])


def _ref(rng: Random, prefix: str) -> str:
    return f"{prefix}/{_digits(rng, 8)}.jpg"


def _write(rng: Random, plan: Plan) -> Record:
    record: Record = dict.fromkeys(COLUMNS)
    carrier = [plan.carrier, plan.carrier, *OPERATOR_TEXTS.get(plan.carrier, [])]
    record["operator"] = _text(rng, rng.choice(carrier))
    record["msisdn"] = _number_text(rng, plan.number)
    kind = "organisation" if plan.organisation else "individual"
    record["subscriber_kind"] = rng.choice(SUBSCRIBER[kind])
    record["connection_kind"] = rng.choice(["m2m", "M2M", "iot"] if plan.m2m else ["h2h", "H2H", None])
    if plan.organisation:
        record["organisation_name"] = _text(rng, rng.choice(COMPANIES))
        record["organisation_tax_code"] = "0100233488"
        record["organisation_address"] = _text(rng, rng.choice(ADDRESSES))
    if not plan.organisation or plan.with_user:
        record["full_name"] = _text(rng, plan.name)
        record["date_of_birth"] = _birth_text(rng, plan.born)
        record["nationality"] = _text(rng, plan.nationality)
        record["sex"] = rng.choice([*SEX[plan.sex], None])
        record["id_type"] = _text(rng, rng.choice(KIND_TEXTS[plan.id_kind]))
        record["id_number"] = _document_number_text(rng, plan.id_number)
        record["id_issue_date"] = _date_text(rng, plan.issued)
        record["id_issue_place"] = _text(rng, rng.choice(PLACES))
        if plan.expires is not None:
            record["id_expiry_date"] = _date_text(rng, plan.expires)
        record["address"] = _text(rng, rng.choice(ADDRESSES))
    if plan.guardian:
        record["guardian_name"] = _text(rng, _person_name(rng))
    if plan.consent:
        record["consent_ref"] = _ref(rng, "consent")
    record["payment_type"] = _text(rng, rng.choice(PAYMENT[plan.payment]))
    if plan.contract:
        record["contract_number"] = "HD-" + _digits(rng, 7)
    if plan.confirmation:
        record["confirmation_ref"] = _ref(rng, "form")
    record["document_scan_ref"] = _ref(rng, "scan")
    if rng.random() < 0.9:
        record["portrait_ref"] = _ref(rng, "portrait")
    if rng.random() < 0.6 or record["portrait_ref"] is None:
        record["portrait_hash"] = f"{rng.getrandbits(128):032x}"
    if plan.portrait is not None:
        record["portrait_taken_at"] = _moment_text(rng, plan.portrait)
    record["registered_at"] = _moment_text(rng, plan.registered)
    if plan.registered.date() >= dt.date(2026, 4, 15) or rng.random() < 0.1:
        record["authenticated_at"] = _moment_text(rng, plan.registered)
    if plan.started is not None:
        record["service_started_at"] = _moment_text(rng, plan.started)
    if plan.terminated is not None:
        record["terminated_at"] = _moment_text(rng, plan.terminated)
    record["status"] = _text(rng, rng.choice(STATUS[plan.status]))
    record["pos_kind"] = _text(rng, rng.choice(POS_KIND[plan.pos_kind]))
    if plan.pos_kind != "online" or rng.random() < 0.3:
        record["clerk_name"] = _text(rng, _person_name(rng))
        record["pos_code"] = "POS" + _digits(rng, 4)
        record["pos_name"] = _text(rng, "Điểm giao dịch Cầu Giấy")
        record["pos_address"] = _text(rng, rng.choice(ADDRESSES))
        record["pos_phone"] = "024" + _digits(rng, 8)
    record["province"] = _text(rng, rng.choice(["Hà Nội", "TP. Hồ Chí Minh", "Đắk Lắk"]))
    record["sim_serial"] = "898404" + _digits(rng, 13)
    record.update(plan.raw)
    return record


# ---------------------------------------------------------------------------------------------
# Damage


def _bad_name(rng: Random, name: str) -> str:
    garbled = [
        "Nguyá»…n VÄƒn An",
        "Tráº§n Thá»‹ B",
        "Ä‘á»— Minh",
        "Æ°ng HoÃ ng",
        "LÃª VÄƒn CÃ´ng",
        "HÃ¹ng",
        "Nguy\ufffdn V\ufffdn",
        "Le\x01 Van",
        "Tran\x7fB",
        "Pham \x1b[31m",
        "BÃ¡ Ãº",
        "PhÃ³ng",
        "Ã",
        "São Paulo Ão",
        name.encode("utf-8").decode("cp1252", "replace"),
        name.encode("cp1258", "replace").decode("cp1252", "replace"),
        name.encode("ascii", "replace").decode("ascii"),
        "Nguyeãn Vaên A",
    ]
    none = [
        "test",
        "TEST",
        "Khách hàng",
        "KHÁCH HÀNG",
        "khach hang",
        "Chủ thuê bao",
        "Không tên",
        "unknown",
        "No Name",
        "abc",
        "ABC",
        "xxx",
        "XXX",
        "sim",
        "Anonymous",
        "aa",
        "AaA",
        "ĐĐđ",
        "zzzz",
        "Nguyễn Văn 1",
        "Khách 84",
        "An2",
        "123",
        "***",
        "...",
        "!?",
        "'",
        "- -",
        "Ðồng Test",
        "kHáCh  HàNg",
        "Test User",
        "Simon",
        "ab",
        "Aá",
    ]
    short = ["A", "Đ", "An", "Nguyễn", "H'Hen", "K'Sor", "Y", "Anne-Marie", "ý", name.split()[0]]
    long = ["Ð\u00e0o Ngọc", "Ɖặng Thị", "Nguyễn Thị Thuý", "Thuỷ", "Hòa", "Hoà", "Công ty ABC"]
    choice: str = rng.choice(rng.choice([garbled, none, short, long]))
    return "".join(char for char in choice if char not in "\r\n\0")


BAD_DATES = [
    "31/02/2020",
    "30/2/2021",
    "29/02/2023",
    "00/01/2020",
    "12/13/2020",
    "13/12/20",
    "1/1/90",
    "1990",
    "2020",
    "01/1990",
    "19900101",
    "9999",
    "09999",
    "60001",
    "99999",
    "43831.25x",
    "2020-02-30",
    "2020.01.02",
    "20-01-02",
    "1/2-2020",
    "01/02/2020 24:00",
    "01/02/2020 25:61",
    "01/02/2020 10:60",
    "01/02/2020 10:00:60",
    "01/02/2020T",
    "01/02/2020 10",
    "2020-13-01",
    "01/02/2020 10:00 AM",
    "không rõ",
    "01 02 2020",
    "1/2/02020",
    "2020-1-1-1",
    "0000-01-01",
    "00/00/0000",
    "01/01/0000",
    "32/01/2020",
    "-43831",
    "12/31/2019",
    "Jan 5 2020",
    "01/01/1900x",
    "1/2/2020 9:05",
    "2020-02-01 10:00:00 +07:00",
    "2020-02-01 10:00:00,5",
    "2020-02-01t10:00",
]
EDGE_DATES = [
    "10000",
    "60000",
    "43831",
    "43831.5",
    "43831.0",
    "44000.25",
    "36526",
    "29/02/2020",
    "29/2/2000",
    "2020-02-29",
    "1/1/0001",
    "31/12/9999",
    "0001-01-01",
    "01/01/1900",
    "24/04/2017",
    "23-4-2017",
    "23.12.2024",
    "24/12/2024 00:00",
    "2024-12-23T17:00:00Z",
    "2024-12-23T16:59:59Z",
    "2017-04-23T23:30:00+06:00",
    "2017-04-24T00:30:00+08:00",
    "14/04/2026 23:59:59",
    "15/04/2026",
    "2026-04-14T17:00:00.000Z",
    "31/12/2024 23:59",
    "01/01/2025 00:00:00",
    "01/07/2025",
    "30/06/2025",
    "23/11/2026",
    "24/11/2026",
    "2026-11-23T17:30:00Z",
    "46349",
    "45657.99999",
    "45657.999999",
    "01/02/2020 00:00",
    "5/6/2020",
    "12/05/1990",
    "05/12/1990",
]


def _any_date(rng: Random, old: str | None) -> str | None:
    draw = rng.random()
    if draw < 0.30:
        return rng.choice(MISSING)
    if draw < 0.65:
        return rng.choice(BAD_DATES)
    if draw < 0.90:
        return rng.choice(EDGE_DATES)
    day = _between(rng, dt.date(1890, 1, 1), dt.date(2030, 1, 1))
    return _moment_text(rng, _at(rng, day)) if rng.random() < 0.5 else _date_text(rng, day)


def _coded(texts: list[str | None]) -> Callable[[Random, str | None], str | None]:
    def damage(rng: Random, old: str | None) -> str | None:
        if rng.random() < 0.4:
            return rng.choice(MISSING)
        text = rng.choice(texts)
        return None if text is None else _text(rng, text)

    return damage


def _blank(rng: Random, old: str | None) -> str | None:
    return rng.choice(MISSING)


def _garble(rng: Random, old: str | None) -> str | None:
    if rng.random() < 0.5 or old is None:
        return rng.choice(MISSING)
    return _text(rng, old)


def _damage_msisdn(rng: Random, old: str | None) -> str | None:
    draw = rng.random()
    if draw < 0.25:
        return rng.choice(MISSING)
    if draw < 0.45:
        return _number_text(rng, rng.choice(OLD_PREFIXES) + _digits(rng, 7))
    if draw < 0.60:
        return _number_text(rng, "0" + _digits(rng, 9))
    if draw < 0.75:
        prefixes = rng.choice(list(OPERATORS.values())).split()
        return _number_text(rng, rng.choice(prefixes) + _digits(rng, 7))
    return rng.choice(
        [
            "0" + _digits(rng, 8),
            "09" + _digits(rng, 9),
            "1900" + _digits(rng, 4),
            "abc",
            "1" + _digits(rng, 8),
            "6" + _digits(rng, 8),
            "84" + _digits(rng, 8),
            "84091" + _digits(rng, 7),
            "9.12345678E8",
            "0912 345 67x",
            "091234567O",
            "0912345678/0987654321",
            "0",
            "008491" + _digits(rng, 7),
            "84162" + _digits(rng, 7),
            "0240" + _digits(rng, 7),
            "8491" + _digits(rng, 7) + ".0",
            "0912345678.00",
            "84" + _digits(rng, 7),
            "M2M-0001",
        ]
    )


def _damage_name(rng: Random, old: str | None) -> str | None:
    return rng.choice(MISSING) if rng.random() < 0.3 else _bad_name(rng, old or "An")


def _damage_id_type(rng: Random, old: str | None) -> str | None:
    draw = rng.random()
    if draw < 0.3:
        return rng.choice(MISSING)
    if draw < 0.5:
        return rng.choice(OTHER_KIND_TEXTS)
    return _text(rng, rng.choice(rng.choice(list(KIND_TEXTS.values()))))


def _damage_id_number(rng: Random, old: str | None) -> str | None:
    draw = rng.random()
    if draw < 0.3 or old is None:
        return rng.choice(MISSING)
    if draw < 0.45:
        return _document_number_text(rng, _digits(rng, rng.choice([8, 9, 10, 11, 12, 13])))
    if draw < 0.60:
        return old[:-1] or None
    if draw < 0.70:
        return old.lstrip("0")
    if draw < 0.80:
        return _document_number_text(rng, _passport_number(rng, rng.random() < 0.5))
    if draw < 0.90:
        return rng.choice(["1.23457E+11", "00109901234O", "?????", "012345678901", "111111111", "x", "'"])
    return old + rng.choice([".0", "X", "0", " ", "/1"])


def _damage_tax_code(rng: Random, old: str | None) -> str | None:
    return rng.choice(MISSING) if rng.random() < 0.4 else _tax_code(rng)


def _damage_nationality(rng: Random, old: str | None) -> str | None:
    draw = rng.random()
    if draw < 0.35:
        return rng.choice(MISSING)
    return _text(rng, rng.choice(NO_COUNTRY if draw < 0.7 else VIETNAMESE + FOREIGN))


def _all(texts: dict[str, list[str]], *more: str) -> list[str | None]:
    return [*(text for group in texts.values() for text in group), *more]


DAMAGE: dict[str, Callable[[Random, str | None], str | None]] = {
    **dict.fromkeys(COLUMNS, _garble),
    **dict.fromkeys(
        _words(
            "date_of_birth id_issue_date id_expiry_date portrait_taken_at registered_at"
            " authenticated_at service_started_at terminated_at"
        ),
        _any_date,
    ),
    "operator": _coded([*OPERATORS, "viettel", "VIETTEL", "Reddi", "Ðông Dương", "mobi fone"]),
    "msisdn": _damage_msisdn,
    "subscriber_kind": _coded(["Cá nhân", "CN", "Tổ chức", "DN", "TC", "organisation", "individual", "khác", "X"]),
    "full_name": _damage_name,
    "nationality": _damage_nationality,
    "sex": _coded(_all(SEX, "Khác", "3", "x", "Nam giới")),
    "id_type": _damage_id_type,
    "id_number": _damage_id_number,
    "id_issue_place": _blank,
    "address": _blank,
    "organisation_name": _coded([*COMPANIES, "Hộ kinh doanh Đỗ"]),
    "organisation_tax_code": _damage_tax_code,
    "payment_type": _coded(_all(PAYMENT, "Trả góp", "khác", "prepaid 2", "T T", "0")),
    "status": _coded(_all(STATUS, "Khóa", "unknown", "3 chiều", "HD", "1", "hoat dong")),
    "pos_kind": _coded(_all(POS_KIND, "Chợ", "kiosk", "UỶ QUYỀN", "dai ly")),
    "connection_kind": _coded(["h2h", "H2H", "m2m", "M2M", "IoT", "iot", "h2m", "x"]),
}


def messy_records(n: int, seed: int) -> list[Record]:
    """`n` records over all canonical columns; the same seed gives the same records."""
    rng = random.Random(seed)
    records = []
    for _ in range(n):
        plan = _plan(rng)
        if rng.random() < 0.45:
            rng.choice(SCENARIOS)(rng, plan)
        record = _write(rng, plan)
        count = rng.choices(range(7), weights=[5, 4, 3, 3, 2, 2, 1])[0]
        for column in rng.sample(COLUMNS, count):
            record[column] = DAMAGE[column](rng, record[column])
        if rng.random() < 0.02:  # papers of nobody: both halves of an "and" gone
            for column in rng.choice(
                [
                    ["portrait_ref", "portrait_hash"],
                    ["confirmation_ref", "contract_number"],
                    ["pos_code", "pos_name", "pos_address"],
                    ["guardian_name", "consent_ref"],
                ]
            ):
                record[column] = rng.choice(MISSING)
        records.append(record)
    return records
