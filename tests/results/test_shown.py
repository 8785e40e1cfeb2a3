"""How foreign text is shown: trimmed, composed, its control characters visible, masked: each as plain Python has it."""

from __future__ import annotations

import unicodedata

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from thuebao.results.findings import shown

# Letters of several scripts in pieces and whole, spaces of several kinds, what is not seen, what begins a formula.
SIGNS = "aeoAE19 =đĐạễắÅé\u00a0\u2003\u3000\t\n\u0301\u0302\u0323\u0338\u212b\u1100\u1161\u0958\uf900"
UNSEEN = "\u00ad\u200b\u202e\ufeff\U000e0041"
TEXTS = st.lists(st.none() | st.text(st.sampled_from(SIGNS + UNSEEN), max_size=14), max_size=12)


def as_defined(value: str, *, reveal: bool) -> str:
    seen = "".join("\ufffd" if unicodedata.category(c) in {"Cc", "Cf", "Zl", "Zp"} else c for c in value.strip())
    text = unicodedata.normalize("NFC", seen)
    if reveal or not text:
        return text
    kept = min(len(text) // 2, 5)
    last = min(kept // 2, 2)
    return text[: kept - last] + "*****" + text[len(text) - last :]


@given(TEXTS, st.booleans())
def test_each_value_is_shown_as_defined_whatever_stands_beside_it(values: list[str | None], reveal: bool) -> None:
    done = shown(pl.Series("value", values, dtype=pl.String), reveal=reveal)
    assert done.to_list() == [None if v is None else as_defined(v, reveal=reveal) for v in values]


def test_what_is_taken_as_plain_is_composed_already() -> None:
    letters = [chr(c) for c in (*range(0x20, 0x7F), *range(0xA0, 0x370), *range(0x1E00, 0x2000))]
    pairs = [f"_{one}{other}_" for one in letters for other in letters[::7]]
    done = shown(pl.Series(pairs), reveal=True)
    assert done.to_list() == [as_defined(pair, reveal=True) for pair in pairs]
