"""Scenarios on the person, the paper and the number: one thing at the edge of a rule, or over it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from oracles.messy_damage import bad_name, bad_tax_code
from oracles.messy_plan import (
    Plan,
    between,
    days_later,
    digits,
    near,
    passport_number,
    personal_number,
    years_later,
)
from oracles.messy_values import FOREIGN, KIND_TEXTS, MISSING, NO_COUNTRY, OLD_PREFIXES, Random
from oracles.messy_writing import date_text


def registered_on(rng: Random, plan: Plan, day: dt.date) -> None:
    """Another registration day, with everything that goes by it."""
    shift = dt.datetime.combine(day, plan.registered.time()) - plan.registered
    plan.registered += shift
    if plan.portrait is not None:
        plan.portrait += shift
    if plan.started is not None:
        plan.started += shift
    if plan.updated is not None:
        plan.updated += shift


def card_at_milestone(rng: Random, plan: Plan) -> None:
    kind = rng.choice(["cccd", "can_cuoc"])
    milestone = rng.choice([25, 40, 60] if kind == "cccd" else [14, 25, 40, 60])
    start = dt.date(2016, 1, 1) if kind == "cccd" else dt.date(2024, 7, 1)
    plan.foreign, plan.nationality, plan.id_kind, plan.expires = False, "VN", kind, None
    window_end = dt.date(2026, 11, 20)
    milestone_day = between(rng, years_later(start, 1), window_end)
    plan.born = years_later(milestone_day, -milestone)
    if rng.random() < 0.15:
        leap = rng.choice([1960, 1964, 1984, 1996, 2000, 2012] if kind == "cccd" else [1984, 2000])
        plan.born = dt.date(leap, 2, 29)
        milestone_day = years_later(plan.born, milestone)
    window = years_later(milestone_day, -2)
    plan.issued = rng.choice(
        [
            near(rng, window),
            between(rng, max(start, years_later(window, -6)), max(start, window)),
            between(rng, max(start, window), max(start, milestone_day)),
        ]
    )
    plan.id_number = personal_number(rng, plan.born, plan.sex)
    registered_on(rng, plan, min(near(rng, milestone_day), window_end))


def cmnd_at_fifteen_years(rng: Random, plan: Plan) -> None:
    day = between(rng, dt.date(2012, 1, 1), dt.date(2024, 12, 31))
    registered_on(rng, plan, day)
    plan.foreign, plan.nationality, plan.id_kind, plan.expires = False, "Việt Nam", "cmnd", None
    plan.born = between(rng, dt.date(1950, 1, 1), dt.date(1980, 1, 1))
    plan.issued = near(rng, years_later(day, -15))
    if rng.random() < 0.1:
        plan.issued = dt.date(2008, 2, 29)
        registered_on(rng, plan, near(rng, dt.date(2023, 2, 28)))
    plan.id_number = rng.choice("0123") + digits(rng, 8)


EXTENSION_EDGES = [dt.date(2024, 1, 14), dt.date(2024, 1, 15), dt.date(2024, 6, 29), dt.date(2024, 6, 29)]


def extension_of_2024(rng: Random, plan: Plan) -> None:
    end = between(rng, dt.date(2024, 1, 10), dt.date(2024, 7, 5))
    end = rng.choice([end, end, *EXTENSION_EDGES])
    registered_on(rng, plan, rng.choice([*[near(rng, dt.date(2024, 6, 30))] * 2, near(rng, end), days_later(end, 20)]))
    plan.foreign, plan.nationality = False, "VN"
    plan.id_kind = rng.choice(["cmnd", "cccd", "passport", "can_cuoc"])
    plan.born = dt.date(1970, 5, 5)
    plan.id_number = personal_number(rng, plan.born, plan.sex)
    plan.issued = years_later(end, -15 if plan.id_kind == "cmnd" else -6)
    plan.expires = None if plan.id_kind == "cmnd" and rng.random() < 0.7 else end


def printed_expiry(rng: Random, plan: Plan) -> None:
    plan.expires = near(rng, plan.registered.date())


def passport_at_its_end(rng: Random, plan: Plan) -> None:
    plan.id_kind, plan.expires = "passport", None
    plan.id_number = passport_number(rng, plan.foreign)
    day = plan.registered.date()
    if rng.random() < 0.5:
        plan.issued = near(rng, years_later(day, -10))
    else:
        plan.issued = near(rng, years_later(day, -5))
        plan.born = near(rng, years_later(plan.issued, -rng.choice([3, 13, 14, 14, 14])))


def child(rng: Random, plan: Plan) -> None:
    day = plan.registered.date()
    if rng.random() < 0.2:
        year = rng.choice([2008, 2012, 2016, 2020])
        plan.born = dt.date(year, 2, 29)
        age = rng.choice([6, 14, 15, 14])
        day = rng.choice([dt.date(year + age, 2, 28), dt.date(year + age, 3, 1)])
        registered_on(rng, plan, min(day, dt.date(2026, 11, 1)))
    else:
        plan.born = near(rng, years_later(day, -rng.choice([0, 1, 3, 5, 6, 6, 6, 9, 13, 14, 14, 15, 15])))
    plan.id_kind = rng.choice(["can_cuoc", "passport", "cccd", "e_id"])
    plan.id_number = (
        passport_number(rng, False) if plan.id_kind == "passport" else personal_number(rng, plan.born, plan.sex)
    )
    plan.guardian = rng.random() < 0.4
    plan.consent = rng.random() < 0.4


def issue_at_fourteen(rng: Random, plan: Plan) -> None:
    plan.id_kind = rng.choice(["cmnd", "cccd", "cccd", "can_cuoc"])
    plan.issued = near(rng, years_later(plan.born, rng.choice([14, 14, 14, 10])))
    if rng.random() < 0.3:
        plan.born = dt.date(rng.choice([2004, 2008]), 2, 29)
        plan.issued = dt.date(plan.born.year + 14, *rng.choice([(2, 28), (3, 1), (2, 27)]))
    if plan.id_kind != "cmnd" or rng.random() < 0.5:
        plan.id_number = personal_number(rng, plan.born, plan.sex)
    else:
        plan.id_number = "02" + digits(rng, 7)


def issue_impossible(rng: Random, plan: Plan) -> None:
    choice = rng.randrange(3)
    if choice == 0:
        plan.issued = near(rng, plan.born)
    elif choice == 1:
        plan.id_kind, plan.issued = "cccd", near(rng, dt.date(2016, 1, 1))
    else:
        plan.id_kind, plan.issued = "can_cuoc", near(rng, dt.date(2024, 7, 1))
    if choice:
        plan.id_number = personal_number(rng, plan.born, plan.sex)


def issue_after_registration(rng: Random, plan: Plan) -> None:
    plan.issued = near(rng, plan.registered.date())


def late_cmnd(rng: Random, plan: Plan) -> None:
    edge = [dt.date(2024, 12, 31), dt.date(2025, 1, 1), dt.date(2025, 6, 1), dt.date(2026, 5, 1)]
    registered_on(rng, plan, rng.choice(edge))
    plan.id_kind = "cmnd"
    plan.issued = between(rng, dt.date(2012, 1, 1), dt.date(2020, 1, 1))
    plan.id_number = "02" + digits(rng, 7) if rng.random() < 0.7 else personal_number(rng, plan.born, plan.sex)


def foreigner(rng: Random, plan: Plan) -> None:
    plan.foreign, plan.nationality = True, rng.choice(FOREIGN + NO_COUNTRY)
    plan.id_kind = rng.choice(["cmnd", "cccd", "can_cuoc", "e_id", "certificate", "passport"])
    if plan.id_kind == "passport":
        plan.id_number = passport_number(rng, True)


def organisation(rng: Random, plan: Plan) -> None:
    plan.organisation = True
    plan.m2m = rng.random() < 0.3
    plan.with_user = rng.random() < 0.5
    plan.raw["organisation_tax_code"] = bad_tax_code(rng)
    if rng.random() < 0.2:
        registered_on(rng, plan, near(rng, dt.date(2025, 7, 1)))
        plan.raw["organisation_tax_code"] = digits(rng, 12)
    if rng.random() < 0.2:
        plan.raw["organisation_name"] = rng.choice(MISSING)
        plan.raw["subscriber_kind"] = rng.choice(["Tổ chức", "DN", None])


def lost_zeros(rng: Random, plan: Plan) -> None:
    place = rng.choice(["001", "002", "004", "008", "010", "027", "079", "096", "003", "099", "000"])
    born = plan.born if rng.random() < 0.7 else years_later(plan.born, rng.choice([1, -1, 10, -3]))
    number = personal_number(rng, born, plan.sex, place)
    plan.id_number = str(int(number))
    plan.id_kind = rng.choice(["cccd", "can_cuoc", "e_id", "certificate", "cmnd", "passport"])
    if rng.random() < 0.3:
        plan.raw["id_type"] = rng.choice(MISSING)


def number_disagrees(rng: Random, plan: Plan) -> None:
    if plan.id_kind not in {"cccd", "can_cuoc", "e_id", "certificate"}:
        plan.id_kind = "cccd"
    born, sex, place = plan.born, plan.sex, None
    choice = rng.randrange(4)
    if choice == 0:
        born = years_later(born, rng.choice([-1, 1, 2, 100 if born.year < 1990 else -100, 10]))
    elif choice == 1:
        sex = "male" if sex == "female" else "female"
    elif choice == 2:
        place = rng.choice(["003", "005", "097", "099", "100", "253", "000", "999"])
    plan.id_number = personal_number(rng, born, sex, place)
    if choice == 3:
        at = rng.randrange(12)
        plan.id_number = plan.id_number[:at] + rng.choice("0123456789") + plan.id_number[at + 1 :]


def placeholder(rng: Random, plan: Plan) -> None:
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


def old_number(rng: Random, plan: Plan) -> None:
    prefix = rng.choice([*OLD_PREFIXES, *OLD_PREFIXES, "0130", "0161", "0187", "0198"])
    plan.number = prefix + digits(rng, 7)


def odd_number(rng: Random, plan: Plan) -> None:
    plan.number = rng.choice(
        [
            "095" + digits(rng, 7),
            "031" + digits(rng, 7),
            "050" + digits(rng, 7),
            "053" + digits(rng, 7),
            "071" + digits(rng, 7),
            "080" + digits(rng, 7),
            "099" + digits(rng, 7),
            "0" + rng.choice("35789") + rng.choice("0123456789") + digits(rng, 7),
            "024" + digits(rng, 8),
            "1900" + digits(rng, 4),
            "0163" + digits(rng, 6),
        ]
    )


def portrait_time(rng: Random, plan: Plan) -> None:
    second = dt.timedelta(seconds=1)
    day = dt.timedelta(hours=24)
    plan.portrait = plan.registered + rng.choice(
        [day, day + second, day - second, 2 * day, 30 * day, -day, -30 * day, dt.timedelta(0)]
    )
    if rng.random() < 0.3:
        plan.raw["portrait_taken_at"] = date_text(rng, plan.portrait.date())
    if rng.random() < 0.2:
        plan.raw["registered_at"] = date_text(rng, plan.registered.date())


def service_time(rng: Random, plan: Plan) -> None:
    second = dt.timedelta(seconds=1)
    plan.started = plan.registered + rng.choice(
        [dt.timedelta(0), -second, second, -3600 * second, -86400 * second, 86400 * second]
    )
    if rng.random() < 0.3:
        plan.raw["service_started_at"] = date_text(rng, plan.started.date())
    if rng.random() < 0.2:
        plan.raw["registered_at"] = date_text(rng, plan.registered.date())


def birth_implausible(rng: Random, plan: Plan) -> None:
    day = plan.registered.date()
    plan.born = rng.choice(
        [
            near(rng, day),
            days_later(day, rng.randint(1, 4000)),
            near(rng, years_later(day, -120)),
            years_later(day, -rng.randint(115, 200)),
        ]
    )
    if rng.random() < 0.2:
        plan.raw["registered_at"] = rng.choice([*MISSING, "31/02/2020"])
        plan.born = near(rng, rng.choice([dt.date(2026, 11, 23), dt.date(1906, 11, 23)]))


def future(rng: Random, plan: Plan) -> None:
    days = [dt.date(2026, 11, 23), dt.date(2026, 11, 24), dt.date(2027, 1, 1), dt.date(2062, 1, 1)]
    registered_on(rng, plan, rng.choice(days))


def nobody(rng: Random, plan: Plan) -> None:
    plan.raw["full_name"] = bad_name(rng)


def plain_user(rng: Random, plan: Plan) -> None:
    """Papers as before, but the kind is left to the number."""
    plan.raw["id_type"] = rng.choice(MISSING)


def paper_and_kind_apart(rng: Random, plan: Plan) -> None:
    plan.id_kind = rng.choice(list(KIND_TEXTS))
    plan.id_number = rng.choice(
        [
            digits(rng, 9),
            digits(rng, 12),
            digits(rng, 10),
            digits(rng, 8),
            digits(rng, 13),
            "B" + digits(rng, 7),
            "P" + digits(rng, 8),
            "AB" + digits(rng, 6),
            "AB" + digits(rng, 8),
            "A" + digits(rng, 3),
            "B1234-" + digits(rng, 4),
            "ABCDEF",
        ]
    )


SCENARIOS: list[Callable[[Random, Plan], None]] = [
    card_at_milestone,
    cmnd_at_fifteen_years,
    extension_of_2024,
    printed_expiry,
    passport_at_its_end,
    child,
    child,
    issue_at_fourteen,
    issue_impossible,
    issue_after_registration,
    late_cmnd,
    foreigner,
    organisation,
    organisation,
    lost_zeros,
    number_disagrees,
    number_disagrees,
    placeholder,
    old_number,
    odd_number,
    portrait_time,
    service_time,
    birth_implausible,
    future,
    nobody,
    plain_user,
    paper_and_kind_apart,
]
