"""Damage for the REG rules: the act of registration."""

from __future__ import annotations

import polars as pl

from thuebao.sample.defects.variant import Damage, Variant, cleared, one
from thuebao.sample.documents import Paper
from thuebao.sample.population import Kind
from thuebao.sample.registration import C08, D49, D163, OLD

_NO_PAYMENTS = ("Trả góp", "combo", "3", "PREPAY", "TB", "TT/TS", "trả trước hoặc trả sau", "không trả trước")
_NO_STATES = (
    *("đang xử lý", "LOCK", "0", "99", "chờ duyệt", "suspend", "Khóa", "tạm khóa", "không hoạt động"),
    *("Ngừng hoạt động", "chưa kích hoạt"),
)
_NO_POINTS = ("Khác", "CTV", "KIOSK", "9", "chợ")
_NO_USES = (None, "-", "Khác", "dịch vụ", "5", "gia đình")
_NO_CONNECTIONS = ("4G", "LTE", "0", "thoại", "USIM")
_NO_TIME = " 25:61:00"


def variants(damage: Damage) -> list[Variant]:
    """Return the variants for the REG rules."""
    parts = (_papers, _portrait, _time, _point, _service, _authentication, _dates)
    return [variant for part in parts for variant in part(damage)]


def _papers(damage: Damage) -> list[Variant]:
    era, payment = pl.col("_era"), "payment_type"
    form = damage.since_2017 & pl.col("_prepaid") & damage.individual & (pl.col("_k") < 3)
    no_form = {"confirmation_ref": damage.missing("form"), "contract_number": damage.missing("contract")}
    postpaid = damage.new_law & ~pl.col("_prepaid")
    d49 = era == D49
    return [
        one("REG101", payment, damage.owed & (era < D163), damage.missing("payment")),
        one("REG102", payment, damage.anyone, damage.one_of("payment", _NO_PAYMENTS)),
        one("REG121", "document_scan_ref", damage.owed, damage.missing_reference("scan")),
        Variant("REG122", "confirmation_ref", form, no_form),
        one("REG123", "contract_number", postpaid, damage.missing_reference("contract"), rare=1),
        one("REG147", "usage_kind", d49, damage.one_of("usage", _NO_USES)),
        one("REG148", "connection_kind", damage.human, damage.one_of("connection", _NO_CONNECTIONS)),
    ]


def _portrait(damage: Damage) -> list[Variant]:
    since_2017, column, style = damage.since_2017, "portrait_taken_at", damage.style
    last = pl.max_horizontal("_day", "_updated")
    later = style.moment(last + 2 + damage.draw("portrait", 30), pl.col("_second"))
    return [
        Variant("REG111", "portrait_ref", damage.owed, cleared("portrait_ref", "portrait_hash", column)),
        one("REG112", column, since_2017, damage.missing("portrait")),
        one("REG112", column, since_2017, style.day(pl.col("_day"))),
        one("REG112", column, since_2017, damage.invalid_date("portrait", pl.col("_day"), _NO_TIME)),
        one("REG113", column, since_2017, later),
    ]


def _time(damage: Damage) -> list[Variant]:
    column, today, style = "registered_at", damage.today, damage.style
    # Without a date the law of the as-of date judges: only a record of that era stays right in all else.
    starts = damage.law.eras
    era = sum(today >= start for start in starts)
    current = (pl.col("_era") == era) & pl.col("_updated").is_null() & (pl.col("_paper") != Paper.NONE)
    room = min([60, *(start - 1 - today for start in starts if start > today)])
    day_after = today + 1 + damage.draw("future", max(room, 1))
    lasting = pl.col("_valid").is_null() | (pl.col("_valid") > today + 90)
    if today + 61 > damage.law.dates["cmnd_valid_until"]:
        lasting &= ~damage.is_paper(Paper.CMND, Paper.CMND_12)
    future = current & lasting & damage.in_use & ~pl.col("_kind").is_in([Kind.MINOR, Kind.FOREIGNER]) & (room > 0)
    moved = {column: style.moment(day_after, pl.col("_second"))}
    for name, ahead in (("portrait_taken_at", -300), ("authenticated_at", 60), ("service_started_at", 600)):
        moved[name] = pl.when(pl.col(name).is_not_null()).then(style.moment(day_after, pl.col("_second") + ahead))
    invalid = damage.invalid_date("registered", pl.col("_day"), " 10:15:00")
    return [
        one("REG131", column, current, damage.missing("registered"), rare=1),
        one("REG132", column, current, invalid, rare=1),
        Variant("REG133", column, future, moved, rare=1),
    ]


