"""Measures worksheets and tables of strings in any form, by parsing them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from thuebao.sources.sheets.limits import DamagedError
from thuebao.sources.sheets.limits.estimate import Estimate
from thuebao.sources.sheets.limits.parse import Handler, local_name, parse_xml
from thuebao.sources.sheets.limits.xlsx_patterns import longest

_REFERENCE = re.compile("([A-Za-z]{1,7})([0-9]{1,10})")


def measure_strings(chunks: Iterable[bytes]) -> pl.Series:
    """Return how long each shared string is at most."""
    strings = _Strings()
    parse_xml(chunks, strings)
    return pl.Series(strings.lengths, dtype=pl.Int64)


def measure_cells(chunks: Iterable[bytes], lengths: pl.Series) -> Estimate:
    """Return the size of a worksheet; lengths: of the shared strings."""
    cells = _Cells(lengths, longest(lengths))
    parse_xml(chunks, cells)
    if cells.first is None:
        return Estimate()
    rows, columns = (last - first + 1 for first, last in zip(cells.first, cells.last, strict=True))
    return Estimate(rows, columns, cells.cells, cells.total)


class _Strings(Handler):
    """The lengths of shared strings, in bytes of XML, which is never less."""

    def __init__(self) -> None:
        self.lengths: list[int] = []
        self._depth = 0
        self._begun = -1

    def start(self, name: str, attributes: dict[str, str]) -> None:  # noqa: ARG002
        name = local_name(name)
        if not self._depth and name != "sst":
            raise DamagedError("no table of strings")
        self._depth += 1
        if name == "si":
            if self._begun >= 0:
                raise DamagedError("a string within a string")
            self._begun = self.parser.CurrentByteIndex

    def end(self, name: str) -> None:
        self._depth -= 1
        if local_name(name) == "si":
            self.lengths.append(self.parser.CurrentByteIndex - self._begun)
            self._begun = -1


@dataclass
class _Cells(Handler):
    """The cells of a worksheet that hold something, where calamine sees them."""

    takes_text: ClassVar[bool] = True
    lengths: pl.Series
    longest: int
    first: tuple[int, int] | None = None
    last: tuple[int, int] = (0, 0)
    cells: int = 0
    total: int = 0
    _row: int = 0
    _row_of_cell: int = 0
    _column: int = 0
    _depth: int = 0  # within a cell
    _shared: bool = False
    _value_at: int = 0
    _value: str | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = local_name(name)
        if self._depth:
            if local in ("c", "row", "sheetData"):
                raise DamagedError("a cell within a cell")
            self._depth += 1
            self._fill()
            if self._shared and local == "v":
                self._value_at, self._value = self.parser.CurrentByteIndex, ""
        elif local == "row" and "r" in attributes:
            self._row = int("".join(filter(str.isdecimal, attributes["r"]))[:10] or 1) - 1
        elif local == "c":
            self._depth = 1
            self._shared = attributes.get("t") == "s"
            if "r" in attributes:
                self._row_of_cell, self._column = _row_and_column(attributes["r"])
            else:
                self._row_of_cell = self._row

    def end(self, name: str) -> None:
        if self._depth:
            self._depth -= 1
            if self._value is not None and local_name(name) == "v":
                self._show(name, self._value)
                self._value = None
            self._column += not self._depth
        elif local_name(name) == "row":
            self._row += 1
            self._column = 0

    def text(self, text: str) -> None:
        if self._value is not None:
            self._value += text

    def _fill(self) -> None:
        place = self._row_of_cell, self._column
        self.cells += self._depth == 2
        first = self.first or place
        self.first = min(first[0], place[0]), min(first[1], place[1])
        self.last = max(self.last[0], place[0]), max(self.last[1], place[1])

    def _show(self, name: str, value: str) -> None:
        """Count the text of a shared string. To calamine what is no number is the first."""
        plain = self.parser.CurrentByteIndex - self._value_at == len(f"<{name}>{value}")
        place = int(value) if plain and value.isascii() and value.isdecimal() and len(value) < 10 else -1
        if place < 0:
            self.total += self.longest
        elif place < len(self.lengths):
            self.total += int(self.lengths[place])


def _row_and_column(reference: str) -> tuple[int, int]:
    found = _REFERENCE.fullmatch(reference)
    if not found:
        raise DamagedError("a cell's place")
    column = 0
    for letter in found[1].upper():
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(found[2]) - 1, column - 1
