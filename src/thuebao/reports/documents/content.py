"""What an annex holds: the fields of these classes are those that a template may name (docs/documents.md).

Nothing in them is a value of a record: no more than file names, names of operators, counts, and the texts of rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from thuebao.base.messages import grouped

MOST_ROWS = 500
"""Operators, files and lines of exposure that a document holds: more are read from the other reports; our choice."""


class Count(int):
    """A number that a template may compare, and that is written with its thousands grouped."""

    def __str__(self) -> str:
        return grouped(int(self))


@dataclass(frozen=True)
class OperatorRow:
    """An operator's counts; sentence: the same in words."""

    name: str
    records: Count
    with_errors: Count
    share_with_errors: str
    with_findings: Count
    share_with_findings: str
    sentence: str


@dataclass(frozen=True)
class RuleRow:
    """A violated rule: what it says, what is to be done, where the latest law says it, and how often it is violated.

    exposure: the clause on fines that it points to, nothing unless that was asked for.
    """

    code: str
    severity: str
    title: str
    remedy: str
    law: str
    exposure: str
    records: Count
    share: str


@dataclass(frozen=True)
class InputRow:
    """A file as it was received; sha256: nothing where it was not worked out."""

    path: str
    records: str
    rejected: str
    sha256: str


@dataclass(frozen=True)
class ExposureRow:
    """What a clause on fines provides for at an operator; remarks: what is to be borne in mind beside the amount."""

    operator: str
    clause: str
    act: str
    counted: str
    amount: str
    sanctions: str
    remarks: str


@dataclass(frozen=True)
class NotComputedRow:
    """Acts of an operator for which a clause on fines gives no amount here, and why."""

    operator: str
    clause: str
    reason: str


@dataclass(frozen=True)
class RemedyRow:
    """Numbers of an operator to be notified, and errors that are its own."""

    operator: str
    own_information: Count
    same_contract: Count
    carrier: Count


@dataclass(frozen=True)
class Annex:
    """All that a document can say of an audit.

    paragraph: can stand in the minutes by itself; day: what `as_of` says, for dates of the file itself.
    """

    title: str
    paragraph: str
    as_of: str
    tool: str
    law: str
    made_by: str
    where: str
    file_count: Count
    unreadable_count: Count
    records: Count
    rejected: Count
    records_with_errors: Count
    share_with_errors: str
    records_with_findings: Count
    share_with_findings: str
    violated_rules: Count
    operator_count: Count
    operators: tuple[OperatorRow, ...]
    rules: tuple[RuleRow, ...]
    inputs: tuple[InputRow, ...]
    unreadable: tuple[str, ...]
    doubts: tuple[str, ...]
    exposure: tuple[ExposureRow, ...]
    not_computed: tuple[NotComputedRow, ...]
    exposure_caveats: tuple[str, ...]
    remedies: tuple[RemedyRow, ...]
    day: date
