"""Small parts that several sections of the page share: severity labels, titles of columns, sentences."""

from __future__ import annotations

from thuebao.base.messages import text
from thuebao.reports.format import column_title
from thuebao.reports.html.markup import Markup, tag
from thuebao.rulebook.columns import columns


def severity_label(level: str) -> Markup:
    """Return a severity as a label whose frame, not only its colour, tells it apart."""
    return tag("span", text(f"severity.{level}"), class_=f"level {level}")


def named_column(name: str) -> str:
    """Return the title of a canonical column with its name; the title alone of anything else."""
    title = column_title(name)
    return f"{title} ({name})" if name in columns() else title


def sentence(key: str, **values: str) -> Markup:
    """Return a text as a paragraph."""
    return tag("p", text(key, **values))


def hint(key: str, **values: str) -> Markup:
    """Return a text as a paragraph in small print."""
    return tag("p", text(key, **values), class_="hint")
