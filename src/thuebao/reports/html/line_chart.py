"""Draws a line over days as inline SVG: a point for each result, a gap where one lacks it, first and last as text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from thuebao.reports.format import day
from thuebao.reports.html.drawing import drawing
from thuebao.reports.html.markup import Markup, tag

# Sizes in units of the drawing, which are CSS pixels at full size; chosen by eye.
_WIDTH, _HEIGHT = 320, 96
_LEFT, _RIGHT, _TOP, _BOTTOM = 8, 312, 20, 74
_DOT = "3.5"
_WORDS_ABOVE, _DAYS_AT = 7, 92


def line_chart(
    days: Sequence[date], values: Sequence[float | None], said: Sequence[str], title: str, told: str, name: str
) -> Markup:
    """Return the line; said: each value in words; told: all of them, for who does not see it; name: for ids."""
    known = [value for value in values if value is not None]
    most = max(known, default=0) or 1
    span = (days[-1] - days[0]).days or 1

    def place(n: int) -> tuple[float, float]:
        x = _LEFT + (_RIGHT - _LEFT) * (days[n] - days[0]).days / span
        return x, _BOTTOM - (_BOTTOM - _TOP) * (values[n] or 0) / most

    there = [n for n, value in enumerate(values) if value is not None]
    # What stands one behind the other has the same distance to its place among those that are there.
    runs = [[n for _, n in run] for _, run in groupby(enumerate(there), key=lambda pair: pair[1] - pair[0])]
    lines = [
        tag("polyline", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in map(place, run))) for run in runs if run[1:]
    ]
    dots = [tag("circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r=_DOT) for x, y in map(place, there)]
    ends = sorted({there[0], there[-1]}) if there else []
    words = [_word(*place(n), said[n]) for n in ends]
    return drawing(
        title,
        told,
        name,
        (_WIDTH, _HEIGHT),
        tag("path", d=f"M{_LEFT} {_BOTTOM}H{_RIGHT}", class_="axis"),
        *(lines, dots, words),
        tag("text", day(days[0]), x=_LEFT, y=_DAYS_AT),
        tag("text", day(days[-1]), x=_RIGHT, y=_DAYS_AT, text_anchor="end") if days[1:] else None,
        class_="chart line",
    )


def _word(x: float, y: float, said: str) -> Markup:
    middle = (_LEFT + _RIGHT) / 2
    return tag("text", said, x=f"{x:.1f}", y=f"{y - _WORDS_ABOVE:.1f}", text_anchor="start" if x < middle else "end")
