"""A second, independent reading of the rules across records: plain Python, group by group.

Written from the rule catalogue alone (sections 1, 2, 5 and 7), never from `src/` or `rules/*.toml`; what it asks of
a single record stands in `facts.py`. It is a test helper: literal, slow and plain on purpose.

"Reading:" marks the places where the contract can be read in more than one way.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import NamedTuple

from oracles.facts import UNRECOGNISED, Facts, facts_of, is_terminated
from oracles.record_facts import Record

FOURTH = 4
MANY_NUMBERS = 10
SAME_BLOCK = 5
BURST = 10
TIERS = {"4-9": (4, 9), "10-19": (10, 19), "20+": (20, None)}
DUTY_SINCE = dt.datetime(2017, 4, 24)
SINCE_2017 = {"D49", "D163"}


class Verdict(NamedTuple):
    fires: set[tuple[int, str]]  # index of the record, code of the rule
    evaluated: set[tuple[int, str]]
    tiers: dict[str, int]


def check(records: Sequence[Record], as_of: dt.date, *, operator: str | None = None, law: str = "auto") -> Verdict:
    """All records of an audit together.

    The keys of a record are the columns of its file. `operator` is whose the records are that do not say so.
    """
    known = [facts_of(index, record, as_of, operator, law) for index, record in enumerate(records)]
    living = [facts for facts, record in zip(known, records, strict=True) if not is_terminated(record, as_of)]
    fires, evaluated = set(), set()
    for code, rule in RULES.items():
        # A file that has none of the columns of one group is not judged, and its records join no group.
        judged = [facts for facts in living if all(facts.columns & set(group) for group in rule.columns)]
        fires |= {(facts.index, code) for facts in rule.fires(judged)}
        evaluated |= {(facts.index, code) for facts in judged if rule.about(facts)}
    return Verdict(fires, evaluated, tiers_of(living))


# ---------------------------------------------------------------------------------------------
# Groups


Fires = Callable[[list[Facts]], Iterable[Facts]]


def grouped(records: Iterable[Facts], key: Callable[[Facts], Hashable]) -> list[list[Facts]]:
    """Groups of records with one key; records with the key None are in none."""
    groups: dict[Hashable, list[Facts]] = defaultdict(list)
    for facts in records:
        if key(facts) is not None:
            groups[key(facts)].append(facts)
    return list(groups.values())


def key_of(*parts: Hashable | None) -> tuple[Hashable, ...] | None:
    """A key of several parts, all of which must be there."""
    return None if None in parts else parts


def distinct(values: Iterable[Hashable | None]) -> int:
    return len({value for value in values if value is not None})


def numbers_in_order(records: list[Facts]) -> list[tuple[Facts, int, bool]]:
    """Records of each operator's customers: the place of their number, and if it is older than the duty."""
    placed = []
    numbered = [facts for facts in records if facts.number is not None]
    for group in grouped(numbered, lambda facts: key_of(facts.carrier, facts.customer)):
        first: dict[str, dt.datetime | None] = {}
        for facts in group:
            number = str(facts.number)
            times = [time for time in (first.get(number), facts.registered) if time is not None]
            first[number] = min(times, default=None)
        order = sorted(first, key=lambda number: (first[number] or dt.datetime.max, number))
        for facts in group:
            began = first[str(facts.number)]
            placed.append((facts, order.index(str(facts.number)) + 1, began is not None and began < DUTY_SINCE))
    return placed


def fourth_and_later(records: Iterable[Facts]) -> list[Facts]:
    return [facts for facts, place, old in numbers_in_order(list(records)) if place >= FOURTH and not old]


def near_documents(records: list[Facts]) -> list[Facts]:
    with_document = [facts for facts in records if facts.document is not None]
    return [
        facts
        for group in grouped(with_document, person_and_issue)
        for facts in group
        if any(differs_in_one(str(facts.document), str(other.document)) for other in group)
    ]


def person_and_issue(facts: Facts) -> Hashable:
    return key_of(facts.name, facts.born, facts.issued, facts.issue_place)


def differs_in_one(one: str, other: str) -> bool:
    return len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) == 1


def tiers_of(records: list[Facts]) -> dict[str, int]:
    """How many identities have how many numbers."""
    counted = [facts for facts in records if {"id_number", "msisdn"} <= facts.columns]
    numbers = [distinct(facts.number for facts in group) for group in grouped(counted, lambda facts: facts.identity)]
    return {
        tier: sum(least <= count and (most is None or count <= most) for count in numbers)
        for tier, (least, most) in TIERS.items()
    }


