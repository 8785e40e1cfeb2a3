"""One carrier's view of a result: nothing of another carrier's records, names or files.

This is the privacy boundary of a workbook that a carrier is given. It holds the carrier's own counts and findings, and
of an input, only what cannot tell anything of other carriers:

- A file is named only if it is known to hold records of the carrier. Where it may hold records of others too, `mixed`
  says so: its size and its counts of records and rejected lines are then not for the carrier to read.
- Of a group of records across carriers, the carrier's own records only, and not the size of the whole group.
- No notices and no unreadable files, for whose they are is not known; no breakdown; no condition that names others.

What the view cannot know is text inside the carrier's own records: it is shown as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import polars as pl

from thuebao.results.result import DESELECTED, EVALUATED, NOT_EVALUATED, PARTLY, AuditResult, Group, Input, RuleResult

CONDITION_HIDDEN = ""
"""Stands in `AuditResult.where` for a condition that names other carriers."""


@dataclass(frozen=True)
class View:
    """What a report may show, and to whom.

    operator: whose view it is, None for all; mixed: paths of files that may hold records of other carriers too;
    total: how many findings there are.
    """

    result: AuditResult
    operator: str | None
    mixed: frozenset[str]
    total: int


def view_of_all(result: AuditResult, findings: pl.LazyFrame) -> View:
    """Return the view of those who may see everything; `findings` stand in for the result's own."""
    total = findings.select(pl.col("path").len()).collect(engine="streaming").item()
    return View(replace(result, scan_findings=lambda: findings), None, frozenset(), int(total))


def view_of_operator(result: AuditResult, findings: pl.LazyFrame, operator: str) -> View:
    """Return the view of one carrier; `findings` are those of the whole audit."""
    counted = findings.group_by("path", "operator").agg(pl.len()).collect(engine="streaming")
    own = counted.filter(pl.col("operator") == operator)
    others = set(counted.filter(pl.col("operator").ne_missing(operator))["path"])
    paths = _paths(result, operator, own)
    mixed = _mixed(result, operator, paths, others)
    result = replace(result, scan_findings=lambda: findings.filter(pl.col("operator") == operator))
    return View(_of_operator(result, operator, paths, mixed), operator, mixed, int(own["len"].sum()))


def _paths(result: AuditResult, operator: str, own: pl.DataFrame) -> frozenset[str]:
    """Return the files that are known to hold records of an operator: those with findings on them.

    A file without any may be whosever, unless the audit knows one operator only and has judged all records.
    """
    if result.where is None and result.operators["operator"].to_list() == [operator]:
        return frozenset(i.path for i in result.inputs)
    return frozenset(own["path"])


def _mixed(result: AuditResult, operator: str, paths: frozenset[str], others: set[str]) -> frozenset[str]:
    """Return those of an operator's files that may hold records of others too.

    A file without a column for the operator is one operator's. Of the rest, the counts must add up to its records.
    """
    inputs = [i for i in result.inputs if i.path in paths]
    judged = result.operators.filter(pl.col("operator") == operator)["records"].sum()
    whole = result.where is None and sum(i.records for i in inputs) == judged
    return frozenset(i.path for i in inputs if "operator" in i.columns and (i.path in others or not whole))


def _of_operator(result: AuditResult, operator: str, paths: frozenset[str], mixed: frozenset[str]) -> AuditResult:
    """Return the parts of a result that concern one operator and its files."""
    own = pl.col("operator") == operator
    # How many lines of a file with records of several were rejected says something of the others.
    rejected = {rule.code for rule in result.rulebook.export_rules if rule.name == "records-rejected"}
    counts = result.counts.filter(own)
    inputs = tuple(replace(i, operators=(operator,)) for i in result.inputs if i.path in paths)
    labels = (result.identities or {}).get(None, {})
    tiers = (result.identities or {}).get(operator, dict.fromkeys(labels, 0))
    hidden = bool(result.where) and _names_others(result, operator, result.where or "")
    return replace(
        result,
        inputs=inputs,
        unreadable=(),
        archives={},
        passed_over=(),
        notices=(),
        export_findings=tuple(
            f for f in result.export_findings if f.path in paths and not (f.path in mixed and f.code in rejected)
        ),
        operators=result.operators.filter(own),
        counts=counts,
        rules=tuple(_rules_of(result, counts, inputs)),
        offenders=result.offenders.filter(own),
        identities=None if result.identities is None else {operator: tiers},
        breakdown=None,
        where=CONDITION_HIDDEN if hidden else result.where,
        groups={code: list(_groups_of(groups, operator)) for code, groups in result.groups.items()},
        exposure=result.exposure.of(operator) if result.exposure else None,
    )


def _names_others(result: AuditResult, operator: str, condition: str) -> bool:
    others = set(result.operators["operator"]) | set(result.rulebook.reference.operators.values())
    return any(name.casefold() in condition.casefold() for name in others - {operator} if name)


def _rules_of(result: AuditResult, counts: pl.DataFrame, inputs: Sequence[Input]) -> Iterator[RuleResult]:
    """Yield each rule's status and violations in an operator's records; columns that others' files lack don't count."""
    violations = dict(counts.select("code", "violations").iter_rows())
    tables = [table for read in inputs for table in read.tables]
    for r in result.rules:
        groups = r.reason.split(", ") if r.reason else []
        lacks = [group for group in groups if any(not set(group.split(" | ")) & set(t.columns) for t in tables)]
        status = r.status
        if status != DESELECTED:
            status = (PARTLY if lacks else EVALUATED) if r.rule.code in violations else NOT_EVALUATED
        yield RuleResult(r.rule, status, ", ".join(lacks) or None, violations.get(r.rule.code, 0))


def _groups_of(groups: Sequence[Group], operator: str) -> Iterator[Group]:
    """Yield groups with the records of one operator only."""
    for group in groups:
        own = group.records.filter(pl.col("operator") == operator)
        if own.height:
            yield Group(group.number, own.height, own)
