"""Messy subscriber records, to compare the tool with the oracle.

`messy_records(n, seed)` builds a coherent person and registration first (a `Plan` of typed values), lets a scenario
bend it to the edge of a rule, writes it down in one of the many ways in which exports write such things, and then
damages up to six fields.  Everything drawn is invented; every value fits into a CSV field (no NUL, no line break).
"""

from __future__ import annotations

import random

from oracles.messy_damage import damages
from oracles.messy_plan import make_plan
from oracles.messy_scenarios import SCENARIOS
from oracles.messy_timetables import TIMETABLES
from oracles.messy_values import MISSING, Record
from oracles.messy_writing import write_down
from oracles.records import COLUMNS

# Papers of nobody: both halves of an "and" gone.
TOGETHER = [
    ["portrait_ref", "portrait_hash"],
    ["confirmation_ref", "contract_number"],
    ["pos_code", "pos_name", "pos_address"],
    ["guardian_name", "consent_ref"],
    ["full_name", "id_number"],
]


def messy_records(n: int, seed: int) -> list[Record]:
    """`n` records over all canonical columns; the same seed gives the same records."""
    rng = random.Random(seed)
    damage = damages(COLUMNS)
    scenarios = SCENARIOS + TIMETABLES
    records = []
    for _ in range(n):
        plan = make_plan(rng)
        if rng.random() < 0.6:
            rng.choice(scenarios)(rng, plan)
        record = write_down(rng, plan, COLUMNS)
        count = rng.choices(range(7), weights=[5, 4, 3, 3, 2, 2, 1])[0]
        for column in rng.sample(COLUMNS, count):
            record[column] = damage[column](rng, record[column])
        if rng.random() < 0.02:
            for column in rng.choice(TOGETHER):
                record[column] = rng.choice(MISSING)
        records.append(record)
    return records
