"""The province of registration: its name at the time, one of 63, and that of the 34 since 1 July 2025 it belongs to."""

from __future__ import annotations

import polars as pl

from thuebao.base.fold import fold_name_of_place as folded
from thuebao.facts.kernel import OverDistinct, elementwise
from thuebao.facts.text import Cleaning, fold_name_of_place, looked_up
from thuebao.rulebook.columns import raw
from thuebao.rulebook.reference import Reference

_KIND = r"^(?:tinh|thanh pho|tp|t)\b ?"
_PARSED = pl.Struct({"name": pl.String, "now": pl.String})


def province_facts(reference: Reference, cleaning: Cleaning) -> dict[str, pl.Expr]:
    """Return the province as it was called (the export's own text where it is not known) and that of today."""
    names, now = _names(reference), {row["name"]: row["now"] for row in reference.table("provinces")}

    def parse(values: pl.Series) -> pl.Series:
        text = cleaning.exact(values)
        name = looked_up(province_key(text), names)
        return pl.DataFrame({"name": name.fill_null(text), "now": looked_up(name, now)}).to_struct()

    parsed = pl.col("_province")
    return {
        "_province": elementwise(pl.col(raw("province")), OverDistinct(parse, _PARSED), _PARSED),
        "province": parsed.struct.field("name"),
        "has_province": pl.col("province").is_not_null(),
        "province_now": parsed.struct.field("now"),
    }


def province_key(texts: pl.Series) -> pl.Series:
    """Return each text as names of provinces are compared: folded, without what kind of province it is, no spaces."""
    return fold_name_of_place(texts).str.replace(_KIND, "").str.replace_all(" ", "", literal=True)


def _names(reference: Reference) -> dict[str, str]:
    rows = reference.table("provinces")
    spellings = [(text, row["name"]) for row in rows for text in [row["name"], *row["other"].split("|")] if text]
    keys = province_key(pl.Series([folded(text) for text, _ in spellings]))
    return dict(zip(keys.to_list(), (name for _, name in spellings), strict=True))
