"""A second, independent reading of the rules across records: plain Python, group by group.

Written from section 5 of the rule catalogue alone, never from `src/` or `rules/*.toml`; it cleans with `oracle.py`.
It is a test helper: literal, slow and plain on purpose. Only the open lists of `rules/reference/` are shared.

"Reading:" marks the places where the contract can be read in more than one way.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from oracles import records as oracle
from oracles.records import _codes as codes
from oracles.records import _operators as operators
from oracles.records import _rows as rows

Record = dict[str, str | None]

FOURTH = 4
MANY_NUMBERS = 10
BURST = 10
DUTY_SINCE = dt.datetime(2017, 4, 24)

# A file that has none of the columns of one group is not judged by the rule, and its records join no group.
NEEDED: dict[str, tuple[tuple[str, ...], ...]] = {
    "DUP101": (("msisdn",),),
    "DUP102": (("msisdn",),),
    "DUP103": (("sim_serial",), ("msisdn",)),
    "DUP111": (("msisdn",), ("id_number",), ("payment_type",), ("contract_number",), ("registered_at",)),
    "DUP112": (("msisdn",), ("id_number",), ("payment_type",), ("registered_at",), ("pos_kind",)),
    "DUP121": (("id_number",), ("full_name",)),
    "DUP122": (("id_number",), ("date_of_birth",)),
    "DUP123": (("full_name",), ("date_of_birth",), ("id_issue_date",), ("id_issue_place",), ("id_number",)),
    "DUP131": (("id_number",), ("portrait_hash", "portrait_ref")),
    "DUP141": (("id_number",), ("msisdn",)),
    "DUP151": (("clerk_name",), ("registered_at",)),
}


@dataclass(frozen=True)
class Facts:
    """What the rules across records look at."""

    index: int
    columns: frozenset[str]
    operator: str | None  # None: not known
    number: str | None
    identity: str | None
    document: str | None
    name: str | None
    born: dt.date | None
    issued: dt.date | None
    issue_place: str | None
    prepaid: bool
    contract: bool
    elsewhere: bool  # registered at a point of sale that is not the operator's own fixed one
    serial: str | None
    portrait: str | None
    clerk: str | None
    registered: dt.datetime | None
    minute: dt.datetime | None
    eras: frozenset[str]


def check_all(
    records: Sequence[Record], as_of: dt.date, *, operator: str | None = None, law: str = "auto"
) -> set[tuple[int, str]]:
    """All (index, code) of the records of an audit.

    The keys of a record are the columns of its file. `operator` is whose the records of a file without an operator
    column are.
    """
    known = [facts_of(index, record, as_of, operator, law) for index, record in enumerate(records)]
    living = [facts for facts, record in zip(known, records, strict=True) if not is_terminated(record, as_of)]
    found = set()
    for code, rule in RULES.items():
        taking_part = [facts for facts in living if all(facts.columns & set(group) for group in NEEDED[code])]
        found |= {(facts.index, code) for facts in rule(taking_part)}
    return found


# ---------------------------------------------------------------------------------------------
# One record


def code_of(record: Record, column: str) -> str | None:
    text = oracle.clean_text(record.get(column))
    return None if text is None else codes().get((column, oracle.fold(text)))


def is_terminated(record: Record, as_of: dt.date) -> bool:
    ended, _, _ = oracle.parse_date(record.get("terminated_at"))
    return code_of(record, "status") == "terminated" or (ended is not None and ended <= as_of)


def facts_of(index: int, record: Record, as_of: dt.date, operator: str | None, law: str) -> Facts:
    def get(column: str) -> str | None:
        return oracle.clean_text(record.get(column))

    def day(column: str) -> dt.date | None:
        return oracle.parse_date(record.get(column))[0]

    registered_on, registered_time, _ = oracle.parse_date(record.get("registered_at"))
    at = registered_on and dt.datetime.combine(registered_on, registered_time or dt.time())
    name = get("full_name")
    point = get("pos_kind")
    return Facts(
        index=index,
        columns=frozenset(record),
        operator=operator_of(get("operator") if "operator" in record else oracle.clean_text(operator)),
        number=number_of(get("msisdn"), code_of(record, "connection_kind") == "m2m"),
        identity=identity_of(record),
        document=document_of(get("id_number")),
        name=name,
        born=day("date_of_birth"),
        issued=day("id_issue_date"),
        issue_place=get("id_issue_place"),
        prepaid=code_of(record, "payment_type") == "prepaid",
        contract=get("contract_number") is not None,
        elsewhere=point is not None and code_of(record, "pos_kind") != "own_fixed",
        serial=get("sim_serial"),
        portrait=get("portrait_hash" if "portrait_hash" in record else "portrait_ref"),
        clerk=get("clerk_name"),
        registered=at,
        minute=None if at is None or registered_time is None else at.replace(second=0, microsecond=0),
        eras=frozenset(oracle.eras(registered_on or as_of, law)),
    )


def operator_of(text: str | None) -> str | None:
    return None if text is None else operators().get(oracle.fold(text), text)


def number_of(text: str | None, m2m: bool) -> str | None:
    """The number in current form; a machine's number in neither form as its text."""
    if text is None:
        return None
    number = oracle.subscriber_number(text)
    if number.current is not None or not m2m:
        return number.current
    # Section 2 as in oracle.subscriber_number, which does not keep the text of a malformed number. Nine digits that
    # get their 0 back are in current form, so they are not met here.
    bare = re.sub(r"[ .\-()]", "", text.removesuffix(".0")).lstrip("'+")
    # Reading: a text of nothing but dropped characters is no number.
    return re.sub(r"^(?:0084|84)([0-9]{9})$", r"0\1", bare) or None


