"""Batches of records and rejected lines, as every reader of exports yields them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import polars as pl

HEADERS, TITLES, SUMS, BLANK = "headers", "titles", "sums", "blank"
"""What is passed over: headers again and column numbers; titles, groups, pages and signatures; sums; what is blank."""
ABOVE_HEADER = "above_header"
"""The reason of a rejected line that looks like a record, and stands where titles do."""
PASSED_OVER = (HEADERS, TITLES, SUMS, BLANK)


@dataclass(frozen=True)
class Rejected:
    r"""A malformed line (or, within quotes, several) that cannot be read as a record.

    line: its number in the file, from 1; reason: see texts/, [rejected]; found: fields in it, if they can be told;
    text: the line as it stands in the file; bytes that are no text as \xff.
    """

    line: int
    reason: str
    text: str
    found: int | None = None


@dataclass(frozen=True)
class Place:
    """A place between two records of a file from which it can be read on.

    at: bytes of text, or rows, before it; line: the number of the next one; records, passed_over: how many records
    and other lines were before it; width: about how many bytes a record takes, 0 where that need not be known.
    """

    at: int
    line: int = 1
    records: int = 0
    passed_over: Counter[str] = field(default_factory=Counter)
    width: int = 0


@dataclass(frozen=True)
class Outline:
    """What a batch says apart from its records, of which there are `height`; see Batch."""

    height: int
    places: pl.Series | None
    rejected: Mapping[int, Rejected]
    passed_over: Counter[str]
    lines: pl.Series | None

    @property
    def size(self) -> int:
        """Records and rejected lines."""
        return self.height + len(self.rejected)

    def counted_on(self, lines: int) -> Outline:
        """Return the same with so many lines before it."""
        rejected = {place: replace(one, line=one.line + lines) for place, one in self.rejected.items()}
        below = None if self.lines is None else (self.lines + lines).cast(pl.UInt32)
        return replace(self, rejected=rejected, lines=below)


@dataclass(frozen=True)
class Batch:
    """Records in canonical columns as raw text (`~msisdn`), in the file's order, and what is no record between them.

    places: for each record its place, from 0, among the batch's records and rejected lines; None: nothing rejected.
    rejected: by place. passed_over: kind → lines that are neither.
    lines: for each record the line of the file, or the row of the sheet, where it begins, from 1; None: it has none.
    then: where the file can be read on; None: it has to be read from its beginning.
    """

    records: pl.DataFrame
    places: pl.Series | None = None
    rejected: Mapping[int, Rejected] = field(default_factory=dict)
    passed_over: Counter[str] = field(default_factory=Counter)
    lines: pl.Series | None = None
    then: Place | None = None

    @property
    def size(self) -> int:
        """Records and rejected lines."""
        return self.outline.size

    @property
    def outline(self) -> Outline:
        """What it says apart from its records."""
        return Outline(self.records.height, self.places, self.rejected, self.passed_over, self.lines)


_T = TypeVar("_T")


def in_batches(items: Iterable[_T], size: Callable[[_T], int], most_items: int, most: int) -> Iterator[list[_T]]:
    """Yield items in lists of `most_items`, of fewer items where their sizes add up to `most` before."""
    batch: list[_T] = []
    held = 0
    for item in items:
        batch.append(item)
        held += size(item)
        if held >= most or len(batch) >= most_items:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch


def batch_with_rejected(
    records: pl.DataFrame, lines: pl.Series, rejected: Sequence[Rejected], passed_over: Counter[str]
) -> Batch:
    """Return a batch with rejected lines between its records; lines: where each record begins."""
    if not rejected:
        return Batch(records, passed_over=passed_over, lines=lines)
    stood = pl.Series([line.line for line in rejected], dtype=pl.UInt32)
    before = stood.search_sorted(lines, side="left")
    places = (pl.int_range(records.height, dtype=pl.UInt32, eager=True) + before).cast(pl.UInt32)
    records_before = lines.search_sorted(stood, side="left")
    numbered = {n + before: line for n, (before, line) in enumerate(zip(records_before, rejected, strict=True))}
    return Batch(records, places, numbered, passed_over, lines)


def numbers_from(first: int, count: int) -> pl.Series:
    """Return so many line numbers in a row."""
    return pl.int_range(first, first + count, dtype=pl.UInt32, eager=True)
