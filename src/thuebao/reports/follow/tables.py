"""The tables that every format shows: which counts stand in which, and what is said below them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from thuebao.base.messages import text
from thuebao.reports.format import day as day_text
from thuebao.results.follow.listed import Listed
from thuebao.results.follow.result import FailOn, Followed

STATES = ("to_put_right", "put_right", "active", "one_way", "two_way", "ended", "gone")
"""The table as it is published."""
IF_ANY = ("status_unknown", "not_checked", "not_seen")
"""What follows in it where there is any."""
TIMES = (
    "still_wrong",
    "in_time",
    "overdue",
    "one_way_overdue",
    "two_way_overdue",
    "end_overdue",
)
"""What is overdue of it."""
OTHERS = ("given_again", "new_numbers", "new_faults")
"""What else became of numbers."""
CURVE = ("to_put_right", "put_right", "still_wrong", "overdue", "ended", "gone")
_MOST_PATHS = 3


def _states_shown(followed: Followed) -> list[str]:
    """Return the counts of the first table: those that are there anyway, and others of which there are some."""
    return [*STATES, *(name for name in IF_ANY if any(day.totals[name] for day in followed.days))]


def _times_shown(followed: Followed) -> list[str]:
    """Return the counts of the second table."""
    undecided = any(day.totals["undecided"] for day in followed.days)
    return [*TIMES[:3], *(["undecided"] if undecided else []), *TIMES[3:]]


def tables(followed: Followed) -> list[tuple[str, list[str], bool]]:
    """Return the tables of a day: the key of the title, the counts, and whether the share put right stands in it."""
    return [
        ("follow.by_state", _states_shown(followed), True),
        ("follow.by_time", _times_shown(followed), False),
        ("follow.others", list(OTHERS), False),
    ]


def rows(followed: Followed, at: int) -> list[tuple[str, Mapping[str, int]]]:
    """Return the counts of each operator on a day, and of all where there are several."""
    day = followed.days[at]
    found: list[tuple[str, Mapping[str, int]]] = list(day.counts.items())
    return [*found, (text("follow.all_operators"), day.totals)] if len(found) > 1 else found


def list_line(listed: Listed) -> str:
    """Return which list was followed."""
    some = [str(path) for path in listed.paths[:_MOST_PATHS]] + ["…"] * (len(listed.paths) > _MOST_PATHS)
    return text(
        f"follow.list_{listed.kind}", paths=", ".join(some), count=listed.numbers.height, first=notices_of(listed)
    )


def notices_of(listed: Listed) -> str:
    """Return the days of first notices."""
    if not listed.notices:
        return text("follow.of_exports")
    first, last = listed.notices
    return day_text(first) if first == last else text("follow.until", first=day_text(first), last=day_text(last))


def below(followed: Followed) -> list[str]:
    """Return what is said below the tables: how they add up, and what they rest on."""
    basis = followed.basis
    said = [text("follow.adds_up")]
    if basis.steps:
        said.append(text("follow.steps_by", basis="; ".join(basis.steps)))
    if basis.retention:
        said.append(text("follow.gone_by", years=basis.retention_years, basis="; ".join(basis.retention)))
    return said


def verdict(followed: Followed, fail_on: FailOn) -> str:
    """Return how the last day stands."""
    last = followed.days[-1].totals
    if followed.passed("wrong"):
        return text("follow.passed")
    if fail_on == "overdue" and followed.passed("overdue"):
        return text("follow.passed_overdue")
    return text("follow.failed", wrong=last["still_wrong"], overdue=last["overdue"], gone=last["gone"])


def shares(followed: Followed, operator: str | None) -> Sequence[float | None]:
    """Return the share put right of an operator (None: of all) on each day."""
    counts = [day.counts[operator] if operator is not None else day.totals for day in followed.days]
    return [c["put_right"] / c["to_put_right"] if c["to_put_right"] else None for c in counts]
