"""Reads JSON in batches: one object a line, or a list of them, their keys as headers."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterator
from collections.abc import Mapping as Spellings
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import polars as pl

from thuebao.base.errors import InputError
from thuebao.base.messages import text
from thuebao.rulebook.columns import columns
from thuebao.sources.batch import BLANK, Batch, Rejected, batch_with_rejected, in_batches
from thuebao.sources.delimited.malformed import BYTES, NUL
from thuebao.sources.encodings.encoding import Encoding
from thuebao.sources.headers.header import Header, map_header, rare_spellings
from thuebao.sources.headers.mapping import Mapping
from thuebao.sources.json.records import Piece, elements, lines
from thuebao.sources.no_records import NoRecords
from thuebao.sources.notice import Notice
from thuebao.sources.packing.stored import Stored

BATCH_ROWS = 50_000
_BATCH_BYTES = 16 << 20
_CHUNK = 4 << 20  # bytes read at once
_NOT_JSON, _KEY_TWICE = "not_json", "key_twice"
_NAMED_TWICE = ("header_twice", "two_headers_for_one_column")
_MORE = re.compile(rb"[\[{]")
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


@dataclass(frozen=True)
class NdjsonTable:
    """The objects of a file. in_list: whether they are elements of a list, not lines.

    spellings: keys that few records have → what the others call them.
    numbers: of the columns that were read last, by position, how many values were numbers and not texts.
    """

    stored: Stored
    encoding: Encoding
    header: Header
    in_list: bool = False
    spellings: Spellings[str, str] = field(default_factory=dict)
    numbers: Counter[int] = field(default_factory=Counter, compare=False)

    @classmethod
    def of(cls, stored: Stored, encoding: Encoding, mapping: Mapping | None, *, in_list: bool = False) -> NdjsonTable:
        """Return the table with the keys of all objects, in the order of their first appearance, as headers.

        The whole file is read for it: objects often leave out what is empty. Raises InputError when they map to
        nothing, or what maps to a column is no text or number but holds more values.
        """
        keys: Counter[str] = Counter()
        nested: dict[str, int] = {}
        for line, piece in _pieces(stored, encoding, in_list=in_list):
            if not piece.strip():
                continue
            try:
                found = _object(piece)
            except _NotARecordError:
                continue
            keys.update(found.keys())
            if _MORE.search(piece, 1):
                for key, value in found.items():
                    if isinstance(value, dict | list):
                        nested.setdefault(key, line)
        counts = {encoding.letters_of(key): count for key, count in keys.items()}
        spellings: dict[str, str] = {}
        try:
            header = map_header(stored.path, list(counts), mapping)
        except InputError as error:
            if error.key not in _NAMED_TWICE or not (spellings := rare_spellings(counts)):
                raise
            header = map_header(stored.path, [name for name in counts if name not in spellings], mapping)
        found_nested = {encoding.letters_of(key): line for key, line in nested.items()}
        for name, column in zip(header.names, header.canonical, strict=True):
            if column and name in found_nested:
                raise InputError("json_nested", path=stored.path, header=name, line=found_nested[name])
        return cls(stored, encoding, header, in_list, spellings)

    def anew(self, stored: Stored) -> NdjsonTable:
        """Return the same table, stored there, of which nothing was read so far."""
        return replace(self, stored=stored, numbers=Counter())

    def batches(self, wanted: Collection[str]) -> Iterator[Batch]:
        """Yield batches of the wanted columns."""
        names, raw_names = self.header.names, self.header.raw_names
        places = self.header.chosen(wanted) or [0]
        chosen = [raw_names[n] for n in places]
        schema = dict.fromkeys(raw_names, pl.String)
        digits = [(n, names[n]) for n in places if (c := self.header.canonical[n]) and columns()[c].digits]
        no_records = NoRecords(self.stored.path, self.header)
        spelt = cache(self.encoding.letters_of)
        self.numbers.clear()
        pieces = enumerate(_pieces(self.stored, self.encoding, in_list=self.in_list), 1)
        for some in in_batches(pieces, lambda piece: len(piece[1][1]), BATCH_ROWS, _BATCH_BYTES):
            # Several elements may stand on one line: what tells their order is their number.
            begin = {number: line for number, (line, _) in some}
            passed_over: Counter[str] = Counter()
            records: list[list[str | None]] = []
            at: list[int] = []
            rejected: list[Rejected] = []
            for number, (_, piece) in some:
                if not piece.strip():
                    passed_over[BLANK] += 1
                    continue
                try:
                    values = {spelt(key): value for key, value in _object(piece).items()}
                    for other in self.spellings.keys() & values.keys():
                        _rename(values, other, self.spellings[other])
                    record = [_text(values.get(name)) for name in names]
                except _NotARecordError as error:
                    shown = self.encoding.letters_of(piece.decode(errors="backslashreplace"))
                    rejected.append(Rejected(number, error.reason, shown))
                else:
                    records.append(record)
                    at.append(number)
                    self.numbers.update(n for n, key in digits if isinstance(values.get(key), _Number))
            frame = self.encoding.letters(pl.DataFrame(records, schema=schema, orient="row"))
            stood = pl.Series(at, dtype=pl.UInt32)
            key, rows_at = frame.to_series(no_records.key), frame.__getitem__
            frame, stood, others = no_records.sift(frame, stood, key, rows_at)
            passed_over.update(others)
            batch = batch_with_rejected(frame.select(chosen), stood, rejected, passed_over)
            yield replace(
                batch,
                lines=pl.Series([begin[number] for number in stood], dtype=pl.UInt32),
                rejected={place: replace(r, line=begin[r.line]) for place, r in batch.rejected.items()},
            )

    def notices(self) -> Iterator[Notice]:
        """Yield what should be said once the file has been read."""
        for position, count in sorted(self.numbers.items()):
            said = text("notice.numbers", header=self.header.names[position], count=count)
            yield Notice("numbers_not_text", said, count)


def _pieces(stored: Stored, encoding: Encoding, *, in_list: bool) -> Iterator[Piece]:
    return (elements if in_list else lines)(stored.path, encoding.utf8(stored.chunks(_CHUNK)))


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


def _rename(values: dict[str, Any], key: str, name: str) -> None:
    """Call a value what other records call it. Raises _NotARecordError where the record has that too."""
    if name in values:
        raise _NotARecordError(_KEY_TWICE)
    values[name] = values.pop(key)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _NotARecordError(_KEY_TWICE)
    return found


class _Number(str):
    """A number, as the text that it is written as."""

    __slots__ = ()


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_int=_Number, parse_float=_Number, parse_constant=_Number)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return str(value) if isinstance(value, _Number) else value
    if isinstance(value, bool):
        return str(value).lower()
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        raise _NotARecordError(_NOT_JSON) from None
