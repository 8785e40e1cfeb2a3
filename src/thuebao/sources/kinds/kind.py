"""Detects the kind of a file by its first bytes: its name proves nothing."""

from __future__ import annotations

from thuebao.base.errors import InputError
from thuebao.sources.delimited.layout import SEPARATORS
from thuebao.sources.json.form import json_form
from thuebao.sources.kinds.foreign import (
    refuse_binary,
    refuse_foreign_bytes,
    refuse_foreign_compound,
    refuse_foreign_text,
    refuse_foreign_zip,
)
from thuebao.sources.kinds.printed import refuse_printed
from thuebao.sources.tables.kinds import OTHER_XML, kind_of_markup

CSV, PARQUET, XLSX, XLS, ODS = "csv", "parquet", "xlsx", "xls", "ods"
SPREADSHEETS = frozenset({XLSX, XLS, ODS})

_BEGINNINGS = {b"PAR1": PARQUET, b"\xd0\xcf\x11\xe0": XLS}
_OPEN_DOCUMENT = b"mimetypeapplication/vnd.oasis.opendocument"
_MOST_CONTROLS = 0.05  # the share of control characters that a text may have
_LEAST_CHARACTERS = 32  # shorter texts count as so many: one control character would be a large share


def kind_of_bytes(path: str, head: bytes) -> str | None:
    """Return the kind of a file that is no text, None if it may be text. Raises InputError if it cannot be read."""
    if head.startswith(b"PK\x03\x04"):
        refuse_foreign_zip(path, head)
        return ODS if _OPEN_DOCUMENT in head[:256] else XLSX
    kind = next((name for start, name in _BEGINNINGS.items() if head.startswith(start)), None)
    if kind == XLS:
        refuse_foreign_compound(path, head)
    if kind is None:
        refuse_foreign_bytes(path, head)
    return kind


def kind_of_text(path: str, text: str) -> str:
    """Return "csv", "ndjson", "json" or a kind of markup. Raises InputError for other texts, and what is no text."""
    controls = sum(text.count(chr(n)) for n in (*range(9), *range(14, 28)) if chr(n) not in SEPARATORS)
    if controls > _MOST_CONTROLS * max(len(text), _LEAST_CHARACTERS):
        refuse_binary(path)
    markup = kind_of_markup(text)
    if markup == OTHER_XML:
        raise InputError("kind_unsupported", path=path, kind=markup)
    if markup:
        return markup
    refuse_printed(path, text)
    start = text.lstrip()
    if start.startswith(("{", "[")) and (kind := json_form(path, start)):
        return kind
    refuse_foreign_text(path, start)
    return CSV
