"""Reads a result back from its JSON document or from a manifest: the shapes that both must have."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from thuebao.base.errors import InputError
from thuebao.results.result import DESELECTED, EVALUATED, NOT_EVALUATED, PARTLY

Count = Annotated[int, Meta(ge=0, le=2**63 - 1)]
_PLACE = re.compile(r"at `\$\.?([^`]*)`")
_MISSING = re.compile(r"required field `([^`]*)`")


class Counted(Struct, frozen=True):
    """Of one operator and rule: the records that it was evaluated for, and those that violate it."""

    evaluated: Count
    violations: Count

    @property
    def share(self) -> float | None:
        """The share of violations, for reading; None where nothing was evaluated."""
        return round(self.violations / self.evaluated, 6) if self.evaluated else None


class Operator(Struct, frozen=True):
    """What was counted of an operator's records."""

    records: Count
    records_with_errors: Count
    records_with_findings: Count


class Recorded(Struct, frozen=True):
    """A result as a file has it.

    unreadable: how many inputs are not counted; rules: how each was set (severity, parameters); status: by code;
    counts: by operator and code.
    """

    path: Path
    schema: str
    version: str
    as_of: str
    law: str
    where: str | None
    unreadable: int
    rules: Mapping[str, Mapping[str, Any]]
    status: Mapping[str, str]
    operators: Mapping[str, Operator]
    counts: Mapping[tuple[str, str], Counted]


class _Tool(Struct):
    version: str


class _Rule(Struct):
    code: str
    severity: str
    status: Literal[EVALUATED, PARTLY, NOT_EVALUATED, DESELECTED]  # type: ignore[valid-type]
    parameters: dict[str, int] = {}


class _RuleCount(Counted, frozen=True, kw_only=True):
    code: str


class _Operator(Operator, frozen=True, kw_only=True):
    operator: str
    rules: list[_RuleCount] | UnsetType = UNSET


class _Counts(Struct):
    operators: list[_Operator]
    rules: list[_Rule]


class _Options(Struct):
    where: str | None = None


class _Document(Struct):
    schema: str
    tool: _Tool
    as_of: str
    law: str
    unreadable: list[Any]


class _Audit(_Document):
    operators: list[_Operator]
    rules: list[_Rule]
    where: str | None = None


class _Manifest(_Document):
    counts: _Counts
    options: _Options


AUDIT, MANIFEST = "thuebao-audit/1", "thuebao-manifest/1"
_SHAPES: dict[str, type[_Audit | _Manifest]] = {AUDIT: _Audit, MANIFEST: _Manifest}
"""The documents that hold a result, by their schema."""


def read_result(path: Path) -> Recorded:
    """Return the result that a file holds. Raises InputError when it holds none that is understood."""
    return result_in(parsed(path), path)


def result_in(document: Any, path: Path) -> Recorded:
    """Return the result that a document holds; path: what messages call it. Raises InputError as `read_result` does."""
    schema = document.get("schema") if isinstance(document, dict) else None
    if not isinstance(schema, str):
        raise InputError("compare_shape", path=path, place="schema" if isinstance(document, dict) else "{}")
    if schema not in _SHAPES:
        raise InputError("compare_schema", path=path, schema=schema, known=", ".join(_SHAPES))
    try:
        found = msgspec.convert(document, _SHAPES[schema])
    except msgspec.ValidationError as error:
        raise InputError("compare_shape", path=path, place=place_of(error)) from None
    return _recorded(path, found)


def parsed(path: Path) -> Any:
    """Return the JSON document of a file. Raises InputError when it cannot be read, or holds none."""
    try:
        raw = path.read_bytes()
        # Windows PowerShell writes what a command prints as UTF-16.
        return json.loads(raw.decode(json.detect_encoding(raw)))
    except FileNotFoundError:
        raise InputError("compare_missing", path=path) from None
    except OSError as error:
        raise InputError("file_unreadable", path=path, reason=error.strerror) from None
    except (ValueError, RecursionError):
        # Not UTF-8, no JSON, a number of thousands of digits, or nested without end.
        raise InputError("compare_no_json", path=path) from None


def place_of(error: msgspec.ValidationError) -> str:
    """Return where a document is not as it must be: `operators[0].records`; no value of it is in that."""
    place, missing = _PLACE.search(str(error)), _MISSING.search(str(error))
    return ".".join(found[1] for found in (place, missing) if found and found[1]) or "{}"


def _recorded(path: Path, found: _Audit | _Manifest) -> Recorded:
    if isinstance(found, _Manifest):
        counted, where = found.counts, found.options.where
        if any(operator.rules is UNSET for operator in counted.operators):
            raise InputError("compare_manifest", path=path)
    else:
        counted, where = _Counts(found.operators, found.rules), found.where

    def wrong(place: str) -> InputError:
        return InputError("compare_shape", path=path, place=place)

    rules = {rule.code: {"severity": rule.severity, "parameters": rule.parameters} for rule in counted.rules}
    if len(rules) < len(counted.rules):
        raise wrong("rules[].code")
    operators = {
        o.operator: Operator(o.records, o.records_with_errors, o.records_with_findings) for o in counted.operators
    }
    if len(operators) < len(counted.operators):
        raise wrong("operators[].operator")
    counts: dict[tuple[str, str], Counted] = {}
    for operator in counted.operators:
        if isinstance(operator.rules, UnsetType):
            raise wrong("operators[].rules")
        for rule in operator.rules:
            pair = operator.operator, rule.code
            if pair in counts or rule.code not in rules:
                raise wrong("operators[].rules[].code")
            counts[pair] = Counted(rule.evaluated, rule.violations)
    return Recorded(
        path,
        found.schema,
        found.tool.version,
        found.as_of,
        found.law,
        where,
        len(found.unreadable),
        rules,
        {rule.code: rule.status for rule in counted.rules},
        operators,
        counts,
    )
