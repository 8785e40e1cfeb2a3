"""Recognises the files that an audit writes, whatever they are called."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from thuebao.base.errors import InputError
from thuebao.results.own.documents import BEGINNING, is_result
from thuebao.results.own.page import PAGE, is_page
from thuebao.results.own.tables import is_list, is_parquet_findings
from thuebao.results.own.workbook import is_book
from thuebao.sources import Stored, guarded, stored_at

_SEEN: dict[bytes, Callable[[Stored, Path | BytesIO], bool]] = {
    b"PK\x03\x04": is_book,
    b"PAR1": lambda _, file: is_parquet_findings(file),
}
_DOCUMENTS: dict[bytes, Callable[[Path], bool]] = {BEGINNING: is_result, PAGE: is_page}
_LONGEST = max(map(len, (*_SEEN, *_DOCUMENTS)))
_LARGEST_IN_MEMORY = 1 << 30  # bytes of a packed file that is looked at whole


def is_ours(path: Path) -> bool:
    """Return whether a file is what an audit writes: findings, rejected lines, a workbook, a page, a document."""
    try:
        with guarded(str(path)):
            # A pipe would be waited for.
            return path.is_file() and all(map(are_ours, stored_at(str(path)).stored))
    except InputError:  # what an audit writes is whole
        return False


def are_ours(stored: Stored) -> bool:
    """Return whether what is stored, packed or not, is what an audit writes."""
    try:
        with guarded(stored.path):
            start = stored.head(_LONGEST)
            for beginning, looks_so in _SEEN.items():
                if start.startswith(beginning):
                    return looks_so(stored, _seekable(stored))
            for beginning, is_one in _DOCUMENTS.items():
                if stored.packing is None and start.startswith(beginning):
                    return is_one(stored.file)
            return is_list(stored)
    except InputError:
        return False


def _seekable(stored: Stored) -> Path | BytesIO:
    if stored.packing is None:
        return stored.file
    content = BytesIO()
    for chunk in stored.chunks(1 << 20):
        content.write(chunk)
        if content.tell() > _LARGEST_IN_MEMORY:
            raise ValueError("too large to be looked at")
    content.seek(0)
    return content
