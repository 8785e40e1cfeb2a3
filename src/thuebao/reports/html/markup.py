"""HTML elements from Python: content that is not Markup already is foreign text and is escaped.

tag("td", "<b>", class_="name")  →  <td class="name">&lt;b&gt;</td>
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from markupsafe import Markup, escape

from thuebao.base.foreign_text import harmless

__all__ = ["Content", "Markup", "escaped", "joined", "tag"]

_VOID = frozenset({"br", "meta"})
# Noncharacters: not allowed in HTML, and neither control nor format characters.
_NONCHARACTERS = re.compile(
    "[\ufdd0-\ufdef" + "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF)) + "]"
)

Content = str | int | None | Iterable["Content"]
"""What may stand in an element: Markup as it is, other text escaped, nothing for None."""


def escaped(value: object) -> Markup:
    """Return foreign text as HTML text or an attribute's value; invisible characters become U+FFFD."""
    return escape(_NONCHARACTERS.sub("\ufffd", harmless(value)))


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
