"""A file's header → canonical columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from thuebao.errors import InputError
from thuebao.folding import fold_header
from thuebao.record import columns, columns_by_header

_VALUE = re.compile("[0-9]{5}")


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
    def unknown(self) -> list[str]:
        """Headers that map to nothing."""
        return [name for name, c in zip(self.names, self.canonical, strict=True) if c is None and name.strip()]

    @property
    def absent(self) -> list[str]:
        """Canonical columns that the file does not have."""
        return [c for c in columns() if c not in self.canonical]


def recognised(names: Sequence[str]) -> int:
    """Return how many headers name a canonical column."""
    known = columns_by_header()
    return sum(fold_header(name) in known for name in names)


def map_header(path: str, names: Sequence[str]) -> Header:
    """Return how the headers map.

    Raises InputError when none is recognised, one stands twice, or two name the same column.
    """
    known = columns_by_header()
    canonical = [known.get(fold_header(name)) for name in names]
    if not any(canonical):
        # Where values stand in the header's place they are somebody's, and are not shown.
        if any(_VALUE.search(name) for name in names):
            raise InputError("header_missing", path=path)
        shown = ", ".join(name.strip()[:40] for name in names[:8])
        raise InputError("header_unrecognised", path=path, header=shown)
    first: dict[str, str] = {}
    for name, column in zip(names, canonical, strict=True):
        key = column or f"?{fold_header(name) or name.strip()}"
        if key in first and key != "?":
            twice = fold_header(first[key]) == fold_header(name)
            error = "header_twice" if twice else "two_headers_for_one_column"
            raise InputError(error, path=path, header=name, other=first[key], column=column)
        first[key] = name
    return Header(tuple(names), tuple(canonical))
