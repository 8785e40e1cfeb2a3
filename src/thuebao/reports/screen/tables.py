"""The tables of the screen: files, operators, other columns, groups, the worst rules; a line for each row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from thuebao.base.foreign_text import harmless
from thuebao.base.messages import language, text
from thuebao.reports.format import MOST_ROWS, NOTHING, column_title, named_columns, number, share, titled, worst_first
from thuebao.reports.screen.section import Section, one_line, short_path
from thuebao.reports.terminal import light_table, severity_label, worst_rules
from thuebao.results.result import DESELECTED, NOT_EVALUATED, PARTLY, AuditResult, Breakdown, Group
from thuebao.rulebook.load import SEVERITIES

_LONGEST_PATH, _LONGEST_FILE = 36, 24
"""Characters of a path in the table of files, and in one of groups."""
_MOST_OF_GROUPS = 2
"""Rules of which the records of groups are shown."""
WORST = 10
"""Rules that the screen names at most."""


def _with_rest(table: Table | None, left: int, key: str, option: str = "--full") -> list[RenderableType]:
    """Return a table, if it has rows, and a line about those that are left out, if there are any."""
    rest = [one_line(text(key, count=left, option=option))] if left else []
    return [*([table] if table and table.row_count else []), *rest]


def files(result: AuditResult) -> Section:
    """Return the files that were read."""
    inputs = result.inputs

    def render(n: int) -> list[RenderableType]:
        table = light_table(
            *titled("left", "summary.file", "summary.read_as"), *titled("right", "summary.records", "summary.rejected")
        )
        for read in inputs[:n]:
            written = read.format if read.encoding == "utf-8" else f"{read.format}, {read.encoding}"
            path = one_line(short_path(read.path, _LONGEST_PATH))
            table.add_row(path, one_line(written), number(read.records), number(read.rejected))
        option = "--full" if len(inputs) <= MOST_ROWS else "--format json"
        return _with_rest(table, len(inputs) - n, "screen.more_files", option)

    return Section(len(inputs), render)


def operators(result: AuditResult) -> Section:
    """Return the counts of operators; where not all are shown, those with the most records in error."""
    rows = list(result.operators.iter_rows())
    worst = worst_rules(("operator",), result.counts, result)
    order = sorted(rows, key=lambda row: -row[2])

    def render(n: int) -> list[RenderableType]:
        table = light_table(
            *titled("left", "summary.operator"),
            *titled("right", "summary.records", "summary.with_errors", "summary.share", "summary.with_findings"),
            *titled("left", "summary.worst"),
        )
        for name, records, errors, found in rows if n == len(rows) else order[:n]:
            counts = (number(records), number(errors), share(errors, records), number(found))
            table.add_row(one_line(name), *counts, one_line(", ".join(worst.get((name,), []))))
        return _with_rest(table, len(rows) - n, "screen.more_operators")

    return Section(len(rows), render)


def breakdown(result: AuditResult, counted: Breakdown) -> Section:
    """Return the counts by columns of the user's choice."""
    rows, width = counted.records, len(counted.by)
    worst = worst_rules(counted.by, counted.rules, result)

    def render(n: int) -> list[RenderableType]:
        table = light_table(
            *((column_title(name), "left") for name in counted.by),
            *titled("right", "summary.records", "summary.with_errors", "summary.share"),
            *titled("left", "summary.worst"),
        )
        for row in rows.head(n).iter_rows():
            names = (one_line(text("summary.none") if name is None else name) for name in row[:width])
            records, errors, _ = row[width:]
            counts = (number(records), number(errors), share(errors, records))
            table.add_row(*names, *counts, one_line(", ".join(worst.get(row[:width], []))))
        option = "--full" if rows.height <= MOST_ROWS else "--format json"
        return _with_rest(table, counted.rows - n, "screen.more_rows", option)

    return Section(rows.height, render)


