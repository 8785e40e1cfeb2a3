"""Shortens values that are far longer than any honest one: each step behind would copy and search all of them.

What is kept of such a value says what its rules ask: its beginning, its end, and in between a digest of all of it, so
that two that differ stay two. What cleaning makes short or drops is left to it.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

import polars as pl

LONGEST = 2_000
"""Characters of a value that are kept as they are."""
_BEGINNING, _END = 1_700, 200
_DROPPED = re.compile("[\u200b-\u200d\u2060\ufeff]+")  # as cleaning drops them (facts/text.py)
_IN_LETTERS = str.maketrans("0123456789", "ghijklmnop")  # a digit would be something to object to in a name
_VISIBLE = re.compile(r"[^\W_]")


def shortened(records: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Return records whose values have at most `LONGEST` characters, and how many were cut for it."""
    cut, count = {}, 0
    # Bytes are known without a look at the text.
    longest = records.select(pl.col(pl.String).str.len_bytes().max())
    for name in (column.name for column in longest if (column.item() or 0) > LONGEST):
        values = records[name]
        places = (values.str.len_chars() > LONGEST).arg_true()
        if len(places):
            texts = [_shortened(text) for text in values.gather(places)]
            cut[name] = values.clone().scatter(places, texts).rechunk()
            count += sum(_is_cut(text) for text in texts)
    return (records.with_columns(**cut), count) if cut else (records, 0)


def _is_cut(text: str) -> bool:
    return len(text) > _BEGINNING


def _shortened(value: str) -> str:
    """Return a value of at most `LONGEST` characters that means what a longer one does."""
    text = " ".join(_DROPPED.sub("", unicodedata.normalize("NFC", value)).split())
    if len(text) <= LONGEST:
        return text
    if not _VISIBLE.search(text):  # signs alone may be no value at all: a digest would make it one
        return text[:_BEGINNING] + text[-_END:]
    digest = hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=16).hexdigest().translate(_IN_LETTERS)
    return f"{text[:_BEGINNING]} {digest} {text[-_END:]}"
