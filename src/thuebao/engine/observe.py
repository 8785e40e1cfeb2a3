"""Watches the values of a file's columns while it is read: what the findings about files EXP105 to EXP109 rest on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

import polars as pl

from thuebao.facts import Facts, raw_columns
from thuebao.facts.codes import CODED
from thuebao.facts.dates import DAYS
from thuebao.rulebook.columns import columns, raw
from thuebao.rulebook.reference import Reference
from thuebao.rulebook.sql import compile_where

_LOOKED_AT = 1_000
"""Values of a batch that are looked at for a first part above twelve: nearly always one of them has it."""
_ALLOWED, _THERE, _LACKS = "_allowed_", "_there_", "_lacks_"


@dataclass(frozen=True, eq=False)
class Watch:
    """What is asked of each record for the findings about its file.

    allowed: by column, whether its value is one that its kind allows; lacking: by column, which records a file without
    it must not have; ended: which records ended so long ago that they are not judged.
    """

    facts: Facts
    allowed: Mapping[str, pl.Expr]
    lacking: Mapping[str, pl.Expr]

    @classmethod
    def of(cls, reference: Reference, facts: Facts, schema: Mapping[str, pl.DataType]) -> Watch:
        """Return what rules/reference/file_findings.toml says."""
        document = reference.document("file_findings")
        allowed = {name: compile_where(sql, schema) for name, sql in document["allowed"].items()}
        allowed |= {name: pl.col(f"{name}_recognised") for name in CODED}
        allowed |= {name: ~pl.col(f"{name}_invalid") for name in DAYS}
        return cls(facts, allowed, {name: compile_where(s, schema) for name, s in document["columns_of_49"].items()})

    def columns(self, read: Collection[str], present: Collection[str]) -> Facts:
        """Return what is worked out for a file with the columns `present`, of which its rules read `read`."""
        found: Facts = {}
        for name, allowed in self.allowed.items():
            # Nothing is read for this alone.
            if name in present and raw_columns(self.facts, allowed.meta.root_names()) <= {*read}:
                there = pl.col(f"has_{name}")
                found[_ALLOWED + name] = (there & allowed).fill_null(value=False)
                found[_THERE + name] = there
        for name, lacks in self.lacking.items():
            if name not in present and raw_columns(self.facts, lacks.meta.root_names()) <= {*read}:
                found[_LACKS + name] = lacks.fill_null(value=False)
        return found | {"_past_retention": pl.col("is_past_retention")}


@dataclass
class Observed:
    """What the values of one file's columns looked like.

    counted: by column of Watch, of how many records it holds; second_parts: date columns some of whose values have a
    second part above twelve; day_first: those of which one has such a first part. digits_lost: by column, values whose
    digits were lost to an exponent. imported: by date column of a workbook, how many values are days and how many
    texts; those that twelve does not tell apart are not in it.
    """

    dates: frozenset[str]
    forms: tuple[str, ...]
    months: int
    day: str
    counted: Counter[str] = field(default_factory=Counter)
    second_parts: set[str] = field(default_factory=set)
    day_first: set[str] = field(default_factory=set)
    digits: frozenset[str] = frozenset()
    exponent: str = ""
    digits_lost: Counter[str] = field(default_factory=Counter)
    imported: dict[str, Counter[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, reference: Reference, present: Collection[str]) -> Observed:
        """Return an observation of a file with the columns `present`."""
        document = reference.document("file_findings")
        months, forms = document["month_first"], document["forms"]
        dates = frozenset(DAYS.keys() & set(present))
        return cls(
            dates,
            tuple(months["forms"]),
            months["months"],
            months["day"],
            digits=frozenset(name for name in present if name in columns() and columns()[name].digits),
            exponent=forms["digits_lost"],
            imported={name: Counter[str]() for name in sorted(dates)},
        )

    def add(self, evaluated: pl.DataFrame, names: Iterable[str]) -> None:
        """Count what was asked of each record of a batch."""
        self.counted.update({name: int(evaluated[name].sum()) for name in names})

    def take_over(self, other: Observed) -> None:
        """Add what was seen of other records of the file."""
        self.counted.update(other.counted)
        self.second_parts |= other.second_parts
        self.day_first |= other.day_first
        self.digits_lost.update(other.digits_lost)

    def look_at_dates(self, records: pl.DataFrame, evaluated: pl.DataFrame) -> None:
        """Look for parts above twelve in date columns: for first parts in some values, for second ones in invalid ones.

        records: the raw text of the records that were evaluated.
        """
        for name in self.dates - self.day_first:
            if _ALLOWED + name in evaluated.columns:
                values = records[raw(name)]
                if self._is_above(values.head(_LOOKED_AT), 1):
                    self.day_first.add(name)
                elif name not in self.second_parts:
                    wrong = evaluated[_THERE + name] & ~evaluated[_ALLOWED + name]
                    if wrong.any() and self._is_above(values.filter(wrong), 2):
                        self.second_parts.add(name)

    def look_at_digits(self, records: pl.DataFrame, evaluated: pl.DataFrame) -> None:
        """Count values of numbers that a spreadsheet wrote with an exponent, among those that are none."""
        for name in self.digits:
            if raw(name) not in records.columns:
                continue
            values = records[raw(name)]
            if _ALLOWED + name in evaluated.columns:
                doubtful = evaluated[_THERE + name] & ~evaluated[_ALLOWED + name]
            else:
                doubtful = values.str.contains("+", literal=True).fill_null(value=False)
            if doubtful.any() and (count := int(values.filter(doubtful).str.contains(self.exponent).sum())):
                self.digits_lost[name] += count

    def look_at_imported(self, records: pl.DataFrame) -> None:
        """Look whether days are those up to the twelfth and texts all others, as where a workbook took months for days.

        records: the raw text of a sheet.
        """
        for name, seen in list(self.imported.items()):
            if raw(name) not in records.columns:
                continue
            values = records[raw(name)].drop_nulls()
            days = values.str.extract(self.day, 1).cast(pl.Int32).drop_nulls()
            texts = pl.DataFrame({"value": values}).select(
                pl.coalesce(pl.col("value").str.extract(form, 1).cast(pl.Int32) for form in self.forms)
            )
            firsts = texts.to_series().drop_nulls()
            if (days > self.months).any() or (firsts <= self.months).any():
                del self.imported[name]
            else:
                seen.update(days=len(days), texts=len(firsts))

    def swapped_dates(self, days: int, texts: int, values: int) -> set[str]:
        """Return the date columns with so many days and texts that were told apart by twelve."""
        return {
            name
            for name, seen in self.imported.items()
            if seen["days"] >= days and seen["texts"] >= texts and seen.total() >= values
        }

    def look_at_all_dates(self, records: pl.DataFrame, names: Collection[str]) -> None:
        """Look for first parts above twelve in all values of some date columns."""
        self.day_first.update(name for name in names if self._is_above(records[raw(name)], 1))

    def _is_above(self, values: pl.Series, part: int) -> bool:
        """Return whether a part of some date is above twelve: no month."""
        parts = (pl.col("value").str.extract(form, part).cast(pl.Int32) for form in self.forms)
        above = pl.any_horizontal((found > self.months).any() for found in parts)
        return bool(pl.DataFrame({"value": values}).select(above).item())

    def suspected_dates(self, least: int) -> set[str]:
        """Return the date columns of at least so many values that may be month first, as far as was looked."""
        return {n for n in self.second_parts - self.day_first if self.counted[_THERE + n] >= least}

    def unlike(self, least: int, percent: int) -> dict[str, int]:
        """Return the columns of at least so many values of which less than a share is allowed, and how many are not."""
        found = {}
        for name, there in self.counted.items():
            column = name.removeprefix(_THERE)
            allowed = self.counted[_ALLOWED + column]
            if name != column and there >= least and allowed * 100 < percent * there:
                found[column] = there - allowed
        return found

    def lacking(self) -> list[str]:
        """Return the absent columns on whose account there are records."""
        return [name.removeprefix(_LACKS) for name, count in self.counted.items() if count and name.startswith(_LACKS)]

    @property
    def past_retention(self) -> int:
        """How many records ended so long ago that they were not judged."""
        return self.counted["_past_retention"]
