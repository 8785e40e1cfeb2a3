"""Draws shares over days as inline SVG, styled by page.css, readable without colour, with every number as text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from thuebao.reports.format import day as day_text
from thuebao.reports.format import share
from thuebao.reports.html.markup import Markup, tag

# Sizes in units of the drawing, which are CSS pixels at full size; chosen by eye.
_WIDTH, _HEIGHT = 480, 150
_LEFT, _RIGHT, _TOP, _BOTTOM = 50, 50, 22, 26
_DOT = 3


def curve(days: Sequence[date], parts: Sequence[tuple[int, int]], title: str, description: str, name: str) -> Markup:
    """Return a line of the shares (part, whole) of each day; days lie as far apart as they are. `name` makes ids."""
    first, last = days[0].toordinal(), days[-1].toordinal()
    wide, high = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM

    def across(one: date) -> float:
        return _LEFT + (wide * (one.toordinal() - first) / (last - first) if last > first else wide / 2)

    points = [
        (across(one), _TOP + high * (1 - part / whole), part, whole)
        for one, (part, whole) in zip(days, parts, strict=True)
        if whole
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y, _, _ in points)
    return tag(
        "svg",
        tag("title", title, id=f"{name}-title"),
        tag("desc", description, id=f"{name}-desc"),
        tag("line", x1=_LEFT, y1=_TOP + high, x2=_WIDTH - _RIGHT, y2=_TOP + high, class_="axis"),
        tag("polyline", points=line, class_="curve") if points else None,
        (tag("circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r=_DOT, class_="dot") for x, y, _, _ in points),
        (
            tag("text", share(part, whole), x=f"{x:.1f}", y=f"{y - 8:.1f}", text_anchor="middle")
            for x, y, part, whole in points
        ),
        (
            tag("text", day_text(one), x=f"{across(one):.1f}", y=_HEIGHT - 8, text_anchor="middle")
            for one in dict.fromkeys((days[0], days[-1]))
        ),
        class_="chart",
        role="img",
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        width=_WIDTH,
        height=_HEIGHT,
        aria_labelledby=f"{name}-title",
        aria_describedby=f"{name}-desc",
    )
