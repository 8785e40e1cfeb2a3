"""Estimates the size of worksheets and tables of strings by patterns, where they are in the usual form.

The patterns need not understand a worksheet: they prove that it is in that form, or give up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

import polars as pl

from thuebao.sources.sheets.limits.estimate import Estimate

_LONGEST_PIECE = 1 << 20  # bytes without a closing tag, from which on a piece is cut before any tag
_MOST_WIDTHS = 26  # how many times 26 columns the patterns tell apart: up to column ZZ
# What may be a cell to calamine, and the rows and strings of the usual form.
_CELL = r"<(?:[^<>\s/]*:)?c[ \t\r\n/>]"
_ROW = re.compile(rb'<row r="([0-9]{1,10})"')
_SHARED, _SHARED_PLACE = r't="s"[^<>]*><v>[0-9]{1,9}</v>', r">([0-9]+)<"
_STRING = r'<si><t(?: xml:space="preserve")?(?:/>|>[^<]*</t>)</si>'
_BEFORE_STRINGS = re.compile(rb"\s*(?:<\?xml[^<>]*>\s*)?<sst[^<>]*>\s*")
_AROUND_STRING = len("<si><t></t></si>")


class UnusualFormError(Exception):
    """XML that is not in the usual form: only a parser can tell what it holds."""


def _pieces(chunks: Iterable[bytes], mark: bytes) -> Iterator[bytes]:
    """Yield XML cut after a mark, else before a tag, so that no tag's name is cut in two; names without "x:"."""
    rest = b""
    for chunk in chunks:
        rest += chunk
        end = rest.rfind(mark) + len(mark)
        if end < len(mark):
            if len(rest) < _LONGEST_PIECE:
                continue
            end = rest.rfind(b"<")
            if end <= 0:
                raise UnusualFormError
        yield _unprefixed(rest[:end])
        rest = rest[end:]
    yield _unprefixed(rest)


def _unprefixed(piece: bytes) -> bytes:
    return piece.replace(b"<x:", b"<").replace(b"</x:", b"</") if b"<x:" in piece or b"</x:" in piece else piece


def _series(piece: bytes) -> pl.Series:
    """Return bytes as a text, for patterns; what is no UTF-8 becomes a text of as many characters."""
    try:
        return pl.Series([piece], dtype=pl.Binary).cast(pl.String)
    except pl.exceptions.PolarsError:
        return pl.Series([piece.decode("latin-1")])


def _count(series: pl.Series, pattern: str) -> int:
    return int(series.str.count_matches(pattern).item())


def estimate_cells(chunks: Iterable[bytes]) -> tuple[Estimate, int]:
    """Return an upper bound of a worksheet's size, and how many cells show shared strings. Raises UnusualFormError.

    What may be a cell in any way must be a usual one, no lower than the last row that has been announced, and not
    farther right than the width: the narrowest of 26, 52, 78, … columns.
    """
    sheet, last, width, shared = Estimate(), 0, 0, 0
    for piece in _pieces(chunks, b"c>"):
        series = _series(piece)
        cells = _count(series, _CELL)
        last = max([last, *map(int, _ROW.findall(piece))])
        while cells and _count(series, _within(_leading(last), width)) < cells:
            width += 1
            if width > _MOST_WIDTHS:
                raise UnusualFormError
        sheet.cells += cells
        shared += piece.count(b't="s"')
    lead, zeros = _leading(last)
    sheet.rows, sheet.columns = (lead + 1) * 10**zeros, 26 * (width + 1)
    return sheet, shared


def _leading(number: int) -> tuple[int, int]:
    """Return the first two digits of a number, and how many follow."""
    return int(str(number)[:2]), max(len(str(number)) - 2, 0)


@cache
def _within(row: tuple[int, int], width: int) -> str:
    """Return the pattern of a usual cell whose row has at most these leading digits, within a width."""
    lead, zeros = row
    first, second = divmod(lead, 10)
    rows = [
        f"{first or ''}[0-{second}][0-9]{{{zeros}}}",
        f"[0-9]{{1,{max(zeros + 1, 1)}}}" if zeros or first else "[0-9]",
    ]
    if first > 1:
        rows.append(f"[1-{first - 1}][0-9]{{{zeros + 1}}}")
    letters = f"[A-{chr(ord('A') + width - 1)}]?[A-Z]" if width else "[A-Z]"
    return f'<c r="{letters}(?:{"|".join(rows)})"(?: (?:s|t|cm|vm|ph)="[A-Za-z0-9]*")* ?/?>'


def estimate_text(chunks: Iterable[bytes], lengths: pl.Series) -> int:
    """Return how long the shared strings are that usual cells show, as often as they show them."""
    total = 0
    for piece in _pieces(chunks, b"c>"):
        found = _series(piece).str.extract_all(_SHARED).explode().drop_nulls()
        if len(found) != piece.count(b't="s"'):
            raise UnusualFormError
        places = found.str.extract(_SHARED_PLACE).cast(pl.UInt32)
        total += int(lengths.gather(places.filter(places < len(lengths))).sum())
    return total


def string_lengths(chunks: Iterable[bytes]) -> pl.Series:
    """Return how long each string of a table is at most. Raises UnusualFormError."""
    found = [pl.Series([], dtype=pl.Int64)]
    head = True
    for piece in _pieces(chunks, b"si>"):
        if head:
            begun = _BEFORE_STRINGS.match(piece)
            if not begun:
                raise UnusualFormError
            piece, head = piece[begun.end() :], False  # noqa: PLW2901
        series = _series(piece)
        strings = series.str.extract_all(_STRING).explode().drop_nulls()
        if series.str.replace_all(_STRING, "").item().strip() not in ("", "</sst>"):
            raise UnusualFormError
        found.append(strings.str.len_bytes().cast(pl.Int64) - _AROUND_STRING)
    return pl.concat(found)


def longest(lengths: pl.Series) -> int:
    """Return the length of the longest string, 0 if there is none."""
    return int(str(lengths.max())) if len(lengths) else 0
