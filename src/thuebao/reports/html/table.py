"""Tables of the page: a caption, titles, rows that begin with a heading cell, a total."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from thuebao.reports.html.markup import Content, Markup, tag

_NARROW = 5  # columns: as many as a phone shows without scrolling, our estimate
TEXT, SHORT, NUMBER, CODE, DIGEST = "text", "short", "number", "code", "digest"
"""Kinds of columns, classes of page.css: text that may be long and break anywhere, words, numbers, codes, a digest."""

Column = tuple[str, str]
"""The title of a column and what it holds."""


def table(
    caption: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Content]],
    *,
    name: str | None = None,
    total: Sequence[Content] | None = None,
    quiet: bool = False,
) -> Markup:
    """Return a table whose first column heads each row; `quiet` shows the caption to screen readers only."""
    body = tag("tbody", (_table_row(columns, row) for row in rows))
    return framed_table(caption, columns, [body], name=name, total=total, quiet=quiet)


def framed_table(
    caption: str,
    columns: Sequence[Column],
    bodies: Sequence[Markup],
    *,
    name: str | None = None,
    total: Sequence[Content] | None = None,
    quiet: bool = False,
) -> Markup:
    """Return a table of bodies that are made already, in a frame that scrolls where the page is narrow."""
    heads = (tag("th", title, scope="col", class_=kind) for title, kind in columns)
    sums = tag("tbody", _table_row(columns, total), class_="total") if total else None
    # A table that may scroll must be reachable by keyboard; a narrow one needs no such stop.
    reached: dict[str, str | int | bool | None] = {}
    if len(columns) > _NARROW:
        reached = {"tabindex": 0, "role": "group", "aria_label": caption}
    title = tag("caption", caption, class_="heard" if quiet else None)
    drawn = tag("table", title, tag("thead", tag("tr", heads)), bodies, sums, id=name)
    return tag("div", drawn, class_="frame", **reached)


def table_body(title: str, columns: Sequence[Column], rows: Iterable[Sequence[Content]]) -> Markup:
    """Return a part of a table under a title of its own."""
    head = tag("tr", tag("th", title, scope="rowgroup", colspan=len(columns)), class_="group")
    return tag("tbody", head, (_table_row(columns, row) for row in rows))


def _table_row(columns: Sequence[Column], row: Sequence[Content]) -> Markup:
    first, *others = zip(row, columns, strict=True)
    return tag(
        "tr",
        tag("th", first[0], scope="row", class_=first[1][1]),
        (tag("td", cell, class_=kind) for cell, (_, kind) in others),
    )
