"""Finding groups: nominated by the hash of their key, decided on the values themselves, in bounded memory.

Memory is bounded by ranges of hashes, by rounds of nominated groups, of so many records each, and by slices of the
values that are counted in a group larger than a round. What was staged is read from front to back, once to nominate
and once to decide, and what is read goes to the range or the round that it belongs to: no range is looked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import polars as pl

from thuebao.base.errors import OutputError
from thuebao.base.helper_columns import ERA, INSIDE, ROW
from thuebao.base.spill import Part, Spill, writing_scratch
from thuebao.engine.groups.nominating import SIZE, Nominator
from thuebao.engine.groups.one_character_apart import values_one_character_apart
from thuebao.engine.groups.partitions import Partitions, even_bounds
from thuebao.engine.groups.search import AFTER_FIRST, EARLIEST, HAS_ONE_CHARACTER_APART, Search
from thuebao.engine.groups.staging import Staging
from thuebao.rulebook.sql import RECORDS, blaming, distinct

GROUP = "_group"
"""The number of a group among those of one search, from 0."""

_SCREENED_PER_RECORD, _NOMINATED_PER_RECORD = 3, 32
"""How many records with only hashes of what is counted, or with only a hash, take the memory of one that is held."""
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
            nominator = Nominator(
                key, [s for s in self.staging.searches if self.staging.keys[s.code] == key], self.staging
            )
            waiting: list[tuple[pl.DataFrame, pl.DataFrame]] = []
            for nominated in self._nominated(nominator):
                waiting.append(nominated)
                if sum(rows.height for _, rows in waiting) >= self.at_once * _NOMINATED_PER_RECORD:
                    self._decide_all(nominator, waiting, found)
                    waiting = []
            if waiting:
                self._decide_all(nominator, waiting, found)
        return found

    def _nominated(self, nominator: Nominator) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
        """Yield nominated groups and their records, as Nominator has them, by ranges of the hash in order."""
        most, key = self.at_once * _SCREENED_PER_RECORD, nominator.key
        narrow = Partitions(self.folder, "keys", key, even_bounds(-(-self.total // most) or 1), most)
        for parts in self._stretches(most):
            narrow.add(nominator.narrow(self.records.scan(parts)).collect(engine="streaming"))
        for height, rows in narrow.ranges():
            if height <= 2 * most:
                yield nominator.nominated(rows.collect())
                continue
            # Many of one hash: not even the numbers of such a group's records are held.
            sizes = rows.group_by(key).agg(pl.len().alias(SIZE)).collect(engine="streaming")
            large = sizes.filter(pl.col(SIZE) > most)
            others = rows.filter(~pl.col(key).is_in(large[key].implode())).collect(engine="streaming")
            groups, some = nominator.nominated(others)
            codes = [(pl.col(SIZE) >= s.having.least).alias(s.code) for s in nominator.searches]
            yield pl.concat([groups, large.select(key, SIZE, *codes)]).sort(key), some

    def _stretches(self, most: int) -> Iterator[list[Part]]:
        """Yield the files of what was staged, as many at a time as have about so many records."""
        some: list[Part] = []
        for part in self.records.parts:
            some.append(part)
            if some[-1].last - some[0].first >= most:
                yield some
                some = []
        if some:
            yield some

    def _rounds(self, groups: pl.DataFrame) -> list[pl.DataFrame]:
        """Return groups in the order of their hash, together about so many records, or a single group of more."""
        # A group that is too large stands alone; the others are counted up to the limit.
        number = (pl.col(SIZE).cast(pl.UInt64).cum_sum() // self.at_once) * 2 + (pl.col(SIZE) > self.at_once)
        return groups.with_columns(_round=number.rle_id()).partition_by("_round", include_key=False)

    def _decide_all(
        self, nominator: Nominator, nominated: Sequence[tuple[pl.DataFrame, pl.DataFrame]], found: Mapping[str, Found]
    ) -> None:
        """Add to `found` what the searches find in nominated groups, whose records are read once."""
        key, searches = nominator.key, nominator.searches
        groups, rows = pl.concat([groups for groups, _ in nominated]), pl.concat([rows for _, rows in nominated])
        if groups.is_empty():
            return
        values = {value for search in searches for value in search.values}
        parts = {self.staging.parts[search.code] for search in searches}
        columns = {ROW, ERA, *parts, *self.staging.roots(values), *([INSIDE] if self.limited else [])}
        rounds = self._rounds(groups)
        bounds = pl.Series([some[key][0] for some in rounds[1:]], dtype=pl.UInt64)
        decided = Partitions(self.folder, "groups", key, bounds, self.at_once)
        wanted = rows[ROW].sort()
        large = groups.filter(pl.col(SIZE) > self.at_once * _SCREENED_PER_RECORD)[key]
        for files in self._stretches(self.at_once):
            start = int(wanted.search_sorted(files[0].first, side="left"))
            some = wanted.slice(start, int(wanted.search_sorted(files[-1].last, side="right")) - start)
            if len(some) or len(large):
                key_hash = self.staging.hashes[key]
                chosen = pl.col(ROW).is_in(some.implode())
                chosen |= key_hash.is_in(large.implode()) if len(large) else False
                of_files = self.records.scan(files).filter(chosen).select(key_hash.alias(key), *columns)
                decided.add(of_files.collect(engine="streaming"))
        for of_round, (_, read) in zip(rounds, decided.ranges(), strict=True):
            slices = -(-int(of_round[SIZE].sum()) // (2 * self.at_once))
            self._decide_round(nominator, of_round, read.collect().lazy() if slices == 1 else read, slices, found)

    def _decide_round(
        self, nominator: Nominator, chosen: pl.DataFrame, rows: pl.LazyFrame, slices: int, found: Mapping[str, Found]
    ) -> None:
        """Add to `found` what the searches find in the chosen groups, which have these rows."""
        for search in nominator.searches:
            keys = chosen.filter(search.code)[nominator.key]
            if len(keys):
                some = rows.filter(pl.col(self.staging.parts[search.code]), pl.col(nominator.key).is_in(keys.implode()))
                some = some.collect().lazy() if slices == 1 else some
                worked_out = self.staging.worked_out(some, search.values)
                with blaming(search.rule) if search.rule else nullcontext():
                    self._decide(search, nominator.key, worked_out, slices, found[search.code])

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
        try:
            with writing_scratch(self.folder):
                hits.sink_parquet(path, compression="uncompressed", statistics=False)
        except OutputError:
            hits.select(pl.len()).collect(engine="streaming")  # where it is not the disk that fails
            raise
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
