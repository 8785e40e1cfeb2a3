"""What other parts of the program hand to a document if they were asked for: exposure to fines, numbers to notify."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ExposureLine:
    """What a clause provides for what was found at an operator.

    counted: of what the bracket counts; unit: of what, in words; least, most: in VND, None where they cannot be
    computed; remark: why, or what else must be said of the figures.
    """

    operator: str
    clause: str
    act: str
    counted: int
    unit: str
    least: int | None
    most: int | None
    sanctions: tuple[str, ...] = ()
    remark: str = ""


@dataclass(frozen=True)
class Exposure:
    """Exposure to fines. caveats: stand beside every figure; clauses: what each rule points to, by its code."""

    lines: tuple[ExposureLine, ...]
    caveats: tuple[str, ...]
    clauses: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RemedyCount:
    """How many numbers of an operator are to be notified, by reason, and how many errors are the operator's own."""

    operator: str
    own_information: int
    same_contract: int
    carrier: int
