"""Measures how many values of a column look like those of each canonical column.

The facts that rules rest on are asked; where there is none, the column's `shape` in columns.toml.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache

import polars as pl

from thuebao.facts import all_facts, layers
from thuebao.facts.codes import CODED
from thuebao.facts.dates import DAYS
from thuebao.facts.text import Cleaning
from thuebao.rulebook.columns import raw
from thuebao.rulebook.reference import Reference, shipped_reference

_WITH_FORMS = "operator msisdn nationality id_type id_number organisation_tax_code portrait_hash province sim_serial"
DISTINCTIVE = frozenset(CODED).union(_WITH_FORMS.split())
"""Columns whose values hardly any other column has."""

_NAMES = ("full_name", "guardian_name", "clerk_name", "representative_name")
INFORMATIVE = DISTINCTIVE.union(DAYS, _NAMES)
"""Columns whose values tell something; those of the others look like many texts."""

OF_ITS_OWN = DISTINCTIVE.union(DAYS)
"""Columns whose values no header of any column looks like."""

_ANY_DOCUMENT = "foreign_passport"  # a form that most short texts have

Shares = dict[tuple[int, str], float]
"""Position of a file's column, canonical column → share of the values that look like the canonical column's."""


def present(values: Mapping[int, pl.Series]) -> pl.DataFrame:
    """Return the values that are there, cleaned, each with the position of its column."""
    schema = pl.Schema({"at": pl.Int64, "text": pl.String})
    frames = [pl.DataFrame({"at": at, "text": texts}).cast(schema) for at, texts in values.items()]
    whole = pl.concat([pl.DataFrame(schema=schema), *frames])
    return whole.with_columns(Cleaning(shipped_reference()).exact(whole["text"])).drop_nulls()


def shares(found: pl.DataFrame) -> Shares:
    """Return which share of each column's values (as `present` gives them) looks like each canonical column's."""
    if found.is_empty():
        return {}
    texts = found["text"]
    fits = _by_facts(texts) | _by_pattern(texts)
    words_of_lists = pl.any_horizontal(*(fits[column] for column in (*CODED, "nationality", "province")))
    names = pl.DataFrame({"name": fits["full_name"]}).select(pl.col("name") & ~words_of_lists).to_series()
    fits |= dict.fromkeys(_NAMES, names)
    by_column = found.select("at", **fits).group_by("at", maintain_order=True).agg(pl.all().mean())
    return {(row["at"], column): row[column] for row in by_column.iter_rows(named=True) for column in fits}


def _by_facts(texts: pl.Series) -> dict[str, pl.Series]:
    facts = all_facts(shipped_reference(), date.min)  # no fact that is asked here depends on the day
    asked: dict[str, pl.Expr] = {
        "msisdn": pl.col("msisdn_current").is_not_null(),
        "full_name": pl.col("full_name").is_not_null() & pl.col("unusual_name").is_null(),
        "nationality": pl.col("nationality_code").is_not_null(),
        "id_type": pl.col("id_type_recognised"),
        "id_number": pl.col("document_number").str.contains(_documents(shipped_reference())),
        "organisation_tax_code": pl.col("_tax_code").struct.field("valid"),
        "operator": pl.col("_operator_code") > 0,
        "province": pl.col("province_now").is_not_null(),
        **{column: pl.col(f"{column}_code").is_not_null() for column in CODED},
        **{column: pl.col(f"_{column}").struct.field("day").is_not_null() for column in DAYS},
    }
    fits = {}
    for column, condition in asked.items():
        frame = pl.DataFrame({raw(column): texts})
        for layer in layers(facts, condition.meta.root_names()):
            frame = frame.with_columns(**layer)
        fits[column] = frame.select(condition.fill_null(value=False)).to_series()
    return fits


def recognised_values(column: str, texts: pl.Series) -> pl.Series:
    """Return whether each text of a coded column, id_type or nationality is recognised, NULL where it is missing."""
    facts = all_facts(shipped_reference(), date.min)
    if column == "nationality":
        known = pl.when("has_nationality").then(pl.col("nationality_code").is_not_null())
    else:
        known = pl.when(f"has_{column}").then(pl.col(f"{column}_recognised"))
    frame = pl.DataFrame({raw(column): texts})
    for layer in layers(facts, known.meta.root_names()):
        frame = frame.with_columns(**layer)
    return frame.select(known.alias("known")).to_series()


def _documents(reference: Reference) -> str:
    forms = reference.document("documents")["number_form"]
    return "^(?:" + "|".join(form["pattern"] for form in forms if form["id"] != _ANY_DOCUMENT) + ")$"


@cache
def _patterns() -> dict[str, str]:
    listed: Iterable[dict[str, str]] = shipped_reference().document("columns")["column"]
    return {entry["name"]: f"^(?:{entry['shape']})$" for entry in listed if "shape" in entry}


def _by_pattern(texts: pl.Series) -> dict[str, pl.Series]:
    return {column: texts.str.contains(pattern) for column, pattern in _patterns().items()}
