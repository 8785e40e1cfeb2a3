"""Tells which rows below a header are no records: headers again, titles, groups, sums, signatures, and what is blank.

Most rows have a subscriber number and are records without a second look; only the others are looked at whole.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache, cached_property
from typing import Any, cast

import numpy as np
import polars as pl

from thuebao.base.errors import InputError
from thuebao.base.fold import fold_header, fold_text
from thuebao.facts.byte_tables import fitting
from thuebao.facts.kernel import Kernel, holds
from thuebao.facts.text import Cleaning, fold
from thuebao.rulebook.columns import columns_by_header
from thuebao.rulebook.reference import shipped_reference
from thuebao.sources.batch import BLANK, HEADERS, SUMS, TITLES
from thuebao.sources.headers.header import Header, is_value

_NINE = 9  # digits that a number has at least
_DIGIT = r"\d"
_BEGINS_WITH_NINE = "^[0-9]{9}"
_LETTER = r"[A-Za-z]|[^\x00-\x7f]"  # whatever becomes a letter when it is folded
_KEYS = ("msisdn", "id_number", "sim_serial", "organisation_tax_code")
_OF_A_RECORD = ("full_name", "id_number", "organisation_name", "sim_serial")
"""Columns in which something makes a row a record, whatever else it looks like."""
_LOOKED_AT = 4  # columns whose text shows whether a row may be a header
_ALIKE = 0.5  # a header again that is damaged is at least so much like it
_AT_ONCE = 4_000  # rows of which all cells are looked at in one piece
_LEAST = 2  # cells that make a row of several columns a header again


@dataclass
class NoRecords:
    """What is no record below the header of one table, judged from its first row to its last.

    at_top: whether nothing but such rows was seen so far.
    """

    path: str
    header: Header
    at_top: bool = True

    @cached_property
    def key(self) -> int:
        """The position of the column that tells at a glance that a row is a record."""
        of_keys = [self.header.canonical.index(key) for key in _KEYS if key in self.header.canonical]
        mapped = [n for n, column in enumerate(self.header.canonical) if column]
        return next(iter([*of_keys, *mapped]), 0)

    def sift(
        self, rows: pl.DataFrame, lines: pl.Series, key: pl.Series, rows_at: Callable[[pl.Series], pl.DataFrame]
    ) -> tuple[pl.DataFrame, pl.Series, Counter[str]]:
        """Return the rows that are records with their lines, and how many of the others there are, by kind.

        key: the texts of the column `key`; rows_at: gives whole rows, as text, columns by position, at some places.
        Raises InputError at a header whose columns stand in another order.
        """
        suspects = (~holds(_are_digits()(key))).arg_true()
        # Most others begin with nine digits, which is cheaper to see than that there are nine somewhere.
        if len(suspects):
            suspects = suspects.filter(~holds(key.gather(suspects).str.contains(_BEGINS_WITH_NINE)))
        if len(suspects):
            suspects = suspects.filter(~holds(key.gather(suspects).str.count_matches(_DIGIT) >= _NINE))
        at_top, self.at_top = self.at_top, False
        if not len(suspects):
            return rows, lines, Counter()
        doubtful = rows_at(suspects)
        kinds = self.kinds(doubtful, lines.gather(suspects).to_list())
        if at_top:
            self._find_column_numbers(kinds, doubtful, suspects, len(key))
        dropped = suspects.filter(pl.Series([kind is not None for kind in kinds], dtype=pl.Boolean))
        if not len(dropped):
            return rows, lines, Counter()
        kept = pl.repeat(True, len(key), dtype=pl.Boolean, eager=True).scatter(dropped, False)
        return rows.filter(kept), lines.filter(kept), Counter(filter(None, kinds))

    def kinds(self, rows: pl.DataFrame, lines: Sequence[int]) -> list[str | None]:
        """Return for each row what it is, None for a record. Raises InputError as `sift` does."""
        frame = rows.rename(dict(zip(rows.columns, self._names, strict=True)))
        judged = pl.concat(map(_filled_and_first, frame.iter_slices(_AT_ONCE) if frame.height else [frame]))
        # The conditions cost more for a handful of rows than a batch takes to parse: few rows are asked.
        may_be_one = judged.select(self._may_be_one).to_series()
        kinds = cast("list[str | None]", [None] * frame.height)
        if may_be_one.any():
            found = frame.filter(may_be_one).select(self._kind).to_series()
            for n, kind in zip(may_be_one.arg_true(), found, strict=True):
                kinds[n] = kind
        judged = judged.with_columns(pl.Series("kind", kinds, dtype=pl.String))
        _find_signatures(kinds, judged, lines)
        for n in self._named(frame).arg_true():
            if self.is_header([cell or "" for cell in frame.row(n)], lines[n]):
                kinds[n] = HEADERS
        return kinds

    def _named(self, frame: pl.DataFrame) -> pl.Series:
        """Return which rows have the name of a column where that shows whether they may be a header."""
        cells = frame.select(self._looked_at)
        texts = pl.concat(cells.get_columns()).drop_nulls().unique()
        if not self._numbers_are_known:  # which most of these cells are
            texts = texts.filter(texts.str.contains(_LETTER))
        folded = fold(texts).str.replace_all("[^0-9a-z]", "")
        known = texts.filter(folded.is_in(self._known_texts)).implode()
        return cells.select(pl.any_horizontal(pl.all().is_in(known).fill_null(value=False))).to_series()

    def is_header(self, cells: Sequence[str], line: int) -> bool:
        """Return whether a row is a header of this kind of export again.

        Raises InputError where its columns stand in another order.
        """
        theirs = [self._known.get(fold_header(cell)) for cell in cells]
        named = sum(column in self._columns for column in theirs)
        own = sum(column is not None for column in self.header.canonical)
        filled = sum(bool(cell.strip()) for cell in cells)
        enough = 2 * named >= own or (named > _LEAST and 2 * named >= filled)
        if not enough or named < min(_LEAST, own) or named <= sum(map(is_value, cells)):
            return False
        for n, column in enumerate(theirs):
            here = self._own[n] if n < len(self._own) else None
            other = column is None and here in self._columns and _is_another(cells[n], self.header.names[n])
            if other or (column and column != here):
                raise InputError("two_exports_in_one", path=self.path, line=line)
        return True

    def _find_column_numbers(
        self, kinds: list[str | None], rows: pl.DataFrame, suspects: pl.Series, height: int
    ) -> None:
        """Mark the row of column numbers that may stand right below the header."""
        for n, place in enumerate(suspects):
            if place != n:
                return
            if kinds[n] != BLANK:
                if kinds[n] in (None, TITLES) and _are_column_numbers(rows.row(n)):
                    kinds[n] = HEADERS
                return
        self.at_top = len(suspects) == height

    @cached_property
    def _names(self) -> list[str]:
        return [str(n) for n in range(len(self.header.names))]

    @cached_property
    def _looked_at(self) -> list[str]:
        mapped = [n for n, column in enumerate(self.header.canonical) if column and n != self.key]
        return [str(n) for n in [self.key, *mapped][:_LOOKED_AT]]

    @cached_property
    def _own(self) -> list[str]:
        """What each of the file's own headers stands for: a column, or itself."""
        return [column or f"?{n}" for n, column in enumerate(self.header.canonical)]

    @cached_property
    def _known(self) -> dict[str, str]:
        own = {fold_header(name): stands_for for name, stands_for in zip(self.header.names, self._own, strict=True)}
        return {text: column for text, column in (columns_by_header() | own).items() if text}

    @cached_property
    def _known_texts(self) -> pl.Series:
        return pl.Series([*self._known], dtype=pl.String).implode()

    @cached_property
    def _numbers_are_known(self) -> bool:
        return not all(re.search("[a-z]", text) for text in self._known)

    @cached_property
    def _columns(self) -> frozenset[str]:
        return frozenset(columns_by_header().values())

    @cached_property
    def _stripped(self) -> list[pl.Expr]:
        return [pl.col(name).fill_null("").str.strip_chars() for name in self._names]

    @cached_property
    def _there(self) -> list[pl.Expr]:
        return [text != "" for text in self._stripped]

    @cached_property
    def _filled(self) -> pl.Expr:
        return pl.sum_horizontal(one.cast(pl.UInt32) for one in self._there)

    @cached_property
    def _first_text(self) -> pl.Expr:
        return pl.coalesce(pl.when(one).then(text) for one, text in zip(self._there, self._stripped, strict=True))

    @cached_property
    def _may_be_one(self) -> pl.Expr:
        """Whether a row can be of a kind at all: it is half empty, or begins as an underline does."""
        begins_as_underline = pl.col("text").str.contains(_layout()["underline"]).fill_null(value=True)
        return (pl.col("filled") * 2 <= len(self._names)) | begins_as_underline

    @cached_property
    def _kind(self) -> pl.Expr:
        """The kind of a row that is not a header, by the catalogue's conditions (section 1)."""
        width, positions = len(self._names), self.header.positions
        stripped, there, filled = self._stripped, self._there, self._filled
        dashes = pl.all_horizontal(text.str.contains(_layout()["underline"]) | (text == "") for text in stripped)
        dashes &= pl.any_horizontal(text.str.contains(r"\p{Pd}") for text in stripped)
        of_record = [there[n] for column in _OF_A_RECORD for n in positions.get(column, ())]
        empty = ~pl.any_horizontal(of_record) if of_record else pl.lit(value=True)
        sums = _has_sum(self._first_text).fill_null(value=False)
        number = self.header.canonical.index("msisdn") if "msisdn" in self.header.canonical else None
        about = pl.lit(value=True)
        if number is not None:
            text = stripped[number]
            about = ~there[number]
            if number == 0:
                cleaning = Cleaning(shipped_reference())
                missing = text.map_batches(lambda values: cleaning.exact(values).is_null(), return_dtype=pl.Boolean)
                about |= text.str.contains(r"\p{L}") & ~missing
            about |= _has_sum(stripped[0])
            about &= text.str.count_matches(_DIGIT) < _NINE
        few = (filled * 3 <= width) | (sums & (filled * 2 <= width))
        return (
            pl.when((filled == 0) | dashes)
            .then(pl.lit(BLANK))
            .when(empty & about & few)
            .then(pl.when(sums).then(pl.lit(SUMS)).otherwise(pl.lit(TITLES)))
            .alias("kind")
        )


