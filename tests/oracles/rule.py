"""What a rule of the oracle is: its eras, the columns it needs, which records it is about, when it fires."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from oracles.dates import Date
from oracles.record_facts import Facts

Test = Callable[[Facts], bool]

ALL = frozenset(["old", "D49", "D163"])  # every record has one of these; C08 has D163
DAGGER = frozenset(["old+", "D49", "D163"])  # of "all" with the double dagger, and of "old+, D49, D163"
SINCE_2017 = frozenset(["D49", "D163"])
NEW = frozenset(["D163"])
C08 = frozenset(["C08"])


class Rule(NamedTuple):
    eras: frozenset[str]
    columns: tuple[tuple[str, ...], ...]  # the file needs one column of every group
    about: Test
    fires: Test


def needs(text: str) -> tuple[tuple[str, ...], ...]:
    """Groups of columns: "a b|c" needs a, and b or c."""
    return tuple(tuple(group.split("|")) for group in text.split())


def everyone(_: Facts) -> bool:
    return True


def individuals(facts: Facts) -> bool:
    return facts.individual


def organisations(facts: Facts) -> bool:
    return facts.organisation


def person(*fields: str) -> Test:
    """Individuals, and the H2H numbers of others where one of `fields` is filled in."""

    def about(facts: Facts) -> bool:
        if facts.individual:
            return True
        filled = facts.h2h and not all(facts.missing(field) for field in fields)
        return filled and not facts.legal_of_organisation

    return about


def document(*fields: str, only: Test = everyone) -> Test:
    """Like `person`; an individual who showed an organisation's paper is ID103's alone."""
    of_person = person(*fields)
    return lambda facts: of_person(facts) and facts.kind != "legal" and only(facts)


def documents_of_individuals(facts: Facts) -> bool:
    return facts.individual and facts.kind != "legal"


def both(one: Test, other: Test) -> Test:
    return lambda facts: one(facts) and other(facts)


def before(one: Date, other: Date) -> bool:
    """One is before the other, by day where either has no time."""
    if one.moment is not None and other.moment is not None:
        return one.moment < other.moment
    return one.day is not None and other.day is not None and one.day < other.day


def status_in(*codes: str) -> Test:
    return lambda facts: facts.status in codes
