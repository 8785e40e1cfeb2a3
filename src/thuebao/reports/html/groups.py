"""Sections of the page about what was found across records: groups, identities, points of sale, clerks."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from thuebao.base.messages import text
from thuebao.reports.format import NOTHING, named_column, number, titled
from thuebao.reports.html.labels import hint, sentence
from thuebao.reports.html.markup import Markup, joined, tag
from thuebao.reports.html.table import NUMBER, TEXT, Column, table
from thuebao.results.result import AuditResult, Group


def all_groups(groups: Mapping[str, list[Group]]) -> Markup:
    """Return the largest groups of each rule that was asked for, their records side by side."""
    return joined(
        (tag("h3", text("summary.groups", code=code)), map(_group, some) if some else sentence("page.none"))
        for code, some in groups.items()
    )


def _group(group: Group) -> Markup:
    size, some = number(group.size), number(group.records.height)
    caption = text("summary.group", number=group.number, size=size, some=some)
    columns = [(named_column(name), TEXT) for name in group.records.columns]
    rows = ([NOTHING if value is None else str(value) for value in row] for row in group.records.iter_rows())
    return table(caption, columns, rows)


def identities(result: AuditResult) -> Markup:
    """Return how many identities have how many numbers, by operator."""
    if result.identities is None:
        return sentence("page.identities_unknown")
    tiers = list(result.identities[None])
    titles: list[Column] = [*titled(TEXT, "summary.operator"), *((tier, NUMBER) for tier in tiers)]
    rows = ([operator, *map(number, of.values())] for operator, of in result.identities.items() if operator is not None)
    total = [text("summary.all_operators"), *map(number, result.identities[None].values())]
    return joined(
        hint("page.identities_note"),
        table(text("page.identities"), titles, rows, name="tiers", quiet=True, total=total),
    )


def offenders(result: AuditResult) -> Markup:
    """Return the points of sale and the clerks with the most findings."""
    parts = []
    titles = [*titled(TEXT, "summary.name", "summary.operator"), *titled(NUMBER, "summary.findings", "summary.records")]
    for by, title in (("point_of_sale", text("summary.points_of_sale")), ("clerk_name", text("summary.clerks"))):
        some = result.offenders.filter(pl.col("by") == by).select("name", "operator", "findings", "records")
        rows = ((name, operator, number(found), number(of)) for name, operator, found, of in some.iter_rows())
        parts.append(tag("h3", title))
        name = by.replace("_", "-")
        parts.append(table(title, titles, rows, name=name, quiet=True) if some.height else sentence("page.none"))
    return joined(parts)
