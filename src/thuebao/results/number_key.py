"""The keyed hash of a subscriber number: findings of two audits are compared by it without plain numbers."""

from __future__ import annotations

import hmac
from pathlib import Path

import numpy as np
import polars as pl

from thuebao.base.errors import UsageError

_SHOWN_DIGITS = 16
NUMBER = "msisdn_current"
"""The fact that is hashed: the number in current form, NULL where it is malformed."""


def read_key(path: Path) -> bytes:
    """Return the bytes of a key file. Raises UsageError when it is empty or cannot be read."""
    try:
        path.stat()
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
    known = distinct.with_columns(key=pl.Series(_digests(distinct, key), dtype=pl.Binary).bin.encode("hex"))
    return pairs.join(known, on=["operator", NUMBER], how="left", maintain_order="left")["key"]


def keyed_as_numbers(records: pl.DataFrame, key: bytes) -> pl.Series:
    """Return the same of each record as the number that the digits write; no number may be NULL."""
    digests = np.frombuffer(b"".join(_digests(records, key)), dtype=">u8")
    return pl.Series("key", digests.astype(np.uint64))


def as_number(keys: pl.Expr) -> pl.Expr:
    """Return the number that the digits of each keyed hash write, NULL where they are none."""
    return keys.str.to_integer(base=16, dtype=pl.UInt64, strict=False)


def _digests(records: pl.DataFrame, key: bytes) -> list[bytes]:
    """Return the beginning of the HMAC of each record."""
    digest, length = hmac.digest, _SHOWN_DIGITS // 2
    texts = records.select(pl.concat_str("operator", pl.lit("\0"), NUMBER).cast(pl.Binary)).to_series()
    return [digest(key, text, "sha256")[:length] for text in texts]
