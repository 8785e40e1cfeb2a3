"""Renders the audit as one JSON document (schema thuebao-audit/1); the same input gives the same bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import polars as pl

from thuebao import __version__
from thuebao.base.foreign_text import CONTROLS
from thuebao.reports import exposure_document
from thuebao.results.result import AuditResult, Breakdown, Group, Input

SCHEMA = "thuebao-audit/1"


def as_dict(result: AuditResult, gate: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    """Return the document as plain data; `gate`: the verdicts on the thresholds of --fail-on."""
    rules = _rules_by_row(result.counts)
    return {
        "schema": SCHEMA,
        "tool": {"name": "thuebao", "version": __version__},
        "as_of": result.as_of.isoformat(),
        "law": result.law,
        "inputs": [_input(i) for i in result.inputs],
        "unreadable": [{"path": str(e.values.get("path", "")), "reason": e.key} for e in result.unreadable],
        "where": result.where,
        "export_findings": [asdict(f) for f in result.export_findings],
        "operators": [
            {**row, "rules": rules.get((row["operator"],), [])} for row in result.operators.iter_rows(named=True)
        ],
        "rules": [
            {name: getattr(r.rule, name) for name in ("code", "name", "severity")}
            | {"status": r.status, "reason": r.reason, "violations": r.violations}
            | ({"parameters": dict(r.rule.parameters)} if r.rule.parameters else {})
            for r in result.rules
        ],
        "identities": _identities(result),
        "points_of_sale": _offenders(result, "point_of_sale"),
        "clerks": _offenders(result, "clerk_name"),
        **({"breakdown": _breakdown(result.breakdown)} if result.breakdown else {}),
        **({"exposure": exposure_document.as_dict(result.exposure)} if result.exposure else {}),
        **({"groups": {code: _groups(groups) for code, groups in result.groups.items()}} if result.groups else {}),
        **({"gate": list(gate)} if gate else {}),
        "totals": result.totals,
        "files_passed_over": [{"path": passed.path, "reason": passed.reason} for passed in result.passed_over],
    }


def _input(read: Input) -> dict[str, Any]:
    fields = asdict(read)
    del fields["operators"]  # the counts by operator say it
    for part in (fields, *fields["sheets"]):
        del part["ignored"]
    last = ("operator_from", "passed_over", "notices", "sheets", "sheets_left")
    return {name: fields[name] for name in (*(name for name in fields if name not in last), *last)}


def _rules_by_row(counts: pl.DataFrame) -> dict[tuple[Any, ...], list[dict[str, Any]]]:
    """Return the counts of rules by the values of the columns before `code`: an operator, or a row of a breakdown."""
    rules: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for *by, code, evaluated, violations in counts.iter_rows():
        rules.setdefault(tuple(by), []).append({"code": code, "evaluated": evaluated, "violations": violations})
    return rules


def _identities(result: AuditResult) -> dict[str, Any]:
    if result.identities is None:
        return {"tiers": None, "operators": []}
    by_operator = [{"operator": o, "tiers": tiers} for o, tiers in result.identities.items() if o is not None]
    return {"tiers": result.identities[None], "operators": by_operator}


def _offenders(result: AuditResult, by: str) -> list[dict[str, Any]]:
    some = result.offenders.filter(pl.col("by") == by)
    return list(some.select("operator", "name", "findings", "records").iter_rows(named=True))


def _breakdown(breakdown: Breakdown) -> dict[str, Any]:
    width = len(breakdown.by)
    rules = _rules_by_row(breakdown.rules)
    counted = [
        {"values": dict(zip(breakdown.by, row[:width], strict=True))}
        | dict(zip(breakdown.records.columns[width:], row[width:], strict=True))
        | {"rules": rules.get(row[:width], [])}
        for row in breakdown.records.iter_rows()
    ]
    left_out = {"left_out": dict(breakdown.left_out)} if breakdown.left_out else {}
    return {"by": list(breakdown.by), "rows": counted, **left_out}


def _groups(groups: list[Group]) -> list[dict[str, Any]]:
    return [{"group": g.number, "size": g.size, "records": list(g.records.iter_rows(named=True))} for g in groups]


def render(result: AuditResult, gate: Sequence[dict[str, Any]] = ()) -> str:
    """Return the document as text."""
    return as_text(as_dict(result, gate))


def as_text(document: dict[str, Any]) -> str:
    """Return a document as text."""
    written = json.dumps(document, ensure_ascii=False, indent=1)
    # JSON allows control characters beyond ASCII unescaped, bidirectional overrides too: a terminal would obey them.
    return re.sub(CONTROLS, lambda sign: sign[0] if sign[0] == "\n" else json.dumps(sign[0])[1:-1], written)
