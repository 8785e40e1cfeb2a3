"""Small, dense worlds of messy records, to compare the rules across records with their oracle.

A world has few people, companies, numbers, SIMs, portraits, clerks and moments, so that its records meet everywhere: at
the threshold of each rule, below it and above it. Each value is written by a pen: in one of the many ways of
`messy_writing.py`, or in one plain way. The same seed gives the same world; everything drawn is invented.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections.abc import Sequence
from pathlib import Path

from oracles import spelling
from oracles.people import OPERATORS, Person, World, company, somebody, twin
from oracles.spelling import MISSING, Messy, Plain, Record, digits

AS_OF = dt.date(2026, 11, 23)

COLUMNS = [
    *["operator", "msisdn", "subscriber_kind", "full_name", "date_of_birth", "nationality"],
    *["id_type", "id_number", "id_issue_date", "id_issue_place", "organisation_name", "organisation_tax_code"],
    *["payment_type", "contract_number", "portrait_ref", "portrait_hash", "registered_at", "info_updated_at"],
    *["terminated_at", "status", "clerk_name", "pos_kind", "connection_kind", "usage_kind", "sim_serial"],
]

EDGES = [
    dt.datetime(2012, 6, 1, 8),
    dt.datetime(2017, 4, 23, 23, 59, 59),
    dt.datetime(2017, 4, 24),
    dt.datetime(2017, 4, 24, 0, 0, 1),
    dt.datetime(2020, 5, 5),
    dt.datetime(2020, 5, 5, 9, 30),
    dt.datetime(2024, 12, 23, 23, 59, 59),
    dt.datetime(2024, 12, 24),
    dt.datetime(2025, 6, 30, 23, 59),
    dt.datetime(2025, 7, 1),
    dt.datetime(2025, 8, 1, 10),
    dt.datetime(2026, 4, 14, 23, 59, 59),
    dt.datetime(2026, 4, 15),
    dt.datetime(2026, 12, 1),
]
BAD_TIMES = [*MISSING, "31/02/2020", "12/13/2020", "2020", "1/1/20", "01/02/2020 24:00", "hôm qua", *spelling.NOTHING]


def world(seed: int, size: int = 300, *, plain: bool = False) -> list[Record]:
    """`size` records of about 30 people, in a plain spelling or a messy one."""
    rng = random.Random(seed)
    made = World(rng, Plain(rng) if plain else Messy(rng))
    made.clerks = [spelling.person_name(rng) for _ in range(3)]
    made.minutes = [rng.choice(EDGES).replace(hour=rng.randint(7, 20), minute=rng.randint(0, 59)) for _ in range(3)]
    made.companies = [company(rng, *named) for named in enumerate(spelling.COMPANIES)]
    rng.shuffle(made.companies)
    for _ in range(22):
        made.people.append(somebody(made))  # one after the other: they may have another one's number
    made.people += [twin(made, rng.choice(made.people)) for _ in range(8)]
    weights = [person.activity for person in made.people]
    return [written(made, rng.choices(made.people, weights)[0]) for _ in range(size)]


def write_csv(path: Path, records: Sequence[Record]) -> Path:
    """A file with the columns of its first record."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(records[0]))
        writer.writeheader()
        writer.writerows(records)
    return path


# ---------------------------------------------------------------------------------------------
# Records


def written(made: World, person: Person) -> Record:
    rng, pen = made.rng, made.pen
    began, registered = registration(made, person)
    record: Record = {
        "operator": carrier(made, person),
        "contract_number": pen.reference("HĐ-" + digits(rng, 5) if rng.random() < 0.35 else None, flag=0.1),
        "payment_type": pen.code("payment_type", ["prepaid"] * 4 + ["postpaid"]),
        "pos_kind": pen.code("pos_kind", ["own_fixed", "own_fixed", "own_mobile", "authorised", "online", "online"]),
        "clerk_name": pen.text(rng.choice(made.clerks[:1] * 5 + made.clerks)) if rng.random() < 0.9 else "--",
        "registered_at": registered,
        "info_updated_at": pen.moment(rng.choice(EDGES)) if rng.random() < 0.5 else rng.choice(BAD_TIMES),
        "status": pen.code("status", ["active"] * 14 + ["one_way", "two_way", "terminated"]),
        "terminated_at": terminated(made, began),
    }
    number = rng.choice((person if rng.random() < 0.93 else rng.choice(made.people)).numbers)
    record |= described(made, person) | documented(made, person) | connected(made, person, number)
    record |= {"msisdn": written_number(made, number), "sim_serial": sim(made, person, number)}
    for column in rng.sample(COLUMNS, rng.choice([0, 0, 0, 1, 2])):
        record[column] = rng.choice(MISSING)
    return {column: record[column] for column in COLUMNS}


def carrier(made: World, person: Person) -> str | None:
    rng = made.rng
    home = OPERATORS[person.home]
    chosen = rng.choice(home if rng.random() < 0.85 else rng.choice(OPERATORS))
    return None if chosen is None else made.pen.text(chosen)


