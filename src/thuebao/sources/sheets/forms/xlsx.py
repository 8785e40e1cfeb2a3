"""Reads what an .xlsx says beyond values, and rewrites what calamine reads otherwise than a person.

Sheets are taken row by row, as bytes and within a bound: in most of them there is nothing to be done.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from thuebao.sources.sheets.forms.about import About, column_number
from thuebao.sources.sheets.forms.xlsx_parts import Parts
from thuebao.sources.sheets.limits import DamagedError
from thuebao.sources.sheets.limits.archive import Archive

_LONGEST = 16 << 20  # bytes of a piece without the end of a row
_MOST_ROWS = 1 << 20
_GAP = 10_000  # rows in which nothing stands, from which on they are left out
_MOST_DIGITS = 15  # that a number of a spreadsheet keeps
_LONGEST_PREFIX = 16
_P = rb"(?:[A-Za-z0-9]+:)?"  # a prefix of names
_ROW_END = b"</row>"
_END = re.compile(rb"</" + _P + rb"row>")
_ROW = re.compile(rb"<" + _P + rb"row [^<>]*?\br=[\"']([0-9]{1,7})[\"']")
_PLACE = re.compile(rb"(<" + _P + rb"(?:row|c) (?:[^<>]*? )?r=[\"'])([A-Za-z]{0,3})([0-9]{1,7})")
_HIDDEN_ROW = re.compile(rb"<" + _P + rb"row [^<>]*\bhidden=[\"'](?:1|true)[\"'][^<>]*(?<!/)>(?!\s*</)")
_COLUMN = re.compile(rb"<" + _P + rb"col ([^<>]*)>")
_NUMBERED = re.compile(rb"\b(min|max|hidden)=[\"'](\w+)[\"']")
_FORMULA = rb"<" + _P + rb"f(?: [^<>]*)?(?:/>|>[^<]*</" + _P + rb"f>)\s*"
_VALUE = rb"<" + _P + rb"v(?: [^<>]*)?(?:/>|>\s*([^<\s]*)\s*</" + _P + rb"v>)\s*"
_WITH_FORMULA = re.compile(rb"<" + _P + rb"c ([^<>]*)>\s*" + _FORMULA + rb"(" + _VALUE + rb")?</" + _P + rb"c>")
_TYPE = re.compile(rb"\st=[\"'](\w+)[\"']")
_AT = re.compile(rb"\br=[\"']([A-Za-z]{1,3})[0-9]")
_OF_TEXT = frozenset((b"str", b"inlineStr", b"s", b"e", b"b", b"d"))


@dataclass
class _Sheet:
    """A worksheet on its way through.

    zeros: style → digits shown; not_computed: whether results are worked out only when it is opened.
    """

    zeros: Mapping[bytes, int]
    not_computed: bool
    about: About = field(default_factory=About)
    changed: bool = False
    _row: int = 0
    _left_out: int = 0
    _prefixed: bool = False

    def __post_init__(self) -> None:
        styles = b"|".join(self.zeros)
        self._with_zeros = re.compile(
            rb"(<"
            + _P
            + rb"c )((?=[^<>]*\bs=[\"'](?:"
            + styles
            + rb")[\"'])[^<>]*)(>\s*(?:"
            + _FORMULA
            + rb")?<"
            + _P
            + rb"v>)\s*([0-9][0-9.eE+]*)\s*(?=</)"
        )

    def pieces(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Yield a worksheet, piece by piece, as it shall be read."""
        rest = b""
        first = True
        for chunk in chunks:
            rest += chunk
            found = rest.rfind(_ROW_END)
            end = found + len(_ROW_END) if found >= 0 else max((m.end() for m in _END.finditer(rest)), default=0)
            if not end and len(rest) > _LONGEST:
                end = len(rest)
            if end:
                yield self._through(rest[:end], first)
                rest, first = rest[end:], False
        yield self._through(rest, first)

    def _through(self, piece: bytes, first: bool) -> bytes:
        about = self.about
        if first:
            head = piece[: piece.find(b"sheetData")]
            about.hidden_columns += _hidden_columns(head)
            self._prefixed = b"<row " not in piece
        if b"hidden=" in piece:
            about.hidden_rows += len(_HIDDEN_ROW.findall(piece))
        if b"<f" in piece or (self._prefixed and b":f" in piece):
            self._count_formulas(piece)
        if self.zeros:
            after = self._with_zeros.sub(self._as_text, piece)
            self.changed |= after is not piece and after != piece
            piece = after
        return self._without_gaps(piece)

    def _count_formulas(self, piece: bytes) -> None:
        for attributes, value, text in _WITH_FORMULA.findall(piece):
            kind = _TYPE.search(b" " + attributes)
            of_text = kind is not None and kind[1] in _OF_TEXT
            empty = not value or (not text and not of_text) or (text == b"0" and self.not_computed and not of_text)
            if empty and (at := _AT.search(attributes)):
                self.about.formulas[column_number(at[1].decode())] += 1

    def _as_text(self, found: re.Match[bytes]) -> bytes:
        start, attributes, between, number = found.groups()
        kind = _TYPE.search(b" " + attributes)
        if kind and kind[1] != b"n":
            return found[0]
        style = re.search(rb"\bs=[\"'](\d+)[\"']", attributes)
        digits = _digits(number)
        if digits is None or style is None or (self.not_computed and b"f>" in between and not digits.strip("0")):
            return found[0]
        text = digits.zfill(self.zeros[style[1]]).encode()
        return start + _TYPE.sub(b"", b" " + attributes).strip() + b' t="str"' + between + text

    def _without_gaps(self, piece: bytes) -> bytes:
        first = _ROW.search(piece)
        if first is None:
            return piece
        start = piece.rfind(b":row ") - _LONGEST_PREFIX if self._prefixed else piece.rfind(b"<row ")
        last = int((_ROW.search(piece, max(start, 0)) or first)[1])
        between = last - self._row - piece.count(b":row " if self._prefixed else b"<row ")
        if between < _GAP and not self._left_out:
            self._row = last
            return piece
        after = _PLACE.sub(self._moved_up, piece)
        self.changed |= after != piece
        return after

    def _moved_up(self, found: re.Match[bytes]) -> bytes:
        start, letters, number = found.groups()
        row = int(number)
        if not letters:  # a row, not a cell in it
            if row > _MOST_ROWS:
                raise DamagedError(f"row {row}")
            if row - self._row > _GAP:
                left_out = row - self._row - 1
                self._left_out += left_out
                self.about.gaps.append((row - 1 - self._left_out, left_out))
            self._row = row
        return start + letters + str(max(row - self._left_out, 1)).encode()


