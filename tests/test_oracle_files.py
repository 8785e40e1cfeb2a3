"""The oracle's verdicts on whole files, and the messy records that the tool is compared with it on."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter
from pathlib import Path

import pytest

from oracles.files import check_file
from oracles.messy import messy_records
from oracles.record_facts import Facts
from oracles.records import COLUMNS, RULES, check

AS_OF = dt.date(2026, 11, 23)
CASES = Path(__file__).parent / "cases"


def read(name: str) -> tuple[list[dict[str, str | None]], set[str]]:
    with (CASES / name).open(encoding="utf-8-sig", newline="") as file:
        rows: list[dict[str, str | None]] = list(csv.DictReader(file))
    return rows, set(rows[0])


@pytest.mark.parametrize("name", sorted(path.name for path in CASES.glob("*.csv")))
def test_small_exports(name: str) -> None:
    rows, columns = read(name)
    judged = check_file(rows, operator="Viettel", as_of=AS_OF, columns=columns)
    codes = [verdict.codes for verdict in judged.verdicts]
    by_position = {
        "time-sa-ch.csv": {0: {"REG141"}, 2: {"REG113"}, 3: {"REG113"}},
        "status-cancelled.csv": {0: {"REG145"}},
        "null-texts.csv": {n: {"PER131", "ID131", "REG121", "REG122", "REG134"} for n in range(len(rows))},
        "names-garbled.csv": {n: {"PER103"} for n in range(3)},
        "one-person-spelt-twice.csv": {5: {"PER104"}},  # K'Sor, in one word
    }.get(name, {})
    if name == "id-type-words.csv":
        by_position = {n: {"ID107"} for n, row in enumerate(rows) if row["id_type"] in {"1", "ID"}}
        by_position |= {n: {"ID142"} for n, row in enumerate(rows) if "ID142" in codes[n]}
        assert sum("ID142" in found for found in codes) == 1
        facts = [Facts(row, None, AS_OF, frozenset(columns), "auto") for row in rows]
        assert all(one.identity for one in facts)
    if name == "pos-kind-online-words.csv":
        by_position = {n: {"REG138"} for n, row in enumerate(rows) if row["pos_kind"] == "My Viettel"}
    assert {n: found for n, found in enumerate(codes) if found} == by_position


def repeat(values: list[str | None], column: str, count: int = 20) -> list[dict[str, str | None]]:
    return [{"msisdn": "0971234567", column: values[n % len(values)]} for n in range(count)]


@pytest.mark.parametrize(
    ("values", "count", "month_first"),
    [
        (["12/31/2019", "01/02/2020"], 20, True),
        (["12312019", "01022020"], 20, True),
        (["12/31/2019 08:00", "01/02/2020"], 20, True),
        (["12/31/2019"], 19, False),
        (["12/31/2019", "31/12/2019"], 20, False),
        (["01/02/2020"], 20, False),
        (["2019-12-31"], 20, False),
    ],
)
def test_month_first(values: list[str | None], count: int, month_first: bool) -> None:
    rows = repeat(values, "registered_at", count)
    judged = check_file(rows, operator="Viettel", as_of=AS_OF, columns={"msisdn", "registered_at"})
    assert judged.month_first == ({"registered_at"} if month_first else set())
    assert any("REG131" in verdict.applies for verdict in judged.verdicts) is not month_first


def test_values_unlike_their_column() -> None:
    def judge(column: str, values: list[str | None], count: int = 20) -> tuple[set[str], set[str]]:
        rows = repeat(values, column, count)
        judged = check_file(rows, operator="Viettel", as_of=AS_OF, columns={"msisdn", "full_name", column})
        return judged.unlike, set.union(*(verdict.applies for verdict in judged.verdicts))

    assert judge("status", ["3"]) == ({"status"}, {"NUM101", "NUM102", "NUM103", "NUM104", "NUM105"} | NAMES)
    assert judge("status", ["3"], 19)[0] == set()
    assert judge("status", ["3"] * 9 + ["Hủy"])[0] == set()
    unlike, applies = judge("subscriber_kind", ["3"])
    assert unlike == {"subscriber_kind"}
    assert not any(code.startswith(("PER", "ID", "MIN", "ORG")) for code in applies)
    # What is no coded column stays, and its own rules speak.
    unlike, applies = judge("nationality", ["Kinh"])
    assert (unlike, "PER122" in applies) == ({"nationality"}, True)
    assert judge("sim_serial", ["8.98E+19"])[0] == {"sim_serial"}
    assert judge("sim_serial", ["8984048000000000001"])[0] == set()
    assert judge("date_of_birth", ["1990"])[0] == set()
    assert judge("date_of_birth", ["15/08/90"])[0] == {"date_of_birth"}


NAMES = {"PER101", "PER102", "PER103", "PER104"}


def test_counts_of_a_file() -> None:
    d49 = {"registered_at": "10/03/2020", "status": "Hủy", "full_name": ""}
    rows: list[dict[str, str | None]] = [dict(d49) for _ in range(100)]
    columns = {"registered_at", "status", "full_name"}
    judged = check_file(rows, operator="Viettel", as_of=AS_OF, columns=columns)
    assert "PER101" in judged.broken
    assert judged.absent_of_49 == {"usage_kind", "info_updated_at", "terminated_at"}
    assert judged.past_retention == 0
    assert "PER101" not in check_file(rows[1:], operator="Viettel", as_of=AS_OF, columns=columns).broken
    half = [row | {"full_name": "Lê An" if n % 2 else ""} for n, row in enumerate(rows)]
    assert "PER101" not in check_file(half, operator="Viettel", as_of=AS_OF, columns=columns).broken
    ended = [row | {"terminated_at": "22/11/2024"} for row in rows[:7]] + rows[7:]
    judged = check_file(ended, operator="Viettel", as_of=AS_OF, columns=columns | {"terminated_at"})
    assert (judged.past_retention, judged.absent_of_49) == (7, {"usage_kind", "info_updated_at"})
    new = [row | {"registered_at": "10/03/2025", "status": "HĐ"} for row in rows]
    assert check_file(new, operator="Viettel", as_of=AS_OF, columns=columns).absent_of_49 == set()


def test_messy_records_exercise_every_rule() -> None:
    records = messy_records(20_000, seed=1)
    fired: Counter[str] = Counter()
    silent: Counter[str] = Counter()
    columns = frozenset(COLUMNS)
    for number, record in enumerate(records):
        # ID127 is for files without updates.
        of_file = columns - {"info_updated_at"} if number % 4 == 0 else columns
        verdict = check(record, operator=None, as_of=AS_OF, columns=of_file)
        assert verdict.codes <= verdict.applies
        fired.update(verdict.codes)
        silent.update(verdict.applies - verdict.codes)
    assert {code: fired[code] for code in RULES if fired[code] < 20} == {}
    # Whoever REG137 and REG153 are about violates them.
    assert {code: silent[code] for code in RULES if silent[code] < 20} == {"REG137": 0, "REG153": 0}


def test_messy_records_repeat_and_fit_into_csv() -> None:
    records = messy_records(2_000, seed=7)
    assert records == messy_records(2_000, seed=7)
    assert all(tuple(record) == COLUMNS for record in records)
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, COLUMNS)
    writer.writerows(records)
    assert len(buffer.getvalue().encode("utf-8").splitlines()) == len(records)
    buffer.seek(0)
    assert [{k: v or None for k, v in row.items()} for row in csv.DictReader(buffer, COLUMNS)] == [
        {k: v or None for k, v in row.items()} for row in records
    ]
