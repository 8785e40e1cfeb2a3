"""The audit: one pass over every file, all row rules at once, memory independent of the number of records."""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
from polars.io.plugins import register_io_source

from thuebao import findings as found
from thuebao.errors import InputError, ThuebaoError
from thuebao.law import AUTO
from thuebao.outputs import FindingsFile, Replacement, check_findings_path, open_findings, writing
from thuebao.plan import Compilation, Plan, compile_rules, plan_for
from thuebao.result import (
    DESELECTED,
    EVALUATED,
    NOT_EVALUATED,
    PARTLY,
    AuditResult,
    ExportFinding,
    Input,
    RuleResult,
)
from thuebao.rulebook import Rulebook, read_rulebook
from thuebao.sources import Export, find_exports, open_export
from thuebao.tally import COUNTS_SCHEMA, OPERATORS_SCHEMA, Tally, summed
from thuebao.texts import text

_AT_ONCE = 2

Progress = Callable[[str, int], None]
"""Told the path of the file being read and how many records all files gave so far."""


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
    as_of: date | None = None,
    law: str = AUTO,
    findings: str | os.PathLike[str] | None = None,
    reveal: bool = False,
    hash_inputs: bool = False,
    progress: Progress | None = None,
) -> AuditResult:
    """Check every record of the exports at `paths` (files, folders, patterns) and return what was found.

    operator: whose the records are, for files that do not say so themselves.
    rules: folders with rules of the user's own, beside the shipped ones.
    select, ignore: rule codes or prefixes of codes; severity: code → error, warning or info.
    as_of: the day of the audit (default: today in Viet Nam); law: a law's name judges every record under it.
    findings: a .csv or .parquet file to write, one row per record and rule, masked unless `reveal`.
    hash_inputs: also work out each file's SHA-256.

    A file that cannot be read does not stop the others: it is in `unreadable`, and nothing of it is counted.
    Raises UsageError, RuleError or OutputError before any data is read, OutputError also when a disk fills.
    """
    rulebook = read_rulebook(rules).with_severities(dict(severity or {}))
    as_of = as_of or today()
    run = _Run(
        rulebook,
        rulebook.selected(_listed(select), _listed(ignore)),
        compile_rules(rulebook, as_of, law),
        operator,
        reveal,
        hash_inputs,
    )
    findings = Path(findings) if findings else None
    sources = find_exports([paths] if isinstance(paths, str | os.PathLike) else paths, findings)
    if findings:
        check_findings_path(findings, sources.files)
    with ExitStack() as stack:
        replacement = stack.enter_context(Replacement(findings)) if findings else None
        output = None
        if replacement:
            with writing(findings):
                output = open_findings(replacement)
            stack.callback(output.abandon)
        for path in sources.files:
            run.read(path, output, findings, progress)
        if output and replacement:
            with writing(findings):
                output.close()
            replacement.wanted = bool(run.inputs)
    return _result(
        run, as_of, law, sources.errors, _notices(run.passed_over + sources.passed_over, sources.given_twice), findings
    )


def _listed(codes: str | Sequence[str]) -> Sequence[str]:
    return [codes] if isinstance(codes, str) else codes


