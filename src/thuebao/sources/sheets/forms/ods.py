"""Reads what an .ods says beyond values, and rewrites what calamine cannot read or reads otherwise than a person.

Calamine takes no white space between cells, which Gnumeric and SheetJS write. It gives a number without its format, but
what the cell shows stands beside it.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from thuebao.sources.sheets.forms.about import About
from thuebao.sources.sheets.limits.archive import Archive
from thuebao.sources.sheets.limits.ods_patterns import row_pieces
from thuebao.sources.sheets.limits.xlsx_patterns import UnusualFormError

_GAP = 10_000  # rows in which nothing stands, from which on they are left out
_CONTENT, _ROW_END = "content.xml", b"</table:table-row>"
_SPACE = re.compile(rb">\s+(?=</?table:)")
_SPACE_IN_CELL = re.compile(
    rb"(<table:(?:covered-)?table-cell(?:\s[^<>]*)?>)\s+|\s+(?=</table:(?:covered-)?table-cell>)"
)
_SHOWN = re.compile(
    rb"(<table:table-cell)(\s[^<>]*office:value=\"([0-9.eE+]+)\"[^<>]*)(>\s*<text:p>)(0[0-9 ().-]*[0-9])"
    rb"(</text:p>\s*</table:table-cell>)"
)
_OF_NUMBER = re.compile(rb"\s(?:office|calcext):(?:value|value-type)=\"[^\"]*\"")
_ROW = re.compile(rb"<table:table-row(?:\s[^<>]*)?>")
_TABLE = re.compile(rb"<table:table\s[^<>]*?table:name=\"([^\"]*)\"")
_COLUMN = re.compile(rb"<table:table-column(?:\s[^<>]*)?>")
_CELL = re.compile(rb"<table:(?:covered-)?table-cell(?:\s[^<>]*)?>")
_ROWS_REPEATED = re.compile(rb"(table:number-rows-repeated=\")([0-9]{1,9})")
_COLUMNS_REPEATED = re.compile(rb"table:number-columns-repeated=\"([0-9]{1,9})\"")
_SPANNED = re.compile(rb"table:number-rows-spanned=\"([0-9]{1,7})\"")
_HIDDEN = re.compile(rb"table:visibility=\"(?:collapse|filter)\"")
_OF_NOTE = (b"visibility", b"rows-spanned", b"table:formula")
_NOTED = (b"table:visibility=", b"table:formula", b"table:number-rows-", b"table:name=")
_SPACE_WITHIN = 1 << 16  # bytes of each piece: who writes white space does so everywhere
_MOST_DIGITS = 15  # that a number of a spreadsheet keeps


@dataclass
class _Document:
    """A document on its way through. tables: what is said of each, by its name."""

    tables: dict[str, About] = field(default_factory=dict)
    changed: bool = False
    _row: int = 0  # of the rows that are kept

    def pieces(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Yield a document, piece by piece, as it shall be read. Raises UnusualFormError where it has no rows."""
        for piece in row_pieces(chunks):
            after = piece
            if b"!" not in piece or b"![" not in piece:
                if _SPACE.search(piece, 0, _SPACE_WITHIN):
                    after = _SPACE_IN_CELL.sub(rb"\1", _SPACE.sub(b">", piece))
                if b"<text:p>0" in after and b"office:value=" in after:
                    after = _SHOWN.sub(_as_text, after)
                if any(sign in after for sign in _NOTED):
                    after = _ROW_END.join(map(self._through, after.split(_ROW_END)))
                else:
                    self._row += after.count(_ROW_END)
            self.changed |= after != piece
            yield after

    def _through(self, row: bytes) -> bytes:
        """Return a row, without most of its repetitions if it holds nothing; above it a table may begin."""
        begins = row.find(b"<table:table-row")
        if begins:
            self._begin(row[:begins] if begins > 0 else row)
        if begins < 0 or not self.tables:
            return row
        about, held = next(reversed(self.tables.values())), b"office:value-type" in row
        repeated = 1
        if b"rows-repeated" in row and (found := _ROWS_REPEATED.search(row, begins)):
            repeated = int(found[2])
            if not held and repeated > _GAP:
                about.gaps.append((self._row + 1, repeated - 1))
                row, repeated = row[: found.start()] + found[1] + b"1" + row[found.end() :], 1
        if any(sign in row for sign in _OF_NOTE):
            self._note(about, row[begins:], held=held, repeated=repeated)
        self._row += repeated
        return row

    def _begin(self, head: bytes) -> None:
        """Begin with the table whose name, and columns, stand above its first row."""
        found = list(_TABLE.finditer(head))
        if not found:
            return
        about = self.tables[html.unescape(found[-1][1].decode("utf-8", "replace"))] = About()
        self._row = column = 0
        for tag in _COLUMN.findall(head, found[-1].start()):
            width = _repeated(tag)
            if _HIDDEN.search(tag):
                about.hidden_columns.append((column, column + width - 1))
            column += width

    def _note(self, about: About, row: bytes, *, held: bool, repeated: int) -> None:
        start = _ROW.match(row)
        if held and start and _HIDDEN.search(start[0]):
            about.hidden_rows += repeated
        column = 0
        for tag in _CELL.findall(row):
            if (spanned := _SPANNED.search(tag)) and int(spanned[1]) > 1:
                about.merged.append((self._row, self._row + int(spanned[1]) - 1, column))
            if b"table:formula" in tag and b"office:value-type" not in tag:
                about.formulas[column] += repeated
            column += _repeated(tag)


def read_ods(archive: Archive) -> tuple[io.BytesIO | None, dict[str, About]]:
    """Return an .ods rewritten, None where that need not be, and what is said of its sheets, by their names."""
    [content] = [member for member in archive.members if member.filename == _CONTENT]
    document = _Document()
    try:
        for _ in document.pieces(archive.first(content)):
            pass
    except UnusualFormError:
        return None, {}
    if not document.changed:
        return None, document.tables
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
        for member in sorted(archive.members, key=lambda member: member.filename != "mimetype"):
            chunks = archive.again(member)
            packing = zipfile.ZIP_STORED if member.filename == "mimetype" else zipfile.ZIP_DEFLATED
            into = zipfile.ZipInfo(member.filename)
            into.compress_type = packing
            with new.open(into, "w", force_zip64=packing == zipfile.ZIP_DEFLATED) as to:
                for chunk in _Document().pieces(chunks) if member is content else chunks:
                    to.write(chunk)
    file.seek(0)
    return file, document.tables


def _as_text(found: re.Match[bytes]) -> bytes:
    """Return a cell as a text where it shows its number with zeros in front."""
    start, attributes, number, between, shown, end = found.groups()
    digits = re.sub(rb"[^0-9]", b"", shown)
    try:
        same = float(number) == int(digits)
    except ValueError:
        return found[0]
    if not same or len(digits.lstrip(b"0")) > _MOST_DIGITS:
        return found[0]
    return start + _OF_NUMBER.sub(b"", attributes) + b' office:value-type="string"' + between + shown + end


def _repeated(tag: bytes) -> int:
    found = _COLUMNS_REPEATED.search(tag)
    return int(found[1]) if found else 1
