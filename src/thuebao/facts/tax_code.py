"""The tax code of an organisation (law: rules/reference/tax_code.toml)."""

from __future__ import annotations

from typing import Any

import polars as pl

from thuebao.facts.kernel import elementwise, holds, only_where, refine, replace_where
from thuebao.facts.text import Cleaning, without_marks
from thuebao.rulebook.columns import raw
from thuebao.rulebook.reference import Reference

_PARSED = pl.Struct({"code": pl.String, "valid": pl.Boolean})


def tax_code_facts(reference: Reference, cleaning: Cleaning) -> dict[str, pl.Expr]:
    """Return the cleaned tax code, whether it is right, and the key under which an organisation's numbers count."""
    law = reference.document("tax_code")
    parsing = TaxCodes(law, cleaning)
    code, parsed = pl.col("tax_code"), pl.col("_tax_code")
    from_then_on = (pl.col("registration_day") >= law["personal_from"]).fill_null(value=False)
    return {
        "_tax_code": elementwise(pl.col(raw("organisation_tax_code")), parsing.parse, _PARSED),
        "tax_code": parsed.struct.field("code"),
        "has_organisation_tax_code": code.is_not_null(),
        "tax_code_is_personal_number": code.str.contains(f"^(?:{law['personal_form']})$"),
        "tax_code_valid": parsed.struct.field("valid") | (pl.col("tax_code_is_personal_number") & from_then_on),
        "mst_key": pl.when("tax_code_valid").then("mst:" + code.str.replace("-", "", literal=True)),
    }


class TaxCodes:
    """The cleaning and the check digit of tax codes."""

    def __init__(self, law: dict[str, Any], cleaning: Cleaning) -> None:
        """Take the form, weights and modulus of the law."""
        self._law, self._cleaning = law, cleaning
        self._form = f"^(?:{law['form']})$"

    def parse(self, values: pl.Series) -> pl.Series:
        """Return a struct of the cleaned code and whether it is right (NULL where there is none)."""
        # Most records are individuals': only what is there is looked at.
        there = holds(values != "")
        code = only_where(values, there, self._cleaned, pl.String)
        valid = only_where(code, code.is_not_null(), self._valid, pl.Boolean)
        return pl.DataFrame({"code": code, "valid": valid}).to_struct()

    def _cleaned(self, values: pl.Series) -> pl.Series:
        return replace_where(values, ~values.str.contains(self._form), self.clean)

    def clean(self, values: pl.Series) -> pl.Series:
        """Return each code without marks and groups, but for the dash before a branch, its lost zero put back."""
        code = without_marks(self._cleaning.exact(values)).str.replace("^'+", "")
        code = code.str.replace(r"^([0-9]+)\.0+$", "${1}").str.replace_all(".", "", literal=True)
        code = code.str.to_uppercase()
        branch = code.str.contains("^[0-9]{9,10}-[0-9]{3}$").fill_null(value=False)
        code = replace_where(code, ~branch, lambda part: part.str.replace_all("-", "", literal=True))
        code = code.set((code == "").fill_null(value=False), None)
        short = code.str.contains("^[0-9]{9}$").fill_null(value=False)
        return replace_where(code, short, self._with_zero)

    def _with_zero(self, codes: pl.Series) -> pl.Series:
        padded = "0" + codes
        return codes.zip_with(~self._valid(padded), padded)

    def _valid(self, codes: pl.Series) -> pl.Series:
        formed = codes.str.contains(self._form)
        return refine(formed, codes, formed, self._checked)

    def _checked(self, codes: pl.Series) -> pl.Series:
        law, weights = self._law, self._law["weights"]
        digit = [pl.col("code").str.slice(at, 1).cast(pl.Int32) for at in range(len(weights) + 1)]
        weighted = pl.sum_horizontal(d * weight for d, weight in zip(digit, weights, strict=False))
        right = law["check_minuend"] - weighted % law["modulus"] == digit[-1]
        none_such = pl.col("code").str.slice(len(weights) + 1).str.ends_with(law["no_branch"])
        return pl.DataFrame({"code": codes}).select(right & ~none_such).to_series()
