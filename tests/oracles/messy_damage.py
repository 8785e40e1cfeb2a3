"""Damage to one field: missing, wrong, at the edge of what is allowed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from oracles.lists import spaced
from oracles.messy_plan import AS_OF, at_some_hour, between, days_later, digits, passport_number, years_later
from oracles.messy_values import (
    COMPANIES,
    CONNECTION,
    FLAGS,
    FOREIGN,
    KIND_TEXTS,
    MATCHED,
    MISSING,
    NO_CONNECTION,
    NO_COUNTRY,
    NO_MATCHED,
    NO_OPERATOR,
    NO_PAYMENT,
    NO_POS_KIND,
    NO_REFERENCE,
    NO_SEX,
    NO_STATUS,
    NO_SUBSCRIBER,
    NO_USAGE,
    ODD_KIND_TEXTS,
    OLD_PREFIXES,
    OPERATORS,
    PAYMENT,
    POS_KIND,
    SEX,
    STATUS,
    USAGE,
    VIETNAMESE,
    Random,
)
from oracles.messy_writing import date_text, document_number_text, moment_text, number_text, written
from oracles.texts import tax_check_digit

Damage = Callable[[Random, str | None], str | None]

TCVN3_NAMES = ["NguyÔn V¨n An", "TrÇn ThÞ B×nh", "Lª V¨n §øc", "Ph¹m ThÞ Hång"]
VNI_NAMES = ["Nguyeãn Vaên An", "Traàn Thò Bình", "Ñoã Vaên Minh", "Phaïm Thò Hoàng"]
GARBLED = [
    *("Nguyá»…n VÄƒn An", "Tráº§n Thá»‹ B", "Ä‘á»— Minh", "Æ°ng HoÃ ng", "LÃª VÄƒn CÃ´ng", "HÃ¹ng"),
    *("Nguy\ufffdn V\ufffdn", "Le\x01 Van", "Tran\x7fB", "Pham \x1b[31m", "BÃ¡ Ãº", "PhÃ³ng"),
    *("NGUY?N V?N AN", "Tr?n", "L? Th? Hoa?"),
]
NO_NAMES = [
    *("test", "TEST", "Khách hàng", "KHÁCH HÀNG", "khach hang", "Khách lẻ", "Chủ thuê bao", "Không tên"),
    *("Chưa có tên", "unknown", "No Name", "abc", "ABC", "xxx", "XXX", "sim", "Anonymous", "aa", "AaA", "ĐĐđ"),
    *("zzzz", "a a", "B b B", "Nguyễn Văn 1", "Khách 84", "An2", "123", "!?", "'", "Ðồng Test", "kHáCh  HàNg"),
    *("Test User", "Simon", "ab", "Bà Khách Hàng", "khách-hàng", "A.B.C"),
]
SHORT_NAMES = ["A", "Đ", "An", "Nguyễn", "H'Hen", "K'Sor", "Y", "Anne-Marie", "ý"]
LONG_NAMES = ["Ð\u00e0o Ngọc", "Ɖặng Thị", "Nguyễn Thị Thuý", "Thuỷ", "Hòa", "Hoà", "Công ty ABC", "Mr. An"]
LONG_NAMES += ["Ông Nguyễn Văn An", "ba. Trần Thị Bình", "José García", "François Müller", "Hà Lê"]
BAD_NAMES = [GARBLED, NO_NAMES, SHORT_NAMES, LONG_NAMES, TCVN3_NAMES, VNI_NAMES]


def bad_name(rng: Random) -> str:
    return rng.choice(rng.choice(BAD_NAMES))


def bad_tax_code(rng: Random) -> str:
    body, check = "", ""
    while len(check) != 1:
        body = digits(rng, 9)
        check = tax_check_digit(body)
    good = body + check
    wrong = body + str((int(check) + rng.randint(1, 9)) % 10)
    return rng.choice(
        [
            *(good, good, good, good, good + "-001", good + "001", good + "-123", wrong, wrong, wrong + "-001"),
            *(good[:9], good + "1", "0" + digits(rng, 11), "001099012345", f" {good} ", f"\u200b{good}"),
            *(good + "\u00a0", "MST" + good, good[:3] + "." + good[3:], "0100233488", "0314409058-002"),
            *(good + "-000", good + "000", "100233488", "100233489", good + ".0", f"{good} – 001", "'" + good),
            *("0312 68 78 78 - 001", "01.00.112.437", good[:4] + " " + good[4:]),
        ]
    )


BAD_DATES = [
    *("31/02/2020", "30/2/2021", "29/02/2023", "00/01/2020", "12/13/2020", "13/12/20", "1/1/90", "1990", "2020"),
    *("01/1990", "13/1990", "1990-05", "1990.5", "00/00/1985", "00/05/1985", "1985-00-00", "1985/05/00", "0000"),
    *("00/00/1985 00:00:00", "00/13/1985", "19900101", "19901301", "31021990", "1021990", "32011990"),
    *("9999", "09999", "60001", "99999", "43831.25x", "2020-02-30", "20-01-02", "1/2-2020", "01/02/2020 24:00"),
    *("01/02/2020 25:61", "01/02/2020 10:60", "01/02/2020 10:00:60", "01/02/2020T", "01/02/2020 10", "2020-13-01"),
    *("01 02 2020", "1/2/02020", "2020-1-1-1", "01/01/0000", "32/01/2020", "-43831", "12/31/2019", "Jan 5 2020"),
    *("01/01/1900x", "20-ABC-2020", "31-FEB-2020", "20-OCT-85", "ngày 31 tháng 2 năm 2020", "1/2/2020 9:5"),
    *("2020123", "20200101250000", "15/08/90 10:00", "1587536700", "4.38E+04"),
]
NOTHING_DATES = [
    *("0001-01-01", "1/1/0001", "0000-00-00", "00/00/0000", "00/01/1900", "0001-01-01T00:00:00"),
    *("1900-01-01", "01/01/1900", "1970-01-01", "01/01/1970 00:00:00", "25569", "19700101", "01-JAN-1970"),
    *("9999-12-31", "31/12/9999", "9999-12-31 23:59:59", "00/01/1900 00:00", "1970-01-01T00:00:00"),
]
EDGE_DATES = [
    *("10000", "60000", "43831", "43831.5", "43831.0", "44000.25", "36526", "29/02/2020", "29/2/2000", "2020-02-29"),
    *("24/12/2024 00:00", "2024-12-23T17:00:00Z", "2024-12-23T16:59:59Z", "2017-04-23T23:30:00+06:00"),
    *("2017-04-24T00:30:00+08:00", "14/04/2026 23:59:59", "2026-04-14T17:00:00.000Z", "31/12/2024 23:59"),
    *("01/01/2025 00:00:00", "2026-11-23T17:30:00Z", "46349", "45657.99999", "01/02/2020 00:00", "5/6/2020"),
    *("12/05/1990", "05/12/1990", "01/02/2020 10:00 AM", "12:30 SA 01/02/2020", "1/2/2020 9:05"),
]
# Every day that the contract names.
DAYS = [
    dt.date(2016, 1, 1),
    dt.date(2017, 4, 24),
    dt.date(2018, 4, 24),
    dt.date(2024, 1, 15),
    dt.date(2024, 6, 29),
    dt.date(2024, 7, 1),
    dt.date(2024, 12, 24),
    dt.date(2024, 12, 31),
    dt.date(2025, 7, 1),
    dt.date(2026, 4, 15),
    dt.date(2026, 6, 15),
    years_later(AS_OF, -2),
    AS_OF,
]
EDGE_DAYS = [days_later(day, by) for day in DAYS for by in (-1, 0, 1)]


def any_date(rng: Random, old: str | None) -> str | None:
    draw = rng.random()
    if draw < 0.25:
        return rng.choice(MISSING)
    if draw < 0.32:
        return rng.choice(NOTHING_DATES)
    if draw < 0.60:
        return rng.choice(BAD_DATES)
    if draw < 0.75:
        return rng.choice(EDGE_DATES)
    day = rng.choice(EDGE_DAYS) if draw < 0.9 else between(rng, dt.date(1910, 1, 1), dt.date(2030, 1, 1))
    return moment_text(rng, at_some_hour(rng, day)) if rng.random() < 0.5 else date_text(rng, day)


def coded(*texts: str | None) -> Damage:
    def damage(rng: Random, old: str | None) -> str | None:
        if rng.random() < 0.35:
            return rng.choice(MISSING)
        text = rng.choice(texts)
        return None if text is None else written(rng, text)

    return damage


def blank(rng: Random, old: str | None) -> str | None:
    return rng.choice(MISSING)


def garble(rng: Random, old: str | None) -> str | None:
    if rng.random() < 0.5 or old is None:
        return rng.choice(MISSING)
    return written(rng, old)


def no_reference(rng: Random, old: str | None) -> str | None:
    return rng.choice(FLAGS) if rng.random() < 0.2 else rng.choice(NO_REFERENCE)


def damage_msisdn(rng: Random, old: str | None) -> str | None:
    draw = rng.random()
    if draw < 0.25:
        return rng.choice(MISSING)
    if draw < 0.45:
        return number_text(rng, rng.choice(OLD_PREFIXES) + digits(rng, 7))
    if draw < 0.60:
        return number_text(rng, "0" + digits(rng, 9))
    if draw < 0.75:
        prefixes = rng.choice(list(OPERATORS.values())).split()
        return number_text(rng, rng.choice(prefixes) + digits(rng, 7))
    return rng.choice(
        [
            *("0" + digits(rng, 8), "09" + digits(rng, 9), "1900" + digits(rng, 4), "abc", "1" + digits(rng, 8)),
            *("6" + digits(rng, 8), "84" + digits(rng, 8), "84091" + digits(rng, 7), "9.12345678E8"),
            *("0912 345 67x", "091234567O", "0912345678/0987654321", "0", "008491" + digits(rng, 7)),
            *("84162" + digits(rng, 7), "162" + digits(rng, 7), "0240" + digits(rng, 7), "840162" + digits(rng, 7)),
            *("8491" + digits(rng, 7) + ".0", "0912345678.00", "84" + digits(rng, 7), "M2M-0001", "0912.345.000"),
        ]
    )


def damage_name(rng: Random, old: str | None) -> str | None:
    return rng.choice(MISSING) if rng.random() < 0.3 else bad_name(rng)


ALL_KINDS = [text for texts in KIND_TEXTS.values() for text in texts] + ODD_KIND_TEXTS


def damage_id_type(rng: Random, old: str | None) -> str | None:
    return rng.choice(MISSING) if rng.random() < 0.25 else written(rng, rng.choice(ALL_KINDS))


def damage_id_number(rng: Random, old: str | None) -> str | None:
    draw = rng.random()
    if draw < 0.3 or old is None:
        return rng.choice(MISSING)
    if draw < 0.50:
        return document_number_text(rng, digits(rng, rng.choice([8, 8, 9, 10, 11, 12, 13])))
    if draw < 0.60:
        return old[:-1] or None
    if draw < 0.70:
        return old.lstrip("0")
    if draw < 0.80:
        return document_number_text(rng, passport_number(rng, rng.random() < 0.5))
    if draw < 0.90:
        return rng.choice(["1.23457E+11", "00109901234O", "012345678901", "111111111", "x1", "11111111", "23456789"])
    return old + rng.choice(["X", "0", " ", "/1"])


def damage_tax_code(rng: Random, old: str | None) -> str | None:
    return rng.choice(MISSING) if rng.random() < 0.4 else bad_tax_code(rng)


def damage_nationality(rng: Random, old: str | None) -> str | None:
    draw = rng.random()
    if draw < 0.35:
        return rng.choice(MISSING)
    return written(rng, rng.choice(NO_COUNTRY if draw < 0.7 else VIETNAMESE + FOREIGN))


def all_of(texts: dict[str, list[str]], more: list[str]) -> list[str | None]:
    return [*(text for group in texts.values() for text in group), *more, *more]


def damages(columns: tuple[str, ...]) -> dict[str, Damage]:
    """The damage that is done to each column."""
    subscribers = ["Cá nhân", "CN", "Tổ chức", "DN", "TC", "organisation", "individual", "KHDN", "VNS"]
    return {
        **dict.fromkeys(columns, garble),
        **dict.fromkeys(
            [column for column in columns if column.endswith(("_at", "_date", "_since", "_until"))], any_date
        ),
        "date_of_birth": any_date,
        **dict.fromkeys(
            [column for column in columns if column.startswith("matched_")], coded(*all_of(MATCHED, NO_MATCHED))
        ),
        **dict.fromkeys(
            spaced(
                "portrait_ref portrait_hash document_scan_ref confirmation_ref consent_ref relationship_ref"
                " authorisation_ref contract_number guardian_name"
            ),
            no_reference,
        ),
        "operator": coded(*OPERATORS, "viettel", "VIETTEL", *NO_OPERATOR),
        "msisdn": damage_msisdn,
        "subscriber_kind": coded(*subscribers, *NO_SUBSCRIBER),
        "full_name": damage_name,
        "nationality": damage_nationality,
        "sex": coded(*all_of(SEX, NO_SEX)),
        "id_type": damage_id_type,
        "id_number": damage_id_number,
        "id_issue_place": blank,
        "address": blank,
        "organisation_name": coded(*COMPANIES, "Hộ kinh doanh Đỗ"),
        "organisation_tax_code": damage_tax_code,
        "payment_type": coded(*all_of(PAYMENT, NO_PAYMENT)),
        "status": coded(*all_of(STATUS, NO_STATUS)),
        "pos_kind": coded(*all_of(POS_KIND, NO_POS_KIND)),
        "connection_kind": coded(*all_of(CONNECTION, NO_CONNECTION)),
        "usage_kind": coded(*all_of(USAGE, NO_USAGE)),
    }
