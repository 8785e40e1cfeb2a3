"""A workbook's weight before it is read: what it unpacks to, how far apart its cells lie, and the text in them.

The library unpacks all there is, takes memory for every place between cells and copies a shared text into each cell
that shows it: where there is none left, it ends the process.

Worksheets of the form that nearly all programs write are looked through by linear patterns, whatever else by a parser:
it takes several times as long. The patterns need not understand a worksheet; they prove that it is of that form.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import BinaryIO, ClassVar
from xml.parsers import expat

import polars as pl

from thuebao.base.errors import InputError
from thuebao.sources.packing.unpacking import METHODS
from thuebao.sources.sheets.compound import BEGINNING, Compound, DamagedError, EncryptedError, weigh_xls

_MOST_UNPACKED, _ALWAYS_UNPACKED, _MOST_TIMES = 4 << 30, 256 << 20, 200
_MOST_CELLS = 60_000_000  # the library takes 32 bytes for a place
_MOST_TEXT = 1 << 30
_CHUNK, _LONGEST = 1 << 17, 1 << 20
_LONGEST_NUMBER = 64
_PAIR = struct.Struct("<HH")
_LENGTHS_AT = 26  # where a zip's member says how long its name and extra field are
_ZIP = b"PK\x03\x04"
_SHEET, _STRINGS = b"sheetData", "sharedstrings.xml"
# What may be a cell to the library, and the rows and strings of the ordinary form.
_CELL = r"<(?:[^<>\s/]*:)?c[ \t\r\n/>]"
_ROW = re.compile(rb'<row r="([0-9]{1,10})"')
_SHARED, _SHARED_PLACE = r't="s"[^<>]*><v>[0-9]{1,9}</v>', r">([0-9]+)<"
_STRING = r'<si><t(?: xml:space="preserve")?(?:/>|>[^<]*</t>)</si>'
_BEFORE_STRINGS = re.compile(rb"\s*(?:<\?xml[^<>]*>\s*)?<sst[^<>]*>\s*")
_UNIQUE = re.compile(rb"uniqueCount\s*=\s*[\"']\s*\+?([0-9]+)")
_AROUND_STRING = len("<si><t></t></si>")
_POSITION = re.compile("([A-Za-z]{1,7})([0-9]{1,10})")
_ODS_COLUMNS, _ODS_ROWS = 16_384, 1_048_576  # at which the library stops repeating
_ODS_ROOM = 3 << 30
_ODS_CELL, _ODS_PLACE, _ODS_TEXT = 56, 88, 3  # bytes for a cell, a place of the table, and a byte of text


def weigh(path: str, file: BinaryIO) -> str:
    """Return "xlsx", "ods" or "xls". Raises InputError for a file that is none, is encrypted or expands too far."""
    file.seek(0)
    start = file.read(4)
    if BEGINNING.startswith(start or b"?"):
        try:
            weigh_xls(Compound(start + file.read()))
        except EncryptedError:
            raise InputError("spreadsheet_encrypted", path=path) from None
        return "xls"
    if start != _ZIP:
        raise InputError("spreadsheet_damaged", path=path, reason="no spreadsheet's beginning")
    return _weigh_zip(_Archive.of(path, file))


@dataclass
class _Archive:
    """A workbook that is a zip, and how much of it was unpacked."""

    path: str
    file: BinaryIO
    members: list[zipfile.ZipInfo]
    limit: int
    unpacked: int = 0

    @classmethod
    def of(cls, path: str, file: BinaryIO) -> _Archive:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
        return cls(path, file, members, min(_MOST_UNPACKED, max(_ALWAYS_UNPACKED, _MOST_TIMES * file.seek(0, 2))))

    def first(self, member: zipfile.ZipInfo) -> Iterator[bytes]:
        """Yield what a member unpacks to, for the first time: that counts."""
        for chunk in self.again(member):
            self.unpacked += len(chunk)
            if self.unpacked > self.limit:
                raise InputError("expands_too_far", path=self.path, limit=f"{self.limit >> 20} MiB")
            yield chunk

    def again(self, member: zipfile.ZipInfo) -> Iterator[bytes]:
        """Yield what a member really unpacks to, in pieces: the sizes in the directory may lie."""
        if member.compress_type not in METHODS:
            raise NotImplementedError(f"compression {member.compress_type}")
        self.file.seek(member.header_offset + _LENGTHS_AT)
        self.file.seek(sum(_PAIR.unpack(self.file.read(_PAIR.size))), io.SEEK_CUR)
        return iter(METHODS[member.compress_type](self._packed(member.compress_size)))

    def _packed(self, left: int) -> Iterator[bytes]:
        while left > 0 and (chunk := self.file.read(min(left, _CHUNK))):
            left -= len(chunk)
            yield chunk


def _weigh_zip(archive: _Archive) -> str:
    if any(member.flag_bits & 1 for member in archive.members):
        raise InputError("spreadsheet_encrypted", path=archive.path)
    kind = _kind_of(archive.path, {member.filename for member in archive.members})
    if kind == "xlsx":
        _weigh_xlsx(archive)
    else:
        _weigh_ods(archive)
    return kind


def _kind_of(path: str, names: set[str]) -> str:
    if "xl/workbook.bin" in names:
        raise InputError("kind_unsupported", path=path, kind="Excel .xlsb")
    if any(_plain(name).startswith("xl/") for name in names):
        return "xlsx"
    if {"mimetype", "content.xml"} <= names:
        return "ods"
    raise InputError("spreadsheet_damaged", path=path, reason="no workbook in it")


def _plain(name: str) -> str:
    return name.lower().replace("\\", "/")


@dataclass
class _Weight:
    """What a sheet weighs: the rectangle of its cells, how many there are, and the shared texts that they show."""

    rows: int = 0
    columns: int = 0
    cells: int = 0
    text: int = 0

    @property
    def places(self) -> int:
        return max(self.rows * self.columns, self.cells)


def _weigh_xlsx(archive: _Archive) -> None:
    """Hold every sheet against the limits: two are in memory at once while one with something in it is looked for."""
    tables = [member for member in archive.members if _plain(member.filename).endswith(_STRINGS)]
    if len(tables) > 1:
        raise DamagedError("two tables of strings")
    lengths = pl.concat([pl.Series([], dtype=pl.Int64), *(_lengths(archive, member) for member in tables)])
    weights = []
    for member in archive.members:
        if member not in tables and _contains(archive.first(member), _SHEET):
            weights.append(_weight(archive, member, lengths))
            _check(archive.path, weights)


def _check(path: str, weights: list[_Weight]) -> None:
    largest = max(weights, key=lambda weight: weight.places)
    if sum(sorted(weight.places for weight in weights)[-2:]) > _MOST_CELLS:
        raise InputError("cells_too_far", path=path, column=_letters(largest.columns), rows=largest.rows)
    if sum(sorted(weight.text for weight in weights)[-2:]) > _MOST_TEXT:
        raise InputError("cells_too_much_text", path=path, limit=f"{_MOST_TEXT >> 20} MiB")


def _letters(column: int) -> str:
    letters = ""
    while column > 0:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def _contains(chunks: Iterable[bytes], sign: bytes) -> bool:
    """Return whether a sign is in a member. All of it is read: what it unpacks to counts in any case."""
    found, before = False, b""
    for chunk in chunks:
        found = found or sign in before + chunk
        before = (before + chunk)[-len(sign) :]
    return found


def _weight(archive: _Archive, member: zipfile.ZipInfo, lengths: pl.Series) -> _Weight:
    """Return what a worksheet weighs, at least, or more where that is within the limits all the same."""
    try:
        weight, shared = _ordinary(archive.again(member))
        longest = _longest(lengths)
        weight.text = shared * longest
        if weight.text > _MOST_TEXT:
            weight.text = _ordinary_text(archive.again(member), lengths)
    except _OddError:
        return _parsed(archive.again(member), lengths)
    # Cells that hold nothing do not count to the library: whether those far out do shows only when they are parsed.
    return weight if weight.places <= _MOST_CELLS else _parsed(archive.again(member), lengths)


def _longest(lengths: pl.Series) -> int:
    return int(str(lengths.max())) if len(lengths) else 0


# The ordinary form


class _OddError(Exception):
    """XML that is not of the ordinary form."""


def _pieces(chunks: Iterable[bytes], mark: bytes) -> Iterator[bytes]:
    """Yield XML cut after a mark, else before a tag, so that no tag's name is cut in two; names without "x:"."""
    rest = b""
    for chunk in chunks:
        rest += chunk
        end = rest.rfind(mark) + len(mark)
        if end < len(mark):
            if len(rest) < _LONGEST:
                continue
            end = rest.rfind(b"<")
            if end <= 0:
                raise _OddError
        yield _unprefixed(rest[:end])
        rest = rest[end:]
    yield _unprefixed(rest)


