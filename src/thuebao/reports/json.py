"""The audit as one JSON document (schema thuebao-audit/1): the same input gives the same bytes."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from thuebao import __version__
from thuebao.result import AuditResult

SCHEMA = "thuebao-audit/1"


def as_dict(result: AuditResult) -> dict[str, Any]:
    """Return the document as plain data."""
    rules: dict[str, list[dict[str, Any]]] = {}
    for operator, code, evaluated, violations in result.counts.iter_rows():
        rules.setdefault(operator, []).append({"code": code, "evaluated": evaluated, "violations": violations})
    return {
        "schema": SCHEMA,
        "tool": {"name": "thuebao", "version": __version__},
        "as_of": result.as_of.isoformat(),
        "law": result.law,
        "inputs": [asdict(i) for i in result.inputs],
        "unreadable": [{"path": str(e.values.get("path", "")), "reason": e.key} for e in result.unreadable],
        "export_findings": [asdict(f) for f in result.export_findings],
        "operators": [
            {**row, "rules": rules.get(row["operator"], [])} for row in result.operators.iter_rows(named=True)
        ],
        "rules": [
            {
                "code": r.rule.code, "name": r.rule.name, "severity": r.rule.severity, "status": r.status,
                "reason": r.reason, "violations": r.violations,
            }
            for r in result.rules
        ],
        "totals": result.totals,
    }  # fmt: skip


def render(result: AuditResult) -> str:
    """Return the document as text."""
    return json.dumps(as_dict(result), ensure_ascii=False, indent=1)
