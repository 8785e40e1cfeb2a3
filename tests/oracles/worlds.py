"""Small, dense worlds of messy records, to compare the rules across records with their oracle.

A world has few people, numbers, SIMs, portraits, clerks and moments, so that its records meet everywhere: at the
threshold of each rule, below it and above it. Each value is written in one of the many ways of `messy.py`. The same
seed gives the same world; everything drawn is invented.
"""

from __future__ import annotations

import datetime as dt
import random
import unicodedata
from dataclasses import dataclass, field, replace

from oracles import messy
from oracles.messy import MISSING, Random, Record
from oracles.messy import _birth_text as birth_text
from oracles.messy import _date_text as date_text
from oracles.messy import _digits as digits
from oracles.messy import _document_number_text as document_text
from oracles.messy import _moment_text as moment_text
from oracles.messy import _number_text as number_text
from oracles.messy import _person_name as person_name
from oracles.messy import _text as text
from oracles.messy import _words as words

AS_OF = dt.date(2026, 11, 23)

COLUMNS = words(
    "operator msisdn subscriber_kind full_name date_of_birth nationality id_type id_number id_issue_date"
    " id_issue_place organisation_name payment_type contract_number portrait_ref portrait_hash registered_at"
    " terminated_at status clerk_name pos_kind connection_kind sim_serial"
)

OPERATORS = [
    ["Viettel", "VIETTEL", "Viettel Telecom", "viettel"],
    ["VinaPhone", "Vina Phone", "VNPT-VinaPhone", "Mạng VinaPhone"],
    ["MobiFone", "Mobi", "VMS"],
    ["Mạng Lạ"],  # not known: by its text, and "MẠNG LẠ" is another
    [None, "", "-", "không có"],
]

# "Mỹ" is the United States, "MY" Malaysia, "Nga" and "NGA" Russia; "NA" is missing, not Namibia.
NATIONALITIES = [
    ["Mỹ", "MỸ", "US", "Hoa Kỳ"],
    ["MY", "my", "Malaysia", "MYS"],
    ["Nga", "NGA", "RU"],
    ["Hàn Quốc", "KR", "han quoc"],
    ["Atlantis", "XX", "NA", None, "", "Kinh"],  # missing or not recognised: one key
]

EDGES = [
    dt.datetime(2012, 6, 1, 8, 0, 0),
    dt.datetime(2017, 4, 23, 23, 59, 59),
    dt.datetime(2017, 4, 24, 0, 0, 0),
    dt.datetime(2017, 4, 24, 0, 0, 1),
    dt.datetime(2020, 5, 5, 0, 0, 0),
    dt.datetime(2020, 5, 5, 9, 30, 0),
    dt.datetime(2024, 12, 23, 23, 59, 59),
    dt.datetime(2024, 12, 24, 0, 0, 0),
    dt.datetime(2025, 8, 1, 10, 0, 0),
    dt.datetime(2026, 4, 14, 23, 59, 59),
    dt.datetime(2026, 4, 15, 0, 0, 0),
    dt.datetime(2026, 12, 1, 0, 0, 0),
]
BAD_TIMES = [*MISSING, "31/02/2020", "12/13/2020", "2020", "1/1/20", "01/02/2020 24:00", "hôm qua"]

PERSONAL = ["cmnd", "cccd", "can_cuoc", "e_id", "certificate"]
PLACEHOLDERS = ["111111111", "000000000000", "012345678", "987654321", "890123456789", "B1234567"]


@dataclass(frozen=True)
class Person:
    """Somebody as the papers say it, and what the shops make of it."""

    name: str
    born: dt.date
    issued: dt.date
    issue_place: str
    kinds: list[str]  # how the paper is called, now this, now that
    document: str
    nationality: list[str | None]
    home: int  # place in OPERATORS
    numbers: list[str]
    portraits: list[str]
    minute: dt.datetime
    activity: int
    sloppy: bool  # the name, the birth date or the portrait is now and then somebody else's


@dataclass
class World:
    rng: Random
    people: list[Person] = field(default_factory=list)
    clerks: list[str] = field(default_factory=list)
    minutes: list[dt.datetime] = field(default_factory=list)


def world(seed: int, size: int = 300) -> list[Record]:
    """`size` records of about 30 people."""
    rng = random.Random(seed)
    made = World(rng)
    made.clerks = [person_name(rng) for _ in range(3)]
    made.minutes = [rng.choice(EDGES).replace(hour=rng.randint(7, 20), minute=rng.randint(0, 59)) for _ in range(3)]
    for _ in range(22):
        made.people.append(somebody(made))  # one after the other: they may have another one's number
    made.people += [twin(made, rng.choice(made.people)) for _ in range(8)]
    weights = [person.activity for person in made.people]
    return [written(made, rng.choices(made.people, weights)[0]) for _ in range(size)]


# ---------------------------------------------------------------------------------------------
# People


