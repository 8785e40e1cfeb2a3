"""The identity document: its number and what that says, its kind and validity.

Forms, kinds and terms are data (rules/reference/documents.toml).
"""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from thuebao.facts.byte_tables import fitting, leading_number, may_begin_run
from thuebao.facts.document_kind import SEVERAL, UNRECOGNISED, kind_facts
from thuebao.facts.document_validity import validity_facts
from thuebao.facts.kernel import at_once, by_position, elementwise, holds, refine, replace_where, the_same, there
from thuebao.facts.text import Cleaning, unmarked
from thuebao.rulebook.columns import raw
from thuebao.rulebook.reference import Reference

_LONGEST_DIGITS = 64


def document_facts(reference: Reference, cleaning: Cleaning, as_of: date) -> dict[str, pl.Expr]:
    """Return the facts of the identity document."""
    law = reference.document("documents")
    return (
        _number_facts(law, cleaning)
        | kind_facts(law, cleaning)
        | _personal_number_facts(law, reference)
        | validity_facts(law, reference.document("dates")["never_ends"], as_of)
        | {"is_home_national": (pl.col("nationality_code") == law["home_nationality"]).fill_null(value=False)}
    )


# -- the number ------------------------------------------------------------------------------------------------


def _number_facts(law: dict[str, Any], cleaning: Cleaning) -> dict[str, pl.Expr]:
    # Longer than any missing token of its kind, and made of nothing that would be dropped.
    words = [token for token in cleaning.tokens if token.isascii() and token.isalnum()]
    least = max(map(len, words)) + 1
    plain, plain_and_short = f"^[A-Z0-9]{{{least},}}$", fitting(f"[A-Z0-9]{{{least},12}}")

    def parse(values: pl.Series) -> pl.Series:
        return replace_where(values, ~plain_and_short(values), parse_others)

    def parse_others(values: pl.Series) -> pl.Series:
        return replace_where(
            values, ~values.str.contains(plain), lambda part: clean_document_number(cleaning.exact(part))
        )

    shortest = law["placeholder"]["least_characters"]
    runs = pl.Series(sorted(_runs(_LONGEST_DIGITS))).implode()

    def placeholder(numbers: pl.Series) -> pl.Series:
        none = the_same(False, len(numbers), pl.Boolean)
        none = none.set(numbers.is_null(), None) if numbers.null_count() else none
        return refine(none, numbers, may_begin_run(numbers) & there(numbers), may_be_run)

    def may_be_run(numbers: pl.Series) -> pl.Series:
        nominated = numbers.str.contains(_RUN_BEGINS)
        return refine(nominated, numbers, nominated, is_run)

    def is_run(numbers: pl.Series) -> pl.Series:
        digits = numbers.str.replace_all("[^0-9]", "")
        return digits.is_in(runs) & (numbers.str.len_chars() >= int(shortest))

    number = pl.col("document_number")
    facts = {
        "document_number": elementwise(pl.col(raw("id_number")), parse, pl.String),
        "has_id_number": number.is_not_null(),
        "document_number_placeholder": elementwise(number, placeholder, pl.Boolean),
    }
    return facts | {f"_{f['id']}": _in_form(law, f, number) for f in law["number_form"]}


def clean_document_number(text: pl.Series) -> pl.Series:
    """Return each cleaned text as the number of a document or serial: no marks, no spaces or groups, in capitals."""
    number = at_once(text, _without_groups)
    return number.set(holds(number == ""), None)


def _without_groups(text: pl.Expr) -> pl.Expr:
    number = unmarked(text).str.replace("^'+", "")
    # What a spreadsheet or a float leaves behind digits alone; the number may have lost zeros too.
    number = number.str.replace(r"^([0-9]+)\.0+$", "${1}")
    return number.str.replace_all("[.-]", "").str.replace("^'+", "").str.to_uppercase()


def _in_form(law: dict[str, Any], form: dict[str, str], number: pl.Expr) -> pl.Expr:
    """Return whether the number has a form, where a kind of document that the form matters for could be meant."""
    kinds = [k["id"] for k in law["kind"] if form["id"] in (*k["number_forms"], *k.get("home_number_forms", []))]
    text_kind = pl.col("_id_type_kind")
    asked = text_kind.is_in([*kinds, SEVERAL, UNRECOGNISED])
    asked = asked.fill_null(value=True) if form["id"] != law["personal_number"]["form"] else pl.lit(value=True)
    return pl.when(asked).then(_fits(number, form["pattern"]))


def _fits(number: pl.Expr, pattern: str) -> pl.Expr:
    return elementwise(number, fitting(pattern), pl.Boolean)


