"""How long an identity document is valid, and on which day papers are judged."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from thuebao.facts.calendar import YEAR, day_of
from thuebao.rulebook.columns import given


def validity_facts(law: dict[str, Any], never_ends: date, as_of: date) -> dict[str, pl.Expr]:
    """Return the facts of a document's end; `never_ends` is the expiry day that stands for none."""
    terms, home = law["validity"], pl.col("is_home_national")
    kind, birth, issue = pl.col("document_kind"), pl.col("_birth"), pl.col("_issue")
    child = (pl.col("age_at_issue") < terms["child_under_age"]).fill_null(value=False)
    by_years, by_age, always_ends = [], [], []
    for entry in law["kind"]:
        is_kind = kind == entry["id"]
        if "valid_years" in entry:
            years = pl.lit(entry["valid_years"], dtype=pl.Int32)
            if "valid_years_of_a_child" in entry:
                years = pl.when(child).then(pl.lit(entry["valid_years_of_a_child"], dtype=pl.Int32)).otherwise(years)
            if entry.get("valid_years_at_home_only"):
                is_kind &= home
            by_years.append(pl.when(is_kind).then(issue + years * YEAR))
            always_ends.append(is_kind)
        elif "valid_to_ages" in entry:
            ages = entry["valid_to_ages"]
            to = [
                pl.when(issue < birth + (age - terms["window_years"]) * YEAR).then(birth + age * YEAR) for age in ages
            ]
            by_age.append(pl.when(is_kind).then(pl.coalesce(to)))
    extended, ends, said = terms["extended"], pl.col("_expiry"), pl.col("expiry_day")
    # A paper that always ends cannot be said to have no end: there the text counts as missing.
    impossible = (said == never_ends) & pl.any_horizontal(always_ends)
    return {
        # "issue + N years" from 29 February ends on 28 February; a birthday of that day is on 1 March.
        "_expiry_by_years": day_of(pl.coalesce(by_years), "back"),
        "_expiry_by_age": day_of(pl.coalesce(by_age), "forward"),
        "_expiry": pl.coalesce(
            pl.when(~impossible.fill_null(value=False)).then(said), "_expiry_by_years", "_expiry_by_age"
        ),
        "document_expiry": pl.when(kind.is_in(extended["kinds"]) & ends.is_between(extended["from"], extended["to"]))
        .then(pl.lit(extended["until"]))
        .otherwise(ends),
        "document_day": _document_day(as_of),
        "file_has_updates": pl.col(given("info_updated_at")),
    }


def _document_day(as_of: date) -> pl.Expr:
    """Return the day on which papers are judged.

    That of the registration; of the last update where the paper is younger than the registration, or its day not known.
    """
    issue, registration, update = pl.col("issue_day"), pl.col("registration_day"), pl.col("update_day")
    shown_at_registration = registration.is_not_null() & (issue <= registration).fill_null(value=True)
    updated = update.is_not_null() & (update <= as_of)
    return pl.when(~shown_at_registration & updated).then(update).otherwise(registration)
