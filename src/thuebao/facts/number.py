"""The subscriber number: its form, its range, and whose range that is (law: rules/reference)."""

from __future__ import annotations

import polars as pl

from thuebao.base.fold import fold_text
from thuebao.facts.byte_tables import fitting, leading_number
from thuebao.facts.kernel import (
    OverDistinct,
    at_once,
    by_position,
    elementwise,
    fill_where,
    holds,
    refine,
    replace_where,
    the_same,
    there,
)
from thuebao.facts.text import Cleaning, fold, fold_name_of_place, looked_up, unmarked
from thuebao.rulebook.columns import raw
from thuebao.rulebook.reference import Reference

UNKNOWN_OPERATOR = "(unknown)"
"""The operator under which records without one are counted."""

_PARSED = pl.Struct({"text": pl.String, "current": pl.String, "old": pl.Boolean})


class NumberParsing:
    """The typing of subscriber numbers, for the numbering plan of one reference."""

    def __init__(self, reference: Reference, cleaning: Cleaning) -> None:
        plan = reference.document("numbering")
        old = {row["old"]: row["new"] for row in reference.table("prefixes_2018")}
        country, trunk = plan["country_code"], plan["trunk_prefix"]
        rest = plan["current_form"].removeprefix(trunk)
        old_rest = "(?:" + "|".join(p.removeprefix(trunk) for p in old) + f")[0-9]{{{plan['old_form_rest']}}}"
        national = plan["national_digits"]
        self._trunk = trunk
        self._is_current = fitting(plan["current_form"])
        self._international = f"^(?:{plan['international_prefix']})?{country}{trunk}?([0-9]{{{national}}}|{old_rest})$"
        self._bare = f"^({rest}|{old_rest})$"
        self._old = f"^(?:{'|'.join(old)})[0-9]{{{plan['old_form_rest']}}}$"
        self._old_prefixes, self._new_prefixes = list(old), list(old.values())
        self._old_length = len(next(iter(old)))
        self._cleaning = cleaning

    def parse(self, values: pl.Series) -> pl.Series:
        """Return a struct of text (cleaned), current (form, NULL if malformed) and old (was in the old form)."""
        others = ~holds(self._is_current(values)) & there(values)
        text, current, old = values, values, the_same(False, len(values), pl.Boolean)
        if others.any():
            text_there = self._clean(values.filter(others))
            current_there = self._to_current(text_there)
            text, current = fill_where(text, others, text_there), fill_where(current, others, current_there)
            old = fill_where(old, others, current_there != text_there)
        return pl.DataFrame({"text": text, "current": current, "old": old}).to_struct()

    def _clean(self, values: pl.Series) -> pl.Series:
        text = self._cleaning.clean(values)
        # Most of what is not in the current form is digits all the same.
        text = replace_where(text, text.str.contains("[^0-9]"), lambda part: at_once(part, self._without_groups))
        text = at_once(text, self._national)
        return text.set(holds(text == ""), None)

    def _without_groups(self, text: pl.Expr) -> pl.Expr:
        text = unmarked(text).str.replace_all("[()-]", "").str.replace("^['+]+", "")
        # What a float leaves behind digits, unless dots part the number into groups.
        return text.str.replace(r"^([0-9]+)\.0+$", "${1}").str.replace_all(".", "", literal=True)

    def _national(self, text: pl.Expr) -> pl.Expr:
        for form in (self._international, self._bare):
            text = text.str.replace(form, self._trunk + "${1}")
        return text

    def _to_current(self, text: pl.Series) -> pl.Series:
        current = holds(self._is_current(text))
        old = ~current & text.str.contains(self._old)
        return refine(text.set(~current, None), text, holds(old), lambda part: at_once(part, self._converted))

    def _converted(self, text: pl.Expr) -> pl.Expr:
        """Return a number of the old form in the current one."""
        prefix = text.str.head(self._old_length).replace(self._old_prefixes, self._new_prefixes)
        return prefix + text.str.slice(self._old_length)


