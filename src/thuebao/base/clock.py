"""The time of Viet Nam, in which the law counts days and results are dated."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

VIET_NAM = ZoneInfo("Asia/Ho_Chi_Minh")


def now() -> datetime:
    """Return the current time in Viet Nam."""
    return datetime.now(VIET_NAM)


def today() -> date:
    """Return today's date in Viet Nam."""
    return now().date()
