"""The frame of a page: its head with the policy, style and script, its contents, and its foot.

It loads nothing. The policy names the one script that it runs, which sorts, searches and filters what is there already:
without it everything stands on the page. What is folded on a screen stands open on paper.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from importlib import resources
from typing import NamedTuple

from thuebao import __version__
from thuebao.base.messages import language, text
from thuebao.reports.format import day, time_of_day
from thuebao.reports.html.markup import Markup, escaped, tag


class Section(NamedTuple):
    """A section of the page; `name` is its id."""

    name: str
    title: str
    body: Markup


def framed(
    sections: Sequence[Section], header: Markup, title: str, started: datetime, *, searched: bool = True
) -> Iterator[str]:
    """Yield a document in pieces: the sections, numbered, below the header.

    started: when what it shows was begun; searched: whether there is a script to search and filter by rules.
    """
    yield f'<!DOCTYPE html>\n<html lang="{language()}">\n'
    skip = tag("a", text("page.skip"), href="#main", class_="skip")
    yield f"{_head(title, started, _part('page.js') if searched else '')}\n<body>\n{skip}\n"
    yield f"{header}\n{_contents(sections)}\n{_main()}\n"
    for position, section in enumerate(sections, 1):
        heading = tag("h2", f"{position}. {section.title}")
        yield f"{tag('section', heading, section.body, id=section.name)}\n"
    yield f"</main>\n{_footer(started)}\n</body>\n</html>\n"


@cache
def _part(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")


def _main() -> Markup:
    """Return the tag that the sections stand in, with the words that the script needs."""
    words = {key: text(f"page.{key}") for key in ("search", "all_of_them", "told", "filters")}
    words |= {key: text(f"summary.{key}") for key in ("operator", "code", "severity")}
    listed = "".join(f' data-{key.split("_")[0]}="{escaped(word)}"' for key, word in words.items())
    return Markup(f'<main id="main" tabindex="-1"{listed}>')


def _digest(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def _head(title: str, started: datetime, script: str) -> Markup:
    style = _part("page.css") + _paper(title, started)
    # The policy names the one stylesheet and the one script by their hashes: what a foreign text smuggled in would
    # neither run nor even be styled.
    allowed = f"style-src {_digest(style)};" + (f" script-src {_digest(script)};" if script else "")
    policy = f"default-src 'none'; {allowed} base-uri 'none'; form-action 'none'"
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("meta", name="generator", content=f"thuebao {__version__}"),
        tag("title", f"{title} – {day(started.date())}"),
        tag("style", Markup(style)),
        tag("script", Markup(script)) if script else None,
    )


def _paper(title: str, started: datetime) -> str:
    """Return the style of the head and foot of printed pages; it holds our own texts and numbers only."""
    head = f"{title} · {time_of_day(started)} · thuebao {__version__}"
    page = text("page.paper", page='" counter(page) "', pages='" counter(pages) "')
    return f'@page {{ @top-left {{ content: "{head}"; }} @bottom-right {{ content: "{page}"; }} }}\n'


def _contents(sections: Sequence[Section]) -> Markup:
    links = (tag("li", tag("a", section.title, href=f"#{section.name}")) for section in sections)
    return tag("nav", tag("ol", links), aria_label=text("page.contents"))


def _footer(started: datetime) -> Markup:
    return tag("footer", tag("p", f"thuebao {__version__} · {time_of_day(started)}"))
