"""Detects the kind of a file by its first bytes: its name proves nothing."""

from __future__ import annotations

import json

from thuebao.base.errors import InputError
from thuebao.sources.delimited.layout import SEPARATORS
from thuebao.sources.tables.kinds import OTHER_XML, kind_of_markup

CSV, NDJSON, PARQUET, XLSX, XLS, ODS = "csv", "ndjson", "parquet", "xlsx", "xls", "ods"
SPREADSHEETS = frozenset({XLSX, XLS, ODS})

_BEGINNINGS = {
    b"PAR1": PARQUET,
    b"\xd0\xcf\x11\xe0": XLS,
    b"%PDF": "PDF",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7-Zip",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"ARROW1": "Arrow",
    b"Obj\x01": "Avro",
    b"SQLite format 3": "SQLite",
    b"{\\rtf": "RTF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\xfe\xff": "UTF-32",
}
_OPEN_DOCUMENT = b"mimetypeapplication/vnd.oasis.opendocument"
_ANY_NUMBER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)
_MOST_CONTROLS = 0.05  # the share of control characters that a text may have
_LEAST_CHARACTERS = 32  # shorter texts count as so many: one control character would be a large share


def kind_of_bytes(path: str, head: bytes) -> str | None:
    """Return the kind of a file that is no text, None if it may be text. Raises InputError if it cannot be read."""
    if head.startswith(b"PK\x03\x04"):
        return ODS if _OPEN_DOCUMENT in head[:256] else XLSX
    kind = next((name for start, name in _BEGINNINGS.items() if head.startswith(start)), None)
    if kind not in (None, PARQUET, XLS):
        raise InputError("kind_unsupported", path=path, kind=kind)
    return kind


def kind_of_text(path: str, text: str) -> str:
    """Return "csv", "ndjson" or a kind of markup. Raises InputError for other XML and JSON, and for what is no text."""
    controls = sum(text.count(chr(n)) for n in (*range(9), *range(14, 28)) if chr(n) not in SEPARATORS)
    if controls > _MOST_CONTROLS * max(len(text), _LEAST_CHARACTERS):
        raise InputError("kind_unsupported", path=path, kind="binary")
    markup = kind_of_markup(text)
    if markup == OTHER_XML:
        raise InputError("kind_unsupported", path=path, kind=markup)
    if markup:
        return markup
    start = text.lstrip()
    if start.startswith("{"):
        return NDJSON if _is_object(start.partition("\n")[0]) else _refuse_json(path)
    if start.startswith("[") and start[1:].lstrip().startswith("{"):
        return _refuse_json(path)
    return CSV


def _is_object(line: str) -> bool:
    try:
        return isinstance(_ANY_NUMBER.decode(line), dict)
    except RecursionError:
        return True  # an object nested too deeply: a line to reject, not a file
    except ValueError:
        return False


def _refuse_json(path: str) -> str:
    raise InputError("json_not_by_line", path=path)
