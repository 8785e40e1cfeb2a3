"""Rules on the number, the person, the document and minors (catalogue, section 4)."""

from __future__ import annotations

import datetime as dt

from oracles.dates import age_on, birthday
from oracles.person_names import is_garbled, is_no_name
from oracles.record_facts import Facts, number_gives_year
from oracles.reference import MOBILE_PREFIXES, holder_of, mvno_hosts, place_codes
from oracles.rule import (
    ALL,
    DAGGER,
    NEW,
    SINCE_2017,
    Rule,
    both,
    document,
    documents_of_individuals,
    everyone,
    individuals,
    needs,
    person,
)
from oracles.texts import fold
from oracles.words import BARE_OTHER, kinds_named

# ---------------------------------------------------------------------------------------------
# NUM


def _of_another_operator(facts: Facts) -> bool:
    number, carrier = facts.msisdn[1], facts.operator
    holder = None if number is None else holder_of(number)
    return (
        carrier is not None
        and holder is not None
        and carrier != holder
        and not {(carrier, holder), (holder, carrier)} & mvno_hosts()
    )


NUMBERS = {
    "NUM101": Rule(ALL, needs("msisdn"), everyone, lambda f: f.missing("msisdn")),
    "NUM102": Rule(ALL, needs("msisdn"), lambda f: f.h2h, lambda f: f.msisdn[0] == "malformed"),
    "NUM103": Rule(ALL, needs("msisdn"), everyone, lambda f: f.msisdn[0] == "old" and f.as_of > dt.date(2018, 11, 14)),
    "NUM104": Rule(
        ALL,
        needs("msisdn"),
        everyone,
        lambda f: f.msisdn[1] is not None and f.msisdn[1][:3] not in MOBILE_PREFIXES,
    ),
    "NUM105": Rule(ALL, needs("msisdn operator"), everyone, _of_another_operator),
}

# ---------------------------------------------------------------------------------------------
# PER


def _name(facts: Facts) -> str:
    return facts.text("full_name") or ""


def _has_name(facts: Facts) -> bool:
    return not facts.missing("full_name")


def _birth(state: str) -> Rule:
    return Rule(
        ALL,
        needs("date_of_birth"),
        person("date_of_birth"),
        lambda f: f.date("date_of_birth").state == state,
    )


def _birth_implausible(facts: Facts) -> bool:
    day = facts.registered_on or facts.as_of
    return facts.born is not None and (facts.born > day or birthday(facts.born, 120) < day)


def _owes_address(facts: Facts) -> bool:
    if "D163" in facts.eras:
        return facts.kind != "passport"
    return facts.country == "VN" or (facts.missing("nationality") and facts.kind != "passport")


PEOPLE = {
    "PER101": Rule(ALL, needs("full_name"), person("full_name"), lambda f: f.missing("full_name")),
    "PER102": Rule(ALL, needs("full_name"), person("full_name"), lambda f: _has_name(f) and is_no_name(_name(f))),
    "PER103": Rule(ALL, needs("full_name"), person("full_name"), lambda f: _has_name(f) and is_garbled(_name(f))),
    "PER104": Rule(
        ALL,
        needs("full_name"),
        person("full_name"),
        lambda f: _has_name(f) and " " not in _name(f) and not is_no_name(_name(f)),
    ),
    "PER111": _birth("missing"),
    "PER112": _birth("invalid"),
    "PER113": Rule(ALL, needs("date_of_birth"), person("date_of_birth"), _birth_implausible),
    "PER114": _birth("year"),
    "PER115": Rule(ALL, needs("sex"), person("sex"), lambda f: f.unrecognised("sex")),
    "PER121": Rule(
        DAGGER,
        needs("nationality"),
        both(person("nationality"), lambda f: f.kind != "certificate"),
        lambda f: f.missing("nationality"),
    ),
    "PER122": Rule(
        ALL,
        needs("nationality"),
        person("nationality"),
        lambda f: not f.missing("nationality") and f.country is None,
    ),
    "PER131": Rule(DAGGER, needs("address"), both(person("address"), _owes_address), lambda f: f.missing("address")),
}