# ---------------------------------------------------------------------------------------------
# The rules


class Rule(NamedTuple):
    """Which records a rule is about, and on which of those that take part it fires."""

    columns: tuple[tuple[str, ...], ...]  # of each group the file needs one
    about: Callable[[Facts], bool]
    fires: Fires


def group_rule(
    columns: tuple[tuple[str, ...], ...],
    key: Callable[[Facts], Hashable],
    fires: Callable[[list[Facts]], bool],
) -> Rule:
    """A rule that fires on every record of some groups."""
    return Rule(
        columns,
        lambda facts: key(facts) is not None,
        lambda records: [facts for group in grouped(records, key) if fires(group) for facts in group],
    )


NUMBERED = (("msisdn",), ("id_number", "organisation_tax_code"), ("registered_at",))


def counted(facts: Facts) -> bool:
    return facts.number is not None and facts.customer is not None


RULES: dict[str, Rule] = {
    "DUP101": group_rule((("msisdn",),), lambda f: key_of(f.carrier, f.number), lambda group: len(group) > 1),
    "DUP102": group_rule((("msisdn",),), lambda f: f.number, lambda group: distinct(f.operator for f in group) > 1),
    "DUP103": group_rule(
        (("sim_serial",), ("msisdn",)),
        lambda f: f.serial if f.number is not None else None,
        lambda group: distinct(f.number for f in group) > 1,
    ),
    "DUP111": Rule(
        (*NUMBERED, ("payment_type",), ("contract_number",)),
        lambda f: counted(f) and f.prepaid and bool(f.eras & SINCE_2017),
        lambda records: [
            f for f in fourth_and_later(f for f in records if f.prepaid) if not f.contract and f.eras & SINCE_2017
        ],
    ),
    "DUP112": Rule(
        (*NUMBERED, ("payment_type",), ("pos_kind",)),
        # Reading: a point whose kind is there and not recognised is not counted, a missing one is.
        lambda f: counted(f) and f.prepaid and "D163" in f.eras and f.point != UNRECOGNISED,
        lambda records: [
            f
            for f in fourth_and_later(f for f in records if f.prepaid)
            if f.point not in {None, UNRECOGNISED, "own_fixed"} and "D163" in f.eras
        ],
    ),
    "DUP113": Rule(
        (*NUMBERED, ("pos_kind",)),
        lambda f: counted(f) and "D163" in f.eras and f.point != UNRECOGNISED,
        lambda records: [f for f in fourth_and_later(records) if f.point == "online" and "D163" in f.eras],
    ),
    "DUP121": group_rule(
        (("id_number",), ("full_name",)),
        lambda f: f.identity,
        lambda group: distinct(f.folded_name for f in group) > 1,
    ),
    "DUP122": group_rule(
        (("id_number",), ("date_of_birth",)), lambda f: f.identity, lambda group: distinct(f.born for f in group) > 1
    ),
    "DUP123": Rule(
        (("full_name",), ("date_of_birth",), ("id_issue_date",), ("id_issue_place",), ("id_number",)),
        lambda f: person_and_issue(f) is not None,
        near_documents,
    ),
    "DUP131": group_rule(
        (("id_number",), ("portrait_hash", "portrait_ref")),
        lambda f: f.portrait,
        lambda group: distinct(f.identity for f in group) > 1,
    ),
    "DUP141": group_rule(
        (("id_number",), ("msisdn",)),
        lambda f: f.identity if f.number is not None else None,
        lambda group: distinct(f.number for f in group) >= MANY_NUMBERS,
    ),
    "DUP142": group_rule(
        (("id_number",), ("msisdn",), ("sim_serial",)),
        lambda f: key_of(f.carrier, f.identity, f.block) if f.number is not None else None,
        lambda group: distinct(f.number for f in group) >= SAME_BLOCK,
    ),
    # Reading: a point of sale that is missing, or a column of it that is absent, is no reason to take no part.
    "DUP151": group_rule(
        (("clerk_name",), ("registered_at",)),
        lambda f: key_of(f.carrier, f.clerk, f.minute) if f.point not in {"online", UNRECOGNISED} else None,
        lambda group: len(group) >= BURST,
    ),
}
