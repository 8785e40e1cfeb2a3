"""Text: cleaning (catalogue §2), folding, and the values of coded columns.

Every canonical column gets two facts here: the cleaned text under its own name (NULL when missing), and
`has_<column>`, which is cheaper to know than the text.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Sequence
from functools import lru_cache

import polars as pl

from thuebao.base.fold import fold_text
from thuebao.facts.beginnings import Beginnings
from thuebao.facts.byte_tables import rows_outside
from thuebao.facts.kernel import Kernel, OverDistinct, at_once, elementwise, holds, refine, replace_where, there
from thuebao.rulebook.columns import columns, raw
from thuebao.rulebook.reference import Reference

# Letters and signs that no cleaning step touches: printable ASCII, Latin-1 letters, and the precomposed
# letters of Vietnamese. Anything else makes a value worth a closer look, nothing more.
_PLAIN = r" -~\u00c0-\u00ff\u0102\u0103\u0110\u0111\u0128\u0129\u0168\u0169\u01a0\u01a1\u01af\u01b0\u1ea0-\u1ef9"
_ZERO_WIDTH = r"[\u200b-\u200d\u2060\ufeff]"
_DASHES = r"\p{Pd}\u2212"
_D_LOOK_ALIKES = ["đ", "ð", "ɖ"]
# What spreadsheets write around a text so that it stays one: ="0912345678".
_TEXT_GUARD = r'(?s)^="(.*)"$'
# What is no visible ASCII: spaces, controls, and every sign that cleaning may drop or that a letter may fold from.
_UNSEEN = r"[^!-~]*"
_INVISIBLE = r"[\s\u00ad\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
_FULL_WIDTH = "０１２３４５６７８９"
FEW = 1_500
"""So few texts are worked on in less time than a large pattern takes to be made ready, which Polars does anew for each
batch: it remembers 32 of them."""


class Cleaning:
    """The cleaning of text, for the missing tokens of one reference."""

    def __init__(self, reference: Reference, more_tokens: Iterable[str] = ()) -> None:
        """Take the reference, and words that are missing values in some columns only."""
        self.tokens = [*reference.missing_tokens, *(token.lower() for token in more_tokens)]
        # Words with diacritics are meant without them too; those without are not: Nà is no NA.
        self._folded = [fold_text(token) for token in self.tokens if not token.isascii()]
        signs = re.escape(reference.missing_signs)
        self._only_signs = f"^[{_DASHES} {signs}]*$"
        spelt = "|".join([*map(_nomination, self.tokens), f"[-{signs}]*(?:{_UNSEEN}[-{signs}]+)*"])
        # Whatever may be missing, and hardly anything else.
        self._maybe_missing = f'(?i)^(?:{_UNSEEN}=")?{_UNSEEN}(?:{spelt}){_UNSEEN}"?{_UNSEEN}$'
        self._suspect = f'{self._maybe_missing}|^="|^ | $|  |[^{_PLAIN}]'
        # Of texts without anything unseen in them, only those that begin like these may be missing or guarded.
        self._beginnings = _beginnings(tuple(self.tokens), reference.missing_signs)

    def exact(self, values: pl.Series) -> pl.Series:
        """Return the cleaned text of each value, NULL where it is missing: the definition, step by step."""
        return self._unless_missing(at_once(values, _trimmed))

    def _unless_missing(self, text: pl.Series) -> pl.Series:
        return text.set(holds(at_once(text, self._is_missing)), None)

    def _is_missing(self, text: pl.Expr) -> pl.Expr:
        is_token = text.str.to_lowercase().is_in(self.tokens) | folded(text).is_in(self._folded)
        return is_token | text.str.contains(self._only_signs)

    def clean(self, values: pl.Series) -> pl.Series:
        """Return the cleaned text of each value, NULL where it is missing."""
        unseen = rows_outside(values, "!", "~")
        if unseen is None:
            return self._clean_by_content(values)
        present, _ = self._beginnings.present_and_nominated(values)
        return replace_where(values, (unseen | ~present) & there(values), self._clean_by_content)

    def _clean_by_content(self, values: pl.Series) -> pl.Series:
        if len(values) <= FEW:
            text = at_once(values, _trimmed)
            present, _ = self._beginnings.present_and_nominated(text)
            return replace_where(text, ~present & there(text), self._unless_missing)
        return replace_where(values, values.str.contains(self._suspect), self.exact)

    def present(self, values: pl.Series) -> pl.Series:
        """Return whether each value is there after cleaning."""
        present, nominated = self._beginnings.present_and_nominated(values)
        return refine(present, values, nominated, self._present_by_content)

    def _present_by_content(self, values: pl.Series) -> pl.Series:
        if len(values) <= FEW:
            texts = values.unique()  # what stands for nothing is the same again
            return values.is_in(texts.filter(self.exact(texts).is_not_null()).implode())
        nominated = values.str.contains(self._maybe_missing)
        return refine(~nominated, values, nominated, lambda part: self.exact(part).is_not_null())


@lru_cache(4)  # those of one reference are asked for again and again
def _beginnings(tokens: Sequence[str], signs: str) -> Beginnings:
    words = [fold_text(token).replace(" ", "") for token in tokens]
    return Beginnings([*words, '"'], signs + "-", ['="'])


def _nomination(token: str) -> str:
    """Return a pattern for all texts that may be a token when cleaned and folded."""
    letters = (re.escape(sign) if sign.isascii() else f"(?:{re.escape(fold_text(sign))}|[^!-~])" for sign in token)
    return _UNSEEN.join(letter for letter in letters if letter != r"\ ")


def _trimmed(text: pl.Expr) -> pl.Expr:
    return (
        text.str.normalize("NFC")
        .str.replace_all("\u00a0", " ", literal=True)
        .str.replace_all(_ZERO_WIDTH, "")
        .str.strip_chars()
        .str.replace(_TEXT_GUARD, "${1}")
        .str.strip_chars()
        .str.replace_all(r"\s+", " ")
    )


def fold(values: pl.Series) -> pl.Series:
    """Return each text in lower case, without diacritics, đ as d, white space collapsed."""
    return at_once(values, folded)


def folded(text: pl.Expr) -> pl.Expr:
    """Return a text as `fold` does."""
    return (
        text.str.to_lowercase()
        .str.normalize("NFD")
        .str.replace_all(r"\p{M}", "")
        .str.replace_many(_D_LOOK_ALIKES, ["d"] * len(_D_LOOK_ALIKES))
        .str.strip_chars()
        .str.replace_all(r"\s+", " ")
    )


def without_marks(values: pl.Series) -> pl.Series:
    """Return each number without what is not seen in it: spaces, direction marks, soft hyphens.

    Full-width digits become digits, dashes of every kind `-`.
    """
    return at_once(values, unmarked)


def unmarked(number: pl.Expr) -> pl.Expr:
    """Return a number as `without_marks` does."""
    plain = number.str.replace_all(_INVISIBLE, "").str.replace_all(f"[{_DASHES}]", "-")
    return plain.str.replace_many(list(_FULL_WIDTH), list(string.digits))


def spell_name_of_place(values: pl.Series) -> pl.Series:
    """Return each text in lower case, every run of signs other than letters and digits as one space."""
    return at_once(values, _spelt)


def _spelt(name: pl.Expr) -> pl.Expr:
    return name.str.to_lowercase().str.replace_all(r"[\W_]+", " ").str.strip_chars()


def fold_name_of_place(values: pl.Series) -> pl.Series:
    """Return each text as `spell_name_of_place` does, without diacritics."""
    return at_once(values, lambda name: _spelt(folded(name)))


def looked_up(values: pl.Series, table: dict[str, str]) -> pl.Series:
    """Return what `table` has for each value, NULL where it has nothing."""
    return values.replace_strict(table, default=None, return_dtype=pl.String)


# Columns whose values repeat: kinds, offices, people and places of the operator's own.
_REPEATING = (
    "operator",
    "subscriber_kind",
    "nationality",
    "sex",
    "id_type",
    "id_issue_place",
    "payment_type",
    "status",
    "clerk_name",
    "pos_code",
    "pos_name",
    "pos_address",
    "pos_phone",
    "pos_kind",
    "province",
    "connection_kind",
    "usage_kind",
    "matched_id_number",
    "matched_name",
    "matched_birth_date",
    "matched_face",
    "organisation_name",
    "organisation_address",
)


def text_facts(reference: Reference, cleaning: Cleaning, typed: tuple[str, ...]) -> dict[str, pl.Expr]:
    """Return the cleaned text of every canonical column, and `has_<column>` of those that are not in `typed`."""
    facts: dict[str, pl.Expr] = {}
    words = reference.document("text")["references"]
    of_references = Cleaning(reference, words["missing"])
    for name in columns():
        of = of_references if name in words["columns"] else cleaning
        clean: Kernel = of.clean
        present: Kernel = of.present
        if name in _REPEATING:
            clean, present = OverDistinct(clean, pl.String), OverDistinct(present, pl.Boolean)
        facts[name] = elementwise(pl.col(raw(name)), clean, pl.String)
        if name not in typed:
            facts[f"has_{name}"] = elementwise(pl.col(raw(name)), present, pl.Boolean)
    return facts