def _filled_and_first(rows: pl.DataFrame) -> pl.DataFrame:
    """Return how many cells of each row are filled, and the text of the first that is, NULL where none is.

    All cells are looked at in one piece: asking for each column takes longer than looking at a few hundred of its.
    """
    cells = pl.concat(rows.get_columns(), rechunk=True).fill_null("").str.strip_chars()
    there = (cells != "").to_numpy().reshape(rows.width, rows.height)
    filled = pl.Series("filled", there.sum(axis=0))
    first = cells.gather(there.argmax(axis=0) * rows.height + np.arange(rows.height)).alias("text")
    return pl.DataFrame([filled, first.set(filled == 0, None)])


def _find_signatures(kinds: list[str | None], judged: pl.DataFrame, lines: Sequence[int]) -> None:
    """Mark rows of one text that can only be a signature or the like, wherever it stands, and who signed below it."""
    signed = -1  # the line of the last signature
    for n in (
        judged.select((pl.col("kind").is_null() & (pl.col("filled") == 1)) | (pl.col("kind") == TITLES))
        .to_series()
        .arg_true()
    ):
        text = str(judged["text"][n])
        kind = kind_of_line(text)
        if kind == TITLES or (lines[n] == signed + 1 and not any(map(str.isdigit, text))):
            kinds[n], signed = TITLES, lines[n]
        elif kind and kinds[n] is None:
            kinds[n] = kind


