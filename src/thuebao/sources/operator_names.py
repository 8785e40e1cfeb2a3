"""Masks the names of operators that are not known: whatever else may stand in such a column, a person's name too.

Names are masked before anything counts by them, in the order of their first appearance; two that mask alike get
numbers, so that they stay two. What the user says, in a mapping or as an option, is known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl

from thuebao.base.foreign_text import mask, without_controls
from thuebao.facts.number import UNKNOWN_OPERATOR, operators_named
from thuebao.facts.text import Cleaning, fold
from thuebao.rulebook.reference import shipped_reference


@dataclass
class OperatorNames:
    """What the operators of one audit are called. confirmed: names that the user has given; reveal: all are shown."""

    confirmed: frozenset[str] = frozenset()
    reveal: bool = False
    _called: dict[str, str] = field(default_factory=dict)  # as the file has it → what it is called
    _labels: dict[str, str] = field(default_factory=dict)  # as it is when cleaned → what it is called
    _masks: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, said: Iterable[str], *, reveal: bool) -> OperatorNames:
        """Return the names of an audit in which the user names some operators."""
        names = pl.Series([*said], dtype=pl.String)
        return cls(frozenset(fold(Cleaning(shipped_reference()).exact(names).drop_nulls())), reveal)

    def masked(self, values: pl.Series) -> pl.Series:
        """Return the raw texts of operators, those masked that are no known name."""
        if self.reveal:
            return values
        distinct = values.drop_nulls().unique(maintain_order=True)
        new = distinct.filter(pl.Series([text not in self._called for text in distinct], dtype=pl.Boolean))
        if len(new):
            self._call(new)
        changed = {text: called for text in distinct if (called := self._called[text]) != text}
        return values.replace(changed) if changed else values

    def _call(self, values: pl.Series) -> None:
        """Find what names that were not met before are called."""
        reference = shipped_reference()
        text = Cleaning(reference).exact(values)
        known = operators_named(reference, text).is_not_null() | text.is_null() | (text == UNKNOWN_OPERATOR)
        known |= fold(text).is_in([*self.confirmed])
        masks = _masks_of(text)
        for value, cleaned, is_known, masked in zip(values, text, known, masks, strict=True):
            if is_known:
                self._called[value] = value
                continue
            if cleaned not in self._labels:
                self._masks[masked] += 1
                number = self._masks[masked]
                self._labels[cleaned] = masked if number == 1 else f"{masked} ({number})"
            self._called[value] = self._labels[cleaned]


def _masks_of(texts: pl.Series) -> pl.Series:
    """Return texts masked; where what is left of one would be a known name, only its first sign."""
    masks = mask(without_controls(texts))
    taken = operators_named(shipped_reference(), masks).is_not_null()
    # Of a single letter nothing would be left, which is no name at all.
    nothing = ~masks.str.contains(r"\w")
    shown = masks.zip_with(~taken, masks.str.head(1) + "*****")
    return shown.zip_with(~nothing, texts.str.head(1) + masks)
