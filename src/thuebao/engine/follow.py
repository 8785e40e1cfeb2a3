"""Follows a list of numbers through the exports of later days: each day is audited, and looked at for the numbers."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import polars as pl

from thuebao.base.errors import ThuebaoError, UsageError
from thuebao.base.fold import fold_text
from thuebao.base.helper_columns import ROW
from thuebao.base.messages import text
from thuebao.engine.options import AuditOptions
from thuebao.engine.outputs import own_among
from thuebao.engine.prepare import Prepared, prepare
from thuebao.engine.progress import Told
from thuebao.engine.run import run
from thuebao.facts.text import fold
from thuebao.results.findings import Findings
from thuebao.results.follow.columns import GONE, NOT_SEEN
from thuebao.results.follow.listed import BY_KEY, Listed
from thuebao.results.follow.number_ids import Lookup
from thuebao.results.follow.result import Basis, Day, Followed, Lacking, counted
from thuebao.results.follow.states import SEEN, STATUSES, Before, Seen, states_on
from thuebao.results.number_key import NUMBER, keyed_as_numbers
from thuebao.results.result import AuditResult
from thuebao.rulebook.book import Rulebook
from thuebao.rulebook.rule import SUBSCRIBER
from thuebao.rulebook.timetable import timetable_on, timetables
from thuebao.sources import Found, Operators, find_exports
from thuebao.sources.discover import nothing_read

_DAYS = ("registration_day", "service_start_day", "first_notice_day", "one_way_day", "two_way_day")
_FACTS = ("operator", NUMBER, "status_code", "is_terminated", "termination_day", "contract_number", *_DAYS)
_NEEDED = ("status", "terminated_at", "registered_at", "one_way_since", "two_way_since")
"""The columns without which something cannot be said of a day (docs/follow.md)."""
_OF_CONTRACTS = "contract_number"
_MOST_WAITING = 1_000_000
"""Numbers with faults that wait to be counted, each once."""


@dataclass(frozen=True)
class Exports:
    """The exports of one day: files, folders or patterns."""

    day: date
    paths: tuple[str, ...]
    outputs: tuple[Path, ...] = ()
    """Files that will be written, which are no exports if an earlier run wrote them."""

    @cached_property
    def sources(self) -> Found:
        """The files that were found."""
        return find_exports(self.paths, own_among(self.outputs))


def check_days(days: Sequence[Exports], listed: Listed, rulebook: Rulebook) -> list[Exports]:
    """Return the days in order. Raises UsageError for one that is given twice or lies before a notice of the list."""
    ordered = sorted(days, key=lambda one: one.day)
    for one, following in pairwise(ordered):
        if one.day == following.day:
            raise UsageError("follow_day_twice", day=one.day)
    if listed.notices:
        first, last = listed.notices
        if ordered[0].day < last:
            raise UsageError("follow_before_notice", day=ordered[0].day, notice=last)
        timetable_on(first, timetables(rulebook.reference), ordered[0].day)
    return ordered


def follow(
    listed: Listed, days: Sequence[Exports], options: AuditOptions, rulebook: Rulebook, told: Told | None = None
) -> Followed:
    """Return what became of the numbers of a list on each of some days (check_days).

    options: how exports are read and by which rules; told: how far it is.
    Raises UsageError, RuleError or OutputError on what it cannot be asked for.
    """
    known, law = timetables(rulebook.reference), rulebook.law
    before, found, notices = Before.nothing(listed), [], []
    exit_code, matched, noticed = 0, False, False
    for exports in days:
        day = _Day(listed, exports, options, rulebook)
        result, errors = day.read(told)
        seen = day.seen(result, whole=not errors)
        matched |= seen.records.height > 0
        noticed |= seen.records["first_notice_day"].count() > 0
        states, before = states_on(exports.day, listed, seen, before, known, law.retention_years)
        exit_code = max(exit_code, *(error.exit_code for error in errors), 0)
        records = dict(result.operators.select("operator", "records").iter_rows())
        found.append(
            Day(
                day=exports.day,
                files=tuple(read.path for read in result.inputs),
                records=records,
                counts=counted(states, listed.operators, day.new_numbers()),
                lacking=tuple(_lacking(listed, result)),
                unreadable=tuple(map(str, errors)),
                rejected=result.totals["rejected"],
            )
        )
        notices += [f"{exports.day}: {said}" for said in result.notices]
    _check_matched(listed, found, matched=matched)
    if not listed.notices and matched and not noticed:
        raise UsageError("follow_no_notice", path=os.fspath(listed.paths[0]))
    starts = [day for day in (listed.notices or ()) if day]
    basis = Basis(
        steps=tuple(dict.fromkeys(timetable_on(day, known, days[-1].day).basis(law) for day in starts)),
        retention=tuple(dict.fromkeys(filter(None, (law.retention_basis(one.day) for one in days)))),
        retention_years=law.retention_years,
    )
    return Followed(listed, tuple(found), basis, (*_said_of(listed, found), *notices), exit_code)


class _Day:
    """The numbers of a list in the exports of one day: sees each record (Seeing), and takes what was found."""

    def __init__(self, listed: Listed, exports: Exports, options: AuditOptions, rulebook: Rulebook) -> None:
        self._listed = listed
        self._exports = exports
        self._operators = pl.Series(listed.operators, dtype=pl.String)
        self._lookup = Lookup(listed.numbers["join"])
        subscribers = [rule.code for rule in rulebook.rules if rule.remedy == SUBSCRIBER and rule.severity == "error"]
        self._asked = frozenset({*subscribers, *listed.code_names})
        self._subscribers = frozenset(subscribers)
        self._prepared = self._prepare(options, rulebook)
        self._flags = [fold_text(word) for word in rulebook.reference.document("text")["references"]["flags"]]
        self._records: list[pl.DataFrame] = []
        self._judged: dict[frozenset[str], int] = {}
        self._by_id: tuple[Lookup, pl.Series] | None = None
        self._found: list[pl.DataFrame] = []
        self._others: list[pl.Series] = []

    def _prepare(self, options: AuditOptions, rulebook: Rulebook) -> Prepared:
        asked = replace(options, as_of=self._exports.day, select=sorted(self._asked), reveal=True)
        prepared = prepare(asked, rulebook)
        in_use = ~pl.col("is_terminated")  # of those whose service ended nothing more is asked for
        wanted = replace(prepared.wanted, where=in_use, seen=frozenset(_FACTS))
        # Names of operators that nobody knows are masked as they are in the list, or are not.
        masked = bool(self._operators.str.contains("*", literal=True).any())
        operators = Operators.of(options.operator, prepared.read_as.mappings, reveal=not masked)
        return replace(prepared, wanted=wanted, operators=operators)

    def read(self, told: Told | None) -> tuple[AuditResult, Sequence[ThuebaoError]]:
        """Read the exports; return what an audit says of them, and what could not be read."""
        sources = self._exports.sources
        result = run(
            self._prepared,
            sources.files,
            passed_over=sources.passed_over,
            told=told,
            seeing=self,
            take=self._take,
        )
        unreadable: tuple[ThuebaoError, ...] = (*sources.errors, *result.unreadable)
        if not result.inputs and not unreadable:
            unreadable = (nothing_read(sources),)
        return result, unreadable

    def see(self, evaluated: pl.DataFrame, codes: Sequence[str]) -> None:
        """Keep what the records of listed numbers say."""
        numbered = evaluated[NUMBER].is_not_null() & evaluated["operator"].is_in(self._operators.implode())
        some = evaluated.select(ROW, *_FACTS).filter(numbered)
        if some.is_empty():
            return
        ids = self._listed.ids.of(some["operator"], some[NUMBER])
        joins = keyed_as_numbers(some, self._listed.key) if self._listed.key else ids
        hits, items = self._lookup.find(joins)
        if not len(hits):
            return
        judged = self._judged.setdefault(frozenset(codes), len(self._judged))
        rows, item = some[hits], pl.Series("item", items, dtype=pl.UInt32)
        ended = rows["is_terminated"].fill_null(value=False)
        places = range(len(STATUSES))
        status = rows["status_code"].replace_strict(STATUSES, places, default=None, return_dtype=pl.UInt8)
        self._records.append(
            rows.select(
                ROW,
                item,
                ids.gather(hits),
                pl.lit(judged, dtype=pl.UInt16).alias("judged"),
                status.alias("status"),
                ended.alias("ended"),
                pl.col("termination_day").alias("ended_day"),
                *_DAYS,
                self._contract(rows),
            )
        )

    def _contract(self, rows: pl.DataFrame) -> pl.Series:
        """Return a hash of the contract of each record, NULL where it has none, or only says that there is one."""
        numbers = rows[_OF_CONTRACTS]
        named = numbers.is_not_null() & ~fold(numbers).is_in(self._flags)
        hashed = pl.struct("operator", pl.col(_OF_CONTRACTS).alias("contract")).hash()
        return rows.select(pl.when(named).then(hashed).alias("contract")).to_series()

    def take_back(self, row: int) -> None:
        """Forget the records from `row` on."""
        self._records = [kept for frame in self._records if (kept := frame.filter(pl.col(ROW) < row)).height]

    def _take(self, findings: Findings) -> None:
        """Keep the faults of listed numbers, and of others that there are some."""
        if self._by_id is None:
            listed = self._kept().select("id", "item").unique("id", maintain_order=True)
            self._by_id = Lookup(listed["id"]), listed["item"]
        lookup, items = self._by_id
        rows = findings.rows
        ids = self._listed.ids.of(rows["operator"], rows["msisdn"])
        names = findings.texts["code"].gather(rows["kind"])
        numbered = ids.is_not_null()
        ids, names = ids.filter(numbered), names.filter(numbered)
        hits, at = lookup.find(ids)
        item = items.gather(at)
        self._found.append(pl.DataFrame([item.alias("item"), names.gather(hits).alias("name")]).unique())
        others = ids.to_frame().with_row_index("_at").filter(~pl.col("_at").is_in(pl.Series(hits).implode()))
        wanted = names.gather(others["_at"]).is_in(list(self._subscribers))
        self._others.append(others["id"].filter(wanted).unique())
        if sum(map(len, self._others[1:])) > _MOST_WAITING:
            self._others = [pl.concat(self._others).unique()]

    def _kept(self) -> pl.DataFrame:
        empty = pl.DataFrame(schema={ROW: pl.UInt32, "id": pl.UInt64, **SEEN})
        return pl.concat([empty, *(frame.select(empty.columns) for frame in self._records)])

    def seen(self, result: AuditResult, *, whole: bool) -> Seen:
        """Return what the exports say of the listed numbers."""
        names = tuple(sorted(self._asked))
        places = pl.col("name").replace_strict(names, range(len(names)), return_dtype=pl.UInt16)
        found = pl.concat([pl.DataFrame(schema={"item": pl.UInt32, "name": pl.String}), *self._found]).unique()
        return Seen(
            records=self._kept().select(*SEEN),
            found=found.select("item", places.alias("code")),
            code_names=names,
            judged=list(self._judged),
            operators=frozenset(result.operators["operator"]),
            whole=whole,
        )

    def new_numbers(self) -> dict[str, int]:
        """Return how many numbers of each operator have faults that are the subscriber's, and are not on the list."""
        if not self._others:
            return {}
        ids = pl.concat(self._others).unique()
        return dict(self._listed.ids.operators_of(ids).value_counts().iter_rows())


