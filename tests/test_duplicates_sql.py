"""The plain Python and the SQL of the rules across records, two readings of one contract, agree on small worlds."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from oracles import sql
from oracles.duplicates import RULES, check
from oracles.spelling import Record
from oracles.worlds import AS_OF, world, write_csv

SEEDS = range(20)


def compare(paths: list[Path], records: list[Record]) -> Counter[str]:
    """On the records of all files together; how often each rule fires."""
    made = sql.database(paths, AS_OF)
    order = [(path, record) for path, record in made.execute("SELECT path, record FROM export").fetchall()]
    fires = {(order[index], code) for index, code in check(records, AS_OF).fires}
    found = {(place, code) for code in sql.CODES for place in sql.fired(made, code)}
    assert sorted(fires - found)[:5] == []
    assert sorted(found - fires)[:5] == []
    return Counter(code for _, code in found)


def test_there_is_a_statement_for_each_rule() -> None:
    assert set(sql.CODES) == RULES.keys()


def test_on_small_worlds(tmp_path: Path) -> None:
    worlds: Counter[str] = Counter()
    for seed in SEEDS:
        records = world(seed, plain=True)
        at = random.Random(seed).randint(1, 299)
        paths = [write_csv(tmp_path / f"{seed}-{n}.csv", part) for n, part in enumerate((records[:at], records[at:]))]
        worlds.update(compare(paths, records).keys())
    assert worlds.keys() == RULES.keys()
    assert min(worlds.values()) > len(SEEDS) / 2


@pytest.mark.parametrize("size", [2, 20, 1500])
def test_on_a_small_and_on_a_large_world(tmp_path: Path, size: int) -> None:
    records = world(size, size, plain=True)
    fired = compare([write_csv(tmp_path / "a.csv", records)], records)
    assert size < 1000 or fired.keys() == RULES.keys()
