"""The remedial timetable: when the steps after a notice of wrong information fall due (reference/remedial.toml)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from thuebao.base.errors import UsageError
from thuebao.rulebook.law import Law
from thuebao.rulebook.reference import Reference

STEPS = ("notice", "one_way", "two_way", "end")
"""The steps in their order."""


@dataclass(frozen=True)
class Days:
    """The last days on which the steps that follow a first notice are in time: past one, it is overdue."""

    notice: date
    one_way: date
    two_way: date
    end: date


@dataclass(frozen=True)
class Timetable:
    """The terms for first notices from `start` on, in days, and where the law sets them.

    notice_days: on so many days notices are sent, at least once a day; at_least: or on more.
    whole_contract: every other number of the same contract is notified too.
    """

    start: date
    notice_days: int
    at_least: bool
    one_way: int
    two_way: int
    end: int
    whole_contract: bool
    instrument: str
    provision: str

    def days(
        self,
        first_notice: date,
        one_way_since: date | None = None,
        two_way_since: date | None = None,
        *,
        not_before: date | None = None,
    ) -> Days:
        """Return the days of the steps after `first_notice`: each runs from the day of the one before it.

        That is the day on which service was suspended, if it was; one before the notice has another cause and starts no
        clock. Otherwise it is the last day in time, and not before `not_before`: what is overdue is yet to be done.
        """

        def taken(since: date | None, due: date) -> date:
            if since is not None and since >= first_notice:
                return since
            return due if not_before is None else max(due, not_before)

        one_way = first_notice + timedelta(days=self.one_way)
        two_way = taken(one_way_since, one_way) + timedelta(days=self.two_way)
        return Days(first_notice, one_way, two_way, taken(two_way_since, two_way) + timedelta(days=self.end))

    def basis(self, law: Law) -> str:
        """Return the provision that sets the terms, as a finding would cite it."""
        return f"{law.instruments[self.instrument].number}, {self.provision}"


def timetables(reference: Reference) -> tuple[Timetable, ...]:
    """Return all timetables that a first notice can start, the earliest first."""
    return tuple(
        Timetable(
            start=entry["from"],
            notice_days=entry["notice_days"],
            at_least=entry["at_least"],
            one_way=entry["one_way_after_notice"],
            two_way=entry["two_way_after_one_way"],
            end=entry["end_after_two_way"],
            whole_contract=entry["whole_contract"],
            instrument=entry["instrument"],
            provision=entry["provision"],
        )
        for entry in reference.document("remedial")["notice"]
    )


def timetable_on(first_notice: date, known: Sequence[Timetable], as_of: date) -> Timetable:
    """Return the timetable that a first notice on that day starts.

    Raises UsageError where none was in force yet, and for a day after `as_of`: what the law will be is not known.
    """
    if first_notice < known[0].start:
        raise UsageError("first_notice_before_law", day=first_notice, start=known[0].start)
    if first_notice > as_of:
        raise UsageError("first_notice_to_come", day=first_notice, as_of=as_of)
    return next(timetable for timetable in reversed(known) if timetable.start <= first_notice)