def document_of(text: str | None) -> str | None:
    return None if text is None else oracle.document_number(text)


def identity_of(record: Record) -> str | None:
    """The identity key of section 2."""
    number = document_of(oracle.clean_text(record.get("id_number")))
    if number is None or oracle.is_placeholder_number(number) or is_machine_of_organisation(record):
        return None
    kind = oracle.document_kind(oracle.clean_text(record.get("id_type")), number)
    # A number that has lost its zeros (ID105) has 10 or 11 digits, so it is none of these.
    if kind in {"cmnd", "cccd", "can_cuoc", "e_id", "certificate"} and re.fullmatch("[0-9]{12}", number):
        return number
    if kind == "cmnd" and re.fullmatch("[0-9]{9}", number):
        return "cmnd:" + number
    if kind == "passport":
        country = country_of(oracle.clean_text(record.get("nationality")))
        form = "[A-Z][0-9]{7,8}" if country == "VN" else "[A-Z0-9]{5,9}"
        if re.fullmatch(form, number):
            return f"passport:{country or ''}:{number}"
    return None


def is_machine_of_organisation(record: Record) -> bool:
    kind = code_of(record, "subscriber_kind")
    named = oracle.clean_text(record.get("organisation_name")) is not None
    organisation = named if kind is None else kind == "organisation"
    return organisation and code_of(record, "connection_kind") == "m2m"


def country_of(text: str | None) -> str | None:
    """Alpha-2 code. By rules/reference/README.md: diacritics first, and a name wins over a code ("Mỹ" is not "MY")."""
    if text is None:
        return None
    exact, folded = countries()
    return exact.get(country_words(text)) or folded.get(oracle.fold_country(text))


def country_words(text: str) -> str:
    return " ".join("".join(char if char.isalnum() else " " for char in text.lower()).split())


@cache
def countries() -> tuple[dict[str, str], dict[str, str]]:
    """Texts with their diacritics and without -> alpha-2 code."""
    exact: dict[str, str] = {}
    folded: dict[str, str] = {}
    listed = rows("countries.csv")
    coded = [(row["alpha2"], [row["alpha2"], row["alpha3"], row["numeric"]]) for row in listed]
    named = [(row["alpha2"], [row["name_en"], row["name_vi"], *(row["other"] or "").split("|")]) for row in listed]
    for alpha2, texts in coded + named:  # names last: they win
        exact |= {country_words(text): alpha2 for text in texts if text}
        folded |= {oracle.fold_country(text): alpha2 for text in texts if text}
    return exact, folded


