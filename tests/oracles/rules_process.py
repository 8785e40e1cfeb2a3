"""Rules on matching, device changes and the remedial timetable (catalogue, section 4)."""

from __future__ import annotations

import datetime as dt

from oracles.dates import days_after
from oracles.record_facts import Facts
from oracles.rule import ALL, C08, NEW, Rule, before, everyone, needs, status_in
from oracles.words import MATCHED

# ---------------------------------------------------------------------------------------------
# AUT


def _matchable(facts: Facts) -> bool:
    # Reading: a placeholder of 12 digits is a personal number here.
    return facts.h2h and facts.country == "VN" and facts.personal_number is not None


def _not_matched(facts: Facts) -> bool:
    judged = MATCHED if "C08" in facts.eras else MATCHED[:3]
    return any(facts.code(column) == "no" for column in judged)


_ANY_MATCH = "|".join(MATCHED)

MATCHING = {
    "AUT101": Rule(NEW, needs(f"{_ANY_MATCH} nationality id_number"), _matchable, _not_matched),
    "AUT102": Rule(
        C08,
        needs(" ".join([*MATCHED, "nationality id_number registered_at"])),
        lambda f: _matchable(f) and f.kind != "certificate",
        lambda f: f.registered_on is not None and any(f.missing(column) for column in MATCHED),
    ),
    "AUT103": Rule(
        NEW,
        needs(f"{_ANY_MATCH} nationality id_number"),
        _matchable,
        lambda f: any(f.unrecognised(column) for column in MATCHED),
    ),
}

# ---------------------------------------------------------------------------------------------
# DEV

_DEVICE_LAW = dt.date(2026, 6, 15)
_TWO_HOURS = dt.timedelta(hours=2)


def _changed_on(facts: Facts) -> dt.date | None:
    day = facts.day("device_changed_at")
    return day if day is not None and day >= _DEVICE_LAW else None


def _over(day: dt.date | None, days: int, facts: Facts) -> bool:
    return day is not None and days_after(day, days) < facts.as_of


def _not_suspended(facts: Facts) -> bool:
    changed = facts.date("device_changed_at").moment
    if changed is None or _changed_on(facts) is None:
        return False
    others = facts.date("outgoing_suspended_at"), facts.date("reauthenticated_at")
    # Reading: an invalid time keeps it silent like one without an hour.
    if any(other.state != "missing" and other.moment is None for other in others):
        return False
    suspended, again = (other.moment for other in others)
    if changed + _TWO_HOURS >= dt.datetime.combine(facts.as_of, dt.time()):
        return False
    # Reading: an authentication before the change is none after it.
    if again is not None and changed <= again <= changed + _TWO_HOURS:
        return False
    return suspended is None or suspended > changed + _TWO_HOURS


def _since(facts: Facts, column: str, start: str) -> dt.date | None:
    """Day of `column`, if it is not before the day of `start`."""
    day, first = facts.day(column), facts.day(start)
    return day if day is not None and first is not None and day >= first else None


DEVICES = {
    "DEV101": Rule(ALL, needs("device_changed_at outgoing_suspended_at reauthenticated_at"), everyone, _not_suspended),
    "DEV102": Rule(
        ALL,
        needs("device_changed_at outgoing_suspended_at reauthenticated_at status"),
        lambda f: f.h2h and f.status in {"active", "one_way"},
        lambda f: (
            _changed_on(f) is not None
            and f.missing("reauthenticated_at")
            and _over(f.day("outgoing_suspended_at"), 30, f)
        ),
    ),
    "DEV103": Rule(
        ALL,
        needs("device_changed_at two_way_since reauthenticated_at status"),
        lambda f: f.h2h and f.status == "two_way",
        lambda f: (
            _changed_on(f) is not None
            and f.missing("reauthenticated_at")
            and _over(_since(f, "two_way_since", "device_changed_at"), 5, f)
        ),
    ),
}

# ---------------------------------------------------------------------------------------------
# REM


def _notice(facts: Facts) -> dt.date | None:
    """Day of the first notice, if the timetable runs."""
    notice, updated = facts.date("first_notice_at"), facts.date("info_updated_at")
    if notice.day is None or notice.day < dt.date(2017, 4, 24):
        return None
    # Reading: an update whose time is invalid may have been after the notice.
    if updated.state == "invalid" or before(notice, updated):
        return None
    return notice.day


def _end_overdue(facts: Facts) -> bool:
    notice = _notice(facts)
    if notice is None:
        return False
    days = 5 if notice >= dt.date(2024, 12, 24) else 30
    return _over(_since(facts, "two_way_since", "first_notice_at"), days, facts)


REMEDIES = {
    "REM101": Rule(
        ALL,
        needs("first_notice_at info_updated_at status"),
        status_in("active"),
        lambda f: _over(_notice(f), 15, f),
    ),
    "REM102": Rule(
        ALL,
        needs("first_notice_at one_way_since info_updated_at status"),
        status_in("one_way"),
        lambda f: _notice(f) is not None and _over(_since(f, "one_way_since", "first_notice_at"), 15, f),
    ),
    "REM103": Rule(
        ALL, needs("first_notice_at two_way_since info_updated_at status"), status_in("two_way"), _end_overdue
    ),
}
