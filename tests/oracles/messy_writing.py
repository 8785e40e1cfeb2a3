"""The ways in which exports write texts, dates, numbers and whole records."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable
from typing import NamedTuple

from oracles.messy_plan import Plan, digits, person_name
from oracles.messy_values import (
    ADDRESSES,
    COMPANIES,
    CONNECTION,
    FLAGS,
    KIND_TEXTS,
    MATCHED,
    OPERATOR_TEXTS,
    PAYMENT,
    PLACES,
    POS_KIND,
    SEX,
    STATUS,
    SUBSCRIBER,
    USAGE,
    Random,
    Record,
)


def written(rng: Random, text: str) -> str:
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
    if draw < 0.93:
        return rng.choice([" ", "  ", "\u00a0", "\ufeff"]) + text + rng.choice(["", " ", "\u00a0"])
    if draw < 0.94:
        return f'="{text}"' if '"' not in text else text
    return text.upper() if draw < 0.97 else text.lower()


def serial_of(day: dt.date) -> int:
    return (day - dt.date(1899, 12, 30)).days


MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]


def date_text(rng: Random, day: dt.date) -> str:
    year = f"{day.year:04d}"
    mark = rng.choice("///--.")
    iso = rng.choice("---/.")
    common = [
        f"{day.day:02d}{mark}{day.month:02d}{mark}{year}",
        f"{day.day:02d}/{day.month:02d}/{year}",
        f"{day.day}{mark}{day.month}{mark}{year}",
        f"{year}{iso}{day.month:02d}{iso}{day.day:02d}",
        f"{year}{iso}{day.month}{iso}{day.day}",
    ]
    draw = rng.random()
    if draw < 0.7:
        return rng.choice(common)
    rare = [
        f"{day.day:02d}-{rng.choice([MONTHS[day.month - 1], MONTHS[day.month - 1].capitalize()])}-{year}",
        f"ngày {day.day} tháng {day.month} năm {year}",
        f"Ngày {day.day:02d} tháng {day.month:02d} năm {year}",
        f"ngay {day.day} thang {day.month} nam {year}",
        f"'{day.day:02d}/{day.month:02d}/{year}",
    ]
    if 1900 <= day.year <= 2099:
        rare += [
            f"{year}{day.month:02d}{day.day:02d}",
            f"{day.day:02d}{day.month:02d}{year}",
            f"{day.day}{day.month:02d}{year}",
        ]
    # Serials of days that stand for nothing elsewhere would be another day's in a birth date.
    if 10000 <= serial_of(day) <= 60000:
        rare += [str(serial_of(day))] * 4
    return rng.choice(rare)


def birth_text(rng: Random, day: dt.date) -> str:
    draw = rng.random()
    if draw < 0.88:
        return date_text(rng, day)
    year = f"{day.year:04d}"
    if draw < 0.91:
        mark = rng.choice("/-.")
        return rng.choice(
            [
                year,
                f"{day.month:02d}{mark}{year}",
                f"{year}{mark}{day.month}",
                f"00{mark}00{mark}{year}",
                f"00{mark}{day.month:02d}{mark}{year}",
                f"{year}{mark}00{mark}00",
                f"{year}{mark}{day.month:02d}{mark}00",
                f"00/00/{year} 00:00:00",
            ]
        )
    return rng.choice(
        [
            f"{day.day:02d}/{day.month:02d}/{year} 00:00:00",
            f"{day.day:02d}/{day.month:02d}/{year} 0:00",
            f"{day.day:02d}/{day.month:02d}/{year} 12:00:00 SA",
            f"{day.day:02d}/{day.month:02d}/{year} 12:00:00 AM",
            f"{year}-{day.month:02d}-{day.day:02d}T00:00:00",
            f"{year}-{day.month:02d}-{day.day:02d}T00:00:00.000Z",
            f"{year}-{day.month:02d}-{day.day:02d} 00:00:00+07:00",
        ]
    )


class Clock(NamedTuple):
    """The parts that a moment is written with."""

    at: dt.datetime
    year: str
    dmy: str
    half: str
    twelve: int
    utc: dt.datetime
    west: dt.datetime


COMMON_MOMENTS: list[Callable[[Clock], str]] = [
    lambda c: f"{c.dmy} {c.at:%H:%M:%S}",
    lambda c: f"{c.dmy} {c.at.hour}:{c.at:%M:%S}",
    lambda c: f"{c.at.day}-{c.at.month}-{c.year} {c.at:%H:%M:%S}",
    lambda c: f"{c.dmy}T{c.at:%H:%M:%S}",
    lambda c: f"{c.year}-{c.at:%m-%d %H:%M:%S}",
    lambda c: f"{c.year}-{c.at:%m-%dT%H:%M:%S}",
]
RARE_MOMENTS: list[Callable[[Clock], str]] = [
    lambda c: f"{c.dmy} {c.at:%H:%M}",
    lambda c: f"{c.dmy} {c.at.hour}:{c.at:%M}",
    lambda c: f"{c.at.day:02d}.{c.at.month:02d}.{c.year} {c.at:%H:%M}",
    lambda c: f"{c.year}/{c.at:%m/%d %H:%M}",
    lambda c: f"{c.year}.{c.at:%m.%d %H:%M:%S}",
    lambda c: f"{c.year}-{c.at:%m-%dT%H:%M:%S}+07:00",
    lambda c: f"{c.year}-{c.at:%m-%dT%H:%M:%S}+0700",
    lambda c: f"{c.year}-{c.at:%m-%d %H:%M:%S}.0",
    lambda c: f"{c.year}-{c.at:%m-%d %H:%M:%S}.123",
    lambda c: f"{c.year}-{c.at:%m-%dT%H:%M:%S}.000001",
    lambda c: f"{c.utc.year:04d}-{c.utc:%m-%dT%H:%M:%S}Z",
    lambda c: f"{c.utc.year:04d}-{c.utc:%m-%dT%H:%M:%S}.000Z",
    lambda c: f"{c.utc.year:04d}-{c.utc:%m-%d %H:%M}+00:00",
    lambda c: f"{c.west.year:04d}-{c.west:%m-%dT%H:%M:%S}-03:30",
    lambda c: f"{c.dmy} {c.twelve:02d}:{c.at:%M:%S} {c.half}",
    lambda c: f"{c.dmy} {c.twelve}:{c.at:%M} {c.half}",
    lambda c: f"{c.at:%H:%M:%S} {c.dmy}",
    lambda c: f"{c.at.hour}:{c.at:%M} {c.dmy}",
    lambda c: f"{c.twelve}:{c.at:%M:%S} {c.half} {c.dmy}",
    lambda c: f"{c.year}{c.at:%m%d%H%M%S}",
    lambda c: f"{c.year}{c.at:%m%d %H:%M:%S}",
    lambda c: f"{c.at:%d%m}{c.year} {c.at:%H:%M}",
    lambda c: f"{c.at.day:02d}-{MONTHS[c.at.month - 1]}-{c.year} {c.at:%H:%M:%S}",
    lambda c: f"{c.at:%H:%M} ngày {c.at.day} tháng {c.at.month} năm {c.year}",
    lambda c: f"'{c.dmy} {c.at:%H:%M:%S}",
]


def moment_text(rng: Random, moment: dt.datetime) -> str:
    day = moment.date()
    if rng.random() < 0.06 and 10000 <= serial_of(day) < 60000:
        seconds = (moment - dt.datetime.combine(day, dt.time())).seconds
        return f"{serial_of(day) + seconds / 86400:.8f}"
    year = f"{moment.year:04d}"
    clock = Clock(
        moment,
        year,
        f"{moment.day:02d}/{moment.month:02d}/{year}",
        rng.choice([("SA", "CH"), ("AM", "PM"), ("sa", "ch")])[moment.hour >= 12],
        moment.hour % 12 or 12,
        moment - dt.timedelta(hours=7),
        moment - dt.timedelta(hours=10, minutes=30),
    )
    return rng.choice(COMMON_MOMENTS if rng.random() < 0.6 else RARE_MOMENTS)(clock)


def number_text(rng: Random, number: str) -> str:
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
            rest + ".00",
            "84" + rest + ".0",
            "'" + number,
            "'+84" + rest,
            f"{number[:4]} {number[4:7]} {number[7:]}",
            f"{number[:4]}.{number[4:7]}.{number[7:]}",
            f"{number[:4]}-{number[4:7]}-{number[7:]}",
            f"{number[:4]}–{number[4:7]}\u2011{number[7:]}",
            f"(+84) {rest[:2]} {rest[2:]}",
            f"({number[:3]}) {number[3:]}",
            f"{number[:3]}\u00a0{number[3:]}",
            f"\u200b{number}",
            f"\u202a{number}\u202c",
            f"{number[:4]}\u00ad{number[4:]}",
            f" {number} ",
            "+" + number,
            "00" + number,
            "+84 (0)" + rest,
            "840" + rest,
            "00840" + rest,
            f'="{number}"',
            number.translate({ord(digit): chr(0xFEE0 + ord(digit)) for digit in "0123456789"}),
        ]
    )


def document_number_text(rng: Random, number: str) -> str:
    if rng.random() < 0.75 or not number:
        return number
    half = len(number) // 2
    mark = rng.choice([" ", ".", "-", "\u00a0", "\u200b", "  ", "–", "\u00ad", "\u200e"])
    # Two dots in front of a group of zeros would be another thing.
    texts = [f"'{number}", number[:half] + mark + number[half:], number.lower(), f" {number} ", f'="{number}"']
    if number.isdigit():
        texts += [number + ".0", number.translate({ord(digit): chr(0xFEE0 + ord(digit)) for digit in "0123456789"})]
    return rng.choice([text for text in texts if mark != "." or not set(number[half:]) <= {"0"}] or [number])


def reference(rng: Random, prefix: str) -> str:
    return rng.choice(FLAGS) if rng.random() < 0.05 else f"{prefix}/{digits(rng, 8)}.jpg"


def write_down(rng: Random, plan: Plan, columns: tuple[str, ...]) -> Record:
    record: Record = dict.fromkeys(columns)
    carrier = [plan.carrier, plan.carrier, *OPERATOR_TEXTS.get(plan.carrier, [])]
    record["operator"] = written(rng, rng.choice(carrier))
    record["msisdn"] = number_text(rng, plan.number)
    kind = "organisation" if plan.organisation else "individual"
    record["subscriber_kind"] = rng.choice(SUBSCRIBER[kind])
    record["connection_kind"] = rng.choice(CONNECTION["m2m"] if plan.m2m else [*CONNECTION["h2h"], None, None])
    if plan.organisation:
        _write_organisation(rng, plan, record)
    if not plan.organisation or plan.with_user:
        _write_person(rng, plan, record)
    if plan.guardian:
        record["guardian_name"] = written(rng, person_name(rng))
        record["relationship_ref"] = reference(rng, "birth")
    if plan.consent:
        record["consent_ref"] = reference(rng, "consent")
    _write_registration(rng, plan, record)
    _write_point(rng, plan, record)
    if plan.usage is not None and rng.random() < 0.97:
        record["usage_kind"] = written(rng, rng.choice(USAGE[plan.usage]))
    if plan.registered.date() >= dt.date(2024, 12, 24) and not plan.foreign:
        for column in ("matched_id_number", "matched_name", "matched_birth_date", "matched_face"):
            record[column] = rng.choice(MATCHED["yes"])
    if plan.foreign and rng.random() < 0.7:
        record["stay_until"] = date_text(rng, plan.registered.date() + dt.timedelta(days=rng.randint(0, 800)))
    record["sim_serial"] = "898404" + digits(rng, 13)
    record.update(plan.raw)
    return record


def _write_organisation(rng: Random, plan: Plan, record: Record) -> None:
    record["organisation_name"] = written(rng, rng.choice(COMPANIES))
    record["organisation_tax_code"] = "0100233488"
    record["organisation_address"] = written(rng, rng.choice(ADDRESSES))
    record["representative_name"] = written(rng, person_name(rng))
    record["representative_id_number"] = digits(rng, 12)
    record["authorisation_ref"] = reference(rng, "authorisation")


def _write_person(rng: Random, plan: Plan, record: Record) -> None:
    record["full_name"] = written(rng, plan.name)
    record["date_of_birth"] = birth_text(rng, plan.born)
    record["nationality"] = written(rng, plan.nationality)
    record["sex"] = rng.choice([*SEX[plan.sex], None])
    record["id_type"] = written(rng, rng.choice(KIND_TEXTS[plan.raw_kind or plan.id_kind]))
    record["id_number"] = document_number_text(rng, plan.id_number)
    record["id_issue_date"] = date_text(rng, plan.issued)
    record["id_issue_place"] = written(rng, rng.choice(PLACES))
    if plan.expires is not None:
        record["id_expiry_date"] = date_text(rng, plan.expires)
    elif rng.random() < 0.05:
        record["id_expiry_date"] = rng.choice(["Không thời hạn", "khong thoi han", "31/12/9999", "9999-12-31"])
    record["address"] = written(rng, rng.choice(ADDRESSES))


def _write_registration(rng: Random, plan: Plan, record: Record) -> None:
    record["payment_type"] = written(rng, rng.choice(PAYMENT[plan.payment]))
    if plan.contract:
        record["contract_number"] = "HD-" + digits(rng, 7)
    if plan.confirmation:
        record["confirmation_ref"] = reference(rng, "form")
    record["document_scan_ref"] = reference(rng, "scan")
    if rng.random() < 0.9:
        record["portrait_ref"] = reference(rng, "portrait")
    if rng.random() < 0.6 or record["portrait_ref"] is None:
        record["portrait_hash"] = f"{rng.getrandbits(128):032x}"
    if plan.portrait is not None:
        record["portrait_taken_at"] = moment_text(rng, plan.portrait)
    record["registered_at"] = moment_text(rng, plan.registered)
    if plan.updated is not None:
        record["info_updated_at"] = moment_text(rng, plan.updated)
    if plan.registered.date() >= dt.date(2026, 4, 15) or rng.random() < 0.1:
        record["authenticated_at"] = moment_text(rng, plan.registered)
    if plan.started is not None:
        record["service_started_at"] = moment_text(rng, plan.started)
    if plan.terminated is not None:
        record["terminated_at"] = moment_text(rng, plan.terminated)
    record["status"] = written(rng, rng.choice(STATUS[plan.status]))


def _write_point(rng: Random, plan: Plan, record: Record) -> None:
    record["pos_kind"] = written(rng, rng.choice(POS_KIND[plan.pos_kind]))
    if plan.pos_kind != "online" or rng.random() < 0.3:
        record["clerk_name"] = written(rng, person_name(rng))
        record["pos_code"] = "POS" + digits(rng, 4)
        record["pos_name"] = written(rng, "Điểm giao dịch Cầu Giấy")
        record["pos_address"] = written(rng, rng.choice(ADDRESSES))
        record["pos_phone"] = "024" + digits(rng, 8)
    record["province"] = written(rng, rng.choice(["Hà Nội", "TP. Hồ Chí Minh", "Đắk Lắk", "Thừa Thiên Huế"]))
