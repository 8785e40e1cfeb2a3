"""Tells how records stand in JSON: one a line, as a list, as a list under a key, or not as records at all."""

from __future__ import annotations

import json
import re
from typing import Any

from thuebao.base.errors import InputError
from thuebao.sources.headers.header import FEWEST_KNOWN, recognised

NDJSON, JSON = "ndjson", "json"
_ANY_NUMBER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)
_LIST_OF_RECORDS = re.compile(r"\[\s*\{")
_LIST_OF_ANY = re.compile(r"\[\s*(\[|\]|$)")
_KEY = re.compile(r'\s*,?\s*("(?:[^"\\]|\\.)*+")\s*:\s*', re.DOTALL)


def json_form(path: str, start: str) -> str | None:
    """Return "ndjson" or "json" (a list of records) for a text that begins so with `{` or `[`; None if it is no JSON.

    Raises InputError where it is JSON of which nothing is a record.
    """
    if start.startswith("["):
        if _LIST_OF_RECORDS.match(start):
            return JSON
        if _LIST_OF_ANY.match(start):
            raise InputError("json_not_by_line", path=path)
        return None
    line, _, rest = start.partition("\n")
    found = _decoded(line)
    if isinstance(found, dict) and rest.strip():
        if _is_by_column(found):
            raise InputError("json_by_column", path=path)
        return NDJSON
    values = found if isinstance(found, dict) else _first_values(start)
    # The object around a list of records may say more, but nothing that a record would.
    if any(_is_records(value) for value in values.values()) and recognised(list(values)) < FEWEST_KNOWN:
        return JSON
    if _is_by_column(values):
        raise InputError("json_by_column", path=path)
    if isinstance(found, dict):
        return NDJSON
    raise InputError("json_not_by_line", path=path)


def _decoded(line: str) -> Any:
    try:
        return _ANY_NUMBER.decode(line)
    except RecursionError:
        return {}  # an object nested too deeply: a line to reject, not a file
    except ValueError:
        return None


def _first_values(start: str) -> dict[str, Any]:
    """Return what an object's first keys hold, as far as the text goes; of what is cut, the first value of a list."""
    values: dict[str, Any] = {}
    at = 1
    while key := _KEY.match(start, at):
        name = key[1]
        try:
            name = str(json.loads(name, strict=False))
            values[name], at = _ANY_NUMBER.raw_decode(start, key.end())
        except RecursionError:
            break
        except ValueError:
            if _LIST_OF_RECORDS.match(start, key.end()):
                values[name] = [{}]
            elif start[key.end() : key.end() + 1] in ("[", "{"):
                values[name] = [""]
            break
    return values


def _is_records(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _is_by_column(found: dict[str, Any]) -> bool:
    """Return whether what stands under an object's keys are rather columns than the values of one record."""
    columns = sum(isinstance(value, list | dict) for value in found.values())
    return columns * 2 > len(found)
