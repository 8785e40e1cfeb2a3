"""A workbook's weight before it is read: what it unpacks to, and how far apart its cells lie.

The library unpacks all there is, and takes memory for every place between cells: where there is none, it ends the
process.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Iterator
from typing import BinaryIO

from thuebao.errors import InputError
from thuebao.sources.compound import BEGINNING, Compound, DamagedError
from thuebao.sources.unpacking import METHODS

_MOST_UNPACKED, _ALWAYS_UNPACKED, _MOST_TIMES = 4 << 30, 256 << 20, 200
_MOST_CELLS = 100_000_000
_CHUNK, _LONGEST_TAG = 1 << 17, 512
_PAIR = struct.Struct("<HH")
_LENGTHS_AT = 26  # where a zip's member says how long its name and extra field are
_ZIP = b"PK\x03\x04"
# A cell with something in it beyond column DZ: the 130 columns before it cannot make any sheet too large.
_FAR_CELL = re.compile(rb' r="([A-Z]{3,}|[E-Z][A-Z])[0-9]+"[^<>]*(?<!/)>\s*<(?!/)')
_ROW = re.compile(rb'<(?:\w+:)?row [^<>]*?\br="([0-9]+)"')
# Records of an .xls: those of cells that hold something begin with row and column.
_BEGIN, _END, _SHEET, _FILE_PASS, _DIMENSIONS, _MANY_NUMBERS = 0x0809, 0x000A, 0x0085, 0x002F, 0x0200, 0x00BD
_FILLED = frozenset((0x0006, _MANY_NUMBERS, 0x00D6, 0x00FD, 0x0203, 0x0204, 0x0205, 0x027E))
_XLS_ROWS, _XLS_COLUMNS = 65_536, 256


def weigh(path: str, file: BinaryIO) -> str:
    """Return "xlsx", "ods" or "xls". Raises InputError for a file that is none, is encrypted or expands too far."""
    file.seek(0)
    start = file.read(4)
    if BEGINNING.startswith(start or b"?"):
        _weigh_xls(path, Compound(start + file.read()))
        return "xls"
    if start != _ZIP:
        raise InputError("spreadsheet_damaged", path=path, reason="no spreadsheet's beginning")
    return _weigh_zip(path, file)


def _weigh_zip(path: str, file: BinaryIO) -> str:
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
    if any(member.flag_bits & 1 for member in members):
        raise InputError("spreadsheet_encrypted", path=path)
    kind = _kind_of(path, {member.filename for member in members})
    limit = min(_MOST_UNPACKED, max(_ALWAYS_UNPACKED, _MOST_TIMES * file.seek(0, 2)))
    unpacked = 0
    for member in members:
        far, before = b"", b""
        for chunk in _unpacked(file, member):
            unpacked += len(chunk)
            if unpacked > limit:
                raise InputError("expands_too_far", path=path, limit=f"{limit >> 20} MiB")
            if member.filename == "META-INF/manifest.xml" and b"manifest:encryption-data" in chunk:
                raise InputError("spreadsheet_encrypted", path=path)
            far = max([far, *_FAR_CELL.findall(before + chunk)], key=lambda column: (len(column), column))
            before = chunk[-_LONGEST_TAG:]
        if far and kind == "xlsx":
            _check_extent(path, far.decode(), _rows(file, member))
    return kind


def _weigh_xls(path: str, compound: Compound) -> None:
    if "EncryptedPackage" in compound:
        raise InputError("spreadsheet_encrypted", path=path)
    stream = compound.stream("Workbook" if "Workbook" in compound else "Book")
    sheets: list[int] = []
    for kind, place, _ in _records(stream, 0):
        if kind == _FILE_PASS:
            raise InputError("spreadsheet_encrypted", path=path)
        if kind == _SHEET:
            sheets += struct.unpack_from("<I", stream, place)
    for sheet in sheets:
        if sheet >= len(stream):
            raise DamagedError("a sheet's place")
        for kind, place, size in _records(stream, sheet):
            if kind in _FILLED:
                row, column = _PAIR.unpack_from(stream, place)
                if kind == _MANY_NUMBERS:
                    column += max(size // 6 - 2, 0)
                if column >= _XLS_COLUMNS:
                    raise DamagedError(f"row {row + 1}, column {column + 1}")
            elif kind == _DIMENSIONS:
                _check_dimensions(stream[place : place + size])


def _records(stream: bytes, place: int) -> Iterator[tuple[int, int, int]]:
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
    """Hold what a sheet says of its own extent against what there can be: the library takes that much memory."""
    first_row, end_row, _, end_column = struct.unpack_from("<IIHH" if len(record) >= 14 else "<HHHH", record)
    if not first_row <= end_row <= _XLS_ROWS or end_column > _XLS_COLUMNS:
        raise DamagedError("a sheet's extent")


def _kind_of(path: str, names: set[str]) -> str:
    if "xl/workbook.bin" in names:
        raise InputError("kind_unsupported", path=path, kind="Excel .xlsb")
    if any(name.lower().replace("\\", "/").startswith("xl/") for name in names):
        return "xlsx"
    if {"mimetype", "content.xml"} <= names:
        return "ods"
    raise InputError("spreadsheet_damaged", path=path, reason="no workbook in it")


def _unpacked(file: BinaryIO, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield what a member really unpacks to, in pieces: the sizes in the directory may lie."""
    if member.compress_type not in METHODS:
        raise NotImplementedError(f"compression {member.compress_type}")
    file.seek(member.header_offset + _LENGTHS_AT)
    file.seek(sum(_PAIR.unpack(file.read(_PAIR.size))), io.SEEK_CUR)
    return iter(METHODS[member.compress_type](_packed(file, member.compress_size)))


def _packed(file: BinaryIO, left: int) -> Iterator[bytes]:
    while left > 0 and (chunk := file.read(min(left, _CHUNK))):
        left -= len(chunk)
        yield chunk


def _rows(file: BinaryIO, member: zipfile.ZipInfo) -> int:
    """Return the number of the last row of a worksheet's XML."""
    last, before = 0, b""
    for chunk in _unpacked(file, member):
        last = max([last, *map(int, _ROW.findall(before + chunk))])
        before = chunk[-_LONGEST_TAG:]
    return last


def _check_extent(path: str, column: str, rows: int) -> None:
    columns = 0
    for letter in column:
        columns = columns * 26 + ord(letter) - ord("A") + 1
    if columns * rows > _MOST_CELLS:
        raise InputError("cells_too_far", path=path, column=column, rows=rows)
