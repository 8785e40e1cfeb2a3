"""Writes the sheets about what was found across records: identities, groups, points of sale, clerks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from thuebao.base.messages import text
from thuebao.reports.excel.book import COUNT, NUMBER, TEXT, Book, Sheet, Value
from thuebao.reports.format import column_title, titled
from thuebao.results.one_operator import View
from thuebao.results.result import Group


def write_identities(book: Book, view: View) -> None:
    """Write how many identities have how many numbers, and the largest groups of the rules that were asked for."""
    result = view.result
    sheet = book.sheet("report.identities", (30, 12, 14, 16, 24, 24, 24, 24))
    sheet.title(text("summary.identities"))
    sheet.repeat(0)
    if result.identities is None:
        sheet.note(text("report.identities_unknown"))
    else:
        labels = next(iter(result.identities.values()))
        rows: Iterable[list[Value]] = (
            [text("summary.all_operators") if operator is None else operator, *tiers.values()]
            for operator, tiers in result.identities.items()
        )
        sheet.table([*titled(TEXT, "summary.operator"), *((label, COUNT) for label in labels)], rows)
    for code, groups in result.groups.items():
        sheet.gap()
        sheet.title(text("summary.groups", code=code))
        _groups(sheet, groups, whole=view.operator is None)


def _groups(sheet: Sheet, groups: Sequence[Group], *, whole: bool) -> None:
    """Write the records of groups; of one operator's, without their size, which includes others' records."""
    if not groups:
        sheet.note(text("report.none"))
        return
    first, *others = ((column_title(name), NUMBER if name == "record" else TEXT) for name in groups[0].records.columns)
    rows = (
        (row[0], group.number, *([group.size] if whole else []), *row[1:])
        for group in groups
        for row in group.records.iter_rows()
    )
    size = titled(COUNT, "report.size") if whole else []
    sheet.table([first, *titled(NUMBER, "report.group"), *size, *others], rows)


def write_offenders(book: Book, view: View) -> None:
    """Write the points of sale and the clerks with the most findings."""
    sheet = book.sheet("report.points_of_sale", (48, 20, 14, 14))
    titles = [*titled(TEXT, "summary.name", "summary.operator"), *titled(COUNT, "summary.findings", "summary.records")]
    for by, title in (("point_of_sale", "summary.points_of_sale"), ("clerk_name", "summary.clerks")):
        some = view.result.offenders.filter(pl.col("by") == by)
        sheet.title(text(title))
        sheet.table(titles, some.select("name", "operator", "findings", "records").iter_rows())
        sheet.gap()
    sheet.repeat(0)
    if view.operator is not None:
        sheet.note(text("report.offenders_note"))
