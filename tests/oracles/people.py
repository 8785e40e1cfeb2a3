"""The people and companies of a small world, and what the shops of the operators make of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace

from oracles import spelling
from oracles.spelling import Pen, Random, digits

OPERATORS = [
    ["Viettel", "VIETTEL", "Viettel Telecom", "Mạng Viettel"],
    ["VinaPhone", "Vina Phone", "VNPT VinaPhone", "VNPT - VinaPhone", "VNPT"],
    ["MobiFone", "Mobifone KV1", "Mobi Fone"],
    ["Mạng Lạ", "Viettel & MobiFone"],  # no name, or two: by their text
    [None, "", "-", "không có"],
]

# "Mỹ" is the United States, "MY" Malaysia, "Nga" and "NGA" Russia; "NA" is missing, not Namibia.
NATIONALITIES = [
    ["Mỹ", "MỸ", "US", "Hoa Kỳ"],
    ["MY", "my", "Malaysia", "MYS"],
    ["Nga", "NGA", "RU"],
    ["Hàn Quốc", "KR", "han quoc"],
    ["Atlantis", "XX", "NA", None, "", "Đông Lào"],  # missing or not recognised: no key
]

PERSONAL = ["cmnd", "cccd", "can_cuoc", "e_id", "certificate"]
PLACEHOLDERS = ["111111111", "000000000000", "012345678", "987654321", "890123456789", "B1234567"]


@dataclass(frozen=True)
class Company:
    """An organisation, its tax code and the ways in which the shops take it down."""

    name: str
    tax_codes: list[str | None]


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
    company: Company
    numbers: list[str]
    blocks: list[str]  # SIM serials without their last three digits
    portraits: list[str]
    minute: dt.datetime
    activity: int
    stock: bool  # registered before the duties began, and now and then since
    sloppy: bool  # the name, the birth date or the portrait is now and then somebody else's


@dataclass
class World:
    rng: Random
    pen: Pen
    people: list[Person] = field(default_factory=list)
    companies: list[Company] = field(default_factory=list)
    clerks: list[str] = field(default_factory=list)
    minutes: list[dt.datetime] = field(default_factory=list)


def company(rng: Random, place: int, name: str) -> Company:
    """One has a tax code, one a person's number, one a code that lost its zero, one is taken down wrongly."""
    right = spelling.tax_code(rng)
    branch = right + "-001"
    wrong = right[:9] + str((int(right[9]) + 1) % 10)
    personal = "001" + digits(rng, 9)  # right from 1 July 2025 on
    usual: list[list[str | None]] = [
        [right],
        [personal],
        ["0100109106", "100109106"],
        [right[:5] + "x" + right[6:], wrong, right + "-000"],
    ]
    rare: list[str | None] = [right, branch, branch.replace("-", ""), wrong, None]
    return Company(name, usual[place] * (12 // len(usual[place])) + rare)


def somebody(made: World) -> Person:
    rng = made.rng
    kinds, document = paper(made)
    activity = rng.choice([2, 4, 4, 8, 16])
    foreign = kinds == ["passport"] and not (document[0] in "BC" and rng.random() < 0.6)
    home = rng.choices(range(len(OPERATORS)), weights=[6, 4, 2, 2, 2])[0]
    odd_name = rng.random() < 0.2
    return Person(
        name=rng.choice(spelling.ETHNIC + spelling.FOREIGN_NAMES) if odd_name else spelling.person_name(rng),
        born=dt.date(rng.randint(1950, 2005), rng.randint(1, 12), rng.randint(1, 28)),
        issued=dt.date(rng.randint(2010, 2024), rng.randint(1, 12), rng.randint(1, 28)),
        issue_place=rng.choice(spelling.PLACES),
        kinds=kinds,
        document=document,
        nationality=rng.choice(NATIONALITIES) if foreign else ["Việt Nam", "VN", "vietnam", "VNM"],
        home=home,
        company=made.companies[home % len(made.companies)],
        numbers=[subscriber_number(rng) for _ in range(rng.choice([activity, 2 * activity]))],
        blocks=blocks(rng),
        portraits=[digits(rng, 16) for _ in range(2)],
        minute=rng.choice(made.minutes),
        activity=activity,
        stock=rng.random() < 0.2,
        sloppy=rng.random() < 0.4,
    )


def blocks(rng: Random) -> list[str]:
    """Neighbours: they differ in their last digit."""
    first = "8984048" + digits(rng, rng.choice([7, 8, 8, 9]))
    return [first + digit for digit in "0123456789"[: rng.choice([1, 1, 2, 5])]]


def paper(made: World) -> tuple[list[str], str]:
    """Kinds and number: most give an identity key, some do not."""
    rng = made.rng
    others = [person.document for person in made.people if len(person.document) in {8, 9}]
    return rng.choice(
        [
            (PERSONAL, spelling.personal_number(rng, 1980)),
            (PERSONAL, spelling.personal_number(rng, 1990)),
            (["cccd", "several"], spelling.personal_number(rng, 1990)),
            (["cmnd"], digits(rng, 9)),
            (["cmnd", "unheard_of", "several"], digits(rng, 9)),
            (["passport"], rng.choice("BC") + digits(rng, 7)),
            (["passport", "unheard_of"], "M" + digits(rng, 8)),
            (["passport"], rng.choice([*others, digits(rng, 9)])),  # the number of another one's CMND or passport
            (["passport"], rng.choice([*others, "AB" + digits(rng, 6)])),
            (["cmnd", "cccd", "passport"], rng.choice(PLACEHOLDERS)),
            (["other", "military"], digits(rng, 12)),
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
        return rng.choice(list(spelling.OLD_AND_NEW)) + digits(rng, 7)
    return rng.choice(["M2M-", "02400000", "024000000", "013000000"]) + digits(rng, 2)  # neither form
