"""The keyed hash of a subscriber number: findings of two audits are compared by it without plain numbers."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

import polars as pl

from thuebao.base.errors import UsageError

_SHOWN_DIGITS = 16
NUMBER = "msisdn_current"
"""The fact that is hashed: the number in current form, NULL where it is malformed."""


def read_key(path: Path) -> bytes:
    """Return the bytes of a key file. Raises UsageError when it is empty or cannot be read."""
    try:
        key = path.read_bytes() if path.is_file() else b""
    except OSError as error:
        raise UsageError("key_file_unreadable", path=path, reason=error.strerror) from None
    if not key:
        raise UsageError("key_file_empty", path=path)
    return key


def keyed(records: pl.DataFrame, key: bytes | None) -> pl.Series:
    """Return for each record (operator, NUMBER) the first hex digits of HMAC-SHA-256 of both; NULL without a number.

    Without a key all are NULL.
    """
    if key is None:
        return pl.repeat(None, records.height, dtype=pl.String, eager=True)
    pairs = records.select("operator", NUMBER)
    distinct = pairs.unique().drop_nulls(NUMBER)
    hashes = [
        hmac.new(key, f"{operator}\0{number}".encode(), hashlib.sha256).hexdigest()[:_SHOWN_DIGITS]
        for operator, number in distinct.iter_rows()
    ]
    known = distinct.with_columns(key=pl.Series(hashes, dtype=pl.String))
    return pairs.join(known, on=["operator", NUMBER], how="left", maintain_order="left")["key"]
