"""Finding groups: nominated by the hash of their key, decided on the values themselves, in bounded memory.

Memory is bounded by ranges of hashes, by rounds of nominated groups, of so many records each, and by slices of the
values that are counted in a group larger than a round. What was staged is read from front to back, once to nominate
and once to decide, and what is read goes to the range or the round that it belongs to: no range is looked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field
from itertools import chain, count
from pathlib import Path
from typing import NamedTuple

import polars as pl

from thuebao.base.ahead import one_ahead
from thuebao.base.errors import OutputError
from thuebao.base.helper_columns import ERA, INSIDE, ROW
from thuebao.base.spill import Spill, writing_scratch
from thuebao.engine.groups.nominating import Nominated, nominated
from thuebao.engine.groups.nominations import Nominations
from thuebao.engine.groups.one_character_apart import values_one_character_apart
from thuebao.engine.groups.partitions import Partitions
from thuebao.engine.groups.search import AFTER_FIRST, EARLIEST, HAS_ONE_CHARACTER_APART, Search
from thuebao.engine.groups.staging import Family, Staging
from thuebao.engine.memory import PER_RECORD
from thuebao.rulebook.sql import RECORDS, blaming, distinct

GROUP = "_group"
"""The number of a group among those of one search, from 0."""

_SIZE = "_size"
_SCREENED_PER_RECORD = 3
"""How many records of which only hashes are held take the memory of one whose values are."""
_FLAGS_PER_RECORD = 8 * PER_RECORD
"""How many records of which only a bit is held take the memory of one whose values are."""
_AT_ONCE = 2
"""Keys whose groups are decided at the same time."""
_SEED = 2


class _Chosen(NamedTuple):
    """What is nominated for a key of a family."""

    family: Family
    key: str
    nominated: Nominated

    @property
    def size(self) -> int:
        """How many records are nominated."""
        return sum(size for _, size in self.nominated.rounds)


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
    nominations: Sequence[Nominations]
    records: Spill
    total: int
    folder: Path
    at_once: int
    limited: bool = False
    _serial: Iterator[int] = field(default_factory=count)

    def find(self) -> dict[str, Found]:
        """Return what each search found, by its code."""
        found = {search.code: Found() for search in self.staging.searches}
        for chosen in self._together():
            self._decide_chosen(chosen, found)
        return found

    def _together(self) -> Iterator[list[_Chosen]]:
        """Yield what is nominated: of several families at a time where memory holds all of it."""
        waiting, held = list[_Chosen](), 0
        for nominations in self.nominations:
            nominations.flush()
            by_key = nominated(nominations, self.total, self.at_once * _SCREENED_PER_RECORD, self.at_once)
            nominations.forget()
            chosen = [_Chosen(nominations.family, key, some) for key, some in by_key.items() if some.rounds]
            size = sum(some.size for some in chosen)
            size += len(chosen) * self.total // _FLAGS_PER_RECORD
            if size > self.at_once:
                yield chosen
                continue
            if waiting and held + size > self.at_once:
                yield waiting
                waiting, held = [], 0
            waiting, held = waiting + chosen, held + size
        if waiting:
            yield waiting

    def _decide_chosen(self, chosen: Sequence[_Chosen], found: Mapping[str, Found]) -> None:
        """Add to `found` what is found in nominated groups, whose records are read once, in their order."""
        decided = []
        for some in chosen:
            bounds = pl.Series([first for first, _ in some.nominated.rounds[1:]], dtype=pl.UInt64)
            held = self.at_once // len(chosen)
            decided.append((some, Partitions(self.folder, f"groups{some.key}", some.key, bounds, held)))
        columns = {some.key: self._columns(some) for some in chosen}
        for taken, wanted in one_ahead(self._taken(chosen, sorted({*chain.from_iterable(columns.values())}))):
            for some, partitions in decided:
                takes_part = pl.any_horizontal(some.family.parts) & some.nominated.are_chosen(wanted)
                rows = taken.select(columns[some.key]).filter(takes_part)
                rows = rows.with_columns(self.staging.hashes[some.key].alias(some.key))
                partitions.add(rows.filter(pl.col(some.key).is_not_null()))
        # Where memory holds all of it, one key goes on while another waits for a thread.
        threads = _AT_ONCE if sum(some.size for some in chosen) <= self.at_once else 1
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(lambda each: self._decide_key(each[0], each[1], found), decided))

    def _taken(self, chosen: Sequence[_Chosen], columns: Sequence[str]) -> Iterator[tuple[pl.DataFrame, pl.Series]]:
        """Yield the records that are nominated for some key, part by part, and their numbers."""
        for part in self.records.parts:
            numbers = [some.nominated.among(part.first, part.last) for some in chosen]
            wanted = pl.concat(numbers).unique().sort() if len(numbers) > 1 else numbers[0]
            if len(wanted):
                yield part.take(wanted, columns), wanted

    def _columns(self, chosen: _Chosen) -> list[str]:
        """Return the staged columns by which the groups of a key are decided."""
        values = {value for search in chosen.family.searches[chosen.key] for value in search.values}
        roots = self.staging.roots(values.union(self.staging.hashes[chosen.key].meta.root_names()))
        return [ROW, ERA, *sorted({*chosen.family.parts, *roots}), *([INSIDE] if self.limited else [])]

    def _decide_key(
        self,
        chosen: _Chosen,
        decided: Partitions,
        found: Mapping[str, Found],
    ) -> None:
        """Add to `found` what the searches over a key find in the records of its nominated groups."""
        key, searches = chosen.key, chosen.family.searches[chosen.key]
        for (_, size), (_, of_round) in zip(chosen.nominated.rounds, decided.ranges(), strict=True):
            slices = -(-size // (2 * self.at_once))
            rows = of_round.collect().with_columns(pl.len().over(key).alias(_SIZE)).lazy() if slices == 1 else of_round
            for search in searches:
                some = rows.filter(self.staging.parts[search.code])
                if slices == 1:
                    some = self._promising(search, key, some)
                worked_out = self.staging.worked_out(some, search.values, held=slices == 1)
                with blaming(search.rule) if search.rule else nullcontext():
                    self._decide(search, key, worked_out, slices, found[search.code])

    def _promising(self, search: Search, key: str, rows: pl.LazyFrame) -> pl.LazyFrame:
        """Return the rows of groups that may fulfil the search before any late fact is worked out for them."""
        having, late = search.having, [column for column in search.having.counted if column in self.staging.late]
        some = rows.filter(pl.col(_SIZE) >= having.least).collect().lazy()
        if not (late and having.grows):
            return some
        # What a late fact rests on has at least as many values as the fact.
        roots = {column: next(iter(self.staging.roots([column]))) for column in having.counted}
        values = [pl.col(root).drop_nulls().n_unique().alias(distinct(column)) for column, root in roots.items()]
        groups = some.group_by(key).agg(pl.len().alias(RECORDS), *values).filter(having.condition).select(key)
        return some.join(groups, on=key, how="semi", maintain_order="left").collect().lazy()

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
        of_groups = [pl.len().alias(RECORDS), inside.alias(INSIDE)]
        values = {name: pl.col(name).drop_nulls().n_unique().alias(distinct(name)) for name in search.having.counted}
        if slices == 1:
            groups = rows.group_by(across).agg(*of_groups, *values.values())
        else:
            groups = rows.group_by(across).agg(*of_groups).collect(engine="streaming").lazy()
            for name, value in values.items():
                counts = [
                    part.group_by(across).agg(value).collect(engine="streaming")
                    for part in _sliced(rows.select(*across, name), name, slices)
                ]
                summed = pl.concat(counts).lazy().group_by(across).agg(pl.col(distinct(name)).sum())
                groups = groups.join(summed, on=across, how="left").with_columns(pl.col(distinct(name)).fill_null(0))
        fulfil = groups.filter(INSIDE, search.having.condition).drop(INSIDE)
        return fulfil.sort(across).with_row_index(GROUP).collect()

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
