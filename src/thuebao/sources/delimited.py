"""Delimited text (CSV and its kin), UTF-8.

Polars parses; what it lets pass in silence is accounted for here. It fills lines that are too short with nulls, so
every byte between the first record and the end of the file must be a value, a separator, a quote or a line end:
if the sum does not come out, some line is no record.
"""

from __future__ import annotations

import codecs
import csv
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa

from thuebao.errors import InputError
from thuebao.record import raw
from thuebao.sources.header import Header, map_header, recognised

# How far Polars reads ahead: its own choice holds several hundred megabytes for nothing.
os.environ.setdefault("POLARS_CSV_CHUNK_SIZE", str(4 << 20))
os.environ.setdefault("POLARS_CSV_CHUNK_PREFETCH_LIMIT", "1")

SEPARATORS = (",", ";", "\t", "|")
BATCH_ROWS = 75_000
_BYTES, _LAST = "bytes", "last"
_BLOCK, _QUOTE = 1 << 22, ord('"')


@dataclass(frozen=True)
class Layout:
    """How a delimited file is written."""

    separator: str
    header: Header
    header_bytes: int  # where the first record begins
    line_end: int  # bytes that end a line


def sniff(path: str, text: str, *, has_mark: bool) -> Layout:
    """Return the layout of a file from its beginning (`has_mark`: after a byte order mark).

    Raises InputError if there is no header.
    """
    rows = {sign: next(csv.reader(text.splitlines(keepends=True), delimiter=sign), []) for sign in SEPARATORS}
    separator = max(SEPARATORS, key=lambda sign: (recognised(rows[sign]), len(rows[sign])))
    lines = text.splitlines(keepends=True)
    reader = csv.reader(lines, delimiter=separator)
    next(reader)
    first = "".join(lines[: reader.line_num])
    mark = len(codecs.BOM_UTF8) if has_mark else 0
    line_end = 2 if first.endswith("\r\n") else 1
    return Layout(separator, map_header(path, rows[separator]), mark + len(first.encode()), line_end)


def read(path: str, layout: Layout, wanted: set[str]) -> Iterator[pl.DataFrame]:
    """Yield batches of the wanted canonical columns as raw text, in the file's order, without blank lines.

    Raises InputError at the first line that is no record, naming it.
    """
    header = layout.header
    names = [raw(c) if c else f"?{n}" for n, c in enumerate(header.canonical)]
    scan = pl.scan_csv(
        path, separator=layout.separator, has_header=False, skip_rows=1, schema=dict.fromkeys(names, pl.String),
        glob=False,
    ).select(
        *(raw(c) for c in header.canonical if c in wanted),
        pl.sum_horizontal(pl.all().str.len_bytes()).alias(_BYTES),
        pl.col(names[-1]).is_null().alias(_LAST),
    )  # fmt: skip
    account = _Account(path, layout)
    try:
        for batch in scan.collect_batches(chunk_size=BATCH_ROWS):
            # One piece of memory for each column: what follows works on whole columns, many times.
            yield account.checked(batch).rechunk()
    except pl.exceptions.NoDataError:
        return
    except (pl.exceptions.PolarsError, OSError) as error:
        raise _located(path, layout, str(error)) from None
    account.close()


class _Account:
    """Adds up what was parsed and holds it against the file."""

    def __init__(self, path: str, layout: Layout) -> None:
        self._path, self._layout = path, layout
        self._bytes = self._records = self._blank = 0
        self._some_end_empty = False

    def checked(self, batch: pl.DataFrame) -> pl.DataFrame:
        """Return the batch without blank lines, its bytes added to the account."""
        self._bytes += int(batch[_BYTES].cast(pl.UInt64).sum())
        empty_ends = batch[_LAST]
        if empty_ends.any():
            self._some_end_empty = True
            blank = empty_ends & (batch[_BYTES] == 0)
            if blank.any():
                self._blank += int(blank.sum())
                batch = batch.filter(~blank)
        self._records += batch.height
        return batch.drop(_BYTES, _LAST)

    def close(self) -> None:
        """Raise InputError if some line had too few fields. Only lines that end empty can have."""
        if not self._some_end_empty:
            return
        sign = self._layout.separator
        size, quotes, ends_open = _measured(self._path, self._layout.header_bytes)
        rows = self._records + self._blank
        separators = len(self._layout.header.names) - 1
        # Each escaped quote is two in the file and one in the value; the last line may have no end.
        surplus = self._bytes + rows * (separators + self._layout.line_end) + quotes - size
        surplus -= self._layout.line_end if ends_open else 0
        if surplus not in (0, self._blank * separators) and (where := _first_ragged(self._path, sign)):
            raise InputError("line_ragged", path=self._path, line=where[0], found=where[1], expected=separators + 1)


def _measured(path: str, start: int) -> tuple[int, int, bool]:
    """Return bytes, quotes, and whether the last line has no end, of the file after `start`."""
    size = quotes = 0
    block, last = bytearray(_BLOCK), b"\n"
    with Path(path).open("rb", buffering=0) as file:
        file.seek(start)
        while read := file.readinto(block):
            # As a column of numbers the bytes are compared many at a time.
            part = pl.from_arrow(pa.Array.from_buffers(pa.uint8(), read, [None, pa.py_buffer(block)]))
            quotes += int(pl.Series(part).eq(_QUOTE).sum())
            size += read
            last = bytes(block[read - 1 : read])
    return size, quotes, last != b"\n"


def _first_ragged(path: str, separator: str) -> tuple[int, int] | None:
    """Return line number and field count of the first line that has not as many fields as the header."""
    with Path(path).open(encoding="utf-8-sig", errors="replace", newline="") as file:
        reader = csv.reader(file, delimiter=separator)
        expected = len(next(reader))
        line = reader.line_num + 1
        try:
            for row in reader:
                if row and len(row) != expected:
                    return line, len(row)
                line = reader.line_num + 1
        except csv.Error:
            return line, 0
    return None


def _first_undecodable(path: str) -> int | None:
    with Path(path).open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return number
    return None


def _located(path: str, layout: Layout, reason: str) -> InputError:
    """Return the error for a file that Polars refused, with the line where that is."""
    if not os.access(path, os.R_OK):
        return InputError("file_unreadable", path=path, reason=reason)
    if line := _first_undecodable(path):
        return InputError("not_utf8", path=path, line=line)
    if where := _first_ragged(path, layout.separator):
        expected = len(layout.header.names)
        return InputError("line_ragged", path=path, line=where[0], found=where[1], expected=expected)
    return InputError("csv_malformed", path=path)
