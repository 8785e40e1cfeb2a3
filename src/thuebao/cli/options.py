"""What the commands share: their options' kinds, how given texts are understood, where results and messages go."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import typer

from thuebao.base.errors import UsageError
from thuebao.base.foreign_text import harmless
from thuebao.base.messages import text
from thuebao.base.nearest import hint
from thuebao.cli.complete import OFFERS

if TYPE_CHECKING:
    from rich.console import Console

    from thuebao.engine.progress import Told

_NARROWEST = 60
"""Columns that a table needs: a narrower terminal folds its lines, and loses nothing."""
_MOST_DIGITS = 18


class Format(StrEnum):
    """How an audit is printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    SARIF = "sarif"
    GITHUB = "github"


class Length(StrEnum):
    """How long a report on paper is."""

    SHORT = "short"
    FULL = "full"


class ListFormat(StrEnum):
    """How a verification or a comparison is printed."""

    TABLE = "table"
    JSON = "json"


class RulesFormat(StrEnum):
    """How the rulebook is printed."""

    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"


class Headers(StrEnum):
    """How a sample's columns are named."""

    CANONICAL = "canonical"
    VI = "vi"
    VI_ASCII = "vi_ascii"
    EN = "en"


class Lang(StrEnum):
    """The languages of all texts."""

    VI = "vi"
    EN = "en"


_Kind = TypeVar("_Kind", bound=StrEnum)


def option(*names: str, help_key: str, **more: Any) -> Any:
    """Return an option, explained in the reader's language."""
    return typer.Option(*names, help=text(f"help.{help_key}"), **{"autocompletion": OFFERS.get(help_key)} | more)


def choice(kind: type[StrEnum], *names: str, help_key: str, **more: Any) -> Any:
    """Return an option whose value is one of a few, which are offered when the command line is completed."""
    read = partial(one_of, kind, names[0])
    return option(
        *names,
        help_key=help_key,
        metavar="KIND",
        parser=read,
        autocompletion=lambda: [one.value for one in kind],
        **more,
    )


def one_of(kind: type[_Kind], option: str, value: str) -> _Kind:
    """Return the value of a kind that a text names. Raises UsageError, with the nearest, if there is none."""
    known = [one.value for one in kind]
    if value not in known:
        raise UsageError("choice_unknown", option=option, value=value, known=", ".join(known), hint=hint(value, known))
    return kind(value)


def stdout() -> Console:
    """Return where tables go."""
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=False)
    console.width = max(console.width, _NARROWEST)
    return console


def complain(message: str) -> None:
    """Print a message for people, beside the result."""
    # Names of files and headers are foreign text: none may speak to the terminal.
    print("\n".join(harmless(line) for line in message.split("\n")), file=sys.stderr)


def codes(values: Sequence[str] | None) -> list[str]:
    """Return codes given with several options or separated by commas. Raises UsageError when one is empty."""
    given = [code.strip() for value in values or () for code in value.split(",")]
    if "" in given:
        raise UsageError("code_empty")
    return given


def severities(values: Sequence[str] | None) -> dict[str, str]:
    """Return severities by code. Raises UsageError on what has no sign between them."""
    pairs = {}
    for value in values or ():
        code, sign, severity = value.partition("=")
        if not sign:
            raise UsageError("severity_form", value=value)
        pairs[code.strip()] = severity.strip().lower()
    return pairs


def parameters(values: Sequence[str] | None) -> dict[str, int]:
    """Return rule parameters by `CODE.name`. Raises UsageError on what is no whole number."""
    from thuebao.rulebook.rule import LARGEST_PARAMETER

    changes = {}
    for given in values or ():
        name, _, value = given.partition("=")
        code, dot, parameter = name.strip().partition(".")
        digits = value.strip()
        if not dot or not (
            digits.isascii() and digits.isdecimal() and len(digits) <= _MOST_DIGITS and int(digits) <= LARGEST_PARAMETER
        ):
            raise UsageError("parameter_form", value=given)
        changes[f"{code}.{parameter}"] = int(digits)
    return changes


def names(values: Sequence[str] | None) -> list[str]:
    """Return names of columns given with several options or separated by commas, each once."""
    return list(dict.fromkeys(name.strip().lower() for value in values or () for name in value.split(",")))


def day(value: str | None) -> date | None:
    """Return a day. Raises UsageError when it is none."""
    from thuebao.base.clock import read_day

    return None if value is None else read_day(value)


@contextmanager
def progress(*, quiet: bool) -> Iterator[Told | None]:
    """Show how far an audit is on stderr, on a terminal only."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from thuebao.reports.progress import shown_progress

    with shown_progress() as told:
        yield told
