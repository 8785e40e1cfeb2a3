"""Parts of a screen that show as many of their rows as there is room for, and say how many are left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rich.console import Console, RenderableType
from rich.text import Text

from thuebao.base.foreign_text import harmless

_ELLIPSIS = "…"


@dataclass
class Section:
    """A part of a screen.

    rows: how many it could show; render: returns it with so many of them, and a line about the others; shown: how many
    it will show.
    """

    rows: int
    render: Callable[[int], Sequence[RenderableType]]
    shown: int = 0

    @property
    def parts(self) -> Sequence[RenderableType]:
        """What is printed."""
        return self.render(self.shown)


def height(parts: Iterable[RenderableType], console: Console) -> int:
    """Return how many lines of a screen something takes."""
    return sum(len(console.render_lines(part, pad=False)) for part in parts)


def fill(sections: Sequence[Section], growth: Iterable[tuple[Section, int]], most: int, console: Console) -> int:
    """Let sections show more rows, in turn up to so many, while all take no more than `most` lines.

    Return the lines that are left.
    """
    heights = [height(section.parts, console) for section in sections]
    left = most - sum(heights)
    for section, wanted in growth:
        now = height(section.parts, console)
        # A row takes a line at least, and with the last one the line about the others goes.
        for rows in range(min(wanted, section.rows, section.shown + max(left, 0) + 1), section.shown, -1):
            more = height(section.render(rows), console) - now
            if more <= left:
                section.shown, left = rows, left - more
                break
    return left


def one_line(value: object, style: str = "") -> Text:
    """Return foreign text as one line, cut where the screen ends."""
    return Text(harmless(value), style, no_wrap=True, overflow="ellipsis")


def short_path(path: str, most: int) -> str:
    """Return a path without its beginning where it is longer than so many characters: its end tells files apart."""
    return path if len(path) <= most else _ELLIPSIS + path[1 - most :]


def shortened(message: str, path: str, width: int, lines: int) -> str:
    """Return a message in at most so many lines of a terminal: its path shortened, then its end cut off."""
    said = message.replace(path, short_path(path, width - 2 * len(_ELLIPSIS))) if path else message
    most = width * lines
    return said if len(said) <= most else said[: most - 1] + _ELLIPSIS
