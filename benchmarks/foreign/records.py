"""The records of an export as text: any part of it by itself."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl

from .faults import drawn, made_faulty
from .people import YEARS_LATER, People, people, serials
from .places import CLERKS, addresses, names, offices, points
from .plan import GROUPS, PAIRS, Plan, Sources, faulty, sources
from .text import below, chosen, column, days, digits, draw, hexadecimal, mixed, moments, share
from .words import (
    CMND,
    DAYS,
    HOLDERS,
    KINDS,
    NETWORKS,
    OPERATORS,
    PASSPORT,
    PLACES,
    PREFIXES,
    PROVINCES,
    WORDS,
)

COLUMNS = (
    "operator",
    "msisdn",
    "sim_serial",
    "full_name",
    "date_of_birth",
    "nationality",
    "id_type",
    "id_number",
    "id_issue_date",
    "id_issue_place",
    "address",
    "payment_type",
    "contract_number",
    "confirmation_ref",
    "document_scan_ref",
    "portrait_hash",
    "portrait_taken_at",
    "registered_at",
    "service_started_at",
    "status",
    "clerk_name",
    "pos_address",
    "pos_phone",
)
"""What an export has: all that the law wants of every number, and what rules across records need."""
FURTHER = (
    "sex",
    "pos_code",
    "pos_kind",
    "province",
    "usage_kind",
    "authenticated_at",
    "info_updated_at",
    "subscriber_kind",
)
"""What it has beyond that if asked."""

_BUSY_CLERKS = 10_000
_NUMBERS = len(PREFIXES) * 10**7
_DAY = 86_400


def rows(plan: Plan, start: int, stop: int, columns: tuple[str, ...] = COLUMNS) -> pl.DataFrame:
    """Return the records from `start` to before `stop` with these columns."""
    record = np.arange(start, stop, dtype=np.int64) % plan.distinct
    busy = plan.shape == "busy-minute"
    made = sources(plan, record)
    of = people(plan.seed, made.person, came=DAYS["busy"] if busy else None)
    number = mixed(made.number, _NUMBERS, 10**4, plan.seed)
    prefix, tail = np.divmod(number, 10**7)
    operator = operators(plan, made)
    times = registered(plan, made, of)
    faults = drawn(
        plan.seed,
        record,
        faulty(plan, made),
        of.kind,
        times // _DAY,
        made.count == 1,
        np.isin(prefix, [place for place in range(len(PREFIXES)) if bytes(PREFIXES[place, :2]) == b"03"]),
    )
    prepaid, contract = contracts(plan, made)
    clerk = below(draw(plan.seed, "clerk", made.clerk), CLERKS)
    # Who has many numbers got them at a fixed point of the operator's own: the first of every four.
    many = (made.count >= 4) & (made.group != list(GROUPS).index("burst"))
    clerk = np.where(many, clerk - clerk % 4, clerk)
    if busy:
        # With few records fewer clerks: each has enough in the minute to be found at every operator.
        clerk = record % min(_BUSY_CLERKS, plan.records // 200 + 1)
    taken = times - 60 - below(draw(plan.seed, "taken", record), 600) + faults.has("REG113") * 3 * _DAY
    begun = times + 60 + below(draw(plan.seed, "begun", record), 900) - faults.has("REG141") * 2 * _DAY
    told = np.where(faults.has("REG133"), times % _DAY + (DAYS["last"] + 400) * _DAY, times)
    text = {
        "operator": chosen(OPERATORS, operator),
        "msisdn": column(PREFIXES[prefix], digits(tail, 7)),
        "sim_serial": sims(plan, made),
        **persons(plan, made, of, faults.has),
        "payment_type": chosen(["Trả sau", "Trả trước"], prepaid.astype(np.int64)),
        "contract_number": column(b"HD", digits(mixed(record, 10**9, 1_000, 1), 9)),
        "confirmation_ref": column(b"PXN", digits(mixed(record, 10**9, 1_000, 2), 9)),
        "document_scan_ref": column(b"S", digits(mixed(record, 10**9, 1_000, 3), 9)),
        "portrait_hash": column(
            hexadecimal(draw(plan.seed, "portrait", made.portrait)),
            hexadecimal(draw(plan.seed, "face", made.portrait))[:, :8],
        ),
        "portrait_taken_at": column(moments(taken)),
        "registered_at": column(moments(told)),
        "service_started_at": column(moments(begun)),
        "status": states(plan, made),
        **points(plan, clerk),
        "authenticated_at": column(moments(times)),
        "info_updated_at": column(moments(times)),
        "subscriber_kind": pl.repeat("Cá nhân", len(record), eager=True),
        "usage_kind": pl.repeat("Bản thân", len(record), eager=True),
    }
    frame = pl.DataFrame({name: text[name] for name in columns}).with_columns(
        pl.when(pl.Series(there)).then(pl.col(name)).alias(name)
        for name, there in {
            "contract_number": contract,
            "info_updated_at": np.zeros(len(record), dtype=bool),
        }.items()
        if name in columns
    )
    return made_faulty(frame, faults)


def holders(plan: Plan, record: np.ndarray) -> np.ndarray:
    """Return which operator, by place, holds the range of a record's number."""
    return np.array(HOLDERS)[mixed(record, _NUMBERS, 10**4, plan.seed) // 10**7]


def operators(plan: Plan, made: Sources) -> np.ndarray:
    """Return the operator of each record, by place: the holder of its range, or of the record that it follows."""
    operator = holders(plan, made.operator)
    elsewhere = made.second & (made.pair == PAIRS.index("operators"))
    return np.where(elsewhere, (operator + 1) % len(OPERATORS), operator)


def registered(plan: Plan, made: Sources, of: People) -> np.ndarray:
    """Return when each record was registered, in seconds from 1970."""
    if plan.shape == "busy-minute":
        return DAYS["busy"] * _DAY + 36_000 + below(draw(plan.seed, "second", made.record), 60)
    day, patient = of.came, of.patient
    burst = made.group == list(GROUPS).index("burst")
    if burst.any():
        led = people(plan.seed, made.day_of)
        day, patient = np.where(burst, led.came, day), np.where(burst, led.patient, patient)
    later = below(draw(plan.seed, "later", made.time), YEARS_LATER - 2) * patient
    day = np.minimum(day + np.where(share(draw(plan.seed, "once", made.time)) < 0.5, 0, later), DAYS["last"])
    return day * _DAY + 28_000 + below(draw(plan.seed, "clock", made.time), 43_000)


def sims(plan: Plan, made: Sources) -> pl.Series:
    """Return SIM serials: no two alike but where a pair shares one."""
    serial = mixed(made.sim, 10**12, 10**6, plan.seed)
    serial = np.where(made.block >= 0, serial // 1_000 * 1_000 + made.block, serial)
    return column(b"8984", NETWORKS[holders(plan, made.sim)], b"0", digits(serial, 12))


def contracts(plan: Plan, made: Sources) -> tuple[np.ndarray, np.ndarray]:
    """Return which records are prepaid, and which have a contract: whoever pays later or has many numbers."""
    fourth = made.group == list(GROUPS).index("fourth")
    prepaid = (share(draw(plan.seed, "payment", made.record)) < 0.8) | fourth
    return prepaid, ~prepaid | (made.count >= 4)


def states(plan: Plan, made: Sources) -> pl.Series:
    """Return the state of each number; what a rule across records is to find has not ended."""
    words = ["Hoạt động", "Khóa một chiều", "Khóa hai chiều", "Đã thanh lý"]
    place = np.searchsorted([0.92, 0.96, 0.985], share(draw(plan.seed, "state", made.record)))
    return chosen(words, np.where((made.group >= 0) | (made.pair >= 0), 0, place))


def persons(plan: Plan, made: Sources, of: People, has: Callable[[str], np.ndarray]) -> dict[str, pl.Series]:
    """Return the columns about the person and the paper."""
    seed, person = plan.seed, of.number
    named = np.where(made.second & (made.pair == PAIRS.index("names")), person + 1, person)
    birth = np.where(has("PER113"), of.came + 2 * YEARS_LATER, of.birth)
    # Another day of the same year, so that it is this alone that is wrong.
    moved = made.second & (made.pair == PAIRS.index("births"))
    year = birth.astype("datetime64[D]").astype("datetime64[Y]")
    into_year = birth - year.astype("datetime64[D]").astype(np.int64)
    birth = np.where(moved, birth + np.where(into_year > 180, -100, 100), birth)
    born = year.astype(np.int64) + 1970
    issued = np.select(
        [has("ID124"), has("ID127"), has("ID141")],
        [birth - 100, np.minimum(of.came + YEARS_LATER + 30, DAYS["last"] + 500), of.came - 7_400],
        of.issued,
    )
    foreign = of.kind == PASSPORT
    land = below(draw(seed, "land", person), len(WORDS["nationalities"]))
    place, serial = serials(person)
    return {
        "full_name": names(seed, "name", named),
        "date_of_birth": column(days(birth)),
        "nationality": chosen([*WORDS["nationalities"], "VN"], np.where(foreign, land, len(WORDS["nationalities"]))),
        "sex": chosen(["Nữ", "Nam"], of.man.astype(np.int64)),
        "id_type": chosen([WORDS["kinds"][kind] for kind in KINDS], of.kind),
        "id_number": documents(plan, made, of, born + 7 * has("ID111"), place, serial, has("ID113")),
        "id_issue_date": column(days(issued)),
        "id_issue_place": offices(of, place),
        "address": addresses(seed, "home", person, place),
        "province": chosen(PROVINCES, place),
    }


def documents(
    plan: Plan, made: Sources, of: People, born: np.ndarray, place: np.ndarray, serial: np.ndarray, nowhere: np.ndarray
) -> pl.Series:
    """Return document numbers: of two people no two alike, but where a pair differs in one digit."""
    if plan.shape == "one-identity":
        return pl.repeat("001090012345", len(born), dtype=pl.String, eager=True)
    differs = (made.second & (made.pair == PAIRS.index("digit"))).astype(np.int64)
    last = serial % 10
    serial = serial - last + (last + differs) % 10
    province = PLACES[place]
    province[nowhere] = np.frombuffer(b"003", dtype=np.uint8)
    century = (born // 100 - 19) * 2 + ~of.man
    personal = column(province, digits(century, 1), digits(born, 2), digits(serial, 6))
    nine = mixed(of.number, 10**9, 1_000, 4)
    nine = nine - nine % 10 + (nine % 10 + differs) % 10
    frame = pl.DataFrame({"kind": of.kind, "personal": personal, "nine": column(digits(nine, 9))})
    return frame.select(
        pl.when(pl.col("kind") == CMND)
        .then("nine")
        .when(pl.col("kind") == PASSPORT)
        .then(pl.lit("M") + pl.col("nine").str.slice(1))
        .otherwise("personal")
    ).to_series()