def _point(damage: Damage) -> list[Variant]:
    direct = damage.since_2017 & ~pl.col("_online")
    online = pl.lit(damage.style.value("online"))
    certificate = {"id_type": pl.lit(damage.style.value("certificate")), "pos_kind": online}
    holder = (pl.col("_era") == C08) & damage.individual & damage.has_personal_number
    return [
        one("REG134", "clerk_name", direct, damage.missing("clerk")),
        Variant("REG135", "pos_address", direct, cleared("pos_code", "pos_name", "pos_address")),
        one("REG136", "pos_phone", direct, damage.missing("phone")),
        one("REG137", "pos_kind", pl.col("_era") == D49, online),
        one("REG138", "pos_kind", damage.anyone, damage.one_of("point", _NO_POINTS)),
        Variant("REG153", "pos_kind", holder, certificate, rare=1),
    ]


def _service(damage: Damage) -> list[Variant]:
    style, started, status, second = damage.style, "service_started_at", "status", pl.col("_second")
    # Since Circular 08/2026 it would be before the authentication too.
    era = damage.since_2017 & (pl.col("_era") < C08)
    day_before = style.moment(pl.col("_day") - 1 - damage.draw("service", 30), second)
    same_day = style.moment(pl.col("_day"), second - 60 - damage.draw("service", 3600))
    ended, active = ~damage.in_use, pl.lit(style.value("active"))
    still = {status: active} | cleared("first_notice_at", "one_way_since", "two_way_since")
    return [
        one("REG141", started, era, day_before),
        one("REG141", started, era, style.day(pl.col("_day") - 1)),
        one("REG141", started, era, same_day),
        one("REG142", started, damage.owed, damage.missing("service")),
        one("REG143", status, damage.owed, damage.missing("status")),
        one("REG144", status, damage.in_use | damage.owed, damage.one_of("status", _NO_STATES)),
        one("REG145", "terminated_at", ended & damage.since_2017, damage.missing("end"), rare=1),
        Variant("REG146", "terminated_at", ended & damage.owed, still, rare=1),
    ]


def _authentication(damage: Damage) -> list[Variant]:
    column = "authenticated_at"
    checked = (pl.col("_era") == C08) & damage.human
    invalid = damage.invalid_date("authenticated", pl.col("_day"), " 10:15:00")
    later = damage.style.moment(pl.col("_day"), pl.col("_second") + 4000 + damage.draw("authenticated", 2000))
    return [
        one("REG151", column, checked, damage.missing("authenticated"), rare=1),
        one("REG151", column, checked, invalid, rare=1),
        Variant("REG152", "service_started_at", checked, {column: later}, rare=1),
    ]


def _dates(damage: Damage) -> list[Variant]:
    """Return one invalid date each, where no rule of its own judges it."""
    when = {
        "id_expiry_date": pl.col("_printed"),
        "portrait_taken_at": pl.col("_era") == OLD,
        "authenticated_at": (pl.col("_era") < C08) | pl.col("_m2m"),
        "info_updated_at": pl.col("_judged") == pl.col("_day"),
    }
    others = ("service_started_at", "terminated_at", "stay_until", "first_notice_at", "one_way_since", "two_way_since")
    device = ("device_changed_at", "outgoing_suspended_at", "reauthenticated_at")
    when |= dict.fromkeys((*others, *device), damage.anyone)
    return [
        one("REG149", name, pl.col(name).is_not_null() & there, damage.invalid_date(name, pl.col("_day"), _NO_TIME))
        for name, there in when.items()
        if damage.updates or name != "info_updated_at"
    ]
