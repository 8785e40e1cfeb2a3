"""One audit: read files, find groups, merge, build the result."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import replace
from pathlib import Path

import polars as pl

from thuebao.base.messages import text
from thuebao.base.scratch import check_room, private_folder
from thuebao.engine.count import Counts
from thuebao.engine.counts_by import CountsBy, Listed
from thuebao.engine.file_findings import passed_over_findings, recognised, silenced
from thuebao.engine.groups.finder import Finder, Found
from thuebao.engine.keeping import Keeping, Wish
from thuebao.engine.memory import enough
from thuebao.engine.merge import Merge, TakeKinds
from thuebao.engine.offenders import OFFENDERS, Offenders
from thuebao.engine.plan import lacking
from thuebao.engine.prepare import Prepared
from thuebao.engine.progress import COMPARING, SETTLING, Steps, Told
from thuebao.engine.read import Reading, Seeing
from thuebao.engine.shares.workers import workers_for
from thuebao.engine.shown import masked_alike, offenders_shown
from thuebao.facts import needed_columns
from thuebao.results.files import findings_file, rejects_file
from thuebao.results.findings import SCHEMA, Findings
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
from thuebao.sources import PassedOver


def run(
    prepared: Prepared,
    files: Sequence[str],
    *,
    findings: Path | None = None,
    rejects: Path | None = None,
    passed_over: Sequence[PassedOver] = (),
    told: Told | None = None,
    seeing: Seeing | None = None,
    take: Callable[[Findings], None] | None = None,
    tell: TakeKinds | None = None,
) -> AuditResult:
    """Audit the files; write the findings and the rejected lines where a path is given for them.

    passed_over: files that were found beside them and are not read; seeing: looks at each record; take: is given the
    findings that are not written; tell: only their kinds, which takes less time.

    Raises OutputError when a disk does not take what is written.
    """
    options, staging = prepared.options, prepared.wanted.staging
    with ExitStack() as stack:
        folder = stack.enter_context(private_folder(options.temp_dir))
        findings_wanted = bool(findings or take or tell or prepared.exposure)
        check_room(folder, files, across=bool(staging.searches), findings=findings_wanted)
        output = stack.enter_context(findings_file(findings, bom=options.bom)) if findings else None
        rejected = stack.enter_context(rejects_file(rejects, bom=options.bom)) if rejects else None
        write = output.add if output else take
        wish = Wish(written=bool(write), kinds=tell is not None)
        keeping = Keeping.of(prepared, folder, wish)
        offenders = {by: Offenders(folder, prepared.at_once) for by in OFFENDERS}
        by = CountsBy.of(prepared.by.values(), folder, prepared.at_once)
        exposed = prepared.exposure.count(folder) if prepared.exposure else None
        reading = Reading(prepared, folder, keeping, rejected, offenders, by, exposed, seeing)
        steps = Steps(files, told)
        alone = seeing is not None or exposed is not None  # what looks at each record beside stands in this process
        with nullcontext() if alone else workers_for(prepared, files, folder, wish) as reading.workers:
            for n, path in enumerate(files):
                steps.begin(n)
                reading.read(path, steps)
        reading.finish()
        keeping.finish()
        records = keeping.staged
        at_once = min(prepared.at_once, enough(reading.rows))
        limited = prepared.wanted.where is not None
        finder = Finder(staging, keeping.nominations, records, reading.rows, folder, at_once, limited)
        steps.phase(COMPARING)
        groups = finder.find() if records.parts else {}
        found = {code: groups.get(code, Found()) for code in prepared.searches}
        if exposed:
            exposed.settle(at_once)
        merge = Merge(prepared, records, keeping.own, found, reading.files, at_once, offenders, by, exposed)
        steps.phase(SETTLING)
        counts = Counts.sum([*reading.counts, merge.merge(write, tell)])
        most = {by: counted.most() for by, counted in offenders.items()}
        largest = {code: merge.largest(code, staging.roots(prepared.searches[code].values)) for code in options.show}
        if output:
            output.wanted = bool(reading.inputs)
        reading.passed_over = [*map(recognised, passed_over), *reading.passed_over]
        of_files = passed_over_findings(reading.passed_over, prepared.rulebook, prepared.wanted.selected)
        reading.export_findings += of_files
        shown = offenders_shown(most, reveal=options.reveal)
        result = _result(prepared, reading, counts, shown, by.listed() if by else None, groups, largest)
        return replace(result, exposure=exposed.result(result)) if exposed else result


def _result(
    prepared: Prepared,
    reading: Reading,
    counts: Counts,
    offenders: pl.DataFrame,
    by: Listed | None,
    groups: Mapping[str, Found],
    largest: dict[str, list[Group]],
) -> AuditResult:
    options, picture = prepared.options, prepared.picture
    order = pl.Enum([rule.code for rule in prepared.rulebook.rules])
    breakdown = _breakdown(prepared, by, order) if by else None
    tables = [table for read in reading.inputs for table in read.tables]
    pictured = picture and any(not lacking(picture.searches[0].needs, table.present) for table in tables)
    return AuditResult(
        as_of=prepared.as_of,
        law=options.law,
        inputs=tuple(reading.inputs),
        unreadable=tuple(reading.unreadable),
        archives=reading.archives,
        passed_over=tuple(reading.passed_over),
        notices=tuple(_notices(prepared, reading, breakdown)),
        export_findings=tuple(reading.export_findings),
        operators=counts.records,
        counts=counts.rules.sort("operator", pl.col("code").cast(order)),
        rules=tuple(_rule_results(prepared, reading, counts.rules)),
        offenders=offenders,
        identities=picture.tiers_of(groups) if picture and pictured else None,
        breakdown=breakdown,
        where=prepared.where,
        groups=largest,
        rulebook=prepared.rulebook,
        scan_findings=lambda: pl.LazyFrame(schema=SCHEMA),
    )


def _breakdown(prepared: Prepared, by: Listed, order: pl.Enum) -> Breakdown:
    named = {fact: name for name, fact in prepared.by.items()}
    frames = (by.records, by.rules.sort(*named, pl.col("code").cast(order), nulls_last=True))
    records, rules = masked_alike([frame.rename(named) for frame in frames], prepared.options.reveal)
    return Breakdown(tuple(prepared.by), records, rules, by.left_out)


def _notices(prepared: Prepared, reading: Reading, breakdown: Breakdown | None) -> Iterator[str]:
    if reading.passed_over:
        named = (f"{path} ({text(f'passed_over_because.{reason}')})" for path, reason, _ in reading.passed_over)
        yield text("notice.passed_over", count=len(reading.passed_over), files=", ".join(named))
    for read in reading.inputs:
        yield from (f"{read.path}: {notice.text}" for notice in read.notices)
    if breakdown and (left := breakdown.left_out):
        yield text(
            "notice.by_left_out",
            by=",".join(breakdown.by),
            rows=breakdown.rows,
            listed=breakdown.records.height,
            left=left["rows"],
            records=left["records"],
            errors=left["records_with_errors"],
            found=left["records_with_findings"],
        )
    where = prepared.wanted.where
    if where is not None and prepared.where is not None:
        asked = sorted(needed_columns(prepared.compilation.facts, where.meta.root_names()))
        for read in reading.inputs:
            absent = [column for column in asked if column not in read.columns]
            if absent:
                yield text("notice.where_absent", path=read.path, columns=", ".join(absent))


def _rule_results(prepared: Prepared, reading: Reading, counts: pl.DataFrame) -> Iterator[RuleResult]:
    """Yield how each rule fared."""
    violations = dict(counts.group_by("code").agg(pl.col("violations").sum()).iter_rows())
    tables = [table for read in reading.inputs for table in read.tables]
    silent = [silenced(frozenset(i.ignored), prepared.rulebook) for i in tables]
    for rule in prepared.rulebook.rules:
        needs = prepared.compilation.needs[rule.code]
        lacks = [
            lacking(needs, i.present) or (i.ignored if rule.code in codes else [])
            for i, codes in zip(tables, silent, strict=True)
        ]
        reasons = sorted({column for missing in lacks for column in missing})
        reason = ", ".join(reasons) or None
        if rule.code not in prepared.wanted.selected:
            status, reason = DESELECTED, None
        elif not lacks or all(lacks):
            status = NOT_EVALUATED
        else:
            status = PARTLY if any(lacks) else EVALUATED
        yield RuleResult(rule, status, reason, violations.get(rule.code, 0))
