"""How an export writes things: its headers, dates and coded values."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import polars as pl

from thuebao.base.fold import fold_header
from thuebao.rulebook.columns import Column, columns
from thuebao.sample.calendar import FIRST_DAY, day_texts, time_texts
from thuebao.sample.law import Law
from thuebao.sample.streams import at
from thuebao.sample.words import document

Headers = Literal["canonical", "vi", "vi_ascii", "en"]
Dates = Literal["d/m/y", "iso"]

_FORMS = {"d/m/y": "%d/%m/%Y", "iso": "%Y-%m-%d"}


@dataclass(frozen=True)
class Style:
    """One way to write an export. Raises ValueError for a style that does not exist."""

    headers: Headers = "canonical"
    dates: Dates = "d/m/y"

    def __post_init__(self) -> None:
        for value, known in ((self.headers, get_args(Headers)), (self.dates, get_args(Dates))):
            if value not in known:
                raise ValueError(f"style {value!r} is not one of {', '.join(known)}")

    @cached_property
    def _days(self) -> pl.Series:
        return day_texts(_FORMS[self.dates])

    @cached_property
    def _times(self) -> pl.Series:
        return time_texts()

    @cached_property
    def _values(self) -> dict[str, str]:
        return dict(document("values").get(self.headers, {}))

    def day(self, when: pl.Expr) -> pl.Expr:
        """Return the text of a day (since 1970), null where there is none."""
        return at(self._days, when - FIRST_DAY)

    def moment(self, when: pl.Expr, second: pl.Expr) -> pl.Expr:
        """Return the text of a day and a second of the day."""
        return pl.concat_str(self.day(when), pl.lit(" "), at(self._times, second))

    def value(self, code: str) -> str:
        """Return how this style writes a coded value."""
        return self._values.get(code, code)

    def coded(self, codes: Sequence[str], index: pl.Expr) -> pl.Expr:
        """Return the text of codes[index]."""
        return at(pl.Series([self.value(code) for code in codes]), index)

    def country(self, row: dict[str, str]) -> str:
        """Return how this style writes a country (a row of the table of countries)."""
        name = row["name_vi" if self.headers in ("vi", "vi_ascii") else "name_en"]
        return without_marks(name) if self.headers == "vi_ascii" else name

    def header_texts(self, law: Law) -> dict[str, str]:
        """Return the header of every canonical column, in the catalogue's order."""
        return {column.name: self._header(column) for column in columns(law.reference).values()}

    def _header(self, column: Column) -> str:
        if self.headers == "canonical":
            return column.name
        if self.headers == "en":
            known = {fold_header(header) for header in (column.name, *column.headers)}
            english = column.title["en"]
            return english if fold_header(english) in known else column.name.replace("_", " ").capitalize()
        vietnamese = next((header for header in column.headers if not header.isascii()), column.name)
        if self.headers == "vi":
            return vietnamese
        return without_marks(vietnamese).replace(" ", "_")


def without_marks(text: str) -> str:
    """Return Vietnamese text in plain ASCII letters."""
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(c for c in decomposed if not unicodedata.combining(c))
