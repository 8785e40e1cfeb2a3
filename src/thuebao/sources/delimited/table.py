"""Reads delimited text (CSV and its kin) in batches, block by block.

Polars parses a block; a sum over its bytes proves that each line was a record with as many fields as the header.
Where the sum does not come out, the lines of that block are looked at one by one: see malformed.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from operator import itemgetter

import polars as pl
import pyarrow as pa

from thuebao.base.errors import InputError
from thuebao.sources.batch import FOOTERS, HEADERS, TITLES, Batch, Rejected, batch_with_rejected
from thuebao.sources.delimited.layout import Layout
from thuebao.sources.delimited.malformed import Grammar, separate_lines
from thuebao.sources.encodings.encoding import Encoding
from thuebao.sources.headers.header import Header
from thuebao.sources.headers.position import TAIL, footer_start, is_footer
from thuebao.sources.packing.stored import Stored

BATCH_ROWS = 75_000
"""About how many records a batch has."""
MOST_BYTES, LEAST_BYTES = 24 << 20, 1 << 10
"""How many bytes a batch is made of at most, and at least."""
LONGEST_LINE = 64 << 20  # bytes that are held at most while a line end is looked for


def block_bytes(layout: Layout) -> int:
    """Return how many bytes are worked on at a time."""
    return min(MOST_BYTES, max(LEAST_BYTES, BATCH_ROWS * layout.line_bytes))


@dataclass(frozen=True)
class DelimitedTable:
    """The records of a delimited text."""

    stored: Stored
    layout: Layout
    encoding: Encoding

    @property
    def header(self) -> Header:
        """How its columns map."""
        return self.layout.header

    def batches(self, wanted: Collection[str]) -> Iterator[Batch]:
        """Yield batches of the wanted columns. Raises InputError where the file holds no lines of text."""
        reader = _Reader(self.layout, self.encoding, wanted)
        size = block_bytes(self.layout)
        rest, line = b"", self.layout.above + 1
        titles = Counter({TITLES: self.layout.titles})
        for piece, last in _pieces(_below(self.encoding.utf8(self.stored.chunks(size)), self.layout), size):
            data = rest + piece if rest else piece
            cut = len(data) if last else data.rfind(b"\n") + 1
            if len(data) - cut > LONGEST_LINE:
                line += data.count(b"\n")
                raise InputError("line_too_long", path=self.stored.path, line=line, limit=LONGEST_LINE >> 20)
            data, rest = data[:cut], data[cut:]
            if not data:
                continue
            batch, consumed = reader.parse(data, line, last=last)
            if consumed < len(data):
                data, rest = data[:consumed], data[consumed:] + rest
            line += _count(data, "\n")
            batch.passed_over.update(titles)
            titles.clear()
            yield batch


def _below(chunks: Iterable[bytes], layout: Layout) -> Iterator[bytes]:
    """Yield what stands below the header, every line ended by a line feed."""
    above = layout.above
    for chunk in chunks:
        data = chunk.replace(b"\r", b"\n") if layout.line_end == "\r" else chunk
        start = 0
        while above and start < len(data):
            start = data.find(b"\n", start) + 1 or len(data)
            above -= data[start - 1 : start] == b"\n"
        yield data[start:] if start else data


def _pieces(chunks: Iterable[bytes], size: int) -> Iterator[tuple[bytes, bool]]:
    """Yield pieces of at least `size` bytes, and with each whether it is the last.

    The last piece includes the remainder, so that sums and signatures at the end of a file are never split.
    """
    ready, waiting, length = b"", [], 0
    for chunk in chunks:
        waiting.append(chunk)
        length += len(chunk)
        if length >= size:
            if ready:
                yield ready, False
            ready, waiting, length = b"".join(waiting) if len(waiting) > 1 else chunk, [], 0
    yield b"".join([ready, *waiting]), True


@dataclass(frozen=True)
class _Reader:
    layout: Layout
    encoding: Encoding
    wanted: Collection[str]

    @cached_property
    def _names(self) -> list[str]:
        return self.layout.header.raw_names

    @cached_property
    def _chosen(self) -> list[str]:
        """The wanted columns; records count even where none is wanted."""
        return [self._names[n] for n in self.layout.header.chosen(self.wanted) or [0]]

    @cached_property
    def _grammar(self) -> Grammar:
        return Grammar(self.layout.separator, self.layout.quote, dict.fromkeys(self._names, pl.String))

    def parse(self, data: bytes, line: int, *, last: bool) -> tuple[Batch, int]:
        """Return the records of lines, the first of which is the file's `line`, and how many bytes were judged."""
        consumed, rejected, at = len(data), [], None
        records = self._at_once(data)
        if records is None:
            found = separate_lines(data, line, self._grammar, last=last)
            records, at, rejected, consumed = found.records, found.at, found.rejected, found.consumed
            rejected = [(n, replace(r, text=self.encoding.letters_of(r.text))) for n, r in rejected]
        passed_over: Counter[str] = Counter()
        dropped = self._repeated_headers(records)
        if dropped is not None:
            passed_over[HEADERS] = dropped.len()
        if last:
            footers, kept = self._footers(records, at, rejected)
            passed_over[FOOTERS] = len(footers) + len(rejected) - kept
            rejected = rejected[:kept]
            dropped = footers if dropped is None else dropped.append(footers)
        if dropped is not None and len(dropped):
            remaining = ~pl.int_range(records.height, eager=True).is_in(dropped.implode())
            at = (pl.int_range(records.height, dtype=pl.UInt32, eager=True) if at is None else at).filter(remaining)
            records = records.filter(remaining)
        # One piece of memory for each column: what follows works on whole columns, many times.
        chosen = self.encoding.letters(records.select(self._chosen)).rechunk()
        return batch_with_rejected(chosen, at, rejected, passed_over), consumed

    def _at_once(self, data: bytes) -> pl.DataFrame | None:
        """Parse all lines at once; return None unless it is proven that each of them is one record."""
        if b"\0" in data or data.startswith((b"\r", b"\n")):  # line ends before all else are dropped in silence
            return None
        if not data.endswith(b"\n"):
            data += b"\n"  # without it Polars overlooks a separator too many at the end
        try:
            records = self._grammar.parse(data)
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
            return None
        values = records.select(pl.sum_horizontal(pl.all().str.len_bytes().sum())).item()
        ends = records.height * len(self._names)
        column = _as_column(data)
        quotes, returns = ((column == ord(sign)).arg_true() for sign in (self.layout.quote, "\r"))
        # Too long a line is an error. What too short lines lack, quotes that are part of a value and carriage returns
        # within one are left over in this sum, and none can make up for another: nothing left over is proof.
        surplus = values + ends + len(returns) + len(quotes) - len(data)
        lines = int((column == ord("\n")).sum())
        if (
            surplus
            or lines != records.height
            or (len(self._names) == 1 and (records.to_series().fill_null("").str.strip_chars() == "").any())
        ):
            return None  # in the only column, an empty value is a blank line
        # Polars drops other quotes and carriage returns without a word.
        return records if self._enclose(quotes, column) and (column.gather(returns + 1) == ord("\n")).all() else None

    def _enclose(self, quotes: pl.Series, column: pl.Series) -> bool:
        """Return whether the quotes in turn open and close a field."""
        if len(quotes) % 2:
            return False
        ends = [ord(sign) for sign in (self.layout.separator, "\n", "\r")]
        opens, closes = quotes.gather_every(2), quotes.gather_every(2, 1)
        if len(opens) and opens[0] == 0:
            opens = opens[1:]
        outside = pl.concat([column.gather(opens - 1), column.gather(closes + 1)])
        return bool(outside.is_in(ends).all())

    def _cells(self, text: str) -> list[str | None]:
        """Return the cells of a rejected line; a sum or signature with a separator in it is one."""
        sign = self.layout.quote
        bare = text[1:-1] if len(text) > 1 and text[0] == text[-1] == sign and sign not in text[1:-1] else text
        return [bare] if is_footer(bare) else [cell.strip(sign) for cell in text.split(self.layout.separator)]

    def _repeated_headers(self, records: pl.DataFrame) -> pl.Series | None:
        """Return the positions of rows that repeat the header."""
        header = self.layout.header
        first = next((n for n, canonical in enumerate(header.canonical) if canonical), 0)
        values = self.encoding.letters(records[[self._names[first]]]).to_series()
        alike = values.str.ends_with(header.names[first]).arg_true()
        if not len(alike):
            return None
        rows = self.encoding.letters(records[alike]).fill_null("").rows()
        # Files that were put one behind the other keep their byte order marks.
        same = [(row[0].removeprefix("\ufeff"), *row[1:]) == header.names for row in rows]
        return alike.filter(pl.Series(same, dtype=pl.Boolean))

    def _footers(
        self, records: pl.DataFrame, at: pl.Series | None, rejected: Sequence[tuple[int, Rejected]]
    ) -> tuple[pl.Series, int]:
        """Return the positions of rows that are sums or signatures, and how many rejected lines are not."""
        start = max(0, records.height - TAIL)
        tail = self.encoding.letters(records[start:]).rows()
        # By line; position among the records, or -1.
        items = [(at[n] if at is not None else n, n, list(row)) for n, row in enumerate(tail, start)]
        items += [(line, -1, self._cells(r.text)) for line, r in rejected[-TAIL:]]
        items.sort(key=itemgetter(0))
        first = footer_start([cells for _, _, cells in items], self.layout.header)
        rows = [n for _, n, _ in items[first:] if n >= 0]
        return pl.Series(rows, dtype=pl.UInt32), len(rejected) - (len(items) - first - len(rows))


def _as_column(data: bytes) -> pl.Series:
    """Return bytes as a column of numbers, without a copy."""
    return pl.Series(pl.from_arrow(pa.Array.from_buffers(pa.uint8(), len(data), [None, pa.py_buffer(data)])))


def _count(data: bytes, sign: str) -> int:
    return int((_as_column(data) == ord(sign)).sum())