def _lacking(listed: Listed, result: AuditResult) -> Iterator[Lacking]:
    needed = [*_NEEDED, *([] if listed.numbers["own"].all() else [_OF_CONTRACTS])]
    for read in result.inputs:
        for table in read.tables:
            for column in needed:
                if column not in table.present:
                    yield Lacking(read.path, column)
    yield from _not_evaluated(listed, result)


def _not_evaluated(listed: Listed, result: AuditResult) -> Iterator[Lacking]:
    """Yield the columns for want of which faults of the list were not looked for."""
    for rule in result.rules:
        if rule.rule.code in listed.code_names and rule.reason:
            yield Lacking(rule.rule.code, rule.reason)


def _check_matched(listed: Listed, days: Sequence[Day], *, matched: bool) -> None:
    """Raise UsageError where no export has any number of the list: then the keys are others."""
    read = any(day.records.get(name) for day in days for name in listed.operators)
    if listed.by == BY_KEY and read and not matched:
        raise UsageError("list_key_unmatched", path=os.fspath(listed.paths[0]), count=listed.numbers.height)


def _said_of(listed: Listed, days: Sequence[Day]) -> Iterator[str]:
    """Yield what limits the figures."""
    if listed.aside:
        yield text("follow.aside", files=", ".join(map(str, listed.aside)))
    if listed.without:
        yield text("follow.without", count=sum(listed.without.values()))
    for day in days:
        by_column: dict[str, list[str]] = {}
        for lack in day.lacking:
            by_column.setdefault(lack.column, []).append(lack.path)
        for column, paths in by_column.items():
            so = text(f"follow.lacks_{column if column in (*_NEEDED, _OF_CONTRACTS) else 'other'}")
            yield f"{day.day}: {text('follow.lacking', column=column, where=', '.join(dict.fromkeys(paths)), so=so)}"
        if day.rejected:
            yield f"{day.day}: {text('follow.rejected', count=day.rejected)}"
        for name, counts in day.counts.items():
            if listed.by == BY_KEY and counts[GONE] == counts["to_put_right"] > 0:
                yield f"{day.day}: {text('follow.unmatched', operator=name, count=counts[GONE])}"
        unseen = [name for name, counts in day.counts.items() if counts[NOT_SEEN]]
        if unseen:
            yield f"{day.day}: {text('follow.not_seen_of', operators=', '.join(unseen))}"
