"""Separates the records of a block of delimited text from its malformed lines, and says what is wrong with each.

No library does: in the csv module and pyarrow an open quote swallows the lines that follow, and Polars drops or fills
fields without a word.

A line is a record when it has as many fields as the header and all its quotes are closed. A quote that opens a field
may close on a later line, if what lies between is one record then, and none of the lines between is one by itself;
otherwise the line alone is no record, and those after it are looked at on their own: an open quote never swallows
what follows. A quote inside a field that does not begin with one is a character like others.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from itertools import compress

import polars as pl

from thuebao.sources.batch import Rejected

LONGEST_RECORD, MOST_LINES = 4 << 20, 100
"""How many bytes and lines a record of several lines may take."""
_DISTINCTIVE_WIDTH = 3  # columns from which on a line hardly has as many fields as the header by accident

_MOST_QUOTES = 10_000
"""How many quotes within a record are followed up: each line that opens one is looked at that far."""
_MOST_COLUMNS = 1_000
"""With more columns the pattern of a whole line is too large; lines with quotes are then judged one by one."""

BYTES, NUL, QUOTE, TOO_FEW, TOO_MANY, CUT = "bytes", "nul", "quote", "too_few", "too_many", "cut"
"""Why a line is no record."""

_PLAIN, _LITERAL, _BLANK, _DOUBTFUL, _TAKEN = range(5)
"""What a line is: a record, one whose quotes are characters, nothing, to be judged, judged."""


@dataclass(frozen=True)
class Grammar:
    """How a line is cut into fields, and the columns that these go to."""

    separator: str
    quote: str
    schema: dict[str, type[pl.DataType]]

    def parse(self, data: bytes, *, quotes: bool = True) -> pl.DataFrame:
        """Return lines of text as a frame. Raises a Polars error where they do not fit."""
        return pl.read_csv(
            data,
            has_header=False,
            schema=self.schema,
            separator=self.separator,
            quote_char=self.quote if quotes else None,
        )

    @cached_property
    def formed(self) -> str:
        """A pattern of a whole line whose fields are all well formed."""
        sign, quote = re.escape(self.separator), re.escape(self.quote)
        value = f"(?:[^{sign}{quote}]*|{quote}(?:[^{quote}]|{quote}{quote})*{quote})"
        return f"^(?:{value}{sign}){{{len(self.schema) - 1}}}{value}\r?$"

    @cached_property
    def nothing(self) -> str:
        """A pattern of a whole line of separators, whose fields are all empty, or have blanks within their quotes."""
        sign, quote = re.escape(self.separator), re.escape(self.quote)
        blank = "" if self.separator in " \t" else "[ \t]*"
        value = f"(?:{quote}{blank}{quote}|{blank})"
        return f"^{value}(?:{sign}{value})*\r?$"

    @cached_property
    def opened(self) -> str:
        """A pattern that finds a quote which opens a field."""
        return f"(?:^|{re.escape(self.separator)}){re.escape(self.quote)}"


@dataclass
class SeparatedLines:
    """The records of a block, and its lines that are none.

    at: for each record its line in the block, from 0, in order, as `rejected` is; blank: lines with nothing in them.
    consumed, lines: how many bytes and lines were judged; about the others only what follows in the file can decide.
    """

    records: pl.DataFrame
    at: pl.Series
    rejected: list[Rejected]
    blank: int
    consumed: int
    lines: int


def separate_lines(data: bytes, first_line: int, grammar: Grammar, *, last: bool) -> SeparatedLines:
    """Separate the records of a block that begins where a record may begin; `last`: the file ends with it."""
    lines = data.split(b"\n")
    open_end = lines[-1] != b""
    if not open_end:
        lines.pop()
    kinds = _kinds(lines, grammar)
    judge = _DoubtfulLines(lines, kinds, grammar, last=last)
    end = judge.judge()
    rejected = []
    for line, (until, reason, found) in judge.rejected.items():
        cut = open_end and until == len(lines) - 1 and reason in (QUOTE, TOO_FEW, BYTES)
        text = b"\n".join(lines[line : until + 1]).removesuffix(b"\r").decode(errors="backslashreplace")
        rejected.append(Rejected(first_line + line, CUT if cut else reason, text, found))
    records, at = _records(lines, kinds[:end], judge.records, grammar)
    consumed = len(data) if end == len(lines) else sum(map(len, lines[:end])) + end
    return SeparatedLines(records, at, rejected, kinds[:end].count(_BLANK), consumed, end)


def _texts(lines: list[bytes]) -> tuple[pl.Series, list[bool]]:
    """Return lines as texts, and which of them are text without NUL; the others are empty here."""
    readable = [True] * len(lines)
    series = pl.Series(lines, dtype=pl.Binary)
    try:
        texts = series.cast(pl.String)
    except pl.exceptions.ComputeError:
        readable = list(map(_is_text, lines))
    else:
        if not texts.str.contains("\0", literal=True).any():
            return texts, readable
        readable = [b"\0" not in line for line in lines]
    kept = [line if known else b"" for line, known in zip(lines, readable, strict=True)]
    return pl.Series(kept, dtype=pl.Binary).cast(pl.String), readable


def _is_text(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return b"\0" not in line


def _kinds(lines: list[bytes], grammar: Grammar) -> list[int]:
    """Classify each line by itself, with patterns over all lines at once."""
    texts, readable = _texts(lines)
    width, text = len(grammar.schema), pl.col("text")
    separators = text.str.count_matches(grammar.separator, literal=True)
    # A line of too few fields with nothing in them is no record, however many there are.
    frame = pl.DataFrame({"text": texts, "readable": readable}).with_columns(
        fits=separators == width - 1,
        empty=(text.str.strip_chars() == "") | ((separators < width - 1) & text.str.contains(grammar.nothing)),
        quoted=text.str.contains(grammar.quote, literal=True),
    )
    fits, blank = pl.col("fits"), pl.col("empty") if width == 1 else pl.col("empty") & ~pl.col("fits")
    kinds = frame.select(
        pl.when(~pl.col("readable"))
        .then(_DOUBTFUL)
        .when(blank)
        .then(_BLANK)
        .when(~pl.col("quoted") & fits)
        .then(_PLAIN)
        .otherwise(_DOUBTFUL)
    ).to_series()
    places = frame.select((pl.col("quoted") & pl.col("readable") & ~blank).arg_true()).to_series()
    formed = text.str.contains(grammar.formed) if width <= _MOST_COLUMNS else pl.lit(value=False)
    quoted = (
        frame[places]
        .select(
            pl.when(fits & ~text.str.contains(grammar.opened))
            .then(_LITERAL)
            .when(formed)
            .then(_PLAIN)
            .otherwise(_DOUBTFUL)
        )
        .to_series()
    )
    return kinds.scatter(places, quoted).to_list()


@dataclass
class _DoubtfulLines:
    """Decides which doubtful lines of a block are records, and notes in `kinds` what it has decided.

    records: line → fields; rejected: line → the last line of it, the reason, and the number of fields.
    """

    lines: list[bytes]
    kinds: list[int]
    grammar: Grammar
    last: bool
    records: dict[int, list[str]] = field(default_factory=dict)
    rejected: dict[int, tuple[int, str, int | None]] = field(default_factory=dict)

    def judge(self) -> int:
        """Judge in turn; return the line from which on nothing can be decided yet."""
        for line, kind in enumerate(self.kinds):
            # A record of several lines takes those after it along, whatever they looked like by themselves.
            if kind != _DOUBTFUL or self.kinds[line] == _TAKEN:
                continue
            try:
                end = self._judge(line)
            except _UndecidedError:
                return line
            self.kinds[line : end + 1] = [_TAKEN] * (end + 1 - line)
        return len(self.lines)

    def _judge(self, line: int) -> int:
        """Judge what begins at a line; return its last line."""
        try:
            fields, end = self._fields(line)
        except _BrokenError:
            fields, reason, end = [], QUOTE, line
        else:
            if end > line and not self._belong(line, end):
                reason, end = QUOTE, line
            elif len(fields) == len(self.grammar.schema):
                reason = ""
            elif end > line:
                reason, end = QUOTE, line  # lines that together are no record are none on account of the quote
            else:
                reason = TOO_FEW if len(fields) < len(self.grammar.schema) else TOO_MANY
        whole = b"\n".join(self.lines[line : end + 1])
        if not _is_text(whole):
            self.rejected[line] = end, NUL if b"\0" in whole else BYTES, None
        elif reason:
            self.rejected[line] = end, reason, len(fields) if reason in (TOO_FEW, TOO_MANY) else None
        else:
            self.records[line] = [text.decode() for text in fields]
        return end

    def _fields(self, line: int) -> tuple[list[bytes], int]:
        """Return the fields of what begins at a line, and the line where it ends.

        Raises _BrokenError when its quotes make no sense, _UndecidedError when that depends on the next block.
        """
        sign, quote = self.grammar.separator.encode(), self.grammar.quote.encode()
        text, quotes, at = self.lines[line], 0, 0
        fields: list[bytes] = []
        while True:
            start = at
            if text.startswith(quote, start):
                at = start + 1
                while (close := text.find(quote, at)) < 0 or text.startswith(quote, close + 1):
                    if close < 0:
                        at, text = len(text), self._wider(line, text)
                    elif doubled := self._doubled.match(text, close):
                        at = doubled.end()
                        quotes += (at - close) // 2
                        if quotes > _MOST_QUOTES:
                            raise _BrokenError
                at = close + 1
                value = text[start + 1 : close].replace(quote + quote, quote)
            else:
                line_end = text.find(b"\n", start)
                line_end = line_end if line_end >= 0 else len(text)
                close = text.find(sign, start, line_end)
                at = close if close >= 0 else line_end
                value = text[start:at]
            if len(fields) > len(self.grammar.schema) and b"\n" in text[:at]:
                raise _BrokenError
            if text[at : at + 1] in (b"", b"\n") or text[at : at + 2] in (b"\r", b"\r\n"):
                return [*fields, value.removesuffix(b"\r")], line + text.count(b"\n", 0, at)
            if not text.startswith(sign, at):
                raise _BrokenError
            fields.append(value)
            at += 1

    def _belong(self, line: int, end: int) -> bool:
        """Return whether lines that quotes hold together may be one record."""
        size = sum(map(len, self.lines[line : end + 1])) + end - line
        between = self.kinds[line + 1 : end]
        alone = len(self.grammar.schema) >= _DISTINCTIVE_WIDTH and (_PLAIN in between or _LITERAL in between)
        return not alone and end - line < MOST_LINES and size <= LONGEST_RECORD

    def _wider(self, line: int, text: bytes) -> bytes:
        """Return the text of some lines with more lines behind it: twice as many, and at least to the next quote."""
        seen = line + text.count(b"\n")
        following = bisect_right(self._quoted, seen)
        if following == len(self._quoted):
            rest = sum(map(len, self.lines[seen + 1 :]))
            if self.last or len(text) + rest > LONGEST_RECORD or len(self.lines) - line > MOST_LINES:
                raise _BrokenError
            raise _UndecidedError
        if len(text) > LONGEST_RECORD or seen - line >= MOST_LINES:
            raise _BrokenError
        upto = max(self._quoted[following], 2 * seen - line)
        return b"\n".join([text, *self.lines[seen + 1 : upto + 1]])

    @cached_property
    def _doubled(self) -> re.Pattern[bytes]:
        return re.compile(b"(?:" + re.escape(self.grammar.quote.encode() * 2) + b")+")

    @cached_property
    def _quoted(self) -> list[int]:
        quote = self.grammar.quote.encode()
        return [n for n, line in enumerate(self.lines) if quote in line]


class _BrokenError(Exception):
    """Quotes make no sense."""


class _UndecidedError(Exception):
    """What lines are depends on those of the next block."""


def _records(
    lines: list[bytes], kinds: list[int], judged: dict[int, list[str]], grammar: Grammar
) -> tuple[pl.DataFrame, pl.Series]:
    """Return all records with their lines, in order."""
    frames = [pl.DataFrame(list(judged.values()), schema=grammar.schema, orient="row")]
    at = list(judged)
    for kind in (_PLAIN, _LITERAL):
        of_kind = [k == kind for k in kinds]
        if any(of_kind):
            frames.append(grammar.parse(b"\n".join(compress(lines, of_kind)), quotes=kind == _PLAIN))
            at += compress(range(len(lines)), of_kind)
    numbers = pl.Series(at, dtype=pl.UInt32)
    filled = [frame for frame in frames if frame.height]
    if len(filled) <= 1:
        return (filled or frames)[0], numbers
    order = numbers.arg_sort()
    return pl.concat(filled)[order], numbers.gather(order)
