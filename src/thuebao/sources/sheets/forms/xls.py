"""Reads what an .xls says beyond values: number formats, formulas without a result, what is hidden."""

from __future__ import annotations

import io
import struct
from collections import Counter
from collections.abc import Iterator

from thuebao.sources.sheets.forms.about import About
from thuebao.sources.sheets.forms.zeros import digits_shown
from thuebao.sources.sheets.limits.compound import CompoundFile
from thuebao.sources.sheets.limits.xls import NAMES, records, stream_of

# [MS-XLS]: kinds of records.
_SHEET, _FORMAT, _XF, _ROW, _COLUMNS = 0x0085, 0x041E, 0x00E0, 0x0208, 0x007D
_NUMBER, _RK, _MANY_RK, _FORMULA, _BEGIN = 0x0203, 0x027E, 0x00BD, 0x0006, 0x0809
_BIFF8 = 0x0600
_ROW_HIDDEN, _COLUMN_HIDDEN = 0x20, 0x01
_NO_TEXT = b"\x03\0\0\0\0\0\xff\xff"  # the result of a formula that has none yet, or shows nothing
_NOTHING = (_NO_TEXT, bytes(8))


def read_xls(content: bytes) -> tuple[io.BytesIO | None, dict[str, About]]:
    """Return an .xls under the name that calamine looks for, None if it has it, and what is said of its sheets."""
    compound = CompoundFile(content)
    name = stream_of(compound)
    stream = compound.stream(name)
    named = None if name in NAMES else io.BytesIO(_renamed(content, name))
    if len(stream) < 6 or struct.unpack_from("<HHH", stream)[::2] != (_BEGIN, _BIFF8):
        return named, {}
    forms: dict[int, int] = {}
    styles: list[int] = []
    sheets: dict[str, int] = {}
    for kind, place, size in records(stream, 0):
        if kind == _FORMAT and size > 4:
            forms[struct.unpack_from("<H", stream, place)[0]] = digits_shown(_text(stream, place + 2, "<H"))
        elif kind == _XF and size > 4:
            styles.append(struct.unpack_from("<H", stream, place + 2)[0])
        elif kind == _SHEET and size > 8:
            sheets[_text(stream, place + 6, "<B")] = struct.unpack_from("<I", stream, place)[0]
    zeros = {style: forms[form] for style, form in enumerate(styles) if forms.get(form)}
    return named, {sheet: _about(stream, place, zeros) for sheet, place in sheets.items()}


def _about(stream: bytes, start: int, zeros: dict[int, int]) -> About:
    about, formulas, without = About(), Counter[int](), Counter[int]()
    for kind, place, size in records(stream, start):
        if kind in (_NUMBER, _RK, _MANY_RK, _FORMULA) and size >= 6:
            for row, column, style in _cells(stream, kind, place, size):
                if style in zeros:
                    about.zeros.setdefault(row, {})[column] = zeros[style]
                if kind == _FORMULA:
                    formulas[column] += 1
                    without[column] += stream[place + 6 : place + 14] in _NOTHING
        elif kind == _ROW and size >= 16:
            first, end, flags = struct.unpack_from("<2xHH6xH", stream, place)
            about.hidden_rows += bool(flags & _ROW_HIDDEN) and end > first
        elif kind == _COLUMNS and size >= 10:
            first, last, flags = struct.unpack_from("<HH4xH", stream, place)
            about.hidden_columns += [(first, last)] * (flags & _COLUMN_HIDDEN)
    # One formula may well show nothing; where all of a column do, nobody has worked them out.
    about.formulas = Counter({column: count for column, count in formulas.items() if without[column] == count})
    return about


def _cells(stream: bytes, kind: int, place: int, size: int) -> Iterator[tuple[int, int, int]]:
    """Yield row, column and style of the cells of a record."""
    row, column, style = struct.unpack_from("<HHH", stream, place)
    yield row, column, style
    if kind == _MANY_RK:
        for n in range(1, (size - 6) // 6):
            yield row, column + n, struct.unpack_from("<H", stream, place + 4 + 6 * n)[0]


def _text(stream: bytes, place: int, length: str) -> str:
    """Return a text that its length goes before, and a sign whether its characters take one byte or two."""
    count = struct.unpack_from(length, stream, place)[0]
    place += struct.calcsize(length)
    wide = stream[place : place + 1] == b"\x01"
    return stream[place + 1 : place + 1 + (count << wide)].decode("utf-16-le" if wide else "latin-1", "replace")


def _renamed(content: bytes, name: str) -> bytes:
    """Return a compound file whose stream of that name has the first of the names that calamine knows."""
    known = next(known for known in NAMES if known.casefold() == name.casefold())
    end = "\0".encode("utf-16-le")
    return content.replace(name.encode("utf-16-le") + end, known.encode("utf-16-le") + end)
