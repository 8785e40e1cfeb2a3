"""Delimited text (CSV and its kin), UTF-8.

Polars parses; what it lets pass in silence is accounted for here. It fills lines that are too short with nulls, so
every byte between the first record and the end of the file must be a value, a separator, a quote or a line end:
if the sum does not come out, some line is no record.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from thuebao.errors import InputError
from thuebao.record import raw
from thuebao.sources.header import Header, map_header, recognised

# How far Polars reads ahead: its own choice holds several hundred megabytes for nothing.
os.environ.setdefault("POLARS_CSV_CHUNK_SIZE", str(4 << 20))
os.environ.setdefault("POLARS_CSV_CHUNK_PREFETCH_LIMIT", "1")

SEPARATORS = (",", ";", "\t", "|")
BATCH_ROWS = 100_000
_BYTES, _LAST = "bytes", "last"


@dataclass(frozen=True)
class Layout:
    """How a delimited file is written."""

    separator: str
    header: Header


def sniff(path: str, text: str) -> Layout:
    """Return the separator and header of a file from its beginning. Raises InputError if there is no header."""
    rows = {sign: next(csv.reader(text.splitlines(keepends=True), delimiter=sign), []) for sign in SEPARATORS}
    separator = max(SEPARATORS, key=lambda sign: (recognised(rows[sign]), len(rows[sign])))
    return Layout(separator, map_header(path, rows[separator]))


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
        pl.sum_horizontal(pl.all().str.len_bytes().cast(pl.UInt64)).alias(_BYTES),
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
        self._bytes += int(batch[_BYTES].sum())
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
        lines = pl.scan_lines(self._path, glob=False).select(
            lines=pl.len(),
            bytes=pl.col("line").str.len_bytes().cast(pl.UInt64).sum(),
            quotes=pl.col("line").str.count_matches('"', literal=True).cast(pl.UInt64).sum(),
        )
        physical, size, quotes = lines.collect(engine="streaming").row(0)
        first = _header_bytes(self._path, self._layout)
        size, quotes, physical = size - first.size, quotes - first.quotes, physical - first.lines
        rows = self._records + self._blank
        separators = len(self._layout.header.names) - 1
        # Line ends inside quotes are part of a value; each escaped quote is two in the file and one in the value.
        surplus = self._bytes + rows * separators + quotes - size - (physical - rows)
        if surplus not in (0, self._blank * separators) and (where := _first_ragged(self._path, sign)):
            raise InputError("line_ragged", path=self._path, line=where[0], found=where[1], expected=separators + 1)


@dataclass(frozen=True)
class _First:
    size: int
    quotes: int
    lines: int


def _header_bytes(path: str, layout: Layout) -> _First:
    with Path(path).open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file, delimiter=layout.separator)
        next(reader)
        lines = reader.line_num
    with Path(path).open("rb") as binary:
        header = [binary.readline().rstrip(b"\r\n") for _ in range(lines)]
    return _First(sum(map(len, header)), sum(line.count(b'"') for line in header), lines)


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
