"""Texts that differ in exactly one character."""

from __future__ import annotations

import polars as pl

_LONGEST = 100
"""Longer texts take no part: no number of a document or subscriber is nearly as long."""


def values_one_character_apart(rows: pl.LazyFrame, column: str) -> pl.LazyFrame:
    """Return the values of a column of which their group has another, as long, that differs in one character.

    `rows` has the columns of the group's key and the column; so has what is returned.
    """
    across = [name for name in rows.collect_schema().names() if name != column]
    length = pl.col(column).str.len_chars()
    values = rows.filter(length <= _LONGEST).unique().collect(engine="streaming")
    # Only what shares its length with another value of its group can be one character apart from it.
    shared = values.group_by(*across, length.alias("_length")).len().filter(pl.col("len") > 1)
    values = values.with_columns(length.alias("_length")).join(shared, on=[*across, "_length"], how="semi")
    found = [values.clear()]
    for position in range(values["_length"].max() or 0):  # type: ignore[arg-type]
        text = pl.col(column)
        rest = pl.concat_str(text.str.slice(0, position), pl.lit("\0"), text.str.slice(position + 1))
        long = values.filter(pl.col("_length") > position).with_columns(_rest=rest)
        alike = long.group_by(*across, "_rest").len().filter(pl.col("len") > 1)
        found.append(long.join(alike, on=[*across, "_rest"], how="semi").drop("_rest"))
    return pl.concat(found).select(*across, column).unique().lazy()