def somebody(made: World) -> Person:
    rng = made.rng
    kinds, document = paper(made)
    activity = rng.choice([2, 4, 4, 8, 16])
    foreign = kinds == ["passport"] and not (document[0] in "BC" and rng.random() < 0.6)
    return Person(
        name=rng.choice(messy.ETHNIC + messy.FOREIGN_NAMES) if rng.random() < 0.2 else person_name(rng),
        born=dt.date(rng.randint(1950, 2005), rng.randint(1, 12), rng.randint(1, 12)),
        issued=dt.date(rng.randint(2010, 2024), rng.randint(1, 12), rng.randint(1, 12)),
        issue_place=rng.choice(messy.PLACES),
        kinds=kinds,
        document=document,
        nationality=rng.choice(NATIONALITIES) if foreign else ["Việt Nam", "VN", "vietnam", "VNM"],
        home=rng.choices(range(len(OPERATORS)), weights=[6, 4, 2, 2, 2])[0],
        numbers=[subscriber_number(rng) for _ in range(rng.choice([activity, 2 * activity]))],
        portraits=[digits(rng, 16) for _ in range(2)],
        minute=rng.choice(made.minutes),
        activity=activity,
        sloppy=rng.random() < 0.4,
    )


def paper(made: World) -> tuple[list[str], str]:
    """Kinds and number: most give an identity key, some do not."""
    rng = made.rng
    others = [person.document for person in made.people if len(person.document) in {8, 9}]
    return rng.choice(
        [
            (PERSONAL, messy._personal_number(rng, dt.date(1980, 1, 1), "male")),
            (PERSONAL, messy._personal_number(rng, dt.date(1990, 1, 1), "female")),
            (["cccd"], messy._personal_number(rng, dt.date(1990, 1, 1), "female")),
            (["cmnd"], digits(rng, 9)),
            (["cmnd"], digits(rng, 9)),
            (["passport"], rng.choice("BC") + digits(rng, 7)),
            (["passport"], "M" + digits(rng, 8)),
            (["passport"], rng.choice([*others, digits(rng, 9)])),  # the number of another one's CMND or passport
            (["passport"], rng.choice([*others, "AB" + digits(rng, 6)])),
            (["cmnd", "cccd", "passport"], rng.choice(PLACEHOLDERS)),
            (["other"], digits(rng, 12)),
            (["cccd", "can_cuoc"], digits(rng, 11)),
            (["cmnd", "cccd"], rng.choice([digits(rng, 9), digits(rng, 12), digits(rng, 10)])),
        ]
    )


def twin(made: World, person: Person) -> Person:
    """The same person with another document number, or the same number at somebody of another nationality."""
    rng = made.rng
    at = rng.randrange(len(person.document))
    one = person.document[:at] + rng.choice("0123456789") + person.document[at + 1 :]
    two = one[:-2] + digits(rng, 2)
    if rng.random() < 0.3:
        return replace(person, nationality=rng.choice(NATIONALITIES), portraits=[digits(rng, 16)])
    return replace(
        person,
        document=rng.choice([one, one, one, two, one + "1", one[:-1]]),
        numbers=person.numbers if rng.random() < 0.3 else [subscriber_number(rng) for _ in range(6)],
        portraits=person.portraits if rng.random() < 0.3 else [digits(rng, 16)],
    )


def subscriber_number(rng: Random) -> str:
    draw = rng.random()
    if draw < 0.75:
        return rng.choice(["035", "070", "081", "091", "098"]) + digits(rng, 7)
    if draw < 0.87:
        return rng.choice(["0162", "0169", "0120", "0188"]) + digits(rng, 7)  # old form
    return rng.choice(["M2M-", "02400000", "024000000", "013000000"]) + digits(rng, 2)  # neither form


# ---------------------------------------------------------------------------------------------
# Records


def written(made: World, person: Person) -> Record:
    rng = made.rng
    record: Record = {
        "operator": carrier(rng, person),
        "contract_number": "HĐ-" + digits(rng, 5) if rng.random() < 0.35 else rng.choice(MISSING),
        "payment_type": coded(rng, messy.PAYMENT, ["prepaid", "prepaid", "prepaid", "prepaid", "postpaid"], "trả góp"),
        "pos_kind": coded(rng, messy.POS_KIND, ["own_fixed", "own_fixed", "own_mobile", "authorised", "online"], "Chợ"),
        "clerk_name": text(rng, rng.choice(made.clerks[:1] * 5 + made.clerks)) if rng.random() < 0.9 else "--",
        "registered_at": registered(made, person),
        "status": coded(rng, messy.STATUS, [*["active"] * 14, "one_way", "terminated"], "đang khóa"),
        "terminated_at": terminated(rng),
    }
    number = rng.choice((person if rng.random() < 0.93 else rng.choice(made.people)).numbers)
    record |= described(made, person) | documented(rng, person) | connected(rng, number)
    record |= {"msisdn": written_number(rng, number), "sim_serial": sim(rng, number)}
    for column in rng.sample(COLUMNS, rng.choice([0, 0, 0, 1, 2])):
        record[column] = rng.choice(MISSING)
    return {column: record[column] for column in COLUMNS}


