"""Reads delimited text (CSV and its kin) in batches, block by block.

Polars parses a block; sums over its bytes prove that each line was a record with as many fields as the header: see
proof.py. Where they do not come out, the lines of that block are looked at one by one: see malformed.py.
"""

from __future__ import annotations

import codecs
import csv
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import polars as pl

from thuebao.base.errors import InputError
from thuebao.sources.batch import BLANK, HEADERS, TITLES, Batch, Place, Rejected, batch_with_rejected, numbers_from
from thuebao.sources.delimited.escapes import Hidden, may_be_escaped
from thuebao.sources.delimited.layout import Layout
from thuebao.sources.delimited.malformed import CUT, TOO_FEW, TOO_MANY, Grammar, SeparatedLines, separate_lines
from thuebao.sources.delimited.proof import are_records, count_of
from thuebao.sources.encodings.encoding import Encoding
from thuebao.sources.headers.header import Header, is_value
from thuebao.sources.no_records import NoRecords, kind_of_line
from thuebao.sources.notice import Notice
from thuebao.sources.packing.stored import Stored

BATCH_ROWS = 75_000
"""About how many records a batch has."""
MOST_BYTES, LEAST_BYTES = 24 << 20, 1 << 10
"""How many bytes a batch is made of at most, and at least."""
_MOST_OF = 7 / 8  # of a block: what is left of a chunk without the lines above the records is one
_OF_WRONG_LENGTH = (TOO_FEW, TOO_MANY, CUT)
_LONG_LINE, _OF_LONG_LINES = 8 << 10, 4 << 20
"""Bytes of a line from which on it is a long one, and how many of such lines are worked on at a time."""
_MOST_BESIDE, _MOST_BLANK, _MOST_OTHERS = 10, 3_000_000, 100_000
"""Lines that are passed over beside each record, and beside none: blank ones, of which a sheet's whole grid may come
with a few records, and titles, sums and headers."""
_HEAD = 1 << 20  # bytes that hold what stands above the records
LONGEST_LINE = 64 << 20  # bytes that are held at most while a line end is looked for


def block_bytes(layout: Layout, most: int) -> int:
    """Return how many bytes are worked on at a time."""
    return min(MOST_BYTES, most, max(LEAST_BYTES, BATCH_ROWS * layout.line_bytes))


@dataclass(frozen=True)
class DelimitedTable:
    """The records of a delimited text; most_bytes: how many are worked on at a time at most."""

    stored: Stored
    layout: Layout
    encoding: Encoding
    most_bytes: int = MOST_BYTES

    @property
    def header(self) -> Header:
        """How its columns map."""
        return self.layout.header

    @cached_property
    def _above(self) -> int:
        """The bytes above the first record: a byte order mark, and lines that each end with a line feed."""
        head = self.stored.head(_HEAD) if self.divisible else b""
        end = len(codecs.BOM_UTF8) if head.startswith(codecs.BOM_UTF8) else 0
        for _ in range(self.layout.above):
            end = head.find(b"\n", end) + 1 or len(head)
        return end

    @property
    def numbers(self) -> Counter[int]:
        """Of its columns, how many values were numbers and not texts: none."""
        return Counter()

    def anew(self, stored: Stored) -> DelimitedTable:
        """Return the same table, stored there, of which nothing was read so far."""
        return replace(self, stored=stored)

    @property
    def divisible(self) -> bool:
        """Whether it can be read on from any of its lines: the bytes of the file are those of the text."""
        return self.encoding.is_utf8 and not self.stored.packing and self.layout.line_end != "\r"

    def ends(self, start: Place, share: int) -> list[int]:
        """Return where so many records each end, or a few more, from a place on: where a batch ends, if a record does.

        What is left behind is at least half of it.
        """
        least, ends = share * self.layout.line_bytes, [start.at]
        for place, beginning in self.stored.starts(block_bytes(self.layout, self.most_bytes), start.at):
            if place - ends[-1] >= least and self.stored.size - place >= least // 2:
                within = self._first_record(beginning)
                ends += [place + within] if within is not None else []
        return ends[1:]

    def _first_record(self, beginning: bytes) -> int | None:
        """Return where the first of some lines begins that begins a record most likely: others lie within quotes."""
        place, separator = 0, self.layout.separator.encode()
        for line in beginning.split(b"\n"):
            if line.count(separator) >= len(self.header.names) - 1:
                return place
            place += len(line) + 1
        return None

    def batches(self, wanted: Collection[str], start: Place | None = None, end: int | None = None) -> Iterator[Batch]:
        """Yield batches of the wanted columns. Raises InputError where the file holds no lines of text.

        start: where to read on, None at the beginning; end: before which byte.
        """
        no_records = NoRecords(self.stored.path, self.header, at_top=start is None)
        reader = _Reader(self.layout, self.encoding, wanted, no_records)
        size = block_bytes(self.layout, self.most_bytes)
        rest = b""
        above: Counter[str] = Counter()
        if start:
            then, line = start, start.line
            pieces = _pieces(self.stored.lines(size, start.at, end), size)
        else:
            then, line = Place(self._above), self.layout.above + 1
            above.update(self.layout.passed_over)
            if self.layout.records_above:
                yield reader.alone(self.layout.records_above)
            pieces = _pieces(_below(self.encoding.utf8(self.stored.lines(size)), self.layout), size)
        for piece, of_end in _portions(pieces):
            last = of_end and end is None
            data, rest = _cut(rest, piece, last=last)
            if len(rest) > LONGEST_LINE:
                line += data.count(b"\n")
                raise InputError("line_too_long", path=self.stored.path, line=line, limit=LONGEST_LINE >> 20)
            if not data:
                continue
            batch, consumed, lines = reader.parse(data, line, last=last)
            if consumed < len(data):
                rest = data[consumed:] + rest
            line += lines
            batch.passed_over.update(above)
            above.clear()
            passed_over = then.passed_over + batch.passed_over
            then = Place(then.at + consumed, line, then.records + batch.records.height, passed_over)
            self._check(passed_over, then.records, line)
            yield replace(batch, then=then) if self.divisible else batch

    def notices(self) -> Iterator[Notice]:
        """Nothing: its values are text, as they stand in the file."""
        return iter(())

    def _check(self, passed_over: Counter[str], records: int, line: int) -> None:
        """Raise InputError where lines above `line` are blank, titles and the like beside hardly any records."""
        count = passed_over.total()
        others = count - passed_over[BLANK]
        if count > records * _MOST_BESIDE + _MOST_BLANK or others > records * _MOST_BESIDE + _MOST_OTHERS:
            raise InputError("hardly_any_records", path=self.stored.path, line=line, count=count, records=records)


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


