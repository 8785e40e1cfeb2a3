"""What a result shows of records: as text, masked, and only the most telling of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from thuebao.base.foreign_text import mask, mask_apart
from thuebao.engine.groups.search import Search
from thuebao.facts.dates import DAYS
from thuebao.results.findings import shown
from thuebao.rulebook.columns import columns

_DIGITS_OF_SOMEBODY = 7
"""Digits from which a text may be somebody's number or birth date: a passport has so few."""
_YEAR = r"(?:^|[^0-9])([12][0-9]{3})(?:$|[^0-9])"
_SHOWN = {
    "msisdn": "shown_number",
    "id_number": "document_number",
    "date_of_birth": "birth_day",
    "id_issue_date": "issue_day",
    "registered_at": "registration_moment",
    "portrait_hash": "comparable_portrait",
    "portrait_ref": "comparable_portrait",
    "sim_serial": "sim_number",
}


def shown_fact(field: str | None, search: Search) -> str | None:
    """Return the fact that shows the field of a rule across records in its findings, None if there is none to show."""
    fact = _SHOWN.get(field, field) if field else None
    # What a rule asks only for being there or not need not be kept.
    return None if f"has_{field}" in search.values and fact not in search.values else fact


def as_shown(values: pl.Series) -> pl.Series:
    """Return values as text: days and times in ISO form."""
    if values.dtype == pl.Datetime:
        return values.dt.to_string("%Y-%m-%d %H:%M:%S")
    return values.cast(pl.String)


def shown_of(column: str | None, values: pl.Series, *, reveal: bool) -> pl.Series:
    """Return texts of a canonical column (None: of one that is not known) as they may be shown: masked unless `reveal`.

    In columns that hold nobody's data they are shown as `shown_if_nobodys` has them.
    """
    known = columns().get(column) if column else None
    if reveal or known is None or known.personal:
        return shown(values, reveal=reveal)
    return shown_if_nobodys(values)


def shown_if_nobodys(values: pl.Series) -> pl.Series:
    """Return texts of a column that holds nobody's data: masked only if they look like a number, which is misplaced."""
    texts, misplaced = shown(values, reveal=True), looks_misplaced(values).arg_true()
    return texts.clone().scatter(misplaced, mask(texts.gather(misplaced))) if len(misplaced) else texts


def looks_misplaced(values: pl.Series) -> pl.Series:
    """Return which texts look like somebody's number, which has no place in a column that holds nobody's data."""
    return (values.str.count_matches(r"\d") >= _DIGITS_OF_SOMEBODY).fill_null(value=False)


def shown_apart(fact: str, values: pl.Series, *, reveal: bool) -> pl.Series:
    """Return a fact of the records of a group: unless `reveal`, masked so that what differs is seen to differ."""
    column = columns().get(fact)
    if reveal or (column and not column.personal):
        return shown_of(fact, values, reveal=reveal)
    texts = shown(values, reveal=True)
    masked = iter(mask_apart(texts.drop_nulls().to_list()))
    return pl.Series(values.name, [None if text is None else next(masked) for text in texts], dtype=pl.String)


def masked_alike(frames: Sequence[pl.DataFrame], reveal: bool) -> list[pl.DataFrame]:
    """Return frames with the values of canonical columns that may be personal masked unless `reveal`.

    The first frame has each value of the others. Values that differ never look alike: those that would are numbered.
    """
    masked = list(frames)
    for name in (name for name, column in columns().items() if column.personal and name in frames[0].columns):
        values = frames[0][name].unique(maintain_order=True)
        if reveal:
            said = shown(values, reveal=True)
        else:
            said = _numbered(_year_of(values) if name in DAYS else shown(values, reveal=False))
        masked = [
            frame.with_columns(frame[name].replace_strict(values, said, return_dtype=pl.String)) for frame in masked
        ]
    return masked


def _numbered(texts: pl.Series) -> pl.Series:
    """Return texts of which those that look alike are numbered."""
    text = pl.col("text")
    place, alike = pl.int_range(1, pl.len() + 1).over(text), pl.len().over(text)
    numbered = pl.when(text.is_not_null() & (alike > 1)).then(pl.format("{} ({})", text, place)).otherwise(text)
    return texts.alias("text").to_frame().select(numbered).to_series()


def _year_of(values: pl.Series) -> pl.Series:
    """Return days as far as a table of many records may show them: the year; other numbers not at all."""
    others = shown(values.str.replace(r"(?s)^.*[0-9].*$", "*****"), reveal=False)
    return (values.str.extract(_YEAR) + "-*****").fill_null(others)


def offenders_shown(most: Mapping[str, pl.DataFrame], *, reveal: bool) -> pl.DataFrame:
    """Return by, operator, name, findings, records of the clerks and points of sale with the most findings.

    most: by what they are, operator, name, findings, records.
    """
    top = pl.concat(frame.select(pl.lit(by).alias("by"), pl.all()) for by, frame in most.items())
    # A point of sale without code and name goes by its address, which may be somebody's.
    is_named = (top["by"] == "point_of_sale") & ~top["name"].str.contains(",", literal=True)
    named = shown_of("pos_name", top["name"], reveal=reveal)
    return top.with_columns(named.zip_with(is_named, shown(top["name"], reveal=reveal)).alias("name"))