def _unprefixed(piece: bytes) -> bytes:
    return piece.replace(b"<x:", b"<").replace(b"</x:", b"</") if b"<x:" in piece or b"</x:" in piece else piece


def _series(piece: bytes) -> pl.Series:
    """Return bytes as a text of as many characters, for patterns."""
    return pl.Series([piece.decode("latin-1")])


def _count(series: pl.Series, pattern: str) -> int:
    return int(series.str.count_matches(pattern).item())


def _ordinary(chunks: Iterable[bytes]) -> tuple[_Weight, int]:
    """Return a bound of a worksheet's weight, and how many cells show shared strings. Raises _OddError.

    What may be a cell in any way must be an ordinary one, no lower than the last row that has been announced, and not
    farther right than the width: the narrowest of 26, 52, 78, … columns.
    """
    weight, last, width, shared = _Weight(), 0, 0, 0
    for piece in _pieces(chunks, b"c>"):
        series = _series(piece)
        cells = _count(series, _CELL)
        last = max([last, *map(int, _ROW.findall(piece))])
        while cells and _count(series, _within(_leading(last), width)) < cells:
            width += 1
            if width > 26:
                raise _OddError
        weight.cells += cells
        shared += piece.count(b't="s"')
    lead, zeros = _leading(last)
    weight.rows, weight.columns = (lead + 1) * 10**zeros, 26 * (width + 1)
    return weight, shared


