"""What is wrong with which record: drawn by record, so that any part of an export can be made by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from .people import owners
from .text import below, draw, scattered, share

Shape = Literal["plain", "every-duplicate", "one-identity", "busy-minute"]

# Of the records with findings, how many have them for another record's sake: of groups, and of pairs.
_GROUPED, _PAIRED = 0.04, 0.10
_MEMBERS = 16
# kind of group → how many of sixteen are in it; of "fourth" the first three have no finding
GROUPS = {"identity": 16, "block": 8, "fourth": 8, "burst": 16}
_FOUND_IN_GROUP = (16 + 8 + 5 + 16) / len(GROUPS) / _MEMBERS
PAIRS = ("number", "operators", "serial", "portrait", "names", "births", "digit")


@dataclass(frozen=True)
class Plan:
    """An export to be made."""

    records: int
    seed: int = 1
    dirty: float = 0.15
    shape: Shape = "plain"

    @property
    def distinct(self) -> int:
        """How many records there are that are nobody's copy."""
        return (self.records + 1) // 2 if self.shape == "every-duplicate" else self.records


@dataclass
class Sources:
    """For each record whose number, person, SIM, portrait, clerk and time it has: its own, or another record's."""

    record: np.ndarray
    number: np.ndarray
    operator: np.ndarray
    person: np.ndarray
    count: np.ndarray  # how many records the person owns
    sim: np.ndarray
    block: np.ndarray  # the last three digits of the serial where it is of another's block, else -1
    portrait: np.ndarray
    clerk: np.ndarray
    time: np.ndarray
    day_of: np.ndarray  # the person on whose day it was registered
    group: np.ndarray  # place in GROUPS, or -1
    pair: np.ndarray  # place in PAIRS, or -1
    second: np.ndarray  # whether it is the later of a pair


def sources(plan: Plan, record: np.ndarray) -> Sources:
    """Return whose values each record has."""
    size = plan.distinct
    person, count = owners(scattered(record, size, int(size * 0.618) | 1))
    group, leader, member = grouped(plan, record)
    pair, other, second = paired(plan, record, group)
    made = Sources(
        record=record,
        number=record.copy(),
        operator=record.copy(),
        person=person,
        count=count,
        sim=record.copy(),
        block=np.full(len(record), -1),
        portrait=record.copy(),
        clerk=record.copy(),
        time=record.copy(),
        day_of=person.copy(),
        group=group,
        pair=pair,
        second=second,
    )
    leaders, _ = owners(scattered(leader, size, int(size * 0.618) | 1))
    others, other_count = owners(scattered(other, size, int(size * 0.618) | 1))
    kinds = list(GROUPS)
    for name in ("identity", "block", "fourth"):
        among = group == kinds.index(name)
        made.person[among] = made.day_of[among] = leaders[among]
        made.count[among] = 1 if name == "fourth" else _MEMBERS
    for name in ("block", "fourth", "burst"):
        among = group == kinds.index(name)
        made.operator[among] = leader[among]
    among = group == kinds.index("block")
    made.sim[among], made.block[among] = leader[among], member[among]
    among = group == kinds.index("burst")
    made.clerk[among], made.time[among], made.day_of[among] = leader[among], leader[among], leaders[among]
    # A second name or birth date of one person is found on all of the person's records: only of people with one.
    single = (count == 1) & (other_count == 1)
    made.pair = pair = np.where((pair >= PAIRS.index("names")) & ~single, PAIRS.index("serial"), pair)
    for name, columns in {
        "number": ("number", "operator"),
        "operators": ("number", "operator"),
        "serial": ("sim",),
        "portrait": ("portrait",),
    }.items():
        among = second & (pair == PAIRS.index(name))
        for column in columns:
            getattr(made, column)[among] = other[among]
    among = second & np.isin(pair, [PAIRS.index(name) for name in ("names", "births", "digit")])
    made.person[among] = made.day_of[among] = others[among]
    return made


def grouped(plan: Plan, record: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the kind of group that a record is in, the group's first record, and the record's place in it."""
    apart = plan.distinct // _MEMBERS
    if not apart or plan.shape != "plain":
        return np.full(len(record), -1), record, np.zeros_like(record)
    member, leader = np.divmod(record, apart)
    kind = below(draw(plan.seed, "kind of group", leader), len(GROUPS))
    there = share(draw(plan.seed, "group", leader)) < plan.dirty * _GROUPED / _FOUND_IN_GROUP
    there &= member < np.array(list(GROUPS.values()))[kind]
    return np.where(there, kind, -1), leader, member


def paired(plan: Plan, record: np.ndarray, group: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the kind of pair that a record is in, the other record, and whether this is the later one."""
    other = plan.distinct - 1 - record
    first = np.minimum(record, other)
    kind = below(draw(plan.seed, "kind of pair", first), len(PAIRS))
    there = (share(draw(plan.seed, "pair", first)) < plan.dirty * _PAIRED) & (record != other) & (group < 0)
    there &= grouped(plan, other)[0] < 0
    if plan.shape != "plain":
        there[:] = False
    return np.where(there, kind, -1), other, there & (record > other)


def faulty(plan: Plan, made: Sources) -> np.ndarray:
    """Return which records are to have a finding of their own."""
    alone = (made.group < 0) & (made.pair < 0)
    rest = plan.dirty * (1 - _GROUPED - _PAIRED) / max(1 - plan.dirty * (_GROUPED + _PAIRED), 1e-9)
    return alone & (share(draw(plan.seed, "faulty", made.record)) < rest)
