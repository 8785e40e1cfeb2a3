"""What the law provides for the acts that an audit's errors point to, as plain data: never a sum, never a product."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from thuebao.rulebook.fines import Bracket, Caveat, Sanction, Texts


@dataclass(frozen=True)
class Exposure:
    """One clause for one operator, by one measure (rulebook/fines.py MEASURES); short: the clause as a screen has it.

    codes: the rules whose errors are counted. count: how many different numbers, or points of sale, in current form;
    unidentified: records whose number or point of sale is missing or malformed, which are not in `count`; files: files
    that the errors are about. All three are of acts whose law is at hand; before: how many different ones there are of
    acts from before that, undated: of acts whose day is not known. Neither of these is computed.
    bracket, least, most: None where nothing can be computed. sanctions: what else the clause provides for.
    """

    operator: str
    fine: str
    clause: str
    short: str
    instrument: str
    act: Texts
    measure: str
    codes: tuple[str, ...]
    count: int
    unidentified: int
    files: int
    before: int
    undated: int
    bracket: Bracket | None
    least: int | None
    most: int | None
    sanctions: tuple[Sanction, ...]
    trust: str
    mapping_trust: str
    caveats: tuple[Caveat, ...]

    @property
    def cited(self) -> str:
        """The clause with the decree that it is of."""
        return f"{self.clause} {self.instrument}"


@dataclass(frozen=True)
class Sign:
    """Findings that are named beside a clause and never computed: warnings, and signs that are not the act itself."""

    operator: str
    fine: str
    clause: str
    instrument: str
    act: Texts
    code: str
    severity: str
    findings: int

    @property
    def cited(self) -> str:
        """The clause with the decree that it is of."""
        return f"{self.clause} {self.instrument}"


@dataclass(frozen=True)
class Exposures:
    """What an audit was asked to say of fines. since: the first day of acts whose law is at hand.

    not_computable: what is said of acts before that.
    """

    currency: str
    since: date
    not_computable: Texts
    caveats: tuple[Caveat, ...]
    rows: Sequence[Exposure]
    signs: Sequence[Sign]

    def of(self, operator: str) -> Exposures:
        """Return what concerns one operator."""
        return Exposures(
            self.currency,
            self.since,
            self.not_computable,
            self.caveats,
            tuple(row for row in self.rows if row.operator == operator),
            tuple(sign for sign in self.signs if sign.operator == operator),
        )