def _runs(longest: int) -> set[str]:
    up = "0123456789" * (longest // 10 + 2)
    down = up[::-1]
    runs = {digit * n for digit in "0123456789" for n in range(1, longest + 1)}
    return runs | {line[start : start + n] for line in (up, down) for start in range(10) for n in range(1, longest + 1)}


def _run_begins() -> str:
    """Return a pattern for numbers whose first three digits, or the fewer they have, could begin a run."""
    gap = "[^0-9]*"
    starts = [
        gap.join((str(d), str((d + step) % 10), str((d + 2 * step) % 10))) for d in range(10) for step in (-1, 0, 1)
    ]
    return f"^{gap}(?:{'|'.join(starts)}|[0-9]{gap}[0-9]?{gap}$)"


_RUN_BEGINS = _run_begins()


# -- what the number says --------------------------------------------------------------------------------------


def _personal_number_facts(law: dict[str, Any], reference: Reference) -> dict[str, pl.Expr]:
    personal = law["personal_number"]
    places = {row["code"] for row in reference.table("provinces")}
    place_digits = personal["place_digits"]
    known = pl.Series([f"{n:0{place_digits}}" in places for n in range(10**place_digits)])
    by_digit = sorted(personal["century_and_sex"], key=lambda entry: int(entry["digit"]))
    century = pl.Series([entry["century"] for entry in by_digit], dtype=pl.Int32)
    sex = pl.Series([entry["sex"] for entry in by_digit], dtype=pl.String)
    kind, number = pl.col("document_kind"), pl.col("document_number")
    carriers = [k["id"] for k in law["kind"] if k["carries_personal_number"]]
    full_length = len(str(10 ** (_length_of(law, personal["form"]) - 1)))
    shortened = [_fits(number, f"[0-9]{{{length}}}") for length in personal["lengths_with_lost_zeros"]]
    lost = _any(shortened) & kind.is_in(personal["kinds_with_lost_zeros"])
    nine = law["nine_digits_with_lost_zero"]
    of_nine = _fits(number, nine["pattern"]) & kind.is_in(nine["kinds"])

    # Place, century and year stand in the first digits: as a small number they are cheap to take apart.
    begins = place_digits + 3

    def beginning_of(numbers: pl.Series) -> pl.Series:
        found = leading_number(numbers, begins)
        if found is None:
            return beginning_of_shorter(numbers)
        shorter = holds(numbers.str.len_bytes() != full_length)
        return refine(found.cast(pl.UInt32), numbers, shorter, beginning_of_shorter)

    def beginning_of_shorter(numbers: pl.Series) -> pl.Series:
        whole = numbers.cast(pl.Int64, strict=False)
        return (whole // int(10 ** (full_length - begins))).cast(pl.UInt32)

    value = pl.col("_personal")

    def part(after: int, width: int) -> pl.Expr:
        return value // int(10 ** (begins - after - width)) % int(10**width)

    year_agrees = (pl.col("_personal_year") == pl.col("birth_year")).fill_null(value=False)
    malformed = ~_any(
        [
            (kind == k["id"]) & _any([_form(form) for form in k["number_forms"]])
            for k in law["kind"]
            if "home_number_forms" not in k
        ]
        + [
            (kind == k["id"])
            & pl.when("is_home_national")
            .then(_any([_form(form) for form in k["home_number_forms"]]))
            .otherwise(_any([_form(form) for form in k["number_forms"]]))
            for k in law["kind"]
            if "home_number_forms" in k
        ]
    )
    of_that_form = kind.is_in(carriers) & _form(personal["form"])
    genuine = pl.col("has_personal_number") & ~pl.col("document_number_placeholder").fill_null(value=False)
    return {
        "_lost": lost.fill_null(value=False),
        # A placeholder of that form is one too: rules that judge its digits leave it out.
        "has_personal_number": of_that_form.fill_null(value=False),
        "personal_number": pl.when(genuine).then(number),
        # The digits of a personal number, or of what may be one that lost its leading zeros.
        "_personal": elementwise(pl.when(genuine | pl.col("_lost")).then(number), beginning_of, pl.UInt32),
        "_personal_digit": part(place_digits, 1),
        "_personal_year": elementwise(pl.col("_personal_digit"), by_position(century), pl.Int32)
        + part(place_digits + 1, 2).cast(pl.Int32),
        "_personal_place_known": elementwise(part(0, place_digits), by_position(known), pl.Boolean),
        "personal_number_birth_year": pl.when(genuine).then(pl.col("_personal_year")),
        "personal_number_sex": pl.when(genuine).then(
            elementwise(pl.col("_personal_digit"), by_position(sex), pl.String)
        ),
        "personal_number_place_known": pl.when(genuine).then(pl.col("_personal_place_known")),
        "document_number_lost_zeros": pl.when(number.is_not_null()).then(
            (pl.col("_lost") & pl.col("_personal_place_known").fill_null(value=False) & year_agrees)
            | (of_nine & ~pl.col("document_number_placeholder"))
        ),
        "document_number_malformed": pl.when(number.is_not_null()).then(
            ~kind.is_in(law["other_kinds"]["ids"])
            & malformed
            & ~pl.col("document_number_placeholder")
            & ~pl.col("document_number_lost_zeros")
        ),
    }


def _form(form: str) -> pl.Expr:
    return pl.col(f"_{form}").fill_null(value=False)


def _any(conditions: list[pl.Expr]) -> pl.Expr:
    return pl.any_horizontal(conditions)


def _length_of(law: dict[str, Any], form: str) -> int:
    pattern = next(f["pattern"] for f in law["number_form"] if f["id"] == form)
    return int(pattern.split("{")[1].rstrip("}"))