def registration(made: World, person: Person) -> tuple[dt.date, str | None]:
    """The day and the text."""
    rng, pen = made.rng, made.pen
    draw = rng.random()
    if person.stock and draw < 0.5:
        at = rng.choice(EDGES[:4])
        return at.date(), pen.moment(at)
    if draw < 0.5:
        minute = person.minute if rng.random() < 0.35 else made.minutes[0]
        at = minute.replace(second=rng.choice([0, 1, 30, 59]))
        return at.date(), pen.moment(at)
    if draw < 0.75:
        at = rng.choice(EDGES)
        return at.date(), pen.moment(at)
    if draw < 0.9:  # a day is neither a minute nor no time at all
        day = rng.choice([*made.minutes[:1] * 4, rng.choice(EDGES)]).date()
        return day, pen.date(day)
    return AS_OF, rng.choice(BAD_TIMES)


def terminated(made: World, registered: dt.date) -> str | None:
    rng, pen = made.rng, made.pen
    if rng.random() < 0.75:
        return rng.choice(MISSING)
    near = rng.choice([AS_OF, AS_OF, registered])
    day = near + dt.timedelta(days=rng.choice([-1100, -400, -1, 0, 0, 1, 1, 30, 400]))
    at = dt.datetime.combine(day, rng.choice([dt.time(0, 0, 1), dt.time(12), dt.time(23, 59, 59)]))
    return rng.choice([pen.date(day), pen.date(day), pen.moment(at), "31/02/2020", rng.choice(spelling.NOTHING)])


def described(made: World, person: Person) -> Record:
    """Name, birth date and portrait."""
    rng, pen = made.rng, made.pen
    seen = rng.choice(made.people) if person.sloppy and rng.random() < 0.06 else person
    name = pen.name(seen.name) if rng.random() < 0.93 else rng.choice(spelling.BAD_NAMES)
    born = pen.birth(seen.born)
    portrait = rng.choice(person.portraits)
    if person.sloppy and rng.random() < 0.06:
        portrait = rng.choice(rng.choice(made.people).portraits)
        born = pen.date(person.born + dt.timedelta(days=rng.choice([-1, 1, 365])))
    there = rng.random() < 0.9
    return {
        "full_name": name if rng.random() < 0.95 else rng.choice(MISSING),
        "date_of_birth": born if rng.random() < 0.95 else rng.choice([*MISSING, "1990", "00/00/1991", "30/02/1990"]),
        "portrait_hash": pen.reference(portrait if there else None, flag=0.05, image=True),
        "portrait_ref": pen.reference(f"ảnh/{portrait[:10]}.jpg" if there else None, flag=0.05, image=True),
    }


def documented(made: World, person: Person) -> Record:
    rng, pen = made.rng, made.pen
    kind = rng.choice(person.kinds)
    nationality = rng.choice(person.nationality)
    return {
        "id_type": pen.text(rng.choice(spelling.KIND_TEXTS[kind])) if rng.random() < 0.9 else rng.choice(MISSING),
        "id_number": pen.document(person.document),
        "nationality": None if nationality is None else pen.text(nationality),
        "id_issue_date": pen.date(person.issued) if rng.random() < 0.95 else rng.choice(BAD_TIMES),
        "id_issue_place": pen.text(person.issue_place if rng.random() < 0.95 else rng.choice(spelling.PLACES)),
    }


def connected(made: World, person: Person, number: str) -> Record:
    """People and machines, of individuals and of organisations; odd numbers are mostly of machines."""
    rng, pen = made.rng, made.pen
    odd = number.startswith(("M2M", "024", "0130"))
    machine, organisation = rng.random() < (0.7 if odd else 0.1), rng.random() < 0.35
    kind = pen.code("subscriber_kind", ["organisation" if organisation else "individual"], unheard_of=0.1)
    named, coded = organisation != (rng.random() < 0.1), rng.random() < 0.8
    return {
        "connection_kind": pen.code("connection_kind", ["m2m" if machine else "h2h"], unheard_of=0.1)
        if coded
        else None,
        "usage_kind": pen.code("usage_kind", ["device" if machine else "self", "self", "employee"]),
        "subscriber_kind": kind if rng.random() < 0.8 else None,
        "organisation_name": person.company.name if named else rng.choice(MISSING),
        "organisation_tax_code": rng.choice(person.company.tax_codes) if named else rng.choice(MISSING),
    }


def written_number(made: World, number: str) -> str:
    """An old number now and then in its new form."""
    new = spelling.OLD_AND_NEW.get(number[:4])
    number = new + number[4:] if new is not None and made.rng.random() < 0.5 else number
    # What a country code makes of a number in neither form is left open: only ten digits have one.
    odd_digits = number.startswith(("024", "013")) and len(number) == 11
    if number.startswith("M2M") or odd_digits:
        return made.pen.text(number.replace("-", made.rng.choice("- .")))
    return made.pen.number(number)


def sim(made: World, person: Person, number: str) -> str | None:
    """Mostly the number's own SIM, now and then another one's; a few serials are too short or too long to be one."""
    rng = made.rng
    tail = "".join(char for char in number if char.isdigit())[-4:]
    block = person.blocks[sum(map(ord, tail)) % len(person.blocks)]
    own = f"{block}{tail[-3:]:0>3}"
    draw = rng.random()
    if draw < 0.84:
        return made.pen.serial(own)
    if draw < 0.92:
        return made.pen.serial(f"898404000000000{rng.randrange(10):0>3}")
    short, long = block[:14] + "000", block + "000000"
    return rng.choice([short, short, long, "8.98E+19", "8.98E+19", rng.choice(MISSING)])
