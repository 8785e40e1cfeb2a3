"""One set of records in every form that exports come in: the command finds the same in each.

What has to be found is typed beside the records, from the catalogue; who writes the files are other people's programs
(Python's csv and json, openpyxl, xlsxwriter, xlwt, odfpy, pyarrow, Polars, gzip, zstandard, iconv) or tables
typed here.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import random
import re
import shutil
import subprocess
import sys
import unicodedata
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from itertools import pairwise
from typing import Any

import openpyxl
import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest
import xlsxwriter
import xlwt
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.teletype import addTextToElement
from odf.text import P

from helpers.desks import Desk
from helpers.outcomes import Command, Outcome, one_message
from helpers.people import AS_OF, person

# --- The records, and what is to be found on them ------------------------------------------------------------------

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
        ("ID103", "", {"id_type": 'Giấy phép "lái" xe, tạm; cũ'}),
        ("ID104", "", {"id_number": "00109"}),
        ("ID105", "", {"id_number": "1090099999"}),
        ("ID106", "", {"id_number": "111111111111"}),
        ("ID111", "", {"date_of_birth": "02/01/1991"}),
        ("ID112", "", {"sex": "Nữ"}),
        ("ID113", "", {"id_number": "999090765432"}),
        ("ID121", "", {"id_issue_date": ""}),
        ("ID122", DATES, {"id_issue_date": "30/02/2021"}),
        ("ID123", "", {"id_issue_date": "10/05/2026"}),
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


# --- Expected, and found ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """What an audit says: findings with records numbered through all files, counts, and the document itself."""

    findings: list[Finding]
    counts: dict[str, Any]
    document: dict[str, Any]
    err: str


def audit(desk: Desk, cli: Command, *paths: str, exits: int = 1) -> Found:
    """Audit with the command as a user would, and return what it found. Nothing may be unreadable."""
    given_operator = [] if "--operator" in paths else ["--operator", "VinaPhone"]
    form = ["--format", "json", "--findings", "found.csv", "--reveal", "--as-of", AS_OF]
    done = cli("audit", *paths, *given_operator, *form)
    assert done.code == exits, done.err
    return found_by(done, desk.rows("found.csv"))


def found_by(done: Outcome, rows: list[dict[str, str]]) -> Found:
    document = done.document
    assert document["unreadable"] == []
    before, start = 0, {}
    for given_file in document["inputs"]:
        start[given_file["path"]] = before
        before += given_file["records"] + given_file["rejected"]
    # In CSV, "-" for standard input is kept from being a formula.
    numbered = [(start[row["path"].removeprefix("'")] + int(row["record"]), row) for row in rows]
    members: dict[tuple[str, str], set[int]] = defaultdict(set)
    for record, row in numbered:
        members[row["code"], row["group"]].add(record)
    findings = [
        (
            record,
            row["code"],
            row["severity"],
            row["field"],
            same(row["field"], row["value"]),
            same("msisdn", row["msisdn"]),
            frozenset(members[row["code"], row["group"]] if row["group"] else ()),
        )
        for record, row in numbered
    ]
    said = ("operators", "rules", "identities", "points_of_sale", "clerks", "totals")
    return Found(findings, {key: document[key] for key in said}, document, done.err)


def same(column: str, value: str) -> str:
    """Return a value in the one form that dates, numbers and letters have here, whether typed or as text."""
    value = unicodedata.normalize("NFC", value)
    if column in (*DAYS, *MOMENTS):
        moment = moment_of(value)
        return moment.isoformat() if moment else value
    return value.lstrip("0") if column == "msisdn" else value


def moment_of(text: str) -> datetime | None:
    for form in ("%d/%m/%Y", "%d/%m/%Y %H:%M", "%Y-%m-%d", "%Y-%m-%d %H:%M:%S"):
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    return None


def expected(cases: Sequence[Case]) -> set[tuple[int, str, frozenset[int]]]:
    """Return record, code and the records of its group, as typed beside the records."""
    groups: dict[str, set[int]] = defaultdict(set)
    for n, one in enumerate(cases, 1):
        for code in one.codes:
            groups[code].add(n)
    return {
        (n, code.partition("/")[0], frozenset(groups[code] if "/" in code else ()))
        for n, one in enumerate(cases, 1)
        for code in one.codes
    }


def hold(found: Found, cases: Sequence[Case], like: Found) -> None:
    """Hold that an audit found what is typed beside these cases, and what it found in the plain form."""
    assert {(record, code, group) for record, code, *_, group in found.findings} == expected(cases)
    assert found.findings == like.findings
    assert found.counts == like.counts
    for record, code, _, column, value, msisdn, _ in found.findings:
        record_of = cases[record - 1].record
        if not code.startswith("DUP"):  # those show what was compared
            assert value == same(column, shown(record_of[column]))
        if code not in ("NUM101", "NUM103"):  # a word for "none" is no number, an old number is shown as its new one
            assert msisdn == same("msisdn", shown(record_of["msisdn"]))


def shown(value: str) -> str:
    """Return a value as findings in CSV show it: composed, controls made visible, no formula to a spreadsheet."""
    text = re.sub(r"[\x00-\x1f\u200b]", "\ufffd", unicodedata.normalize("NFC", value.strip()))
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


# --- Writers ---------------------------------------------------------------------------------------------------


def delimited(rows: Sequence[Sequence[str]], separator: str = ",", end: str = "\n", **options: Any) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator=end, **options).writerows(rows)
    return text.getvalue()


def lines_of(rows: Rows, **options: Any) -> list[str]:
    """Return each row by itself as delimited text; line breaks within it are its own."""
    return [delimited([row], **options) for row in rows]


def trailing(rows: Rows, *, header: bool) -> str:
    return delimited([[*row, ""] if n or header else row for n, row in enumerate(rows)], ";")


TITLES = [
    ["BÁO CÁO THUÊ BAO TRẢ TRƯỚC"],
    ["Từ ngày 01/06/2025 đến ngày 30/06/2025; đơn vị: VNP"],
    ["Số thuê bao", "150"],
]
SUMS = [
    ["Tổng cộng:", "150"],
    ["", "", "Hà Nội, ngày 23 tháng 11 năm 2026"],
    ["", "", "Người lập biểu"],
    ["", "", "Lê Ký"],
]


def padded(lines: Rows, width: int) -> Rows:
    return [[*line, *[""] * (width - len(line))] for line in lines]


def titled(rows: Rows) -> Rows:
    width = len(rows[0])
    return [*padded(TITLES, width), [""] * width, *rows, *padded(SUMS, width)]


def titled_ragged(rows: Rows) -> str:
    """Titles and sums as somebody typed them: nothing makes them as wide as the table."""
    return delimited(TITLES) + "\n" + delimited(rows) + delimited(SUMS)


def headers_again(rows: Rows) -> Rows:
    pages = [rows[n : n + 40] for n in range(1, len(rows), 40)]
    return [row for page in pages for row in [rows[0], *page]]


def underlined(rows: Rows) -> str:
    return delimited([rows[0], ["-" * len(name) for name in rows[0]], *rows[1:]], "\t")


def frame(rows: Rows) -> pl.DataFrame:
    return pl.DataFrame(rows[1:], schema=dict.fromkeys(rows[0], pl.String), orient="row")


def arrow(rows: Rows) -> pa.Table:
    columns = zip(*rows[1:], strict=True)
    return pa.table(dict(zip(rows[0], (pa.array(column, pa.string()) for column in columns), strict=True)))


def by_arrow_csv(rows: Rows) -> bytes:
    file = io.BytesIO()
    pa.csv.write_csv(arrow(rows), file)
    return file.getvalue()


# Encodings

TONES = "\u0301\u0300\u0309\u0303\u0323"  # sắc, huyền, hỏi, ngã, nặng: the order of VNI's keys 1 to 5
# VNI Windows: the letter's base and a mark. The marks of the keys 1-5, then the same on a circumflex, on a breve.
VNI_MARKS = {"": "ùøûõï", "â": "áàåãä", "ê": "éèúüë"}
VNI_BASES = {
    "a": ("a", ""),
    "â": ("a", "â"),
    "ă": ("a", "ê"),
    "e": ("e", ""),
    "ê": ("e", "â"),
    "o": ("o", ""),
    "ô": ("o", "â"),
    "ơ": ("ô", ""),
    "u": ("u", ""),
    "ư": ("ö", ""),
    "y": ("y", ""),
}
VNI_SINGLE = {"đ": "ñ", "í": "í", "ì": "ì", "ỉ": "æ", "ĩ": "ó", "ị": "ò", "ỵ": "î"}


@cache
def vni_letters() -> dict[str, str]:
    small = dict(VNI_SINGLE)
    for letter, (base, mark) in VNI_BASES.items():
        small[letter] = base + mark
        for tone, sign in zip(TONES, VNI_MARKS[mark], strict=True):
            small.setdefault(unicodedata.normalize("NFC", letter + tone), base + sign)
    return small | {letter.upper(): written.upper() for letter, written in small.items()}


def vni(text: str) -> bytes:
    return "".join(vni_letters().get(letter, letter) for letter in text).encode("latin-1")


def windows_1258(text: str) -> bytes:
    """Write with Python's codec, which has the tones as signs of their own behind the letter."""
    apart = []
    for letter in text:
        parts = unicodedata.normalize("NFD", letter)
        base = unicodedata.normalize("NFC", "".join(part for part in parts if part not in TONES))
        apart.append(base + "".join(part for part in parts if part in TONES))
    return "".join(apart).encode("cp1258")