# ---------------------------------------------------------------------------------------------
# The rules: which of the records that take part are fired on

Rule = Callable[[list[Facts]], Iterable[Facts]]


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


def group_rule(key: Callable[[Facts], Hashable], fires: Callable[[list[Facts]], bool]) -> Rule:
    """A rule that fires on every record of some groups."""
    return lambda records: [facts for group in grouped(records, key) if fires(group) for facts in group]


def distinct(values: Iterable[Hashable | None]) -> int:
    return len({value for value in values if value is not None})


def carrier(facts: Facts) -> str:
    """Records without an operator are a group of their own."""
    return facts.operator or "(unknown)"


def fourth_and_later(records: list[Facts]) -> list[tuple[Facts, dt.datetime | None]]:
    """Records of the 4th and later prepaid number, each with the first registration of its number."""
    prepaid = [facts for facts in records if facts.prepaid and facts.number is not None]
    later = []
    for group in grouped(prepaid, lambda facts: key_of(carrier(facts), facts.identity)):
        first: dict[str, dt.datetime | None] = {}
        for facts in group:
            number = str(facts.number)
            times = [time for time in (first.get(number), facts.registered) if time is not None]
            first[number] = min(times, default=None)
        order = sorted(first, key=lambda number: (first[number] or dt.datetime.max, number))
        later += [(facts, first[number]) for number in order[FOURTH - 1 :] for facts in group if facts.number == number]
    return later


def fourth_without_contract(records: list[Facts]) -> list[Facts]:
    return [
        facts
        for facts, first in fourth_and_later(records)
        if not facts.contract and facts.eras & {"D49", "D163"} and (first is None or first >= DUTY_SINCE)
    ]


def fourth_elsewhere(records: list[Facts]) -> list[Facts]:
    return [facts for facts, _ in fourth_and_later(records) if facts.elsewhere and "D163" in facts.eras]


def near_documents(records: list[Facts]) -> list[Facts]:
    def person_and_issue(facts: Facts) -> Hashable:
        name = None if facts.name is None else facts.name.lower()
        return key_of(name, facts.born, facts.issued, facts.issue_place)

    with_document = [facts for facts in records if facts.document is not None]
    return [
        facts
        for group in grouped(with_document, person_and_issue)
        for facts in group
        if any(differs_in_one(str(facts.document), str(other.document)) for other in group)
    ]


def differs_in_one(one: str, other: str) -> bool:
    return len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) == 1


RULES: dict[str, Rule] = {
    "DUP101": group_rule(lambda f: key_of(carrier(f), f.number), lambda group: len(group) > 1),
    "DUP102": group_rule(lambda f: f.number, lambda group: distinct(f.operator for f in group) > 1),
    # A record without a number is not on a second number, and none is said of it.
    "DUP103": lambda records: group_rule(lambda f: f.serial, lambda group: distinct(f.number for f in group) > 1)(
        [facts for facts in records if facts.number is not None]
    ),
    "DUP111": fourth_without_contract,
    "DUP112": fourth_elsewhere,
    "DUP121": group_rule(
        lambda f: f.identity, lambda group: distinct(f.name and oracle.fold(f.name) for f in group) > 1
    ),
    "DUP122": group_rule(lambda f: f.identity, lambda group: distinct(f.born for f in group) > 1),
    "DUP123": near_documents,
    "DUP131": group_rule(lambda f: f.portrait, lambda group: distinct(f.identity for f in group) > 1),
    "DUP141": group_rule(lambda f: f.identity, lambda group: distinct(f.number for f in group) >= MANY_NUMBERS),
    "DUP151": group_rule(lambda f: key_of(carrier(f), f.clerk, f.minute), lambda group: len(group) >= BURST),
}
