"""Opens an export: detects its kind, encoding, header and operator, and reads its records in batches."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import takewhile
from pathlib import Path
from typing import Protocol

import polars as pl

from thuebao.base.errors import InputError
from thuebao.base.messages import text
from thuebao.facts.number import known_operator
from thuebao.rulebook.reference import Reference
from thuebao.sources.batch import Batch
from thuebao.sources.delimited.layout import Layout, layout_of
from thuebao.sources.delimited.table import DelimitedTable
from thuebao.sources.encodings.encoding import Encoding, detect
from thuebao.sources.endings import is_archive_name
from thuebao.sources.headers.header import Header, check_is_export, unmapped
from thuebao.sources.headers.mapping import Mapping, mapping_for
from thuebao.sources.json_form import JSON, NDJSON
from thuebao.sources.kind import PARQUET, SPREADSHEETS, kind_of_bytes, kind_of_text
from thuebao.sources.ndjson import NdjsonTable
from thuebao.sources.packing.stored import Stored
from thuebao.sources.parquet import ParquetTable
from thuebao.sources.sheets.table import SheetTable
from thuebao.sources.sheets.workbook import open_sheet

_HEAD = 1 << 20  # bytes that kind, encoding and layout are told by
_LARGEST_IN_MEMORY = 1 << 30  # bytes of a packed workbook or Parquet file, which is read whole
_SAMPLE = 500  # records by which proposals are made
_PART_NUMBER = 5  # characters in which the names of parts of one export differ at most: "-0001", "_a"
_UTF8 = Encoding("utf-8")


class Table(Protocol):
    """The records of a file of some kind."""

    @property
    def header(self) -> Header:
        """How its columns map."""

    def batches(self, wanted: Collection[str]) -> Iterator[Batch]:
        """Yield the wanted columns."""


@dataclass(frozen=True)
class ReadAs:
    """What the user says about how to read exports, where they do not show it themselves.

    encoding: of texts; sheet: of workbooks, by name or number; mappings: of headers.
    """

    encoding: Encoding | None = None
    sheet: str | None = None
    mappings: Sequence[Mapping] = ()


AS_THEY_ARE = ReadAs()


@dataclass(frozen=True)
class Export:
    """A file that can be read. `operator` is that of every record; None when the file has an operator column."""

    stored: Stored
    format: str
    encoding: Encoding
    operator: str | None
    table: Table

    @property
    def path(self) -> str:
        """The file's name, as shown."""
        return self.stored.path

    @property
    def header(self) -> Header:
        """How its columns map."""
        return self.table.header

    def batches(self, wanted: set[str]) -> Iterator[Batch]:
        """Yield the wanted canonical columns as raw text (`~msisdn`), in the file's order.

        Raises InputError, naming the line, where the file cannot be read, and when it changed meanwhile.
        """
        before = self.stored.fingerprint()
        yield from self.table.batches(wanted)
        if self.stored.fingerprint() != before:
            raise InputError("file_changed", path=self.path)

    @property
    def sample(self) -> pl.DataFrame:
        """The first records, one text column for every header, by position ("0", "1", …)."""
        names = self.header.raw_names
        everything = {c or unmapped(n) for n, c in enumerate(self.header.canonical)}
        batches = self.table.batches(everything)
        records = next((batch.records for batch in batches if batch.records.height), pl.DataFrame(schema=names))
        return records.head(_SAMPLE).select(pl.col(name).alias(str(n)) for n, name in enumerate(names))

    @property
    def sheet(self) -> str | None:
        """The sheet that is read, of a workbook."""
        return self.table.sheet.name if isinstance(self.table, SheetTable) else None

    @property
    def layout(self) -> Layout | None:
        """How it is written, if it is delimited text."""
        return self.table.layout if isinstance(self.table, DelimitedTable) else None

    @property
    def converted(self) -> bool:
        """Whether its text had to be converted."""
        return not self.encoding.is_utf8

    def remarks(self) -> Iterator[str]:
        """Yield what should be said once it has been read."""
        if isinstance(self.table, SheetTable | NdjsonTable | ParquetTable):
            yield from self.table.remarks()
        if self.layout and self.layout.header_of_another:
            yield text("notice.header_of_another", path=self.path)


