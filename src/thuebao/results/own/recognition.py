"""Recognises the files that an audit writes, whatever they are called."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from thuebao.base.errors import InputError
from thuebao.sources import Stored, guarded, stored_at


def _is_book(stored: Stored, file: Path | BytesIO) -> bool:
    from thuebao.results.own.workbook import is_book

    return is_book(stored, file)


def _is_parquet_list(stored: Stored, file: Path | BytesIO) -> bool:
    from thuebao.results.own.tables import is_parquet_list

    del stored
    return is_parquet_list(file)


def _is_result(path: Path) -> bool:
    from thuebao.results.own.documents import is_result

    return is_result(path)


def _is_page(path: Path) -> bool:
    from thuebao.results.own.page import is_page

    return is_page(path)


# What recognises them takes a while to load, and few audits meet one.
_SEEN: dict[bytes, Callable[[Stored, Path | BytesIO], bool]] = {b"PK\x03\x04": _is_book, b"PAR1": _is_parquet_list}
_DOCUMENTS: dict[bytes, Callable[[Path], bool]] = {
    b'{\n "schema": "thuebao-': _is_result,
    b"<!DOCTYPE html>\n<html lang=": _is_page,
}
_LONGEST = max(map(len, (*_SEEN, *_DOCUMENTS)))
_LARGEST_IN_MEMORY = 1 << 30  # bytes of a packed file that is looked at whole


def is_ours(path: Path) -> bool:
    """Return whether a file is what we write: findings, lists, rejected lines, a workbook, a page, a document."""
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
            from thuebao.results.own.tables import is_list

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