def carrier(rng: Random, person: Person) -> str | None:
    home = OPERATORS[person.home]
    chosen = rng.choice(home if rng.random() < 0.85 else rng.choice(OPERATORS))
    return None if chosen is None else text(rng, chosen)


def coded(rng: Random, texts: dict[str, list[str]], usual: list[str], unheard_of: str) -> str | None:
    draw = rng.random()
    if draw < 0.04:
        return rng.choice(MISSING)
    return text(rng, unheard_of if draw < 0.08 else rng.choice(texts[rng.choice(usual)]))


def registered(made: World, person: Person) -> str | None:
    rng = made.rng
    draw = rng.random()
    if draw < 0.5:
        minute = person.minute if rng.random() < 0.5 else made.minutes[0]
        return moment_text(rng, minute.replace(second=rng.choice([0, 1, 30, 59])))
    if draw < 0.75:
        return moment_text(rng, rng.choice(EDGES))
    if draw < 0.92:  # a day is neither a minute nor no time at all
        return date_text(rng, rng.choice([*made.minutes[:1] * 4, rng.choice(EDGES)]).date())
    return rng.choice(BAD_TIMES)


def terminated(rng: Random) -> str | None:
    if rng.random() < 0.9:
        return rng.choice(MISSING)
    day = AS_OF + dt.timedelta(days=rng.choice([-400, -1, 0, 1, 1, 30, 400]))
    at = dt.datetime.combine(day, rng.choice([dt.time(0, 0, 1), dt.time(12), dt.time(23, 59, 59)]))
    return rng.choice([date_text(rng, day), moment_text(rng, at), "31/02/2020"])


def described(made: World, person: Person) -> Record:
    """Name, birth date and portrait."""
    rng = made.rng
    seen = rng.choice(made.people) if person.sloppy and rng.random() < 0.06 else person
    name = seen.name if rng.random() < 0.9 else unicodedata.normalize("NFD", seen.name.upper())
    if rng.random() < 0.05:
        name = "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c))
    born = birth_text(rng, seen.born)
    portrait = rng.choice(person.portraits)
    if person.sloppy and rng.random() < 0.06:
        portrait = rng.choice(rng.choice(made.people).portraits)
        born = date_text(rng, person.born + dt.timedelta(days=rng.choice([-1, 1, 365])))
    return {
        "full_name": text(rng, name) if rng.random() < 0.95 else rng.choice(MISSING),
        "date_of_birth": born if rng.random() < 0.95 else rng.choice([*MISSING, "1990", "30/02/1990"]),
        "portrait_hash": text(rng, portrait) if rng.random() < 0.85 else rng.choice(MISSING),
        "portrait_ref": text(rng, f"ảnh/{portrait[:10]}.jpg") if rng.random() < 0.85 else rng.choice(MISSING),
    }


def documented(rng: Random, person: Person) -> Record:
    kind = rng.choice(person.kinds)
    nationality = rng.choice(person.nationality)
    return {
        "id_type": text(rng, rng.choice(messy.KIND_TEXTS[kind])) if rng.random() < 0.9 else rng.choice(MISSING),
        "id_number": document_text(rng, person.document),
        "nationality": None if nationality is None else text(rng, nationality),
        "id_issue_date": date_text(rng, person.issued) if rng.random() < 0.95 else rng.choice(BAD_TIMES),
        "id_issue_place": text(rng, person.issue_place if rng.random() < 0.95 else rng.choice(messy.PLACES)),
    }


def connected(rng: Random, number: str) -> Record:
    """People and machines, of individuals and of organisations; odd numbers are mostly of machines."""
    odd = number.startswith(("M2M", "024", "0130"))
    machine, organisation = rng.random() < (0.7 if odd else 0.1), rng.random() < 0.2
    kind = "organisation" if organisation else "individual"
    return {
        "connection_kind": rng.choice(["m2m", "IoT"] if machine else ["h2h", None, "x"]),
        "subscriber_kind": rng.choice([*messy.SUBSCRIBER[kind], None, "khác"]),
        "organisation_name": rng.choice(messy.COMPANIES if organisation != (rng.random() < 0.1) else MISSING),
    }


def written_number(rng: Random, number: str) -> str:
    """An old number now and then in its new form."""
    new = {"0162": "032", "0169": "039", "0120": "070", "0188": "058"}
    if number[:4] in new and rng.random() < 0.5:
        number = new[number[:4]] + number[4:]
    return number_text(rng, number) if number[0] == "0" else text(rng, number.replace("-", rng.choice("- .")))


def sim(rng: Random, number: str) -> str:
    """Mostly the number's own SIM, now and then one of ten others."""
    own = "".join(char for char in number if char.isdigit())[-7:]
    return text(rng, f"898404 {own if rng.random() < 0.92 else rng.randrange(10):0>12}")
