"""Merges group findings with record findings, in record order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from thuebao.base.ahead import one_ahead
from thuebao.base.helper_columns import ERA, ERROR, HIT, ROW
from thuebao.base.parts import Part
from thuebao.base.spill import Spill
from thuebao.engine.count import Counts
from thuebao.engine.counts_by import CountsBy
from thuebao.engine.groups.finder import GROUP, Found
from thuebao.engine.offenders import OFFENDERS, Offenders, offences
from thuebao.engine.prepare import Prepared
from thuebao.engine.shown import as_shown, shown_apart
from thuebao.results.findings import KINDS, ROWS, Files, Findings, shown
from thuebao.results.result import Group

if TYPE_CHECKING:
    from thuebao.engine.exposure import ExposureCount

TakeKinds = Callable[[pl.DataFrame, Files], None]
"""Takes findings as KINDS has them, by record, and the files that the records stand in."""
_CODE = "_code"
_AT_A_TIME = 250_000
"""Findings that are merged at a time: some 100 MB with their texts."""
_MOST_GROUPS, _MOST_MEMBERS = 10, 20
"""Groups of --show, and records of each."""


@dataclass(frozen=True)
class Merge:
    """Merges group findings with record findings, in record order.

    records: the staged columns of each record; own: findings of record rules (ROWS); found: by code, in the order of
    groups; at_once: how many records may be held in memory; offenders: by fact, where those who took the records are
    counted; by: where they are counted by what the user asked for; exposed: what counts for fines. None if nobody asks.
    """

    prepared: Prepared
    records: Spill
    own: Spill
    found: Mapping[str, Found]
    files: Files
    at_once: int
    offenders: Mapping[str, Offenders]
    by: CountsBy | None = None
    exposed: ExposureCount | None = None

    def merge(self, write: Callable[[Findings], None] | None, tell: TakeKinds | None = None) -> Counts:
        """Return the counts of findings across records; `write` is given all findings, in order.

        tell: is given their kinds in its place, with the files that their records stand in.
        """
        counted: list[Counts] = []
        wanted = self._rows if write else self._kinds if tell else None
        for rows in one_ahead(self._settled(wanted, counted)):
            if write:
                write(Findings.placed(rows, self.files, self.prepared.texts))
            elif tell:
                tell(rows, self.files)
        return Counts.sum(counted)

    def _settled(self, wanted: Callable[[_Hits], pl.DataFrame] | None, counted: list[Counts]) -> Iterator[pl.DataFrame]:
        """Count the hits of each window, and yield all findings in it, in order; wanted: what is wanted of hits."""
        for window, hits in self._windows():
            rows = self.own.between(*window) if wanted else None
            if hits and hits.found.height:
                counted.append(self._counts(hits))
                if self.exposed:
                    self._expose(self.exposed, hits)
                if wanted:
                    across = wanted(hits)
                    rows = pl.concat([rows, across]).sort(ROW, "kind") if rows is not None else across
            if rows is not None:
                yield rows

    def largest(self, code: str, values: Collection[str]) -> list[Group]:
        """Return the largest groups that a rule found, each with its first records and the facts `values`."""
        found = self.found[code]
        if not found.hits:
            return []
        hits = pl.scan_parquet(found.hits, glob=False)
        sizes = hits.group_by(GROUP).agg(pl.len().alias("size"), pl.col(ROW).min().alias("first"))
        top = sizes.sort("size", "first", descending=[True, False]).head(_MOST_GROUPS).collect(engine="streaming")
        members = hits.join(top.lazy().select(GROUP), on=GROUP, how="semi").sort(GROUP, ROW)
        members = members.group_by(GROUP, maintain_order=True).head(_MOST_MEMBERS)
        shown_facts = sorted(set(values) - {"operator", "msisdn", "subscriber_number", "shown_number"})
        columns = [ROW, "operator", "shown_number", *shown_facts]
        described = self._records(members.select(pl.col(ROW).unique().sort()).collect()[ROW], columns)
        rows = members.join(described.lazy(), on=ROW, how="left").sort(GROUP, ROW).collect(engine="streaming")
        before = self._numbered_before(code)
        return [
            Group(before + number + 1, size, self._described_rows(rows.filter(pl.col(GROUP) == number), shown_facts))
            for number, size, _ in top.iter_rows()
        ]

    def _records(self, rows: pl.Series, columns: Sequence[str]) -> pl.DataFrame:
        """Return some columns of the records with these numbers, which are in order."""
        within = [(part, rows.filter(rows.is_between(part.first, part.last))) for part in self.records.parts]
        return pl.concat(part.take(some, columns) for part, some in within if len(some))

    def _described_rows(self, rows: pl.DataFrame, facts: Sequence[str]) -> pl.DataFrame:
        at, record, _ = self.files.places(rows[ROW])
        texts = [
            shown_apart(name, as_shown(rows[name]), reveal=self.prepared.options.reveal).alias(name)
            for name in facts
            if rows.schema[name] != pl.Boolean
        ]
        return pl.DataFrame(
            [
                self.files.paths.gather(at).alias("path"),
                record.alias("record"),
                rows["operator"],
                shown_apart("msisdn", rows["shown_number"], reveal=self.prepared.options.reveal).alias("msisdn"),
                *texts,
            ]
        )

    def _numbered_before(self, code: str) -> int:
        """Return how many groups the rules before a rule have."""
        before = 0
        for other, found in self.found.items():
            if other == code:
                break
            before += found.groups
        return before

    def _windows(self) -> Iterator[tuple[tuple[int, int], _Hits | None]]:
        """Yield stretches of records (first and last ROW), with the hits in them if there are any."""
        hits = self._hits()
        total = hits.select(pl.len()).collect(engine="streaming").item() if hits is not None else 0
        if hits is None or not total:
            yield from ((stretch, None) for stretch in _apart(self.own.parts))
            return
        parts = self.records.parts
        stretch = max(1, len(parts) * self.at_once // total)
        for start in range(0, len(parts), stretch):
            some = parts[start : start + stretch]
            within = pl.col(ROW).is_between(some[0].first, some[-1].last)
            of_stretch = hits.filter(within).collect(engine="streaming").sort(ROW, _CODE)
            for part in some:
                of_part = _slice(of_stretch, part.first, part.last)
                if of_part.is_empty():
                    yield (part.first, part.last), None
                else:
                    yield from self._described(part, of_part)

    def _described(self, part: Part, hits: pl.DataFrame) -> Iterator[tuple[tuple[int, int], _Hits]]:
        """Yield stretches of a part with their hits, and the records that these are on."""
        columns = {
            ROW,
            ERA,
            HIT,
            ERROR,
            *self.prepared.wanted.shown,
            *OFFENDERS,
            *self.prepared.keys,
            *self.prepared.shows.values(),
        }
        records = part.take(hits[ROW].unique(maintain_order=True), sorted(columns))
        first, at_a_time = part.first, min(_AT_A_TIME, self.at_once)
        while first <= part.last:
            # A record's hits stay together.
            some = _slice(hits, first, part.last).head(at_a_time)
            last = part.last if some.height < at_a_time else max(first, some[ROW][-1] - 1)
            yield (first, last), _Hits(_slice(hits, first, last), _slice(records, first, last))
            first = last + 1

    def _hits(self) -> pl.LazyFrame | None:
        """Return ROW, _CODE (a position in `found`) and GROUP, numbered through all of `found`."""
        frames = []
        for position, (code, found) in enumerate(self.found.items()):
            if found.hits:
                number = pl.col(GROUP).cast(pl.UInt64) + self._numbered_before(code) + 1
                hits = pl.scan_parquet(found.hits, glob=False)
                frames.append(hits.select(ROW, number.alias(GROUP), pl.lit(position, dtype=pl.UInt16).alias(_CODE)))
        return pl.concat(frames) if frames else None

    def _counts(self, hits: _Hits) -> Counts:
        codes = pl.Series(list(self.found), dtype=pl.String)
        errors = pl.Series([self.prepared.rulebook.by_code[code].severity == "error" for code in self.found])
        code = hits.found[_CODE]
        by_record = hits.found.select(ROW, _of_error=errors.gather(code)).group_by(ROW, maintain_order=True)
        counted = by_record.agg(pl.len().alias("_found"), pl.col("_of_error").any())
        each = hits.records.hstack(counted.drop(ROW))
        # Of a record that had findings of its own only what these add is counted.
        more = each.with_columns(
            (pl.col("_of_error") & ~pl.col(ERROR)).alias("records_with_errors"),
            (~pl.col(HIT)).alias("records_with_findings"),
        )
        found = hits.records.select(pl.col(self.prepared.keys).gather(hits.at))
        found = found.with_columns(codes.gather(code).alias("code"))
        rules = found.group_by("operator", "code").agg(pl.len().alias("violations"))
        records = more.group_by("operator").agg(pl.col("records_with_errors", "records_with_findings").sum())
        if self.by:
            self.by.add_across(more, found)
        again = each.filter(HIT)
        nothing = pl.repeat(0, again.height, dtype=pl.Int64, eager=True)
        for fact, some in self.offenders.items():
            some.add(offences(each, fact, each["_found"].cast(pl.Int64)))
            some.add(offences(again, fact, nothing).with_columns(records=-pl.col("records")))
        return Counts.of([records], [rules])

    def _kinds(self, hits: _Hits) -> pl.DataFrame:
        """Return the kinds of findings (KINDS) of hits."""
        first = pl.Series([self.prepared.texts.first[name] for name in self.found], dtype=pl.UInt32)
        return pl.DataFrame({ROW: hits.found[ROW], "kind": first.gather(hits.found[_CODE])}, schema=KINDS)

    def _expose(self, exposed: ExposureCount, hits: _Hits) -> None:
        by_code = hits.found.partition_by(_CODE, as_dict=True)
        found = {code: by_code[n,][ROW] for n, code in enumerate(self.found) if (n,) in by_code}
        exposed.add_found(hits.records, found)

    def _rows(self, hits: _Hits) -> pl.DataFrame:
        """Return the findings (ROWS) of hits."""
        code, at, records = hits.found[_CODE], hits.at, hits.records
        prepared, reveal = self.prepared, self.prepared.options.reveal
        first = pl.Series([prepared.texts.first[name] for name in self.found], dtype=pl.UInt32)
        places, values = [], []
        for position, name in enumerate(self.found):
            place = (code == position).arg_true()
            value = pl.repeat(None, len(place), dtype=pl.String, eager=True)
            if len(place) and name in prepared.shows:
                value = shown(as_shown(records[prepared.shows[name]].gather(at.gather(place))), reveal=reveal)
            places.append(place)
            values.append(value)
        return pl.DataFrame(
            {
                ROW: hits.found[ROW],
                "operator": records["operator"].gather(at),
                "msisdn": shown(records["shown_number"], reveal=reveal).gather(at),
                "value": pl.concat(values).gather(pl.concat(places).arg_sort()),
                "kind": first.gather(code) + records[ERA].gather(at),
                "group": hits.found[GROUP],
                "key": prepared.keyed(records).gather(at),
            },
            schema=ROWS,
        )


@dataclass(frozen=True)
class _Hits:
    """What was found on some records: `found` (ROW, _CODE, GROUP) and the `records`, both by ROW."""

    found: pl.DataFrame
    records: pl.DataFrame

    @property
    def at(self) -> pl.Series:
        """For each of `found`, the position of its record."""
        return self.found[ROW].rle_id()


def _slice(hits: pl.DataFrame, first: int, last: int) -> pl.DataFrame:
    """Return the hits of the records from `first` to `last`; they are in order."""
    start = int(hits[ROW].search_sorted(first, side="left"))
    return hits.slice(start, int(hits[ROW].search_sorted(last, side="right")) - start)


def _apart(parts: Sequence[Part]) -> list[tuple[int, int]]:
    """Return stretches that cover the parts, without a record in two of them."""
    apart: list[tuple[int, int]] = []
    for part in parts:
        first = apart[-1][1] + 1 if apart else part.first
        if part.last >= first:
            apart.append((first, part.last))
    return apart
