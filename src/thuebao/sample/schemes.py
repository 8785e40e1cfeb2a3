"""Planted violations of the rules across records: groups of records that share what they must not share.

A planted record is made like any other, only some of its keys are another record's: its person, its number,
its SIM, its photo, the minute and the clerk.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import polars as pl

from thuebao.sample.law import Law, days
from thuebao.sample.places import AUTHORISED, OWN
from thuebao.sample.registration import MINUTES_AFTER_HOURS
from thuebao.sample.streams import Streams

_GAP = 10  # days between the numbers of one person


@dataclass(frozen=True)
class Scheme:
    """How to build a group of `size` records that breaks one rule.

    `person`: all records are of one person. `operators`: 1 or, for a group spread over several, more.
    `fires_from`: the first member on which the rule fires. `keys`: what differs from a usual record;
    expressions over `member`, `group` and `first` (the record of the group's first member).
    """

    code: str
    column: str
    size: int
    keys: dict[str, pl.Expr] = field(hash=False)
    person: bool = True
    operators: int = 1
    fires_from: int = 0


def schemes(law: Law, as_of: date, streams: Streams) -> list[Scheme]:
    """Return the schemes that the eras before the as-of date have room for."""
    member, first = pl.col("member"), pl.col("first")
    second = member == 1
    of_first = {"_c": pl.lit(2), "_k": member, "_gap": pl.lit(_GAP)}
    prepaid = {"_prepaid": pl.lit(value=True), "_c": pl.lit(5), "_k": member, "_gap": pl.lit(_GAP)}
    fourth = member >= 3
    burst = {
        "_day": pl.lit(days(as_of) - 1) - streams.below("burst day", pl.col("group"), 360).cast(pl.Int32),
        "_minute": MINUTES_AFTER_HOURS + streams.below("burst minute", pl.col("group"), 40).cast(pl.Int32),
        "_province": streams.below("burst place", pl.col("group"), len(law.provinces)).cast(pl.Int32),
        "_pos": pl.lit(OWN),
        "_clerk": pl.lit(0),
    }
    postpaid = {"_prepaid": pl.lit(value=False), "_c": pl.lit(5), "_k": member, "_gap": pl.lit(_GAP)}
    many = {"_c": pl.lit(12), "_k": member, "_gap": pl.lit(_GAP), "_prepaid": pl.lit(value=False)}
    d49, d163, _ = law.eras
    in_d49 = {"_not_before": pl.lit(d49 + 60)}
    in_d163 = {"_not_before": pl.lit(d163 + 60)}
    no_contract = {"_contract": pl.when(fourth).then(pl.lit(value=False)), "_pos": pl.when(fourth).then(OWN)}
    authorised = {
        "_contract": pl.when(fourth).then(pl.lit(value=True)),
        "_pos": pl.when(fourth).then(AUTHORISED),
    }
    found = [
        Scheme("DUP101", "msisdn", 2, {"_number_of": first}, person=False),
        Scheme("DUP102", "msisdn", 2, {"_number_of": first}, person=False, operators=2),
        Scheme("DUP103", "sim_serial", 2, {"_sim_of": first}, person=False),
        Scheme("DUP121", "full_name", 2, of_first | {"_other_name": second}),
        Scheme("DUP122", "date_of_birth", 2, of_first | {"_other_birth": second}),
        Scheme("DUP123", "id_number", 2, of_first | {"_twin": second}),
        Scheme("DUP141", "id_number", 12, many, operators=4),
        Scheme("DUP142", "sim_serial", 5, postpaid | {"_sim_of": first, "_sim_place": member}),
    ]
    room = days(as_of) - 90
    if d49 < room:
        found.append(Scheme("DUP111", "contract_number", 5, prepaid | in_d49 | no_contract, fires_from=3))
        found.append(Scheme("DUP131", "portrait_hash", 3, in_d49 | {"_portrait_of": first}, person=False))
    if d49 < room - 360:
        found.append(Scheme("DUP151", "registered_at", 12, burst, person=False))
    if d163 < room:
        found.append(Scheme("DUP112", "pos_kind", 5, prepaid | in_d163 | authorised, fires_from=3))
        found.append(Scheme("DUP113", "pos_kind", 5, postpaid | in_d163 | {"_online": fourth}, fires_from=3))
    return found
