"""Reads thuebao.toml, in which the settings of an audit stand: each option of the command line has its key."""

from __future__ import annotations

import os
import re
import stat
import tomllib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, NoReturn

from thuebao.base.clock import read_day
from thuebao.base.errors import UsageError
from thuebao.base.messages import LANGUAGES, Language, text
from thuebao.base.nearest import nearest

SETTINGS_FILE = "thuebao.toml"
"""The name under which settings are found in the working folder."""
MOST_BYTES = 1 << 20
ALL_FILES = "*"
"""The pattern in [operators] that stands for every file."""
_STANDARD_INPUT = "-"
_LINE = re.compile(r"line (\d+)")  # in what tomllib says


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
        kind = text(f"settings_kind.{self.key.read.__name__.strip('_')}")
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


@dataclass(frozen=True)
class Settings:
    """What a settings file says.

    options: of AuditOptions; command: of the command line alone, such as how the result is printed.
    """

    path: str
    inputs: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)
    command: dict[str, Any] = field(default_factory=dict)


# -- kinds of values: the name of each is that of its text in [settings_kind] ----------------------------------------


def _text(value: Value) -> str:
    if not isinstance(value.given, str) or not value.given.strip():
        value.refuse_kind()
    return value.given


def _texts(value: Value) -> tuple[str, ...]:
    given = [value.given] if isinstance(value.given, str) else value.given
    if not isinstance(given, list) or not all(isinstance(one, str) and one.strip() for one in given):
        value.refuse_kind()
    return tuple(given)


def _codes(value: Value) -> tuple[str, ...]:
    return tuple(part.strip() for one in _texts(value) for part in one.split(","))


def _columns(value: Value) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.lower() for part in _codes(value)))


def _conditions(value: Value) -> tuple[str, ...]:
    if not value.given:  # a gate that nothing fails is `never`, and says so
        value.refuse_kind()
    return _texts(value)


def _path(value: Value) -> str:
    return _placed(value, _text(value))


def _paths(value: Value) -> tuple[str, ...]:
    return tuple(_placed(value, one) for one in _texts(value))


def _flag(value: Value) -> bool:
    if not isinstance(value.given, bool):
        value.refuse_kind()
    return value.given


def _day(value: Value) -> date:
    if isinstance(value.given, date) and not isinstance(value.given, datetime):
        return value.given
    if not isinstance(value.given, str):
        value.refuse_kind()
    try:
        return read_day(value.given)
    except UsageError:
        value.refuse_kind()


def _limit(value: Value) -> str:
    number = isinstance(value.given, int) and not isinstance(value.given, bool)
    return str(value.given) if number else _text(value)


def _levels(value: Value) -> dict[str, str]:
    return {code: level.strip().lower() for code, level in _table(value, str).items()}


def _numbers(value: Value) -> dict[str, int]:
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


def _names(value: Value) -> tuple[str, ...]:
    """Return whose the files of a pattern are, as --operator says it; without a pattern, all of them."""
    if isinstance(value.given, str):
        return (_text(value),)
    named = _table(value, str)
    return tuple(name if pattern == ALL_FILES else f"{pattern}={name}" for pattern, name in named.items())


def _language(value: Value) -> str:
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


KEYS = (
    Key("inputs", _paths, '["exports/"]', "paths"),
    Key("language", _language, '"vi"', "language"),
    Key("mappings", _paths, '["viettel.toml"]', "mappings"),
    Key("encoding", _text, '"tcvn3"', "encoding"),
    Key("sheet", _text, '"Sheet1"', "sheet"),
    Key("max-rejected", _limit, '"1%"', "max_rejected"),
    Key("hash", _flag, "true", "hash_inputs"),
    Key("rules", _paths, '["my-rules/"]', "rules"),
    Key("select", _codes, '["ID", "NUM10"]', "select"),
    Key("ignore", _codes, '["ID113"]', "ignore"),
    Key("law", _text, '"auto"', "law"),
    Key("as-of", _day, "2026-11-23", "as_of"),
    Key("by", _columns, '["province"]', "by"),
    Key("show", _codes, '["DUP121"]', "show"),
    Key("where", _text, "\"province = 'Hòa Bình'\"", "where"),
    Key("province", _text, '"Phú Thọ"', "province"),
    Key("memory-limit", _text, '"2GB"', "memory_limit"),
    Key("temp-dir", _path, '"tmp"', "temp_dir"),
    Key("operators", _names, '{ "dulieu*.csv" = "Viettel" }', "operator"),
    Key("severity", _levels, '{ NUM105 = "warning" }', "severity"),
    Key("parameters", _numbers, '{ "DUP141.threshold" = 4 }', "parameters"),
    Key("format", _text, '"json"', "format", "outputs"),
    Key("full", _flag, "true", "full", "outputs"),
    Key("quiet", _flag, "true", "quiet", "outputs"),
    Key("findings", _path, '"fix.csv"', "findings", "outputs"),
    Key("new-findings", _path, '"new.csv"', "new_findings", "outputs"),
    Key("rejects", _path, '"rejected.csv"', "rejects", "outputs"),
    Key("reports", _paths, '["result.html"]', "reports", "outputs"),
    Key("length", _text, '"full"', "length", "outputs"),
    Key("per-operator", _path, '"by-operator"', "per_operator", "outputs"),
    Key("reveal", _flag, "true", "reveal", "outputs"),
    Key("bom", _flag, "true", "bom", "outputs"),
    Key("force", _flag, "true", "force", "outputs"),
    Key("manifest", _path, '"manifest.json"', "manifest", "evidence"),
    Key("sign-with", _path, '"office.p12"', "sign_with", "evidence"),
    Key("password-file", _path, '"office.txt"', "password_file", "evidence"),
    Key("key-file", _path, '"secret.key"', "key_file", "evidence"),
    Key("made-by", _text, '"Sở TT&TT"', "made_by", "evidence"),
    Key("fail-on", _conditions, '["error:0.5%", "DUP111:0"]', "fail_on", "gate"),
    Key("baseline", _path, '"last.csv"', "baseline", "gate"),
    Key("compare-with", _path, '"last.json"', "compare_with", "gate"),
    Key("key", _text, '"record"', "key", "gate"),
)
"""All keys, in the order in which the file is written."""

