"""Refuses tables that are printed for people to read: cells go on in the next line there, and values are cut short.

What database consoles, data frames and Markdown print may look like delimited text, and be other records than it seems.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from thuebao.base.errors import InputError
from thuebao.sources.headers.header import FEWEST_KNOWN, recognised

_TOP = 60  # lines among which the rule below a header is looked for
_SHOWN = 8  # characters of a rule that a message shows
_SEPARATORS = re.compile(r"[,;\t|~^\x01\x1f]")

# +-----+-----+ of MySQL, SQLite, Hive, reStructuredText
_FRAME = re.compile(r"\s*\+[-=]+(?:\+[-=]+)+\+\s*$")
# -----+----- of psql, cqlsh
_CROSSED = re.compile(r"\s*-+(?:\+-+)+\s*$")
# |:----|----:| of Markdown, |-----+-----| of Org; without the outer bars only where colons tell it from SQL*Plus
_MARKDOWN = re.compile(r"\s*\|\s*:?[-=]+:?\s*(?:[|+]\s*:?[-=]+:?\s*)+\|\s*$")
_COLONS = re.compile(r"\s*(?=[^:]*:):?-+:?\s*(?:\|\s*:?-+:?\s*)+$")
# ┌─────┬─────┐ of SQLite, DuckDB, Polars, ClickHouse; ─────┼───── of psql
_BOX = re.compile(r"\s*[┌╭┏╔├╞╠┡╟─━═][^\n]*[─━═]{2}[^\n]*[┬┼┳╦╪╋╬╤╥╫╇]")
# ----- ----- of sqlcmd, PowerShell, SQLite's columns, SQL*Plus
_ALIGNED = re.compile(r"\s*(?:-{2,} +)+-{2,}\s*$|\s*(?:={2,} +)+={2,}\s*$")
# [{'…': …}] and ('…', …) of Python
_PYTHON = re.compile(r"\s*(?:\[\s*)?[\[({]\s*'")


def refuse_printed(path: str, start: str) -> None:
    """Raise InputError for a text that begins as a table which is printed for people."""
    if _PYTHON.match(start):
        raise InputError("kind_printed", path=path, kind="Python")
    lines = [line for line in start[: 1 << 18].splitlines()[:_TOP] if line.strip()]
    for n, line in enumerate(lines):
        beside = [other.lstrip()[:1] for other in (*lines[n - 1 : n], *lines[n + 1 : n + 2])]
        above = lines[n - 1] if n else ""
        if _BOX.match(line) or (_FRAME.match(line) and set(beside) & {"|", "+"}):
            raise InputError("kind_printed", path=path, kind=_sign_of(line))
        if "|" in above and (_CROSSED.match(line) or _MARKDOWN.match(line) or _COLONS.match(line)):
            raise InputError("kind_printed", path=path, kind=_sign_of(line))
        if _ALIGNED.match(line) and recognised(_below_dashes(above, line)) >= FEWEST_KNOWN:
            raise InputError("kind_printed", path=path, kind=_sign_of(line))
    if lines and not _SEPARATORS.search(lines[0]) and recognised(re.split(r"\s{2,}", lines[0].strip())) >= FEWEST_KNOWN:
        raise InputError("kind_printed", path=path, kind="A  B")


def _below_dashes(header: str, dashes: str) -> Sequence[str]:
    """Return what stands above each piece of a line of dashes."""
    return [header[match.start() : match.end()].strip() for match in re.finditer(r"\S+", dashes)]


def _sign_of(line: str) -> str:
    """Return a piece of the line that gives a printed table away."""
    return line.strip()[:_SHOWN]
