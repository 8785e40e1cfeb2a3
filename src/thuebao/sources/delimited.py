"""Delimited text (CSV and its kin), UTF-8.

Polars parses; what it lets pass in silence is accounted for here. It fills lines that are too short with nulls, so
every byte between the first record and the end of the file must be a value, a separator, a quote or a line end:
if the sum does not come out, some line is no record.
"""

from __future__ import annotations

import codecs
import csv
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

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
_BLOCK, _QUOTE, _RETURN, _LINE_FEED = 1 << 22, ord('"'), ord("\r"), ord("\n")


@dataclass(frozen=True)
class Layout:
    """How a delimited file is written."""

    separator: str
    header: Header
    header_bytes: int  # where the first record may begin
    header_lines: int  # the lines above that place


def sniff(path: str, text: str, *, has_mark: bool) -> Layout:
    """Return the layout of a file from its beginning (`has_mark`: after a byte order mark).

    Raises InputError if there is no header.
    """
    if not text.strip():
        raise InputError("file_empty", path=path)
    lines = re.findall("[^\n]*\n|[^\n]+", text)  # as Polars counts lines: by line feeds alone
    try:
        rows = {sign: next(csv.reader(lines, delimiter=sign)) for sign in SEPARATORS}
        separator = max(SEPARATORS, key=lambda sign: (recognised(rows[sign]), len(rows[sign])))
        reader = csv.reader(lines, delimiter=separator)
        next(reader)
    except csv.Error:
        raise InputError("csv_malformed", path=path) from None
    above = reader.line_num
    while above < len(lines) and not lines[above].strip("\r\n"):
        above += 1  # Polars stumbles over blank lines before the first record
    size = (len(codecs.BOM_UTF8) if has_mark else 0) + len("".join(lines[:above]).encode())
    return Layout(separator, map_header(path, rows[separator]), size, above)


def read(path: str, layout: Layout, wanted: set[str]) -> Iterator[pl.DataFrame]:
    """Yield batches of the wanted canonical columns as raw text, in the file's order, without blank lines.

    Raises InputError at the first line that is no record, naming it.
    """
    header = layout.header
    names = [raw(c) if c else f"?{n}" for n, c in enumerate(header.canonical)]
    scan = pl.scan_csv(
        path, separator=layout.separator, has_header=False, skip_lines=layout.header_lines,
        schema=dict.fromkeys(names, pl.String), glob=False,
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
        self._empty_rows: Iterator[bool] | None = None

    def checked(self, batch: pl.DataFrame) -> pl.DataFrame:
        """Return the batch without blank lines, its bytes added to the account."""
        self._bytes += int(batch[_BYTES].cast(pl.UInt64).sum())
        empty_ends = batch[_LAST]
        if empty_ends.any():
            self._some_end_empty = True
            empty = empty_ends & (batch[_BYTES] == 0)
            if empty.any():
                batch = self._without_blank_lines(batch, empty)
        self._records += batch.height
        return batch.drop(_BYTES, _LAST)

    def _without_blank_lines(self, batch: pl.DataFrame, empty: pl.Series) -> pl.DataFrame:
        """Drop the rows that were blank lines; those that were lines of separators stay, as empty records."""
        if self._empty_rows is None:
            self._empty_rows = _empty_rows(self._path, self._layout)
        rows = empty.arg_true()
        blank = [row for row in rows if not next(self._empty_rows, False)]
        self._blank += len(blank)
        return batch.filter(~pl.int_range(batch.height, eager=True).is_in(blank)) if blank else batch

    def close(self) -> None:
        """Raise InputError if some line had too few fields. Only lines that end empty can have."""
        if not self._some_end_empty:
            return
        size, quotes, returns, ends_open = _measured(self._path, self._layout.header_bytes)
        separators = len(self._layout.header.names) - 1
        lines = self._records + self._blank - ends_open
        # What is left over are separators that a line lacks, escaped quotes (two in the file, one in the value)
        # and carriage returns within values. None can make up for another: nothing left over is proof.
        surplus = self._bytes + self._records * separators + lines + returns + quotes - size
        if surplus and (where := _first_ragged(self._path, self._layout)):
            raise InputError("line_ragged", path=self._path, line=where[0], found=where[1], expected=separators + 1)


def _measured(path: str, start: int) -> tuple[int, int, int, bool]:
    """Return bytes, quotes, carriage returns, and whether the last line has no end, of the file after `start`."""
    size = quotes = returns = 0
    block, last = bytearray(_BLOCK), _LINE_FEED
    with Path(path).open("rb", buffering=0) as file:
        file.seek(start)
        while read := file.readinto(block):
            # As a column of numbers the bytes are compared many at a time.
            part = pl.Series(pl.from_arrow(pa.Array.from_buffers(pa.uint8(), read, [None, pa.py_buffer(block)])))
            quotes += int((part == _QUOTE).sum())
            returns += int((part == _RETURN).sum())
            size += read
            last = block[read - 1]
    return size, quotes, returns, last != _LINE_FEED


def _lines(path: str, layout: Layout) -> pl.LazyFrame:
    return pl.scan_lines(path, glob=False, row_index_name="number", row_index_offset=1).filter(
        pl.col("number") > layout.header_lines
    )


def _has_values_of_several_lines(path: str, layout: Layout) -> bool:
    odd = pl.col("line").str.count_matches('"', literal=True) % 2 == 1
    return bool(_lines(path, layout).select(odd.any()).collect(engine="streaming").item())


def _empty_rows(path: str, layout: Layout) -> Iterator[bool]:
    """Yield, for each row without any value, whether it was a line of separators (else a blank line)."""
    if _has_values_of_several_lines(path, layout):
        with _open_text(path) as file:
            reader = csv.reader(file, delimiter=layout.separator)
            next(reader)
            yield from (bool(row) for row in reader if not any(row))
        return
    empty = f'^[{re.escape(layout.separator)}"]*$'
    found = _lines(path, layout).filter(pl.col("line").str.contains(empty)).collect(engine="streaming")
    yield from (found["line"] != "").to_list()


def _open_text(path: str) -> TextIO:
    return Path(path).open(encoding="utf-8-sig", errors="replace", newline="")


def _first_ragged(path: str, layout: Layout) -> tuple[int, int] | None:
    """Return line number and field count of the first line that has not as many fields as the header."""
    expected = len(layout.header.names)
    if not _has_values_of_several_lines(path, layout):
        sign = re.escape(layout.separator)
        value = f'(?:[^{sign}"]*|"(?:[^"]|"")*")'
        record = f"^(?:{value}{sign}){{{expected - 1}}}{value}$"
        ragged = (pl.col("line") != "") & ~pl.col("line").str.contains(record)
        if _lines(path, layout).filter(ragged).head(1).collect(engine="streaming").is_empty():
            return None
    with _open_text(path) as file:
        reader = csv.reader(file, delimiter=layout.separator)
        line = 1
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
    if where := _first_ragged(path, layout):
        expected = len(layout.header.names)
        return InputError("line_ragged", path=path, line=where[0], found=where[1], expected=expected)
    return InputError("csv_malformed", path=path)
