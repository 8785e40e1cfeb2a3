"""HTML from Python, every text escaped: what is not Markup already is foreign, and cannot become markup.

tag("td", "<b>", class_="name")  →  <td class="name">&lt;b&gt;</td>
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

from thuebao.base.foreign_text import harmless

_VOID = frozenset({"br", "meta"})
# What no HTML may hold, and what is no control or format character either.
_NO_CHARACTERS = re.compile(
    "[\ufdd0-\ufdef" + "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF)) + "]"
)


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


Content = str | int | None | Iterable["Content"]
"""What may stand in an element: Markup as it is, other text escaped, nothing for None."""


def escaped(value: object) -> Markup:
    """Return foreign text as HTML text or the value of an attribute; what is not seen becomes U+FFFD."""
    return Markup(escape(_NO_CHARACTERS.sub("\ufffd", harmless(value))))


def tag(name: str, /, *content: Content, **attributes: str | int | bool | None) -> Markup:
    """Return an element; `class_` stands for class, `aria_label` for aria-label. False and None leave out."""
    given = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{escaped(value)}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    return Markup(f"<{name}{given}>" + ("" if name in _VOID else f"{joined(*content)}</{name}>"))


def joined(*content: Content) -> Markup:
    """Return contents one after another."""
    return Markup("".join(map(_html, content)))


def _html(content: Content) -> str:
    if isinstance(content, Markup):
        return content
    if isinstance(content, str | int):
        return escaped(content)
    return "" if content is None else joined(*content)


_NARROW = 5  # columns that a phone has room for
TEXT, SHORT, NUMBER, CODE, DIGEST = "text", "short", "number", "code", "digest"
"""What a column of a table holds: text that may be long and break anywhere, words, numbers, codes, a digest."""

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
    """Return a table whose first column heads each row; `quiet` keeps the caption for those who hear the page."""
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
    # What may have to be scrolled must be reached by keyboard; of narrow tables that would be a stop for nothing.
    reached: dict[str, str | int | bool | None] = {}
    if len(columns) > _NARROW:
        reached = {"tabindex": 0, "role": "group", "aria_label": caption}
    return tag(
        "div",
        tag(
            "table",
            tag("caption", caption, class_="heard" if quiet else None),
            tag("thead", tag("tr", heads)),
            bodies,
            tag("tbody", _table_row(columns, total), class_="total") if total else None,
            id=name,
        ),
        class_="frame",
        **reached,
    )


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
