"""Opens an export: detects its kind, encoding, header and operator, and reads its records in batches."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from functools import partial
from io import BytesIO
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from thuebao.base.errors import InputError
from thuebao.base.messages import text
from thuebao.rulebook.reference import Reference
from thuebao.sources.batch import Batch, Place
from thuebao.sources.delimited.layout import Layout, layout_of
from thuebao.sources.delimited.table import MOST_BYTES, DelimitedTable
from thuebao.sources.encodings.encoding import Encoding, carrier_of, detect
from thuebao.sources.encodings.notices import notices_of_repairs
from thuebao.sources.encodings.repair import Repairs
from thuebao.sources.errors_of_libraries import guarded
from thuebao.sources.headers.header import Header, check_is_export, unmapped
from thuebao.sources.headers.mapping import Mapping, mapping_for
from thuebao.sources.json.form import JSON, NDJSON
from thuebao.sources.kinds.kind import PARQUET, SPREADSHEETS, kind_of_bytes, kind_of_text
from thuebao.sources.long_values import LONGEST, shortened
from thuebao.sources.notice import Notice
from thuebao.sources.operators import COLUMN, OPTION, Operators, whose
from thuebao.sources.packing.stored import Stored
from thuebao.sources.raw_values import RawValues
from thuebao.sources.readable import DivisibleTable, Noticed, Table
from thuebao.sources.sheets.table import SheetTable
from thuebao.sources.tables.kinds import MARKED_UP

if TYPE_CHECKING:
    from thuebao.sources.sheets.workbook import Sheet

# What reads anything else than delimited text takes a while to load, and is loaded with the first such file.
_HEAD = 1 << 20  # bytes that kind, encoding and layout are told by
_LARGEST_IN_MEMORY = 1 << 30  # bytes of a packed workbook or Parquet file, which is read whole
_OF_MEMORY = 6  # the part of all memory that such a file may take: while it is unpacked it is held twice
_SAMPLE = 500  # records by which proposals are made
_PART_NUMBER = 5  # characters in which the names of parts of one export differ at most: "-0001", "_a"
_UTF8 = Encoding("utf-8")


@dataclass(frozen=True)
class ReadAs:
    """What the user says about how to read exports, where they do not show it themselves.

    encoding: of texts; sheet: of workbooks, by name or number; mappings: of headers; memory: bytes that an audit may
    take; most_bytes: how much of a text is worked on at a time.
    """

    encoding: Encoding | None = None
    sheet: str | None = None
    mappings: Sequence[Mapping] = ()
    memory: int = 10**9
    most_bytes: int = MOST_BYTES


AS_THEY_ARE = ReadAs()


@dataclass(frozen=True)
class Export:
    """A file that can be read.

    operator: that of every record, None when the file has an operator column; operator_from: how it is known: "column",
    "mapping", "name" (of the file or its folder) or "option". cut: how many values were too long to be kept.
    """

    stored: Stored
    format: str
    encoding: Encoding
    table: Table
    values: RawValues
    repairs: Repairs
    cut: Counter[str] = field(default_factory=Counter, compare=False)

    @property
    def operator(self) -> str | None:
        """The operator of every record; None when each says so itself, or nothing does."""
        return None if COLUMN in self._sources else self.values.whose.operator

    @property
    def operator_from(self) -> str:
        """How it is known whose the records are: "column", "mapping", "name" (of file or folder) or "option"."""
        return self._sources[0]

    @property
    def _sources(self) -> list[str]:
        said = [COLUMN] if "operator" in self.header.canonical else []
        return [*said, self.values.whose.source or OPTION]

    @property
    def sheet(self) -> str | None:
        """The sheet that its records stand in, None if it is no workbook."""
        return self.table.sheet if isinstance(self.table, SheetTable) else None

    @property
    def of_workbook(self) -> Sheet | None:
        """That sheet, if it is one of a workbook."""
        if not isinstance(self.table, SheetTable):
            return None
        from thuebao.sources.sheets.workbook import Sheet

        sheet = self.table.of_workbook
        return sheet if isinstance(sheet, Sheet) else None

    def close(self) -> None:
        """Let go what is held in memory of a workbook; it is read anew where something is asked for."""
        if self.of_workbook:
            self.of_workbook.book.close()

    @property
    def path(self) -> str:
        """The file's name, as shown."""
        return self.stored.path

    @property
    def header(self) -> Header:
        """How its columns map."""
        return self.table.header

    @property
    def divisible(self) -> DivisibleTable | None:
        """Its table, if it can be read on from a place in it, whatever was noticed before."""
        table = self.table
        return table if isinstance(table, DivisibleTable) and table.divisible else None

    def for_others(self) -> Export | None:
        """Return the same export as another process reads it, in which nothing was noticed so far.

        None if it has to be read from its beginning, or no other process knows the file.
        """
        stored, table = self.stored.by_real_path(), self.divisible
        if not stored or not table:
            return None
        values, repairs = copy(self.values), Repairs(self.repairs.said)
        return Export(stored, self.format, self.encoding, table.anew(stored), values, repairs)

    @property
    def again(self) -> Export:
        """The same export, to look at some columns once more: what is noticed of these is not noticed of this one."""
        return replace(self, table=self.table.anew(self.stored), values=copy(self.values), cut=Counter())

    @property
    def noticed(self) -> Noticed:
        """What was noticed in the records that were read."""
        numbers = self.table.numbers if isinstance(self.table, DivisibleTable) else Counter[int]()
        return Noticed(self.repairs, self.cut, self.values.of_others, numbers)

    def take_over(self, noticed: Noticed) -> None:
        """Add what was noticed in other records of the file."""
        self.repairs.take_over(noticed.repairs)
        self.cut.update(noticed.cut)
        self.values.of_others += noticed.others
        if isinstance(self.table, DivisibleTable):
            self.table.numbers.update(noticed.numbers)

    def batches(self, wanted: set[str], start: Place | None = None, end: int | None = None) -> Iterator[Batch]:
        """Yield the wanted canonical columns as raw text (`~msisdn`), in the file's order.

        start, end: where to read on, and to stop, in a table that is divisible.

        Raises InputError, naming the line, where the file cannot be read, and when it changed meanwhile.
        """
        with guarded(self.path):
            before = self.stored.fingerprint()
            columns = wanted | self.values.parts if wanted else wanted
            if start is None:
                self.cut.clear()
                self.values.of_others = 0
                batches = self.table.batches(columns)
            elif self.divisible:
                batches = self.divisible.batches(columns, start, end)
            else:
                raise ValueError("only a divisible table is read from a place in it")
            for batch in batches:
                applied = self.values.apply(replace(batch, records=self.repairs.repaired(batch.records)))
                records, cut = shortened(applied.records)
                self.cut["values"] += cut
                yield replace(applied, records=records) if records is not applied.records else applied
            self.stored.check_unchanged(before)

    def valueless(self, records: int) -> set[str]:
        """Return the columns of which too much is not in the file to judge so many records by them."""
        if not isinstance(self.table, SheetTable):
            return set()
        from thuebao.sources.sheets.workbook_table import WorkbookTable

        return self.table.valueless(records) if isinstance(self.table, WorkbookTable) else set()

    @property
    def sample(self) -> pl.DataFrame:
        """The first records, one text column for every header, by position ("0", "1", …)."""
        names = self.header.raw_names
        with guarded(self.path):
            batches = self.table.batches(self._everything)
            records = next((batch.records for batch in batches if batch.records.height), pl.DataFrame(schema=names))
            return self.repairs.repaired(records.head(_SAMPLE)).select(
                pl.col(name).alias(str(n)) for n, name in enumerate(names)
            )

    def as_it_stands(self) -> Iterator[Batch]:
        """Yield all columns as they stand in the file, by header.raw_names, before a mapping says what they mean."""
        with guarded(self.path):
            for batch in self.table.batches(self._everything):
                yield replace(batch, records=self.repairs.repaired(batch.records))

    @property
    def _everything(self) -> set[str]:
        """All columns, those that map to nothing included."""
        return {c or unmapped(n) for n, c in enumerate(self.header.canonical)}

    @property
    def layout(self) -> Layout | None:
        """How it is written, if it is delimited text."""
        return self.table.layout if isinstance(self.table, DelimitedTable) else None

    @property
    def converted_from(self) -> list[str]:
        """The encodings that text of it was converted from, by the names that messages have for them."""
        return ([] if self.encoding.is_utf8 else [self.encoding.name]) + self.repairs.encodings

    def notices(self) -> Iterator[Notice]:
        """Yield what should be said once it has been read, beyond findings."""
        with guarded(self.path):
            yield from self._notices()

    def _notices(self) -> Iterator[Notice]:
        yield from self.table.notices()
        yield from notices_of_repairs(self.header, self.repairs)
        if self.layout and self.layout.header_of_another:
            yield Notice("header_of_another", text("notice.header_of_another"))
        if cut := self.cut["values"]:
            yield Notice("values_cut", text("notice.values_cut", count=cut, longest=LONGEST), cut)
        names = self.header.names
        for n in self.header.weaker:
            yield Notice("header_left_unknown", text("notice.header_left_unknown", header=names[n].strip()))
        whose, others = self.values.whose, self.values.of_others
        if whose.contradicted and COLUMN not in self._sources:
            key = f"notice.operator_differs_from_{whose.source}"
            yield Notice("operator_differs", text(key, option=whose.option, operator=whose.operator))
        if others:
            said = text("notice.operator_differs_from_column", option=whose.option, count=others)
            yield Notice("operator_differs", said, others)


