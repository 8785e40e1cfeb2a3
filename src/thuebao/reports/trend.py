"""Shows a trend on a screen: at most a screen of it, or everything."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct
from rich.console import Console, Group, RenderableType
from rich.rule import Rule as Line
from rich.table import Table
from rich.text import Text

from thuebao.base.messages import text
from thuebao.reports.format import NOTHING, day, number, share, titled
from thuebao.reports.screen.section import Section, fill, one_line
from thuebao.reports.terminal import light_table, plain, severity_label
from thuebao.results.trend import Series, Step, Trend, part_and_whole, steps
from thuebao.rulebook.load import SEVERITIES

_MOST_LINES = 45
_NAMES = 30
"""Columns of the screen for what a row is about with its change."""
_RULES = 12
"""Rules that grow before other tables do."""


def notices(trend: Trend) -> list[str]:
    """Return what makes results less comparable with those before them."""
    return [f"{day(one)}: {text(f'compare.{notice.kind}', **notice.values)}" for one, notice in trend.notices]


def cell(point: Struct | None) -> str:
    """Return how many are in violation, with their share; a dash for a gap."""
    if point is None:
        return NOTHING
    part, whole = part_and_whole(point)
    return f"{number(part)} ({share(part, whole)})"


def change(step: Step | None) -> str:
    """Return how many more or fewer there are, with a sign; a dash where either side is a gap."""
    return NOTHING if step is None else f"{'+' * (step.part > 0)}{number(step.part)}"


def province_name(series: Series[str | None, Any]) -> str:
    """Return the name of a province, or that there was none."""
    return text("summary.none") if series.key is None else series.key


def worst_rules(trend: Trend) -> list[Series[str, Any]]:
    """Return the rules with violations in any result, by severity and then by the latest that is known."""

    def latest(series: Series[str, Any]) -> int:
        return next((point.violations for point in reversed(series.points) if point is not None), 0)

    hit = [series for series in trend.rules if any(point and point.violations for point in series.points)]
    return sorted(hit, key=lambda series: (SEVERITIES.index(trend.severity(series.key)), -latest(series)))


def print_trend(trend: Trend, console: Console, *, full: bool) -> None:
    """Print the trend; full: every result, rule and province."""
    console.print(Group(*(_everything(trend) if full else _screen(trend, console))))


def _screen(trend: Trend, console: Console) -> list[RenderableType]:
    counted: list[Series[Any, Any]] = [*trend.operators, trend.total, *trend.rules, *trend.provinces]
    widest = max(len(cell(point)) for series in counted for point in series.points)
    shown = max(2, (console.width - _NAMES) // (widest + 2))
    operators = _section(trend, "trend.operators", shown, _of_operators(trend))
    rules = [(_code(trend, s), s) for s in worst_rules(trend)]
    by_rule = _section(trend, "trend.rules", shown, rules)
    provinces = [(one_line(province_name(series)), series) for series in trend.provinces]
    sections = [operators, by_rule, *([_section(trend, "trend.provinces", shown, provinces)] if provinces else [])]
    head: list[RenderableType] = [one_line(_head(trend))]
    left = len(trend.days) - shown
    if left > 0:
        head.append(one_line(text("trend.more_days", count=left, option="--full")))
    fixed = Section(0, lambda _: head)
    growth = [(operators, 4), (by_rule, _RULES), *((one, 8) for one in sections[2:])]
    growth += [(one, _MOST_LINES) for one in sections]
    fill([fixed, *sections], growth, _MOST_LINES, console)
    return [*head, *(part for section in sections for part in section.parts)]


def _head(trend: Trend) -> str:
    days = trend.days
    return text("trend.head", count=len(days), first=day(days[0]), last=day(days[-1]))


def _of_operators(trend: Trend) -> list[tuple[Text, Series[Any, Any]]]:
    rows: list[tuple[Text, Series[Any, Any]]] = [(one_line(s.key), s) for s in trend.operators]
    return [*rows, (Text(text("summary.all_operators"), "bold"), trend.total)] if len(rows) > 1 else rows


def _code(trend: Trend, series: Series[str, Any]) -> Text:
    return Text.assemble(series.key, " ", severity_label(trend.severity(series.key)))


def _section(trend: Trend, title: str, shown: int, rows: Sequence[tuple[Text, Series[Any, Any]]]) -> Section:
    def render(n: int) -> list[RenderableType]:
        table = light_table(
            (text(title), "left"),
            *((day(one), "right") for one in trend.days[-shown:]),
            *titled("right", "trend.change"),
        )
        for name, series in rows[:n]:
            last = list(steps(series.points))[-1]
            table.add_row(name, *map(cell, series.points[-shown:]), _coloured(last))
        left = len(rows) - n
        rest = [one_line(text("trend.more_rows", count=left, option="--full"))] if left else []
        return [*([table] if n else []), *rest]

    return Section(len(rows), render)


def _coloured(step: Step | None) -> Text:
    return Text(change(step), "bold red" if step and step.part > 0 else "green" if step and step.part < 0 else "")


def _everything(trend: Trend) -> list[RenderableType]:
    parts: list[RenderableType] = [plain(_head(trend)), Line(text("trend.results"), align="left"), _results(trend)]
    named: list[tuple[str, Iterable[tuple[Text, Series[Any, Any]]]]] = [
        ("trend.operators", _of_operators(trend)),
        ("trend.rules", [(_code(trend, s), s) for s in worst_rules(trend)]),
        ("trend.provinces", [(plain(province_name(s)), s) for s in trend.provinces]),
    ]
    for title, rows in named:
        table = _long(trend, title, rows)
        if table.row_count:
            parts += [Line(text(title), align="left"), table]
    return parts


def _results(trend: Trend) -> Table:
    table = light_table(*titled("left", "trend.day", "summary.file", "trend.law"))
    for one, result in zip(trend.days, trend.results, strict=True):
        table.add_row(day(one), plain(result.path), plain(result.law))
    return table


def _long(trend: Trend, title: str, rows: Iterable[tuple[Text, Series[Any, Any]]]) -> Table:
    """Return a row for each result of each series."""
    table = light_table(
        (text(title), "left"),
        *titled("left", "trend.day"),
        *titled("right", "trend.whole", "trend.part", "summary.share", "trend.change"),
    )
    for name, series in rows:
        for n, (one, point, step) in enumerate(zip(trend.days, series.points, steps(series.points), strict=True)):
            part, whole = part_and_whole(point) if point is not None else (None, None)
            of = share(part, whole) if part is not None and whole is not None else NOTHING
            first = name if n == 0 else Text()
            table.add_row(first, day(one), number(whole), number(part), of, _coloured(step))
    return table
