"""Renders the audit as SARIF 2.1.0 (OASIS), for export jobs in continuous integration.

A result gives file, record, line and rule, and no value of the record. Consumers limit the number of results: the
worst come first, and totals say how many there are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import polars as pl

from thuebao import __version__
from thuebao.base.foreign_text import harmless
from thuebao.base.messages import language, text
from thuebao.reports.github import unreadable
from thuebao.results.result import AuditResult, ExportFinding
from thuebao.rulebook.rule import Rule

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MOST_RESULTS = 5_000
"""Results of a run that GitHub code scanning keeps (its documented limit), the worst first."""
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}


def render(result: AuditResult) -> str:
    """Return the document as text: one run, one result for each finding, at most MOST_RESULTS."""
    rules = result.rulebook.by_code
    positions = {code: n for n, code in enumerate(rules)}
    total = sum(r.violations for r in result.rules) + len(result.export_findings)
    every = [*_about_files(result, rules), *_about_records(result, rules)]
    results = sorted(every, key=lambda found: list(_LEVELS.values()).index(found["level"]))[:MOST_RESULTS]
    run = {
        "tool": {
            "driver": {
                "name": "thuebao",
                "version": __version__,
                "semanticVersion": __version__,
                "language": language(),
                "rules": [_descriptor(rule, result) for rule in rules.values()],
            }
        },
        "invocations": [_invocation(result, len(results), total)],
        "results": [{**found, "ruleIndex": positions[found["ruleId"]]} for found in results],
        "columnKind": "unicodeCodePoints",
        "properties": {"totals": {**result.totals, "findings": total}, "findingsShown": len(results)},
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=1)


def _descriptor(rule: Rule, result: AuditResult) -> dict[str, Any]:
    fared = next((r for r in result.rules if r.rule.code == rule.code), None)
    evaluated = int(result.counts.filter(code=rule.code)["evaluated"].sum())
    counts = {"status": fared.status, "evaluated": evaluated, "violations": fared.violations} if fared else {}
    bases = dict.fromkeys(rule.basis_in(era, result.rulebook.law) for era in result.rulebook.law.era_ids)
    basis = "; ".join(filter(None, bases))
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.title[language()]},
        "fullDescription": {"text": rule.explain[language()]},
        "help": {"text": "\n".join(filter(None, [rule.action[language()], basis]))},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": [rule.severity], **counts},
    }


def _invocation(result: AuditResult, shown: int, total: int) -> dict[str, Any]:
    said = [{"level": "error", "message": {"text": unreadable(error)}} for error in result.unreadable]
    if shown < total:
        said.append({"level": "note", "message": {"text": text("ci.some", some=shown, all=total)}})
    return {"executionSuccessful": not result.unreadable, "toolExecutionNotifications": said}


def _about_files(result: AuditResult, rules: dict[str, Rule]) -> Iterator[dict[str, Any]]:
    order = list(_LEVELS)
    for found in sorted(result.export_findings, key=lambda f: order.index(f.severity)):
        rule = rules[found.code]
        yield _result(rule, found.path, f"{rule.title[language()]}{_detail(rule, found)}", found.detail)


def _detail(rule: Rule, found: ExportFinding) -> str:
    """Return the detail of a finding about a file; without unmapped headers, which may hold any text."""
    return "" if rule.name == "column-unknown" else f": {harmless(found.detail)}"


def _about_records(result: AuditResult, rules: dict[str, Rule]) -> Iterator[dict[str, Any]]:
    found = result.findings.select("path", "record", "line", "sheet", "code", "severity")
    for severity in _LEVELS:
        some = found.filter(pl.col("severity") == severity).head(MOST_RESULTS).collect(engine="streaming")
        for path, record, line, sheet, code, _ in some.iter_rows():
            where = text("ci.record", record=f"{record}")
            if sheet is not None:
                where += ", " + harmless(text("show.sheet", sheet=sheet))
            said = f"{rules[code].title[language()]} ({where})"
            yield _result(rules[code], path, said, str(record), where, line)


def _result(
    rule: Rule, path: str, message: str, place: str, where: str | None = None, line: int | None = None
) -> dict[str, Any]:
    """Return a result; line: of the file or the sheet. What has none (a file, a row of Parquet) is shown at its top."""
    artifact = {"uri": quote(path.replace("\\", "/"), safe="/", errors="replace")}
    region = {"startLine": line or 1}
    location: dict[str, Any] = {"physicalLocation": {"artifactLocation": artifact, "region": region}}
    if where:
        location["logicalLocations"] = [{"name": where}]
    key = "\0".join((path, place, rule.code)).encode(errors="replace")
    return {
        "ruleId": rule.code,
        "level": _LEVELS[rule.severity],
        "message": {"text": message},
        "locations": [location],
        "partialFingerprints": {"recordAndRule/v1": hashlib.sha256(key).hexdigest()},
    }
