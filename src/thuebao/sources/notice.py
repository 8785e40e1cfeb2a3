"""What is said about a file beyond findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from thuebao.base.messages import text
from thuebao.sources.batch import BLANK


@dataclass(frozen=True)
class Notice:
    """A remark on a file.

    code: stable, for programs; text: for people, without the file's path and values; count: None if it counts nothing.
    """

    code: str
    text: str
    count: int | None = None


def digits_lost(headers: Mapping[str, str], counted: Mapping[str, int]) -> Notice | None:
    """Return the notice on numbers that an exponent took digits from; headers: canonical column → the file's own."""
    if not counted:
        return None
    count = sum(counted.values())
    listed = ", ".join(f"'{header.strip()}'" for column, header in headers.items() if column in counted)
    return Notice("digits_lost", text("notice.digits_lost", headers=listed, count=count), count)


def rows_passed_over(counted: Mapping[str, int]) -> Notice | None:
    """Return the notice on rows that are no records, None where there are none, or only blank ones."""
    said = {kind: count for kind, count in counted.items() if count}
    if not said.keys() - {BLANK}:
        return None
    listed = ", ".join(text(f"passed_over.{kind}", count=count) for kind, count in said.items())
    return Notice("rows_passed_over", text("notice.rows_passed_over", rows=listed), sum(said.values()))
