"""Whom a carrier has to notify, by its lists and in numbers: what `thuebao remedy` gives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from thuebao.results.result import AuditResult
from thuebao.rulebook.timetable import Days, Timetable

SCHEMA = "thuebao-remedy/1"
"""The schema of the JSON document."""
OWN_INFORMATION, SAME_CONTRACT = "own information", "same contract"
"""Why a number is notified: for an error in its own information, or for one of another number of its contract."""

_PLACE = {"path": pl.String, "record": pl.UInt64, "line": pl.UInt64, "sheet": pl.String, "operator": pl.String}
LIST = _PLACE | {
    "msisdn": pl.String,
    "contract_number": pl.String,
    "status": pl.String,
    "reason": pl.String,
    "codes": pl.String,
    "what": pl.String,
    "first_notice": pl.Date,
    "one_way_due": pl.Date,
    "two_way_due": pl.Date,
    "end_due": pl.Date,
    "next_step": pl.String,
    "next_due": pl.Date,
    "key": pl.String,
}
"""The columns of the list of numbers to be notified: a row for each record of one."""
CARRIERS_LIST = _PLACE | {"msisdn": pl.String, "codes": pl.String, "what": pl.String, "key": pl.String}
"""The columns of the list of errors that a carrier puts right by itself: a row for each record."""

COUNTS = (
    "own_information",
    "same_contract",
    "standing",
    "notice",
    "one_way",
    "two_way",
    "end",
    "overdue",
    "carrier",
    "ended",
)
"""What is counted by operator: numbers to be notified by reason; those of them whose earlier notice stands; by the step
that is next; those for which it is overdue; records with errors of the carrier's own; and ended numbers with an error
in their information, which need no notice any more."""
_COUNTED = {"operator": pl.String} | dict.fromkeys(COUNTS, pl.Int64)


def no_counts() -> pl.DataFrame:
    """Return operator and COUNTS of nothing."""
    return pl.DataFrame(schema=_COUNTED)


@dataclass(frozen=True)
class RemedyResult:
    """What there is to be put right.

    days: of the steps after a first notice of the day asked for; counts: operator and COUNTS, for every operator;
    codes: operator, code, numbers: for how many numbers a rule is the reason, or of how many records one of the
    carrier's own is.
    """

    audit: AuditResult
    first_notice: date
    timetable: Timetable
    days: Days
    counts: pl.DataFrame
    codes: pl.DataFrame
