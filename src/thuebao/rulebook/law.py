"""The law as rules/law.toml has it: eras, which judge a record by its day, and the instruments that rules cite."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from thuebao.base.as_read import read_text
from thuebao.base.errors import UsageError
from thuebao.base.nearest import hint
from thuebao.base.shipped_toml import parse_shipped

AUTO = "auto"
ALL_ERAS = "all"


@dataclass(frozen=True)
class Era:
    """A stretch of time with its law; `start` and `end` are its first and last day, None where it is open.

    law: the name that --law takes, None for an era of stock; owed_from: of stock of the era `within`, the day from
    which it owes what a later law asks for, provided that the subscriber was still there on it.
    """

    id: str
    law: str | None
    title: dict[str, str]
    start: date | None
    end: date | None
    within: str | None
    owed_from: date | None = None

    def covers(self, day: pl.Expr) -> pl.Expr:
        """Return whether `day` lies in the era."""
        covered = pl.lit(value=True)
        if self.start:
            covered &= day >= self.start
        if self.end:
            covered &= day <= self.end
        return covered


@dataclass(frozen=True)
class Instrument:
    """A legal text: its number and title, as a finding cites it."""

    id: str
    number: str
    title: dict[str, str]


@dataclass(frozen=True)
class Law:
    """Eras in order of time, the one on top of another after it, and instruments by id.

    retention_years: how long the information of an ended subscriber must be kept; retention_bases: by which provision,
    and from which day on.
    """

    eras: tuple[Era, ...]
    instruments: dict[str, Instrument]
    retention_years: int
    retention_bases: tuple[tuple[date, str], ...] = ()

    @classmethod
    def read(cls, home: Path) -> Law:
        """Return the law of `home`/law.toml."""
        document: dict[str, Any] = parse_shipped(read_text(home / "law.toml"))
        eras = tuple(
            Era(
                e["id"],
                e.get("law"),
                e["title"],
                e.get("from"),
                e.get("to"),
                e.get("within"),
                e.get("stock", {}).get("owed_from"),
            )
            for e in document["era"]
        )
        listed = {i["id"]: Instrument(i["id"], i["number"], i["title"]) for i in document["instrument"]}
        retention = document["retention"]
        bases = ((b["from"], f"{listed[b['instrument']].number}, {b['provision']}") for b in retention["basis"])
        return cls(eras, listed, retention["years"], tuple(sorted(bases)))

    def retention_basis(self, day: date) -> str | None:
        """Return the provision by which information is kept on a day, None before there was one."""
        return next((basis for start, basis in reversed(self.retention_bases) if start <= day), None)

    @cached_property
    def era_ids(self) -> tuple[str, ...]:
        """The eras' ids."""
        return tuple(era.id for era in self.eras)

    def short_name(self, era: str) -> str:
        """Return the number of the instrument that an era is called by; of stock, that of the era below with a +."""
        found = next(e for e in self.eras if e.id == era)
        if found.law:
            return self.instruments[found.law].number
        return f"{self.short_name(found.within)}+" if found.within else era

    def is_stock(self, era: str) -> bool:
        """Return whether an era holds stock that owes what a later law asks for."""
        return any(e.id == era and e.owed_from for e in self.eras)

    def chain(self, era: str) -> tuple[str, ...]:
        """Return the era and those that it lies on top of."""
        within = {e.id: e.within for e in self.eras}
        below = within[era]
        return (era, *self.chain(below)) if below else (era,)

    @property
    def names(self) -> list[str]:
        """What --law takes."""
        return [AUTO, *(era.law for era in self.eras if era.law)]

    def day_of(self, name: str) -> date | None:
        """Return a day on which the law called `name` is the latest in force; None for `auto`.

        Raises UsageError when there is no such law.
        """
        if name == AUTO:
            return None
        for era in self.eras:
            if era.law == name and (day := era.start or era.end):
                return day
        raise UsageError("law_unknown", law=name, known=", ".join(self.names), hint=hint(name, self.names))

    def reaches(self, eras: Collection[str], era: str) -> bool:
        """Return whether what holds in `eras` holds in `era`: it is one of them, or lies on top of one."""
        return not {ALL_ERAS, *self.chain(era)}.isdisjoint(eras)

    def in_eras(self, eras: Collection[str], era: pl.Expr) -> pl.Expr:
        """Return whether a record's era, by its position in `eras` of the law, is one that `eras` reach."""
        positions = [n for n, name in enumerate(self.era_ids) if self.reaches(eras, name)]
        return pl.lit(value=True) if len(positions) == len(self.eras) else era.is_in(positions)

    def era_index(self, day: pl.Expr) -> pl.Expr:
        """Return the position in `eras` of the latest era that covers `day`, those of stock aside."""
        found = pl.lit(0, dtype=pl.UInt8)
        for index, era in enumerate(self.eras):
            if era.owed_from is None:
                found = pl.when(era.covers(day)).then(pl.lit(index, dtype=pl.UInt8)).otherwise(found)
        return found

    def with_stock(self, index: pl.Expr, as_of: date, ended_before: Callable[[date], pl.Expr]) -> pl.Expr:
        """Return `index` with records of stock in their own era; `ended_before` says who was gone by a day."""
        for stock, era in enumerate(self.eras):
            if era.within and era.owed_from and as_of >= era.owed_from:
                owes = (index == self.era_ids.index(era.within)) & ~ended_before(era.owed_from)
                index = pl.when(owes).then(pl.lit(stock, dtype=pl.UInt8)).otherwise(index)
        return index
