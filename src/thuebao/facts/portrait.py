"""The portrait as rules across records compare it: not where its text names no picture of anybody."""

from __future__ import annotations

import string
from itertools import product

import numpy as np
import numpy.typing as npt
import polars as pl

from thuebao.base.fold import fold_text
from thuebao.facts.byte_tables import rows_outside
from thuebao.facts.kernel import elementwise, holds, refine, there
from thuebao.facts.text import FEW, fold
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

    ends = _ends(nobody)

    def comparable(values: pl.Series) -> pl.Series:
        # A hash is letters and digits alone: behind its last one nothing of a name can stand.
        likely = rows_outside(values, "0", "z", ends)
        if likely is None:
            return where_named(values)
        likely = ((values.str.len_bytes() <= longest) | likely) & there(values)
        return refine(values, values, likely, where_named)

    def where_named(values: pl.Series) -> pl.Series:
        if len(values) <= FEW:
            return without_nobodys(values)
        nominated = (values.str.len_bytes() <= longest) | values.str.contains(nominate)
        return refine(values, values, holds(nominated), without_nobodys)

    def without_nobodys(values: pl.Series) -> pl.Series:
        text = fold(values)
        name = text.str.replace(_FOLDER, "").str.replace(_ENDING, "").str.replace_all(r"[^\p{L}\p{N}]", "")
        return values.set((text.is_in(flags) | name.is_in(nobody)).fill_null(value=False), None)

    return {"comparable_portrait": elementwise(pl.col("portrait"), comparable, pl.String)}


def _ends(words: list[str]) -> npt.NDArray[np.bool_]:
    """Return with which pairs of bytes a text of letters and digits, and of some signs, may end as one of the words."""
    ends = np.ones((256, 256), np.bool_)
    plain = [ord(sign) for sign in string.ascii_letters + string.digits]
    ends[np.ix_(plain, plain)] = False
    for word in words:
        for pair in product(*((sign, sign.upper()) for sign in word[-2:])):
            ends[tuple(map(ord, pair))] = True
    return ends.reshape(-1)


def _loosely(word: str) -> str:
    """Return a pattern for a word whose letters may have marks, and other signs between them."""
    return "[^A-Za-z0-9]*".join(rf"(?:{letter}|[^\x00-\x7f])" for letter in word)