def _cut(rest: bytes, piece: bytes, *, last: bool) -> tuple[bytes, bytes]:
    """Return what `rest` and `piece` have up to their last line feed, and what is left; all of it in the last piece."""
    end = len(piece) if last else piece.rfind(b"\n") + 1
    if end or not rest:  # the usual case, in one copy: these are most of the bytes that an audit moves
        whole = not rest and end == len(piece)
        return piece if whole else b"".join((rest, memoryview(piece)[:end])), piece[end:]
    end = rest.rfind(b"\n") + 1
    return rest[:end], rest[end:] + piece


def _pieces(chunks: Iterable[bytes], size: int) -> Iterator[tuple[bytes, bool]]:
    """Yield pieces of about `size` bytes at least, and with each whether it is the last.

    The last piece includes the remainder, so that sums and signatures at the end of a file are never split.
    """
    ready, waiting, length = b"", [], 0
    for chunk in chunks:
        waiting.append(chunk)
        length += len(chunk)
        if length >= _MOST_OF * size:
            if ready:
                yield ready, False
            ready, waiting, length = b"".join(waiting) if len(waiting) > 1 else chunk, [], 0
    yield b"".join([ready, *waiting]), True


def _portions(pieces: Iterable[tuple[bytes, bool]]) -> Iterator[tuple[bytes, bool]]:
    """Yield pieces, those whose lines are far shorter or longer than the file's first ones in portions.

    Each line takes what it takes to be judged, and each byte of a long value is copied by every step; how many lines
    are rejected is known only behind a portion. The end of a file stays with what is before it.
    """
    for piece, last in pieces:
        lines = count_of(piece, "\n")
        size = len(piece) or 1
        if lines > 2 * BATCH_ROWS:
            size = max(LEAST_BYTES, size * BATCH_ROWS // lines)
        elif size > lines * _LONG_LINE:
            size = _OF_LONG_LINES
        start = 0
        while len(piece) - start >= 2 * size:
            yield piece[start : start + size], False
            start += size
        yield piece[start:] if start else piece, last


@dataclass(frozen=True)
class _Reader:
    layout: Layout
    encoding: Encoding
    wanted: Collection[str]
    no_records: NoRecords

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

    def alone(self, rejected: Sequence[Rejected]) -> Batch:
        """Return a batch of rejected lines without records."""
        none = pl.DataFrame(schema=dict.fromkeys(self._chosen, pl.String))
        return batch_with_rejected(none, numbers_from(1, 0), rejected, Counter())

    def parse(self, data: bytes, line: int, *, last: bool) -> tuple[Batch, int, int]:
        """Return the records of lines, the first of which is the file's `line`; how many bytes and lines these are."""
        consumed, rejected = len(data), []
        passed_over: Counter[str] = Counter()
        hidden = Hidden.of(data, self.layout.quote) if self.layout.escaped else None
        data = hidden.data if hidden else data
        records = self._at_once(data)
        if records is not None:
            judged, lines = records.height, numbers_from(line, records.height)
        else:
            found, hidden = self._separated(data, hidden, line, last=last)
            consumed, judged = found.consumed, found.lines
            records, lines = found.records, (found.at + line).cast(pl.UInt32)
            passed_over[BLANK] = found.blank
            said = [hidden.as_written(r.text) if hidden else r.text for r in found.rejected]
            texts = self.encoding.letters(pl.DataFrame({"text": said}, {"text": pl.String}))
            rejected = [replace(r, text=text) for r, text in zip(found.rejected, texts["text"], strict=True)]
        records = hidden.restored(records) if hidden else records
        records = self._in_one_piece(records)
        whole, key = records, records[self._names[self.no_records.key]]
        records, lines, others = self.no_records.sift(
            records, lines, key, lambda places: self.encoding.letters(whole[places])
        )
        passed_over.update(others)
        rejected = self._without_titles(rejected, passed_over) if rejected else []
        chosen = self.encoding.letters(records.select(self._chosen)).rechunk()
        return batch_with_rejected(chosen, lines, rejected, passed_over), consumed, judged

    def _separated(
        self, data: bytes, hidden: Hidden | None, line: int, *, last: bool
    ) -> tuple[SeparatedLines, Hidden | None]:
        """Return records and malformed lines, and what had to be hidden for it."""
        found = separate_lines(data, line, self._grammar, last=last)
        # Where the first such quote of a large file stands far below its beginning, the layout does not tell.
        if hidden is None and any(may_be_escaped(one.text, self.layout.quote) for one in found.rejected):
            hidden = Hidden.of(data, self.layout.quote)
            other = separate_lines(hidden.data, line, self._grammar, last=last)
            if other.records.height > found.records.height:
                return other, hidden
            hidden = None
        return found, hidden

    def _at_once(self, data: bytes) -> pl.DataFrame | None:
        """Parse all lines at once; return None unless it is proven that each of them is one record."""
        if b"\0" in data or data.startswith((b"\r", b"\n")):  # line ends before all else are dropped in silence
            return None
        if not data.endswith(b"\n"):
            data += b"\n"  # without it Polars overlooks a separator too many at the end
        try:
            records = self._in_one_piece(self._grammar.parse(data))
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
            return None
        return records if are_records(data, records, self.layout.separator, self.layout.quote) else None

    def _in_one_piece(self, records: pl.DataFrame) -> pl.DataFrame:
        """Return records with one piece of memory for each column: what follows works on whole columns, many times."""
        return records.rechunk() if len(self._chosen) * 2 > len(self._names) else records

    def _without_titles(self, rejected: Sequence[Rejected], passed_over: Counter[str]) -> list[Rejected]:
        """Return the malformed lines that are not just titles, sums and the like in a line of their own."""
        width = len(self._names)
        judged = {n: self._cells(r.text) for n, r in enumerate(rejected) if r.reason in _OF_WRONG_LENGTH}
        cells = {n: row for n, row in judged.items() if row is not None}
        short = {n: [*row, *[None] * (width - len(row))] for n, row in cells.items() if len(row) < width}
        frame = pl.DataFrame(list(short.values()), dict.fromkeys(self._names, pl.String), orient="row")
        kinds = dict(zip(short, self.no_records.kinds(frame, [rejected[n].line for n in short]), strict=True))
        for n, row in cells.items():
            behind_damage = n and rejected[n - 1].line == rejected[n].line - 1 and not kinds.get(n - 1)
            if kinds.get(n) == TITLES and (sum(map(bool, row)) > 1 or (rejected[n].reason == CUT and behind_damage)):
                kinds[n] = None  # rather a piece of a record
            beyond = any(cell.strip() for cell in row[width:])
            glued = beyond and any(map(is_value, row))  # a header and a record, the line end between them lost
            if len(row) > width and not glued and self.no_records.is_header(row, rejected[n].line) and not beyond:
                kinds[n] = HEADERS
            kinds[n] = kinds.get(n) or kind_of_line(self._unquoted(rejected[n].text))
        passed_over.update(kind for kind in kinds.values() if kind)
        return [line for n, line in enumerate(rejected) if not kinds.get(n)]

    def _cells(self, text: str) -> list[str] | None:
        """Return the fields of a line, None where its quotes make no sense."""
        if self.layout.escaped:
            text = Hidden.of(text.encode(errors="replace"), self.layout.quote).data.decode()
        if text.count(self.layout.quote) % 2:
            return None
        one_line = [text.replace("\r", " ")]
        try:
            return next(csv.reader(one_line, delimiter=self.layout.separator, quotechar=self.layout.quote, strict=True))
        except csv.Error:
            return None

    def _unquoted(self, text: str) -> str:
        sign = self.layout.quote
        return text[1:-1] if len(text) > 1 and text[0] == text[-1] == sign and sign not in text[1:-1] else text
