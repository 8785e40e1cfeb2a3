"""Weighs a Parquet file before it is read, by its footer and the headers of its pages.

A few kilobytes can hold gigabytes: a value that is stored once stands in every row, a page of zeros packs to nothing.
What a footer says of sizes is what its writer says; what a page unpacks to is what the library takes memory for.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from thuebao.base.errors import InputError
from thuebao.sources.packing.unpacking import most_unpacked

if TYPE_CHECKING:
    import pyarrow.parquet as pq

Source = Path | bytes
"""A file, or what one holds."""

_PER_VALUE = 16
"""Bytes that a value takes in memory beside its text."""
_OF_PAGES = 0.3
"""The share of all memory that the pages of one row group may take which are unpacked at once, one of each column."""
_HEADER, _LONGEST_HEADER = 1 << 10, 1 << 24  # bytes of a page's header that are read first, and at most
_MOST_EMPTY = 1000  # pages without values of a column in a row group
_DATA_PAGES = {0: 5, 3: 8}
"""Kinds of pages that hold values, and in which field their header says how many."""
_NOT_VARINT = {3: 1, 7: 8}  # kinds of fields of a fixed length, and that length
_BINARY, _LIST, _SET, _MAP, _STRUCT = 8, 9, 10, 11, 12
_NUMBERS, _DEEPEST = (4, 5, 6), 8


class _MalformedError(ValueError):
    """What is no header of a page."""


@dataclass
class Weight:
    """What a Parquet file unpacks to, held against what an export of its size can.

    groups: how many records there are at the end of each row group, 0 first; unpacked: bytes so far.
    """

    path: str
    groups: list[int]
    limit: int
    unpacked: int = field(default=0, compare=False)

    @classmethod
    def of(cls, path: str, source: Source, memory: int) -> Weight:
        """Return the weight of a file. Raises InputError where it is too much for its size, or for the memory there is.

        Raises what pyarrow raises where it is damaged.
        """
        import pyarrow.parquet as pq  # long to load, and most exports are text

        with _opened(source) as file:
            size = file.seek(0, io.SEEK_END)
            metadata = pq.read_metadata(file)
            groups = [metadata.row_group(n) for n in range(metadata.num_row_groups)]
            ends = [0]
            for group in groups:
                ends.append(ends[-1] + group.num_rows)
            weight = cls(path, ends, most_unpacked(size))
            weight.add(max(ends) * metadata.num_columns * _PER_VALUE)
            for group in groups:
                weight._add_pages(file, size, group, int(memory * _OF_PAGES))
        return weight

    def add(self, size: int) -> None:
        """Count bytes. Raises InputError where they are too many."""
        self.unpacked += size
        if self.unpacked > self.limit:
            raise InputError("parquet_expands", path=self.path, limit=f"{self.limit >> 20} MiB")

    def _add_pages(self, file: BinaryIO, size: int, group: pq.RowGroupMetaData, most: int) -> None:
        at_once = 0
        for n in range(group.num_columns):
            column = group.column(n)
            largest = 0
            try:
                for unpacked in _pages(file, size, column):
                    self.add(unpacked)
                    largest = max(largest, unpacked)
            except _MalformedError:
                raise InputError("parquet_damaged", path=self.path, reason="the header of a page") from None
            at_once += largest
            if at_once > most:
                raise InputError("parquet_pages", path=self.path, limit=f"{most >> 20} MiB")


def _opened(source: Source) -> BinaryIO:
    return source.open("rb") if isinstance(source, Path) else io.BytesIO(source)


def _pages(file: BinaryIO, size: int, column: pq.ColumnChunkMetaData) -> Iterator[int]:
    """Yield what each page of a column in a row group unpacks to, by its header."""
    starts = [column.data_page_offset]
    if column.has_dictionary_page and column.dictionary_page_offset:
        starts.append(column.dictionary_page_offset)
    place, left, empty = min(starts), column.num_values, 0
    while left > 0:
        if not 0 <= place < size or empty > _MOST_EMPTY:
            raise _MalformedError
        header, length = _header(file, place)
        unpacked, packed = header.get(2), header.get(3)
        if not isinstance(unpacked, int) or not isinstance(packed, int) or unpacked < 0 or packed < 0:
            raise _MalformedError
        yield unpacked
        place += length + packed
        kind = header.get(1)
        about = header.get(_DATA_PAGES[kind]) if isinstance(kind, int) and kind in _DATA_PAGES else None
        values = about.get(1) if isinstance(about, dict) else 0
        if not isinstance(values, int) or values < 0:
            raise _MalformedError
        left -= values
        empty += not values


_Fields = dict[int, "int | _Fields"]


def _header(file: BinaryIO, place: int) -> tuple[_Fields, int]:
    """Return the header of a page and its length. Only what is asked for later is kept of it."""
    length = _HEADER
    while True:
        file.seek(place)
        data = file.read(length)
        try:
            return _struct(data, 0, 0)
        except IndexError:
            if len(data) < length or length >= _LONGEST_HEADER:
                raise _MalformedError from None
            length *= 8


def _struct(data: bytes, at: int, depth: int) -> tuple[_Fields, int]:
    """Return the numbers in a structure of Thrift's compact protocol, and where it ends; IndexError beyond it."""
    if depth > _DEEPEST:
        raise _MalformedError
    fields: _Fields = {}
    number = 0
    while kind := data[at] & 15:
        delta = data[at] >> 4
        at += 1
        if delta:
            number += delta
        else:
            number, at = _number(data, at)
        if kind in _NUMBERS:
            fields[number], at = _number(data, at)
        elif kind == _STRUCT:
            fields[number], at = _struct(data, at, depth + 1)
        else:
            at = _behind(data, at, kind, depth)
    return fields, at + 1


def _behind(data: bytes, at: int, kind: int, depth: int) -> int:
    """Return where a value of another kind ends."""
    if kind in (1, 2):  # the kind is the value
        return at
    if kind in _NOT_VARINT:
        at += _NOT_VARINT[kind]
    elif kind == _BINARY:
        size, at = _varint(data, at)
        at += size
    elif kind in (_LIST, _SET):
        count, of = data[at] >> 4, data[at] & 15
        at += 1
        if count == 15:
            count, at = _varint(data, at)
        for _ in range(count):
            at = _element(data, at, of, depth)
    else:
        raise _MalformedError
    if at > len(data):
        raise IndexError
    return at


def _element(data: bytes, at: int, kind: int, depth: int) -> int:
    if kind in (1, 2):
        return at + 1
    if kind in _NUMBERS:
        return _number(data, at)[1]
    return _struct(data, at, depth + 1)[1] if kind == _STRUCT else _behind(data, at, kind, depth)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    found = shift = 0
    while True:
        byte = data[at]
        at += 1
        found |= (byte & 127) << shift
        if byte < 128:
            return found, at
        shift += 7
        if shift > 63:
            raise _MalformedError


def _number(data: bytes, at: int) -> tuple[int, int]:
    found, at = _varint(data, at)
    return (found >> 1) ^ -(found & 1), at
