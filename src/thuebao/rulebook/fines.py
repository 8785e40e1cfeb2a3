"""What the law provides for acts that findings may point to, as rules/reference/fines.toml has it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

NUMBER, APP_NUMBER, POINT, ENTERPRISE, ACT = "number", "app_number", "point", "enterprise", "act"
MEASURES = (NUMBER, APP_NUMBER, POINT, ENTERPRISE, ACT)
"""What brackets count."""
DAYS = {"registration": "registration_day", "service_start": "service_start_day", "audit": None}
"""The fact that has the day of an act; None: the day of the audit, on which it still is so."""
CARRIER = "carrier"

Texts = dict[str, str]
"""A text by language."""


@dataclass(frozen=True)
class Condition:
    """A coded column and the code that its records have, or (`is_not`) do not have; one without a code does not."""

    column: str
    code: str
    is_not: bool

    @property
    def fact(self) -> str:
        """The fact that has the column's code."""
        return f"{self.column}_code"


@dataclass(frozen=True)
class Pointer:
    """A rule whose findings point to an act, those of some records only where there is a condition."""

    code: str
    condition: Condition | None


@dataclass(frozen=True)
class Bracket:
    """From how many to how many (None: and more) what amount stands for; per_number: for each of them."""

    first: int
    last: int | None
    least: int
    most: int
    provision: str
    per_number: bool

    def amounts(self, count: int) -> tuple[int, int]:
        """Return least and most for a count that lies in the bracket."""
        times = count if self.per_number else 1
        return self.least * times, self.most * times


@dataclass(frozen=True)
class Sanction:
    """What may come with the fine, from how many to how many; `months`: from and to, where it is for a time."""

    first: int
    last: int | None
    title: Texts
    months: tuple[int, int] | None
    provision: str


@dataclass(frozen=True)
class Ladder:
    """Brackets without gaps over what they count; `condition`: of which records."""

    measure: str
    condition: Condition | None
    brackets: tuple[Bracket, ...]
    sanctions: tuple[Sanction, ...]

    def bracket(self, count: int) -> Bracket | None:
        """Return the bracket in which a count lies, None of nothing."""
        return next((b for b in self.brackets if _within(b, count)), None)

    def sanctions_at(self, count: int) -> tuple[Sanction, ...]:
        """Return what else is provided for at a count."""
        return tuple(s for s in self.sanctions if _within(s, count))


@dataclass(frozen=True)
class Fine:
    """A clause: the act, who does it, what points to it, and what it costs.

    pointers: the rules whose errors are counted; signs: codes that are named and never counted; day: a key of DAYS.
    """

    id: str
    clause: str
    short: str
    act: Texts
    who: str
    day: str
    ladders: tuple[Ladder, ...]
    pointers: tuple[Pointer, ...]
    signs: tuple[str, ...]
    trust: str
    mapping_trust: str
    regime: Regime


@dataclass(frozen=True)
class Regime:
    """A law on fines: for acts from one day to another; computable: whether its text is at hand."""

    id: str
    start: date
    end: date | None
    provision: str
    computable: bool


@dataclass(frozen=True)
class Caveat:
    """What stands beside every figure, in full and in a few words."""

    id: str
    said: Texts
    short: Texts


@dataclass(frozen=True)
class Fines:
    """All of it. since: the first day of acts that can be computed."""

    currency: str
    not_computable: Texts
    caveats: tuple[Caveat, ...]
    regimes: tuple[Regime, ...]
    fines: tuple[Fine, ...]

    @property
    def since(self) -> date:
        """The first day of acts whose law is at hand."""
        return min(regime.start for regime in self.regimes if regime.computable)

    @property
    def of_carriers(self) -> tuple[Fine, ...]:
        """The clauses at hand that fine the carrier."""
        return tuple(f for f in self.fines if f.who == CARRIER and f.regime.computable)


def _within(range_: Bracket | Sanction, count: int) -> bool:
    return range_.first <= count and (range_.last is None or count <= range_.last)


def conditions_of(fines: Sequence[Fine]) -> Iterator[Condition]:
    """Yield what is asked of records."""
    for fine in fines:
        yield from (pointer.condition for pointer in fine.pointers if pointer.condition)
        yield from (ladder.condition for ladder in fine.ladders if ladder.condition)
