"""Reads NDJSON in batches: one JSON object a line, its keys as headers."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import polars as pl

from thuebao.base.errors import InputError
from thuebao.sources.batch import BLANK, Batch, Rejected, batch_with_rejected, in_batches
from thuebao.sources.delimited.malformed import BYTES, NUL
from thuebao.sources.encodings.encoding import Encoding
from thuebao.sources.headers.header import Header, map_header
from thuebao.sources.headers.mapping import Mapping
from thuebao.sources.no_records import NoRecords
from thuebao.sources.packing.stored import Stored

BATCH_ROWS = 50_000
_BATCH_BYTES = 16 << 20
LONGEST_LINE = 64 << 20  # bytes
_CHUNK = 4 << 20  # bytes read at once
_NOT_JSON, _KEY_TWICE = "not_json", "key_twice"
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


@dataclass(frozen=True)
class NdjsonTable:
    """The objects of a file."""

    stored: Stored
    encoding: Encoding
    header: Header

    @classmethod
    def of(cls, stored: Stored, encoding: Encoding, mapping: Mapping | None) -> NdjsonTable:
        """Return the table with the keys of all objects, in the order of their first appearance, as headers.

        The whole file is read for it: objects often leave out what is empty. Raises InputError when they map to
        nothing.
        """
        keys: dict[str, None] = {}
        for _, line in _lines(stored, encoding):
            if not line.strip():
                continue
            try:
                keys.update(dict.fromkeys(_object(line)))
            except _NotARecordError:
                continue
        return cls(stored, encoding, map_header(stored.path, list(map(encoding.letters_of, keys)), mapping))

    def batches(self, wanted: Collection[str]) -> Iterator[Batch]:
        """Yield batches of the wanted columns."""
        names, raw_names = self.header.names, self.header.raw_names
        chosen = [raw_names[n] for n in self.header.chosen(wanted) or [0]]
        schema = dict.fromkeys(raw_names, pl.String)
        no_records = NoRecords(self.stored.path, self.header)
        spelt = cache(self.encoding.letters_of)
        for lines in in_batches(
            _lines(self.stored, self.encoding), lambda line: len(line[1]), BATCH_ROWS, _BATCH_BYTES
        ):
            passed_over: Counter[str] = Counter()
            records: list[list[str | None]] = []
            at: list[int] = []
            rejected: list[Rejected] = []
            for number, line in lines:
                if not line.strip():
                    passed_over[BLANK] += 1
                    continue
                try:
                    values = {spelt(key): value for key, value in _object(line).items()}
                    record = [_text(values.get(name)) for name in names]
                except _NotARecordError as error:
                    text = self.encoding.letters_of(line.decode(errors="backslashreplace"))
                    rejected.append(Rejected(number, error.reason, text))
                else:
                    records.append(record)
                    at.append(number)
            frame = self.encoding.letters(pl.DataFrame(records, schema=schema, orient="row"))
            stood = pl.Series(at, dtype=pl.UInt32)
            key, rows_at = frame.to_series(no_records.key), frame.__getitem__
            frame, stood, others = no_records.sift(frame, stood, key, rows_at)
            passed_over.update(others)
            yield batch_with_rejected(frame.select(chosen), stood, rejected, passed_over)


_Line = tuple[int, bytes]


def _lines(stored: Stored, encoding: Encoding) -> Iterator[_Line]:
    """Yield the lines with their numbers. Raises InputError for one that is too long."""
    rest, number = b"", 0
    for chunk in encoding.utf8(stored.chunks(_CHUNK)):
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            number += 1
            yield number, line
        if len(rest) > LONGEST_LINE:
            raise InputError("line_too_long", path=stored.path, line=number + 1, limit=LONGEST_LINE >> 20)
    if rest:
        yield number + 1, rest


class _NotARecordError(Exception):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _object(line: bytes) -> dict[str, Any]:
    """Return the object of a line, its numbers as the text they are. Raises _NotARecordError if it holds none."""
    if b"\0" in line:
        raise _NotARecordError(NUL)
    try:
        found = _DECODER.decode(line.decode())
        # Half a character is JSON, and no text.
        if _SURROGATE.search(line):
            json.dumps(found, ensure_ascii=False).encode()
    except UnicodeError:
        raise _NotARecordError(BYTES) from None
    except (ValueError, RecursionError):
        raise _NotARecordError(_NOT_JSON) from None
    if not isinstance(found, dict):
        raise _NotARecordError(_NOT_JSON)
    return found


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _NotARecordError(_KEY_TWICE)
    return found


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_int=str, parse_float=str, parse_constant=str)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        raise _NotARecordError(_NOT_JSON) from None
