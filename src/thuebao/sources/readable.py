"""What every table of records can do, what one that is divisible can beside, and what was noticed in some records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from thuebao.sources.batch import Batch, Place
from thuebao.sources.encodings.repair import Repairs
from thuebao.sources.headers.header import Header
from thuebao.sources.notice import Notice
from thuebao.sources.packing.stored import Stored


class Table(Protocol):
    """The records of a file of some kind."""

    @property
    def header(self) -> Header:
        """How its columns map."""

    def anew(self, stored: Stored) -> Table:
        """Return the same table, stored there, of which nothing was read so far."""

    def batches(self, wanted: Collection[str]) -> Iterator[Batch]:
        """Yield the wanted columns."""

    def notices(self) -> Iterator[Notice]:
        """Yield what should be said of its values once the file has been read."""


@runtime_checkable
class DivisibleTable(Table, Protocol):
    """A table that can be read on from a place in it. See DelimitedTable and ParquetTable."""

    @property
    def numbers(self) -> Counter[int]:
        """Of the columns that were read, by position, how many values were numbers and not texts."""

    @property
    def divisible(self) -> bool:
        """Whether it can, as it is stored."""

    def ends(self, start: Place, share: int) -> list[int]:
        """Return where about so many records each end, from a place on."""

    def batches(self, wanted: Collection[str], start: Place | None = None, end: int | None = None) -> Iterator[Batch]:
        """Yield the wanted columns from one place to another."""


@dataclass(frozen=True)
class Noticed:
    """What was noticed in some of the records of a file: for the export of all of them to take over.

    others: records of other operators than the one of the option; numbers: of the columns, by position, of a Parquet
    file; see Export for the rest.
    """

    repairs: Repairs
    cut: Counter[str]
    others: int
    numbers: Counter[int]