def iconv(charset: str) -> Callable[[str], bytes]:
    def write(text: str) -> bytes:
        program = shutil.which("iconv")
        if not program:
            pytest.skip("iconv is not installed")
        done = subprocess.run(
            [program, "-f", "UTF-8", "-t", charset], input=text.encode(), capture_output=True, check=False
        )
        if done.returncode:
            known = subprocess.run([program, "-l"], capture_output=True, check=False).stdout.decode()
            if charset not in known:
                pytest.skip(f"iconv has no {charset}")
        assert done.returncode == 0, done.stderr
        return done.stdout

    return write


def garbled(text: str) -> bytes:
    """Write UTF-8 that was taken for Windows-1252 and saved as UTF-8; its undefined bytes stay controls."""
    return "".join(bytes([b]).decode("cp1252", "ignore") or chr(b) for b in text.encode()).encode()


# Spreadsheets

Cells = Sequence[Sequence[Any]]


def typed(rows: Rows, *, since: int = 1900) -> list[list[Any]]:
    """Return days, moments and telephone numbers as such; what is none stays text, as do days before a year."""
    names = dict(zip(HEADERS.values(), HEADERS, strict=True))
    return [rows[0]] + [
        [_typed(names.get(header), value, since) for header, value in zip(rows[0], row, strict=True)]
        for row in rows[1:]
    ]


def _typed(column: str | None, value: str, since: int) -> Any:
    if column in ("msisdn", "pos_phone") and value:
        return int(value)
    moment = moment_of(value) if column in (*DAYS, *MOMENTS) else None
    if moment is None or moment.year < since:
        return value
    return moment.date() if column in DAYS else moment


def by_openpyxl(*sheets: tuple[str, Cells]) -> bytes:
    book, file = openpyxl.Workbook(), io.BytesIO()
    book.remove(book.worksheets[0])
    for name, cells in sheets:
        sheet = book.create_sheet(name)
        for row in cells:
            sheet.append([value if value != "" else None for value in row])
    book.save(file)
    return file.getvalue()


def by_xlsxwriter(*sheets: tuple[str, Cells], merged: Sequence[int] = (), start: tuple[int, int] = (0, 0)) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        moment = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        for name, cells in sheets:
            sheet = book.add_worksheet(name)
            for at, row in enumerate(cells):
                if at in merged:
                    sheet.merge_range(start[0] + at, start[1], start[0] + at, start[1] + 8, row[0])
                    continue
                for n, value in enumerate(row):
                    place = start[0] + at, start[1] + n
                    if isinstance(value, datetime):
                        sheet.write_datetime(*place, value, moment)
                    elif isinstance(value, date):
                        sheet.write_datetime(*place, value, day)
                    elif isinstance(value, int):
                        sheet.write_number(*place, value)
                    else:
                        sheet.write_string(*place, value)
    return file.getvalue()


def by_xlwt(*sheets: tuple[str, Cells]) -> bytes:
    book, file = xlwt.Workbook(encoding="utf-8"), io.BytesIO()
    style = xlwt.easyxf(num_format_str="DD/MM/YYYY HH:MM")
    for name, cells in sheets:
        sheet = book.add_sheet(name)
        for at, row in enumerate(cells):
            for n, value in enumerate(row):
                if value != "":
                    sheet.write(at, n, value, *([style] if isinstance(value, date) else []))
    book.save(file)
    return file.getvalue()