def kind_of_line(text: str) -> str | None:
    """Return what a line of text is that stands for itself, separators in it or not: a sum, a signature; else None."""
    folded = fold_text(text)
    if not any(re.search(pattern, folded) for pattern in _layout()["one_line"]):
        return None
    return SUMS if pl.select(_has_sum(pl.lit(text))).item() else TITLES


def _is_another(cell: str, header: str) -> bool:
    """Return whether a cell of a header names something else than the header above it, and is not that with damage."""
    one, other = fold_header(cell), fold_header(header)
    return bool(one) and not is_value(cell) and SequenceMatcher(None, one, other).ratio() < _ALIKE


def _are_column_numbers(cells: Sequence[str | None]) -> bool:
    """Return whether cells count the columns: with letters from A on, then with numbers from 1 on."""
    found = [re.search(_layout()["column_number"], cell.strip()) for cell in cells if cell and cell.strip()]
    signs = [match[1].lower() for match in found if match]
    letters = [sign for sign in signs if sign.isalpha()]
    numbers = [str(n + 1) for n in range(len(signs) - len(letters))]
    counted = [*string.ascii_lowercase[: len(letters)], *numbers]
    return len(found) >= _LEAST and len(signs) == len(found) and signs == counted


@cache
def _are_digits() -> Kernel:
    """Return the kernel that tells which values are nine digits or some more, as nearly all numbers are."""
    return fitting("[0-9]{9,12}")


def _has_sum(text: pl.Expr) -> pl.Expr:
    sums = _layout()["sums"]
    plain = text.str.normalize("NFC").str.to_lowercase()
    words, others = "|".join(sums["words"]), "|".join(sums["not_before"])
    return plain.str.replace_all(rf"\b(?:{words})\s+(?:{others})\b", " ").str.contains(rf"\b(?:{words})\b")


@cache
def _layout() -> dict[str, Any]:
    return shipped_reference().document("layout")