# ---------------------------------------------------------------------------------------------
# ID


def _not_accepted(facts: Facts) -> bool:
    if facts.kind == "legal":
        return facts.individual
    if facts.kind == "military":
        return "D49" in facts.eras
    bare = fold((facts.text("id_type") or "").replace("_", " ").replace("/", " ")) in BARE_OTHER
    return facts.kind == "other" and ("D49" in facts.eras or not bare)


def _number_malformed(facts: Facts) -> bool:
    return facts.malformed and not facts.lost_zeros and not facts.placeholder


def _child_with_guardian(facts: Facts) -> bool:
    return facts.aged(0, 14) and not facts.missing("guardian_name")


def _has_personal_number(facts: Facts) -> bool:
    # Reading: a placeholder of 12 digits is counted, and not fired on.
    return facts.personal_number is not None


def _year_mismatch(facts: Facts) -> bool:
    number, year = facts.personal_number, facts.birth_year
    return number is not None and not facts.placeholder and year is not None and not number_gives_year(number, year)


def _sex_mismatch(facts: Facts) -> bool:
    number, sex = facts.personal_number, facts.code("sex")
    if number is None or facts.placeholder or sex is None:
        return False
    return sex != ("male" if int(number[3]) % 2 == 0 else "female")


def _place_unknown(facts: Facts) -> bool:
    number = facts.personal_number
    return number is not None and not facts.placeholder and number[:3] not in place_codes()


def _issued_after_document_day(facts: Facts) -> bool:
    return facts.issued is not None and facts.document_day is not None and facts.issued > facts.document_day


def _issued_after_registration(facts: Facts) -> bool:
    return facts.issued is not None and facts.registered_on is not None and facts.issued > facts.registered_on


def _issue_impossible(facts: Facts) -> bool:
    if facts.issued is None:
        return False
    before_birth = facts.born is not None and facts.issued < facts.born
    return before_birth or (facts.kind in {"cccd", "can_cuoc"} and facts.issued < dt.date(2016, 1, 1))


def _before_its_time(facts: Facts) -> bool:
    if "info_updated_at" not in facts.columns and _issued_after_registration(facts):
        return False  # ID127 speaks
    return facts.document_day is not None and facts.document_day < dt.date(2024, 7, 1)


def _expired(facts: Facts) -> bool:
    return facts.expires is not None and facts.document_day is not None and facts.expires < facts.document_day


def _late_cmnd(facts: Facts) -> bool:
    return facts.document_day is not None and facts.document_day > dt.date(2024, 12, 31)


def _stay_ended(facts: Facts) -> bool:
    ended = facts.day("stay_until")
    return ended is not None and facts.registered_on is not None and ended < facts.registered_on


_DOCUMENT_DAY = "registered_at|info_updated_at"