def by_odfpy(*sheets: tuple[str, Cells]) -> bytes:
    book, file = OpenDocumentSpreadsheet(), io.BytesIO()
    for name, cells in sheets:
        table = Table(name=name)
        for row in cells:
            line = TableRow()
            for value in row:
                line.addElement(_odf_cell(value))
            table.addElement(line)
        book.spreadsheet.addElement(table)
    book.write(file)
    return file.getvalue()


def _odf_cell(value: Any) -> TableCell:
    if isinstance(value, int):
        return TableCell(valuetype="float", value=value)
    if isinstance(value, date):
        return TableCell(valuetype="date", datevalue=value.isoformat())
    if not value:
        return TableCell()
    cell = TableCell(valuetype="string")
    for line in value.split("\n"):
        paragraph = P()
        addTextToElement(paragraph, line)
        cell.addElement(paragraph)
    return cell


# Packing


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return file.getvalue()


def gzip_members(data: bytes, count: int = 5) -> bytes:
    size = len(data) // count + 1
    return b"".join(gzip.compress(data[at : at + size]) for at in range(0, len(data), size))


# NDJSON and Parquet


def ndjson(rows: Rows, *, ascii_only: bool = False) -> str:
    return "".join(json.dumps(dict(zip(rows[0], r, strict=True)), ensure_ascii=ascii_only) + "\n" for r in rows[1:])


def ndjson_sparse(rows: Rows) -> str:
    """Telephone numbers and card serials as numbers; what is empty is left out, or null, or an empty text."""
    lines = []
    for n, row in enumerate(rows[1:]):
        record = {}
        for header, value in zip(rows[0], row, strict=True):
            if value or n % 3 == 1:
                digits = header in ("STT", HEADERS["msisdn"], HEADERS["pos_phone"], HEADERS["sim_serial"])
                record[header] = int(value) if digits and value else value
            elif n % 3 == 2:
                record[header] = None
        keys = list(record)
        random.Random(n).shuffle(keys)
        lines.append(json.dumps({key: record[key] for key in keys}, ensure_ascii=False) + "\n")
    return "".join(lines)


def parquet(table: pa.Table, **options: Any) -> bytes:
    file = io.BytesIO()
    pa.parquet.write_table(table, file, **options)
    return file.getvalue()


def polars_parquet(rows: Rows, **options: Any) -> bytes:
    file = io.BytesIO()
    frame(rows).write_parquet(file, **options)
    return file.getvalue()


ARROW_TYPES: dict[str, pa.DataType] = {
    **dict.fromkeys(DAYS, pa.date32()),
    "portrait_taken_at": pa.timestamp("us"),
    "registered_at": pa.timestamp("ns", tz="Asia/Ho_Chi_Minh"),
    "authenticated_at": pa.timestamp("ms", tz="UTC"),
    "service_started_at": pa.timestamp("s"),
    "msisdn": pa.int64(),
    "pos_phone": pa.float64(),
    "sex": pa.dictionary(pa.int8(), pa.string()),
    "full_name": pa.large_string(),
    "address": pa.string_view(),
    "status": pa.binary(),
}


def typed_table(rows: Rows) -> pa.Table:
    cells = [[None if value == "" else value for value in row] for row in typed(rows, since=1)[1:]]
    names = dict(zip(HEADERS.values(), HEADERS, strict=True))
    columns = {}
    for header, column in zip(rows[0], zip(*cells, strict=True), strict=True):
        kind = ARROW_TYPES.get(names.get(header, ""), pa.string())
        values: list[Any] = list(column)
        if pa.types.is_timestamp(kind) and kind.tz:
            values = [value and pl.Series([value]).dt.replace_time_zone("Asia/Ho_Chi_Minh")[0] for value in values]
        if pa.types.is_dictionary(kind):
            columns[header] = pa.array(values, pa.string()).dictionary_encode()
        elif pa.types.is_binary(kind):
            columns[header] = pa.array([value and value.encode() for value in values], kind)
        else:
            columns[header] = pa.array(values, kind)
    return pa.table(columns)


# --- The forms -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Form:
    """A way to write the records.

    write: a table → the files by name; without: what cannot be carried in it; path: what is given to the command.
    """

    write: Callable[[Rows], dict[str, bytes]]
    path: str
    format: str = "csv"
    encoding: str = "utf-8"
    without: frozenset[str] = frozenset()
    options: tuple[str, ...] = ()


FORMS: dict[str, Form] = {}


def form(
    name: str,
    path: str,
    write: Callable[[Rows], bytes | str],
    *cannot: str,
    kind: str = "csv",
    encoding: str = "utf-8",
    options: tuple[str, ...] = (),
) -> None:
    def files(rows: Rows) -> dict[str, bytes]:
        data = write(rows)
        return {path: data.encode() if isinstance(data, str) else data}

    FORMS[name] = Form(files, path, kind, encoding, frozenset(cannot), options)


form("comma", "vina.csv", delimited)
form("byte order mark", "vina.csv", lambda rows: "\ufeff" + delimited(rows))
form("semicolon", "vina.csv", lambda rows: delimited(rows, ";"))
form("tab", "vina.tsv", lambda rows: delimited(rows, "\t"))
form("bar", "vina.txt", lambda rows: delimited(rows, "|"))
form("CR LF", "vina.csv", lambda rows: delimited(rows, end="\r\n"))
# A line break within a value is a CR in such a file, too.
form("CR alone", "vina.csv", lambda rows: delimited(rows).replace("\n", "\r"))
form("all in quotes", "vina.csv", lambda rows: delimited(rows, quoting=csv.QUOTE_ALL))
form(
    "header in quotes",
    "vina.csv",
    lambda rows: delimited(rows[:1], quoting=csv.QUOTE_ALL) + delimited(rows[1:]),
)
form("a separator too many", "vina.csv", lambda rows: trailing(rows, header=True))
form("a separator too many below the header", "vina.csv", lambda rows: trailing(rows, header=False))
form("blank lines between", "vina.csv", lambda rows: "\n".join(lines_of(rows)) + "\n\n")
form("titles and sums, ragged", "vina.csv", titled_ragged)
form("header on every page", "vina.csv", lambda rows: delimited(headers_again(rows), ";"))
form("separator said above", "vina.csv", lambda rows: "sep=;\r\n" + delimited(rows, ";", "\r\n"))
form("apostrophes as quotes", "vina.csv", lambda rows: delimited(rows, quotechar="'", quoting=csv.QUOTE_ALL))
form("unit separators", "vina.txt", lambda rows: delimited(rows, "\x1f"))
form("header underlined", "vina.txt", underlined)
form("letters and marks apart", "vina.csv", lambda rows: unicodedata.normalize("NFD", delimited(rows)))
form("by Polars", "vina.csv", lambda rows: frame(rows).write_csv())
form("by Arrow", "vina.csv", by_arrow_csv)

