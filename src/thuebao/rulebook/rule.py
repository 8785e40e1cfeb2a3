"""What a rule is: who it applies to, what violates it, its texts, its legal basis by era, and examples."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from dataclasses import field as default
from datetime import date

from thuebao.rulebook.law import Law

Needs = tuple[tuple[str, ...], ...]
"""Columns without which a rule says nothing; of several in a group one is enough."""

SUBSCRIBER, CARRIER, NOBODY = "subscriber", "carrier", "none"
REMEDIES = (SUBSCRIBER, CARRIER, NOBODY)
"""Who puts right what a rule finds: the subscriber, who is notified; the carrier by itself; or nothing has to be."""

ABSENT = "NOT "
"""In front of a column that a rule needs: one with which it says nothing."""

_PARAMETER = re.compile(r"\$([a-z_][a-z0-9_]*)")
LARGEST_PARAMETER = 10**9
"""More than there are records to count."""


def parameter_names(sql: str) -> list[str]:
    """Return the names of the parameters that a rule's SQL speaks of."""
    return _PARAMETER.findall(sql)


@dataclass(frozen=True)
class Basis:
    """Where a rule stands in the law, for some eras: instrument, provision, and what that is about."""

    eras: tuple[str, ...]
    instrument: str
    provision: str
    about: str


@dataclass(frozen=True)
class Example:
    """Records by canonical column, and which of them violate the rule.

    A column that none of the records has is absent, one that some of them lack is missing in those.
    """

    records: tuple[dict[str, str], ...]
    violates: tuple[bool, ...]
    as_of: date | None


@dataclass(frozen=True)
class Order:
    """The distinct values `of` a group in the order of their earliest `by`; the first so many are told apart.

    Values that have no `by` come last, ties are decided by the value itself.
    """

    of: str
    by: str
    first: str


@dataclass(frozen=True)
class Grouping:
    """How a rule across records puts them together: by the columns `across`, those for which `where` holds.

    `having` says which groups are looked at. `order` and `one_character_apart` (a text that another record of the group
    may have but for one character) give `violation` more to speak of.
    """

    across: tuple[str, ...]
    where: str | None
    having: str
    order: Order | None = None
    one_character_apart: str | None = None


@dataclass(frozen=True)
class Case:
    """One of several ways to violate a rule: the predicate, and the column that a finding of it names."""

    field: str
    when: str


@dataclass(frozen=True)
class Rule:
    """One rule: about a record, about records across files (with `grouping`), or (without `violation`) about a file.

    cases: where a rule looks at several columns, which of them a finding names: that of the first case that holds.
    law_day: the fact that says on which day's law a finding rests, where that is not the record's era.
    remedy: one of REMEDIES; notice: what a subscriber is told, by language, where the title does not do.
    """

    code: str
    name: str
    severity: str
    eras: tuple[str, ...]
    field: str | None
    applies: str | None
    violation: str | None
    needs: Needs | None
    title: dict[str, str]
    explain: dict[str, str]
    action: dict[str, str]
    basis: tuple[Basis, ...]
    examples: tuple[Example, ...]
    source: str
    grouping: Grouping | None = None
    parameters: tuple[tuple[str, int], ...] = ()
    cases: tuple[Case, ...] = ()
    law_day: str | None = None
    remedy: str = NOBODY
    notice: dict[str, str] = default(default_factory=dict)

    @property
    def told(self) -> dict[str, str]:
        """What a subscriber is told of a finding, by language."""
        return self.notice or self.title

    @property
    def fields(self) -> tuple[str | None, ...]:
        """The columns that findings of the rule may name."""
        return tuple(case.field for case in self.cases) or (self.field,)

    def filled(self, sql: str) -> str:
        """Return `sql` with the rule's parameters in place of their names. Raises KeyError on one it does not have."""
        values = dict(self.parameters)
        return _PARAMETER.sub(lambda match: str(values[match[1]]), sql)

    def with_parameter(self, name: str, value: int) -> Rule:
        """Return the rule with one parameter changed. Raises KeyError if it has none of that name."""
        values = dict(self.parameters)
        values[name]  # a name must be known already
        return replace(self, parameters=tuple((values | {name: value}).items()))

    def bases_in(self, era: str, law: Law) -> list[Basis]:
        """Return the bases that hold in `era`; of an era of stock, those that are its own, if there are any."""
        own = [b for b in self.basis if law.is_stock(era) and era in b.eras]
        return own or [b for b in self.basis if law.reaches(b.eras, era)]

    def basis_in(self, era: str, law: Law) -> str:
        """Return what a finding of `era` cites: instruments and provisions, `; ` between them."""
        return "; ".join(f"{law.instruments[b.instrument].number}, {b.provision}" for b in self.bases_in(era, law))
