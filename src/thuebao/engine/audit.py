"""The audit as a function: paths and options in, result out."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import polars as pl
from polars.io.plugins import register_io_source

from thuebao.base.errors import InputError, InputErrors
from thuebao.base.messages import text
from thuebao.base.scratch import private_folder
from thuebao.engine.merge import TakeKinds
from thuebao.engine.options import AuditOptions
from thuebao.engine.outputs import check_findings_format, check_outputs, own_among
from thuebao.engine.prepare import Prepared, prepare
from thuebao.engine.progress import READING, Progress, Step, Told
from thuebao.engine.read import Seeing
from thuebao.engine.run import run
from thuebao.engine.where import compared, may_be_offered, nearest
from thuebao.results.compare.match import scan_findings
from thuebao.results.files import FINDINGS_FORMATS
from thuebao.results.findings import SCHEMA
from thuebao.results.result import AuditResult
from thuebao.rulebook.book import Rulebook
from thuebao.sources import find_exports
from thuebao.sources.discover import STANDARD_INPUT, nothing_read

Paths = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]


def audit(
    paths: Paths,
    options: AuditOptions | None = None,
    *,
    strict: bool = False,
    progress: Progress | None = None,
    **given: Any,
) -> AuditResult:
    """Check every record of the exports at `paths` (files, folders, patterns) and return what was found.

    options: see AuditOptions, or each of them by its name: `audit("exports/", as_of=day, findings="fix.csv")`.
    Of the files that they name only `findings` and `rejects` are written here.

    A file that cannot be read does not stop the others: it is in `unreadable`, and nothing of it is counted.
    strict: raises an InputErrors, the group of all of these, in the end.
    Raises UsageError, RuleError or OutputError before any data is read, OutputError also when a disk fills.
    """
    if options is None:
        options = AuditOptions.of(**given)
    elif given:
        raise TypeError("audit() takes options either as AuditOptions or by their names")
    if options.findings:
        check_findings_format(options.findings, FINDINGS_FORMATS)  # reports write workbooks, not the engine
    result = Audit(paths, options).run(options.findings, partial(_of_reading, progress) if progress else None)
    if strict and result.unreadable:
        raise InputErrors(result.unreadable)
    return result


class Audit:
    """An audit whose options are checked, rules compiled and files found, so that it can run.

    Raises UsageError, RuleError or OutputError on what it cannot be asked for.
    """

    def __init__(
        self, paths: Paths, options: AuditOptions, *, seen: Iterable[str] = (), outputs: Iterable[Path] = ()
    ) -> None:
        """Take what is asked for. seen: facts that somebody looks at in every record; outputs: more that is written."""
        prepared = prepare(options)
        self._prepared = replace(prepared, wanted=replace(prepared.wanted, seen=frozenset(seen)))
        own = own_among([*options.outputs(), *outputs])
        self._sources = find_exports([paths] if isinstance(paths, str | os.PathLike) else paths, own)
        check_outputs(options, self._sources.files)

    @property
    def rulebook(self) -> Rulebook:
        """The rules of the audit."""
        return self._prepared.rulebook

    @property
    def prepared(self) -> Prepared:
        """What the audit is ready to run with."""
        return self._prepared

    @property
    def files(self) -> Sequence[str]:
        """The exports that were found."""
        return self._sources.files

    def run(
        self,
        findings: Path | None = None,
        told: Told | None = None,
        *,
        seeing: Seeing | None = None,
        tell: TakeKinds | None = None,
    ) -> AuditResult:
        """Run the audit, write its findings to `findings` and rejected lines where the options say; `told` how far.

        seeing: looks at each record; tell: is given the kinds of findings (engine/run.py).
        """
        prepared, sources = self._prepared, self._sources
        result = run(
            prepared,
            sources.files,
            findings=findings,
            rejects=prepared.options.rejects,
            passed_over=sources.passed_over,
            told=told,
            seeing=seeing,
            tell=tell,
        )
        unreadable = (*sources.errors, *result.unreadable)
        if not result.inputs and not unreadable:
            unreadable = (nothing_read(sources),)
        scan = result.scan_findings  # of nothing, where nothing could be read
        if result.inputs:
            scan = partial(scan_findings, findings) if findings else partial(_read_again, prepared, sources.files)
        return replace(
            result,
            unreadable=unreadable,
            notices=(
                *_notices(sources.given_twice),
                *result.notices,
                *(_offers(prepared, sources.files) if result.inputs and not result.totals["records"] else ()),
            ),
            scan_findings=scan,
        )


def _of_reading(progress: Progress, step: Step) -> None:
    if step.phase == READING:
        progress(step.path, step.records)


def _notices(given_twice: Sequence[str]) -> Iterator[str]:
    if given_twice:
        yield text("notice.given_twice", files=", ".join(given_twice))


def _offers(prepared: Prepared, files: Sequence[str]) -> Iterator[str]:
    """Yield what is said where no record fulfils --where: for each value that it asks for, the nearest there is."""
    if not prepared.where or STANDARD_INPUT in files:
        return
    yield text("notice.where_of_none", where=prepared.where)
    values_of = cache(partial(_values_of, prepared, files))
    for column, asked in compared(prepared.where):
        if may_be_offered(column):
            offered = nearest(asked, values_of(column))
            if offered and offered != asked:
                yield text("notice.where_offer", column=column, asked=asked, offered=offered)


def _values_of(prepared: Prepared, files: Sequence[str], column: str) -> dict[str, int]:
    """Return how many records have each value of a column."""
    one_rule = prepared.rulebook.rules[0].code  # none is asked for, and some must be
    options = AuditOptions(by=(column,), select=(one_rule,), operator=prepared.options.operator)
    again = run(replace(prepare(options, prepared.rulebook), read_as=prepared.read_as), files)
    return dict(again.breakdown.records.select(column, "records").iter_rows()) if again.breakdown else {}


def _read_again(prepared: Prepared, files: Sequence[str]) -> pl.LazyFrame:
    """Return the findings as a lazy frame that audits the files again when it is collected."""

    def batches(
        with_columns: list[str] | None, predicate: pl.Expr | None, n_rows: int | None, batch_size: int | None
    ) -> Iterator[pl.DataFrame]:
        del batch_size
        if STANDARD_INPUT in files:
            raise InputError("input_once")
        with private_folder(prepared.options.temp_dir) as folder:
            path = folder / "findings.parquet"
            run(prepared, files, findings=path)
            scan = scan_findings(path)
            scan = scan.head(n_rows) if n_rows is not None else scan
            scan = scan.filter(predicate) if predicate is not None else scan
            scan = scan.select(with_columns) if with_columns else scan
            yield from scan.collect_batches(maintain_order=True)

    return register_io_source(batches, schema=SCHEMA)