def shown_groups(found: Mapping[str, Sequence[Group]]) -> list[Section]:
    """Return the groups of each rule with their records; where there are too many rules for that, a line for each."""
    if len(found) <= _MOST_OF_GROUPS:
        return [_groups(code, some) for code, some in found.items()]
    lines = [
        text("screen.groups_of", code=code, count=len(some), largest=max((g.size for g in some), default=0))
        for code, some in found.items()
    ]

    def render(n: int) -> list[RenderableType]:
        return [*map(one_line, lines[:n]), *_with_rest(None, len(lines) - n, "screen.more_rules")]

    return [Section(len(lines), render)]


def _groups(code: str, found: Sequence[Group]) -> Section:
    """Return the records of the largest groups that a rule found, one below the other."""
    rows = [(group.number, row) for group in found for row in group.records.iter_rows()]
    names = found[0].records.columns if found else []

    def render(n: int) -> list[RenderableType]:
        title = Text(text("summary.groups", code=code), "bold")
        if not rows:
            return [Text.assemble(title, " ", text("summary.no_groups"))]
        table = light_table((text("report.group"), "left"), *((column_title(name), "left") for name in names))
        for group, row in rows[:n]:
            path, *values = (NOTHING if value is None else str(value) for value in row)
            table.add_row(str(group), one_line(short_path(path, _LONGEST_FILE)), *map(one_line, values))
        rest = _with_rest(table, len(rows) - n, "screen.more_records")
        return [title, *rest] if n else rest

    return Section(len(rows), render)


def rules(result: AuditResult) -> Section:
    """Return the worst rules, and how many others there are."""
    hit = worst_first(r for r in result.rules if r.violations)
    silent = sum(1 for r in result.rules if not r.violations and r.status not in (DESELECTED, NOT_EVALUATED))
    unevaluated, partly = (sum(1 for r in result.rules if r.status == status) for status in (NOT_EVALUATED, PARTLY))

    def render(n: int) -> list[RenderableType]:
        table = light_table(
            *titled("left", "summary.code", "summary.severity"),
            *titled("right", "summary.violations"),
            *titled("left", "summary.rule_alone"),
        )
        for r in hit[:n]:
            title = one_line(r.rule.title[language()])
            table.add_row(Text(r.rule.code), severity_label(r.rule.severity), number(r.violations), title)
        said = [] if hit else [text("summary.no_violations")]
        if len(hit) > n:
            said.append(text("screen.more_rules", count=len(hit) - n, option="--full"))
        said.append(text("screen.silent", silent=silent, none=unevaluated, some=partly))
        return [*([table] if n else []), one_line(" ".join(said))]

    return Section(min(WORST, len(hit)), render)


def about_files(result: AuditResult) -> Section:
    """Return the findings about files, the worst first; of those that are left out, how many there are by code."""
    found = sorted(result.export_findings, key=lambda f: SEVERITIES.index(f.severity))

    def render(n: int) -> list[RenderableType]:
        lines = [
            Text.assemble(
                *(f.code, "  ", severity_label(f.severity), "  "),
                harmless(f"{short_path(f.path, _LONGEST_FILE)}: {named_columns(f.detail)}"),
                no_wrap=True,
                overflow="ellipsis",
            )
            for f in found[:n]
        ]
        left = Counter(f.code for f in found[n:])
        listed = ", ".join(f"{code} ×{number(count)}" for code, count in left.items())
        return [*lines, *([one_line(text("screen.about_files", listed=listed, option="--full"))] if left else [])]

    return Section(len(found), render)


def identities(result: AuditResult) -> Section:
    """Return a line about identities by how many numbers they have."""
    tiers = (result.identities or {}).get(None, {})
    listed = ", ".join(f"{label}: {number(count)}" for label, count in tiers.items())
    said = [one_line(text("screen.identities", listed=listed))] if any(tiers.values()) else []
    return Section(0, lambda _: said)
