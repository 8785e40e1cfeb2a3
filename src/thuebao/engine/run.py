"""One run of an audit: files are read, groups are found across them, and what both gave is settled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from thuebao.base.errors import UsageError
from thuebao.base.messages import text
from thuebao.base.scratch import check_room, private_folder
from thuebao.base.spill import Spill
from thuebao.engine.count import OFFENDERS, Counts
from thuebao.engine.groups.finder import Finder, Found
from thuebao.engine.groups.identities import IdentityPicture
from thuebao.engine.groups.search import Search
from thuebao.engine.groups.staging import aside_for
from thuebao.engine.memory import LEAST, enough, records_at_once
from thuebao.engine.merge import Settling
from thuebao.engine.plan import Wanted, compile_rules, lacking
from thuebao.engine.read import Progress, Reading
from thuebao.engine.rejected import ALL, Limit
from thuebao.engine.shown import masked_columns, most_findings, shown_fact
from thuebao.facts import needed_columns
from thuebao.results.files import FindingsOutput, RejectsOutput
from thuebao.results.findings import SCHEMA, Texts
from thuebao.results.result import (
    DESELECTED,
    EVALUATED,
    NOT_EVALUATED,
    PARTLY,
    AuditResult,
    Breakdown,
    Group,
    RuleResult,
)
from thuebao.rulebook.book import Rulebook
from thuebao.rulebook.columns import columns
from thuebao.rulebook.law import AUTO
from thuebao.rulebook.sql import compile_where
from thuebao.sources import AS_THEY_ARE, ReadAs

_FACTS_OF = {"month": "registration_month"}
"""What records can be counted by beside the canonical columns."""


@dataclass(frozen=True)
class Options:
    """What an audit is asked for; `thuebao.audit` says what each of it means.

    selected: codes; read_as: how files are to be read where they do not show it themselves; most_rejected: how many
    of a file's lines may be no records; at_once: how many records may be held in memory while groups are decided.
    """

    selected: frozenset[str]
    as_of: date
    law: str = AUTO
    operator: str | None = None
    read_as: ReadAs = AS_THEY_ARE
    most_rejected: Limit = ALL
    by: tuple[str, ...] = ()
    where: str | None = None
    show: tuple[str, ...] = ()
    reveal: bool = False
    hash_inputs: bool = False
    at_once: int = records_at_once(LEAST)
    temp_dir: Path | None = None


class Job:
    """An audit that is ready to run. Raises UsageError or RuleError on what it cannot be asked for."""

    def __init__(self, rulebook: Rulebook, options: Options) -> None:
        self._rulebook = rulebook
        self._options = options
        self._compilation = compile_rules(rulebook, options.as_of, options.law)
        self._by = {name: _fact_of(name) for name in options.by}
        self._keys = ("operator", *(fact for fact in self._by.values() if fact != "operator"))
        facts, schema = self._compilation.facts, self._compilation.schema
        searches = [s for s in self._compilation.searches if s.code in options.selected]
        for code in options.show:
            if code not in {s.code for s in searches}:
                raise UsageError("show_unknown", code=code, known=", ".join(s.code for s in searches))
        self._codes = [s.code for s in searches]
        fields = {s.code: rulebook.by_code[s.code].field for s in searches}
        self._shows = {s.code: fact for s in searches if (fact := shown_fact(fields[s.code], s))}
        self._picture = None
        if self._codes:
            self._picture = IdentityPicture.of(rulebook.reference, facts, schema, rulebook.law)
            searches += self._picture.searches
        self._wanted = Wanted(
            options.selected,
            frozenset({"shown_number", *OFFENDERS, *self._keys}),
            compile_where(options.where, schema) if options.where else None,
            aside_for(searches, facts, self._shows.values()),
        )
        self._texts = Texts.of(rulebook.rules, rulebook.law)

    def run(
        self, files: Sequence[str], findings: Path | None, progress: Progress | None, rejects: Path | None = None
    ) -> AuditResult:
        """Audit the files, write the findings and the lines that are no records where a path is given for them."""
        options, aside = self._options, self._wanted.aside
        with ExitStack() as stack:
            folder = stack.enter_context(private_folder(options.temp_dir))
            check_room(folder, files, across=bool(aside.searches), findings=bool(findings))
            output = stack.enter_context(FindingsOutput(findings)) if findings else None
            rejected = stack.enter_context(RejectsOutput(rejects)) if rejects else None
            own = Spill(folder, "findings")
            records = Spill(folder, "records")
            reading = Reading(
                self._rulebook,
                self._compilation,
                self._wanted,
                self._texts,
                self._keys,
                options.operator,
                options.read_as,
                options.most_rejected,
                options.reveal,
                options.hash_inputs,
                folder,
                aside=records if aside.searches else None,
                own=own if output else None,
                rejects=rejected,
            )
            for path in files:
                reading.read(path, progress)
            for spill in (records, own):
                spill.flush()
            limited = self._wanted.where is not None
            at_once = min(options.at_once, enough(reading.rows))
            finder = Finder(aside, records, reading.rows, folder, at_once, limited)
            found = finder.find() if records.parts else {}
            settling = Settling(
                records,
                own,
                {code: found.get(code, Found()) for code in self._codes},
                self._rulebook.by_code,
                self._shows,
                self._keys,
                reading.files,
                self._texts,
                at_once,
                options.reveal,
            )
            counts = Counts.sum(self._keys, [*reading.counts, settling.settle(output.add if output else None)])
            groups = {code: settling.largest(code, aside.roots(self._search(code).values)) for code in options.show}
            if output:
                output.wanted = bool(reading.inputs)
        return self._result(reading, counts, found, groups)

    def _search(self, code: str) -> Search:
        return next(s for s in self._compilation.searches if s.code == code)

    def _result(
        self, reading: Reading, counts: Counts, found: Mapping[str, Found], groups: dict[str, list[Group]]
    ) -> AuditResult:
        options, picture = self._options, self._picture
        operators = counts.by(["operator"])
        order = pl.Enum([rule.code for rule in self._rulebook.rules])
        pictured = picture and any(not lacking(picture.searches[0].needs, i.columns) for i in reading.inputs)
        return AuditResult(
            as_of=options.as_of,
            law=options.law,
            inputs=tuple(reading.inputs),
            unreadable=tuple(reading.unreadable),
            notices=tuple(self._notices(reading)),
            export_findings=tuple(reading.export_findings()),
            operators=operators.records,
            counts=operators.rules.sort("operator", pl.col("code").cast(order)),
            rules=tuple(self._rule_results(reading, operators.rules)),
            offenders=most_findings(counts.offenders, reveal=options.reveal),
            identities=picture.tiers_of(found) if picture and pictured else None,
            breakdown=self._breakdown(counts, order) if self._by else None,
            where=options.where,
            groups=groups,
            rulebook=self._rulebook,
            scan_findings=lambda: pl.LazyFrame(schema=SCHEMA),
        )

    def _breakdown(self, counts: Counts, order: pl.Enum) -> Breakdown:
        by = list(self._by.values())
        named = {fact: name for name, fact in self._by.items()}
        some = counts.by(by)
        frames = (some.records, some.rules.sort(*by, pl.col("code").cast(order), nulls_last=True))
        records, rules = (masked_columns(frame.rename(named), self._options.reveal) for frame in frames)
        return Breakdown(tuple(self._by), records, rules)

    def _notices(self, reading: Reading) -> Iterator[str]:
        if reading.passed_over:
            yield text("notice.passed_over", count=len(reading.passed_over), files=", ".join(reading.passed_over))
        for read in reading.inputs:
            passed = [text(f"passed_over.{kind}", count=count) for kind, count in read.passed_over.items() if count]
            if passed:
                yield text("notice.lines_passed_over", path=read.path, lines=", ".join(passed))
        yield from reading.remarks
        where = self._wanted.where
        if where is not None:
            asked = sorted(needed_columns(self._compilation.facts, where.meta.root_names()))
            for read in reading.inputs:
                absent = [column for column in asked if column not in read.columns]
                if absent:
                    yield text("notice.where_absent", path=read.path, columns=", ".join(absent))

    def _rule_results(self, reading: Reading, counts: pl.DataFrame) -> Iterator[RuleResult]:
        """Yield how each rule fared."""
        violations = dict(counts.group_by("code").agg(pl.col("violations").sum()).iter_rows())
        for rule in self._rulebook.rules:
            lacks = [lacking(self._compilation.needs[rule.code], i.columns) for i in reading.inputs]
            reasons = sorted({column for missing in lacks for column in missing})
            reason = ", ".join(reasons) or None
            if rule.code not in self._options.selected:
                status, reason = DESELECTED, None
            elif not lacks or all(lacks):
                status = NOT_EVALUATED
            else:
                status = PARTLY if any(lacks) else EVALUATED
            yield RuleResult(rule, status, reason, violations.get(rule.code, 0))


def _fact_of(name: str) -> str:
    """Return the fact that records are counted by for a column of --by. Raises UsageError on one there is not."""
    if name not in columns() and name not in _FACTS_OF:
        raise UsageError("by_unknown", name=name, known=", ".join([*columns(), *_FACTS_OF]))
    return _FACTS_OF.get(name, name)
