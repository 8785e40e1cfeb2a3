"""Text compared without regard to case, diacritics and spacing: one definition for values, headers and names.

Works on plain strings with the standard library, for headers and reference data; facts/text.py does the same
on columns.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache


class _Bare(dict[int, str | int | None]):
    """What becomes of a sign once letters and marks are apart: marks go. Filled with the signs that are met."""

    def __missing__(self, code: int) -> int | None:
        self[code] = bare = None if unicodedata.category(chr(code)).startswith("M") else code
        return bare


# đ and its look-alikes do not decompose (U+0111, U+0110, U+00F0, U+00D0, U+0256, U+0189).
_BARE = _Bare(dict.fromkeys(map(ord, "đĐðÐɖƉ"), "d"))


def fold_text(value: str) -> str:
    """Return `value` in lower case, without diacritics, đ as d, white space collapsed."""
    if value.isascii():  # most are, and nothing of them but the case is folded
        return " ".join(value.lower().split())
    return " ".join(unicodedata.normalize("NFD", value).translate(_BARE).lower().split())


@lru_cache(4096)  # the same few headers are met many times
def fold_header(value: str) -> str:
    """Return a header as it is compared: folded, letters and digits only."""
    return re.sub(r"[^0-9a-z]", "", fold_text(value))


def spell_name_of_place(value: str) -> str:
    """Return a country's name in lower case, every run of signs other than letters and digits as one space."""
    return re.sub(r"[\W_]+", " ", value.lower()).strip()


def fold_name_of_place(value: str) -> str:
    """Return a country's name as `spell_name_of_place` does, without diacritics."""
    return spell_name_of_place(fold_text(value))
