"""Prints what was followed: the table of the last day, what is overdue, and the curve over the days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.rule import Rule as Line
from rich.table import Table

from thuebao.base.messages import text
from thuebao.reports.follow.tables import (
    CURVE,
    below,
    list_line,
    rows,
    shares,
    tables,
    verdict,
)
from thuebao.reports.format import NOTHING, day, number, share, titled
from thuebao.reports.terminal import light_table, plain
from thuebao.results.follow.result import FailOn, Followed

_BLOCKS = "▁▂▃▄▅▆▇█"
_LONGEST = 10


def print_followed(followed: Followed, fail_on: FailOn, console: Console) -> None:
    """Print the tables."""
    last = followed.days[-1]
    parts: list[RenderableType] = [
        plain(list_line(followed.listed)),
        Line(text("follow.on_day", day=day(last.day)), align="left"),
    ]
    for _, names, shared in tables(followed):
        parts += [_table(followed, names, shared=shared), ""]
    if len(followed.days) > 1:
        parts += [Line(text("follow.curve"), align="left"), _curve(followed)]
        if len(followed.operators) > 1:
            parts += ["", _sparks(followed)]
        parts.append("")
    parts += [*map(plain, below(followed)), "", plain(verdict(followed, fail_on))]
    console.print(Group(*parts))


def _table(followed: Followed, names: Sequence[str], *, shared: bool) -> Table:
    shares_title = titled("right", "follow.share") if shared else []
    columns = titled("right", *(f"follow.{name}" for name in names))
    table = _narrow(*titled("left", "summary.operator"), *columns[:2], *shares_title, *columns[2:])
    for operator, counts in rows(followed, -1):
        cells = [number(counts[name]) for name in names]
        of_all = [share(counts["put_right"], counts["to_put_right"])] if shared else []
        table.add_row(plain(operator), *cells[:2], *of_all, *cells[2:])
    return _fitted(table)


def _curve(followed: Followed) -> Table:
    titles = [*titled("left", "follow.day"), *titled("right", *(f"follow.{name}" for name in CURVE))]
    table = _narrow(*titles, *titled("right", "follow.share"), ("", "left"))
    for one, part in zip(followed.days, shares(followed, None), strict=True):
        totals: Mapping[str, int] = one.totals
        of_all = share(totals["put_right"], totals["to_put_right"])
        table.add_row(day(one.day), *(number(totals[name]) for name in CURVE), of_all, _bar(part))
    return _fitted(table)


def _narrow(*columns: tuple[str, str]) -> Table:
    """Return a table of many columns of numbers: their titles are folded, and no name or day is."""
    table = light_table(*columns)
    for column in table.columns:
        column.no_wrap = column.justify == "left"
        column.vertical = "bottom"
    return table


def _fitted(table: Table) -> Table:
    """Make columns of numbers as narrow as their longest word or cell: else words and shares are cut in two."""
    for column in table.columns:
        if column.justify == "right":
            words = str(column.header).split()
            column.width = max(cell_len(str(part)) for part in (*words, *column.cells))
    return table


def _sparks(followed: Followed) -> Table:
    table = light_table(*titled("left", "summary.operator", "follow.share"), ("", "right"))
    for operator in followed.operators:
        parts = shares(followed, operator)
        last = followed.days[-1].counts[operator]
        table.add_row(plain(operator), spark(parts), share(last["put_right"], last["to_put_right"]))
    return table


def spark(parts: Sequence[float | None]) -> str:
    """Return shares as blocks beside each other, from nothing to all."""
    top = len(_BLOCKS) - 1
    return "".join(NOTHING if part is None else _BLOCKS[min(top, int(part * len(_BLOCKS)))] for part in parts)


def _bar(part: float | None) -> str:
    return "" if part is None else "█" * round(part * _LONGEST)
