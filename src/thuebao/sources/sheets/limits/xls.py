"""Checks how far the cells of an .xls workbook reach."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from thuebao.base.errors import InputError
from thuebao.sources.sheets.limits import DamagedError
from thuebao.sources.sheets.limits.compound import CompoundFile

NAMES = ("Workbook", "Book", "WORKBOOK", "BOOK")
"""The names of the stream that holds a workbook, in calamine's order."""
# [MS-XLS]: kinds of records; those of cells that hold something begin with row and column.
_BEGIN, _END, _SHEET, _FILE_PASS, _DIMENSIONS, _MANY_NUMBERS = 0x0809, 0x000A, 0x0085, 0x002F, 0x0200, 0x00BD
_FILLED = frozenset((0x0006, _MANY_NUMBERS, 0x00D6, 0x00FD, 0x0203, 0x0204, 0x0205, 0x027E))
_ROWS, _COLUMNS = 65_536, 256
_MOST_CELLS = 32_000_000  # of all sheets: calamine holds them at once, with 56 bytes for each place
_PAIR = struct.Struct("<HH")


def check_xls(path: str, compound: CompoundFile) -> None:
    """Raise DamagedError where cells reach farther than they can, InputError if the workbook needs a password."""
    if "EncryptedPackage" in compound:
        raise InputError("spreadsheet_encrypted", path=path)
    stream = compound.stream(stream_of(compound))
    sheets: list[int] = []
    for kind, place, _ in records(stream, 0):
        if kind == _FILE_PASS:
            raise InputError("spreadsheet_encrypted", path=path)
        if kind == _SHEET:
            sheets += struct.unpack_from("<I", stream, place)
    _check_cells(stream, sheets)


def _check_cells(stream: bytes, sheets: list[int]) -> None:
    """Raise DamagedError if the sheets that begin at these places have more cells than there can be."""
    places = passed = 0
    for sheet in sheets:
        if sheet >= len(stream):
            raise DamagedError("a sheet's place")
        rows = columns = 0
        for kind, place, size in records(stream, sheet):
            passed += size + _PAIR.size
            # Each sheet has records of its own: together they cannot be longer than all there is.
            if passed > len(stream) + size:
                raise DamagedError("sheets that share their cells")
            if kind in _FILLED:
                row, column = _cell(stream, kind, place, size)
                rows, columns = max(rows, row + 1), max(columns, column + 1)
            elif kind == _DIMENSIONS:
                _check_dimensions(stream[place : place + size])
        places += rows * columns
        if places > _MOST_CELLS:
            raise DamagedError("too many cells")


def _cell(stream: bytes, kind: int, place: int, size: int) -> tuple[int, int]:
    """Return row and column of a cell, or the last of several."""
    row, column = _PAIR.unpack_from(stream, place)
    if kind == _MANY_NUMBERS:
        column += max(size // 6 - 2, 0)
    if column >= _COLUMNS:
        raise DamagedError(f"row {row + 1}, column {column + 1}")
    return row, column


def stream_of(compound: CompoundFile) -> str:
    """Return the name of the stream that holds the workbook, in whatever case. Raises DamagedError if there is none."""
    known = [name.casefold() for name in NAMES]
    spelt = [name for name in compound.names if name.casefold() in known]
    name = next((name for name in (*NAMES, *spelt) if name in compound), None)
    if name is None:
        raise DamagedError("no workbook in it")
    return name


def records(stream: bytes, place: int) -> Iterator[tuple[int, int, int]]:
    """Yield kind, place and size of each record from `place` on, to the end of the sheet that begins there."""
    depth = 0
    while place + _PAIR.size <= len(stream):
        kind, size = _PAIR.unpack_from(stream, place)
        place += _PAIR.size
        yield kind, place, size
        place += size
        depth += (kind == _BEGIN) - (kind == _END)
        if kind == _END and depth <= 0:
            return


def _check_dimensions(record: bytes) -> None:
    """Raise DamagedError for an extent beyond the largest sheet: calamine takes that much memory."""
    first_row, end_row, _, end_column = struct.unpack_from("<IIHH" if len(record) >= 14 else "<HHHH", record)
    if not first_row <= end_row <= _ROWS or end_column > _COLUMNS:
        raise DamagedError("a sheet's extent")
