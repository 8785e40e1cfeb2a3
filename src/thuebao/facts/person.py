"""The person: name, birth date, age, nationality."""

from __future__ import annotations

import polars as pl

from thuebao.base.fold import fold_name_of_place as folded
from thuebao.base.fold import spell_name_of_place as spelt
from thuebao.facts.calendar import YEAR, ymd
from thuebao.facts.font_text import FontText
from thuebao.facts.kernel import Kernel, OverDistinct, elementwise, only_where, refine
from thuebao.facts.names import NAME, FoldedNames, NamePlaceholders, Names, one_letter_repeated
from thuebao.facts.text import Cleaning, fold_name_of_place, looked_up, spell_name_of_place
from thuebao.rulebook.columns import raw
from thuebao.rulebook.reference import Reference

_FEW = 2_000
_COUNTRY = pl.Struct({"code": pl.String, "there": pl.Boolean})


def person_facts(reference: Reference, cleaning: Cleaning) -> dict[str, pl.Expr]:
    """Return the facts of the person."""
    birth, registration, judged = pl.col("_birth"), pl.col("_registration"), pl.col("_judged")
    country = OverDistinct(_country(reference, cleaning), _COUNTRY)
    return _name_facts(reference, cleaning) | {
        "_birth": ymd(pl.col("birth_day")),
        "_registration": ymd(pl.col("registration_day")),
        "_judged": pl.coalesce(registration, ymd(pl.col("as_of"))),
        "_issue": ymd(pl.col("issue_day")),
        # Where no day is written, the year serves the comparison with the personal number, and nothing else.
        "birth_year": pl.coalesce(birth // YEAR, "lone_birth_year"),
        "age_at_registration": (registration - birth) // YEAR,
        "age_at_issue": (pl.col("_issue") - birth) // YEAR,
        "years_begun_since_birth": (judged - birth - _late_birthday(birth, judged) + YEAR - 1) // YEAR,
        "_nationality": elementwise(pl.col(raw("nationality")), country, _COUNTRY),
        "nationality_code": pl.col("_nationality").struct.field("code"),
        "has_nationality": pl.col("_nationality").struct.field("there"),
    }


def _name_facts(reference: Reference, cleaning: Cleaning) -> dict[str, pl.Expr]:
    names, to_fold = Names(reference, cleaning), FoldedNames(reference)
    # What is doubted is often the same again: single names, and the pattern is the largest of all.
    read_in_font = OverDistinct(FontText().matches, pl.Boolean, few=_FEW)
    garbling = reference.document("text")["garbled"]["pattern"]
    name, unusual = pl.col("full_name"), pl.col("unusual_name")

    def no_name(values: pl.Series) -> pl.Series:
        wrong = values.str.contains(r"\p{Nd}|^[^\p{L}]*$")
        return refine(wrong, values, ~wrong, one_letter_repeated)

    def garbled(values: pl.Series) -> pl.Series:
        wrong = values.str.contains(garbling)
        doubtful = ~wrong & values.str.contains(r"[^\x00-\x7f]")
        return refine(wrong, values, doubtful, read_in_font)

    def where_unusual(kernel: Kernel) -> pl.Expr:
        def of_unusual(values: pl.Series) -> pl.Series:
            return only_where(values, values.is_not_null(), kernel, pl.Boolean)

        found = elementwise(unusual, of_unusual, pl.Boolean).fill_null(value=False)
        return pl.when(name.is_not_null()).then(found)

    placeholders = NamePlaceholders(reference, to_fold)

    def comparable(values: pl.Series) -> pl.Series:
        nobodys = no_name(values) | garbled(values) | placeholders.exactly(values)
        return to_fold.fold(values.set(nobodys.fill_null(value=False), None))

    return {
        "_full_name": elementwise(pl.col(raw("full_name")), names.parse, NAME),
        "full_name": pl.col("_full_name").struct.field("text"),
        "has_full_name": name.is_not_null(),
        "case_folded_name": name.str.to_lowercase(),
        "folded_name": elementwise(name, to_fold.fold, pl.String),
        "unusual_name": pl.col("_full_name").struct.field("unusual"),
        "comparable_name": elementwise(name, comparable, pl.String),
        "full_name_is_placeholder": placeholders.matches(name, unusual),
        "full_name_is_no_name": pl.col("full_name_is_placeholder") | where_unusual(no_name),
        "full_name_is_garbled": where_unusual(garbled),
    }


def _country(reference: Reference, cleaning: Cleaning) -> Kernel:
    before = reference.document("text")["nationality"]["before_a_name"]
    spelt_before, folded_before = ("|".join(form(word) for word in before) for form in (spelt, folded))

    def country(values: pl.Series) -> pl.Series:
        text = cleaning.exact(values)
        return pl.DataFrame({"code": code(text), "there": text.is_not_null()}).to_struct()

    def code(text: pl.Series) -> pl.Series:
        # Spelling first: Mỹ is the United States, MY is Malaysia.
        name = spell_name_of_place(text)
        found = looked_up(name, reference.countries)
        if found.null_count() == text.null_count():
            return found
        found = found.fill_null(looked_up(name.str.replace(f"^(?:{spelt_before}) ", ""), reference.countries))
        name = fold_name_of_place(text)
        found = found.fill_null(looked_up(name, reference.countries_folded))
        return found.fill_null(looked_up(name.str.replace(f"^(?:{folded_before}) ", ""), reference.countries_folded))

    return country


def _late_birthday(birth: pl.Expr, day: pl.Expr) -> pl.Expr:
    """Return how far, in yyyymmdd, `day` is past 29 February where it is the birthday of someone born on that day."""
    year = day // YEAR
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    late = (birth % YEAR == 229) & (day % YEAR == 301) & ~leap
    return pl.when(late).then(301 - 229).otherwise(0)
