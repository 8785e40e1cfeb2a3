"""Coded columns: the code that a text names by its words (catalogue §2; words: rules/reference/codes.csv, codes.toml).

A text that is there and names no code, or denies it, stays as it is and has none: it is never taken for the contrary.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, partial
from itertools import groupby
from typing import Any

import polars as pl

from thuebao.base.fold import fold_text
from thuebao.facts.kernel import Kernel, OverDistinct, elementwise
from thuebao.facts.text import Cleaning, fold_name_of_place
from thuebao.rulebook.columns import raw
from thuebao.rulebook.reference import Reference

CODED = (
    "sex",
    "payment_type",
    "status",
    "subscriber_kind",
    "pos_kind",
    "connection_kind",
    "usage_kind",
    "matched_id_number",
    "matched_name",
    "matched_birth_date",
    "matched_face",
)
"""Columns that hold a code."""

UNRECOGNISED = "unrecognised"
_WHOLE = "whole"
_TEXT = pl.col("text")


def coded_facts(reference: Reference, cleaning: Cleaning) -> dict[str, pl.Expr]:
    """Return for each coded column `<column>_code`, its code or else its text, whether it is there and recognised."""
    facts: dict[str, pl.Expr] = {}
    for name in CODED:
        find = _finding(reference, name)
        codes = [row["code"] for row in reference.table("codes") if row["column"] == name]
        # Few codes, asked for again and again: comparing their numbers is cheaper than comparing texts.
        kinds = pl.Enum([*dict.fromkeys(codes), UNRECOGNISED])
        kind = pl.col(f"_{name}_kind")
        facts |= {
            f"_{name}_kind": elementwise(pl.col(raw(name)), OverDistinct(_kind(cleaning, find, kinds), kinds), kinds),
            f"{name}_code": pl.when(kind != UNRECOGNISED).then(kind),
            f"has_{name}": kind.is_not_null(),
            f"{name}_recognised": pl.when(kind.is_not_null()).then(kind != UNRECOGNISED),
            name: elementwise(pl.col(raw(name)), OverDistinct(_code_or_text(cleaning, find), pl.String), pl.String),
        }
    return facts


def _finding(reference: Reference, column: str) -> Kernel:
    """Return a kernel as `code_finder` does, which is made when there is a text: exports lack most coded columns."""
    made = cache(partial(code_finder, reference, column))

    def find(texts: pl.Series) -> pl.Series:
        return made()(texts) if texts.null_count() < len(texts) else texts

    return find


def _kind(cleaning: Cleaning, find: Kernel, kinds: pl.Enum) -> Kernel:
    def kind(values: pl.Series) -> pl.Series:
        text = cleaning.exact(values)
        frame = pl.DataFrame({"there": text.is_not_null(), "code": find(text)})
        return frame.select(
            pl.when("there").then(pl.col("code").fill_null(pl.lit(UNRECOGNISED))).cast(kinds)
        ).to_series()

    return kind


def _code_or_text(cleaning: Cleaning, find: Kernel) -> Kernel:
    def code_or_text(values: pl.Series) -> pl.Series:
        text = cleaning.exact(values)
        return find(text).fill_null(text)

    return code_or_text


def code_finder(reference: Reference, column: str) -> Kernel:
    """Return the kernel that finds the code of each cleaned text of a column, NULL where it names none."""
    rows = [row for row in reference.table("codes") if row["column"] == column]
    ways = reference.document("codes")
    denied = _Denial.of(ways["negation"], column)
    whole = {spelt(row["text"]): row["code"] for row in rows if row["match"] == _WHOLE}
    words = [row for row in rows if row["match"] != _WHOLE]
    groups = [
        (code, [row["text"] for row in found]) for code, found in groupby(words, key=lambda row: str(row["code"]))
    ]
    code = _first_named(groups, denied, one_code=column in ways["one_code"])
    if column == "status":
        code = _directed(ways["directions"], dict(groups), denied, code)

    def find(texts: pl.Series) -> pl.Series:
        plain = fold_name_of_place(texts.str.replace(r"^([0-9]+)\.0+$", "${1}"))
        # Each word has a space of its own on either side, so that neighbours can both be found.
        apart = (" " + plain.str.replace_all(" ", "  ", literal=True) + " ").alias("text")
        by_words = apart.to_frame().select(code.alias("code")).to_series()
        return plain.replace_strict(whole, default=by_words, return_dtype=pl.String) if whole else by_words

    return find


def spelt(text: str) -> str:
    """Return a word of the reference as texts are compared."""
    return " ".join("".join(c if c.isalnum() else " " for c in fold_text(text)).split())


def _pattern(words: Iterable[str]) -> str:
    return " (?:" + "|".join(spelt(word).replace(" ", "  ") for word in words) + ") "


def _named(words: Iterable[str]) -> pl.Expr:
    return _TEXT.str.contains(_pattern(words))


@dataclass(frozen=True)
class _Denial:
    """Words that deny what stands right behind them."""

    words: tuple[str, ...]
    between: tuple[str, ...]

    @classmethod
    def of(cls, entry: dict[str, Any], column: str) -> _Denial:
        left_out = entry["without"].get(column, [])
        return cls(tuple(word for word in entry["words"] if word not in left_out), tuple(entry["between"]))

    def of_one(self, words: Iterable[str]) -> pl.Expr:
        """Return whether one of the words is denied."""
        return _TEXT.str.contains(_pattern(self.words) + f"(?:{_pattern(self.between)})*" + _pattern(words))


def _first_named(groups: list[tuple[str, list[str]]], denied: _Denial, *, one_code: bool) -> pl.Expr:
    """Return the code of the first group of which a word is in the text, NULL if that word is denied."""
    found = pl.lit(None, dtype=pl.String)
    for position, (code, words) in reversed(list(enumerate(groups))):
        unsure = denied.of_one(words)
        if one_code:
            rest = _TEXT.str.replace_all(_pattern(words), "  ")
            for _, others in groups[position + 1 :]:
                unsure |= rest.str.contains(_pattern(others))
        named = pl.when(~unsure).then(pl.lit(code))
        found = pl.when(_named(words)).then(named).otherwise(found)
    return found


def _directed(ways: dict[str, list[str]], groups: dict[str, list[str]], denied: _Denial, others: pl.Expr) -> pl.Expr:
    """Return the status of texts that say which way is open or closed, and `others` of those that do not."""
    two, one, outgoing = _named(ways["two"]), _named(ways["one"]), _named(ways["outgoing"])
    closing, opening, working = _named(ways["closing"]), _named(ways["opening"]), _named(groups["active"])
    alone = _TEXT.str.contains(f"^{_pattern(ways['one'])}$")
    ended = [word for word in groups["terminated"] if word not in ways["closing"]]
    return (
        pl.when(~_named(ways["signs"]))
        .then(others)
        .when(two & one)
        .then(None)
        .when(two & opening)
        .then(_unless(denied.of_one(ways["opening"]), "active"))
        .when(_named(ways["unlocking"]))
        .then(None)
        .when(closing & (two | one | outgoing))
        .then(
            pl.when(denied.of_one(ways["closing"]))
            .then(None)
            .when(two)
            .then(pl.lit("two_way"))
            .otherwise(pl.lit("one_way"))
        )
        .when(alone)
        .then(pl.lit("one_way"))
        .when((one | outgoing) & working)
        .then(_unless(denied.of_one(groups["active"]), "one_way"))
        .when(two & working)
        .then(_unless(denied.of_one(groups["active"]), "active"))
        .when(_named(ended))
        .then(_unless(denied.of_one(ended), "terminated"))
    )


def _unless(unsure: pl.Expr, code: str) -> pl.Expr:
    return pl.when(~unsure).then(pl.lit(code))
