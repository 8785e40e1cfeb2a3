"""Rules on organisations and the act of registration (catalogue, section 4)."""

from __future__ import annotations

import datetime as dt

from oracles.dates import Date, days_after
from oracles.lists import spaced
from oracles.record_facts import Facts
from oracles.rule import ALL, C08, DAGGER, NEW, SINCE_2017, Rule, before, everyone, needs, organisations, status_in
from oracles.texts import document_number, tax_code

# ---------------------------------------------------------------------------------------------
# ORG


def _tax_code_invalid(facts: Facts) -> bool:
    text = facts.text("organisation_tax_code")
    if text is None:
        return False
    digits = document_number(text) or ""
    if len(digits) == 12 and digits.isascii() and digits.isdigit():
        registered = facts.registered_on
        return registered is None or registered < dt.date(2025, 7, 1)
    return tax_code(text) is None


def _owes_user(facts: Facts) -> bool:
    if not facts.organisation:
        return False
    return facts.h2h if "D163" in facts.eras else facts.code("usage_kind") == "employee"


def _user_missing(facts: Facts) -> bool:
    return facts.kind == "legal" or facts.missing("full_name") or facts.missing("id_number")


def _owes_representative(facts: Facts) -> bool:
    return facts.organisation and ("D163" not in facts.eras or facts.connection == "m2m")


ORGANISATIONS = {
    "ORG101": Rule(ALL, needs("organisation_name"), organisations, lambda f: f.missing("organisation_name")),
    "ORG102": Rule(NEW, needs("organisation_tax_code"), organisations, lambda f: f.missing("organisation_tax_code")),
    "ORG103": Rule(NEW, needs("organisation_tax_code"), organisations, _tax_code_invalid),
    "ORG104": Rule(SINCE_2017, needs("full_name id_number connection_kind|usage_kind"), _owes_user, _user_missing),
    "ORG105": Rule(DAGGER, needs("organisation_address"), organisations, lambda f: f.missing("organisation_address")),
    "ORG106": Rule(
        SINCE_2017,
        needs("representative_name representative_id_number"),
        _owes_representative,
        lambda f: f.missing("representative_name") or f.missing("representative_id_number"),
    ),
    "ORG107": Rule(ALL, needs("subscriber_kind"), everyone, lambda f: f.unrecognised("subscriber_kind")),
    "ORG108": Rule(
        SINCE_2017,
        needs("representative_name authorisation_ref"),
        _owes_representative,
        lambda f: not f.missing("representative_name") and f.missing("authorisation_ref"),
    ),
}

# ---------------------------------------------------------------------------------------------
# REG


def _portrait(facts: Facts) -> bool:
    return not facts.missing("portrait_ref") or not facts.missing("portrait_hash")


def _end_of(date: Date) -> dt.datetime | None:
    """The moment, or the end of a day without an hour."""
    if date.day is None:
        return None
    if date.moment is not None:
        return date.moment
    return dt.datetime.combine(days_after(date.day, 1), dt.time())


def _portrait_late(facts: Facts) -> bool:
    taken = facts.date("portrait_taken_at").moment
    registered = _end_of(facts.date("registered_at"))
    if taken is None or registered is None:
        return False
    updated = _end_of(facts.date("info_updated_at"))
    last = registered if updated is None else max(registered, updated)
    return taken - last > dt.timedelta(hours=24)


def _at_a_point(facts: Facts) -> bool:
    """Not online; a kind that is not recognised is taken for neither."""
    return facts.code("pos_kind") != "online" and not facts.unrecognised("pos_kind")


def _prepaid_or_missing(facts: Facts) -> bool:
    return facts.missing("payment_type") or facts.code("payment_type") == "prepaid"


OTHER_DATES = spaced(
    "id_expiry_date portrait_taken_at authenticated_at info_updated_at service_started_at terminated_at"
    " stay_until first_notice_at one_way_since two_way_since device_changed_at outgoing_suspended_at"
    " reauthenticated_at"
)


def invalid_date(facts: Facts) -> str | None:
    """REG149: the first of the other dates that is invalid."""
    for column in OTHER_DATES:
        if facts.date(column).state != "invalid":
            continue
        # Reading: REG112 judges a portrait that there is, REG151 a registration with a valid time.
        if column == "portrait_taken_at" and facts.eras & SINCE_2017 and _portrait(facts):
            continue
        if column == "authenticated_at" and _owes_authentication(facts) and facts.registered_on is not None:
            continue
        return column
    return None


