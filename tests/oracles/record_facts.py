"""What the rules look at in one record, worked out as sections 1 to 3 of the catalogue say."""

from __future__ import annotations

import datetime as dt
import re
from functools import cached_property

from oracles.dates import MISSING, Date, age_on, birthday, parse_date, years_after
from oracles.lists import spaced
from oracles.reference import country_of, operator_of, place_codes, prefixes_2018
from oracles.texts import (
    REFERENCES,
    clean_reference,
    clean_text,
    document_number,
    is_placeholder_number,
    subscriber_number,
)
from oracles.words import CODED, PERSONAL, code_of, document_kind

Record = dict[str, str | None]

DATES = frozenset(
    spaced(
        "date_of_birth id_issue_date id_expiry_date portrait_taken_at registered_at authenticated_at"
        " service_started_at terminated_at info_updated_at stay_until first_notice_at one_way_since"
        " two_way_since device_changed_at outgoing_suspended_at reauthenticated_at"
    )
)

_LAW_NAMES = {
    "decree-49-2017": "D49",
    "decree-163-2024": "D163",
    "circular-08-2026": "C08",
}


def era_of(day: dt.date) -> str:
    if day <= dt.date(2017, 4, 23):
        return "old"
    if day <= dt.date(2024, 12, 23):
        return "D49"
    if day <= dt.date(2026, 4, 14):
        return "D163"
    return "C08"


def eras(judged_on: dt.date, law: str = "auto") -> frozenset[str]:
    """Laws that judge a record of that day; C08 is on top of D163."""
    era = era_of(judged_on) if law == "auto" else _LAW_NAMES.get(law, law)
    return frozenset(["D163", "C08"] if era == "C08" else [era])


class Facts:
    """One record, cleaned.  A column that the file does not have is never there, whatever the record says."""

    def __init__(self, record: Record, operator: str | None, as_of: dt.date, columns: frozenset[str], law: str) -> None:
        self.as_of = as_of
        self.columns = columns
        self._law = law
        self._texts = {
            name: (clean_reference(raw) if name in REFERENCES else clean_text(raw))
            for name, raw in record.items()
            if raw is not None and name in columns
        }
        self._dates: dict[str, Date] = {}
        said = self.text("operator") if "operator" in columns else None
        self.operator = operator_of(said or clean_text(operator))

    # --- cells

    def text(self, column: str) -> str | None:
        return self._texts.get(column)

    def date(self, column: str) -> Date:
        found = self._dates.get(column)
        if found is None:
            text = self._texts.get(column)
            found = self._dates[column] = MISSING if text is None else parse_date(text, column)
        return found

    def day(self, column: str) -> dt.date | None:
        return self.date(column).day

    def missing(self, column: str) -> bool:
        if column == "id_number":
            return self.number is None
        if column in DATES:
            return self.date(column).state == "missing"
        return self._texts.get(column) is None

    def code(self, column: str) -> str | None:
        return code_of(column, self._texts.get(column))

    def unrecognised(self, column: str) -> bool:
        assert column in CODED
        return self._texts.get(column) is not None and self.code(column) is None

    # --- whose record, and of which day

    @cached_property
    def subscriber(self) -> str | None:
        """individual or organisation, None where the text is not recognised."""
        if self.text("subscriber_kind") is not None:
            return self.code("subscriber_kind")
        return "individual" if self.missing("organisation_name") else "organisation"

    @property
    def individual(self) -> bool:
        return self.subscriber == "individual"

    @property
    def organisation(self) -> bool:
        return self.subscriber == "organisation"

    @cached_property
    def connection(self) -> str | None:
        """h2h or m2m, None where the text is not recognised."""
        if self.text("connection_kind") is not None:
            return self.code("connection_kind")
        # Reading: a usage that is not recognised is not "device".
        return "m2m" if self.organisation and self.code("usage_kind") == "device" else "h2h"

    @property
    def h2h(self) -> bool:
        return self.connection == "h2h"

    @cached_property
    def registered_on(self) -> dt.date | None:
        return self.day("registered_at")

    @cached_property
    def judged_on(self) -> dt.date:
        return self.registered_on or self.day("info_updated_at") or self.as_of

    @cached_property
    def ended_on(self) -> dt.date | None:
        """Day of the end; one before the registration counts as missing."""
        day = self.day("terminated_at")
        if day is not None and self.registered_on is not None and day < self.registered_on:
            return None
        return day

    @property
    def end_missing(self) -> bool:
        return self.missing("terminated_at") or (self.day("terminated_at") is not None and self.ended_on is None)

    @cached_property
    def status(self) -> str | None:
        return self.code("status")

    @property
    def may_have_ended(self) -> bool:
        """Terminated, or nothing is said about it."""
        return self.missing("status") or self.status == "terminated"

    @cached_property
    def past_retention(self) -> bool:
        return self.may_have_ended and self.ended_on is not None and years_after(self.ended_on, 2) < self.as_of

    @cached_property
    def eras(self) -> frozenset[str]:
        found = eras(self.judged_on, self._law)
        return found | {"old+"} if "old" in found and self._is_kept_stock else found

    @property
    def _is_kept_stock(self) -> bool:
        deadline = dt.date(2018, 4, 24)
        if self.as_of < deadline:
            return False
        if self.status == "terminated" and self.ended_on is None:
            return False
        return not (self.may_have_ended and self.ended_on is not None and self.ended_on < deadline)

    # --- the person

    @cached_property
    def born(self) -> dt.date | None:
        return self.day("date_of_birth")

    @cached_property
    def birth_year(self) -> int | None:
        return self.date("date_of_birth").year

    @cached_property
    def country(self) -> str | None:
        return country_of(self.text("nationality"))

    @property
    def foreign(self) -> bool:
        return self.country is not None and self.country != "VN"

    @cached_property
    def age(self) -> int | None:
        """Full years on the registration day."""
        if self.born is None or self.registered_on is None:
            return None
        return age_on(self.born, self.registered_on)

    def aged(self, first: int, end: int) -> bool:
        return self.age is not None and first <= self.age < end

    # --- the number and the paper

    @cached_property
    def msisdn(self) -> tuple[str, str | None]:
        """(form, number in current form)."""
        text = self.text("msisdn")
        if text is None:
            return "missing", None
        form, number = subscriber_number(text, frozenset(prefixes_2018()))
        if form == "old":
            return form, prefixes_2018()[number[:4]] + number[4:]
        return form, number if form == "current" else None

    @cached_property
    def number(self) -> str | None:
        text = self.text("id_number")
        return None if text is None else document_number(text)

    @cached_property
    def issued(self) -> dt.date | None:
        return self.day("id_issue_date")

    @cached_property
    def kind(self) -> str:
        return document_kind(self.text("id_type"), self.number, self.country, self.issued)

    @property
    def legal_of_organisation(self) -> bool:
        # Reading: a subscriber kind that is not recognised is judged like an organisation's here too.
        return self.kind == "legal" and not self.individual

    @cached_property
    def placeholder(self) -> bool:
        return self.number is not None and is_placeholder_number(self.number)

    @cached_property
    def personal_number(self) -> str | None:
        if self.number is None or self.kind not in PERSONAL:
            return None
        return self.number if re.fullmatch("[0-9]{12}", self.number) else None

    @cached_property
    def lost_zeros(self) -> bool:
        """ID105."""
        number = self.number or ""
        if re.fullmatch("[0-9]{8}", number):
            return self.kind in {"cmnd", "unknown"} and not self.placeholder
        if not re.fullmatch("[0-9]{10,11}", number) or self.kind not in {"cccd", "can_cuoc", "e_id", "unknown"}:
            return False
        padded = number.zfill(12)
        return (
            padded[:3] in place_codes() and self.birth_year is not None and number_gives_year(padded, self.birth_year)
        )

    @cached_property
    def malformed(self) -> bool:
        """ID104, ID105 and ID106 aside."""
        form = {
            "cmnd": "[0-9]{9}|[0-9]{12}",
            "passport": "[A-Z][0-9]{7,8}" if self.country == "VN" else "[A-Z0-9]{5,9}",
            "unknown": "(?!)",
            "other": ".*",
            "military": ".*",
            "legal": ".*",
        }.get(self.kind, "[0-9]{12}")
        return self.number is not None and re.fullmatch(form, self.number) is None

    @cached_property
    def document_day(self) -> dt.date | None:
        issued, registered = self.issued, self.registered_on
        if registered is not None and (issued is None or issued <= registered):
            return registered
        updated = self.day("info_updated_at")
        return updated if updated is not None and updated <= self.as_of else registered

    @cached_property
    def expires(self) -> dt.date | None:
        """ID141: last day of validity, None where it is not known or never ends."""
        return document_expiry(self.kind, self.issued, self.born, self.date("id_expiry_date"), self.country)

    @cached_property
    def identity(self) -> str | None:
        """The identity key of section 2."""
        if self.number is None or self.placeholder or self.lost_zeros or self.malformed or self.legal_of_organisation:
            return None
        # Reading: where the kind of subscriber or of connection is not recognised, it may be an organisation's machine.
        if not self.individual and not self.h2h:
            return None
        if self.personal_number is not None:
            return self.personal_number
        if self.kind == "cmnd":
            return "cmnd:" + self.number
        if self.kind == "passport" and self.country is not None:
            return f"passport:{self.country}:{self.number}"
        return None


