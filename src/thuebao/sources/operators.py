"""Whose records a file holds that do not say so themselves: by a mapping, the file's name, or the user's word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path
from urllib.parse import unquote

from thuebao.base.errors import UsageError
from thuebao.base.fold import fold_header, fold_name_of_place, fold_text
from thuebao.facts.number import operator_named
from thuebao.rulebook.columns import columns_by_header
from thuebao.rulebook.reference import Reference, shipped_reference
from thuebao.sources.headers.mapping import Mapping, comparable, read_mapping
from thuebao.sources.kinds.endings import is_archive_name
from thuebao.sources.operator_names import OperatorNames

COLUMN, MAPPING, NAME, OPTION = "column", "mapping", "name", "option"
"""How it is known whose a record is: in this order."""

OPERATOR = "operator"
_PARTITION = re.compile(r"[^=]=[^=]")  # a folder that is a column and its value, as Hive and Spark write tables
_NEAR = 0.8  # how much a name must resemble a known one to be taken for a slip


@dataclass(frozen=True)
class Given:
    """What the user says of the operator: of all files, or of those whose name fits a pattern."""

    name: str
    pattern: str | None = None

    def fits(self, path: str) -> bool:
        """Return whether it speaks of the file at `path`."""
        return self.pattern is None or fnmatchcase(comparable(Path(path).name), comparable(self.pattern))


@dataclass(frozen=True)
class Operators:
    """What the user says of operators, of some files before that of all."""

    given: tuple[Given, ...] = ()
    names: OperatorNames = field(default_factory=OperatorNames, compare=False)

    @classmethod
    def of(cls, said: Sequence[str], mappings: Sequence[Mapping] = (), *, reveal: bool = False) -> Operators:
        """Return what `NAME` and `PATTERN=NAME` say. Raises UsageError for an empty or a misspelt name.

        mappings: may name operators too; reveal: names that nobody knows are shown as they are.
        """
        given = []
        for text in said:
            pattern, sign, name = text.rpartition("=")
            if not name.strip() or (sign and not pattern.strip()):
                raise UsageError("operator_empty")
            check_name(name.strip())
            given.append(Given(name.strip(), pattern.strip() or None))
        named = [*(one.name for one in given), *(one.operator for one in mappings if one.operator)]
        names = OperatorNames.of(named, reveal=reveal)
        return cls(tuple(sorted(given, key=lambda one: one.pattern is None)), names)

    def name_for(self, path: str) -> str | None:
        """Return what the user says of the file at `path`."""
        return next((one.name for one in self.given if one.fits(path)), None)


def check_name(name: str, mapping: str | None = None) -> None:
    """Raise UsageError where a name is none that is known, and probably one of them with a slip."""
    reference = shipped_reference()
    if operator_named(reference, name):
        return
    names = {re.sub("[^a-z0-9]", "", text): operator for text, operator in reference.operators.items()}
    near = get_close_matches(re.sub("[^a-z0-9]", "", fold_text(name)), names, n=1, cutoff=_NEAR)
    if near:
        where = "operator_near_in_mapping" if mapping else "operator_near"
        raise UsageError(where, name=name, near=names[near[0]], path=mapping)


def checked_mapping(path: Path) -> Mapping:
    """Return the mapping in a file. Raises UsageError as `read_mapping` and `check_name` do."""
    mapping = read_mapping(path)
    if mapping.operator:
        check_name(mapping.operator, mapping.path)
    return mapping


@dataclass(frozen=True)
class Whose:
    """Whose the records of a file are that do not say so themselves.

    source: "mapping", "name" or "option"; option: what the user says of the file; contradicted: whether that is another
    operator than its name or a mapping says.
    """

    operator: str | None
    source: str | None
    option: str | None = None
    contradicted: bool = False


def whose(path: str, mapping: Mapping | None, operators: Operators, reference: Reference) -> Whose:
    """Return whose the records of the file at `path` are."""
    option = operators.name_for(path)
    by_name = _of_path(path, reference)
    found = [(mapping.operator if mapping else None, MAPPING), (by_name, NAME), (option, OPTION)]
    operator, source = next(((name, source) for name, source in found if name), (None, None))
    contradicted = bool(option and operator) and same_operator(str(option)) != same_operator(str(operator))
    return Whose(operator, source, option, contradicted)


def same_operator(name: str) -> str:
    """Return what two names of one operator have in common."""
    return operator_named(shipped_reference(), name) or fold_text(name)


def _of_path(path: str, reference: Reference) -> str | None:
    """Return the operator that the name of a file says, else of its folder, or the archive around it and its folder.

    Folders such as date=2026-01-01 are columns of a table, whose own folder is the one above them.
    """
    parts = Path(path).parts
    packed = [n for n, part in enumerate(parts) if is_archive_name(part)]
    first = max(packed[-1] - 1 if packed and packed[-1] < len(parts) - 1 else len(parts) - 2, 0)
    while first and _PARTITION.search(parts[first]):
        first -= 1
    *folders, name = parts[first:]
    found = _only_name(Path(name).stem, reference)
    for folder in () if found else reversed(folders):
        key, _, value = unquote(folder).partition("=")
        if value and columns_by_header().get(fold_header(key)) == OPERATOR:
            return operator_named(reference, value)
    names = [unquote(folder) for folder in reversed(folders)]
    return found or next((found for text in names if (found := _only_name(text, reference))), None)


def _only_name(text: str, reference: Reference) -> str | None:
    """Return the operator whose name a text holds as a whole word, None if it holds none or those of several."""
    words = f" {fold_name_of_place(text)} "
    common = {fold_text(name) for name in reference.document("layout")["common_words"]}
    names = {name: operator for name, operator in reference.operators.items() if name not in common}
    found = {operator for name, operator in names.items() if f" {fold_name_of_place(name)} " in words}
    return found.pop() if len(found) == 1 else None