def _owes_authentication(facts: Facts) -> bool:
    return "C08" in facts.eras and facts.h2h and "registered_at" in facts.columns


def _not_authenticated(facts: Facts) -> bool:
    return facts.registered_on is not None and facts.day("authenticated_at") is None


REGISTRATION = {
    "REG101": Rule(frozenset(["old+", "D49"]), needs("payment_type"), everyone, lambda f: f.missing("payment_type")),
    "REG102": Rule(ALL, needs("payment_type"), everyone, lambda f: f.unrecognised("payment_type")),
    "REG111": Rule(DAGGER, needs("portrait_ref|portrait_hash"), everyone, lambda f: not _portrait(f)),
    "REG112": Rule(
        SINCE_2017,
        needs("portrait_taken_at portrait_ref|portrait_hash"),
        everyone,
        lambda f: _portrait(f) and f.date("portrait_taken_at").moment is None,
    ),
    "REG113": Rule(SINCE_2017, needs("portrait_taken_at registered_at"), everyone, _portrait_late),
    "REG121": Rule(DAGGER, needs("document_scan_ref"), everyone, lambda f: f.missing("document_scan_ref")),
    "REG122": Rule(
        SINCE_2017,
        needs("payment_type confirmation_ref contract_number"),
        _prepaid_or_missing,
        lambda f: f.missing("confirmation_ref") and f.missing("contract_number"),
    ),
    "REG123": Rule(
        NEW,
        needs("payment_type contract_number"),
        lambda f: f.code("payment_type") == "postpaid",
        lambda f: f.missing("contract_number"),
    ),
    "REG131": Rule(ALL, needs("registered_at"), everyone, lambda f: f.missing("registered_at")),
    "REG132": Rule(ALL, needs("registered_at"), everyone, lambda f: f.date("registered_at").state == "invalid"),
    "REG133": Rule(
        ALL, needs("registered_at"), everyone, lambda f: f.registered_on is not None and f.registered_on > f.as_of
    ),
    "REG134": Rule(SINCE_2017, needs("clerk_name"), _at_a_point, lambda f: f.missing("clerk_name")),
    "REG135": Rule(
        SINCE_2017,
        needs("pos_address|pos_name|pos_code"),
        _at_a_point,
        lambda f: f.missing("pos_address") and f.missing("pos_name") and f.missing("pos_code"),
    ),
    "REG136": Rule(SINCE_2017, needs("pos_phone"), _at_a_point, lambda f: f.missing("pos_phone")),
    "REG137": Rule(frozenset(["D49"]), needs("pos_kind"), lambda f: f.code("pos_kind") == "online", everyone),
    "REG138": Rule(ALL, needs("pos_kind"), everyone, lambda f: f.unrecognised("pos_kind")),
    "REG141": Rule(
        SINCE_2017,
        needs("service_started_at registered_at"),
        everyone,
        lambda f: before(f.date("service_started_at"), f.date("registered_at")),
    ),
    "REG142": Rule(
        DAGGER,
        needs("service_started_at status"),
        status_in("active", "one_way", "two_way", "terminated"),
        lambda f: f.missing("service_started_at"),
    ),
    "REG143": Rule(DAGGER, needs("status"), everyone, lambda f: f.missing("status")),
    "REG144": Rule(ALL, needs("status"), everyone, lambda f: f.unrecognised("status")),
    "REG145": Rule(SINCE_2017, needs("status terminated_at"), status_in("terminated"), lambda f: f.end_missing),
    "REG146": Rule(
        ALL,
        needs("status terminated_at"),
        status_in("active", "one_way", "two_way"),
        lambda f: f.ended_on is not None and f.ended_on <= f.as_of,
    ),
    "REG147": Rule(frozenset(["D49"]), needs("usage_kind"), everyone, lambda f: f.code("usage_kind") is None),
    "REG148": Rule(ALL, needs("connection_kind"), everyone, lambda f: f.unrecognised("connection_kind")),
    "REG149": Rule(ALL, (tuple(OTHER_DATES),), everyone, lambda f: invalid_date(f) is not None),
    "REG151": Rule(C08, needs("authenticated_at registered_at"), lambda f: f.h2h, _not_authenticated),
    "REG152": Rule(
        C08,
        needs("service_started_at authenticated_at"),
        everyone,
        lambda f: before(f.date("service_started_at"), f.date("authenticated_at")),
    ),
    "REG153": Rule(
        C08,
        needs("pos_kind id_type"),
        lambda f: f.kind == "certificate" and f.code("pos_kind") == "online",
        everyone,
    ),
}
