"""Renders what was followed as a page: the last day, what is overdue, the curve over the days, every day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from thuebao import __version__
from thuebao.base.messages import text
from thuebao.reports.follow.tables import (
    CURVE,
    below,
    list_line,
    rows,
    tables,
    verdict,
)
from thuebao.reports.format import day, number, share, time_of_day, titled
from thuebao.reports.html.frame import Section, document
from thuebao.reports.html.line_chart import line_chart
from thuebao.reports.html.markup import Content, Markup, joined, tag
from thuebao.reports.html.table import NUMBER, TEXT, table
from thuebao.results.follow.result import FailOn, Followed

_MOST_CURVES = 40
"""Operators that have a drawing of their own, our choice: the tables have all."""


def render_page(followed: Followed, fail_on: FailOn, made: datetime) -> Iterator[str]:
    """Yield the page in pieces. made: when."""
    last = len(followed.days) - 1
    listed: list[tuple[str, str, Markup | None]] = [
        ("summary", text("follow.on_day", day=day(followed.days[last].day)), _day(followed, last, fail_on)),
        ("curve", text("follow.curve"), _curves(followed) if last else None),
        ("days", text("follow.days_before"), _days_before(followed) if last else None),
        ("notices", text("follow.notices"), _list(followed.notices) if followed.notices else None),
        ("method", text("follow.method"), _list(below(followed))),
    ]
    sections = [Section(name, title, body) for name, title, body in listed if body is not None]
    title = text("follow.title")
    yield from document(title, _header(followed, title, made), sections, made, style="line_chart.css", script=None)


def _header(followed: Followed, title: str, made: datetime) -> Markup:
    facts = [
        (text("page.made_at"), time_of_day(made)),
        (text("follow.day"), ", ".join(day(one.day) for one in followed.days)),
        (text("page.made_with"), f"thuebao {__version__}"),
    ]
    return tag(
        "header",
        tag("h1", title),
        tag("p", list_line(followed.listed)),
        tag("dl", (tag("div", tag("dt", name), tag("dd", fact)) for name, fact in facts), class_="facts"),
    )


def _day(followed: Followed, at: int, fail_on: FailOn) -> Markup:
    return joined(tag("p", tag("strong", verdict(followed, fail_on))), _tables(followed, at))


def _days_before(followed: Followed) -> Markup:
    return joined(
        (tag("h3", text("follow.on_day", day=day(one.day))), _tables(followed, at))
        for at, one in enumerate(followed.days[:-1])
    )


def _tables(followed: Followed, at: int) -> Markup:
    return joined(
        _table(followed, at, names, key, f"table-{at}-{n}", shared=shared)
        for n, (key, names, shared) in enumerate(tables(followed))
    )


def _table(followed: Followed, at: int, names: Sequence[str], caption: str, name: str, *, shared: bool) -> Markup:
    columns = titled(NUMBER, *(f"follow.{each}" for each in names))
    share_title = titled(NUMBER, "follow.share") if shared else []
    titles = [*titled(TEXT, "summary.operator"), *columns[:2], *share_title, *columns[2:]]
    cells = []
    for operator, counts in rows(followed, at):
        numbers = [number(counts[each]) for each in names]
        part = [share(counts["put_right"], counts["to_put_right"])] if shared else []
        cells.append([operator, *numbers[:2], *part, *numbers[2:]])
    total = cells.pop() if len(followed.operators) > 1 else None
    return table(text(caption), titles, cells, name=name, total=total)


def _curves(followed: Followed) -> Markup:
    titles = [*titled(TEXT, "follow.day"), *titled(NUMBER, *(f"follow.{name}" for name in CURVE), "follow.share")]
    cells: list[list[Content]] = [
        [
            day(one.day),
            *(number(one.totals[name]) for name in CURVE),
            share(one.totals["put_right"], one.totals["to_put_right"]),
        ]
        for one in followed.days
    ]
    drawn: list[Content] = [_curve(followed, None, "curve-all")]
    if len(followed.operators) > 1:
        drawn += [_curve(followed, one, f"curve-{n}") for n, one in enumerate(followed.operators[:_MOST_CURVES])]
    listed = table(text("follow.curve"), titles, cells, name="days", quiet=True)
    return joined(listed, tag("h3", text("follow.share")), tag("div", drawn, class_="charts"))


def _curve(followed: Followed, operator: str | None, name: str) -> Markup:
    counts = [one.totals if operator is None else one.counts[operator] for one in followed.days]
    parts = [(c["put_right"], c["to_put_right"]) for c in counts]
    title = operator if operator is not None else text("follow.all_operators")
    days = [one.day for one in followed.days]
    values = [part / whole if whole else None for part, whole in parts]
    said = [share(*part) for part in parts]
    told = "; ".join(f"{day(one)}: {words}" for one, words in zip(days, said, strict=True))
    drawn = line_chart(days, values, said, f"{title}: {text('follow.share')}", told, name)
    return tag("div", tag("h4", title), drawn)


def _list(lines: Sequence[str]) -> Markup:
    return tag("ul", (tag("li", line) for line in lines))
