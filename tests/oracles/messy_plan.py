"""A coherent person and registration, typed, to be bent and damaged."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from oracles.messy_values import (
    ETHNIC,
    FAMILY,
    FOREIGN,
    FOREIGN_NAMES,
    GIVEN,
    MIDDLE,
    OPERATORS,
    POS_KIND,
    PROVINCES,
    VIETNAMESE,
    Random,
    Record,
)

AS_OF = dt.date(2026, 11, 23)  # the day that scenarios put their boundaries before


def years_later(day: dt.date, years: int) -> dt.date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return dt.date(day.year + years, 3, 1)


def days_later(day: dt.date, days: int) -> dt.date:
    return day + dt.timedelta(days=days)


def near(rng: Random, day: dt.date) -> dt.date:
    """That very day, or a day or two off."""
    return days_later(day, rng.choice([0, 0, 0, -1, -1, 1, 1, -2, 2]))


def between(rng: Random, first: dt.date, last: dt.date) -> dt.date:
    return days_later(first, rng.randint(0, max(0, (last - first).days)))


def at_some_hour(rng: Random, day: dt.date) -> dt.datetime:
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


def registration_day(rng: Random) -> dt.date:
    draw = rng.random()
    if draw < 0.08:
        return rng.choice(ERA_EDGES)
    if draw < 0.20:
        return between(rng, dt.date(2009, 1, 1), dt.date(2017, 4, 23))
    if draw < 0.52:
        return between(rng, dt.date(2017, 4, 24), dt.date(2024, 12, 23))
    if draw < 0.75:
        return between(rng, dt.date(2024, 12, 24), dt.date(2026, 4, 14))
    return between(rng, dt.date(2026, 4, 15), dt.date(2026, 11, 22))


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
    usage: str | None = None
    updated: dt.datetime | None = None
    raw_kind: str | None = None  # the kind that id_type is written as, where it is not id_kind
    raw: Record = field(default_factory=dict)  # texts that a scenario has already written


def person_name(rng: Random) -> str:
    return f"{rng.choice(FAMILY)} {rng.choice(MIDDLE)} {rng.choice(GIVEN)}"


def digits(rng: Random, count: int) -> str:
    return f"{rng.randrange(10**count):0{count}d}"


def personal_number(rng: Random, born: dt.date, sex: str, place: str | None = None) -> str:
    century = 2 * (born.year // 100 - 19) + (sex == "female")
    place = place or rng.choice(PROVINCES)
    return f"{place}{century % 10}{born.year % 100:02d}{digits(rng, 6)}"


def full_years(born: dt.date, day: dt.date) -> int:
    return day.year - born.year - (day < years_later(born, day.year - born.year))


def give_document(rng: Random, plan: Plan) -> None:
    """A paper that is right for the person on the day of registration."""
    day = plan.registered.date()
    age = full_years(plan.born, day)
    kinds = []
    if plan.foreign:
        kinds = ["passport", "passport", "passport", "e_id"]
    else:
        if age >= 15 and day <= dt.date(2024, 12, 31):
            kinds += ["cmnd", "cmnd"]
        if age >= 15 and day >= dt.date(2016, 6, 1):
            kinds += ["cccd", "cccd", "cccd"]
        if age >= 15 and day >= dt.date(2016, 6, 1) and rng.random() < 0.1:
            kinds = ["can_cuoc"]  # the cccd by its loose name
        if day >= dt.date(2024, 8, 1):
            kinds += ["can_cuoc", "can_cuoc", "e_id", "certificate"]
        kinds += ["passport"]
    plan.id_kind = rng.choice(kinds)
    earliest = {
        "cmnd": max(years_later(plan.born, 14), years_later(day, -14)),
        "cccd": max(years_later(plan.born, 14), dt.date(2016, 1, 1)),
        "can_cuoc": max(plan.born, dt.date(2024, 7, 1))
        if day >= dt.date(2024, 8, 1)
        else max(years_later(plan.born, 14), dt.date(2016, 1, 1)),
        "e_id": max(plan.born, dt.date(2024, 7, 1)),
        "certificate": max(plan.born, dt.date(2024, 7, 1)),
        "passport": max(plan.born, years_later(day, -4)),
    }[plan.id_kind]
    plan.issued = between(rng, min(earliest, day), day)
    if plan.id_kind == "cmnd" and rng.random() < 0.7:
        plan.id_number = rng.choice("0123") + digits(rng, 8)
    elif plan.id_kind == "passport":
        plan.id_number = passport_number(rng, plan.foreign)
    else:
        plan.id_number = personal_number(rng, plan.born, plan.sex)
    if rng.random() < 0.3:
        plan.expires = between(rng, day, years_later(day, 12))


def passport_number(rng: Random, foreign: bool) -> str:
    if foreign and rng.random() < 0.6:
        return rng.choice(
            [
                digits(rng, 9),
                "M" + digits(rng, 8),
                "AB" + digits(rng, 7),
                digits(rng, 5),
                "X" + digits(rng, 3) + "YZ" + digits(rng, 2),
            ]
        )
    return rng.choice("BCNPKE") + digits(rng, rng.choice([7, 8]))


def make_plan(rng: Random) -> Plan:
    day = registration_day(rng)
    draw = rng.random()
    if draw < 0.10:
        born = near(rng, years_later(day, -rng.randint(1, 16)))
    elif draw < 0.13:
        born = dt.date(rng.choice([1952, 1984, 1996, 2000, 2004]), 2, 29)
    else:
        born = between(rng, years_later(day, -75), years_later(day, -18))
    carrier = rng.choices(list(OPERATORS), weights=[30, 20, 20, 6, 4, 5, 4, 3, 3, 3])[0]
    foreign = rng.random() < 0.09
    sex = rng.choice(["male", "female"])
    name = rng.choice(FOREIGN_NAMES) if foreign else rng.choice(ETHNIC) if rng.random() < 0.05 else person_name(rng)
    plan = Plan(
        carrier=carrier,
        number=rng.choice(OPERATORS[carrier].split()) + digits(rng, 7),
        registered=at_some_hour(rng, day),
        born=born,
        sex=sex,
        nationality=rng.choice(FOREIGN if foreign else VIETNAMESE),
        foreign=foreign,
        name=name,
    )
    give_document(rng, plan)
    age = full_years(born, day)
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
    # Until 163/2024 nobody could contract online.
    weights = [5, 1, 3, 2 if day >= dt.date(2024, 12, 24) or rng.random() < 0.05 else 0]
    plan.pos_kind = rng.choices(list(POS_KIND), weights=weights)[0]
    plan.usage = ("device" if plan.m2m else "employee") if plan.organisation else "self"
    if rng.random() < 0.25:
        plan.updated = plan.registered + dt.timedelta(days=rng.randint(0, max(0, (AS_OF - day).days)))
    draw = rng.random()
    if draw < 0.08:
        plan.status = "terminated"
        plan.terminated = plan.started + dt.timedelta(days=rng.randint(1, 900))
    elif draw < 0.16:
        plan.status = rng.choice(["one_way", "two_way"])
    return plan
