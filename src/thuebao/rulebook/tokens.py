"""Cuts a SQL predicate into words and signs, of which some are replaced before Polars reads it.

A whole parser of SQL takes longer to load than all rules to compile: it is asked only where a condition is not simple.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_TOKEN = re.compile(r"""('(?:[^']|'')*')|"((?:[^"]|"")*)"|(--[^\n]*|/\*.*?\*/)|\w+|\S""", re.DOTALL)
_OPEN = ("'", '"', "/*")  # what begins a text, a name or a comment, where nothing ends it


@dataclass(frozen=True)
class Token:
    """A word, a sign, a number, a text or a quoted name of a predicate, and where it begins and ends."""

    text: str
    is_text: bool
    start: int
    end: int


Replacing = Callable[[Sequence[Token]], tuple[int, str] | None]
"""Told the tokens from one on: how many of them are replaced by which SQL, None if none is."""


def replaced(sql: str, replacing: Replacing) -> str:
    """Return SQL with runs of its tokens replaced; what cannot be cut into tokens is left to Polars to refuse."""
    tokens = _tokens(sql)
    pieces, at, end = [], 0, 0
    while at < len(tokens):
        found = replacing(tokens[at:])
        if found:
            count, instead = found
            pieces += [sql[end : tokens[at].start], instead]
            end = tokens[at + count - 1].end
            at += count
        else:
            at += 1
    return "".join([*pieces, sql[end:]])


def _tokens(sql: str) -> list[Token]:
    """Return the tokens, without comments; none of SQL that cannot be cut."""
    found = list(_TOKEN.finditer(sql))
    if any(sql.startswith(_OPEN, match.start()) and match.lastindex is None for match in found):
        return []
    return [
        Token(match[0] if match[2] is None else match[2], match[1] is not None, match.start(), match.end())
        for match in found
        if match[3] is None
    ]
