"""Maps a file's headers to canonical columns: by the user's mapping, else by the synonyms of columns.toml."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from thuebao.base.errors import InputError
from thuebao.base.fold import fold_header
from thuebao.rulebook.columns import columns, columns_by_header, headers_giving_way, raw
from thuebao.sources.headers.mapping import Mapping, plain_header

_DIGITS_OF_A_VALUE = 5  # more than a header has: a year has four, the shortest day six (1/1/2024)

_FEWEST_KNOWN, _WHOSE = 2, ("msisdn", "full_name", "id_number")  # what the header of an export has at least


@dataclass(frozen=True)
class Header:
    """How a file's columns map: by position for reading, by name for people."""

    names: tuple[str, ...]
    canonical: tuple[str | None, ...]

    @property
    def mapped(self) -> dict[str, str]:
        """Canonical column → the file's own header, in the catalogue's order."""
        found = {c: name for c, name in zip(self.canonical, self.names, strict=True) if c}
        return {c: found[c] for c in columns() if c in found}

    @property
    def raw_names(self) -> list[str]:
        """What the columns are called in a batch: raw(canonical), or a name of their own that no column has."""
        return [raw(c) if c else unmapped(n) for n, c in enumerate(self.canonical)]

    def chosen(self, wanted: Collection[str]) -> list[int]:
        """Return the positions of wanted columns, by canonical name or, for unmapped ones, the name in a batch."""
        return [n for n, c in enumerate(self.canonical) if (c or unmapped(n)) in wanted]

    @property
    def unknown(self) -> list[str]:
        """Headers that map to nothing."""
        return [name for name, c in zip(self.names, self.canonical, strict=True) if c is None and name.strip()]

    @property
    def absent(self) -> list[str]:
        """Canonical columns that the file does not have."""
        return [c for c in columns() if c not in self.canonical]


def unmapped(position: int) -> str:
    """Return what a batch calls a column that maps to nothing."""
    return f"?{position}"


def recognised(names: Sequence[str], mapping: Mapping | None = None) -> int:
    """Return how many headers name a canonical column, or are named by the mapping."""
    known = columns_by_header().keys() | (
        {fold_header(header) for header in mapping.columns.values()} if mapping else ()
    )
    exact = {plain_header(header) for header in mapping.columns.values()} if mapping else set()
    return sum(
        bool(plain_header(name)) and (fold_header(name) in known or plain_header(name) in exact) for name in names
    )


def map_header(path: str, names: Sequence[str], mapping: Mapping | None = None) -> Header:
    """Return how the headers map: those that the mapping names first, the others by their synonyms.

    Raises InputError when none is recognised, one stands twice, two name the same column, or the mapping names one
    that is not there.
    """
    known = columns_by_header()
    said = _named_by_mapping(path, names, mapping) if mapping else {}
    spoken = mapping.columns.keys() if mapping else frozenset()
    canonical: list[str | None] = []
    for position, name in enumerate(names):
        column = known.get(fold_header(name))
        canonical.append(said.get(position) or (column if column not in spoken else None))
    _give_way(names, canonical, spoken=set(said))
    if not any(canonical) and (not mapping or not mapping.tentative or _holds_values(names)):
        raise unrecognised(path, names)
    _check_unique(path, names, canonical, looked_at=bool(mapping and not mapping.tentative))
    return Header(tuple(names), tuple(canonical))


def check_is_export(path: str, header: Header) -> None:
    """Raise InputError for a header that shares a word with those of exports, as any letter or price list may."""
    known = header.mapped
    if len(known) < _FEWEST_KNOWN or known.keys().isdisjoint(_WHOSE):
        raise InputError("not_an_export", path=path, known=", ".join(name.strip() for name in known.values()))


def _give_way(names: Sequence[str], canonical: list[str | None], spoken: Collection[int]) -> None:
    """Leave out the headers that give way to another one of the same column."""
    giving = {
        position
        for position, name in enumerate(names)
        if position not in spoken and fold_header(name) in headers_giving_way()
    }
    firm = {column for position, column in enumerate(canonical) if position not in giving}
    for position in giving:
        if canonical[position] in firm:
            canonical[position] = None


def unrecognised(path: str, names: Sequence[str]) -> InputError:
    """Return the error for a header of which nothing is recognised."""
    # Where values stand in the header's place they are somebody's: what stands there is not shown.
    if _holds_values(names):
        return InputError("header_missing", path=path)
    return InputError("header_unrecognised", path=path, count=len(names))


def is_value(cell: str) -> bool:
    """Return whether a cell rather holds a value than the name of a column: a number or a day, however it is spelt."""
    return sum(map(str.isdigit, cell)) >= _DIGITS_OF_A_VALUE


def _holds_values(names: Sequence[str]) -> bool:
    return any(map(is_value, names))


def _check_unique(path: str, names: Sequence[str], canonical: Sequence[str | None], *, looked_at: bool) -> None:
    """Raise InputError when two headers name one column or, unless a person has looked at them, are the same."""
    first: dict[str, str] = {}
    for name, column in zip(names, canonical, strict=True):
        # Diacritics tell headers apart that are not known: "Ngày lắp" is not "Ngày lập".
        key = column or f"?{plain_header(name)}"
        if key in first and key != "?" and (column or not looked_at):
            twice = fold_header(first[key]) == fold_header(name)
            error = "header_twice" if twice else "two_headers_for_one_column"
            raise InputError(error, path=path, header=name, other=first[key], column=column)
        first[key] = name


def _named_by_mapping(path: str, names: Sequence[str], mapping: Mapping) -> dict[int, str]:
    """Return position → canonical column of the headers that the mapping names."""
    said: dict[int, str] = {}
    for column, header in mapping.columns.items():
        if not header:
            continue
        position = _position(path, names, header, column, mapping)
        if position in said:
            raise InputError(
                "mapping_header_for_two", path=mapping.path, header=names[position], column=said[position], other=column
            )
        said[position] = column
    return said


def _position(path: str, names: Sequence[str], header: str, column: str, mapping: Mapping) -> int:
    """Return where a header stands: the very same one, else one that differs in case, diacritics and spacing."""
    for form in (str, plain_header, fold_header):
        found = [n for n, name in enumerate(names) if form(header) and form(name) == form(header)]
        if found:
            break
    if len(found) > 1:
        raise InputError("mapping_header_twice", path=path, header=names[found[0]], column=column, mapping=mapping.path)
    if not found:
        near = get_close_matches(header, [name for name in names if name.strip()], n=1, cutoff=0)
        raise InputError(
            "mapping_header_absent",
            path=path,
            header=header,
            column=column,
            mapping=mapping.path,
            near=near[0].strip()[:40] if near else "–",
        )
    return found[0]