def open_export(
    stored: Stored,
    operator: str | None,
    reference: Reference,
    read_as: ReadAs = AS_THEY_ARE,
    earlier: Sequence[Export] = (),
    *,
    operator_needed: bool = True,
) -> Export:
    """Return the export that is stored; `operator` is the user's word on whose it is.

    earlier: exports read before, whose header it may lack because it goes on where one of them ends.
    Raises InputError when the file is of no known kind, has no header, or nothing says whose it is.
    """
    mapping = mapping_for(stored.path, read_as.mappings)
    head = stored.head(_HEAD)
    if stored.packing and len(head) < _HEAD:
        deque(stored.chunks(_HEAD), maxlen=0)  # where it breaks off, that is what is the matter with it
    kind, encoding = kind_of_bytes(stored.path, head), _UTF8
    table: Table
    if kind in SPREADSHEETS:
        opened = open_sheet(stored.path, BytesIO(_in_memory(stored)) if stored.packing else stored.file, read_as.sheet)
        table = SheetTable.of(opened, mapping)
    elif kind == PARQUET:
        table = ParquetTable.of(stored.path, _in_memory(stored) if stored.packing else stored.file, mapping)
    else:
        encoding = read_as.encoding or detect(stored.samples())
        kind = kind_of_text(stored.path, head, encoding)
        if kind in (NDJSON, JSON):
            table = NdjsonTable.of(stored, encoding, mapping, in_list=kind == JSON)
        else:
            split = [e.layout for e in earlier if e.layout and _one_export(e.path, stored.path)]
            table = DelimitedTable(
                stored, layout_of(stored.path, _whole_text(head, encoding), mapping, split), encoding
            )
    if mapping is None:
        check_is_export(stored.path, table.header)
    if "operator" in table.header.canonical:
        operator = None
    else:
        operator = operator or (mapping and mapping.operator) or _operator_of(stored.path, reference)
        if operator is None and operator_needed:
            raise InputError("operator_unknown", path=stored.path)
    return Export(stored, str(kind), encoding, operator, table)


def _whole_text(head: bytes, encoding: Encoding) -> str:
    """Return the head of a file as text, without the character that its end may cut in two."""
    text = encoding.text(head)
    return text.rstrip("\ufffd") if len(head) == _HEAD else text


def _operator_of(path: str, reference: Reference) -> str | None:
    """Return the operator that a file's name, or that of the archive around it, says."""
    parts = Path(path).parts
    inside = [n for n, part in enumerate(parts) if is_archive_name(part)]
    names = parts[inside[-1] if inside else -1 :]
    found = (known_operator(reference, Path(name).stem) for name in reversed(names))
    return next((operator for operator in found if operator), None)


def _one_export(first: str, other: str) -> bool:
    """Return whether two files are parts of one export by their names: these differ in a number or a letter or two."""
    if Path(first).parent != Path(other).parent:
        return False
    one, two = Path(first).name, Path(other).name
    start = _alike(one, two)
    end = _alike(one[start:][::-1], two[start:][::-1])
    differing = [name[start : len(name) - end] for name in (one, two)]
    return all(len(part) <= _PART_NUMBER and (part.isalnum() or not part) for part in differing)


def _alike(one: str, two: str) -> int:
    """Return the length of the beginning that two texts share."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, two, strict=False)))


def _in_memory(stored: Stored) -> bytes:
    """Return what is unpacked, for a kind that cannot be read as a stream."""
    data = b""
    with stored.open() as file:
        data = file.read(_LARGEST_IN_MEMORY + 1)
    if len(data) > _LARGEST_IN_MEMORY:
        raise InputError("packed_too_large", path=stored.path, limit=f"{_LARGEST_IN_MEMORY >> 20} MiB")
    return data
