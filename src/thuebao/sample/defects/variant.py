"""One way to damage a record so that one rule must fire, and what all such ways have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from thuebao.sample.calendar import year_of
from thuebao.sample.documents import Paper, has_personal_number
from thuebao.sample.law import Law, days
from thuebao.sample.numbers import Numbers
from thuebao.sample.population import Kind
from thuebao.sample.registration import D49, D163
from thuebao.sample.streams import Streams, choice
from thuebao.sample.style import Style

MISSING = (
    "-",
    "--",
    "N/A",
    "null",
    "NULL",
    "không có",
    "chưa có",
    "  ",
    "?",
    "…",
    "\\N",
    "(null)",
    "#N/A",
    "NaN",
    "chua co",
)


@dataclass(frozen=True)
class Variant:
    """Damage for rule `code`: new texts for some columns of the records where `when` holds.

    `column` is the one that the rule's finding is about. A `rare` rule (1, or 2 for the rarest) finds few
    records; it often goes first there.
    """

    code: str
    column: str
    when: pl.Expr
    texts: dict[str, pl.Expr] = field(hash=False)
    rare: int = 0


@dataclass(frozen=True)
class Damage:
    """What the variants are made with, and short names for facts that several of them ask for."""

    numbers: Numbers
    streams: Streams
    law: Law
    style: Style
    as_of: date
    updates: bool

    anyone = pl.lit(value=True)
    individual = pl.col("_individual")
    human = ~pl.col("_m2m")
    documented = human & (pl.col("_paper") != Paper.NONE)
    owed = pl.col("_owed")  # what Decree 49/2017 lists, for older stock too
    since_2017 = pl.col("_era") >= D49
    new_law = pl.col("_era") >= D163
    in_use = pl.col("_terminated").is_null()
    alone = pl.col("_individual") & pl.col("_solo")  # no other record is of this person
    adult = pl.col("_kind") == Kind.ADULT
    vietnamese = (pl.col("_kind") != Kind.FOREIGNER) & (pl.col("_paper") != Paper.CERTIFICATE)
    age = pl.col("_day") - pl.col("_birth")

    @property
    def today(self) -> int:
        """The as-of date."""
        return days(self.as_of)

    def draw(self, name: str, limit: int) -> pl.Expr:
        """Return a number from 0 to limit − 1 for every record."""
        return self.streams.below(f"damage {name}", pl.col("_g"), limit).cast(pl.Int32)

    def one_of(self, name: str, texts: Sequence[str | None]) -> pl.Expr:
        """Return one of the texts for every record."""
        return self.streams.pick(f"damage {name}", pl.col("_g"), pl.Series(texts, dtype=pl.String))

    def missing(self, name: str) -> pl.Expr:
        """Return one of the texts that stand for a missing value."""
        return self.one_of(name, (None, None, None, *MISSING))

    def missing_reference(self, name: str) -> pl.Expr:
        """Return one of the texts that stand for a missing reference to a paper."""
        return self.one_of(name, (None, None, *MISSING, "Không", "no", "N", "0", "chưa", "false"))

    def invalid_date(self, name: str, near: pl.Expr, time: str = "") -> pl.Expr:
        """Return a date that is none, in one of many ways; `near` is the true day, `time` follows a date."""
        year = year_of(near).cast(pl.String)
        forms = (
            pl.concat_str(pl.lit("31/02/"), year, pl.lit(time)),
            pl.concat_str(pl.lit("15/13/"), year, pl.lit(time)),
            pl.concat_str(pl.lit("07/11/"), year.str.slice(2)),
            pl.concat_str(year, pl.lit("-02-30"), pl.lit(time)),
            pl.concat_str(year, pl.lit("1301"), pl.lit(time)),
            pl.concat_str(pl.lit("31-APR-"), year, pl.lit(time)),
            pl.lit("29/02/2019" + time),
            pl.lit("hôm qua"),
        )
        return choice(self.draw(f"{name} form", len(forms)), forms)

    def is_paper(self, *papers: Paper) -> pl.Expr:
        """Return whether someone (not a device) shows one of the papers."""
        return self.human & pl.col("_paper").is_in([int(paper) for paper in papers])

    @property
    def has_personal_number(self) -> pl.Expr:
        """Whether the document number is a personal number of 12 digits."""
        return has_personal_number()


def cleared(*columns: str) -> dict[str, pl.Expr]:
    """Return texts that empty the columns."""
    return {column: pl.lit(None, dtype=pl.String) for column in columns}


def one(code: str, column: str, when: pl.Expr, text: pl.Expr, rare: int = 0) -> Variant:
    """Return damage to the column alone that the rule's finding is about."""
    return Variant(code, column, when, {column: text}, rare)
