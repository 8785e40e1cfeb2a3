"""Maps a file's headers to canonical columns: by the user's mapping, else by the synonyms of columns.toml."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache

from thuebao.base.errors import InputError
from thuebao.base.fold import fold_header
from thuebao.rulebook.columns import columns, columns_by_header, raw
from thuebao.sources.encodings.header_readings import header_reading
from thuebao.sources.headers.additions import without_additions
from thuebao.sources.headers.mapping import Join, headers_of, plain_header
from thuebao.sources.headers.mapping import Mapping as Names

_DIGITS_OF_A_VALUE = 5  # more than a header has: a year has four, the shortest day six (1/1/2024)
_RARE = 10  # times as often as a key, another one of the same meaning makes it a slip

FEWEST_KNOWN = 2
"""Known columns that the header of an export has at least."""
_NUMBERS = ("msisdn", "id_number")
_WHOSE = ("full_name", *_NUMBERS)  # of these one at least


@dataclass(frozen=True)
class Combination:
    """Several columns of a file that make one canonical column: joined, or else the first that is filled counts."""

    positions: tuple[int, ...]
    joined: bool


@dataclass(frozen=True)
class Header:
    """How a file's columns map: by position for reading, by name for people.

    combined: canonical columns that several of the file's columns make; the first of these stands for all of them.
    rivals: canonical column → positions of headers that all name it, so that none is taken (in a mere look only).
    weaker: positions of headers that name a column which a plainer one names too, so that they map to nothing.
    """

    names: tuple[str, ...]
    canonical: tuple[str | None, ...]
    combined: Mapping[str, Combination] = field(default_factory=dict)
    rivals: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    weaker: tuple[int, ...] = ()

    @property
    def mapped(self) -> dict[str, str]:
        """Canonical column → the file's own header, in the catalogue's order."""
        found = {c: name for c, name in zip(self.canonical, self.names, strict=True) if c}
        for column, made in self.combined.items():
            found[column] = (" + " if made.joined else " | ").join(self.names[n] for n in made.positions)
        return {c: found[c] for c in columns() if c in found}

    @property
    def positions(self) -> dict[str, tuple[int, ...]]:
        """Canonical column → where it stands."""
        found = {c: (n,) for n, c in enumerate(self.canonical) if c}
        return found | {column: made.positions for column, made in self.combined.items()}

    def column_at(self, position: int) -> str | None:
        """Return the canonical column that the column at a position is, or is a part of."""
        return next((column for column, places in self.positions.items() if position in places), None)

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
        parts = {n for made in self.combined.values() for n in made.positions}
        return [
            name
            for n, (name, c) in enumerate(zip(self.names, self.canonical, strict=True))
            if c is None and n not in parts and name.strip()
        ]

    @property
    def absent(self) -> list[str]:
        """Canonical columns that the file does not have."""
        return [c for c in columns() if c not in self.canonical]


def unmapped(position: int) -> str:
    """Return what a batch calls a column that maps to nothing."""
    return f"?{position}"


def understood(name: str) -> str:
    """Return what names the column in a header, without what a wrong encoding or its writer added."""
    return header_reading(without_additions(name)).text


def recognised(names: Sequence[str], mapping: Names | None = None) -> int:
    """Return how many headers name a canonical column, or are named by the mapping."""
    said = mapping.headers if mapping else []
    folded, exact = set(map(fold_header, said)), set(map(plain_header, said))

    def is_said(name: str) -> bool:
        plain = plain_header(name)
        return bool(plain) and (plain in exact or fold_header(understood(name)) in folded)

    return sum(_is_known(name) or (bool(said) and is_said(name)) for name in names)


@lru_cache(4096)  # each of the first rows is looked at several times, and many cells are alike
def _is_known(name: str) -> bool:
    return bool(plain_header(name)) and fold_header(understood(name)) in columns_by_header()


def map_header(path: str, names: Sequence[str], mapping: Names | None = None) -> Header:
    """Return how the headers map: those that the mapping names first, the others by their synonyms.

    Raises InputError when none is recognised, one stands twice, two name the same column, or the mapping names one
    that is not there.
    """
    known = columns_by_header()
    said = _named_by_mapping(path, names, mapping) if mapping else {}
    spoken = mapping.columns.keys() if mapping else frozenset()
    parts = {n for places in said.values() for n in places[1:]}
    by_mapping = {places[0]: column for column, places in said.items()}
    canonical: list[str | None] = []
    readings = [understood(name) for name in names]
    for position, name in enumerate(readings):
        column = known.get(fold_header(name))
        free = column not in spoken and position not in parts
        canonical.append(by_mapping.get(position) or (column if free else None))
    if not any(canonical) and (not mapping or not mapping.tentative or _holds_values(names)):
        raise unrecognised(path, names)
    weaker = _weaker(names, canonical)
    for n in weaker:
        canonical[n] = None
    rivals = _rivals(canonical) if mapping and mapping.tentative else {}
    for n in (n for places in rivals.values() for n in places):
        canonical[n] = None
    if not mapping or not mapping.tentative:
        # That a header has two columns of one name is nothing to mend where it is not that of an export.
        of_others = set(canonical).isdisjoint(_WHOSE)
        _check_unique(path, names, canonical, looked_at=bool(mapping) or of_others)
    combined = {
        column: Combination(tuple(places), isinstance(mapping.columns[column], Join))
        for column, places in said.items()
        if mapping and len(places) > 1
    }
    return Header(tuple(names), tuple(canonical), combined, rivals, tuple(weaker))


def is_export(known: Collection[str]) -> bool:
    """Return whether canonical columns are as many as an export's, and say whose the records are."""
    return len(known) >= FEWEST_KNOWN and not set(known).isdisjoint(_WHOSE)


