"""The time of Viet Nam, in which the law counts days and results are dated."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from thuebao.base.errors import UsageError

VIET_NAM = ZoneInfo("Asia/Ho_Chi_Minh")


def now() -> datetime:
    """Return the current time in Viet Nam."""
    return datetime.now(VIET_NAM)


def today() -> date:
    """Return today's date in Viet Nam."""
    return now().date()


def read_day(said: str) -> date:
    """Return the day that `2026-11-28` or `28/11/2026` means. Raises UsageError for what is none."""
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(said.strip(), form).date()
        except ValueError:
            continue
    raise UsageError("day_form", value=said)
