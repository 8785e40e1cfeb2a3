"""Reads thuebao.toml, in which the settings of an audit stand: each option of the command line has its key."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from thuebao.base.errors import UsageError
from thuebao.base.messages import LANGUAGES, Language
from thuebao.base.nearest import nearest
from thuebao.base.small_file import SmallFileError, parse_toml, read_small
from thuebao.engine.settings_values import (
    Key,
    Value,
    codes,
    columns,
    conditions,
    day,
    flag,
    language,
    levels,
    limit,
    named_path,
    named_text,
    names,
    numbers,
    one_text,
    path,
    path_or_token,
    paths,
)

SETTINGS_FILE = "thuebao.toml"
"""The name under which settings are found in the working folder."""
_LINE = re.compile(r"line (\d+)")  # in what tomllib says


@dataclass(frozen=True)
class Settings:
    """What a settings file says.

    options: of AuditOptions; command: of the command line alone, such as how the result is printed.
    """

    path: str
    inputs: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)
    command: dict[str, Any] = field(default_factory=dict)


KEYS = (
    Key("inputs", paths, '["exports/"]', "paths"),
    Key("language", language, '"vi"', "language"),
    Key("mappings", paths, '["viettel.toml"]', "mappings"),
    Key("encoding", one_text, '"tcvn3"', "encoding"),
    Key("sheet", one_text, '"Sheet1"', "sheet"),
    Key("max-rejected", limit, '"1%"', "max_rejected"),
    Key("hash", flag, "true", "hash_inputs"),
    Key("rules", paths, '["my-rules/"]', "rules"),
    Key("select", codes, '["ID", "NUM10"]', "select"),
    Key("ignore", codes, '["ID113"]', "ignore"),
    Key("law", one_text, '"auto"', "law"),
    Key("as-of", day, "2026-11-23", "as_of"),
    Key("by", columns, '["province"]', "by"),
    Key("show", codes, '["DUP121"]', "show"),
    Key("exposure", flag, "true", "exposure"),
    Key("where", one_text, "\"province = 'Hòa Bình'\"", "where"),
    Key("province", one_text, '"Phú Thọ"', "province"),
    Key("memory-limit", one_text, '"2GB"', "memory_limit"),
    Key("temp-dir", path, '"tmp"', "temp_dir"),
    Key("operators", names, '{ "dulieu*.csv" = "Viettel" }', "operator"),
    Key("severity", levels, '{ NUM105 = "warning" }', "severity"),
    Key("parameters", numbers, '{ "DUP141.threshold" = 4 }', "parameters"),
    Key("format", one_text, '"json"', "format", "outputs"),
    Key("full", flag, "true", "full", "outputs"),
    Key("quiet", flag, "true", "quiet", "outputs"),
    Key("findings", path, '"fix.csv"', "findings", "outputs"),
    Key("new-findings", path, '"new.csv"', "new_findings", "outputs"),
    Key("rejects", path, '"rejected.csv"', "rejects", "outputs"),
    Key("reports", paths, '["result.html"]', "reports", "outputs"),
    Key("length", one_text, '"full"', "length", "outputs"),
    Key("template", path, '"form.docx"', "template", "outputs"),
    Key("per-operator", path, '"by-operator"', "per_operator", "outputs"),
    Key("reveal", flag, "true", "reveal", "outputs"),
    Key("bom", flag, "true", "bom", "outputs"),
    Key("force", flag, "true", "force", "outputs"),
    Key("manifest", path, '"manifest.json"', "manifest", "evidence"),
    Key("sign-with", path_or_token, '"office.p12"', "sign_with", "evidence"),
    Key("password-file", path, '"office.txt"', "password_file", "evidence"),
    Key("pkcs11-module", named_path, '"/usr/lib/opensc-pkcs11.so"', "pkcs11_module", "evidence"),
    Key("certificate", one_text, '"5404fffe"', "certificate", "evidence"),
    Key("timestamp", named_text, '"http://tsa.example/tsr"', "timestamp", "evidence"),
    Key("key-file", path, '"secret.key"', "key_file", "evidence"),
    Key("made-by", one_text, '"Sở TT&TT"', "made_by", "evidence"),
    Key("fail-on", conditions, '["error:0.5%", "DUP111:0"]', "fail_on", "gate"),
    Key("baseline", path, '"last.csv"', "baseline", "gate"),
    Key("compare-with", path, '"last.json"', "compare_with", "gate"),
    Key("key", one_text, '"record"', "key", "gate"),
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
    if not os.path.lexists(path):
        raise UsageError("settings_missing", path=path)
    source = ""
    try:
        source = read_small(Path(path))
        return parse_toml(source)
    except SmallFileError as error:
        raise UsageError("settings_unreadable", path=path, reason=str(error)) from None
    except tomllib.TOMLDecodeError as error:
        at = _LINE.search(str(error))
        line = at[1] if at else source.count("\n") + 1  # at its end
        raise UsageError("settings_syntax", path=path, line=line) from None