def rare_spellings(counts: Mapping[str, int]) -> dict[str, str]:
    """Return keys of records that name what another key names in far more of them → that other key.

    counts: of how many records have a key. A key that is damaged or spelt otherwise in a line or two is no column.
    """
    known = columns_by_header()
    alike: dict[str, list[str]] = {}
    for name in counts:
        alike.setdefault(known.get(fold_header(understood(name))) or f"?{plain_header(name)}", []).append(name)
    found = {}
    for names in alike.values():
        most = max(names, key=lambda name: counts[name])
        for name in names:
            count = counts[name]
            if count < counts[most] and (count == 1 or count * _RARE <= counts[most]):
                found[name] = most
    return found


def has_subscriber(header: Header, rows: Iterable[Sequence[str | None]], digits: int = _DIGITS_OF_A_VALUE) -> bool:
    """Return whether some row names a person, or has a subscriber's or a document's number of so many digits."""
    keys = [n for n, column in enumerate(header.canonical) if column in _NUMBERS]
    names = [n for n, column in enumerate(header.canonical) if column == "full_name"]
    return any(
        any(is_value(row[n] or "", digits) for n in keys if n < len(row)) or any(row[n] for n in names if n < len(row))
        for row in rows
    )


def check_is_export(path: str, header: Header) -> None:
    """Raise InputError for a header that shares a word with those of exports, as any letter or price list may."""
    known = header.mapped
    if not is_export(known):
        raise InputError("not_an_export", path=path, known=", ".join(name.strip() for name in known.values()))


def _weaker(names: Sequence[str], canonical: Sequence[str | None]) -> list[int]:
    """Return the positions of headers that may name a column, beside the only one that plainly does."""
    found = []
    for column, places in _rivals(canonical).items():
        weak = {fold_header(header) for header in columns()[column].weak_headers}
        plain = [n for n in places if fold_header(names[n]) not in weak]
        if len(plain) == 1:
            found += [n for n in places if n not in plain]
    return found


def _rivals(canonical: Sequence[str | None]) -> dict[str, tuple[int, ...]]:
    """Return the positions of each column that stands at several."""
    places: dict[str, list[int]] = {}
    for n, column in enumerate(canonical):
        if column:
            places.setdefault(column, []).append(n)
    return {column: tuple(found) for column, found in places.items() if len(found) > 1}


def unrecognised(path: str, names: Sequence[str]) -> InputError:
    """Return the error for a header of which nothing is recognised."""
    # Where values stand in the header's place they are somebody's: what stands there is not shown.
    if _holds_values(names):
        return InputError("header_missing", path=path)
    return InputError("header_unrecognised", path=path, count=len(names))


def is_value(cell: str, digits: int = _DIGITS_OF_A_VALUE) -> bool:
    """Return whether a cell rather holds a value than the name of a column: a number or a day, however it is spelt."""
    return sum(map(str.isdigit, cell)) >= digits


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


def _named_by_mapping(path: str, names: Sequence[str], mapping: Names) -> dict[str, list[int]]:
    """Return canonical column → the positions of the headers that the mapping names for it."""
    said: dict[str, list[int]] = {}
    owner: dict[int, str] = {}
    for column, given in mapping.columns.items():
        headers = [header for header in headers_of(given) if header]
        if isinstance(given, tuple):  # of several, some will do
            headers = [header for header in headers if _places(names, header)] or headers[:1]
        for header in headers:
            position = _position(path, names, header, column, mapping)
            if position in owner:
                raise InputError(
                    "mapping_header_for_two",
                    path=mapping.path,
                    header=names[position],
                    column=owner[position],
                    other=column,
                )
            owner[position] = column
            said.setdefault(column, []).append(position)
    return said


def _places(names: Sequence[str], header: str) -> list[int]:
    """Return where a header stands: the very same one, else those that differ in case, diacritics and spacing."""
    for form in (str, plain_header, fold_header):
        if found := [n for n, name in enumerate(names) if form(header) and form(name) == form(header)]:
            return found
    return []


def _position(path: str, names: Sequence[str], header: str, column: str, mapping: Names) -> int:
    """Return where a header stands. Raises InputError where that is nowhere, or in several places."""
    found = _places(names, header)
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
