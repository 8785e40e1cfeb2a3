"""The parts of a mapping file about values: the codes that a carrier's texts mean, and dates written month first."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from thuebao.base.errors import UsageError
from thuebao.base.fold import fold_text
from thuebao.base.nearest import hint
from thuebao.facts.codes import CODED
from thuebao.facts.dates import DAYS
from thuebao.rulebook.reference import shipped_reference

VALUED = ("id_type", *CODED, "nationality", "operator")
"""Columns whose texts a mapping file can give a meaning."""
MONTH_FIRST, DAY_FIRST = "month first", "day first"
_ORDER = "order"


@cache
def codes_of(column: str) -> dict[str, str]:
    """Return what the texts of a column can mean: code → a text that is recognised as it."""
    reference = shipped_reference()
    if column == "id_type":
        law = reference.document("documents")
        kinds = [kind["id"] for kind in law["kind"]] + law["other_kinds"]["ids"]
        phrases = {entry["kind"]: entry["phrases"] for entry in law["id_type"] if "phrases" in entry}
        # An organisation's paper has no canonical name that an export could write.
        return {kind: phrases[kind][0] if kind == law["other_kinds"]["legal"] else kind for kind in kinds}
    if column == "nationality":
        return {row["alpha2"]: row["alpha2"] for row in reference.table("countries")}
    if column == "operator":
        return {name: name for name in dict.fromkeys(row["operator"] for row in reference.table("operators"))}
    rows = [row for row in reference.table("codes") if row["column"] == column]
    return {row["code"]: row["code"] for row in rows}


def values_of(path: Path, document: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return column → text → code of the sections [values.*]. Raises UsageError on what makes no sense."""
    given = document.get("values", {})
    if not isinstance(given, dict):
        raise UsageError("mapping_values_form", path=path, key="values")
    for column, meant in given.items():
        if column not in VALUED:
            raise UsageError("mapping_values_column", path=path, column=column, known=", ".join(VALUED))
        if not isinstance(meant, dict):
            raise UsageError("mapping_values_form", path=path, key=f"values.{column}")
        _check(path, column, meant)
    return {column: dict(meant) for column, meant in given.items()}


def _check(path: Path, column: str, meant: Mapping[str, Any]) -> None:
    seen: set[str] = set()
    for value, code in meant.items():
        if not isinstance(code, str) or code not in codes_of(column):
            near = hint(str(code), codes_of(column))
            known = _listed(column)
            raise UsageError(
                "mapping_code_unknown", path=path, column=column, value=value, code=code, known=known, hint=near
            )
        key = folded(value)
        if not key:
            raise UsageError("mapping_value_empty", path=path, column=column)
        if key in seen:
            raise UsageError("mapping_value_twice", path=path, column=column, value=value)
        seen.add(key)


def _listed(column: str) -> str:
    return "ISO 3166-1: VN, US, KR …" if column == "nationality" else ", ".join(codes_of(column))


def folded(value: str) -> str:
    """Return a text as values are compared: folded, without what a float left behind digits."""
    return re.sub(r"^(-?[0-9]+)\.0+$", r"\1", fold_text(value))


def month_first_of(path: Path, document: Mapping[str, Any]) -> frozenset[str]:
    """Return the date columns that the section [dates] says to be month first. Raises UsageError."""
    given = document.get("dates", {})
    if not isinstance(given, dict):
        raise UsageError("mapping_dates", path=path, key="dates", known=f"{MONTH_FIRST}, {DAY_FIRST}")
    for key, order in given.items():
        if key != _ORDER and key not in DAYS:
            near = hint(key, [_ORDER, *DAYS])
            raise UsageError("mapping_dates_column", path=path, column=key, known=", ".join([_ORDER, *DAYS]), hint=near)
        if order not in (MONTH_FIRST, DAY_FIRST):
            raise UsageError("mapping_dates", path=path, key=key, known=f"{MONTH_FIRST}, {DAY_FIRST}")
    usual = given.get(_ORDER, DAY_FIRST)
    return frozenset(column for column in DAYS if given.get(column, usual) == MONTH_FIRST)


_SECTION = re.compile(r"\s*\[\s*values\s*\.\s*([a-z_]+)\s*\]")
_ANY_SECTION = re.compile(r"\s*\[")


def value_given_twice(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield column and value where two lines of one section [values.*] speak of the same value, which TOML forbids."""
    column, seen = None, set[str]()
    for line in lines:
        if _ANY_SECTION.match(line):
            section = _SECTION.match(line)
            column, seen = section and section[1], set()
            continue
        if not column:
            continue
        try:
            found = tomllib.loads(line)
        except tomllib.TOMLDecodeError:
            continue
        for value in found:
            if folded(value) in seen:
                yield column, value
            seen.add(folded(value))
