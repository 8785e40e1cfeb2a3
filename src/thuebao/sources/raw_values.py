"""Turns the texts of a batch into what a mapping says they mean, before anything else looks at them.

Several columns become one, a carrier's own codes the canonical ones, dates that are written month first day first;
an empty operator becomes that of the file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from thuebao.base.errors import InputError
from thuebao.facts.kernel import OverDistinct
from thuebao.facts.number import operators_named
from thuebao.facts.text import Cleaning, fold
from thuebao.rulebook.columns import raw
from thuebao.rulebook.reference import shipped_reference
from thuebao.sources.batch import Batch
from thuebao.sources.headers.header import Combination, Header, unmapped
from thuebao.sources.headers.mapping import Mapping as Names
from thuebao.sources.headers.mapping_values import codes_of, folded
from thuebao.sources.operator_names import OperatorNames
from thuebao.sources.operators import Whose, same_operator

# m/d/yyyy with one of three signs, mmddyyyy, and that with its first zero lost; what follows is a time.
_IN_PARTS = r"(^|[^0-9./-])([0-9]{1,2})([/.-])([0-9]{1,2})([/.-])([0-9]{4})\b"
_IN_ONE_PIECE = r"^(\s*'?)(0[1-9]|1[0-2])([0-9]{2})((?:19|20)[0-9]{2})\b"
_ZERO_LOST = r"^(\s*'?)([1-9])([0-9]{2})((?:19|20)[0-9]{2})\b"
_DAY_FIRST = (
    r"(?:^|[^0-9./-])(?:1[3-9]|[2-9][0-9])[/.-][0-9]{1,2}[/.-][0-9]{4}\b"
    r"|^\s*'?(?:1[3-9]|2[1-9]|[3-9][0-9])(?:0[1-9]|1[0-2])(?:19|20)[0-9]{2}\b"
)


@dataclass
class RawValues:
    """What becomes of the texts of one file. of_others: records whose own operator is not the one of the option."""

    path: str
    header: Header
    mapping: Names | None
    whose: Whose
    names: OperatorNames = field(default_factory=OperatorNames)
    of_others: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        """Work out once what every batch goes through."""
        self._cleaning = Cleaning(shipped_reference())
        values: Mapping[str, Mapping[str, str]] = self.mapping.values if self.mapping else {}
        present = self.header.mapped
        self._meanings = {
            raw(column): OverDistinct(self._meaning(column, meant), pl.String)
            for column, meant in values.items()
            if column in present
        }
        month_first = self.mapping.month_first if self.mapping else frozenset()
        self._month_first = [column for column in present if column in month_first]
        self._present = OverDistinct(self._cleaning.present, pl.Boolean)
        self._differs = OverDistinct(self._differs_from_option, pl.Boolean)

    def __reduce__(self) -> tuple[type[RawValues], tuple[object, ...]]:
        """Go to another process as what it was made of."""
        return RawValues, (self.path, self.header, self.mapping, self.whose, self.names)

    @property
    def parts(self) -> set[str]:
        """The names in a batch of columns that are a part of another one."""
        return {unmapped(n) for made in self.header.combined.values() for n in made.positions[1:]}

    def apply(self, batch: Batch) -> Batch:
        """Return a batch whose texts are what rules shall see. Raises InputError where dates are not month first."""
        records = batch.records
        for column, made in self.header.combined.items():
            if raw(column) in records.columns:
                records = records.with_columns(self._combined(records, made).alias(raw(column)))
        if self.header.combined:
            records = records.drop(self.parts & set(records.columns))
        for name, meaning in self._meanings.items():
            if name in records.columns:
                records = records.with_columns(meaning(records[name]).alias(name))
        for column in self._month_first:
            if raw(column) in records.columns:
                records = records.with_columns(self._day_first(records[raw(column)], column))
        if raw("operator") in records.columns:
            records = self._of_operators(records)
        return replace(batch, records=records) if records is not batch.records else batch

    def _combined(self, records: pl.DataFrame, made: Combination) -> pl.Series:
        names = self.header.raw_names
        texts = [records[names[n]] for n in made.positions]
        there = [self._cleaning.present(text) for text in texts]
        filled = [text.set(~one, None).alias(str(n)) for n, (text, one) in enumerate(zip(texts, there, strict=True))]
        frame = pl.DataFrame(filled)
        whole = pl.concat_str(pl.all(), separator=" ", ignore_nulls=True) if made.joined else pl.coalesce(pl.all())
        return frame.select(whole.alias(names[made.positions[0]])).to_series()

    def _meaning(self, column: str, meant: Mapping[str, str]) -> Callable[[pl.Series], pl.Series]:
        written = codes_of(column)
        codes = {folded(text): written[code] for text, code in meant.items()}

        def meaning(values: pl.Series) -> pl.Series:
            text = fold(values.str.replace(r'(?s)^\s*="(.*)"\s*$', "${1}")).str.replace(r"^(-?[0-9]+)\.0+$", "${1}")
            return text.replace_strict(codes, default=None, return_dtype=pl.String).fill_null(values)

        return meaning

    def _day_first(self, values: pl.Series, column: str) -> pl.Series:
        """Return dates that are written month first with their day first."""
        if self.mapping and values.str.contains(_DAY_FIRST).any():
            raise InputError(
                "dates_not_month_first", path=self.path, header=self.header.mapped[column], mapping=self.mapping.path
            )
        return (
            values.str.replace(_IN_PARTS, "${1}${4}${3}${2}${5}${6}")
            .str.replace(_IN_ONE_PIECE, "${1}${3}${2}${4}")
            .str.replace(_ZERO_LOST, "${1}${3}0${2}${4}")
        )

    def _of_operators(self, records: pl.DataFrame) -> pl.DataFrame:
        name = raw("operator")
        if self.whose.option:
            self.of_others += int(self._differs(records[name]).sum())
        records = records.with_columns(self.names.masked(records[name]).alias(name))
        if self.whose.operator and not (present := self._present(records[name])).all():
            return records.with_columns(records[name].set(~present, self.whose.operator))
        return records

    def _differs_from_option(self, values: pl.Series) -> pl.Series:
        text = self._cleaning.exact(values)
        named = operators_named(shipped_reference(), text).fill_null(fold(text))
        return (named != same_operator(str(self.whose.option))).fill_null(value=False)
