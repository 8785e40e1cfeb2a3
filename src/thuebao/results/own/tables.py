"""Recognises findings, rejected lines and what was followed: each of their rows must be what we write."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from thuebao.base.errors import InputError
from thuebao.base.messages import forms
from thuebao.results.files import REJECTS_COLUMNS
from thuebao.results.findings import SCHEMA
from thuebao.results.follow.columns import CSV_COLUMNS, SHARE
from thuebao.results.remedy import CARRIERS_LIST, LIST, OWN_INFORMATION, SAME_CONTRACT
from thuebao.rulebook.load import CODE, SEVERITIES
from thuebao.rulebook.timetable import STEPS as IN_ORDER
from thuebao.sources import Stored

_KEY = "(?:[0-9a-f]{16})?"
_NUMBER = "[0-9]+"
_FINDING = {
    "record": _NUMBER,
    "code": CODE.pattern,
    "severity": "|".join(SEVERITIES),
    "group": f"(?:{_NUMBER})?",
    "line": f"(?:{_NUMBER})?",
    "key": _KEY,
}
"""What the columns of findings hold that are not free."""
CODES = f"{CODE.pattern}(?: {CODE.pattern})*|"
"""Codes of rules, or none."""
_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
STEPS = {
    "status": "active|one_way|two_way|",
    "reason": f"{OWN_INFORMATION}|{SAME_CONTRACT}",
    "first_notice": _DAY,
    "one_way_due": f"(?:{_DAY})?",
    "two_way_due": f"(?:{_DAY})?",
    "end_due": _DAY,
    "next_step": "|".join(IN_ORDER),
    "next_due": _DAY,
}
_OF_LISTS = {"record": _NUMBER, "line": f"(?:{_NUMBER})?", "codes": CODES, "key": _KEY}
_LISTS = {",".join(LIST): (LIST, _OF_LISTS | STEPS), ",".join(CARRIERS_LIST): (CARRIERS_LIST, _OF_LISTS)}
"""Lists of whom to notify and of carriers' own errors, by their header: their columns, and what is not free in them."""
_PARQUET: dict[str, tuple[Mapping[str, Any], Mapping[str, str]]] = {",".join(SCHEMA): (SCHEMA, _FINDING), **_LISTS}
_CHUNK = 1 << 18
_LONGEST_CELL = 1 << 27  # characters: a rejected line is as long as it was


def is_list(stored: Stored) -> bool:
    """Return whether a text, packed or not, is a CSV file of findings, rejected lines, a list, or what was followed."""
    headers = {
        ",".join(SCHEMA): _are_findings,
        ",".join(REJECTS_COLUMNS): _are_rejects,
        ",".join(CSV_COLUMNS): _are_counts,
    }
    headers |= {header: partial(_are_of_list, *known) for header, known in _LISTS.items()}
    head = stored.head(len(codecs.BOM_UTF8) + max(map(len, headers)) + 1)
    first = head.removeprefix(codecs.BOM_UTF8).partition(b"\n")[0].decode("latin-1")
    are_ours = headers.get(first)
    limit = csv.field_size_limit(_LONGEST_CELL)
    try:
        return are_ours is not None and are_ours(csv.reader(_lines(stored), strict=True))
    except (csv.Error, ValueError, InputError):
        return False
    finally:
        csv.field_size_limit(limit)


def _lines(stored: Stored) -> Iterator[str]:
    """Yield the lines below the first. Raises UnicodeDecodeError where they are not UTF-8."""
    with stored.open() as raw:
        lines = io.TextIOWrapper(raw, encoding="utf-8", newline="")
        next(lines, None)
        yield from lines


def _matchers(columns: Sequence[str], forms: Mapping[str, str]) -> list[tuple[int, Callable[[str], object]]]:
    return [(columns.index(name), re.compile(form).fullmatch) for name, form in forms.items()]


def _are_findings(rows: Iterable[Sequence[str]]) -> bool:
    return _all_match(rows, len(SCHEMA), _matchers(list(SCHEMA), _FINDING))


def _are_rejects(rows: Iterable[Sequence[str]]) -> bool:
    wanted = {"line": _NUMBER, "record": _NUMBER, "reason": _reasons()}
    return _all_match(rows, len(REJECTS_COLUMNS), _matchers(REJECTS_COLUMNS, wanted))


def _are_counts(rows: Iterable[Sequence[str]]) -> bool:
    wanted = dict.fromkeys(CSV_COLUMNS, _NUMBER) | {"day": _DAY, SHARE: r"(?:[01]\.[0-9]+)?"}
    del wanted["operator"]
    return _all_match(rows, len(CSV_COLUMNS), _matchers(CSV_COLUMNS, wanted))


def _are_of_list(columns: Mapping[str, object], forms: Mapping[str, str], rows: Iterable[Sequence[str]]) -> bool:
    return _all_match(rows, len(columns), _matchers(list(columns), forms))


def _all_match(rows: Iterable[Sequence[str]], width: int, matchers: list[tuple[int, Callable[[str], object]]]) -> bool:
    return all(len(row) == width and all(match(row[at]) for at, match in matchers) for row in rows)


@cache
def _reasons() -> str:
    """Return a regular expression of the reasons for which lines are rejected, in every language."""
    written = (re.sub(r"\\\{.+?\\\}", ".+", re.escape(form)) for form in forms("rejected"))
    return "|".join(f"(?:{form})" for form in written)


def is_parquet_list(file: Path | BytesIO) -> bool:
    """Return whether a Parquet file is one of findings or a list: its columns, their types, and what they hold."""
    import pyarrow.parquet as pq  # long to load, and most files are text

    try:
        names = ",".join(pq.read_schema(file).names)
        schema, forms = _PARQUET.get(names, ({}, {}))
        if not schema:
            return False
        frame = pl.scan_parquet(file)
        if dict(frame.collect_schema()) != schema:
            return False
        fixed = {name: form for name, form in forms.items() if schema[name] == pl.String}
        holds = (pl.col(name).fill_null("").str.contains(f"^(?:{form})$").all() for name, form in fixed.items())
        return bool(frame.select(pl.all_horizontal(holds)).collect(engine="streaming").item())
    except (pa.ArrowException, pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, ValueError):
        return False
