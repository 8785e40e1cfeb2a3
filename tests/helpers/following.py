"""A second reading of what `follow` counts: plain CSV and plain Python, one number at a time (docs/follow.md)."""

from __future__ import annotations

import csv
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

RULES = Path(__file__).parents[2] / "rules"
DECREE_163 = date(2024, 12, 24)
"""From this day on of the first notice the end follows 5 days after two-way suspension, before it 30."""
STATES = (
    *("put_right", "active", "one_way", "two_way", "status_unknown"),
    *("ended", "gone", "not_checked", "not_seen"),
)
Number = tuple[str, str]


def subscriber_errors() -> set[str]:
    """Return the codes of errors that subscribers put right, as the rule files say."""
    return {
        rule["code"]
        for path in RULES.glob("*.toml")
        for rule in tomllib.loads(path.read_text("utf-8")).get("rule", [])
        if rule.get("remedy") == "subscriber" and rule["severity"] == "error"
    }


@dataclass
class Listed:
    """A number of the list."""

    notice: date | None
    own: bool = False
    codes: set[str] = field(default_factory=set)


def of_findings(path: Path, notice: date) -> dict[Number, Listed]:
    """Return the numbers of a findings file with plain numbers."""
    errors, found = subscriber_errors(), {}
    for row in rows(path):
        if row["severity"] == "error" and row["code"] in errors and row["msisdn"].isdigit():
            listed = found.setdefault((row["operator"], row["msisdn"]), Listed(notice, own=True))
            listed.codes.add(row["code"])
    return found


def of_remedy(path: Path) -> dict[Number, Listed]:
    """Return the numbers of a list that `remedy` wrote with plain numbers."""
    return {
        (row["operator"], row["msisdn"]): Listed(
            date.fromisoformat(row["first_notice"]), row["reason"] == "own information", set(row["codes"].split())
        )
        for row in rows(path)
    }


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def exported(folder: Path) -> list[dict[str, str]]:
    """Return the records of all files of a folder."""
    return [row for path in sorted(folder.glob("*.csv")) for row in rows(path)]


def day_of(said: str) -> date | None:
    return datetime.strptime(said[:10], "%d/%m/%Y").date() if said else None


def counted(
    listed: dict[Number, Listed], days: list[tuple[date, Path, Path]]
) -> list[tuple[dict[str, Counter[str]], dict[Number, str]]]:
    """Return for each day (day, folder of exports, findings with plain numbers) the counts by operator, and states."""
    errors, contracts, ended, result = subscriber_errors(), {}, {}, []
    for day, folder, findings in days:
        records: dict[Number, list[dict[str, str]]] = {}
        for row in exported(folder):
            records.setdefault((row["operator"], row["msisdn"]), []).append(row)
        faults: dict[Number, set[str]] = {}
        for row in rows(findings):
            if row["code"] in errors:
                faults.setdefault((row["operator"], row["msisdn"]), set()).add(row["code"])
        over = {n for n, some in records.items() if all(r["status"] == "terminated" for r in some)}
        counts: dict[str, Counter[str]] = {operator: Counter() for operator, _ in listed}
        states: dict[Number, str] = {}
        theirs: dict[Number, dict[str, str]] = {}
        for number, one in listed.items():
            kept = [r for r in records.get(number, []) if not _is_another(r, one)]
            for row in kept:
                contracts.setdefault(number, (number[0], row["contract_number"]) if row["contract_number"] else None)
            if number not in records:
                states[number] = "gone"
            elif not kept or all(r["status"] == "terminated" for r in kept):
                states[number] = "ended"
                counts[number[0]]["given_again"] += len(kept) < len(records[number])
                counts[number[0]]["new_numbers"] += bool(faults.get(number) and number not in over)
                ended[number] = max((day_of(r["terminated_at"]) for r in kept), default=None)
            else:
                theirs[number] = next(r for r in kept if r["status"] != "terminated")
                states[number] = theirs[number]["status"] if one.codes & faults.get(number, set()) else "put_right"
                known = one.codes if one.own else set()
                counts[number[0]]["new_faults"] += bool(faults.get(number, set()) - known)
        own = {n: contracts.get(n) for n, one in listed.items() if one.own and n in records}
        wrong = {own[n] for n in own if states[n] in ("active", "one_way", "two_way")} - {None}
        for number, one in listed.items():
            if not one.own and number in theirs:
                contract = contracts.get(number)
                if contract in wrong:
                    states[number] = theirs[number]["status"]
                elif contract is not None and contract in own.values():
                    states[number] = "put_right"
                else:
                    states[number] = "not_checked"
        for number, state in states.items():
            here = counts[number[0]]
            here["to_put_right"] += 1
            here[state] += 1
            if state in ("active", "one_way", "two_way"):
                here["still_wrong"] += 1
                time, step = _time(day, listed[number].notice, theirs[number])
                here[time] += 1
                if time == "overdue":
                    here[f"{step}_overdue"] += 1
        for number, some in faults.items():
            if some and number not in listed and number not in over and number[0] in counts:
                counts[number[0]]["new_numbers"] += 1
        result.append((counts, states))
    return result


def _is_another(row: dict[str, str], one: Listed) -> bool:
    registered, began = day_of(row["registered_at"]), day_of(row["service_started_at"])
    return bool(one.notice and registered and registered > one.notice and (began is None or began > one.notice))


def _time(day: date, notice: date, row: dict[str, str]) -> tuple[str, str]:
    end = 5 if notice >= DECREE_163 else 30
    step, since, term = {
        "active": ("one_way", notice, 15),
        "one_way": ("two_way", day_of(row["one_way_since"]), 15),
        "two_way": ("end", day_of(row["two_way_since"]), end),
    }[row["status"]]
    if since is None or since < notice:
        row_of_steps = {"one_way": 30, "two_way": 30 + end}[row["status"]]
        return ("in_time" if notice + timedelta(days=row_of_steps) >= day else "undecided"), step
    return ("overdue" if since + timedelta(days=term) < day else "in_time"), step
