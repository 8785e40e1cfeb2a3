"""Reads the rows of a SYLK file (symbolic link), a line at a time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from thuebao.base.errors import InputError
from thuebao.sources.tables.row import LARGEST_ROW, MOST_COLUMNS, Row

_FIELD = re.compile(r"((?:[^;]|;;)*)(?:;|$)")
_MOST_ROWS = 1 << 20  # of a sheet, by the program that reads most


def sylk_rows(path: str, texts: Iterable[str]) -> Iterator[Row]:
    """Yield the rows of a file. Raises InputError where its last line is missing, or cells stand in no order."""
    row, at, column, ended = Row(0, []), 1, 1, False
    for line in _lines(path, texts):
        kind, *fields = _fields(line)
        if kind == "E":
            ended = True
            break
        if kind not in ("C", "F"):
            continue
        said = {field[:1]: field[1:] for field in fields if field[:1] in ("X", "Y", "K")}
        column = _place(path, said.get("X"), column, MOST_COLUMNS)
        to = _place(path, said.get("Y"), at, _MOST_ROWS)
        if kind == "F" or "K" not in said:
            # Formats may stand anywhere: a row is only left for the cells of another one.
            at_format = to
            if kind == "F" and "Y" in said and to > at:
                yield from _left(row, at, at_format)
                row, at = Row(0, []), at_format
            continue
        if to < at:
            raise InputError("table_damaged", path=path, reason=f"SYLK, Y{to}")
        if to > at:
            yield from _left(row, at, to)
            row, at = Row(0, []), to
        value = said["K"]
        row.cells.extend([None] * (column - len(row.cells)))
        if value[:1] == '"':
            row.cells[column - 1] = value[1:].removesuffix('"').replace('""', '"').replace("\x1b :", "\n") or None
        else:
            row.cells[column - 1] = value or None
            row.numbers = [*row.numbers, column - 1]
    yield row
    if not ended:
        raise InputError("table_cut", path=path)


def _left(row: Row, at: int, to: int) -> Iterator[Row]:
    """Yield a row, and the empty ones between it and the next."""
    yield row
    for _ in range(at + 1, to):
        yield Row(0, [])


def _fields(line: str) -> list[str]:
    """Return the fields of a line; a semicolon within one is written twice."""
    if ";;" not in line:
        return line.split(";")
    return [field.replace("\0", ";") for field in line.replace(";;", "\0").split(";")]


def _place(path: str, said: str | None, now: int, most: int) -> int:
    if said is None:
        return now
    if not said.isdecimal() or not 0 < int(said[:9]) <= most:
        raise InputError("table_damaged", path=path, reason="SYLK")
    return int(said)


def _lines(path: str, texts: Iterable[str]) -> Iterator[str]:
    rest = ""
    for text in texts:
        *lines, rest = (rest + text).split("\n")
        for line in lines:
            yield line.rstrip("\r")
        if len(rest) > LARGEST_ROW:
            raise InputError("table_too_large", path=path, limit=f"{LARGEST_ROW >> 20} MiB")
    if rest.strip() == "E":  # any other line that does not end is one that breaks off
        yield "E"
