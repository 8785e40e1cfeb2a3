"""The registration: who is judged (individual or organisation, H2H or M2M), when, and under which era."""

from __future__ import annotations

from datetime import date

import polars as pl

from thuebao.facts.kernel import Kernel, elementwise, only_where
from thuebao.rulebook.columns import given
from thuebao.rulebook.reference import Reference


def registration_facts(reference: Reference, as_of: date, forced: date | None) -> dict[str, pl.Expr]:
    """Return the facts of the registration; `forced` is a day whose era judges every record."""
    kind = pl.col("_subscriber_kind_code")
    organisation = (kind == "organisation") | (kind.is_null() & pl.col("has_organisation_name"))
    m2m = pl.col("_connection_kind_code") == "m2m"
    day = pl.coalesce("registration_day", "update_day", pl.lit(as_of))
    facts = {
        "as_of": pl.lit(as_of),
        "is_organisation": organisation.fill_null(value=False),
        "is_individual": ~pl.col("is_organisation"),
        "is_m2m": m2m.fill_null(value=False),
        "is_h2h": ~pl.col("is_m2m"),
        "_law_day": day,
        "_era_day": pl.lit(forced) if forced else pl.col("_law_day"),
        "has_portrait": pl.col("has_portrait_ref") | pl.col("has_portrait_hash"),
        "portrait": pl.when(pl.col(given("portrait_hash"))).then("portrait_hash").otherwise("portrait_ref"),
        "is_terminated": _known(pl.col("_status_code") == "terminated") | _known(pl.col("termination_day") <= as_of),
        "registration_moment": pl.coalesce("registration_time", pl.col("registration_day").cast(pl.Datetime("us"))),
        "registration_month": pl.col("registration_day").dt.strftime("%Y-%m"),
        "point_of_sale": pl.coalesce("pos_code", "pos_name", "pos_address"),
        "registration_minute": pl.col("registration_time").dt.truncate("1m"),
    }
    return facts | _tax_code_facts(reference)


def ended_before(day: date) -> pl.Expr:
    """Return whether a subscriber was gone before `day`; terminated on a day that is not known counts as that."""
    status = pl.col("_status_code")
    said = _known(status == "terminated")
    dated = _known(pl.col("termination_day") < day)
    return (said & (dated | pl.col("termination_day").is_null())) | (~pl.col("has_status") & dated)


def _known(condition: pl.Expr) -> pl.Expr:
    return condition.fill_null(value=False)


def tax_code_validity(reference: Reference) -> Kernel:
    """Return the kernel that tells whether a tax code has the right form and check digit."""
    law = reference.document("tax_code")
    weights, modulus, form = law["weights"], law["modulus"], f"^(?:{law['form']})$"

    def valid(values: pl.Series) -> pl.Series:
        frame = pl.DataFrame({"code": values})
        weighted = [
            pl.col("code").str.slice(at, 1).cast(pl.Int32, strict=False) * weight for at, weight in enumerate(weights)
        ]
        right = law["check_minuend"] - pl.sum_horizontal(weighted) % modulus
        check = pl.col("code").str.slice(len(weights), 1).cast(pl.Int32, strict=False)
        return frame.select(pl.col("code").str.contains(form) & (right == check).fill_null(value=False)).to_series()

    return valid


def _tax_code_facts(reference: Reference) -> dict[str, pl.Expr]:
    valid = tax_code_validity(reference)

    def where_present(values: pl.Series) -> pl.Series:
        return only_where(values, values.is_not_null(), valid, pl.Boolean)

    code = pl.col("organisation_tax_code")
    personal = reference.document("tax_code")["personal_form"]
    return {
        "tax_code_valid": elementwise(code, where_present, pl.Boolean),
        "tax_code_is_personal_number": code.str.contains(f"^(?:{personal})$"),
    }
