"""Personal values as findings show them, and text made harmless for where it lands."""

from __future__ import annotations

import polars as pl

_FIRST, _LAST = 3, 2
# Control and format characters: terminal escapes, bidirectional overrides, line breaks.
_CONTROL = r"[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]"
_FORMULA = r"^[=+\-@\t\r]"


def masked(value: pl.Expr) -> pl.Expr:
    """Return each text with its first 3 and last 2 characters, at most half of it, the rest as stars."""
    length = value.str.len_chars().cast(pl.Int64)
    kept = pl.min_horizontal(length // 2, pl.lit(_FIRST + _LAST))
    last = pl.min_horizontal(kept // 2, pl.lit(_LAST))
    first = kept - last
    stars = pl.lit("*").repeat_by(length - kept).list.join("")
    return pl.concat_str(value.str.head(first), stars, value.str.slice(length - last))


def mask_text(value: str) -> str:
    """Return one text masked as `masked` does."""
    return str(pl.select(masked(pl.lit(value))).item())


def without_controls(value: pl.Expr) -> pl.Expr:
    """Return each text with control and format characters made visible as U+FFFD."""
    return value.str.replace_all(_CONTROL, "\ufffd")


def without_formula(value: pl.Expr) -> pl.Expr:
    """Return each text so that a spreadsheet takes it for text: a formula gets an apostrophe before it."""
    return pl.when(value.str.contains(_FORMULA)).then("'" + value).otherwise(value)