def number_facts(reference: Reference, cleaning: Cleaning) -> dict[str, pl.Expr]:
    """Return the facts of msisdn and of its range."""
    parsing = NumberParsing(reference, cleaning)
    ranges = {row["prefix"]: row["holder"] for row in reference.table("mobile_ranges")}
    digits = len(next(iter(ranges)))
    width = 10**digits
    assigned = pl.Series([f"{n:0{digits}}" in ranges for n in range(width)])
    operators = _known_operators(reference)
    holders = pl.Series([operators.get(ranges.get(f"{n:0{digits}}", ""), 0) for n in range(width)], dtype=pl.UInt32)
    foreign = _foreign(operators, {row["mvno"]: row["host"] for row in reference.table("mvno_hosts")})

    def prefix(numbers: pl.Series) -> pl.Series:
        found = leading_number(numbers, digits)
        return found.cast(pl.UInt16) if found is not None else numbers.str.head(digits).cast(pl.UInt16, strict=False)

    current = pl.col("msisdn_current")
    return {
        "_msisdn": elementwise(pl.col(raw("msisdn")), parsing.parse, _PARSED),
        "msisdn": pl.col("_msisdn").struct.field("text"),
        "has_msisdn": pl.col("msisdn").is_not_null(),
        "msisdn_current": pl.col("_msisdn").struct.field("current"),
        "shown_number": pl.coalesce(current, pl.col("msisdn")),
        # A number in no form of the numbering plan is a number all the same where devices have their own.
        "subscriber_number": pl.coalesce(current, pl.when("is_m2m").then(pl.col("msisdn"))),
        "msisdn_is_old_form": pl.when(current.is_not_null()).then(pl.col("_msisdn").struct.field("old")),
        "_range": elementwise(current, prefix, pl.UInt16),
        "_range_holder": elementwise(pl.col("_range"), by_position(holders), pl.UInt32),
        "msisdn_range_assigned": elementwise(pl.col("_range"), by_position(assigned), pl.Boolean),
        "msisdn_range_of_another_operator": elementwise(
            pl.col("_operator_code") * (len(operators) + 1) + pl.col("_range_holder"), by_position(foreign), pl.Boolean
        ),
    }


def _known_operators(reference: Reference) -> dict[str, int]:
    """Return a number for each known operator, from 1; 0 is nobody's."""
    return {name: n for n, name in enumerate(sorted(set(reference.operators.values())), 1)}


def _foreign(operators: dict[str, int], hosts: dict[str, str]) -> pl.Series:
    """Return, for operator × (operators + 1) + holder, whether both are known, apart, and not MVNO and host."""
    related = {(name, name) for name in operators} | {pair for m, h in hosts.items() for pair in ((m, h), (h, m))}
    table = [False] * (len(operators) + 1) ** 2
    for operator, n in operators.items():
        for holder, k in operators.items():
            table[n * (len(operators) + 1) + k] = (operator, holder) not in related
    return pl.Series(table)


def operator_facts(reference: Reference, cleaning: Cleaning) -> dict[str, pl.Expr]:
    """Return the operator, known names folded to the canonical one."""
    known = _known_operators(reference)
    names = _names_within(reference)

    def canonical(values: pl.Series) -> pl.Series:
        text = cleaning.exact(values)
        name = _known_names(text, reference, names).fill_null(text).fill_null(UNKNOWN_OPERATOR)
        code = name.replace_strict(known, default=0, return_dtype=pl.UInt32)
        return pl.DataFrame({"name": name, "code": code}).to_struct()

    both = pl.Struct({"name": pl.String, "code": pl.UInt32})
    return {
        "_operator": elementwise(pl.col(raw("operator")), OverDistinct(canonical, both), both),
        "operator": pl.col("_operator").struct.field("name"),
        "_operator_code": pl.col("_operator").struct.field("code"),
        "named_operator": pl.when(pl.col("operator") != UNKNOWN_OPERATOR).then(pl.col("operator")),
    }


def _names_within(reference: Reference) -> dict[str, str]:
    """Return operator → the pattern of its names that count within a text, inner spaces aside."""
    names: dict[str, list[str]] = {}
    for row in reference.table("operators"):
        if row["within"]:
            names.setdefault(row["operator"], []).append(" ?".join(fold_text(row["text"]).replace(" ", "")))
    return {operator: f"(?:^| )(?:{'|'.join(patterns)})(?: |$)" for operator, patterns in names.items()}


def _only_name_in(texts: pl.Series, names: dict[str, str]) -> pl.Series:
    """Return the operator of which each text holds a name, NULL where it holds none or those of several."""
    frame = fold_name_of_place(texts).alias("text").to_frame()
    found = [pl.when(pl.col("text").str.contains(p)).then(pl.lit(operator)) for operator, p in names.items()]
    count = pl.sum_horizontal(one.is_not_null().cast(pl.UInt8) for one in found)
    return frame.select(pl.when(count == 1).then(pl.coalesce(found)).alias("operator")).to_series()


def _known_names(texts: pl.Series, reference: Reference, names: dict[str, str]) -> pl.Series:
    return looked_up(fold(texts), reference.operators).fill_null(_only_name_in(texts, names))


def operators_named(reference: Reference, texts: pl.Series) -> pl.Series:
    """Return the known operator that each cleaned text names, NULL where it names none or several."""
    return _known_names(texts, reference, _names_within(reference))


def operator_named(reference: Reference, name: str) -> str | None:
    """Return the known operator that a name stands for, None if it is nobody's that is known."""
    found: str | None = operators_named(reference, pl.Series([name], dtype=pl.String)).item()
    return found
