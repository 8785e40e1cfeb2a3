"""The audits of two months, kept as results and findings."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console

import thuebao
from helpers.people import AS_OF
from thuebao.reports import comparison as report
from thuebao.reports import json_document as as_json
from thuebao.results.compare.results import Comparison
from thuebao.results.result import AuditResult


def audit(name: str, *paths: str, findings: str | None = None, **options: Any) -> AuditResult:
    """Audit files, and keep the result as `name`."""
    day = date.fromisoformat(options.pop("as_of", AS_OF))
    result = thuebao.audit(list(paths), as_of=day, findings=findings, reveal=options.pop("reveal", True), **options)
    Path(name).write_text(as_json.render(result), encoding="utf-8")
    return result


def printed(comparison: Comparison) -> str:
    console = Console(width=110, file=io.StringIO())
    with console.capture() as captured:
        report.print_comparison(comparison, console)
    return captured.get()