def read_xlsx(archive: Archive) -> tuple[io.BytesIO | None, dict[str, About]]:
    """Return an .xlsx rewritten, None where that need not be, and what is said of its sheets, by their names."""
    parts = Parts.of(archive)
    zeros = {str(style).encode(): digits for style, digits in parts.zeros().items()}
    sheets: dict[str, _Sheet] = {}
    for member in parts.sheets.values():
        sheet = sheets[member.filename] = _Sheet(zeros, parts.computed_when_opened)
        for _ in sheet.pieces(archive.first(member)):
            pass
    file = _rewritten(archive, sheets) if any(sheet.changed for sheet in sheets.values()) else None
    return file, {name: sheets[member.filename].about for name, member in parts.sheets.items()}


def _rewritten(archive: Archive, sheets: Mapping[str, _Sheet]) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
        for member in archive.members:
            sheet, chunks = sheets.get(member.filename), archive.again(member)
            if sheet and sheet.changed:
                chunks = _Sheet(sheet.zeros, sheet.not_computed).pieces(chunks)
            with new.open(member.filename, "w", force_zip64=True) as to:
                for chunk in chunks:
                    to.write(chunk)
    file.seek(0)
    return file


def _hidden_columns(head: bytes) -> Iterator[tuple[int, int]]:
    for attributes in _COLUMN.findall(head):
        said = dict(_NUMBERED.findall(attributes))
        if (
            said.get(b"hidden") in (b"1", b"true")
            and said.get(b"min", b"").isdigit()
            and said.get(b"max", b"").isdigit()
        ):
            yield int(said[b"min"]) - 1, int(said[b"max"]) - 1


def _digits(number: bytes) -> str | None:
    """Return the digits of a whole number, None if it is none or may have lost some."""
    try:
        value = Decimal(number.decode())
    except InvalidOperation:
        return None
    if value != value.to_integral_value() or value.adjusted() >= _MOST_DIGITS:
        return None
    return str(int(value))
