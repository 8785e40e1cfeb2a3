"""Scenarios on updates, ends, organisations, device changes and the remedial timetable, at the edge of each term."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from oracles.messy_plan import (
    AS_OF,
    Plan,
    between,
    days_later,
    digits,
    near,
    passport_number,
    personal_number,
    years_later,
)
from oracles.messy_scenarios import registered_on
from oracles.messy_values import (
    FOREIGN,
    KIND_TEXTS,
    MATCHED,
    MISSING,
    NO_MATCHED,
    NO_REFERENCE,
    NO_STATUS,
    Random,
)
from oracles.messy_writing import date_text, moment_text

SECOND = dt.timedelta(seconds=1)
HOUR = dt.timedelta(hours=1)


def _some_hour(rng: Random, day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(rng.randint(0, 23), rng.randint(0, 59), rng.randint(0, 59)))


def _moment_or_day(rng: Random, moment: dt.datetime) -> str:
    return date_text(rng, moment.date()) if rng.random() < 0.25 else moment_text(rng, moment)


def device_change(rng: Random, plan: Plan) -> None:
    """Circular 08/2026 Art 8: two hours, thirty days, five days."""
    day = rng.choice([near(rng, dt.date(2026, 6, 15)), between(rng, dt.date(2026, 6, 15), AS_OF), near(rng, AS_OF)])
    changed = _some_hour(rng, day)
    if rng.random() < 0.1:
        changed = dt.datetime.combine(AS_OF, dt.time()) - 2 * HOUR + rng.choice([-SECOND, 0 * SECOND, SECOND])
    within = [HOUR, 2 * HOUR, 2 * HOUR - SECOND, 2 * HOUR + SECOND, 5 * HOUR, dt.timedelta(days=3)]
    plan.raw["device_changed_at"] = _moment_or_day(rng, changed)
    if rng.random() < 0.7:
        suspended = changed + rng.choice(within)
        if rng.random() < 0.4:
            suspended = _some_hour(rng, near(rng, days_later(AS_OF, -30)))
        plan.raw["outgoing_suspended_at"] = _moment_or_day(rng, suspended)
    if rng.random() < 0.35:
        plan.raw["reauthenticated_at"] = _moment_or_day(rng, changed + rng.choice(within))
    plan.status = rng.choice(["active", "one_way", "two_way", "two_way"])
    if plan.status == "two_way":
        since = near(rng, rng.choice([days_later(AS_OF, -5), changed.date()]))
        plan.raw["two_way_since"] = date_text(rng, since)


def remedy(rng: Random, plan: Plan) -> None:
    """The remedial timetable: fifteen days, fifteen days, thirty or five days."""
    status = plan.status = rng.choice(["active", "one_way", "two_way"])
    terms = {"active": 15, "one_way": 15, "two_way": rng.choice([5, 30])}
    notice = near(rng, days_later(AS_OF, -terms[status]))
    if rng.random() < 0.3:
        notice = near(rng, rng.choice([dt.date(2017, 4, 24), dt.date(2024, 12, 24)]))
    first = _some_hour(rng, notice)
    plan.raw["first_notice_at"] = _moment_or_day(rng, first)
    if status != "active":
        since = rng.choice([near(rng, days_later(AS_OF, -terms[status])), near(rng, notice)])
        plan.raw["one_way_since" if status == "one_way" else "two_way_since"] = _moment_or_day(
            rng, _some_hour(rng, since)
        )
    plan.updated = None
    if rng.random() < 0.3:
        updated = first + rng.choice([-HOUR, 0 * HOUR, SECOND, dt.timedelta(days=1), -dt.timedelta(days=1)])
        plan.raw["info_updated_at"] = _moment_or_day(rng, updated)


def ended(rng: Random, plan: Plan) -> None:
    """Two years after the end, the end of old stock, an end before the registration."""
    registered = plan.registered.date()
    two_years = years_later(AS_OF, -2)
    day = rng.choice([near(rng, two_years), near(rng, dt.date(2018, 4, 24)), near(rng, AS_OF), near(rng, registered)])
    if day == dt.date(2018, 4, 24) or rng.random() < 0.3:
        registered_on(rng, plan, between(rng, dt.date(2010, 1, 1), dt.date(2017, 4, 23)))
    elif rng.random() < 0.6 and day.year > 2019:
        registered_on(rng, plan, between(rng, dt.date(2017, 4, 24), day))
    plan.raw["terminated_at"] = _moment_or_day(rng, _some_hour(rng, day))
    draw = rng.random()
    plan.status = "terminated"
    if draw < 0.25:
        plan.raw["status"] = rng.choice(MISSING)
    elif draw < 0.35:
        plan.raw["status"] = rng.choice(NO_STATUS)
    elif draw < 0.50:
        plan.status = rng.choice(["active", "one_way", "two_way"])


def old_stock(rng: Random, plan: Plan) -> None:
    registered_on(rng, plan, between(rng, dt.date(2009, 1, 1), dt.date(2017, 4, 23)))
    if rng.random() < 0.5:
        plan.raw["portrait_ref"] = plan.raw["portrait_hash"] = rng.choice(NO_REFERENCE)
    gone = ["payment_type", "document_scan_ref", "status", "service_started_at", "nationality", "address"]
    for column in rng.sample(gone, rng.randint(0, 2)):
        plan.raw[column] = rng.choice(MISSING)
    if rng.random() < 0.3:
        plan.status = "terminated"
        plan.raw["terminated_at"] = rng.choice([*MISSING, "x", date_text(rng, near(rng, dt.date(2018, 4, 24)))])


def updated_paper(rng: Random, plan: Plan) -> None:
    """A paper issued after the registration, with or without a later update."""
    plan.issued = near(rng, rng.choice([plan.registered.date(), days_later(plan.registered.date(), 300)]))
    update = rng.choice([near(rng, plan.issued), near(rng, plan.registered.date()), near(rng, AS_OF)])
    if rng.random() < 0.3:
        update = near(rng, rng.choice([dt.date(2024, 12, 31), dt.date(2024, 7, 1)]))
    plan.updated = _some_hour(rng, update) if rng.random() < 0.8 else None
    if rng.random() < 0.3:
        plan.id_kind = rng.choice(["certificate", "cmnd"])
        plan.id_number = personal_number(rng, plan.born, plan.sex)


def no_registration_time(rng: Random, plan: Plan) -> None:
    """The era and the document day go by the update."""
    plan.raw["registered_at"] = rng.choice([*MISSING, "31/02/2020", "1/1/90", "00/00/2020"])
    edges = [dt.date(2017, 4, 24), dt.date(2024, 12, 24), dt.date(2026, 4, 15), dt.date(2025, 1, 1), AS_OF]
    plan.updated = _some_hour(rng, near(rng, rng.choice(edges))) if rng.random() < 0.8 else None


def certificate(rng: Random, plan: Plan) -> None:
    registered_on(rng, plan, rng.choice([near(rng, dt.date(2024, 7, 1)), near(rng, dt.date(2026, 4, 15))]))
    plan.foreign = False
    plan.id_kind, plan.id_number = "certificate", personal_number(rng, plan.born, plan.sex)
    plan.issued = days_later(plan.registered.date(), -rng.randint(0, 60))
    plan.pos_kind = rng.choice(["online", "online", "own_fixed"])
    if rng.random() < 0.5:
        plan.raw["nationality"] = rng.choice(MISSING)


def twelve_digit_cmnd(rng: Random, plan: Plan) -> None:
    registered_on(rng, plan, rng.choice([between(rng, dt.date(2013, 1, 1), dt.date(2020, 1, 1)), dt.date(2025, 1, 1)]))
    plan.id_kind = rng.choice(["cmnd", "can_cuoc", "cccd"])
    plan.id_number = personal_number(rng, plan.born, plan.sex)
    edges = [dt.date(2016, 1, 1), dt.date(2024, 7, 1)]
    plan.issued = rng.choice([between(rng, dt.date(2012, 1, 1), dt.date(2016, 1, 10)), near(rng, rng.choice(edges))])
    if rng.random() < 0.6:
        plan.raw["id_type"] = rng.choice([*MISSING, *KIND_TEXTS["several"], *KIND_TEXTS["unknown"]])


def nine_digits_less_a_zero(rng: Random, plan: Plan) -> None:
    plan.id_kind = rng.choice(["cmnd", "cmnd", "cccd", "passport"])
    plan.id_number = rng.choice("12345") + digits(rng, 7)
    if rng.random() < 0.4:
        plan.raw["id_type"] = rng.choice(MISSING)


def legal_paper(rng: Random, plan: Plan) -> None:
    plan.organisation = rng.random() < 0.6
    plan.raw_kind = "legal"
    plan.id_number = rng.choice([digits(rng, 10), digits(rng, 9), plan.id_number])
    if rng.random() < 0.15:
        plan.raw["subscriber_kind"] = "khác"


def odd_paper(rng: Random, plan: Plan) -> None:
    plan.raw_kind = rng.choice(["military", "other", "bare_other", "several", "unknown"])


def foreign_guest(rng: Random, plan: Plan) -> None:
    plan.foreign, plan.nationality = True, rng.choice(FOREIGN)
    plan.id_kind, plan.id_number = "passport", passport_number(rng, True)
    plan.raw["stay_until"] = date_text(rng, near(rng, plan.registered.date()))


def matching(rng: Random, plan: Plan) -> None:
    registered_on(rng, plan, rng.choice([near(rng, dt.date(2024, 12, 24)), near(rng, dt.date(2026, 4, 15))]))
    if rng.random() < 0.6:
        registered_on(rng, plan, between(rng, dt.date(2024, 12, 24), AS_OF))
    for column in ("matched_id_number", "matched_name", "matched_birth_date", "matched_face"):
        draw = rng.random()
        if draw < 0.15:
            plan.raw[column] = rng.choice(MATCHED["no"])
        elif draw < 0.25:
            plan.raw[column] = rng.choice(MISSING)
        elif draw < 0.32:
            plan.raw[column] = rng.choice(NO_MATCHED)
    if rng.random() < 0.3:
        plan.raw["authenticated_at"] = rng.choice([*MISSING, "x", moment_text(rng, plan.registered + HOUR)])


def machines(rng: Random, plan: Plan) -> None:
    """An organisation's numbers: M2M or a user's, with or without a representative."""
    plan.organisation = True
    plan.m2m = rng.random() < 0.6
    plan.with_user = not plan.m2m or rng.random() < 0.2
    plan.usage = rng.choice(["device", "employee", None])
    if rng.random() < 0.5:
        plan.raw["connection_kind"] = rng.choice(MISSING)
    for column in ("representative_name", "representative_id_number", "organisation_address"):
        if rng.random() < 0.3:
            plan.raw[column] = rng.choice(MISSING)
    if rng.random() < 0.4:
        plan.raw["authorisation_ref"] = rng.choice(NO_REFERENCE)


def consent(rng: Random, plan: Plan) -> None:
    """A child with some of the papers of its guardian."""
    edge = rng.choice([6, 14, 15, 0])
    plan.born = near(rng, years_later(plan.registered.date(), -edge))
    plan.id_kind, plan.id_number = "can_cuoc", personal_number(rng, plan.born, plan.sex)
    plan.guardian, plan.consent = rng.random() < 0.6, rng.random() < 0.3
    for column in ("guardian_name", "relationship_ref", "consent_ref"):
        if rng.random() < 0.3:
            plan.raw[column] = rng.choice(NO_REFERENCE)
    if rng.random() < 0.3:
        plan.raw["id_number"] = rng.choice(MISSING)


def online_or_postpaid(rng: Random, plan: Plan) -> None:
    plan.pos_kind = rng.choice(["online", "own_mobile", "authorised"])
    plan.payment = rng.choice(["postpaid", "prepaid"])
    plan.contract, plan.confirmation = rng.random() < 0.5, rng.random() < 0.5
    if rng.random() < 0.3:
        plan.raw["payment_type"] = rng.choice(MISSING)


def photo_after_update(rng: Random, plan: Plan) -> None:
    plan.updated = plan.registered + dt.timedelta(days=rng.choice([0, 1, 5]))
    day = dt.timedelta(hours=24)
    taken = plan.updated + rng.choice([day, day + SECOND, day - SECOND, 2 * day, 3 * day])
    plan.portrait = taken
    plan.raw["info_updated_at"] = _moment_or_day(rng, plan.updated)
    if rng.random() < 0.3:
        plan.raw["registered_at"] = date_text(rng, plan.registered.date())


TIMETABLES: list[Callable[[Random, Plan], None]] = [
    *[device_change] * 3,
    *[remedy] * 3,
    *[ended] * 2,
    *[old_stock] * 2,
    *[updated_paper] * 2,
    no_registration_time,
    certificate,
    twelve_digit_cmnd,
    nine_digits_less_a_zero,
    legal_paper,
    odd_paper,
    foreign_guest,
    *[matching] * 2,
    *[machines] * 3,
    consent,
    consent,
    online_or_postpaid,
    photo_after_update,
]
