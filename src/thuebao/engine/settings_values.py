"""Values of a settings file: what kinds there are, how each is read, and what is said of another.

The name of each kind's function is that of its text in [settings_kind].
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, NoReturn

from thuebao.base.clock import read_day
from thuebao.base.errors import UsageError
from thuebao.base.messages import LANGUAGES, text
from thuebao.results.evidence.signing import token_in

ALL_FILES = "*"
"""The pattern in [operators] that stands for every file."""
_STANDARD_INPUT = "-"


@dataclass(frozen=True)
class Value:
    """A value as it stands in a settings file, and where; within: the folder that its paths may not leave."""

    key: Key
    given: Any
    path: str
    within: str | None = None

    def refuse(self, message: str, **values: object) -> NoReturn:
        """Raise UsageError that names file and key."""
        raise UsageError(message, path=self.path, key=self.key.said, **values)

    def refuse_kind(self) -> NoReturn:
        """Raise UsageError that says what the value must be, by an example."""
        kind = text(f"settings_kind.{self.key.read.__name__.removeprefix('one_')}")
        self.refuse("settings_kind", kind=kind, example=f"{self.key.name} = {self.key.example}")


@dataclass(frozen=True)
class Key:
    """A key of a settings file: which option it gives, how its value is read, and an example of one.

    table: the table that it stands in, "" above all tables, or its own name where it is a table itself.
    option: of AuditOptions, or of the command alone.
    """

    name: str
    read: Callable[[Value], Any]
    example: str
    option: str
    table: str = ""

    @property
    def said(self) -> str:
        """How a message names it."""
        return f"[{self.table}] {self.name}" if self.table else self.name


def one_text(value: Value) -> str:
    """Return a text. Refuses any other value."""
    if not isinstance(value.given, str) or not value.given.strip():
        value.refuse_kind()
    return value.given


def texts(value: Value) -> tuple[str, ...]:
    """Return texts, of which one may stand alone. Refuses any other value."""
    given = [value.given] if isinstance(value.given, str) else value.given
    if not isinstance(given, list) or not all(isinstance(one, str) and one.strip() for one in given):
        value.refuse_kind()
    return tuple(given)


def codes(value: Value) -> tuple[str, ...]:
    """Return codes, prefixes or names, with commas between or not. Refuses any other value."""
    return tuple(part.strip() for one in texts(value) for part in one.split(","))


def columns(value: Value) -> tuple[str, ...]:
    """Return columns, each once. Refuses any other value."""
    return tuple(dict.fromkeys(part.lower() for part in codes(value)))


def conditions(value: Value) -> tuple[str, ...]:
    """Return the conditions of the gate. Refuses any other value."""
    if not value.given:  # a gate that nothing fails is `never`, and says so
        value.refuse_kind()
    return texts(value)


def path(value: Value) -> str:
    """Return a path as seen from here. Refuses any other value."""
    return _placed(value, one_text(value))


def paths(value: Value) -> tuple[str, ...]:
    """Return paths as seen from here. Refuses any other value."""
    return tuple(_placed(value, one) for one in texts(value))


def path_or_token(value: Value) -> str:
    """Return a path as seen from here, or the name of a token as it is. Refuses any other value."""
    given = one_text(value)
    return given if token_in(given) is not None else _placed(value, given)


def named_text(value: Value) -> str:
    """Return a text that asks for what nobody but the user may: foreign code, the network. Refuses any other value."""
    given = one_text(value)
    if value.within is not None:
        value.refuse("settings_not_named")
    return given


def named_path(value: Value) -> str:
    """Return such a text as a path as seen from here. Refuses any other value."""
    return _placed(value, named_text(value))


def flag(value: Value) -> bool:
    """Return true or false. Refuses any other value."""
    if not isinstance(value.given, bool):
        value.refuse_kind()
    return value.given


def day(value: Value) -> date:
    """Return a day, as TOML has it or as a text. Refuses any other value."""
    if isinstance(value.given, date) and not isinstance(value.given, datetime):
        return value.given
    if not isinstance(value.given, str):
        value.refuse_kind()
    try:
        return read_day(value.given)
    except UsageError:
        value.refuse_kind()


def limit(value: Value) -> str:
    """Return a share or a number, as text. Refuses any other value."""
    number = isinstance(value.given, int) and not isinstance(value.given, bool)
    return str(value.given) if number else one_text(value)


def levels(value: Value) -> dict[str, str]:
    """Return severities by code. Refuses any other value."""
    return {code: level.strip().lower() for code, level in _table(value, str).items()}


def numbers(value: Value) -> dict[str, int]:
    """Return `"DUP141.threshold" = 4` and what TOML makes of it without the quotes."""
    from thuebao.rulebook.rule import LARGEST_PARAMETER

    flat: dict[str, Any] = {}
    for code, given in value.given.items() if isinstance(value.given, dict) else ():
        flat |= (
            {f"{code}.{name}": number for name, number in given.items()} if isinstance(given, dict) else {code: given}
        )
    inner = Value(value.key, flat if isinstance(value.given, dict) else value.given, value.path)
    numbers = _table(inner, int)
    if not all(0 <= number <= LARGEST_PARAMETER for number in numbers.values()):
        value.refuse_kind()
    return numbers


def names(value: Value) -> tuple[str, ...]:
    """Return whose the files of a pattern are, as --operator says it; without a pattern, all of them."""
    if isinstance(value.given, str):
        return (one_text(value),)
    named = _table(value, str)
    return tuple(name if pattern == ALL_FILES else f"{pattern}={name}" for pattern, name in named.items())


def language(value: Value) -> str:
    """Return the code of a language. Refuses any other value."""
    if value.given not in LANGUAGES:
        value.refuse_kind()
    return str(value.given)


def _table(value: Value, kind: type) -> dict[str, Any]:
    given = value.given
    if not isinstance(given, dict) or not all(
        key.strip() and isinstance(one, kind) and not isinstance(one, bool) and one != "" for key, one in given.items()
    ):
        value.refuse_kind()
    return given


def _placed(value: Value, given: str) -> str:
    """Return a path as seen from here: in the file, it is seen from the file's folder."""
    if given == _STANDARD_INPUT:
        return given
    placed = os.path.join(os.path.dirname(value.path), given)  # noqa: PTH118, PTH120  (keeps what Path would tidy away)
    if value.within is not None and leads_out(placed, value.within):
        value.refuse("settings_outside", value=given)
    return placed


def leads_out(path: str, folder: str) -> bool:
    """Return whether a path leads out of a folder by what it says; a link within it is its owner's."""
    return not Path(os.path.abspath(path)).is_relative_to(os.path.abspath(folder))  # noqa: PTH100  (follows no links)