UTF16 = "utf-16-le", "utf-16-be"
for _name in UTF16:
    _mark = "\ufeff".encode(_name)
    form(
        f"Unicode text, {_name}",
        "vina.txt",
        lambda rows, name=_name, mark=_mark: mark + delimited(rows, "\t", "\r\n").encode(name),
        encoding=_name,
    )
    form(
        f"Unicode text without a mark, {_name}",
        "vina.txt",
        lambda rows, name=_name: delimited(rows, "\t", "\r\n").encode(name),
        encoding=_name,
    )

# These have Vietnamese letters and ASCII: what was garbled once, and other scripts, are not in them.
OLD: dict[str, Callable[[str], bytes]] = {
    "windows-1258": windows_1258,
    "tcvn3": iconv("TCVN"),
    "viscii": iconv("VISCII"),
    "vni": vni,
}
for _name, _encode in OLD.items():
    form(_name, "vina.csv", lambda rows, e=_encode: e(delimited(rows, end="\r\n")), SIGNS, encoding=_name)
form(
    "vni, titles, header on every page, sums",
    "vina.txt",
    lambda rows: vni(delimited(titled(headers_again(rows)), "\t")),
    SIGNS,
    encoding="vni",
)
REPAIRED = "utf-8-read-as-windows-1252"
form("garbled", "vina.csv", lambda rows: garbled(delimited(rows)), encoding=REPAIRED)

SHEET = "Tháng 6"
SHEETS: dict[str, tuple[str, Callable[..., bytes]]] = {
    "openpyxl": ("xlsx", by_openpyxl),
    "xlsxwriter": ("xlsx", by_xlsxwriter),
    "xlwt": ("xls", by_xlwt),
    "odfpy": ("ods", by_odfpy),
}
GUIDE = [["Hướng dẫn"], ["Sheet này không có bản ghi"]]
for _name, (_kind, _by) in SHEETS.items():
    _cannot = [TABS] if _kind == "ods" else []  # see below
    form(_name, f"vina.{_kind}", lambda rows, by=_by: by((SHEET, rows)), *_cannot, kind=_kind)
    # A number has no zeros in front, so an old number of eleven digits is none any more, and "không có" is no number.
    form(
        f"{_name}, typed cells",
        f"vina.{_kind}",
        lambda rows, by=_by: by((SHEET, typed(rows))),
        DIGITS,
        *_cannot,
        kind=_kind,
    )
form(
    "xlwt, titles, header on every page, sums",
    "vina.xls",
    lambda rows: by_xlwt((SHEET, titled(headers_again(rows)))),
    kind="xls",
)
form(
    "odfpy, the second sheet, titles and sums",
    "vina.ods",
    lambda rows: by_odfpy(("Đọc trước", GUIDE), (SHEET, titled(rows))),
    TABS,
    kind="ods",
    options=("--sheet", SHEET),
)
form(
    "xlsxwriter, merged titles and sums, away from the corner",
    "vina.xlsx",
    lambda rows: by_xlsxwriter((SHEET, typed(titled(rows))), merged=(0, 1, len(rows) + 4), start=(2, 3)),
    DIGITS,
    kind="xlsx",
)
form(
    "the second sheet by number",
    "vina.xlsx",
    lambda rows: by_xlsxwriter(("1", GUIDE), (SHEET, rows), ("3", GUIDE)),
    kind="xlsx",
    options=("--sheet", "2"),
)


def plain_bytes(rows: Rows) -> bytes:
    return delimited(rows).encode()


form("gzip", "vina.csv.gz", lambda rows: gzip.compress(plain_bytes(rows)))
form("gzip of many members", "vina.csv.gz", lambda rows: gzip_members(plain_bytes(rows)))
form("gzip without an ending", "vina", lambda rows: gzip.compress(plain_bytes(rows)))
form("zstd", "vina.csv.zst", lambda rows: zstandard.ZstdCompressor(write_checksum=True).compress(plain_bytes(rows)))
form(
    "zstd of many frames",
    "vina.csv.zst",
    lambda rows: b"".join(zstandard.compress(line.encode()) for line in delimited(rows).splitlines(keepends=True)),
)
form("zip", "vina.zip", lambda rows: zipped(("thuê bao/vina.csv", plain_bytes(rows))))
form(
    "zip with what else lies in it",
    "vina.zip",
    lambda rows: zipped(
        ("vina/", b""),
        ("vina/đọc.md", b"x"),
        ("vina/a.csv", plain_bytes(rows)),
        ("__MACOSX/._a.csv", b"x"),
        ("vina/.a.csv", b"x"),
        method=zipfile.ZIP_STORED,
    ),
)
form(
    "zip of windows-1258",
    "vina.zip",
    lambda rows: zipped(("a.txt", windows_1258(delimited(rows, "|")))),
    SIGNS,
    encoding="windows-1258",
)
form("zip of Parquet", "vina.zip", lambda rows: zipped(("a.parquet", parquet(arrow(rows)))), kind="parquet")
form("zip of an xlsx", "vina.zip", lambda rows: zipped(("a.xlsx", by_openpyxl((SHEET, rows)))), kind="xlsx")
form("xlsx called csv", "vina.csv", lambda rows: by_openpyxl((SHEET, rows)), kind="xlsx")
form("csv called xlsx", "vina.xlsx", delimited)

form("NDJSON", "vina.ndjson", ndjson, kind="ndjson")
form("NDJSON with numbers and keys left out", "vina.ndjson", ndjson_sparse, DIGITS, kind="ndjson")
form(
    "NDJSON in UTF-16",
    "vina.ndjson",
    lambda rows: ndjson(rows).encode("utf-16-le"),
    kind="ndjson",
    encoding="utf-16-le",
)

form("Parquet by Arrow", "vina.parquet", lambda rows: parquet(arrow(rows)), kind="parquet")
# A day that does not exist has no place in a column of days.
form("Parquet with types", "vina.parquet", lambda rows: parquet(typed_table(rows)), DIGITS, DATES, kind="parquet")
form("Parquet by Polars", "vina.parquet", polars_parquet, kind="parquet")


