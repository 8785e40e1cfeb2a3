"""Damage for the REG rules: the act of registration."""

from __future__ import annotations

import polars as pl

from thuebao.sample.defects.variant import Damage, Variant, cleared
from thuebao.sample.documents import Paper
from thuebao.sample.law import day
from thuebao.sample.population import Kind
from thuebao.sample.registration import C08, D49

_NO_PAYMENTS = ("Trả góp", "KHONG RO", "combo", "3", "PREPAY", "TB")
_NO_STATES = ("đang xử lý", "LOCK", "0", "99", "chờ duyệt", "suspend")
_NO_TIME = " 25:61:00"
_CMND_UNTIL = day(2024, 12, 31)


def variants(damage: Damage) -> list[Variant]:
    """Return the variants for the REG rules."""
    return [*_papers(damage), *_portrait(damage), *_time(damage), *_point(damage), *_service(damage)]


def _papers(damage: Damage) -> list[Variant]:
    since_2017 = pl.col("_era") >= D49
    form = since_2017 & pl.col("_prepaid") & (pl.col("_k") < 3)
    no_form = {"confirmation_ref": damage.missing("form"), "contract_number": damage.missing("contract")}
    unpaid = {"payment_type": damage.missing("payment")}
    return [
        Variant("REG101", "payment_type", pl.col("_era") == D49, unpaid),
        Variant("REG102", "payment_type", damage.anyone, {"payment_type": damage.one_of("payment", _NO_PAYMENTS)}),
        Variant("REG121", "document_scan_ref", since_2017, {"document_scan_ref": damage.missing("scan")}),
        Variant("REG122", "confirmation_ref", form, no_form),
    ]


def _portrait(damage: Damage) -> list[Variant]:
    since_2017 = pl.col("_era") >= D49
    human, column, style = since_2017 & damage.human, "portrait_taken_at", damage.style
    invalid = damage.invalid_date("portrait", pl.col("_day"), _NO_TIME)
    later = style.moment(pl.col("_day") + 2 + damage.draw("portrait", 30), pl.col("_second"))
    none = cleared("portrait_ref", "portrait_hash", column)
    return [
        Variant("REG111", "portrait_ref", since_2017 & damage.individual, none),
        Variant("REG112", column, human, {column: damage.missing("portrait")}),
        Variant("REG112", column, human, {column: style.day(pl.col("_day"))}),
        Variant("REG112", column, human, {column: invalid}),
        Variant("REG113", column, human, {column: later}),
    ]


def _time(damage: Damage) -> list[Variant]:
    column, today, style = "registered_at", damage.today, damage.style
    # Without a date the law of the as-of date judges: only a record of that era stays right in all else.
    starts = damage.law.eras
    era = sum(today >= start for start in starts)
    current = pl.col("_era") == era
    room = min([60, *(start - 1 - today for start in starts if start > today)])
    day_after = today + 1 + damage.draw("future", max(room, 1))
    lasting = pl.col("_valid").is_null() | (pl.col("_valid") > today + 90)
    if today + 61 > _CMND_UNTIL:
        lasting &= ~damage.is_paper(Paper.CMND, Paper.CMND_12)
    future = current & lasting & pl.col("_terminated").is_null() & (pl.col("_kind") != Kind.MINOR) & (room > 0)
    moved = {column: style.moment(day_after, pl.col("_second"))}
    for name, ahead in (("portrait_taken_at", -300), ("authenticated_at", 60), ("service_started_at", 600)):
        moved[name] = pl.when(pl.col(name).is_not_null()).then(style.moment(day_after, pl.col("_second") + ahead))
    invalid = damage.invalid_date("registered", pl.col("_day"), " 10:15:00")
    return [
        Variant("REG131", column, current, {column: damage.missing("registered")}, rare=1),
        Variant("REG132", column, current, {column: invalid}, rare=1),
        Variant("REG133", column, future, moved, rare=1),
    ]


def _point(damage: Damage) -> list[Variant]:
    direct = (pl.col("_era") >= D49) & ~pl.col("_online")
    return [
        Variant("REG134", "clerk_name", direct, {"clerk_name": damage.missing("clerk")}),
        Variant("REG135", "pos_address", direct, cleared("pos_code", "pos_name", "pos_address")),
        Variant("REG136", "pos_phone", direct, {"pos_phone": damage.missing("phone")}),
    ]


def _service(damage: Damage) -> list[Variant]:
    since_2017, style, started = pl.col("_era") >= D49, damage.style, "service_started_at"
    second = pl.col("_second")
    day_before = style.moment(pl.col("_day") - 1 - damage.draw("service", 30), second)
    same_day = style.moment(pl.col("_day"), second - 60 - damage.draw("service", 3600))
    checked, column = pl.col("_era") == C08, "authenticated_at"
    invalid = damage.invalid_date("authenticated", pl.col("_day"), " 10:15:00")
    return [
        Variant("REG141", started, since_2017, {started: day_before}),
        Variant("REG141", started, since_2017, {started: style.day(pl.col("_day") - 1)}),
        Variant("REG141", started, since_2017, {started: same_day}),
        Variant("REG142", started, since_2017, {started: damage.missing("service")}),
        Variant("REG143", "status", since_2017, {"status": damage.missing("status")}),
        Variant("REG144", "status", damage.anyone, {"status": damage.one_of("status", _NO_STATES)}),
        Variant("REG151", column, checked, {column: damage.missing("authenticated")}, rare=1),
        Variant("REG151", column, checked, {column: invalid}, rare=1),
    ]