OF_COMMAND = ("paths", "language", "format", "full", "quiet")
"""Options of the command that AuditOptions does not have."""
TABLES = tuple(dict.fromkeys(key.table for key in KEYS if key.table))
_BY_PLACE = {(key.table, key.name): key for key in KEYS}


def read_settings(path: str | os.PathLike[str], *, found: bool = False) -> Settings:
    """Return the settings in a file, whose relative paths are seen from its folder.

    found: nobody named it, it lay in the working folder: then no path in it may lead out of that folder.
    Raises UsageError, naming file and key, for what it cannot say.
    """
    path = os.fspath(path)
    within = os.path.dirname(path) if found else None  # noqa: PTH120  (of "thuebao.toml" it is "")
    said: dict[str, Any] = {}
    for key, given in _given(path, _document(path)):
        said[key.option] = key.read(Value(key, given, path, within))
    command = {name: said.pop(name) for name in OF_COMMAND if name in said}
    return Settings(path, command.pop("paths", ()), said, command)


def language_in(path: str | os.PathLike[str]) -> Language | None:
    """Return the language that a settings file asks for, None where it cannot be told: no error comes before it."""
    with suppress(UsageError):
        asked = _document(os.fspath(path)).get("language")
        return next((code for code in LANGUAGES if code == asked), None)
    return None


def _given(path: str, document: Mapping[str, Any]) -> list[tuple[Key, Any]]:
    """Return the keys of a file with their values, in the order of KEYS. Raises UsageError on one that there is not."""
    given: dict[Key, Any] = {}
    for name, value in document.items():
        table = name if name in TABLES else ""
        if table and not isinstance(value, dict):
            raise UsageError("settings_table", path=path, key=table)
        for inner, one in value.items() if table else ((name, value),):
            key = _BY_PLACE.get((table, inner))
            if key is None:
                raise _unknown(path, table, inner)
            given[key] = one
    return [(key, given[key]) for key in KEYS if key in given]


def _unknown(path: str, table: str, name: str) -> UsageError:
    said = f"[{table}] {name}" if table else name
    places = {key.name: key for key in reversed(KEYS)} | {f"{key.table}.{key.name}": key for key in KEYS if key.table}
    places |= {key.option.replace("_", "-"): key for key in KEYS if key.option.replace("_", "-") not in places}
    near = nearest(name.replace("_", "-"), places, near=0) or KEYS[0].name
    return UsageError("settings_key_unknown", path=path, key=said, near=places[near].said)


def _document(path: str) -> dict[str, Any]:
    """Return what a settings file holds. Raises UsageError where it is no small text in TOML."""
    source = b""
    try:
        # What is no regular file might never end, or wait for somebody to write to it.
        if not stat.S_ISREG(Path(path).stat().st_mode):
            raise UsageError("settings_unreadable", path=path, reason=text("error.not_regular"))
        with Path(path).open("rb") as file:
            source = file.read(MOST_BYTES + 1)
        if len(source) > MOST_BYTES:
            raise UsageError("settings_unreadable", path=path, reason=text("error.too_large", limit="1 MiB"))
        return tomllib.loads(source.decode("utf-8-sig"))
    except FileNotFoundError:
        raise UsageError("settings_missing", path=path) from None
    except OSError as error:
        raise UsageError("settings_unreadable", path=path, reason=error.strerror or error) from None
    except UnicodeDecodeError:
        raise UsageError("settings_unreadable", path=path, reason="UTF-8") from None
    except (ValueError, RecursionError) as error:  # no TOML, or no path at all
        at = _LINE.search(str(error))
        line = at[1] if at else source.count(b"\n") + 1  # at its end
        raise UsageError("settings_syntax", path=path, line=line) from None
