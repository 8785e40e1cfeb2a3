"""The person: name, birth date, age, nationality."""

from __future__ import annotations

import re

import polars as pl

from thuebao.facts.calendar import YEAR, ymd
from thuebao.facts.kernel import OverDistinct, elementwise, fill_where, only_where, refine
from thuebao.facts.text import Cleaning, fold, fold_name_of_place, looked_up, spell_name_of_place
from thuebao.rulebook.columns import raw
from thuebao.rulebook.reference import Reference

_LETTERS = (
    r"A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff\u0102\u0103\u0110\u0111\u0128\u0129\u0168\u0169"
    r"\u01a0\u01a1\u01af\u01b0\u1ea0-\u1ef9"
)
_WORD = f"[{_LETTERS}]+"
_USUAL = f"^{_WORD}(?: {_WORD})+$"
_NAME = pl.Struct({"text": pl.String, "unusual": pl.String})


class Names:
    """The cleaning of names, and which of them need a closer look.

    A usual name is two or more words of letters: nothing to clean in it, no digit, no garbling. Rules about how
    a name is written look at `unusual_name` alone.
    """

    def __init__(self, reference: Reference, cleaning: Cleaning) -> None:
        self._cleaning = cleaning
        self._longest_token = max(len(token) for token in reference.missing_tokens)

    def parse(self, values: pl.Series) -> pl.Series:
        """Return a struct of the cleaned text and of the same where it is unusual, NULL elsewhere."""
        usual = values.str.contains(_USUAL) & (values.str.len_chars() > self._longest_token)
        others = ~usual.fill_null(value=False)
        if not others.any():
            return pl.DataFrame({"text": values, "unusual": values.clear(len(values))}).to_struct()
        part = self._cleaning.clean(values.filter(others))
        nothing = pl.repeat(None, len(values), dtype=pl.String, eager=True)
        return pl.DataFrame(
            {"text": fill_where(values, others, part), "unusual": fill_where(nothing, others, part)}
        ).to_struct()


class NamePlaceholders:
    """Names that are nobody's: length and a pattern nominate, folding decides."""

    def __init__(self, reference: Reference) -> None:
        self._names = reference.name_placeholders
        self._longest = max(len(name) for name in reference.name_placeholders)
        # Any letter outside ASCII may fold to the one wanted, and any mark may follow.
        spelt = ("".join(_any_form(sign) for sign in name) for name in reference.name_placeholders)
        self._nominate = f"(?i)^(?:{'|'.join(spelt)})$"

    def matches(self, name: pl.Expr, unusual: pl.Expr) -> pl.Expr:
        """Return whether the folded form of each name is a placeholder."""
        # Only an unusual name can be longer than its folded form, by marks that no precomposed letter has.
        short = (name.str.len_chars() <= self._longest) | unusual.is_not_null()
        found = elementwise(pl.when(short).then(name), self._where_short, pl.Boolean)
        return pl.when(name.is_not_null()).then(found.fill_null(value=False))

    def _where_short(self, names: pl.Series) -> pl.Series:
        return only_where(names, names.is_not_null(), self._exact, pl.Boolean)

    def _exact(self, names: pl.Series) -> pl.Series:
        nominated = names.str.contains(self._nominate)
        return refine(nominated, names, nominated, lambda part: fold(part).is_in(self._names))


def _any_form(sign: str) -> str:
    return sign if sign == " " else rf"(?:{re.escape(sign)}|[^\x00-\x7f])\p{{M}}*"


def _one_letter_repeated(names: pl.Series) -> pl.Series:
    """Return whether each name is one letter, at least twice, regardless of case."""
    # No back references in the regex engine: strip the name of its first letter and see what is left.
    frame = pl.DataFrame({"name": names.str.to_lowercase()})
    first = pl.col("name").str.head(1)
    return frame.select(
        (pl.col("name").str.len_chars() > 1)
        & (pl.col("name").str.strip_chars(first) == "")
        & first.str.contains(r"^\p{L}$")
    ).to_series()


def _one_letter_repeated_where_unusual(names: pl.Series) -> pl.Series:
    return only_where(names, names.is_not_null(), _one_letter_repeated, pl.Boolean)


def person_facts(reference: Reference, cleaning: Cleaning) -> dict[str, pl.Expr]:
    """Return the facts of the person."""
    names, placeholders = Names(reference, cleaning), NamePlaceholders(reference)

    def country(values: pl.Series) -> pl.Series:
        text = cleaning.exact(values)
        # Spelling first: Mỹ is the United States, MY is Malaysia.
        found = looked_up(spell_name_of_place(text), reference.countries)
        return found.fill_null(looked_up(fold_name_of_place(text), reference.countries_folded))

    name, birth, registration = pl.col("full_name"), pl.col("_birth"), pl.col("_registration")
    judged, unusual = pl.col("_judged"), pl.col("unusual_name")
    return {
        "_full_name": elementwise(pl.col(raw("full_name")), names.parse, _NAME),
        "full_name": pl.col("_full_name").struct.field("text"),
        "has_full_name": name.is_not_null(),
        "case_folded_name": name.str.to_lowercase(),
        "folded_name": elementwise(name, fold, pl.String),
        "unusual_name": pl.col("_full_name").struct.field("unusual"),
        "full_name_is_placeholder": placeholders.matches(name, unusual),
        "full_name_is_one_letter_repeated": pl.when(name.is_not_null()).then(
            elementwise(unusual, _one_letter_repeated_where_unusual, pl.Boolean).fill_null(value=False)
        ),
        "_birth": ymd(pl.col("birth_day")),
        "_registration": ymd(pl.col("registration_day")),
        "_judged": pl.coalesce(registration, ymd(pl.col("as_of"))),
        "_issue": ymd(pl.col("issue_day")),
        "birth_year": birth // YEAR,
        "age_at_registration": (registration - birth) // YEAR,
        "age_at_issue": (pl.col("_issue") - birth) // YEAR,
        "years_begun_since_birth": (judged - birth - _late_birthday(birth, judged) + YEAR - 1) // YEAR,
        # A recognised nationality is there; only the others need a look.
        "has_nationality": pl.col("nationality_code").is_not_null() | pl.col("_has_other_nationality"),
        "_has_other_nationality": elementwise(
            pl.when(pl.col("nationality_code").is_null()).then(pl.col(raw("nationality"))), cleaning.present, pl.Boolean
        ),
        "nationality_code": elementwise(pl.col(raw("nationality")), OverDistinct(country, pl.String), pl.String),
    }


def _late_birthday(birth: pl.Expr, day: pl.Expr) -> pl.Expr:
    """Return how far, in yyyymmdd, `day` is past 29 February where it is the birthday of someone born on that day."""
    year = day // YEAR
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    late = (birth % YEAR == 229) & (day % YEAR == 301) & ~leap
    return pl.when(late).then(301 - 229).otherwise(0)
