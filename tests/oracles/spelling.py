"""Pens that write values as exports have them: in a plain way, or in one of the messy ways of `messy_writing.py`."""

from __future__ import annotations

import datetime as dt
import unicodedata
from typing import Protocol

from oracles.messy_plan import digits, person_name
from oracles.messy_plan import personal_number as personal_number_of
from oracles.messy_values import COMPANIES, ETHNIC, FOREIGN_NAMES, MISSING, PAYMENT, PLACES, POS_KIND, STATUS, Random
from oracles.messy_writing import birth_text, date_text, document_number_text, moment_text, number_text
from oracles.messy_writing import written as any_text
from oracles.record_facts import Record
from oracles.texts import tax_check_digit

__all__ = [
    "BAD_NAMES",
    "COMPANIES",
    "ETHNIC",
    "FOREIGN_NAMES",
    "KIND_TEXTS",
    "MISSING",
    "NOTHING",
    "OLD_AND_NEW",
    "PLACES",
    "Messy",
    "Pen",
    "Plain",
    "Random",
    "Record",
    "digits",
    "person_name",
    "personal_number",
    "tax_code",
]

OLD_AND_NEW = {"0162": "032", "0169": "039", "0120": "070", "0188": "058"}

# What systems write for no day at all.
NOTHING = ["01/01/0001", "00/00/0000", "01/01/1900", "01/01/1970", "31/12/9999", "00/01/1900"]

KIND_TEXTS = {
    "cmnd": ["CMND", "cmnd", "CMT", "Chứng minh nhân dân", "Giấy CMND", "CMTND", "GIẤY CHỨNG MINH NHÂN DÂN"],
    "cccd": ["CCCD", "cccd", "Căn cước công dân", "CCCD gắn chip", "Thẻ_CCCD", "can cuoc cong dan"],
    "can_cuoc": ["Thẻ căn cước", "Căn cước", "can_cuoc", "CC", "Thẻ Căn Cước mới"],
    "e_id": ["Căn cước điện tử", "VNeID", "Tài khoản định danh điện tử", "e_id", "VNEID mức 2"],
    "certificate": ["Giấy chứng nhận căn cước", "certificate"],
    "passport": ["Hộ chiếu", "hộ chiếu phổ thông", "Passport", "HC", "PP", "Hộ chiếu/Passport"],
    "military": ["Chứng minh sĩ quan", "Giấy chứng minh Công an nhân dân", "CMTQD", "CMND sĩ quan quân đội"],
    "other": ["Khác", "Giấy tờ khác", "GPLX", "Thẻ sinh viên", "other", "Sổ hộ khẩu"],
    "several": ["CMND/CCCD", "CCCD/Hộ chiếu", "CMND/CCCD/VNeID", "CCCD, CC"],
    "unheard_of": ["GTTT", "CMNDX", "Giấy khai sinh", "HCM", "Bằng lái xe"],
}

CODED = {
    "payment_type": {"prepaid": [*PAYMENT["prepaid"], "TB trả trước"], "postpaid": PAYMENT["postpaid"]},
    "pos_kind": POS_KIND,
    "status": STATUS,
    "subscriber_kind": {
        "organisation": ["Tổ chức", "Doanh nghiệp", "TC", "DN", "KHDN", "organisation", "Cá nhân thuộc tổ chức"],
        "individual": ["Cá nhân", "CN", "KHCN", "individual", "CÁ NHÂN"],
    },
    "connection_kind": {"m2m": ["m2m", "IoT", "non-h2h", "Không phải H2H"], "h2h": ["h2h", "H2H", "Thuê bao H2H"]},
    "usage_kind": {
        "device": ["Thiết bị", "device", "cho thiết bị"],
        "self": ["Bản thân", "self", "chính chủ"],
        "employee": ["nhân viên", "employee"],
    },
}
UNHEARD_OF = {
    "payment_type": ["trả góp", "Trả trước/Trả sau", "không trả trước"],
    "pos_kind": ["Chợ", "không phải cửa hàng"],
    "status": ["đang khóa", "Khóa", "ngừng hoạt động"],
    "subscriber_kind": ["khác", "hộ gia đình"],
    "connection_kind": ["x", "4G"],
    "usage_kind": ["x", "khác"],
}

NO_REFERENCE = ["không", "No", "n", "false", "0", "Chưa"]
FLAGS = ["có", "Yes", "y", "TRUE", "x", "1", "đã có"]
PLACEHOLDER_IMAGES = [
    *["no-image.png", "ảnh/No_Image.JPG", "C:\\anh\\nophoto.jpg", "no_avatar.gif", "/img/default.png"],
    *["blank", "Empty.jpg", "avatar.jpeg", "image", "photos/photo.jpg"],
]