# --- The same in each ------------------------------------------------------------------------------------------

PLAIN: dict[frozenset[str], Found] = {}


def plainly(desk: Desk, cli: Command, without: frozenset[str] = frozenset()) -> Found:
    """Return what is found in the plain form of the records that a form can carry; audited once."""
    if without not in PLAIN:
        desk.write("plain.csv", delimited(rows_of(carried(without))))
        PLAIN[without] = audit(desk, cli, "plain.csv")
    return PLAIN[without]


def test_what_is_found_is_what_is_typed(desk: Desk, cli: Command) -> None:
    found = plainly(desk, cli)
    hold(found, CASES, found)
    assert len(CASES) == found.document["totals"]["records"] == 152
    assert len({code for _, code, *_ in found.findings}) == 69 - 4  # what is compared is nearly all there is
    text = "".join(value for row in rows_of(CASES) for value in row)
    small = {unicodedata.normalize("NFC", v + tone) for v in "aâăeêioôơuưy" for tone in ("", *TONES)} | {"đ"}
    assert (small | {letter.upper() for letter in small}) <= set(text)


CONVERTED = {
    "utf-16-le": "UTF-16 (little endian)",
    "utf-16-be": "UTF-16 (big endian)",
    "windows-1258": "windows-1258",
    "tcvn3": "TCVN3",
    "viscii": "VISCII",
    "vni": "VNI",
    REPAIRED: "windows-1252",
}


def hold_said_of_the_file(found: Found, encoding: str) -> None:
    """Hold that the export findings are the unknown columns and, only where it was not UTF-8, from what it came."""
    path = found.document["inputs"][0]["path"]
    said = {one["code"]: one for one in found.document["export_findings"]}
    assert len(said) == len(found.document["export_findings"])
    unknown = said.pop("EXP104")
    assert unicodedata.normalize("NFC", unknown.pop("detail")) == ", ".join(UNKNOWN)
    assert unknown == {"code": "EXP104", "path": path, "severity": "info"}
    converted = {code: (one["path"], one["severity"]) for code, one in said.items()}
    assert converted == ({"EXP103": (path, "info")} if encoding != "utf-8" else {})
    assert CONVERTED.get(encoding, "") in "".join(one["detail"] for one in said.values())


@pytest.mark.parametrize("name", FORMS)
def test_every_form_gives_the_same(desk: Desk, cli: Command, name: str) -> None:
    written = FORMS[name]
    cases = carried(written.without)
    for file, data in written.write(rows_of(cases)).items():
        desk.write(file, data)
    found = audit(desk, cli, written.path, *written.options)
    hold(found, cases, plainly(desk, cli, written.without))
    [said] = found.document["inputs"]
    assert (said["format"], said["encoding"]) == (written.format, written.encoding)
    assert (said["records"], said["rejected"]) == (len(cases), 0)
    hold_said_of_the_file(found, written.encoding)
    columns = {column: unicodedata.normalize("NFC", header) for column, header in said["columns"].items()}
    assert {column: header.casefold() for column, header in columns.items()} == {
        column: header.casefold() for column, header in HEADERS.items()
    }


def test_every_encoding_is_among_the_forms() -> None:
    assert {written.encoding for written in FORMS.values()} == {"utf-8", *CONVERTED}
    assert {written.format for written in FORMS.values()} == {"csv", "ndjson", "parquet", "xlsx", "xls", "ods"}


# --- Several files ---------------------------------------------------------------------------------------------

PARTS: dict[str, tuple[Callable[[Rows, Rows], dict[str, bytes]], str]] = {
    "header in each": (
        lambda first, second: {"vina 1.csv": plain_bytes(first), "vina 2.csv": plain_bytes(second)},
        "vina*.csv",
    ),
    "header in each, other separators and encodings": (
        lambda first, second: {
            "vina 1.csv": delimited(first, "\t").encode("utf-16"),
            "vina 2.csv": delimited(second, ";", "\r\n").encode("utf-8-sig"),
        },
        "vina*.csv",
    ),
    "header in the first": (
        lambda first, second: {"vina 1.csv": plain_bytes(first), "vina 2.csv": plain_bytes(second[1:])},
        "vina*.csv",
    ),
    "header in the first, UTF-16": (
        lambda first, second: {
            "vina_a.txt": delimited(first, "\t", "\r\n").encode("utf-16"),
            "vina_b.txt": delimited(second[1:], "\t", "\r\n").encode("utf-16-le"),
        },
        "vina*.txt",
    ),
    "header in the first, packed": (
        lambda first, second: {
            "vina1.csv.gz": gzip.compress(plain_bytes(first)),
            "vina2.csv.gz": gzip.compress(plain_bytes(second[1:])),
        },
        "vina*",
    ),
    "in one zip": (
        lambda first, second: {"vina.zip": zipped(("b/p1.csv", plain_bytes(first)), ("b/p2.csv", plain_bytes(second)))},
        "vina.zip",
    ),
    "in one zip, header in the first": (
        # The members' order in the zip is not that of their names.
        lambda first, second: {"vina.zip": zipped(("p2.csv", plain_bytes(second[1:])), ("p1.csv", plain_bytes(first)))},
        "vina.zip",
    ),
    "in one zip, of two kinds": (
        lambda first, second: {
            "vina.zip": zipped(("a.xlsx", by_openpyxl((SHEET, first))), ("b.parquet", parquet(arrow(second))))
        },
        "vina.zip",
    ),
    "three kinds in a folder": (
        lambda first, second: {
            "d/a.ndjson": ndjson(first).encode(),
            "d/b.xls": by_xlwt((SHEET, second[:40])),
            "d/c.csv.zst": zstandard.compress(plain_bytes([second[0], *second[40:]])),
        },
        "d",
    ),
}


def in_two(rows: Rows, at: int) -> tuple[Rows, Rows]:
    return rows[:at], [rows[0], *rows[at:]]


@pytest.mark.parametrize("name", PARTS)
def test_a_split_export_gives_the_same(desk: Desk, cli: Command, name: str) -> None:
    write, path = PARTS[name]
    like = plainly(desk, cli)
    for file, data in write(*in_two(rows_of(CASES), 70)).items():
        desk.write(file, data)
    found = audit(desk, cli, path)
    hold(found, CASES, like)
    inputs = found.document["inputs"]
    assert sum(given_file["records"] for given_file in inputs) == len(CASES)
    assert all(given_file["columns"] == HEADERS for given_file in inputs)