def _leading(number: int) -> tuple[int, int]:
    """Return the first two digits of a number, and how many follow."""
    return int(str(number)[:2]), max(len(str(number)) - 2, 0)


@cache
def _within(row: tuple[int, int], width: int) -> str:
    """Return the pattern of an ordinary cell whose row has at most these leading digits, within a width."""
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


def _ordinary_text(chunks: Iterable[bytes], lengths: pl.Series) -> int:
    """Return how long the shared strings are that ordinary cells show, as often as they show them."""
    total = 0
    for piece in _pieces(chunks, b"c>"):
        found = _series(piece).str.extract_all(_SHARED).explode().drop_nulls()
        if len(found) != piece.count(b't="s"'):
            raise _OddError
        places = found.str.extract(_SHARED_PLACE).cast(pl.UInt32)
        total += int(lengths.gather(places.filter(places < len(lengths))).sum())
    return total


def _lengths(archive: _Archive, member: zipfile.ZipInfo) -> pl.Series:
    """Return how long each shared string is at most, and refuse a number of them that there cannot be."""
    unique = [0]
    before = b""
    for chunk in archive.first(member):
        unique += map(int, _UNIQUE.findall(before + chunk))
        before = chunk[-_LONGEST_NUMBER:]
    if max(unique) > _MOST_CELLS:
        raise DamagedError("the number of strings")
    try:
        return _ordinary_lengths(archive.again(member))
    except _OddError:
        strings = _Strings()
        _parse(archive.again(member), strings)
        return pl.Series(strings.lengths, dtype=pl.Int64)


def _ordinary_lengths(chunks: Iterable[bytes]) -> pl.Series:
    found = [pl.Series([], dtype=pl.Int64)]
    head = True
    for piece in _pieces(chunks, b"si>"):
        if head:
            begun = _BEFORE_STRINGS.match(piece)
            if not begun:
                raise _OddError
            piece, head = piece[begun.end() :], False  # noqa: PLW2901
        series = _series(piece)
        strings = series.str.extract_all(_STRING).explode().drop_nulls()
        if series.str.replace_all(_STRING, "").item().strip() not in ("", "</sst>"):
            raise _OddError
        found.append(strings.str.len_chars().cast(pl.Int64) - _AROUND_STRING)
    return pl.concat(found)


