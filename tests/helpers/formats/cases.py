"""The records that every form holds, and what has to be found on them, typed from the catalogue."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from helpers.people import person

HEADERS = {
    "msisdn": "Số thuê bao",
    "full_name": "Họ và tên",
    "date_of_birth": "Ngày sinh",
    "nationality": "Quốc tịch",
    "sex": "Giới tính",
    "id_type": "Loại giấy tờ",
    "id_number": "Số giấy tờ",
    "id_issue_date": "Ngày cấp",
    "id_issue_place": "Nơi cấp",
    "id_expiry_date": "Ngày hết hạn",
    "address": "Địa chỉ",
    "subscriber_kind": "Đối tượng",
    "organisation_name": "Tên tổ chức",
    "organisation_tax_code": "Mã số thuế",
    "guardian_name": "Người giám hộ",
    "consent_ref": "Văn bản đồng ý",
    "payment_type": "Loại thuê bao",
    "contract_number": "Số hợp đồng",
    "confirmation_ref": "Bản xác nhận",
    "document_scan_ref": "Bản số hóa giấy tờ",
    "portrait_ref": "Ảnh chân dung",
    "portrait_hash": "Mã băm ảnh chân dung",
    "portrait_taken_at": "Thời gian chụp ảnh",
    "registered_at": "Thời gian đăng ký",
    "authenticated_at": "Thời gian xác thực",
    "service_started_at": "Ngày bắt đầu sử dụng",
    "status": "Trạng thái",
    "clerk_name": "Nhân viên giao dịch",
    "pos_address": "Địa chỉ điểm giao dịch",
    "pos_phone": "Số điện thoại của điểm giao dịch",
    "pos_kind": "Loại điểm giao dịch",
    "sim_serial": "ICCID",
}
UNKNOWN = ("STT", "Ghi chú")
DAYS = ("date_of_birth", "id_issue_date", "id_expiry_date")
MOMENTS = ("portrait_taken_at", "registered_at", "authenticated_at", "service_started_at")

# Why a format cannot carry a record.
SIGNS, DIGITS, DATES, TABS = "signs", "digits", "dates", "tabs"


@dataclass(frozen=True)
class Case:
    """A record; what is to be found on it ("DUP101/a": in the group a); what a format must be able to carry for it."""

    record: dict[str, str]
    codes: tuple[str, ...] = ()
    needs: frozenset[str] = frozenset()


NAMES = (
    "Nguyễn Thị Ánh Tuyết",
    "Trần Văn Bảo",
    "Lê Đức Thọ",
    "Phạm Thị Hòa",
    "Hoàng Ngọc Ẩn",
    "Huỳnh Mỹ Lý",
    "Phan Thủy Tiên",
    "Vũ Đình Dũng",
    "Võ Thị Sáu",
    "Đặng Trần Côn",
    "Bùi Thị Xuân",
    "Đỗ Hữu Ước",
    "Hồ Xuân Hương",
    "Ngô Sĩ Liên",
    "Dương Quảng Hàm",
    "Lý Thường Kiệt",
    "ÂU DƯƠNG LÂN",
    "ĐẶNG THỊ NHỮ",
    "NGUYỄN ỨNG LỘC",
    "VÕ QUẾ ỔN",
    "Ỷ Lan Phi",
    "Lò Thị Kẽm",
    "Y Bẳng Niê",
    "H'Hen Êban",
    "Lương Thế Vinh",
    "Tạ Quang Bửu",
    "Mạc Đĩnh Chi",
    "Kiều Kỵ Bằng",
)
ADDRESSES = (
    "Số 5 Lê Lợi, Hà Nội",
    "Thôn Hạ Mỗ, xã Vĩnh Tuy; huyện Ba Chẽ",
    "Ấp 3, xã Bà Điểm | huyện Hóc Môn",
    'Ngõ 7 "chợ Cũ", phố Bờ Sông',
    "Tổ 9, phường Phú Mỹ, Đà Nẵng",
    "12/3 đường Thẳng, khóm Lộ Tẻ, huyện lỵ Mỹ Thọ",
    "tiểu khu 4, bản Nậm Mẹ, Lũng Cẩm",
    "ẤP MỸ Ý, XÃ ĐỖ ĐỘNG, TỈNH QUẢNG NGÃI",
    "Khu phố Sở Gạch, cỡ Ngỡ, Bé Nhật",
    "SỐ 8 BẾN ĐÒ CỬA LỚN",
    "Xóm\tĐỏ, gió Lò Vôi",
    "Kỳ Bá, phố 'Chữ Từ', Đức Phổ",
    'Số 1; Số 2, Số 3 | "Nhà Ở"',
    "Số #3\nNgõ 4, Kè Ôn\n\nÔ Đông Mác",
    "xã Mẫu Sơn, kỹ Thuỷ, nghỉ Ngũ",
    "ẴNG CẢNG, SẲNG, KẼ SẺ, Ỡ VẪN NGHĨ, PHỦ LÝ, LỴ SỞ, MÃ MÂY",
    "PHỐ ỐC GIÓ, ÊA ĐÔNG, E O, Ì Ạ, È É Ẹ Ề Ể Ệ, Ỉ Ĩ Í, ÒÓỎÕỌ ỒỜỞỢ ÙÚŨỤ ỪỨỬỰ ỲỶ, À Ả ĂẰẮẶ ẦẤẬ",
)


def case(n: int, codes: str = "", needs: str = "", **changes: str) -> Case:
    """Return the case of the n-th person with changes; `needs` is what a format must be able to carry for it."""
    record = dict.fromkeys(HEADERS, "") | person(n) | {"address": ADDRESSES[n % len(ADDRESSES)]}
    record |= {"full_name": NAMES[n % len(NAMES)]} | changes
    return Case(record, tuple(codes.split()), frozenset({needs} - {""}))


def number(n: int) -> str:
    return person(n)["id_number"]


def _single() -> list[Case]:
    """Return records that rules about records find something on, each another fault."""
    late = {"registered_at": "02/05/2026 08:00", "service_started_at": "02/05/2026 09:00"}
    faults: list[tuple[str, str, dict[str, str]]] = [
        ("NUM101", "", {"msisdn": ""}),
        ("NUM101", DIGITS, {"msisdn": "không có"}),
        ("NUM102", "", {"msisdn": "09123"}),
        ("NUM103", DIGITS, {"msisdn": "01234567890"}),  # an old number is told by its zero
        ("NUM104", "", {"msisdn": "0952345678"}),
        ("NUM105", "", {"msisdn": "0961234567"}),
        ("PER101", "", {"full_name": ""}),
        ("PER101", "", {"full_name": "N/A"}),
        ("PER102", "", {"full_name": 'Nguyễn "Út"; số 2, | Đỗ'}),
        ("PER102", "", {"full_name": "Nguyễn Văn 2\nĐặng Thị 3"}),
        ("PER103", SIGNS, {"full_name": "Nguyá»…n VÄƒn Ã‰n"}),
        ("PER104", "", {"full_name": "Ánh"}),
        ("PER111", "", {"date_of_birth": ""}),
        ("PER112", DATES, {"date_of_birth": "31/02/1990"}),
        ("PER113 ID111", "", {"date_of_birth": "02/01/1890"}),
        ("PER121", "", {"nationality": ""}),
        ("PER122", "", {"nationality": 'Nước "Lạ"; Xứ Ễnh, | Ương'}),
        ("PER122", "", {"nationality": "Nước\nHai dòng"}),
        ("PER122", SIGNS, {"nationality": "日本国 ★ Σ"}),
        ("PER122", TABS, {"nationality": "Nước\tXa  Lạ"}),
        ("REG144", SIGNS, {"status": "\u00a0Đang\u00a0lạ\u200b!"}),
        ("PER131", "", {"address": ""}),
        ("PER131", "", {"address": "--"}),
        ("ID101", "", {"id_number": ""}),
        ("ID102", "", {"id_type": ""}),
        ("ID107", "", {"id_type": 'Giấy phép "lái" xe, tạm; cũ'}),
        ("ID104", "", {"id_number": "00109"}),
        ("ID105", "", {"id_number": "1090099999"}),
        ("ID106", "", {"id_number": "111111111111"}),
        ("ID111", "", {"date_of_birth": "02/01/1991"}),
        ("ID112", "", {"sex": "Nữ"}),
        ("ID113", "", {"id_number": "999090765432"}),
        ("ID121", "", {"id_issue_date": ""}),
        ("ID122", DATES, {"id_issue_date": "30/02/2021"}),
        ("ID127", "", {"id_issue_date": "10/05/2026"}),
        ("ID124", "", {"id_issue_date": "10/05/2015"}),
        ("ID125 MIN103", "", {"date_of_birth": "02/01/2015", "id_number": "001215765432"}),
        ("ID131", "", {"id_issue_place": ""}),
        ("ID141", "", {"id_expiry_date": "01/01/2025"}),
        ("ID142", "", {"id_type": "CMND", "id_number": "013579246"}),
        ("ID143", "", {"nationality": "Lào"}),
        ("ORG101 ORG102", "", {"subscriber_kind": "Tổ chức"}),
        ("ORG102", "", {"organisation_name": "Công ty Ớt, Đường & Sữa"}),
        ("ORG103", "", {"organisation_name": 'Cty "Ổi"', "organisation_tax_code": "0123456789"}),
        (
            "REG101",
            "",
            {
                "payment_type": "",
                "registered_at": "05/06/2021 10:00",
                "portrait_taken_at": "05/06/2021 09:55",
            },
        ),
        ("REG102", "", {"payment_type": "Trả 'góp'; \"dần\", sau"}),
        ("REG111", "", {"portrait_ref": ""}),
        ("REG112", "", {"portrait_taken_at": ""}),
        ("REG113", "", {"portrait_taken_at": "05/07/2025 10:00"}),
        ("REG121", "", {"document_scan_ref": ""}),
        ("REG122", "", {"confirmation_ref": ""}),
        ("REG131", "", {"registered_at": "", "authenticated_at": "01/06/2025 09:00"}),
        ("REG132", DATES, {"registered_at": "32/13/2025", "authenticated_at": "01/06/2025 09:00"}),
        (
            "REG133",
            "",
            {
                "registered_at": "01/02/2027 09:00",
                "service_started_at": "01/02/2027 10:00",
                "authenticated_at": "01/06/2025 09:00",
            },
        ),
        ("REG134", "", {"clerk_name": ""}),
        ("REG135", "", {"pos_address": ""}),
        ("REG136", "", {"pos_phone": ""}),
        ("REG141", "", {"service_started_at": "01/05/2025 10:00"}),
        ("REG142", "", {"service_started_at": ""}),
        ("REG143", "", {"status": ""}),
        ("REG144", "", {"status": "Đang \"ngủ\"; | 'say', lắm"}),
        ("REG151", "", late),
        ("PER101 PER131 REG134", "", {"full_name": "", "address": "", "clerk_name": "", "pos_address": "1 Tràng Tiền"}),
    ]
    return [case(100 + n, codes, needs, **changes) for n, (codes, needs, changes) in enumerate(faults)]


def _groups() -> list[Case]:
    """Return records that are found by comparing them with others, and some that are not, for all their likeness."""
    shared = {"msisdn": "0911111222"}
    four = {"id_number": number(210), "full_name": "Ngô Thị Bốn", "pos_kind": "Đại lý"}
    names = {"id_number": number(220)}
    births = {"id_number": number(230), "full_name": "Tạ Thị Hồng"}
    near = {"full_name": "Lã Thị Gần Giống"}
    hashed = {"portrait_hash": "c0ffee" * 10}
    many = {
        "id_number": number(260),
        "full_name": "Đỗ Mười Số",
        "pos_kind": "Cửa hàng",
        "clerk_name": "Vũ Thị Vội",
        "registered_at": "07/07/2025 10:30",
        "portrait_taken_at": "07/07/2025 10:25",
        "service_started_at": "07/07/2025 11:00",
    }
    return [
        case(200, "DUP101/a", **shared),
        case(201, "DUP101/a", **shared),
        case(202, "", **shared, status="Đã hủy"),  # an ended one takes no part
        case(203, "DUP103/b", sim_serial="8984020000001234567"),
        case(204, "DUP103/b", sim_serial="8984020000001234567"),
        case(210, "", **four),
        case(211, "", **four),
        case(212, "", **four),
        case(213, "DUP111/c DUP112/d", **four),
        case(214, "DUP112/d", **four, contract_number='HĐ 7/2025, phụ lục "A"'),
        case(220, "DUP121/e", **names, full_name="Phạm Thị Hòa"),
        case(221, "DUP121/e", **names, full_name="PHẠM THỊ HUỆ"),
        case(222, "DUP121/e PER101", **names, full_name=""),
        case(230, "DUP122/f", **births),
        case(231, "DUP122/f", **births, date_of_birth="03/01/1990"),
        case(240, "DUP123/g", **near, id_number="001090765432"),
        case(241, "DUP123/g", **near, id_number="001090765433"),
        case(250, "DUP131/h", **hashed),
        case(251, "DUP131/h", **hashed),
        *(case(n, "DUP141/i DUP151/j", **many, contract_number=f"HĐ{n}") for n in range(260, 270)),
    ]


NOTES = ("", "x", 'nói "khẽ"', "một; hai, ba | bốn", "", "\tĐ")


def _all_cases() -> list[Case]:
    mixed = [*(case(n) for n in range(60)), *_single(), *_groups()]
    random.Random(5).shuffle(mixed)  # groups lie far apart, errors stand among good records
    return mixed


CASES = _all_cases()
Rows = list[list[str]]
Finding = tuple[int, str, str, str, str, str, frozenset[int]]


def carried(without: frozenset[str]) -> list[Case]:
    return [one for one in CASES if not one.needs & without]


def rows_of(cases: Sequence[Case]) -> Rows:
    """Return a table of the cases, its header first, a column that nobody knows at either end."""
    lines = [[str(n), *one.record.values(), NOTES[n % len(NOTES)]] for n, one in enumerate(cases, 1)]
    return [[UNKNOWN[0], *HEADERS.values(), UNKNOWN[1]], *lines]
