"""What an audit found, as plain data and Polars frames."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from thuebao.base.errors import ThuebaoError
from thuebao.rulebook.book import Rulebook
from thuebao.rulebook.load import SEVERITIES
from thuebao.rulebook.rule import Rule
from thuebao.sources.notice import Notice
from thuebao.sources.passed_over import PassedOver

if TYPE_CHECKING:
    from thuebao.results.exposure import Exposures

EVALUATED, PARTLY, NOT_EVALUATED, DESELECTED = "evaluated", "partly evaluated", "not evaluated", "deselected"


@dataclass(frozen=True)
class SheetRead:
    """A sheet of a workbook as it was read, by its own header; hidden: from who opens the workbook."""

    name: str
    hidden: bool
    records: int
    columns: dict[str, str]
    absent: list[str]
    ignored: list[str]

    @property
    def present(self) -> set[str]:
        """The columns that rules can rely on."""
        return self.columns.keys() - {*self.ignored}


@dataclass(frozen=True)
class Input:
    """An export as it was read.

    rejected: lines that are no records; passed_over: lines that are neither, by kind (sources/batch.py).
    operator_from: how it is known whose the records are; notices: what is said of it beyond findings; ignored: columns
    that the file has and that count as absent, since their values speak against them. sheets, sheets_left: of a
    workbook, those that were read and those with something in them that were not; `columns` has the columns of all,
    `absent` those that none has. operators: whose records are in it, by name.
    """

    path: str
    sha256: str | None
    bytes: int
    format: str
    encoding: str
    records: int
    rejected: int
    columns: dict[str, str]
    absent: list[str]
    passed_over: dict[str, int]
    operator_from: str = "column"
    notices: tuple[Notice, ...] = ()
    ignored: list[str] = field(default_factory=list)
    sheets: tuple[SheetRead, ...] = ()
    sheets_left: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()

    @property
    def present(self) -> set[str]:
        """The columns that rules can rely on."""
        return self.columns.keys() - {*self.ignored}

    @property
    def tables(self) -> Sequence[Input | SheetRead]:
        """What has one header: the sheets, or the file itself."""
        return self.sheets or (self,)


@dataclass(frozen=True)
class Archive:
    """A zip or tar around exports, as it was when it was opened."""

    bytes: int
    sha256: str


@dataclass(frozen=True)
class ExportFinding:
    """A finding about a file."""

    code: str
    path: str
    severity: str
    detail: str
    column: str | None = None
    rule: str | None = None
    count: int | None = None


@dataclass(frozen=True)
class RuleResult:
    """How a rule fared over all files; `reason` says why where it was not evaluated everywhere."""

    rule: Rule
    status: str
    reason: str | None
    violations: int


@dataclass(frozen=True)
class Breakdown:
    """Counts by columns of the user's choice.

    records: those columns, records, records_with_errors, records_with_findings; rules: those columns, code, evaluated,
    violations. Values of columns that may be personal are masked unless they were asked for, and numbered where masked
    ones look alike. left_out: where there are
    too many rows to list, how many are not, and their records, records_with_errors and records_with_findings.
    """

    by: tuple[str, ...]
    records: pl.DataFrame
    rules: pl.DataFrame
    left_out: Mapping[str, int] | None = None

    @property
    def rows(self) -> int:
        """How many rows there are, listed or not."""
        return self.records.height + (self.left_out["rows"] if self.left_out else 0)


@dataclass(frozen=True)
class Group:
    """Records that a rule across records found together; `records` has the first of `size`.

    records: path, record, operator, msisdn and the facts that the group was found by, masked unless asked for.
    """

    number: int
    size: int
    records: pl.DataFrame


@dataclass(frozen=True)
class AuditResult:
    """The result of an audit.

    operators: operator, records, records_with_errors, records_with_findings.
    archives: those whose digest was asked for, by path. passed_over: files beside the exports that were not read.
    counts: operator, code, evaluated, violations; one row for every rule that was evaluated.
    offenders: by (clerk_name, point_of_sale), operator, name, findings, records; those with the most findings.
    identities: identities by tier of numbers, by operator and under None over all; None if nothing could be counted.
    exposure: what the law provides for; None where nobody asks.
    Operators stand in alphabetical order, rules in the rulebook's.
    """

    as_of: date
    law: str
    inputs: tuple[Input, ...]
    unreadable: tuple[ThuebaoError, ...]
    passed_over: tuple[PassedOver, ...]
    archives: dict[str, Archive]
    notices: tuple[str, ...]
    export_findings: tuple[ExportFinding, ...]
    operators: pl.DataFrame
    counts: pl.DataFrame
    rules: tuple[RuleResult, ...]
    offenders: pl.DataFrame
    identities: dict[str | None, dict[str, int]] | None
    breakdown: Breakdown | None
    where: str | None
    groups: dict[str, list[Group]]
    rulebook: Rulebook
    scan_findings: Callable[[], pl.LazyFrame]
    exposure: Exposures | None = None

    def __repr__(self) -> str:
        """Return what a person asks first, in a few lines: the fields themselves print thousands."""
        totals = self.totals
        errors, findings = totals["records_with_errors"], totals["records_with_findings"]
        lines = [
            f"AuditResult as of {self.as_of}, law: {self.law}",
            f"  {totals['records']:,} records in {len(self.inputs)} files, {totals['rejected']:,} lines rejected",
            f"  {errors:,} records with errors, {findings:,} with findings",
        ]
        if self.unreadable:
            lines.append(f"  {len(self.unreadable)} inputs could not be read: .unreadable says why")
        return "\n".join([*lines, "  .operators, .counts, .rules, .findings hold the rest"])

    def _repr_html_(self) -> str:
        """Return the table of operators for a notebook."""
        return str(self.operators._repr_html_())

    @property
    def findings(self) -> pl.LazyFrame:
        """One row per record and rule, masked: see thuebao.results.findings.SCHEMA."""
        return self.scan_findings()

    @property
    def totals(self) -> dict[str, int]:
        """Return records, rejected, records_with_errors and records_with_findings over all operators."""
        sums = self.operators.select(pl.exclude("operator").sum())
        counted = sums.row(0, named=True) if self.operators.height else dict.fromkeys(sums.columns, 0)
        rejected = sum(i.rejected for i in self.inputs)
        return {"records": counted["records"], "rejected": rejected} | {
            name: counted[name] for name in ("records_with_errors", "records_with_findings")
        }

    @property
    def received(self) -> list[tuple[str, Input | Archive]]:
        """The files with their paths, in the order in which they were read, each archive before what is in it."""
        listed: list[tuple[str, Input | Archive]] = []
        left = dict(self.archives)
        for read in self.inputs:
            around = [path for path in left if read.path.startswith(f"{path}/")]
            listed += [(path, left.pop(path)) for path in around]
            listed.append((read.path, read))
        return listed

    def worst_severity(self) -> str | None:
        """Return the highest severity of anything found, None when nothing was."""
        found = {r.rule.severity for r in self.rules if r.violations} | {f.severity for f in self.export_findings}
        return next((s for s in SEVERITIES if s in found), None)
