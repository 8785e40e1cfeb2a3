"""The portrait as rules across records compare it: not where its text names no picture of anybody."""

from __future__ import annotations

import polars as pl

from thuebao.base.fold import fold_text
from thuebao.facts.kernel import elementwise, refine
from thuebao.facts.text import fold
from thuebao.rulebook.reference import Reference

_FOLDER = r"^.*[/\\]"
_ENDING = r"\.[A-Za-z0-9]*$"


def portrait_facts(reference: Reference) -> dict[str, pl.Expr]:
    """Return `comparable_portrait`: the portrait, unless it is a flag or the name of a picture of nobody."""
    words = reference.document("text")["references"]
    flags, nobody = ([fold_text(word) for word in words[key]] for key in ("flags", "no_pictures"))
    longest = 3 * max(map(len, flags))  # bytes, with marks on every letter
    # Read from its end: what ends with none of the words is a picture of somebody.
    nominate = f"(?i)(?:{'|'.join(map(_loosely, nobody))})[^A-Za-z0-9]*(?:{_ENDING.removesuffix('$')})?$"

    def comparable(values: pl.Series) -> pl.Series:
        nominated = (values.str.len_bytes() <= longest) | values.str.contains(nominate)
        return refine(values, values, nominated.fill_null(value=False), without_nobodys)

    def without_nobodys(values: pl.Series) -> pl.Series:
        text = fold(values)
        name = text.str.replace(_FOLDER, "").str.replace(_ENDING, "").str.replace_all(r"[^\p{L}\p{N}]", "")
        return values.set((text.is_in(flags) | name.is_in(nobody)).fill_null(value=False), None)

    return {"comparable_portrait": elementwise(pl.col("portrait"), comparable, pl.String)}


def _loosely(word: str) -> str:
    """Return a pattern for a word whose letters may have marks, and other signs between them."""
    return "[^A-Za-z0-9]*".join(rf"(?:{letter}|[^\x00-\x7f])" for letter in word)
