"""What an audit found that an earlier one had not: its findings beside those of a baseline."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl
from polars.io.plugins import register_io_source

from thuebao.base.errors import UsageError
from thuebao.base.messages import text
from thuebao.base.scratch import private_folder
from thuebao.results.compare.match import (
    AT_ONCE,
    HASH,
    NUMBER,
    added,
    batches,
    check_key,
    refuse_unlike,
    scan_findings,
    store_keys,
)
from thuebao.results.files import findings_file
from thuebao.results.findings import SCHEMA, Findings
from thuebao.results.result import AuditResult


def key_for(key: str, *, hashed: bool) -> str:
    """Return by what an audit's findings are told apart: numbers by their hashes, where it writes these."""
    return HASH if key == NUMBER and hashed else key


def check_baseline(baseline: Path, key: str, *, reveal: bool, hashed: bool = False) -> None:
    """Raise UsageError or InputError on a baseline that no audit could be held against, before any data is read.

    key: one of match.KEYS; reveal: whether the audit's own findings will be unmasked; hashed: whether they will carry
    a keyed hash.
    """
    check_key(key)
    if key == NUMBER and not reveal:
        raise UsageError("baseline_masked")
    if key == HASH and not hashed:
        raise UsageError("baseline_without_key")
    refuse_unlike(scan_findings(baseline), baseline, key)


def new_findings(
    baseline: Path,
    findings: pl.LazyFrame,
    *,
    key: str = NUMBER,
    named: Path | None = None,
    at_once: int = AT_ONCE,
    temp_dir: Path | None = None,
) -> pl.LazyFrame:
    """Return the findings that the file `baseline` does not have, in their order.

    Of several findings of one key the first are those of the baseline, as many as it has, and the others are new.
    `findings` are read once now and once again whenever the result is collected, so that they should be a scan of a
    file that lives as long; `named` is what messages call it. A bit for each finding stays in memory, no more.

    Raises UsageError or InputError when findings cannot be told apart: when they are masked, or no findings.
    """
    check_key(key)
    called = named or Path("findings")
    with private_folder(temp_dir) as folder:
        old = store_keys(scan_findings(baseline), baseline, key, folder, "old")
        new = store_keys(findings, called, key, folder, "new")
        flags = added(old, new, at_once)

    def some(
        with_columns: list[str] | None, predicate: pl.Expr | None, n_rows: int | None, batch_size: int | None
    ) -> Iterator[pl.DataFrame]:
        del batch_size
        at, wanted = 0, n_rows
        for batch in batches(findings, called):
            kept = batch.filter(flags.slice(at, batch.height))
            at += batch.height
            if wanted is not None:
                kept = kept.head(wanted)
                wanted -= kept.height
            kept = kept.filter(predicate) if predicate is not None else kept
            yield kept.select(with_columns) if with_columns else kept
            if wanted == 0:
                return

    return register_io_source(some, schema=SCHEMA)


def narrowed(result: AuditResult, new: pl.LazyFrame) -> AuditResult:
    """Return the result of an audit with only those findings counted that are new.

    Records and what rules were evaluated for stay as they are, and so does what a findings file does not hold:
    findings about files, groups, offenders, identities and breakdowns.
    """
    violations, records = _counted(new)
    counts = result.counts.drop("violations").join(violations, on=["operator", "code"], how="left")
    order = ["operator", "records", "records_with_errors", "records_with_findings"]
    operators = result.operators.select("operator", "records").join(records, on="operator", how="left")
    by_code = dict(violations.group_by("code").agg(pl.col("violations").sum()).iter_rows())
    return replace(
        result,
        counts=counts.with_columns(pl.col("violations").fill_null(0)),
        operators=operators.with_columns(pl.col(order[2:]).fill_null(0)).select(order),
        rules=tuple(replace(r, violations=by_code.get(r.rule.code, 0)) for r in result.rules),
        scan_findings=lambda: new,
    )


def _counted(findings: pl.LazyFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return violations by operator and code, and records with errors and with findings by operator.

    The findings of a record stand together: the last one of a batch waits for what the next batch has of it.
    """
    violations = [pl.DataFrame(schema={"operator": pl.String, "code": pl.String, "violations": pl.Int64})]
    counted = dict.fromkeys(("records_with_errors", "records_with_findings"), pl.Int64)
    records = [pl.DataFrame(schema={"operator": pl.String, **counted})]
    held = pl.DataFrame(schema={name: SCHEMA[name] for name in ("path", "record", "operator", "code", "severity")})
    for batch in findings.select(held.columns).collect_batches(maintain_order=True):
        violations.append(batch.group_by("operator", "code").agg(violations=pl.len().cast(pl.Int64)))
        together = pl.concat([held, batch])
        last = together.tail(1).select("path", "record")
        held = together.join(last, on=["path", "record"], how="semi")
        records.append(_records(together.join(last, on=["path", "record"], how="anti")))
    records.append(_records(held))
    return (
        pl.concat(violations).group_by("operator", "code").agg(pl.col("violations").sum()),
        pl.concat(records).group_by("operator").agg(pl.all().sum()),
    )


def _records(findings: pl.DataFrame) -> pl.DataFrame:
    each = findings.group_by("operator", "path", "record").agg(error=(pl.col("severity") == "error").any())
    return each.group_by("operator").agg(
        records_with_errors=pl.col("error").sum().cast(pl.Int64), records_with_findings=pl.len().cast(pl.Int64)
    )


def said(result: AuditResult, new: AuditResult, baseline: Path) -> str:
    """Return the line for the summary: how many findings there are, and how many of them are new."""
    of, some = (sum(r.violations for r in counted.rules) for counted in (result, new))
    return text("compare.new_against", findings=of, new=some, baseline=baseline)


def write_findings(findings: pl.LazyFrame, path: Path, *, bom: bool = False) -> None:
    """Write findings to a .csv or .parquet file as an audit does: whole or not at all, for its owner only."""
    with findings_file(path, bom=bom) as output:
        for batch in findings.collect_batches(maintain_order=True):
            output.add(Findings.of(batch))
