"""Estimates how much memory the tables of an .ods take, by looking at bytes, where they are in the usual form.

The bounds are never too low: what could be more than it looks is left to the parser, which takes ten times as long.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from thuebao.sources.sheets.limits.xlsx_patterns import UnusualFormError

_LONGEST = 16 << 20  # bytes of a piece without the end of a row
_ROW_END, _ROW, _TABLE = b"</table:table-row>", b"<table:table-row", re.compile(rb"<table:table[\s>]")
_CELLS = (b"<table:table-cell", b"<table:covered-table-cell")
_CELL_END = (b"</table:table-cell>", b"</table:covered-table-cell>")
_MARKUP = (b"!--", b"!DOCTYPE", b"![")
_REPEATED = re.compile(rb"table:number-(rows|columns)-repeated=[\"']([0-9]{1,9})[\"']")


@dataclass
class OdsEstimate:
    """An upper bound of what the tables take: cells and places of all, and the text that repetition adds, in bytes."""

    cells: int = 0
    places: int = 0
    text: int = 0
    _rows: int = 0
    _filled_rows: int = 0
    _columns: int = 0
    _cells: tuple[bytes, ...] = ()
    _repeats: bool = True

    @classmethod
    def of(cls, chunks: Iterable[bytes]) -> OdsEstimate:
        """Return the estimate of a document. Raises UnusualFormError where only a parser can tell."""
        found = cls()
        for piece in row_pieces(chunks):
            # Of a single sign it is known at once that it is nowhere.
            if (b"!" in piece and any(sign in piece for sign in _MARKUP)) or b"text:c=" in piece:
                raise UnusualFormError
            found._cells = _CELLS if b"covered-table-cell" in piece else _CELLS[:1]
            found._repeats = b"-repeated" in piece
            for row in piece.split(_ROW_END):
                found._add(row)
        found._finish()
        return found

    def _add(self, row: bytes) -> None:
        # A table begins behind the rows of the one before it.
        if not row.startswith(_ROW) and _TABLE.search(row.partition(_ROW)[0]):
            self._finish()
        if row.count(_ROW) > 1:
            raise UnusualFormError
        self._rows += 1
        held = _without_empty_end(row)
        filled = b"office:" in held or b"table:formula" in held
        cells = sum(map(held.count, self._cells))
        if self._repeats and b"-repeated" in row:
            repeated = _REPEATED.findall(row)
            if len(repeated) != row.count(b"-repeated"):
                raise UnusualFormError
            rows = sum(max(int(count) - 1, 0) for kind, count in repeated if kind == b"rows")
            if rows and filled:
                raise UnusualFormError
            self._rows += rows
            more = sum(max(int(count) - 1, 0) for kind, count in _REPEATED.findall(held) if kind == b"columns")
            cells += more
            self.text += more * len(held) if filled else 0
        self.cells += cells
        if filled:
            self._filled_rows, self._columns = self._rows, max(self._columns, cells)

    def _finish(self) -> None:
        self.places += self._filled_rows * self._columns
        self._rows = self._filled_rows = self._columns = 0


def row_pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield XML cut behind the ends of rows. Raises UnusualFormError where there is none for very long."""
    rest = b""
    for chunk in chunks:
        rest += chunk
        end = rest.rfind(_ROW_END)
        if end >= 0:
            end += len(_ROW_END)
            yield rest[:end]
            rest = rest[end:]
        elif len(rest) > _LONGEST:
            raise UnusualFormError
    yield rest


def _without_empty_end(row: bytes) -> bytes:
    """Return a row without its last cell, if that holds nothing: it takes room only where another one follows."""
    row = row.rstrip()
    start = row.rfind(b"<table:")
    if start < 0 or not row.endswith((b"/>", *_CELL_END)):
        return row
    cell = row[start:]
    if not cell.startswith(_CELLS) or cell.count(b"<") > 2 or b"office:" in cell or b"table:formula" in cell:
        return row
    return row[:start]
