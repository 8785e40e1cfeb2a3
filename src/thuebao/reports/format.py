"""Numbers, shares, days, and titles of columns as reports write them in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from thuebao.base.messages import decimal, grouped, language, text
from thuebao.results.result import RuleResult
from thuebao.rulebook.columns import columns
from thuebao.rulebook.load import SEVERITIES

NOTHING = "–"
"""What stands in a cell without a value."""
_TITLES = {
    "month": "summary.month",
    "path": "summary.file",
    "record": "report.record",
    "province_now": "fact.province_now",
    "identity": "fact.identity",
    "customer": "fact.customer",
    "document_number": "fact.document_number",
    "birth_day": "fact.birth_day",
    "issue_day": "fact.issue_day",
    "case_folded_name": "fact.name",
    "comparable_name": "fact.name",
    "comparable_portrait": "fact.portrait",
    "sim_number": "fact.sim_number",
    "sim_block": "fact.sim_block",
    "named_operator": "fact.operator",
    "registration_moment": "fact.registration",
    "registration_minute": "fact.registration",
    "point_of_sale": "fact.point_of_sale",
}
"""What tables of records have beside canonical columns: where a record stands, and facts."""
MOST_ROWS = 100
"""Rows of a table on a screen or a page, our choice: a longer list is read from the JSON document or the findings."""


def number(value: int | None) -> str:
    """Return a whole number with its thousands grouped, as the language has it; a dash where none is known."""
    return NOTHING if value is None else grouped(value)


def share(part: int, whole: int) -> str:
    """Return a share in per cent; a small one is never rounded to 0, nor a large one to 100."""
    if not whole or not part:
        return NOTHING if not whole else text("number.percent", value="0")
    if part == whole:
        return text("number.percent", value="100")
    percent = min(max(100 * part / whole, 0.01), 99.99)
    return text("number.percent", value=decimal(percent, 2 if percent < 10 or percent > 99 else 1))


def day(value: date | None) -> str:
    """Return a day as the language writes it, or a dash where there is none."""
    if value is None:
        return NOTHING
    return f"{value:%d/%m/%Y}" if language() == "vi" else value.isoformat()


def time_of_day(value: datetime) -> str:
    """Return a day with the time to the second."""
    return f"{day(value.date())} {value:%H:%M:%S}"


def worst_first(rules: Iterable[RuleResult]) -> list[RuleResult]:
    """Return rules by severity, then by how many records violate them."""
    return sorted(rules, key=lambda r: (SEVERITIES.index(r.rule.severity), -r.violations))


def column_title(name: str) -> str:
    """Return what a canonical column, or what else a table of records has, is called; any other name as it is."""
    column = columns().get(name)
    if column:
        return column.title[language()]
    return text(_TITLES[name]) if name in _TITLES else name


def named_column(name: str) -> str:
    """Return the title of a canonical column with its name; the title alone of anything else."""
    title = column_title(name)
    return f"{title} ({name})" if name in columns() else title


def named_columns(names: str) -> str:
    """Return a text with titles beside the names of canonical columns in it, such as `address, pos_code | pos_name`."""
    return ", ".join(" | ".join(map(named_column, group.split(" | "))) for group in names.split(", "))


def titled(kind: str, *keys: str) -> list[tuple[str, str]]:
    """Return columns of a table, each a (title, kind), for text keys; what kinds there are is up to the format."""
    return [(text(key), kind) for key in keys]