UNFIT: dict[str, tuple[str, Callable[[Rows], bytes]]] = {
    "another separator": ("vina 2.csv", lambda rows: delimited(rows, ";").encode()),
    "a column less": ("vina 2.csv", lambda rows: plain_bytes([row[1:] for row in rows])),
    "another order": ("vina 2.csv", lambda rows: plain_bytes([[*row[1:], row[0]] for row in rows])),
    "another name": ("export.csv", plain_bytes),
    "another folder": ("more/vina 2.csv", plain_bytes),
    "a workbook": ("vina 2.xlsx", lambda rows: by_openpyxl((SHEET, rows))),
}


@pytest.mark.parametrize("name", UNFIT)
def test_a_file_without_header_whose_neighbours_do_not_fit_is_refused(desk: Desk, cli: Command, name: str) -> None:
    first, second = in_two(rows_of(CASES), 70)
    file, write = UNFIT[name]
    desk.write("vina 1.csv", delimited(first))
    desk.write(file, write(second[1:]))
    done = cli("audit", "vina 1.csv", file, "--operator", "VinaPhone", "--format", "json", "--as-of", AS_OF, "--reveal")
    assert done.code == 3
    one_message(done, f"{file}: no column is recognised in its first lines")
    hold_nothing_personal(done, second[1:])
    assert [given_file["path"] for given_file in done.document["inputs"]] == ["vina 1.csv"]
    assert done.document["unreadable"] == [{"path": file, "reason": "header_missing"}]


def hold_nothing_personal(done: Outcome, rows: Rows) -> None:
    """Hold that no name, number or address of a person was said."""
    for row in rows:
        record = dict(zip(HEADERS, row[1:], strict=False))
        for column in ("msisdn", "full_name", "id_number", "address"):
            assert len(record[column]) < 6 or record[column] not in done.err


def test_a_file_without_header_alone_is_refused(desk: Desk, cli: Command) -> None:
    rows = rows_of(CASES)[1:]
    desk.write("vina 2.csv", delimited(rows))
    done = cli("audit", "vina 2.csv", "--operator", "VinaPhone")
    assert done.code == 3
    one_message(done, "vina 2.csv: no column is recognised in its first lines")
    hold_nothing_personal(done, rows)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "0912 345 678,Nguyễn Văn An,001 090 012 345\n0912 345 679,Trần Thị Bình,001 090 012 346\n", id="apart"
        ),
        pytest.param("0912.345.678,Nguyễn Văn An,02/01/1990\n0912.345.679,Trần Thị Bình,02/01/1990\n", id="dots"),
        pytest.param(",Nguyễn Văn An,02/01/1990\n0912345679,Trần Thị Bình,02/01/1990\n", id="the first has none"),
        pytest.param(
            "0912 345 678,Nguyễn Văn An,CCCD\n0912 345 679,Trần Thị Bình,CCCD\n", id="a word that is a header too"
        ),
    ],
)
def test_values_in_the_header_s_place_are_not_shown(desk: Desk, cli: Command, text: str) -> None:
    desk.write("vina.csv", text)
    done = cli("audit", "vina.csv", "--format", "json")
    assert done.code == 3
    for personal in ("Nguyễn Văn An", "345 678", "345.678"):
        assert personal not in done.out + done.err


def test_that_a_part_has_no_header_of_its_own_is_said(desk: Desk, cli: Command) -> None:
    first, second = in_two(rows_of(CASES), 70)
    desk.write("vina 1.csv", delimited(first))
    desk.write("vina 2.csv", delimited(second[1:]))
    assert "vina 2.csv" in audit(desk, cli, "vina 1.csv", "vina 2.csv").err


def test_a_part_without_header_in_which_other_numbers_stand_is_refused(desk: Desk, cli: Command) -> None:
    """Identity documents where the first part has telephone numbers: it is not the same order of columns."""
    first, second = in_two(rows_of([case(n) for n in range(20)]), 11)
    one, other = (first[0].index(HEADERS[column]) for column in ("msisdn", "id_number"))
    for row in second[1:]:
        row[one], row[other] = row[other], row[one]
    desk.write("vina 1.csv", delimited(first))
    desk.write("vina 2.csv", delimited(second[1:]))
    assert cli("audit", "vina 1.csv", "vina 2.csv").code == 3


CARRIERS: dict[str, tuple[str, Callable[[Rows], bytes]]] = {
    "Gmobile": ("gmobile.xls", lambda rows: by_xlwt((SHEET, rows))),
    "MobiFone": ("mobifone.parquet", lambda rows: parquet(arrow(rows))),
    "VinaPhone": ("sub/vinaphone.xlsx", lambda rows: by_xlsxwriter((SHEET, titled(rows)))),
    "Viettel": ("viettel.csv", lambda rows: windows_1258(delimited(rows, ";", "\r\n"))),
    "Vietnamobile": ("vietnamobile.ndjson", lambda rows: ndjson_sparse(rows).encode()),
    "iTel": ("itel.zip", lambda rows: zipped(("tháng 6/a.txt", delimited(rows, "\t").encode("utf-16")))),
}


def test_a_folder_of_six_carriers_is_the_sum_of_its_files(desk: Desk, cli: Command) -> None:
    form_of = ("--format", "json", "--as-of", AS_OF, "--findings", "found.csv", "--reveal")
    singles: list[tuple[dict[str, Any], list[dict[str, str]]]] = []
    for n, (operator, (file, write)) in enumerate(CARRIERS.items()):
        # The faults of six carriers and of nobody else: what is compared across files finds nothing more in a folder.
        cases = [case(300 + 50 * n + k) for k in range(12)] + [
            case(320 + 50 * n, "PER101", full_name=""),
            case(321 + 50 * n, "PER131", address="-"),
            *(
                case(322 + 50 * n + k, "DUP121/a", id_number=number(322 + 50 * n), full_name=NAMES[k])
                for k in range(n % 3)
            ),
            *(case(330 + 50 * n + k, "DUP103/b", sim_serial=f"89840200000012{n:05}") for k in range(2)),
        ]
        desk.write(f"exports/{file}", write(rows_of(cases)))
        done = cli("audit", f"exports/{file}", *form_of)
        assert [one["operator"] for one in done.document["operators"]] == [operator]
        singles.append((done.document, desk.rows("found.csv")))
    whole = cli("audit", "exports", *form_of)
    assert whole.code == 1, whole.err
    document = whole.document
    in_order = sorted(singles, key=lambda single: single[0]["inputs"][0]["path"])
    assert document["inputs"] == [single["inputs"][0] for single, _ in in_order]
    assert document["export_findings"] == [said for single, _ in in_order for said in single["export_findings"]]
    rules = {one["operator"]: one for single, _ in singles for one in single["operators"]}
    assert {one["operator"]: one for one in document["operators"]} == rules
    for key, total in document["totals"].items():
        assert total == sum(single["totals"][key] for single, _ in singles)
    for n, rule in enumerate(document["rules"]):
        assert rule["violations"] == sum(single["rules"][n]["violations"] for single, _ in singles)
    for tier, count in document["identities"]["tiers"].items():
        assert count == sum(single["identities"]["tiers"][tier] for single, _ in singles)
    members = [grouped(rows) for _, rows in in_order]
    assert grouped(desk.rows("found.csv")) == set().union(*members)
    assert len(desk.rows("found.csv")) == sum(len(rows) for _, rows in singles)


