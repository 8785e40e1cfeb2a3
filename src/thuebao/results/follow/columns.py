"""What is counted of the numbers of a list (docs/follow.md), and how what was followed is written."""

from __future__ import annotations

PUT_RIGHT, ACTIVE, ONE_WAY, TWO_WAY, UNKNOWN = "put_right", "active", "one_way", "two_way", "status_unknown"
ENDED, GONE, NOT_CHECKED, NOT_SEEN = "ended", "gone", "not_checked", "not_seen"
WRONG = (ACTIVE, ONE_WAY, TWO_WAY, UNKNOWN)
"""The states of numbers that are still wrong."""
STATES = (PUT_RIGHT, *WRONG, ENDED, GONE, NOT_CHECKED, NOT_SEEN)
"""Each number of a list is in one of these on each day."""
IN_TIME, OVERDUE, UNDECIDED = "in_time", "overdue", "undecided"
TIMES = (IN_TIME, OVERDUE, UNDECIDED)
"""Each number that is still wrong is in one of these too."""
OVERDUE_STEPS = {ACTIVE: "one_way", ONE_WAY: "two_way", TWO_WAY: "end"}
"""State → the step that is overdue where a number in it is late."""
SCHEMA = "thuebao-follow/1"
"""The schema of the JSON document."""
COUNTS = (
    "to_put_right",
    *STATES,
    "given_again",
    "still_wrong",
    *TIMES,
    *(f"{step}_overdue" for step in OVERDUE_STEPS.values()),
    "new_numbers",
    "new_faults",
)
"""What is counted of each day and operator (docs/follow.md), in this order."""
SHARE = "share_put_right"
CSV_COLUMNS = ("day", "operator", "records", *COUNTS, SHARE)
"""The columns of the CSV."""
SHEETS = ("report.summary", "follow.curve")
"""The keys of the names of a workbook's sheets."""
