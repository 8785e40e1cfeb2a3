"""Puts the screen together: it never takes more lines than a terminal has, whatever was read and found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console, Group, RenderableType
from rich.text import Text

from thuebao.base.foreign_text import harmless
from thuebao.base.messages import text
from thuebao.engine.options import AuditOptions
from thuebao.reports.doubts import doubts
from thuebao.reports.screen import tables
from thuebao.reports.screen.exposure import exposure_section
from thuebao.reports.screen.section import Section, fill, height, one_line, shortened
from thuebao.reports.screen.verdict import doubts_section, judged, next_steps, verdict_section
from thuebao.reports.terminal import head_lines
from thuebao.results.result import AuditResult
from thuebao.results.thresholds import Verdict

MOST_LINES = 45
"""Lines of the screen, with what is said beside it: what a terminal shows at once."""
_OF_MESSAGE, _OF_HEAD = 4, 2
"""Lines that a message, and a line of the head, takes at most."""


@dataclass(frozen=True)
class Screen:
    """The screen of an audit; beside: the messages that stand before it, on a terminal no more than there is room for.

    Both together are what MOST_LINES counts.
    """

    beside: list[str]
    parts: list[RenderableType]

    def print(self, console: Console) -> None:
        """Print the screen itself."""
        console.print(Group(*self.parts))


def screen(
    result: AuditResult,
    verdicts: Sequence[Verdict],
    options: AuditOptions,
    said: Sequence[str],
    unread: Sequence[str],
    console: Console,
) -> Screen:
    """Return the screen. said: what is to be said beside it, of outputs and a baseline; unread: of each unread file."""
    width = console.width
    paths = (str(error.values.get("path", "")) for error in result.unreadable)
    errors = _messages([*zip(unread, paths, strict=True)], "screen.more_errors", width)
    remarks = _messages([(line, "") for line in said], "screen.more_remarks", width)
    beside = [errors, remarks]
    if not result.inputs:
        fill(beside, ((errors, errors.rows), (remarks, remarks.rows)), MOST_LINES, console)
        return Screen(_texts(beside), [])
    found = doubts(result)
    rows = judged(result, verdicts, found)
    head, notices = _head(result, width), _notices(result.notices)
    files, operators, rules = tables.files(result), tables.operators(result), tables.rules(result)
    about_files = tables.about_files(result)
    serious = sum(f.severity != "info" for f in result.export_findings)
    by = [tables.breakdown(result, result.breakdown)] if result.breakdown else []
    groups = tables.shown_groups(result.groups)
    exposed = [exposure_section(result.exposure)] if result.exposure else []
    asked_for = (*by, *groups, *exposed)
    verdict, doubted = verdict_section(rows, conditions=bool(verdicts)), doubts_section(found, width)
    found_more = (about_files, tables.identities(result))
    blocks = [head, notices, files, operators, *asked_for, rules, *found_more, verdict, doubted]
    blocks = [block for block in blocks if block.parts]
    blocks.append(next_steps(result, options, found))
    # What everybody needs grows first, a little of each; what is long takes what is left.
    growth = [
        *((block, 4) for block in exposed),
        *((rules, tables.WORST), (verdict, 4), (errors, 2), (doubted, 1), (operators, 3), (remarks, 2), (files, 2)),
        *((block, 3) for block in asked_for),
        *((operators, 7), (verdict, 8), (doubted, 3), (files, 6), (errors, 4), (notices, 2)),
        *((block, 8) for block in asked_for),
        *((block, rows) for rows in (10, 14, 18) for block in (operators, verdict, *asked_for, files)),
        *((block, MOST_LINES) for block in (operators, verdict, *asked_for)),
        *((errors, errors.rows), (about_files, serious)),
        *((block, block.rows) for block in (notices, doubted, remarks)),
    ]
    left = fill([*beside, *blocks], growth, MOST_LINES, console)
    return Screen(_texts(beside), _apart(blocks, left, console))


def _apart(blocks: Sequence[Section], left: int, console: Console) -> list[RenderableType]:
    """Return the blocks with blank lines between those of several lines, from the last on while lines are left."""
    parts: list[RenderableType] = []
    for n, block in reversed(list(enumerate(blocks))):
        parts[:0] = block.parts
        if n and left and height(block.parts, console) > 1:
            parts.insert(0, Text())
            left -= 1
    return parts


def _messages(messages: Sequence[tuple[str, str]], key: str, width: int) -> Section:
    """Return messages, each with the path in it."""

    def render(n: int) -> list[RenderableType]:
        short = (shortened(harmless(line), path, width, _OF_MESSAGE) for line, path in messages[:n])
        left = len(messages) - n
        return [
            *(Text(line, overflow="fold") for line in short),
            *([Text(text(key, count=left, option="--full"))] if left else []),
        ]

    return Section(len(messages), render)


def _texts(sections: Sequence[Section]) -> list[str]:
    return [str(part) for section in sections for part in section.parts]


def _head(result: AuditResult, width: int) -> Section:
    lines = [Text(shortened(harmless(line), "", width, _OF_HEAD), overflow="fold") for line in head_lines(result)]
    return Section(0, lambda _: lines)


def _notices(notices: Sequence[str]) -> Section:
    def render(n: int) -> list[RenderableType]:
        left = len(notices) - n
        rest = [one_line(text("screen.more_notices", count=left, option="--full"), "dim")] if left else []
        return [*(one_line(notice, "dim") for notice in notices[:n]), *rest]

    return Section(len(notices), render)
