"""The frame of a drawing: inline SVG with its name and its content in words, for who does not see it."""

from __future__ import annotations

from thuebao.reports.html.markup import Content, Markup, tag


def drawing(title: str, told: str, name: str, size: tuple[int, int], *parts: Content, class_: str = "chart") -> Markup:
    """Return a drawing of the parts. told: all that it shows, in words; name: for ids; size: width and height."""
    width, height = size
    return tag(
        "svg",
        tag("title", title, id=f"{name}-title"),
        tag("desc", told, id=f"{name}-desc"),
        *parts,
        class_=class_,
        role="img",
        viewBox=f"0 0 {width} {height}",
        width=width,
        height=height,
        aria_labelledby=f"{name}-title",
        aria_describedby=f"{name}-desc",
    )