@dataclass
class _Run:
    """An audit under way."""

    rulebook: Rulebook
    selected: frozenset[str]
    compilation: Compilation
    operator: str | None
    reveal: bool
    hash_inputs: bool
    inputs: list[Input] = field(default_factory=list)
    exports: list[Export] = field(default_factory=list)
    unreadable: list[ThuebaoError] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)
    operators: list[pl.DataFrame] = field(default_factory=list)
    counts: list[pl.DataFrame] = field(default_factory=list)
    records: int = 0
    _plans: dict[frozenset[str], Plan] = field(default_factory=dict)
    _texts: dict[Plan, pl.DataFrame] = field(default_factory=dict)

    def read(self, path: str, output: FindingsFile | None, findings: Path | None, progress: Progress | None) -> None:
        """Audit one file; if it cannot be read to its end, nothing of it stays."""
        if output:
            with writing(findings):
                output.mark()
        before = self.records
        try:
            export = open_export(path, self.operator, self.rulebook.reference)
            if export.header.names == tuple(found.SCHEMA):
                self.passed_over.append(path)  # what an earlier audit wrote
                return
            plan = self.plan(export)
            tally = Tally(plan)
            with ExitStack() as aside:
                hasher = aside.enter_context(ThreadPoolExecutor(1))
                digest = hasher.submit(_sha256, path) if self.hash_inputs else None
                batches = aside.enter_context(closing(self.evaluated(export, plan)))
                for evaluated in batches:
                    tally.add(evaluated)
                    self.records += evaluated.height
                    if output:
                        with writing(findings):
                            output.add(self.findings_of(evaluated, plan, path))
                    if progress:
                        progress(path, self.records)
                sha256 = digest.result() if digest else None
            self._check_any(path, self.records - before)
        except InputError as error:
            self.records = before
            self.unreadable.append(error)
            if output:
                with writing(findings):
                    output.take_back()
            return
        self.exports.append(export)
        self.operators.append(tally.operators())
        self.counts.append(tally.counts())
        header = export.header
        self.inputs.append(
            Input(
                path, sha256, export.bytes, export.format, export.encoding, self.records - before, 0,
                header.mapped, header.absent,
            )
        )  # fmt: skip

    @staticmethod
    def _check_any(path: str, records: int) -> None:
        if not records:
            raise InputError("file_without_records", path=path)

    def plan(self, export: Export) -> Plan:
        """Return the plan for a file's columns."""
        present = frozenset(export.header.mapped)
        if present not in self._plans:
            self._plans[present] = plan_for(self.compilation, self.selected, present)
        return self._plans[present]

    def evaluated(self, export: Export, plan: Plan) -> Generator[pl.DataFrame]:
        """Yield the evaluated batches of a file, each record with its number."""
        # Two batches at once: where the steps of one leave a processor idle, the other's fill it.
        record = 1
        under_way: deque[Future[pl.DataFrame]] = deque()
        with ThreadPoolExecutor(_AT_ONCE) as workers:
            for batch in export.batches(set(plan.wanted)):
                if batch.height:
                    under_way.append(workers.submit(plan.evaluate, batch, export.operator, record))
                record += batch.height
                if len(under_way) == _AT_ONCE:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()

    def findings_of(self, evaluated: pl.DataFrame, plan: Plan, path: str) -> found.Findings:
        """Return the findings of an evaluated batch."""
        if plan not in self._texts:
            self._texts[plan] = found.texts_of(plan, self.rulebook.law)
        return found.findings_of(evaluated, plan, path, self._texts[plan], reveal=self.reveal)

    def export_findings(self) -> Iterator[ExportFinding]:
        """Yield the findings about the files that were read."""
        for export in self.exports:
            present = set(export.header.mapped)
            for rule in self.rulebook.export_rules:
                if rule.code not in self.selected:
                    continue
                details = [" | ".join(group) for group in rule.needs or () if present.isdisjoint(group)]
                if rule.name == "column-unknown" and export.header.unknown:
                    details = [", ".join(name.strip() for name in export.header.unknown)]
                for detail in details:
                    yield ExportFinding(rule.code, export.path, rule.severity, detail)

    def rule_results(self, counts: pl.DataFrame) -> Iterator[RuleResult]:
        """Yield how each rule fared."""
        violations = dict(counts.group_by("code").agg(pl.col("violations").sum()).iter_rows())
        for compiled in self.compilation.rules:
            rule = compiled.rule
            lacking = [compiled.missing(i.columns) for i in self.inputs]
            reasons = sorted({column for missing in lacking for column in missing})
            reason = ", ".join(reasons) or None
            if rule.code not in self.selected:
                status, reason = DESELECTED, None
            elif not lacking or all(lacking):
                status = NOT_EVALUATED
            else:
                status = PARTLY if any(lacking) else EVALUATED
            yield RuleResult(rule, status, reason, violations.get(rule.code, 0))

    def lazy_findings(self) -> pl.LazyFrame:
        """Return the findings as a lazy frame that reads the exports again when it is collected."""

        def batches(
            with_columns: list[str] | None,
            predicate: pl.Expr | None,
            n_rows: int | None,
            batch_size: int | None,
        ) -> Iterator[pl.DataFrame]:
            del batch_size
            for export in self.exports:
                plan = self.plan(export)
                for evaluated in self.evaluated(export, plan):
                    part = self.findings_of(evaluated, plan, export.path).frame
                    if n_rows is not None:
                        part = part.head(n_rows)
                        n_rows -= part.height
                    if predicate is not None:
                        part = part.filter(predicate)
                    yield part.select(with_columns) if with_columns else part
                    if n_rows == 0:
                        return

        return register_io_source(batches, schema=found.SCHEMA)


def _sha256(path: str) -> str:
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _notices(passed_over: list[str], given_twice: list[str]) -> tuple[str, ...]:
    notices = []
    if passed_over:
        notices.append(text("notice.passed_over", count=len(passed_over), files=", ".join(passed_over)))
    if given_twice:
        notices.append(text("notice.given_twice", files=", ".join(given_twice)))
    return tuple(notices)


def _result(
    run: _Run,
    as_of: date,
    law: str,
    errors: list[ThuebaoError],
    notices: tuple[str, ...],
    findings: Path | None,
) -> AuditResult:
    order = pl.Enum([rule.code for rule in run.rulebook.rules])
    counts = summed(run.counts, COUNTS_SCHEMA, ["operator", "code"])
    counts = counts.sort("operator", pl.col("code").cast(order))
    return AuditResult(
        as_of=as_of,
        law=law,
        inputs=tuple(run.inputs),
        unreadable=(*errors, *run.unreadable),
        notices=notices,
        export_findings=tuple(run.export_findings()),
        operators=summed(run.operators, OPERATORS_SCHEMA, ["operator"]),
        counts=counts,
        rules=tuple(run.rule_results(counts)),
        rulebook=run.rulebook,
        scan_findings=partial(_scan_findings, findings) if findings else run.lazy_findings,
    )


def _scan_findings(path: Path) -> pl.LazyFrame:
    if path.suffix.lower() == ".csv":
        return pl.scan_csv(path, schema=found.SCHEMA)
    return pl.scan_parquet(path)
