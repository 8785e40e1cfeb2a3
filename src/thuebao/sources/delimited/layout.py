"""Detects how delimited text is written: separator, quotation mark, line ends, header and the lines above it."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import polars as pl

from thuebao.base.errors import InputError
from thuebao.sources.batch import ABOVE_HEADER, Rejected
from thuebao.sources.delimited.escapes import Hidden, is_escaped
from thuebao.sources.delimited.row_names import with_row_names
from thuebao.sources.headers.header import Header, map_header
from thuebao.sources.headers.mapping import Mapping
from thuebao.sources.headers.position import TOP, find_header, most_known_headers
from thuebao.sources.headers.shapes import INFORMATIVE, present, shares

SEPARATORS = (",", ";", "\t", "|", "~", "^", "\x1f", "\x01")
_SHORTEST_QUOTED = 2  # characters: the two marks alone
# A file without a header continues another one where this share of the values looks like their column's, in more than
# this share of the columns.
_ALIKE, _NEARLY_ALL = 0.5, 0.7
_KEYS = ("msisdn", "id_number")
_WITHIN = re.compile(r"\r+(?![\r\n]|$)")  # carriage returns within a line
_SPACED = re.compile(r'\s*"[^"\n]*"(?: "[^"\n]*")+\r?\n')  # "…" "…": what R writes, unless told otherwise


@dataclass(frozen=True)
class Layout:
    """How a delimited file is written.

    above: lines above the first record, counted by line feeds; passed_over: kind → those of them that are no header.
    line_end: the sign that ends a line. line_bytes: about how long a line is.
    records_above: lines above the header that look like records.
    header_of_another: the file has no header, and goes on where another one ended.
    escaped: a quote within a value stands behind a backslash.
    """

    separator: str
    quote: str
    header: Header
    above: int
    passed_over: Counter[str]
    line_end: str
    line_bytes: int
    records_above: tuple[Rejected, ...] = ()
    header_of_another: bool = False
    escaped: bool = False


@dataclass(frozen=True)
class _FirstRows:
    """The first rows of a text as one separator and quote cut it; ends: the number of lines down to each row's end."""

    separator: str
    quote: str
    rows: list[list[str]]
    ends: list[int]

    @property
    def width(self) -> int:
        return max(map(len, self.rows), default=0)