def open_exports(
    stored: Stored,
    operators: Operators | str | None,
    reference: Reference,
    read_as: ReadAs = AS_THEY_ARE,
    earlier: Sequence[Export] = (),
    *,
    operator_needed: bool = True,
) -> list[Export]:
    """Return the exports that are stored: one, or those in the sheets of a workbook, each with a header of its own.

    operators: the user's word on whose they are; earlier: exports read before, whose header one may lack, since it goes
    on where one of them ends.
    Raises InputError when the file is of no known kind, has no header, or nothing says whose it is.
    """
    with guarded(stored.path):
        return _exports(stored, operators, reference, read_as, earlier, operator_needed=operator_needed)


def _exports(
    stored: Stored,
    operators: Operators | str | None,
    reference: Reference,
    read_as: ReadAs,
    earlier: Sequence[Export],
    *,
    operator_needed: bool,
) -> list[Export]:
    if not isinstance(operators, Operators):
        operators = Operators.of([operators] if operators else [])
    mapping = mapping_for(stored.path, read_as.mappings)
    head = stored.head(_HEAD)
    if stored.packing and len(head) < _HEAD:
        deque(stored.chunks(_HEAD), maxlen=0)  # where it breaks off, that is what is the matter with it
    kind, encoding = kind_of_bytes(stored.path, head), _UTF8
    repairs = Repairs.as_said(read_as.encoding)
    tables: list[Table]
    if kind in SPREADSHEETS:
        from thuebao.sources.sheets.workbook import open_sheets
        from thuebao.sources.sheets.workbook_table import WorkbookTable

        file = BytesIO(_in_memory(stored, read_as.memory)) if stored.packing else stored.file
        sheets = open_sheets(stored.path, file, read_as.sheet, mapping)
        tables = [WorkbookTable.of(sheet, mapping) for sheet in sheets]
    elif kind == PARQUET:
        from thuebao.sources.parquet import ParquetTable

        source = _in_memory(stored, read_as.memory) if stored.packing else stored.file
        tables = [ParquetTable.of(stored.path, source, mapping, read_as.memory)]
    else:
        samples = stored.samples()
        encoding = carrier_of(read_as.encoding, samples) if read_as.encoding else detect(samples)
        if encoding == read_as.encoding:
            repairs = Repairs.as_said(_UTF8)  # what the user says has been done
        beginning = encoding.text(head)
        kind = kind_of_text(stored.path, beginning)
        if kind in MARKED_UP:
            from thuebao.sources.tables.table import open_tables

            marked_up, encoding = open_tables(stored, kind, read_as.encoding, read_as.sheet, mapping)
            tables = [marked_up]
        elif kind in (NDJSON, JSON):
            from thuebao.sources.json.table import NdjsonTable

            tables = [NdjsonTable.of(stored, encoding, mapping, in_list=kind == JSON)]
        else:
            if len(head) == _HEAD:
                beginning = beginning.rstrip("\ufffd")  # the character that its end may cut in two
            split = (e.layout for e in earlier if e.layout and _one_export(e.path, stored.path))
            layout = layout_of(stored.path, beginning, mapping, split)
            tables = [DelimitedTable(stored, layout, encoding, read_as.most_bytes)]
    of = whose(stored.path, mapping, operators, reference)
    for table in tables:
        if mapping is None:
            check_is_export(stored.path, table.header)
        if operator_needed and of.operator is None and "operator" not in table.header.canonical:
            raise InputError("operator_unknown", path=stored.path)
    values = partial(RawValues, stored.path, mapping=mapping, whose=of, names=operators.names)
    return [Export(stored, str(kind), encoding, t, values(t.header), Repairs(repairs.said)) for t in tables]


def open_export(
    stored: Stored,
    operators: Operators | str | None,
    reference: Reference,
    read_as: ReadAs = AS_THEY_ARE,
    *,
    operator_needed: bool = True,
) -> Export:
    """Return the first of the exports that are stored, as `open_exports` does."""
    return open_exports(stored, operators, reference, read_as, operator_needed=operator_needed)[0]


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


def _in_memory(stored: Stored, memory: int) -> bytes:
    """Return what is unpacked, for a kind that cannot be read as a stream. memory: bytes that an audit may take."""
    most = min(_LARGEST_IN_MEMORY, memory // _OF_MEMORY)
    with stored.open() as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise InputError("packed_too_large", path=stored.path, limit=f"{most >> 20} MiB")
    return data
