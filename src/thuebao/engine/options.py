"""What an audit is asked for, in one place: the command line, Python and settings fill it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any

from thuebao.rulebook.law import AUTO

SHORT, FULL = "short", "full"
"""Lengths of a report that is to be read on paper."""

_PATHS = (
    "findings",
    "new_findings",
    "rejects",
    "per_operator",
    "baseline",
    "compare_with",
    "manifest",
    "pkcs11_module",
    "password_file",
    "temp_dir",
    "key_file",
    "template",
)
_LISTS = ("operator", "select", "ignore", "by", "show", "fail_on")
_LISTS_OF_PATHS = ("rules", "mappings", "reports")


@dataclass(frozen=True, kw_only=True)
class AuditOptions:
    """The options of an audit. Paths may be given as texts, and a single value where several may be given.

    What is read:
    operator: whose the records are that do not say so themselves; `x*.csv=NAME` speaks of files by their names.
    encoding: of all text files; sheet: of workbooks, by name or number; mappings: mapping files for headers.
    max_rejected: how many lines of a file may be no records ("1%" or a number); one with more is unreadable.
    hash_inputs: also work out each file's SHA-256.

    What is judged:
    rules: folders with rules of the user's own, beside the shipped ones.
    select, ignore: rule codes or prefixes of codes; severity: code → error, warning or info.
    parameters: of rules, such as {"DUP141.threshold": 4}.
    as_of: the day of the audit (None: today in Viet Nam); law: a law's name judges every record under it.
    where: a SQL predicate over columns and facts; only records for which it holds are judged and counted, while
    groups are looked for among all records.
    province: only records of this province, one of today's 34 or a former one.
    fail_on: severities and thresholds beyond which the audit fails (results/thresholds.py).

    What is shown and written:
    by: canonical columns, month (of registration) or province_now, by which records are counted too.
    show: codes of rules across records whose largest groups are wanted.
    exposure: whether what the law provides for the acts that errors point to is wanted, clause by clause.
    findings: a .csv, .parquet or (from the command alone) .xlsx file, one row per record and rule, masked unless
    `reveal`.
    new_findings: another one, of those that the baseline does not have; bom: CSV files begin with a byte order mark.
    rejects: a .csv file, one row per line that is no record, as it stands in the export.
    reports: .xlsx, .html, .docx and .pdf files; per_operator: a folder for one workbook for each operator.
    length: of .html reports, "short" or "full"; template: a .docx file whose fields .docx reports fill.
    force: replace files that are there.
    baseline: findings of an earlier audit; compare_with: its result.
    key: by what findings are told apart (results/compare/match.py).
    key_file: the key of the hash that findings carry of a number, so that they can be compared without plain numbers.
    manifest, sign_with: the evidence, and what it and PDF reports are signed with, a PKCS#12 file or token:LABEL.
    password_file: with the password or PIN; pkcs11_module, certificate: a token's library, and which certificate in it.
    timestamp: the address of a time stamp server; made_by: who answers for the audit.

    How it runs:
    memory_limit: such as "2GB" (None: a quarter of the machine's memory); temp_dir: where temporary files go.
    """

    operator: Sequence[str] = ()
    encoding: str | None = None
    sheet: str | None = None
    mappings: Sequence[Path] = ()
    max_rejected: str = "1%"
    hash_inputs: bool = False
    rules: Sequence[Path] = ()
    select: Sequence[str] = ()
    ignore: Sequence[str] = ()
    severity: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, int] = field(default_factory=dict)
    as_of: date | None = None
    law: str = AUTO
    where: str | None = None
    province: str | None = None
    fail_on: Sequence[str] = ("error",)
    by: Sequence[str] = ()
    show: Sequence[str] = ()
    exposure: bool = False
    findings: Path | None = None
    new_findings: Path | None = None
    rejects: Path | None = None
    reports: Sequence[Path] = ()
    per_operator: Path | None = None
    length: str = SHORT
    template: Path | None = None
    force: bool = False
    reveal: bool = False
    bom: bool = False
    baseline: Path | None = None
    compare_with: Path | None = None
    key: str = "number"
    manifest: Path | None = None
    sign_with: str | None = None
    password_file: Path | None = None
    pkcs11_module: Path | None = None
    certificate: str | None = None
    timestamp: str | None = None
    made_by: str | None = None
    key_file: Path | None = None
    memory_limit: str | None = None
    temp_dir: Path | None = None

    @classmethod
    def of(cls, **given: Any) -> AuditOptions:
        """Return options from values as a caller has them. Raises TypeError on an option that there is not."""
        unknown = sorted(given.keys() - {option.name for option in fields(cls)})
        if unknown:
            raise TypeError(f"audit() got an unexpected keyword argument {unknown[0]!r}")
        for name in _PATHS:
            given[name] = Path(given[name]) if given.get(name) else None
        for name in (*_LISTS, *_LISTS_OF_PATHS):
            if name in given:
                value = given[name] if given[name] is not None else ()
                values = (value,) if isinstance(value, str | os.PathLike) else tuple(value)
                given[name] = tuple(map(Path, values)) if name in _LISTS_OF_PATHS else values
        given["sign_with"] = os.fspath(given["sign_with"]) if given.get("sign_with") else None
        for name in ("severity", "parameters"):
            given[name] = dict(given.get(name) or {})
        return cls(**given)

    @property
    def is_evidence(self) -> bool:
        """Whether something is written that names its inputs by their digests."""
        return bool(self.reports or self.per_operator or self.manifest)

    def settings(self) -> dict[str, str | None]:
        """Return every option with its value, given or not; of files their names, of keys and passwords no more."""
        return {option.name: _said(getattr(self, option.name)) for option in fields(self)}

    def outputs(self) -> Iterator[Path]:
        """Yield the files that will be written, a manifest's and those of --per-operator aside."""
        yield from filter(None, (self.findings, self.new_findings, self.rejects, *self.reports))


def _said(value: Any) -> str | None:
    if isinstance(value, Mapping):
        value = [f"{name}={setting}" for name, setting in value.items()]
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else None if value is None else str(value)