# Any form


class _Handler:
    """What is done about the tags of a document."""

    parser: expat.XMLParserType
    takes_text: ClassVar[bool] = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        raise NotImplementedError

    def end(self, name: str) -> None:
        raise NotImplementedError

    def text(self, text: str) -> None:
        raise NotImplementedError


def _parse(chunks: Iterable[bytes], handler: _Handler) -> None:
    """Parse XML as UTF-8, whatever it says: the library does. Raises DamagedError, for a document type, too."""
    parser = handler.parser = expat.ParserCreate("UTF-8")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = handler.start, handler.end
    if handler.takes_text:
        parser.CharacterDataHandler = handler.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    fed = 0
    try:
        for chunk in chunks:
            for place in range(0, len(chunk), _LONGEST):
                fed += len(chunk[place : place + _LONGEST])
                parser.Parse(chunk[place : place + _LONGEST], False)
                # An unfinished tag is looked through again with each piece.
                if fed - parser.CurrentByteIndex > 8 * _LONGEST:
                    raise DamagedError("a tag without an end")
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise DamagedError(f"XML: {expat.ErrorString(error.code)}") from None


def _refuse_doctype(*_: object) -> None:
    raise DamagedError("a document type")


def _local(name: str) -> str:
    return name.partition(":")[2] or name


class _Strings(_Handler):
    """The lengths of shared strings, in bytes of XML, which is never less."""

    def __init__(self) -> None:
        self.lengths: list[int] = []
        self._depth = 0
        self._begun = -1

    def start(self, name: str, attributes: dict[str, str]) -> None:  # noqa: ARG002
        name = _local(name)
        if not self._depth and name != "sst":
            raise DamagedError("no table of strings")
        self._depth += 1
        if name == "si":
            if self._begun >= 0:
                raise DamagedError("a string within a string")
            self._begun = self.parser.CurrentByteIndex

    def end(self, name: str) -> None:
        self._depth -= 1
        if _local(name) == "si":
            self.lengths.append(self.parser.CurrentByteIndex - self._begun)
            self._begun = -1


@dataclass
class _Cells(_Handler):
    """The cells of a worksheet that hold something, where the library sees them."""

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
        local = _local(name)
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
                self._row_of_cell, self._column = _position(attributes["r"])
            else:
                self._row_of_cell = self._row

    def end(self, name: str) -> None:
        if self._depth:
            self._depth -= 1
            if self._value is not None and _local(name) == "v":
                self._show(name, self._value)
                self._value = None
            self._column += not self._depth
        elif _local(name) == "row":
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
        """Count the text of a shared string. To the library what is no number is the first."""
        plain = self.parser.CurrentByteIndex - self._value_at == len(f"<{name}>{value}")
        place = int(value) if plain and value.isascii() and value.isdecimal() and len(value) < 10 else -1
        if place < 0:
            self.total += self.longest
        elif place < len(self.lengths):
            self.total += int(self.lengths[place])


def _position(reference: str) -> tuple[int, int]:
    found = _POSITION.fullmatch(reference)
    if not found:
        raise DamagedError("a cell's place")
    column = 0
    for letter in found[1].upper():
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(found[2]) - 1, column - 1


def _parsed(chunks: Iterable[bytes], lengths: pl.Series) -> _Weight:
    cells = _Cells(lengths, _longest(lengths))
    _parse(chunks, cells)
    if cells.first is None:
        return _Weight()
    rows, columns = (last - first + 1 for first, last in zip(cells.first, cells.last, strict=True))
    # Shown to a person are the column and row themselves, which are as far out as that at least.
    return _Weight(rows, columns, cells.cells, cells.total)


# Open document


def _weigh_ods(archive: _Archive) -> None:
    # What is encrypted is no XML, and only the manifest tells: it is looked at first.
    for member in sorted(archive.members, key=lambda member: member.filename != "META-INF/manifest.xml"):
        chunks = archive.first(member)
        if member.filename == "content.xml":
            _parse(chunks, _Tables(archive.path))
        elif _contains(chunks, b"manifest:encryption-data") and member.filename == "META-INF/manifest.xml":
            raise InputError("spreadsheet_encrypted", path=archive.path)


