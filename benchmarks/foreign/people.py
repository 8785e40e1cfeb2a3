"""The people of an export: each a function of its number, with papers that are in order on the day of registration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .text import below, draw, scattered, share
from .words import CAN_CUOC, CCCD, CMND, DAYS, PASSPORT, PLACES

# How many numbers each of a hundred people has: 143, so that there are 0.7 identities a record.
_COUNTS = np.repeat([1, 2, 3, 4, 5, 9], [76, 15, 5, 2, 1, 1])
_OWNERS = np.repeat(np.arange(len(_COUNTS)), _COUNTS)
NUMBERED = 10**6  # last six digits of personal numbers
YEARS_LATER = 402  # days within which all of one person's numbers are registered


def owners(place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return who owns each record, by number, and how many records that person owns."""
    hundred, rest = np.divmod(place, len(_OWNERS))
    within = _OWNERS[rest]
    return hundred * len(_COUNTS) + within, _COUNTS[within]


@dataclass(frozen=True)
class People:
    """What is known of people, one row a person; days count from 1970."""

    number: np.ndarray
    kind: np.ndarray
    birth: np.ndarray
    issued: np.ndarray
    came: np.ndarray  # day of the first registration
    patient: np.ndarray  # whether the papers last until the latest of the person's registrations
    man: np.ndarray


def people(seed: int, number: np.ndarray, *, came: int | None = None) -> People:
    """Return people by number; `came` is the day on which all of them come, if it is one day."""
    first, law, last = DAYS["first"], DAYS["decree_49"], DAYS["last"]
    early = share(draw(seed, "early", number)) < 0.04
    at = draw(seed, "came", number)
    day = np.where(early, first + below(at, law - first), law + below(at, last - law))
    day = np.full_like(day, came) if came is not None else day
    kind = kinds(seed, number, day)
    age = 6_600 + below(draw(seed, "age", number), 20_000)
    birth = day - age
    issued, kind, patient = issues(seed, number, kind, birth, day)
    # Two people of one place and serial, if there are that many, are a man and a woman.
    half = below(draw(seed, "sex", number % (len(PLACES) * NUMBERED)), 2)
    man = (half ^ (number // (len(PLACES) * NUMBERED) % 2)).astype(bool)
    return People(number, kind, birth, issued, day, patient, man)


def kinds(seed: int, number: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Return the kind of paper that a person has who comes on a day."""
    lot = share(draw(seed, "kind", number))
    kind = np.full(len(number), CCCD)
    kind[day < DAYS["cccd"] + 150] = CMND
    kind[(day >= DAYS["cccd"] + 150) & (day <= DAYS["last_cmnd"]) & (lot < 0.6)] = CMND
    kind[(day > DAYS["can_cuoc"] + 60) & (lot < 0.5)] = CAN_CUOC
    kind[share(draw(seed, "foreigner", number)) < 0.02] = PASSPORT
    return kind


def birthdays(birth: np.ndarray, years: int) -> np.ndarray:
    """Return the day on which people are so many years old."""
    day = birth.astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    later = (month + 12 * years).astype("datetime64[D]") + (day - month.astype("datetime64[D]"))
    return later.astype(np.int64)


def issues(
    seed: int, number: np.ndarray, kind: np.ndarray, birth: np.ndarray, day: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the day of issue, the kind of paper, and whether it lasts long enough to be used again.

    Cards end at 25, 40 and 60 unless issued in the two years before; who comes with one that has ended gets a new one.
    """
    bits = draw(seed, "issued", number)
    # Nobody got a paper before fourteen.
    cmnd = day - below(bits, np.minimum(3_000, day - birth - 5_200))
    earliest = np.maximum(np.where(kind == CCCD, DAYS["cccd"], DAYS["can_cuoc"]), day - 1_000)
    latest = np.where(kind == CCCD, np.minimum(day, DAYS["can_cuoc"] - 1), day)
    card = np.minimum(earliest, latest) + below(bits, np.maximum(latest - earliest, 0) + 1)
    issued = np.select([kind == CMND, kind == PASSPORT], [cmnd, day - below(bits, 1_500)], card)
    patient = np.ones(len(number), dtype=bool)
    is_card = (kind == CCCD) | (kind == CAN_CUOC)
    for years in (25, 40, 60):
        end = birthdays(birth, years)
        ended = is_card & (issued < end - 729) & (end <= day + 2)
        issued = np.where(ended, np.minimum(day, end + below(bits, np.maximum(day - end, 0) + 1)), issued)
        patient &= ~(is_card & (issued < end - 729) & (end <= day + YEARS_LATER + 2))
    kind = np.where((kind == CCCD) & (issued >= DAYS["can_cuoc"]), CAN_CUOC, kind)
    return issued, kind, patient


def serials(number: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the place (by number) and the last six digits of each personal number: no two people have both alike."""
    place, serial = number % len(PLACES), number // len(PLACES) % NUMBERED
    return place, scattered(serial, NUMBERED, 618_033, 271_828)
