"""Small parts that several sections of the page share: severity labels, titles of columns, sentences."""

from __future__ import annotations

from thuebao.base.messages import text
from thuebao.reports.html.markup import Markup, tag


def severity_label(level: str) -> Markup:
    """Return a severity as a label whose frame, not only its colour, tells it apart."""
    return tag("span", text(f"severity.{level}"), class_=f"level {level}")


def sentence(key: str, **values: object) -> Markup:
    """Return a text as a paragraph."""
    return tag("p", text(key, **values))


def hint(key: str, **values: object) -> Markup:
    """Return a text as a paragraph in small print."""
    return tag("p", text(key, **values), class_="hint")