def number_gives_year(number: str, year: int) -> bool:
    """Digit 4 of a 12-digit number gives the century, digits 5 and 6 the year in it."""
    return (19 + int(number[3]) // 2) * 100 + int(number[4:6]) == year


def card_expiry(issued: dt.date, born: dt.date, milestones: list[int]) -> dt.date | None:
    """Law 5a: the first milestone birthday that is more than two years after the issue.

    Reading: "birthday(m) - 2 years" of someone born on 29 February is the birthday at m - 2.
    """
    for age in milestones:
        if issued < birthday(born, age - 2):
            return birthday(born, age)
    return None


def document_expiry(
    kind: str, issued: dt.date | None, born: dt.date | None, printed: Date, country: str | None
) -> dt.date | None:
    vietnamese_passport = kind == "passport" and country == "VN"
    if printed.state == "never" and not (kind == "cmnd" or vietnamese_passport):
        return None
    expiry = printed.day
    if expiry is None and issued is not None:
        if kind == "cmnd":
            expiry = years_after(issued, 15)
        elif kind == "cccd" and born is not None:
            expiry = card_expiry(issued, born, [25, 40, 60])
        elif kind == "can_cuoc" and born is not None:
            expiry = card_expiry(issued, born, [14, 25, 40, 60])
        elif vietnamese_passport:
            # Reading: a holder whose birth day is not known was not under 14.
            under_14 = born is not None and age_on(born, issued) < 14
            expiry = years_after(issued, 5 if under_14 else 10)
    # Reading: the extension by law also holds for a printed day.
    if expiry is not None and kind in {"cmnd", "cccd"} and dt.date(2024, 1, 15) <= expiry <= dt.date(2024, 6, 29):
        return dt.date(2024, 6, 30)
    return expiry