@dataclass
class _Row:
    """A row of a table. waiting: empty cells, which take room only where another cell follows."""

    repeated: int
    cells: int = 0
    waiting: int = 0
    filled: int = 0
    text: int = 0
    added: int = 0

    def add(self, repeated: int, text: int | None, spaces: int) -> None:
        """Add a cell as often as it is repeated; text: its bytes, None if it holds nothing; spaces: more than that."""
        self.cells += min(self.waiting, _ODS_COLUMNS - self.cells)
        repeated = min(repeated, _ODS_COLUMNS - self.cells)
        if text is None:
            self.waiting = repeated
            return
        self.waiting = 0
        self.cells += repeated
        self.filled = self.cells
        self.text += (text + spaces) * repeated
        self.added += spaces + (text + spaces) * max(repeated - 1, 0)

    def beyond(self, repeated: int) -> int:
        """Return how much text so many of the row take that is not in the file."""
        return self.added + self.text * max(repeated - 1, 0)


@dataclass
class _Tables(_Handler):
    """The tables of a document, as the library expands them: all of them are in memory at once."""

    path: str
    used: int = 0  # bytes, by the tables before and the rows of this one
    _columns: int = 0
    _rows: int = 0
    _filled_rows: int = 0
    _row: _Row | None = None
    _depth: int = 0  # within a cell
    _begun: int = 0
    _spaces: int = 0
    _cell: tuple[int, bool] = (1, False)  # how often, and whether something is in it

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if self._depth:
            if name in _OF_TABLES:
                raise DamagedError("a table within a cell")
            self._depth += 1
            if name == "text:s":
                self._spaces += _number(attributes.get("text:c", "1"))
        elif name == "table:table":
            self._finish()
        elif name == "table:table-row":
            if self._row:
                raise DamagedError("a row within a row")
            self._row = _Row(_number(attributes.get("table:number-rows-repeated", "1")))
        elif self._row and name in _OF_TABLES:
            self._depth, self._begun, self._spaces = 1, self.parser.CurrentByteIndex, 0
            filled = "office:value-type" in attributes or any(map(_may_hold, attributes))
            self._cell = _number(attributes.get("table:number-columns-repeated", "1")), filled

    def end(self, name: str) -> None:
        if self._depth:
            self._depth -= 1
            if not self._depth and self._row:
                repeated, filled = self._cell
                text = self.parser.CurrentByteIndex - self._begun
                self._row.add(repeated, text if filled else None, self._spaces)
        elif name == "table:table-row" and self._row:
            self._add(self._row)
            self._row = None
        elif name == "table:table":
            self._finish()

    def _add(self, row: _Row) -> None:
        repeated = min(row.repeated, _ODS_ROWS - self._rows)
        self._rows += repeated
        text = row.beyond(repeated) * _ODS_TEXT
        self.used += row.cells * _ODS_CELL + text
        if row.filled:
            self._filled_rows, self._columns = self._rows, max(self._columns, row.filled)
        if self.used + self._filled_rows * self._columns * _ODS_PLACE > _ODS_ROOM:
            if text * 2 > _ODS_ROOM:
                raise InputError("cells_too_much_text", path=self.path, limit=f"{_ODS_ROOM // _ODS_TEXT >> 20} MiB")
            raise InputError("cells_too_far", path=self.path, column=_letters(row.cells), rows=self._rows)

    def _finish(self) -> None:
        self.used += self._filled_rows * self._columns * _ODS_PLACE
        self._columns = self._rows = self._filled_rows = 0


_OF_TABLES = frozenset({"table:table", "table:table-row", "table:table-cell", "table:covered-table-cell"})


def _may_hold(attribute: str) -> bool:
    return attribute == "table:formula" or attribute.startswith("office:")


def _number(text: str) -> int:
    if text == "1":
        return 1
    if not (text.isascii() and text.isdecimal() and len(text) < 20):
        raise DamagedError("a number of repetitions")
    return int(text)
