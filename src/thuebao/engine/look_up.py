"""Looks up single records of an export: what stands in them, how that is understood, what an audit finds on them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from thuebao.base.errors import InputError, UsageError
from thuebao.base.scratch import private_folder
from thuebao.engine.options import AuditOptions
from thuebao.engine.prepare import Prepared, prepare
from thuebao.engine.rejected import Rejections
from thuebao.engine.run import run
from thuebao.engine.shown import as_shown, shown_of
from thuebao.engine.understand import Understood, understood
from thuebao.results.compare.match import scan_findings
from thuebao.results.findings import SCHEMA
from thuebao.results.result import AuditResult
from thuebao.rulebook.columns import columns
from thuebao.rulebook.rule import Rule
from thuebao.sources import Batch, Export, find_exports, open_exports
from thuebao.sources.discover import STANDARD_INPUT
from thuebao.sources.packing.stored import named_at

_MOST_BESIDE = 10
"""Records of a group that are named beside one."""


@dataclass(frozen=True)
class Place:
    """Where a record stands; line: of the file or the sheet, None where there are none."""

    path: str
    sheet: str | None
    record: int
    line: int | None


@dataclass(frozen=True)
class Value:
    """A cell of a record: its header, the canonical column that it is, its text, and how that is understood.

    state: of engine/understand.py. What may be personal is masked unless it was asked for.
    """

    header: str
    column: str | None
    text: str | None
    understood: str | None
    state: str


@dataclass(frozen=True)
class Finding:
    """A finding on a record; beside: other records of its group on which it was found, `size` in all."""

    rule: Rule
    field: str | None
    value: str | None
    basis: str
    beside: tuple[Place, ...] = ()
    size: int = 0


@dataclass(frozen=True)
class LookedUp:
    """A record; rejected: why it is none, with its text only if values were asked for.

    era: the id of the era whose law judges it, None if it is past its retention and no rule about records applies.
    """

    place: Place
    operator: str | None
    values: tuple[Value, ...] = ()
    findings: tuple[Finding, ...] = ()
    era: str | None = None
    rejected: str | None = None
    text: str | None = None


def look_up(path: str, records: Sequence[int], options: AuditOptions, among: Sequence[str] = ()) -> list[LookedUp]:
    """Return the records of the export at `path` (or `zip/member`) with these numbers, which count as an audit's do.

    among: other exports to compare its records with.
    Raises UsageError for a number that it does not have, InputError if it or another cannot be read.
    """
    if STANDARD_INPUT in (path, *among):
        raise InputError("input_not_shown")
    around, members = named_at(path)
    if len(members) > 1:
        raise UsageError("show_several", path=path, members=", ".join(member.path for member in members))
    [stored] = members
    prepared = prepare(options)
    result, findings = _audited(prepared, [*among, around], stored.path)
    [read] = [one for one in result.inputs if one.path == stored.path]
    rows, total = {}, read.records + read.rejected
    for number in records:
        if not 1 <= number <= total:
            raise UsageError("record_missing", path=path, record=number, count=total)
    exports = open_exports(stored, prepared.operators, prepared.rulebook.reference, prepared.read_as)
    ignored = {sheet.name: sheet.ignored for sheet in read.sheets}
    for export, batch, number, at in _found(exports, {*records}):
        of_file = ignored.get(export.sheet or "", read.ignored)
        rows[number] = _looked_up(export, batch, number, at, _Context(prepared, findings, frozenset(of_file)))
    exports[0].close()
    return [rows[number] for number in dict.fromkeys(records)]


def _audited(prepared: Prepared, paths: Sequence[str], wanted: str) -> tuple[AuditResult, pl.DataFrame]:
    """Return the result of an audit, and its findings on the file `wanted` and in the groups of these."""
    found = find_exports(paths)
    with private_folder(prepared.options.temp_dir) as folder:
        file = folder / "findings.parquet"
        result = run(prepared, found.files, findings=file)
        if errors := (*found.errors, *result.unreadable):
            raise errors[0]
        if not any(read.path == wanted for read in result.inputs):
            raise InputError("nothing_read", path=wanted)
        scan = scan_findings(file)
        own = scan.filter(pl.col("path") == wanted)
        groups = own.select(pl.col("group").drop_nulls().unique()).collect(engine="streaming")["group"]
        of_groups = pl.col("group").is_in(groups.implode())
        findings = scan.filter((pl.col("path") == wanted) | of_groups).collect(engine="streaming")
    return result, findings.select(*SCHEMA)


def _found(exports: Sequence[Export], wanted: Collection[int]) -> Iterator[tuple[Export, Batch, int, int]]:
    """Yield each wanted record: its export, its batch, its number, and its place among the batch's."""
    before = 0
    for export in exports:
        for batch in export.as_it_stands():
            for number in sorted(wanted):
                if before < number <= before + batch.size:
                    yield export, batch, number, number - before - 1
            before += batch.size


@dataclass(frozen=True)
class _Context:
    prepared: Prepared
    findings: pl.DataFrame
    ignored: frozenset[str]


def _looked_up(export: Export, batch: Batch, number: int, at: int, context: _Context) -> LookedUp:
    reveal = context.prepared.options.reveal
    if rejected := batch.rejected.get(at):
        place = Place(export.path, export.sheet, number, rejected.line)
        why = Rejections.of(export).why(rejected)
        return LookedUp(place, export.operator, rejected=why, text=rejected.text if reveal else None)
    row = at if batch.places is None else int(batch.places.search_sorted(at))
    place = Place(export.path, export.sheet, number, batch.lines[row] if batch.lines is not None else None)
    stands = batch.records[row]
    meant = export.values.apply(Batch(stands)).records
    means = understood(meant, export, context.prepared.compilation.facts, context.ignored)
    values = tuple(_values(export, stands, means, reveal=reveal))
    findings = tuple(_findings(place, context))
    return LookedUp(place, means.operator, values, findings, means.era)


def _values(export: Export, stands: pl.DataFrame, means: Understood, *, reveal: bool) -> Iterator[Value]:
    """Yield the cells of a record in the file's order; columns without a header only where something stands in them."""
    header = export.header
    for position, (name, batch_name) in enumerate(zip(header.names, header.raw_names, strict=True)):
        text, column = stands[batch_name], header.column_at(position)
        if not name.strip() and not (text[0] or "").strip():
            continue
        value, state = means.of(column)
        shown_text, shown_value = (shown_of(column, as_shown(one), reveal=reveal)[0] for one in (text, value))
        yield Value(name.strip(), column, shown_text, shown_value, state)


def _findings(place: Place, context: _Context) -> Iterator[Finding]:
    own = context.findings.filter(path=place.path, record=place.record)
    for found in own.iter_rows(named=True):
        group = [found["group"]] if found["group"] is not None else []
        in_group = context.findings.filter(pl.col("group").is_in(group))
        beside = in_group.filter((pl.col("path") != place.path) | (pl.col("record") != place.record))
        some = beside.head(_MOST_BESIDE).select("path", "sheet", "record", "line")
        yield Finding(
            context.prepared.rulebook.by_code[found["code"]],
            found["field"] if found["field"] in columns() else None,
            found["value"],
            found["basis"],
            tuple(Place(*one) for one in some.iter_rows()),
            beside.height,
        )
