"""The remedial timetable, held against days worked out by hand from the words of the law."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

import thuebao
from thuebao.base.errors import UsageError
from thuebao.rulebook.book import read_rulebook
from thuebao.rulebook.reference import shipped_reference
from thuebao.rulebook.timetable import timetable_on, timetables

KNOWN = timetables(shipped_reference())
AS_OF = date(2030, 1, 1)

# First notice; one way, "15 days from the first day of notice"; both ways, "15 days from the day of one way"; end, "30
# days" (first notice until 2024-12-23: 49/2017) or "5 days" (from 2024-12-24: 163/2024) "from the day of both ways".
# Counted on a calendar.
BY_HAND = """
2017-04-24  2017-05-09  2017-05-24  2017-06-23
2024-12-23  2025-01-07  2025-01-22  2025-02-21
2024-12-24  2025-01-08  2025-01-23  2025-01-28
2024-12-31  2025-01-15  2025-01-30  2025-02-04
2025-01-01  2025-01-16  2025-01-31  2025-02-05
2025-01-31  2025-02-15  2025-03-02  2025-03-07
2024-01-31  2024-02-15  2024-03-01  2024-03-31
2024-02-29  2024-03-15  2024-03-30  2024-04-29
2024-02-14  2024-02-29  2024-03-15  2024-04-14
2028-01-31  2028-02-15  2028-03-01  2028-03-06
2028-02-29  2028-03-15  2028-03-30  2028-04-04
2026-12-31  2027-01-15  2027-01-30  2027-02-04
2026-11-28  2026-12-13  2026-12-28  2027-01-02
"""
ROWS = [tuple(map(date.fromisoformat, line.split())) for line in BY_HAND.split("\n") if line]


@pytest.mark.parametrize(("notice", "one_way", "two_way", "end"), ROWS)
def test_the_days_of_the_steps(notice: date, one_way: date, two_way: date, end: date) -> None:
    days = timetable_on(notice, KNOWN, AS_OF).days(notice)
    assert (days.notice, days.one_way, days.two_way, days.end) == (notice, one_way, two_way, end)


@pytest.mark.parametrize(("notice", "one_way", "two_way", "end"), ROWS)
def test_the_rules_find_a_step_overdue_the_day_after_its_last(
    notice: date, one_way: date, two_way: date, end: date, tmp_path: Path
) -> None:
    states = {
        "REM101": ("active", "", "", one_way),
        "REM102": ("one_way", one_way.isoformat(), "", two_way),
        "REM103": ("two_way", one_way.isoformat(), two_way.isoformat(), end),
    }
    header = "msisdn,first_notice_at,info_updated_at,status,one_way_since,two_way_since"
    for code, (status, since, both, due) in states.items():
        file = tmp_path / f"{code}.csv"
        file.write_text(f"{header}\n0912345678,{notice},,{status},{since},{both}\n", "utf-8")
        for later, count in ((0, 0), (1, 1)):
            result = thuebao.audit(
                file, as_of=due + timedelta(days=later), select=[code], operator="Viettel", strict=True
            )
            assert {rule.rule.code: rule.violations for rule in result.rules}[code] == count, (code, later)


def test_a_step_runs_from_the_day_of_the_one_before_it() -> None:
    notice = date(2025, 3, 1)
    timetable = timetable_on(notice, KNOWN, AS_OF)
    taken = timetable.days(notice, date(2025, 3, 10), date(2025, 3, 28))
    assert (taken.one_way, taken.two_way, taken.end) == (date(2025, 3, 16), date(2025, 3, 25), date(2025, 4, 2))
    # A lock of before the notice has another cause; one of the same day may be of the notice.
    assert timetable.days(notice, date(2025, 2, 28), date(2025, 2, 28)) == timetable.days(notice)
    assert timetable.days(notice, notice).two_way == date(2025, 3, 16)


def test_what_is_overdue_is_yet_to_be_done() -> None:
    notice = date(2025, 3, 1)
    timetable = timetable_on(notice, KNOWN, AS_OF)
    days = timetable.days(notice, not_before=date(2025, 3, 20))
    assert (days.one_way, days.two_way, days.end) == (date(2025, 3, 16), date(2025, 4, 4), date(2025, 4, 9))
    assert timetable.days(notice, not_before=notice) == timetable.days(notice)


def test_only_decree_163_reaches_the_other_numbers_of_a_contract() -> None:
    law = read_rulebook().law
    before, since = (timetable_on(date(2024, 12, day), KNOWN, AS_OF) for day in (23, 24))
    assert (before.whole_contract, since.whole_contract) == (False, True)
    assert before.basis(law).startswith("49/2017/NĐ-CP, Điểm e khoản 8 Điều 15")
    assert since.basis(law) == "163/2024/NĐ-CP, Khoản 1, khoản 2 Điều 25"


@pytest.mark.parametrize(
    ("notice", "as_of", "key"),
    [
        (date(2017, 4, 23), AS_OF, "first_notice_before_law"),
        (date(2026, 11, 29), date(2026, 11, 28), "first_notice_to_come"),
    ],
)
def test_a_day_without_a_timetable_is_refused(notice: date, as_of: date, key: str) -> None:
    with pytest.raises(UsageError) as refused:
        timetable_on(notice, KNOWN, as_of)
    assert refused.value.key == key
    assert str(notice) in str(refused.value)


def test_a_notice_may_be_of_the_day_itself() -> None:
    assert timetable_on(date(2026, 11, 28), KNOWN, date(2026, 11, 28)) == KNOWN[-1]
