"""Draws bar charts as inline SVG, styled by page.css, readable without colour, with every number as text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from thuebao.reports.format import number
from thuebao.reports.html.drawing import drawing
from thuebao.reports.html.markup import Markup, tag

# Sizes in units of the drawing, which are CSS pixels at full size; chosen by eye.
_WIDTH, _ROW = 320, 20
_BAR = 12  # of a row's height
_LEFT = 40  # the names before the bars
_LONGEST = 200  # the longest bar
_GAP = 6  # between a bar and its number
_LEAST = 2  # a bar that is not empty, so that one violation among millions is still seen


@dataclass(frozen=True)
class Bar:
    """One bar: its name and its parts by kind, drawn in that order."""

    name: str
    parts: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        """The length of the bar."""
        return sum(count for _, count in self.parts)


def bar_chart(bars: Sequence[Bar], title: str, description: str, name: str) -> Markup:
    """Return the bars below each other, the longest one over the whole width; `name` makes ids of their own."""
    longest = max((bar.total for bar in bars), default=0)
    height = _ROW * len(bars)
    rows = (_row(bar, n * _ROW, longest) for n, bar in enumerate(bars))
    return drawing(title, description, name, (_WIDTH, height), rows)


def _row(bar: Bar, top: int, longest: int) -> list[Markup]:
    base = top + 14
    drawn = [tag("text", bar.name, x=0, y=base, class_="name")]
    left = float(_LEFT)
    for kind, count in bar.parts:
        if count:
            width = max(_LONGEST * count / longest, _LEAST)
            drawn.append(_part(kind, left, top, width))
            left += width
    drawn.append(tag("text", number(bar.total), x=f"{left + (_GAP if bar.total else 0):.1f}", y=base))
    return drawn


def _part(kind: str, left: float, top: int, width: float) -> Markup:
    inset = (_ROW - _BAR) // 2
    return tag("rect", x=f"{left:.1f}", y=top + inset, width=f"{width:.1f}", height=_BAR, class_=f"bar {kind}")