def layout_of(path: str, text: str, mapping: Mapping | None, earlier: Iterable[Layout] = ()) -> Layout:
    """Return the layout of a delimited text from its beginning.

    earlier: layouts of other files of the same export; where this one has no header it is taken from them.
    Raises InputError if there is no header.
    """
    if not text.strip():
        raise InputError("file_empty", path=path)
    # A line feed within a value is no line end where Macs of old ended lines with carriage returns.
    line_end = "\r" if text.count("\r") - text.count("\r\n") > text.count("\n") else "\n"
    text = text.replace("\r", "\n") if line_end == "\r" else text
    lines = re.findall("[^\n]*\n|[^\n]+", text)[: TOP * 4]
    quote = _quote_of(lines)
    separators = [sign for sign in SEPARATORS if sign in text] or [SEPARATORS[0]]
    separators += [" "] if _SPACED.match(text) else []
    hidden = None
    if escaped := is_escaped(text, quote, separators):
        hidden = Hidden.of("".join(lines).encode(errors="replace"), quote)
        lines = re.findall("[^\n]*\n|[^\n]+", hidden.data.decode())
    cuts = [_first_rows(lines, sign, quote) for sign in separators]
    first = max(cuts, key=lambda cut: (most_known_headers(cut.rows, mapping), cut.width))
    line_bytes = max(1, len(text.encode(errors="replace")) // max(1, text.count("\n")))
    try:
        found = find_header(path, first.rows, mapping)
    except InputError:
        taken = next((layout for layout in earlier if _continues(layout, cuts)), None)
        if taken is None:
            raise
        return replace(
            taken,
            quote=quote,
            above=0,
            passed_over=Counter(),
            line_end=line_end,
            line_bytes=line_bytes,
            records_above=(),
            header_of_another=True,
            escaped=escaped,
        )
    _check_line_end(path, first.rows, found.row, lines[slice(*[0, *first.ends][found.row : found.row + 2])])
    # Line by line: an open quote would make one row of many.
    below = lines[first.ends[found.row] :][:TOP]
    single = [row for line in below for row in _first_rows([line], first.separator, quote).rows]
    names = with_row_names(path, _fitted(first.rows[found.row], single), first.rows[found.row + 1 :], mapping)
    header = map_header(path, [hidden.value(name) for name in names] if hidden else names, mapping)
    return Layout(
        first.separator,
        quote,
        header,
        first.ends[found.first - 1],
        found.passed_over,
        line_end,
        line_bytes,
        tuple(_records_above(lines, first, found.records, hidden)),
        escaped=escaped,
    )


def _records_above(
    lines: Sequence[str], first: _FirstRows, rows: Sequence[int], hidden: Hidden | None
) -> Iterator[Rejected]:
    """Yield the lines of rows above the header, as they stand in the file."""
    for row in rows:
        begins, ends = [0, *first.ends][row : row + 2]
        line = "".join(lines[begins:ends]).rstrip("\r\n")
        yield Rejected(begins + 1, ABOVE_HEADER, hidden.as_written(line) if hidden else line)


def _fitted(names: Sequence[str], below: Sequence[Sequence[str]]) -> list[str]:
    """Return a header as wide as the rows below it, where they differ in nothing but empty cells at their end."""
    widths = Counter(len(row) for row in below if row)
    width = max(widths, key=lambda width: (widths[width], width == len(names)), default=len(names))
    beyond = [cell for row in below if len(row) == width for cell in row[len(names) :]]
    if width > len(names) and not any(cell.strip() for cell in beyond):
        return [*names, *[""] * (width - len(names))]
    if width < len(names) and not any(name.strip() for name in names[width:]):
        return list(names[:width])
    return list(names)


def _quote_of(lines: Sequence[str]) -> str:
    """Return the quotation mark: an apostrophe only where most fields stand within two."""
    cells = [cell for line in lines[:TOP] for cell in re.split("[,;\t|]", line.strip("\r\n")) if cell]
    within = sum(len(cell) >= _SHORTEST_QUOTED and cell[0] == cell[-1] == "'" for cell in cells)
    return "'" if within * 2 > len(cells) else '"'


def _first_rows(lines: Sequence[str], separator: str, quote: str) -> _FirstRows:
    first = _FirstRows(separator, quote, [], [])
    # The module knows no carriage return within a line that ends with a line feed.
    reader = csv.reader((_WITHIN.sub(" ", line) for line in lines), delimiter=separator, quotechar=quote)
    limit = csv.field_size_limit(sum(map(len, lines)) + 1)
    try:
        for row in reader:
            first.rows.append(row)
            first.ends.append(reader.line_num)
            if len(first.rows) == TOP:
                break
    except csv.Error:
        pass  # what was read until there must do
    finally:
        csv.field_size_limit(limit)
    return first


def _check_line_end(path: str, rows: Sequence[Sequence[str]], row: int, lines: Sequence[str]) -> None:
    """Raise InputError where a header and what follows it stand in one line, but for a carriage return."""
    widths = Counter(len(other) for other in rows[row + 1 :])
    if any(map(_WITHIN.search, lines)) and widths and len(rows[row]) > max(widths, key=lambda width: widths[width]):
        raise InputError("header_line_end", path=path)


def _continues(layout: Layout, cuts: Sequence[_FirstRows]) -> bool:
    """Return whether a text without a header goes on where a file of this layout ended: its values look like it."""
    rows = [row for first in cuts if first.separator == layout.separator for row in first.rows if any(row)]
    canonical = layout.header.canonical
    if not rows or any(len(row) != len(canonical) for row in rows[:-1] or rows):
        return False
    whole = [row for row in rows if len(row) == len(canonical)]
    known = {n: column for n, column in enumerate(canonical) if column in INFORMATIVE}
    looks = shares(present({n: pl.Series([row[n] for row in whole], dtype=pl.String) for n in known}))
    alike = {column: looks[n, column] >= _ALIKE for n, column in known.items() if (n, column) in looks}
    return sum(alike.values()) > _NEARLY_ALL * len(alike) and all(alike.get(column, True) for column in _KEYS)
