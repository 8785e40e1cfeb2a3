"""The registration: who is judged (individual or organisation, H2H or M2M), when, and under which era."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from thuebao.facts.kernel import elementwise, only_where
from thuebao.facts.text import Cleaning
from thuebao.record import raw
from thuebao.reference import Reference


def registration_facts(reference: Reference, cleaning: Cleaning, as_of: date, forced: date | None) -> dict[str, pl.Expr]:
    """Return the facts of the registration; `forced` is a day whose era judges every record."""
    kind = pl.col("_subscriber_kind_code")
    organisation = (kind == "organisation") | (kind.is_null() & pl.col("has_organisation_name"))
    m2m = pl.col("_connection_kind_code") == "m2m"
    day = pl.coalesce(pl.col("registration_day"), pl.lit(as_of))
    facts = {
        "as_of": pl.lit(as_of),
        "is_organisation": organisation.fill_null(value=False),
        "is_individual": ~pl.col("is_organisation"),
        "is_m2m": m2m.fill_null(value=False),
        "is_h2h": ~pl.col("is_m2m"),
        "_law_day": day,
        "_era_day": pl.lit(forced) if forced else pl.col("_law_day"),
        "has_portrait": pl.col("has_portrait_ref") | pl.col("has_portrait_hash"),
    }
    return facts | _tax_code_facts(reference.document("tax_code"), cleaning)


def _tax_code_facts(law: dict[str, Any], cleaning: Cleaning) -> dict[str, pl.Expr]:
    weights, modulus = law["weights"], law["modulus"]
    form, personal = f"^(?:{law['form']})$", f"^(?:{law['personal_form']})$"

    def valid(values: pl.Series) -> pl.Series:
        right = pl.lit(law["check_minuend"]) - sum(
            pl.col("code").str.slice(at, 1).cast(pl.Int32, strict=False) * weight for at, weight in enumerate(weights)
        ) % modulus
        check = pl.col("code").str.slice(len(weights), 1).cast(pl.Int32, strict=False)
        frame = pl.DataFrame({"code": values})
        return frame.select(pl.col("code").str.contains(form) & (right == check).fill_null(value=False)).to_series()

    def valid_where_present(values: pl.Series) -> pl.Series:
        return only_where(values, values.is_not_null(), valid, pl.Boolean)

    code = pl.col("organisation_tax_code")
    return {
        "tax_code_valid": elementwise(code, valid_where_present, pl.Boolean),
        "tax_code_is_personal_number": code.str.contains(personal),
    }