def grouped(rows: list[dict[str, str]]) -> set[tuple[str, str, str, str, frozenset[tuple[str, str]]]]:
    """Return path, record, code and value of findings, and with whom they are in one group."""
    members: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for row in rows:
        members[row["code"], row["group"]].add((row["path"], row["record"]))
    return {
        (
            row["path"],
            row["record"],
            row["code"],
            row["value"],
            frozenset(members[row["code"], row["group"]] if row["group"] else ()),
        )
        for row in rows
    }


# --- Standard input --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["comma", "windows-1258", "gzip", "openpyxl", "zip", "Parquet by Arrow"])
def test_standard_input_in_every_form(desk: Desk, cli: Command, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    written = FORMS[name]
    cases = carried(written.without)
    like = plainly(desk, cli, written.without)
    [data] = written.write(rows_of(cases)).values()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    found = audit(desk, cli, "-", "--hash")
    hold(found, cases, like)
    [said] = found.document["inputs"]
    assert (said["path"].partition("/")[0], said["format"], said["encoding"]) == (
        "stdin",
        written.format,
        written.encoding,
    )
    unpacked = gzip.decompress(gzip.compress(plain_bytes(rows_of(cases)))) if name == "zip" else data
    assert said["sha256"] == hashlib.sha256(unpacked).hexdigest()


def test_standard_input_of_a_process(desk: Desk, cli: Command, process: Command) -> None:
    like = plainly(desk, cli)
    form_of = ("--operator", "VinaPhone", "--format", "json", "--findings", "found.csv", "--reveal", "--as-of", AS_OF)
    done = process("audit", "-", *form_of, given="\ufeff" + delimited(rows_of(CASES), ";"))
    assert done.code == 1, done.err
    hold(found_by(done, desk.rows("found.csv")), CASES, like)


# --- What is said of a file ------------------------------------------------------------------------------------

FEW = [case(n) for n in range(5)]


def test_a_converted_file_can_make_the_command_fail(desk: Desk, cli: Command) -> None:
    rows = [row[1:-1] for row in rows_of(FEW)]
    desk.write("utf-8.csv", delimited(rows))
    desk.write("utf-16.csv", delimited(rows).encode("utf-16"))
    form_of = ("--operator", "VinaPhone", "--as-of", AS_OF, "--fail-on")
    codes = [
        cli("audit", f"utf-{n}.csv", *form_of, level).code for n, level in ((8, "info"), (16, "info"), (16, "warning"))
    ]
    assert codes == [0, 1, 0]


def test_the_user_s_word_on_the_encoding_goes_before_all_else(desk: Desk, cli: Command) -> None:
    # Nothing in these bytes says what they are: ASCII headers, one name.
    desk.write("vina.csv", b"msisdn,full_name\n0912345678,L\xea An 1\n")
    for name, encoding, value in (
        ("cp1258", "windows-1258", "Lê An 1"),
        ("VISCII", "viscii", "Lẻ An 1".replace("ẻ", "ê")),
        ("abc", "tcvn3", "Lờ An 1"),
    ):
        found = audit(desk, cli, "vina.csv", "--encoding", name)
        assert found.document["inputs"][0]["encoding"] == encoding
        assert [value_of for _, code, _, _, value_of, *_ in found.findings if code == "PER102"] == [value]
        assert [one["code"] for one in found.document["export_findings"] if one["code"] == "EXP103"] == ["EXP103"]
    desk.write("u.csv", delimited(rows_of(FEW)).encode("utf-16-le"))
    assert audit(desk, cli, "u.csv", "--encoding", "utf-16", exits=0).document["inputs"][0]["encoding"] == "utf-16-le"
    desk.write("w.xlsx", by_openpyxl((SHEET, rows_of(FEW))))
    assert audit(desk, cli, "w.xlsx", "--encoding", "vni", exits=0).document["totals"]["records"] == 5


@pytest.mark.parametrize("name", ["latin-1", "windows-1252"])
def test_an_unknown_encoding_is_refused_with_the_known_ones(desk: Desk, cli: Command, name: str) -> None:
    desk.export("vina.csv")
    done = cli("audit", "vina.csv", "--encoding", name)
    assert done.code == 2
    for known in ("utf-8", "utf-16-le", "utf-16-be", "windows-1258", "tcvn3", "vni", "viscii"):
        assert known in done.said
    assert done.out == ""


@pytest.mark.parametrize(("kind", "by"), [("xlsx", by_xlsxwriter), ("xls", by_xlwt), ("ods", by_odfpy)])
def test_an_unknown_sheet_is_refused_with_the_known_ones(
    desk: Desk, cli: Command, kind: str, by: Callable[..., bytes]
) -> None:
    desk.write(f"vina.{kind}", by(("Đọc trước", GUIDE), (SHEET, rows_of(FEW))))
    for sheet in ("Tháng 7", "3") if kind == "xls" else ("0",):
        done = cli("audit", f"vina.{kind}", "--sheet", sheet, "--format", "json")
        assert done.code == 3
        one_message(done, f"vina.{kind}", f"'{sheet}'", "Đọc trước", SHEET)
        assert [one["reason"] for one in done.document["unreadable"]] == ["sheet_unknown"]
    assert "Đọc trước" in audit(desk, cli, f"vina.{kind}", "--sheet", SHEET, exits=0).err  # it is said what is not read


LOOKED_AT = [
    "comma",
    "titles and sums, ragged",
    "Unicode text, utf-16-le",
    "windows-1258",
    "vni",
    "garbled",
    "openpyxl",
    "xlwt",
    "odfpy",
    "gzip without an ending",
    "zip of Parquet",
    "NDJSON with numbers and keys left out",
    "Parquet with types",
]


@pytest.mark.parametrize("name", LOOKED_AT)
def test_columns_are_shown_of_every_form(desk: Desk, cli: Command, name: str) -> None:
    written = FORMS[name]
    cases = [case(n) for n in range(4)]
    for file, data in written.write(rows_of(cases)).items():
        desk.write(file, data)
    done = cli("columns", written.path, COLUMNS=200)
    assert (done.code, done.err) == (0, "")
    assert re.search(rf"\b{written.format}\b.*{re.escape(written.encoding)}", done.said)
    for column, header in HEADERS.items():
        assert column in done.said
        assert header in done.said
    for header in UNKNOWN:
        assert header in done.said
    for one in cases:
        assert one.record["full_name"] not in done.said
        assert one.record["msisdn"].lstrip("0") not in done.said


def test_digests_are_those_of_the_files(desk: Desk, cli: Command) -> None:
    rows = rows_of(FEW)
    data, book, table = plain_bytes(rows), by_openpyxl((SHEET, rows)), parquet(arrow(rows))
    files = {
        "vina.csv": data,
        "vina.csv.gz": gzip.compress(data),
        "vina.csv.zst": zstandard.compress(data),
        "vina.xlsx": book,
        "vina.parquet": table,
        "vina.ndjson.gz": gzip_members(ndjson(rows).encode()),
    }
    members = {"a.csv": data, "b.xlsx": book, "c.parquet": table, "d/e.txt": windows_1258(delimited(rows, "|"))}
    for file, content in files.items():
        desk.write(file, content)
    desk.write("vina.zip", zipped(*members.items()))
    paths = [*files, "vina.zip"]
    # Every record stands in all files: that they are the same ones is of no concern here.
    arguments = ("--operator", "VinaPhone", "--format", "json", "--as-of", AS_OF, "--fail-on", "never")
    without, done = cli("audit", *paths, *arguments), cli("audit", *paths, *arguments, "--hash")
    assert (without.code, done.code) == (0, 0)
    wanted = {**files, **{f"vina.zip/{name}": content for name, content in members.items()}}
    digests = {one["path"]: one["sha256"] for one in done.document["inputs"]}
    assert digests == {path: hashlib.sha256(content).hexdigest() for path, content in wanted.items()}
    assert {one["sha256"] for one in without.document["inputs"]} == {None}
    sizes = {one["path"]: one["bytes"] for one in done.document["inputs"]}
    assert {path: sizes[path] for path in files} == {path: len(content) for path, content in files.items()}


# --- What is not the same yet ----------------------------------------------------------------------------------


def test_separators_that_are_controls(desk: Desk, cli: Command) -> None:
    desk.write("vina.txt", delimited(rows_of(CASES), "\x01"))
    hold(audit(desk, cli, "vina.txt"), CASES, plainly(desk, cli))


def test_line_feeds_within_values_of_a_file_of_carriage_returns(desk: Desk, cli: Command) -> None:
    """As Excel on a Mac wrote it: rows end with CR, lines within a cell with LF."""
    desk.write("vina.csv", delimited(rows_of(CASES), end="\r", quoting=csv.QUOTE_ALL))
    hold(audit(desk, cli, "vina.csv"), CASES, plainly(desk, cli))


def test_standard_input_has_one_name(desk: Desk, cli: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(plain_bytes(rows_of(CASES)))))
    found = audit(desk, cli, "-")
    assert {row["path"] for row in desk.rows("found.csv")} == {found.document["inputs"][0]["path"]}


