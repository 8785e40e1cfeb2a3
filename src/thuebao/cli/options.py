"""What the commands share: their options' kinds, how given texts are understood, where results and messages go."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import typer

from thuebao.base.errors import UsageError
from thuebao.base.foreign_text import harmless
from thuebao.base.messages import text

if TYPE_CHECKING:
    from rich.console import Console

    from thuebao.engine.progress import Told

_NARROWEST = 60
"""Columns that a table needs: a narrower terminal folds its lines, and loses nothing."""
_MOST_DIGITS = 18
_NOT_SAID = ("paths", "lang", "quiet", "full")


class Format(StrEnum):
    """How an audit is printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    SARIF = "sarif"
    GITHUB = "github"


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


def option(*names: str, help_key: str, **more: Any) -> Any:
    """Return an option, explained in the reader's language."""
    return typer.Option(*names, help=text(f"help.{help_key}"), **more)


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


def given(context: typer.Context) -> dict[str, str]:
    """Return the options that the user gave a command, as text, by their names; arguments and --lang aside."""
    said = {}
    for name, value in context.params.items():
        source = context.get_parameter_source(name)
        if name not in _NOT_SAID and value is not None and source and not source.name.startswith("DEFAULT"):
            said[name.rstrip("_").replace("_", "-")] = (
                ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
            )
    return said


def codes(values: Sequence[str] | None) -> list[str]:
    """Return codes given with several options or separated by commas. Raises UsageError when one is empty."""
    given = [code.strip().upper() for value in values or () for code in value.split(",")]
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
        pairs[code.strip().upper()] = severity.strip().lower()
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
        changes[f"{code.upper()}.{parameter}"] = int(digits)
    return changes


def names(values: Sequence[str] | None) -> list[str]:
    """Return names of columns given with several options or separated by commas, each once."""
    return list(dict.fromkeys(name.strip().lower() for value in values or () for name in value.split(",")))


def day(value: str | None) -> date | None:
    """Return a day. Raises UsageError when it is none."""
    if value is None:
        return None
    try:
        return datetime.strptime(value, "%Y-%m-%d").date()
    except ValueError:
        raise UsageError("day_form", value=value) from None


@contextmanager
def progress(*, quiet: bool) -> Iterator[Told | None]:
    """Show how far an audit is on stderr, on a terminal only."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from thuebao.reports.progress import shown_progress

    with shown_progress() as told:
        yield told