DOCUMENTS = {
    "ID101": Rule(
        ALL,
        needs("id_number"),
        lambda f: documents_of_individuals(f) and not _child_with_guardian(f),
        lambda f: f.missing("id_number"),
    ),
    "ID102": Rule(
        ALL,
        needs("id_number id_type"),
        document("id_number"),
        lambda f: f.missing("id_type") and not f.missing("id_number"),
    ),
    "ID103": Rule(SINCE_2017, needs("id_type"), person("id_type"), _not_accepted),
    "ID104": Rule(ALL, needs("id_number"), document("id_number"), _number_malformed),
    "ID105": Rule(
        ALL,
        needs("id_number"),
        document("id_number", only=lambda f: f.kind in {"cccd", "can_cuoc", "e_id", "unknown", "cmnd"}),
        lambda f: f.lost_zeros,
    ),
    "ID106": Rule(ALL, needs("id_number"), document("id_number"), lambda f: f.placeholder),
    "ID107": Rule(
        ALL,
        needs("id_type"),
        document("id_number"),
        lambda f: not f.missing("id_type") and not kinds_named(f.text("id_type") or ""),
    ),
    "ID111": Rule(
        ALL, needs("id_number date_of_birth"), document("id_number", only=_has_personal_number), _year_mismatch
    ),
    "ID112": Rule(
        ALL,
        needs("id_number sex"),
        document("id_number", only=lambda f: _has_personal_number(f) and not f.unrecognised("sex")),
        _sex_mismatch,
    ),
    "ID113": Rule(ALL, needs("id_number"), document("id_number", only=_has_personal_number), _place_unknown),
    "ID121": Rule(
        DAGGER,
        needs("id_issue_date id_number"),
        lambda f: documents_of_individuals(f) and f.kind != "e_id",
        lambda f: not f.missing("id_number") and f.missing("id_issue_date"),
    ),
    "ID122": Rule(
        ALL,
        needs("id_issue_date"),
        document("id_issue_date"),
        lambda f: f.date("id_issue_date").state == "invalid",
    ),
    "ID123": Rule(ALL, needs("id_issue_date info_updated_at"), document("id_issue_date"), _issued_after_document_day),
    "ID124": Rule(ALL, needs("id_issue_date date_of_birth"), document("id_issue_date"), _issue_impossible),
    "ID125": Rule(
        ALL,
        needs("id_issue_date date_of_birth"),
        document("id_issue_date", only=lambda f: f.kind in {"cmnd", "cccd"}),
        lambda f: f.born is not None and f.issued is not None and age_on(f.born, f.issued) < 14,
    ),
    "ID126": Rule(
        frozenset(["old", "D49"]),
        needs(f"id_type {_DOCUMENT_DAY}"),
        document("id_number", only=lambda f: f.kind == "certificate"),
        _before_its_time,
    ),
    "ID127": Rule(
        ALL,
        needs("id_issue_date registered_at"),
        document("id_number", only=lambda f: "info_updated_at" not in f.columns),
        _issued_after_registration,
    ),
    "ID131": Rule(
        ALL,
        needs("id_issue_place id_number"),
        lambda f: documents_of_individuals(f) and f.kind != "e_id",
        lambda f: not f.missing("id_number") and f.missing("id_issue_place"),
    ),
    "ID141": Rule(ALL, needs(f"id_expiry_date|id_issue_date {_DOCUMENT_DAY}"), document("id_number"), _expired),
    "ID142": Rule(ALL, needs(_DOCUMENT_DAY), document("id_number", only=lambda f: f.kind == "cmnd"), _late_cmnd),
    "ID143": Rule(
        ALL,
        needs("id_type nationality"),
        document("id_number", only=lambda f: f.foreign),
        lambda f: f.kind in {"cmnd", "cccd", "can_cuoc"},
    ),
    "ID144": Rule(
        SINCE_2017,
        needs("stay_until nationality registered_at"),
        document("id_number", only=lambda f: f.foreign),
        _stay_ended,
    ),
}

# ---------------------------------------------------------------------------------------------
# MIN


def _guardian_missing(facts: Facts) -> bool:
    return facts.missing("guardian_name")


MINORS = {
    "MIN101": Rule(
        frozenset(["old", "D49"]),
        needs("date_of_birth registered_at guardian_name"),
        lambda f: individuals(f) and f.aged(0, 14),
        _guardian_missing,
    ),
    "MIN102": Rule(
        NEW,
        needs("date_of_birth registered_at guardian_name"),
        lambda f: individuals(f) and f.aged(0, 6),
        _guardian_missing,
    ),
    "MIN103": Rule(
        NEW,
        needs("date_of_birth registered_at guardian_name consent_ref"),
        lambda f: individuals(f) and f.aged(6, 15),
        lambda f: _guardian_missing(f) and f.missing("consent_ref"),
    ),
    "MIN104": Rule(
        NEW,
        needs("date_of_birth registered_at guardian_name relationship_ref"),
        lambda f: individuals(f) and f.aged(0, 15),
        lambda f: not _guardian_missing(f) and f.missing("relationship_ref"),
    ),
}