def test_values_in_findings_are_composed(desk: Desk, cli: Command) -> None:
    cases = [case(0, "PER104", full_name="Ánh")]
    desk.write("vina.csv", unicodedata.normalize("NFD", delimited(rows_of(cases))))
    audit(desk, cli, "vina.csv", exits=0)
    assert [row["value"] for row in desk.rows("found.csv")] == ["Ánh"]


@pytest.mark.parametrize(("kind", "by"), [("xlsx", by_xlsxwriter), ("xls", by_xlwt), ("ods", by_odfpy)])
def test_midnight_is_an_hour_in_a_workbook_too(desk: Desk, cli: Command, kind: str, by: Callable[..., bytes]) -> None:
    # In a workbook a day and its midnight are one number: what is by the clock elsewhere in the column is so here.
    cases = [case(0, portrait_taken_at="01/06/2025 00:00"), case(1)]
    desk.write(f"vina.{kind}", by((SHEET, typed(rows_of(cases)))))
    assert audit(desk, cli, f"vina.{kind}", exits=0).findings == []


# --- Whatever the order, wherever it is cut --------------------------------------------------------------------

few_times = settings(
    max_examples=4, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@few_times
@given(
    st.permutations(range(len(HEADERS) + 2)),
    st.sampled_from(["semicolon", "vni", "xlwt", "NDJSON", "Parquet by Arrow"]),
)
def test_the_order_of_columns_changes_nothing(desk: Desk, cli: Command, order: list[int], name: str) -> None:
    written = FORMS[name]
    cases = carried(written.without)
    for file, data in written.write([[row[n] for n in order] for row in rows_of(cases)]).items():
        desk.write(file, data)
    hold(audit(desk, cli, written.path), cases, plainly(desk, cli, written.without))


@few_times
@given(
    st.lists(st.integers(1, len(CASES) - 1), min_size=1, max_size=4, unique=True).map(sorted),
    st.lists(
        st.sampled_from(
            ["tab", "header in quotes", "Unicode text, utf-16-be", "openpyxl", "gzip", "NDJSON", "by Arrow"]
        ),
        min_size=5,
        max_size=5,
    ),
)
def test_wherever_an_export_is_cut_the_parts_are_the_whole(
    desk: Desk, cli: Command, cuts: list[int], names: list[str]
) -> None:
    header, *lines = rows_of(CASES)
    edges = [0, *cuts, len(lines)]
    paths = []
    for n, (start, end) in enumerate(pairwise(edges)):
        [data] = FORMS[names[n]].write([header, *lines[start:end]]).values()
        paths.append(f"part {n}")
        desk.write(paths[-1], data)
    found = audit(desk, cli, *paths)
    hold(found, CASES, plainly(desk, cli))
    assert Counter(one["records"] for one in found.document["inputs"]) == Counter(b - a for a, b in pairwise(edges))
