"""Finding groups: nominated by the hash of their key, decided on the values themselves, in bounded memory.

Memory is bounded by taking the hashes in ranges, the nominated groups in rounds of so many records, and a group
larger than a round in slices of the values that are counted in it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import polars as pl

from thuebao.base.helper_columns import ERA, INSIDE, ROW
from thuebao.base.spill import Spill, writing_scratch
from thuebao.engine.groups.one_character_apart import values_one_character_apart
from thuebao.engine.groups.search import AFTER_FIRST, EARLIEST, HAS_ONE_CHARACTER_APART, Search
from thuebao.engine.groups.staging import Staging, nominators
from thuebao.facts.groups import LATE
from thuebao.rulebook.sql import RECORDS, distinct

GROUP = "_group"
"""The number of a group among those of one search, from 0."""
SIZE = "_size"

_HASHES = 1 << 64
_HASHES_PER_RECORD, _SCREENED_PER_RECORD = 8, 3
"""How many hashes, or records with only what is counted in them, take the memory of one record that is held."""
_SEED = 2


@dataclass
class Found:
    """What a search found: so many groups, and files with the records in violation (ROW, GROUP).

    tallies: of a search that only counts, how many groups have so many of what it counts, by operator where that is
    part of the key.
    """

    groups: int = 0
    hits: list[Path] = field(default_factory=list)
    tallies: list[pl.DataFrame] = field(default_factory=list)


@dataclass(frozen=True)
class Finder:
    """The search for groups in what was staged.

    at_once: how many records may be held in memory at a time. where: whether some records are INSIDE only.
    """

    staging: Staging
    records: Spill
    total: int
    folder: Path
    at_once: int
    limited: bool = False
    _serial: Iterator[int] = field(default_factory=count)

    def find(self) -> dict[str, Found]:
        """Return what each search found, by its code."""
        found = {search.code: Found() for search in self.staging.searches}
        for key in self.staging.hashes:
            searches = [s for s in self.staging.searches if self.staging.keys[s.code] == key]
            least = min(s.having.least for s in searches)
            for first, last in self._ranges():
                sizes = self._sizes(key, first, last, least)
                nominated = {search.code: self._nominated(search, key, sizes) for search in searches}
                chosen = sizes.filter(pl.col(key).is_in(pl.concat(nominated.values()).implode()))
                for some in self._rounds(chosen, key, self.at_once):
                    self._decide_round(searches, key, some, nominated, found)
        return found

    def _ranges(self) -> Iterator[tuple[pl.Expr, pl.Expr]]:
        """Yield ranges of hashes, from first to last, each of about as many records as may be held."""
        ranges = -(-self.total // (self.at_once * _HASHES_PER_RECORD)) or 1
        for n in range(ranges):
            bounds = n * _HASHES // ranges, (n + 1) * _HASHES // ranges - 1
            yield pl.lit(bounds[0], dtype=pl.UInt64), pl.lit(bounds[1], dtype=pl.UInt64)

    def _sizes(self, key: str, first: pl.Expr, last: pl.Expr, least: int) -> pl.DataFrame:
        """Return key and SIZE of the groups of at least so many records, by hash."""
        hashes = self.records.scan().select(self.staging.hashes[key].alias(key))
        rows = hashes.filter(pl.col(key).is_between(first, last))
        if rows.select(pl.len()).collect(engine="streaming").item() > 2 * self.at_once * _HASHES_PER_RECORD:
            # Too many of one hash: grouping holds each hash once, however often it stands there.
            groups = rows.group_by(key).agg(pl.len().alias(SIZE)).filter(pl.col(SIZE) >= least)
            return groups.collect(engine="streaming").sort(key)
        ordered = rows.collect(engine="streaming").to_series().sort()
        # Of a hash that stands n times in a row, n - least + 1 equal the one so many places before.
        again = ordered.filter(ordered == ordered.shift(least - 1)).rle().struct.unnest()
        return again.select(pl.col("value").alias(key), (pl.col("len") + least - 1).alias(SIZE))

    def _rounds(self, sizes: pl.DataFrame, key: str, records: int) -> Iterator[pl.DataFrame]:
        """Yield groups in the order of their hash, together about so many records, or a single group of more."""
        # A group that is too large stands alone; the others are counted up to the limit.
        number = (pl.col(SIZE).cast(pl.UInt64).cum_sum() // records) * 2 + (pl.col(SIZE) > records)
        numbered = sizes.with_columns(_round=number.rle_id())
        for _, part in numbered.group_by("_round", maintain_order=True):
            yield part.select(key, SIZE)

    def _nominated(self, search: Search, key: str, sizes: pl.DataFrame) -> pl.Series:
        """Return the keys of groups that may fulfil the search, by counts that can only be too large."""
        having = search.having
        sizes = sizes.filter(pl.col(SIZE) >= having.least)
        if not having.grows:
            return sizes[key]
        by = [name for name in search.across if name not in {*nominators(search.across), *LATE}]
        stand_in = {column: next(iter(self.staging.roots([column]))) for column in having.counted}
        counts = [pl.col(root).drop_nulls().n_unique().alias(distinct(c)) for c, root in stand_in.items()]
        nominated = [sizes[key].clear()]
        for chosen in self._rounds(sizes, key, self.at_once * _SCREENED_PER_RECORD):
            if chosen[SIZE][0] > self.at_once * _SCREENED_PER_RECORD:
                nominated.append(chosen[key])
                continue
            rows = self._rows(key, chosen[key], {self.staging.parts[search.code], *by, *stand_in.values()})
            groups = (
                rows.filter(self.staging.parts[search.code]).group_by(key, *by).agg(pl.len().alias(RECORDS), *counts)
            )
            keys = groups.filter(having.condition).select(pl.col(key).unique()).collect(engine="streaming")
            nominated.append(keys[key])
        return pl.concat(nominated)

    def _rows(self, key: str, keys: pl.Series, columns: Collection[str]) -> pl.LazyFrame:
        """Return the columns of the records that have one of these keys."""
        # As a filter, not as a join: the reader then skips what else stands in other records.
        key_hash = self.staging.hashes[key]
        return self.records.scan().filter(key_hash.is_in(keys.implode())).select(key_hash.alias(key), *columns)

    def _decide_round(
        self,
        searches: Sequence[Search],
        key: str,
        chosen: pl.DataFrame,
        nominated: Mapping[str, pl.Series],
        found: Mapping[str, Found],
    ) -> None:
        """Add to `found` what the searches find in the chosen groups."""
        values = {value for search in searches for value in search.values}
        parts = {self.staging.parts[search.code] for search in searches}
        rows = self._rows(
            key, chosen[key], {ROW, ERA, *parts, *self.staging.roots(values), *([INSIDE] if self.limited else [])}
        )
        slices = -(-int(chosen[SIZE].sum()) // (2 * self.at_once))
        if slices == 1:
            rows = rows.collect(engine="streaming").lazy()
        for search in searches:
            keys = nominated[search.code].filter(nominated[search.code].is_in(chosen[key].implode()))
            if len(keys):
                some = rows.filter(pl.col(self.staging.parts[search.code]), pl.col(key).is_in(keys.implode()))
                some = some.collect().lazy() if slices == 1 else some
                self._decide(search, key, self.staging.worked_out(some, search.values), slices, found[search.code])

    def _decide(self, search: Search, key: str, rows: pl.LazyFrame, slices: int, found: Found) -> None:
        """Add to `found` what the groups of these records really are."""
        groups = self._groups(search, key, rows, slices)
        if groups.is_empty():
            return
        if search.violation is None:
            by = [name for name in search.across if name == "operator"]
            found.tallies.append(groups.group_by(*by, *map(distinct, search.having.counted)).len())
            return
        numbered = groups.select(*search.across, pl.col(GROUP) + found.groups)
        fires = search.violation & search.judged
        hits = [
            self._written(violating.select(ROW, GROUP), search.code)
            for violating in self._in_violation(search, fires, rows, numbered, slices)
        ]
        with_hits = pl.scan_parquet(hits, glob=False).select(pl.col(GROUP).unique().sort()).collect(engine="streaming")
        if 0 < with_hits.height < groups.height:
            # Groups of which no record is in violation have no number.
            numbers = with_hits.with_row_index("_number", offset=found.groups).lazy()
            for n, path in enumerate(hits):
                again = (
                    pl.scan_parquet(path, glob=False)
                    .join(numbers, on=GROUP)
                    .select(ROW, pl.col("_number").alias(GROUP))
                )
                hits[n] = self._written(again, search.code)
                path.unlink()
        found.groups += with_hits.height
        found.hits += hits if with_hits.height else []

    def _written(self, hits: pl.LazyFrame, code: str) -> Path:
        path = self.folder / f"hits-{code}-{next(self._serial)}.parquet"
        with writing_scratch(self.folder):
            hits.sink_parquet(path, compression="uncompressed", statistics=False)
        return path

    def _groups(self, search: Search, key: str, rows: pl.LazyFrame, slices: int) -> pl.DataFrame:
        """Return the groups that fulfil `having`, with their counts, numbered in the order of hash and key."""
        across = [key, *search.across]
        inside = pl.col(INSIDE).any() if self.limited else pl.lit(value=True)
        groups = rows.group_by(across).agg(pl.len().alias(RECORDS), inside.alias(INSIDE)).filter(INSIDE).drop(INSIDE)
        groups = groups.collect(engine="streaming").lazy()
        for column in search.having.counted:
            counts = [
                part.group_by(across)
                .agg(pl.col(column).drop_nulls().n_unique().alias(distinct(column)))
                .collect(engine="streaming")
                for part in _sliced(rows.select(*across, column), column, slices)
            ]
            summed = pl.concat(counts).lazy().group_by(across).agg(pl.col(distinct(column)).sum())
            groups = groups.join(summed, on=across, how="left").with_columns(pl.col(distinct(column)).fill_null(0))
        return groups.filter(search.having.condition).sort(across).with_row_index(GROUP).collect()

    def _in_violation(
        self, search: Search, fires: pl.Expr, rows: pl.LazyFrame, groups: pl.DataFrame, slices: int
    ) -> Iterator[pl.LazyFrame]:
        """Yield the records of the groups for which `fires` holds, each with its GROUP."""
        across = list(search.across)
        rows = rows.join(groups.lazy(), on=across, how="inner")
        if self.limited:
            fires &= pl.col(INSIDE)
        if apart := search.one_character_apart:
            found = values_one_character_apart(rows.select(*across, apart), apart)
            found = found.with_columns(pl.lit(value=True).alias(HAS_ONE_CHARACTER_APART))
            rows = rows.join(found, on=[*across, apart], how="left")
            rows = rows.with_columns(pl.col(HAS_ONE_CHARACTER_APART).fill_null(value=False))
        if not (search.of and search.by):
            yield rows.filter(fires)
            return
        of, by = search.of, search.by
        values = rows.select(*across, of, by)
        # A slice has all records of a value, so that the first of it is known there.
        first = pl.concat(
            _first(_earliest(part, across, of, by), across, of, search.first).collect(engine="streaming")
            for part in _sliced(values, of, slices)
        )
        first = _first(first.lazy(), across, of, search.first).collect()
        for part in _sliced(rows, of, slices):
            earliest = _earliest(part.select(*across, of, by), across, of, by)
            leading = first.lazy().select(*across, of, pl.lit(value=False).alias(AFTER_FIRST))
            ordered = part.join(earliest, on=[*across, of], how="left").join(leading, on=[*across, of], how="left")
            yield ordered.with_columns(pl.col(AFTER_FIRST).fill_null(value=True)).filter(fires)


def _sliced(rows: pl.LazyFrame, column: str, slices: int) -> Iterator[pl.LazyFrame]:
    """Yield the rows in slices: all of one value of the column are in the same."""
    for n in range(slices):
        yield rows.filter(pl.col(column).hash(_SEED) % slices == n) if slices > 1 else rows


def _earliest(rows: pl.LazyFrame, across: list[str], of: str, by: str) -> pl.LazyFrame:
    return rows.group_by(*across, of).agg(pl.col(by).min().alias(EARLIEST))


def _first(values: pl.LazyFrame, across: list[str], of: str, count: int) -> pl.LazyFrame:
    """Return the `count` first values of each group; those without a time come last, ties go by the value."""
    ordered = values.sort(*across, EARLIEST, of, nulls_last=True)
    return ordered.group_by(across, maintain_order=True).head(count)
