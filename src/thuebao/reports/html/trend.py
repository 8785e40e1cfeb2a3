"""Renders a trend as one HTML page: small charts, each with its table. It loads nothing and runs no script."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from thuebao.base.messages import text
from thuebao.reports.format import NOTHING, day, number, share, titled
from thuebao.reports.html.frame import Section, document
from thuebao.reports.html.labels import hint, sentence, severity_label
from thuebao.reports.html.line_chart import line_chart
from thuebao.reports.html.markup import Content, Markup, joined, tag
from thuebao.reports.html.table import NUMBER, SHORT, TEXT, table
from thuebao.reports.trend import change, notices, province_name, worst_rules
from thuebao.results.trend import Series, Trend, part_and_whole, share_of, steps

_MOST_DRAWN = 40
"""Rules, and provinces, that are drawn; the rest is counted, our choice."""


def render(trend: Trend, made: datetime) -> Iterator[str]:
    """Yield the page in pieces; made: when."""
    sections = [
        Section("summary", text("page.summary"), _summary(trend)),
        Section("operators", text("trend.by_operator"), _figures(trend, "operator", _operators(trend))),
        Section(
            "rules",
            text("trend.rules"),
            _some(trend, "rule", [(_rule(trend, s), s.key, s) for s in worst_rules(trend)]),
        ),
        *([Section("provinces", text("trend.provinces"), _provinces(trend))] if trend.provinces else []),
        Section("method", text("page.method"), _method(trend)),
    ]
    header = tag(
        "header",
        tag("h1", text("trend.title")),
        tag("p", text("trend.head", count=len(trend.days), first=day(trend.days[0]), last=day(trend.days[-1]))),
    )
    yield from document(text("trend.title"), header, sections, made, style="line_chart.css", script=None)


def _summary(trend: Trend) -> Markup:
    said = notices(trend)
    warned = tag("div", tag("ul", (tag("li", line) for line in said)), class_="warning") if said else None
    return joined(_figure(trend, "all", text("summary.all_operators"), trend.total), warned)


def _operators(trend: Trend) -> list[tuple[Content, str, Series[Any, Any]]]:
    return [(series.key, series.key, series) for series in trend.operators]


def _rule(trend: Trend, series: Series[str, Any]) -> Content:
    return [series.key, " ", severity_label(trend.severity(series.key))]


def _provinces(trend: Trend) -> Markup:
    return _some(trend, "province", [(province_name(s), province_name(s), s) for s in trend.provinces])


def _some(trend: Trend, kind: str, rows: Sequence[tuple[Content, str, Series[Any, Any]]]) -> Markup:
    if not rows:
        return sentence("summary.no_violations")
    drawn = _figures(trend, kind, rows[:_MOST_DRAWN])
    left = hint("trend.some_drawn", some=_MOST_DRAWN, all=len(rows)) if len(rows) > _MOST_DRAWN else None
    return joined(drawn, left)


def _figures(trend: Trend, kind: str, rows: Iterable[tuple[Content, str, Series[Any, Any]]]) -> Markup:
    figures = (_figure(trend, f"{kind}-{n}", title, series, said) for n, (title, said, series) in enumerate(rows, 1))
    return tag("div", figures, class_="charts")


def _figure(trend: Trend, name: str, title: Content, series: Series[Any, Any], said: str | None = None) -> Markup:
    caption = text("trend.caption", name=said if said is not None else str(title))
    values = [None if point is None else share_of(point) for point in series.points]
    shares = [_share(point) for point in series.points]
    told = "; ".join(f"{day(one)}: {value}" for one, value in zip(trend.days, shares, strict=True))
    drawn = line_chart(trend.days, values, shares, caption, told, f"line-{name}")
    titles = [
        *titled(SHORT, "trend.day"),
        *titled(NUMBER, "trend.whole", "trend.part", "summary.share", "trend.change"),
    ]
    rows = (
        [day(one), *(map(number, _both(point))), of, change(step)]
        for one, point, of, step in zip(trend.days, series.points, shares, steps(series.points), strict=True)
    )
    numbers = table(caption, titles, rows, name=f"numbers-{name}", quiet=True)
    return tag("figure", tag("figcaption", tag("h3", title)), tag("div", drawn, numbers, class_="pair"))


def _both(point: Any) -> tuple[int | None, int | None]:
    if point is None:
        return None, None
    part, whole = part_and_whole(point)
    return whole, part


def _share(point: Any) -> str:
    return NOTHING if point is None else share(*part_and_whole(point))


def _method(trend: Trend) -> Markup:
    titles = [*titled(SHORT, "trend.day"), *titled(TEXT, "summary.file", "trend.law", "trend.where", "trend.version")]
    rows = (
        [day(one), str(result.path), result.law, result.where or NOTHING, result.version]
        for one, result in zip(trend.days, trend.results, strict=True)
    )
    return joined(table(text("trend.results"), titles, rows, name="results"), hint("trend.gaps"))