# A digit in it, no letter, one letter, a word for nobody, or letters that were read wrongly.
BAD_NAMES = [
    *["Nguyễn Văn 1", "***!", "A a a", "Khách hàng", "KHACH-LE"],
    *["Chưa có tên", "Sim", "Chủ thuê bao", "ANONYMOUS", "Nguy?n V?n An"],
    *["Nguy\ufffdn An", "Nguyá»…n VÄƒn An", "LÃª Lan", "NguyÔn V¨n An", "Nguyeãn Vaên An"],
]


class Pen(Protocol):
    """Writes one value."""

    def text(self, text: str) -> str: ...
    def name(self, name: str) -> str: ...
    def date(self, day: dt.date) -> str: ...
    def birth(self, day: dt.date) -> str: ...
    def moment(self, at: dt.datetime) -> str: ...
    def number(self, number: str) -> str: ...
    def document(self, number: str) -> str: ...
    def serial(self, number: str) -> str: ...
    def code(self, column: str, usual: list[str], *, unheard_of: float = 0.04) -> str | None: ...
    def reference(self, text: str | None, *, flag: float, image: bool = False) -> str | None: ...


class Plain:
    """One way of writing numbers and days; codes, names and references still have their many texts."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng

    def text(self, text: str) -> str:
        return text

    def name(self, name: str) -> str:
        """The same name in a spelling that folds to it."""
        draw = self.rng.random()
        if draw < 0.6:
            return name
        if draw < 0.75:
            return self.rng.choice(["Ông ", "BÀ ", "chị ", "Anh ", "Mr. ", "mrs ", "ONG ", "Ba. ", "ong."]) + name
        if draw < 0.8:  # no titles, or none that is dropped
            return self.rng.choice(["Bá ", "BA ", "Ong "]) + name
        return self.rng.choice(
            [
                name.replace("'", "’"),
                name.replace("'", "' "),
                name.replace(" ", "-"),
                name + ".",
                name.replace("ý", "í").replace("Ý", "Í").replace("y", "i"),
                unmarked(name).replace("đ", "d").replace("Đ", "Ð"),
                name.upper(),
            ]
        )

    def date(self, day: dt.date) -> str:
        return f"{day:%d/%m/}{day.year:04d}"

    def birth(self, day: dt.date) -> str:
        return self.date(day)

    def moment(self, at: dt.datetime) -> str:
        return f"{self.date(at.date())} {at:%H:%M:%S}"

    def number(self, number: str) -> str:
        return number

    def document(self, number: str) -> str:
        return number

    def serial(self, number: str) -> str:
        return self.rng.choice([number, number, number + "F", number + "f"])

    def code(self, column: str, usual: list[str], *, unheard_of: float = 0.04) -> str | None:
        draw = self.rng.random()
        if draw < 0.04:
            return self.rng.choice(MISSING)
        if draw < 0.04 + unheard_of:
            return self.text(self.rng.choice(UNHEARD_OF[column]))
        return self.text(self.rng.choice(CODED[column][self.rng.choice(usual)]))

    def reference(self, text: str | None, *, flag: float, image: bool = False) -> str | None:
        """A text or none; now and then a flag that says no more than that there is one."""
        draw = self.rng.random()
        if draw < flag:
            return self.text(self.rng.choice(FLAGS))
        if draw < flag + 0.05 and image:
            return self.rng.choice(PLACEHOLDER_IMAGES)
        if text is None:
            return self.rng.choice([*MISSING, *NO_REFERENCE])
        return self.text(text)


class Messy(Plain):
    """The many ways of `messy_writing.py`."""

    def text(self, text: str) -> str:
        return any_text(self.rng, text)

    def name(self, name: str) -> str:
        name = super().name(name)
        draw = self.rng.random()
        if draw < 0.1:
            name = unicodedata.normalize("NFD", name.upper())
        elif draw < 0.15:
            name = unmarked(name)
        return any_text(self.rng, name)

    def date(self, day: dt.date) -> str:
        return date_text(self.rng, day)

    def birth(self, day: dt.date) -> str:
        return birth_text(self.rng, day)

    def moment(self, at: dt.datetime) -> str:
        return moment_text(self.rng, at)

    def number(self, number: str) -> str:
        return number_text(self.rng, number)

    def document(self, number: str) -> str:
        return document_number_text(self.rng, number)

    def serial(self, number: str) -> str:
        number = super().serial(number)
        return self.rng.choice([number, number, f"'{number}", f"{number[:4]} {number[4:8]} {number[8:]}", f" {number}"])


def unmarked(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))


def personal_number(rng: Random, year: int) -> str:
    return personal_number_of(rng, dt.date(year, 1, 1), rng.choice(["male", "female"]))


def tax_code(rng: Random) -> str:
    """Ten digits with a right check digit."""
    while True:
        body = digits(rng, 9)
        check = tax_check_digit(body)
        if len(check) == 1:
            return body + check
