"""Cuts a SQL predicate into words and signs. A whole parser of SQL takes longer to load than all rules to compile."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from enum import Enum, auto
from typing import NamedTuple, TypeVar

_T = TypeVar("_T")


class Kind(Enum):
    """What a token is. A name is one in double quotes."""

    TEXT = auto()
    NAME = auto()
    COMMENT = auto()
    NUMBER = auto()
    WORD = auto()
    SIGN = auto()


class Token(NamedTuple):
    """A word, a sign, a number, a text or a quoted name of a predicate: what it says, without its quotes."""

    text: str
    kind: Kind


_TOKEN = re.compile(
    r"'(?P<TEXT>(?:[^']|'')*)'"
    r'|"(?P<NAME>(?:[^"]|"")*)"'
    r"|(?P<COMMENT>--|/\*)"
    r"|(?P<NUMBER>[0-9][\w.]*)"
    r"|(?P<WORD>\w+)"
    r"|(?P<SIGN>::|<>|<=|>=|!=|==|\|\||\S)"
)
_QUOTES = {Kind.TEXT: "'", Kind.NAME: '"'}


def cut(sql: str) -> list[Token]:
    """Return the tokens of a predicate. A quote that nothing closes is a sign, and a comment begins with one."""
    return [_token(match) for match in _TOKEN.finditer(sql)]


def _token(match: re.Match[str]) -> Token:
    kind = Kind[str(match.lastgroup)]
    text = match[kind.name]
    quote = _QUOTES.get(kind)
    return Token(text.replace(2 * quote, quote) if quote else text, kind)


def replaced(tokens: Sequence[_T], replacing: Callable[[Sequence[_T]], tuple[int, _T] | None]) -> list[_T]:
    """Return tokens with some runs of them replaced.

    replacing: told the tokens from one on, how many of them are replaced by which one, None if none is.
    """
    found, at = [], 0
    while at < len(tokens):
        count, instead = replacing(tokens[at:]) or (1, tokens[at])
        found.append(instead)
        at += count
    return found
