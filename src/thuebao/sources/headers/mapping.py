"""Reads mapping files (TOML), in which users say which header of a carrier's exports holds which canonical column."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from thuebao.base.errors import UsageError
from thuebao.base.nearest import hint
from thuebao.base.small_file import SmallFileError, parse_toml, read_small
from thuebao.rulebook.columns import columns
from thuebao.sources.headers.mapping_values import month_first_of, value_given_twice, values_of

_KEYS = ("files", "operator", "columns", "values", "dates")
_JOIN = "join"


@dataclass(frozen=True)
class Join:
    """Headers whose values make one, in this order and with spaces between."""

    headers: tuple[str, ...]


Said = str | tuple[str, ...] | Join
"""What a mapping says of a column: its header ("" for none), several (the first filled one counts), or a join."""


def headers_of(said: Said) -> tuple[str, ...]:
    """Return the headers that a mapping names for a column."""
    if isinstance(said, Join):
        return said.headers
    return said if isinstance(said, tuple) else (said,)


@dataclass(frozen=True)
class Mapping:
    """Which header of a file holds which canonical column, and what its values mean, as the user says.

    columns: canonical column → header; "" where none of the file's columns is to be used.
    files: patterns of the file names that it is for, () for all; operator: whose the records are.
    tentative: a mere look at the file, in which a header of which nothing is recognised is no error.
    values: coded column → text → code; month_first: date columns that are written so.
    """

    path: str
    columns: Table[str, Said]
    files: tuple[str, ...] = ()
    operator: str | None = None
    tentative: bool = False
    values: Table[str, Table[str, str]] = field(default_factory=dict)
    month_first: frozenset[str] = frozenset()

    @property
    def headers(self) -> list[str]:
        """Every header that it names."""
        return [header for said in self.columns.values() for header in headers_of(said) if header]

    def fits(self, path: str) -> bool:
        """Return whether the mapping is for the file at `path`, by its name without folders."""
        name = comparable(Path(path).name)
        return not self.files or any(fnmatchcase(name, comparable(pattern)) for pattern in self.files)


LOOK = Mapping("", {}, tentative=True)
"""No mapping at all, for a look at a file that nothing may be recognised in yet."""


def mapping_for(path: str, mappings: Sequence[Mapping]) -> Mapping | None:
    """Return the first mapping that is for the file at `path`."""
    return next((mapping for mapping in mappings if mapping.fits(path)), None)


def read_mapping(path: Path) -> Mapping:
    """Return the mapping that the file at `path` holds.

    Raises UsageError when it cannot be read, is no TOML, or says what makes no sense.
    """
    try:
        source = read_small(path)
    except SmallFileError as error:
        raise UsageError("mapping_unreadable", path=path, reason=str(error)) from None
    try:
        document = parse_toml(source)
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(path, source, str(error)) from None
    if unknown := next((key for key in document if key not in _KEYS), None):
        raise UsageError(
            "mapping_key_unknown", path=path, key=unknown, known=", ".join(_KEYS), hint=hint(unknown, _KEYS)
        )
    return Mapping(
        str(path),
        _columns(path, document),
        _files(path, document),
        _operator(path, document),
        values=values_of(path, document),
        month_first=month_first_of(path, document),
    )


def comparable(name: str) -> str:
    """Return the name of a file, or a pattern of such names, as they are compared."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


# -- the parts of a file -----------------------------------------------------------------------------------------


def _columns(path: Path, document: Table[str, Any]) -> dict[str, Said]:
    given = document.get("columns", {})
    if not isinstance(given, dict):
        raise UsageError("mapping_value", path=path, key="columns", value=given)
    owner: dict[str, str] = {}
    found: dict[str, Said] = {}
    for column, value in given.items():
        if column not in columns():
            near = get_close_matches(column, columns(), n=1, cutoff=0)
            raise UsageError("mapping_column_unknown", path=path, column=column, near=near[0])
        found[column] = said = _said(path, column, value)
        for header in headers_of(said):
            key = plain_header(header)
            if key and key in owner:
                raise UsageError("mapping_header_for_two", path=path, header=header, column=owner[key], other=column)
            owner[key] = column
    return found


def _said(path: Path, column: str, value: object) -> Said:
    """Return what a mapping file says of a column: `"A"`, `["A", "B"]` or `{ join = ["A", "B"] }`."""
    if isinstance(value, str):
        return value if plain_header(value) else ""
    joined = isinstance(value, dict) and value.keys() == {_JOIN}
    headers = value[_JOIN] if joined and isinstance(value, dict) else value
    if not isinstance(headers, list) or not headers or not all(isinstance(h, str) and plain_header(h) for h in headers):
        raise UsageError("mapping_value", path=path, key=column, value=value)
    return Join(tuple(headers)) if joined else tuple(headers)


def _files(path: Path, document: Table[str, Any]) -> tuple[str, ...]:
    given = document.get("files", [])
    patterns = [given] if isinstance(given, str) else given
    if not isinstance(patterns, list) or not all(isinstance(p, str) and p.strip() for p in patterns):
        raise UsageError("mapping_value", path=path, key="files", value=given)
    return tuple(patterns)


def _operator(path: Path, document: Table[str, Any]) -> str | None:
    given = document.get("operator")
    if given is not None and not (isinstance(given, str) and given.strip()):
        raise UsageError("mapping_value", path=path, key="operator", value=given)
    return given


def plain_header(name: str) -> str:
    """Return a header as it is compared exactly: composed letters, no white space around, no byte order mark."""
    return unicodedata.normalize("NFC", name).strip().strip("\ufeff").strip()


# -- what is no TOML ---------------------------------------------------------------------------------------------

_PLACE = re.compile(r" ?\(at (?:line (?P<line>[0-9]+), column [0-9]+|end of document)\)$")
_ASSIGNMENT = re.compile(r"""\s*["']?(?P<column>[a-z_]+)["']?\s*=\s*(?P<header>"(?:[^"\\]|\\.)*"|'[^']*')""")


def _syntax_error(path: Path, source: str, reason: str) -> UsageError:
    """Return the error for a file that is no TOML; a column given twice, which TOML forbids, gets its own."""
    lines = source.splitlines()
    if twice := next(value_given_twice(lines), None):
        return UsageError("mapping_value_twice", path=path, column=twice[0], value=twice[1])
    found = _PLACE.search(reason)
    line = int(found["line"]) if found and found["line"] else max(len(lines), 1)
    for column, header, other in _given_twice(lines):
        return UsageError("mapping_column_twice", path=path, column=column, header=header, other=other)
    return UsageError("mapping_syntax", path=path, line=line, reason=_PLACE.sub("", reason))


def _given_twice(lines: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Yield the columns that two lines give a header to, with both headers."""
    seen: dict[str, str] = {}
    for line in lines:
        found = _ASSIGNMENT.match(line)
        if found and found["column"] in columns() and found["column"] != "operator":
            header = found["header"][1:-1]
            if found["column"] in seen:
                yield found["column"], seen[found["column"]], header
            seen[found["column"]] = header
