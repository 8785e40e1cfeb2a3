"""The audit as a function: options in, result out."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
from polars.io.plugins import register_io_source

from thuebao.base.errors import InputError
from thuebao.base.messages import text
from thuebao.base.scratch import private_folder
from thuebao.engine.memory import memory_limit as bytes_of
from thuebao.engine.memory import records_at_once
from thuebao.engine.read import Progress
from thuebao.engine.rejected import limit_of
from thuebao.engine.run import Job, Options
from thuebao.results import findings as found
from thuebao.results.files import check_findings_path, check_rejects_path, is_ours
from thuebao.results.result import AuditResult
from thuebao.rulebook.book import read_rulebook
from thuebao.rulebook.law import AUTO
from thuebao.sources import ReadAs, find_exports
from thuebao.sources.discover import STANDARD_INPUT
from thuebao.sources.encodings.encoding import encoding_named
from thuebao.sources.headers.mapping import read_mapping


def today() -> date:
    """Return today's date in Viet Nam."""
    return datetime.now(ZoneInfo("Asia/Ho_Chi_Minh")).date()


def audit(
    paths: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    *,
    operator: str | None = None,
    rules: Sequence[Path] = (),
    select: str | Sequence[str] = (),
    ignore: str | Sequence[str] = (),
    severity: Mapping[str, str] | None = None,
    parameters: Mapping[str, int] | None = None,
    as_of: date | None = None,
    law: str = AUTO,
    by: str | Sequence[str] = (),
    where: str | None = None,
    show: str | Sequence[str] = (),
    findings: str | os.PathLike[str] | None = None,
    encoding: str | None = None,
    sheet: str | None = None,
    mappings: Sequence[Path] = (),
    rejects: str | os.PathLike[str] | None = None,
    max_rejected: str = "1%",
    reveal: bool = False,
    hash_inputs: bool = False,
    memory_limit: str | None = None,
    temp_dir: str | os.PathLike[str] | None = None,
    progress: Progress | None = None,
) -> AuditResult:
    """Check every record of the exports at `paths` (files, folders, patterns) and return what was found.

    operator: whose the records are, for files that do not say so themselves.
    rules: folders with rules of the user's own, beside the shipped ones.
    select, ignore: rule codes or prefixes of codes; severity: code → error, warning or info.
    parameters: of rules, such as {"DUP141.threshold": 4}.
    as_of: the day of the audit (default: today in Viet Nam); law: a law's name judges every record under it.
    by: canonical columns, or month (of registration), by which records are counted too.
    where: a SQL predicate over columns and facts; only records for which it holds are judged and counted, while
    groups are looked for among all records.
    show: codes of rules across records whose largest groups are wanted.
    findings: a .csv or .parquet file to write, one row per record and rule, masked unless `reveal`.
    encoding: of all text files; sheet: of workbooks, by name or number; mappings: mapping files for headers.
    rejects: a .csv file to write, one row per line that is no record, as it stands in the export.
    max_rejected: how many such lines a file may have, as a share ("1%") or a number; one with more is unreadable.
    hash_inputs: also work out each file's SHA-256.
    memory_limit: such as "2GB" (default: a quarter of the machine's memory); temp_dir: where temporary files go.

    A file that cannot be read does not stop the others: it is in `unreadable`, and nothing of it is counted.
    Raises UsageError, RuleError or OutputError before any data is read, OutputError also when a disk fills.
    """
    rulebook = read_rulebook(rules).with_severities(dict(severity or {})).with_parameters(dict(parameters or {}))
    options = Options(
        operator=operator,
        selected=rulebook.selected(_listed(select), _listed(ignore)),
        as_of=as_of or today(),
        law=law,
        read_as=ReadAs(
            encoding_named(encoding) if encoding is not None else None,
            sheet,
            [read_mapping(Path(path)) for path in mappings],
        ),
        most_rejected=limit_of(max_rejected),
        by=tuple(_listed(by)),
        where=where,
        show=tuple(_listed(show)),
        reveal=reveal,
        hash_inputs=hash_inputs,
        at_once=records_at_once(bytes_of(memory_limit)),
        temp_dir=Path(temp_dir) if temp_dir else None,
    )
    job = Job(rulebook, options)
    findings = Path(findings) if findings else None
    rejects = Path(rejects) if rejects else None
    outputs = [path for path in (findings, rejects) if path and is_ours(path)]
    sources = find_exports([paths] if isinstance(paths, str | os.PathLike) else paths, outputs)
    if findings:
        check_findings_path(findings, [*sources.files, *map(os.fspath, mappings)])
    if rejects:
        check_rejects_path(rejects, findings, [*sources.files, *map(os.fspath, mappings)])
    result = job.run(sources.files, findings, progress, rejects)
    again = partial(_read_again, job, sources.files, options.temp_dir)
    unreadable = (*sources.errors, *result.unreadable)
    if not result.inputs and not unreadable:
        unreadable = (InputError("nothing_read", path=", ".join(sources.files)),)
    scan = result.scan_findings  # of nothing, where nothing could be read
    if result.inputs:
        scan = partial(_scan_findings, findings) if findings else again
    return replace(
        result,
        unreadable=unreadable,
        notices=(*_notices(sources.passed_over, sources.given_twice), *result.notices),
        scan_findings=scan,
    )


def _listed(values: str | Sequence[str]) -> Sequence[str]:
    return [values] if isinstance(values, str) else values


def _notices(passed_over: Sequence[str], given_twice: Sequence[str]) -> Iterator[str]:
    if passed_over:
        yield text("notice.passed_over", count=len(passed_over), files=", ".join(passed_over))
    if given_twice:
        yield text("notice.given_twice", files=", ".join(given_twice))


def _scan_findings(path: Path) -> pl.LazyFrame:
    if path.suffix.lower() == ".csv":
        return pl.scan_csv(path, schema=found.SCHEMA)
    return pl.scan_parquet(path)


def _read_again(job: Job, files: Sequence[str], temp_dir: Path | None) -> pl.LazyFrame:
    """Return the findings as a lazy frame that audits the files again when it is collected."""

    def batches(
        with_columns: list[str] | None, predicate: pl.Expr | None, n_rows: int | None, batch_size: int | None
    ) -> Iterator[pl.DataFrame]:
        del batch_size
        if STANDARD_INPUT in files:
            raise InputError("input_once")
        with private_folder(temp_dir) as folder:
            path = folder / "findings.parquet"
            job.run(files, path, None)
            scan = pl.scan_parquet(path).head(n_rows) if n_rows is not None else pl.scan_parquet(path)
            scan = scan.filter(predicate) if predicate is not None else scan
            scan = scan.select(with_columns) if with_columns else scan
            yield from scan.collect_batches(maintain_order=True)

    return register_io_source(batches, schema=found.SCHEMA)
