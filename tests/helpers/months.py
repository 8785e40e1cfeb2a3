"""The audits of two months, kept as results and findings."""

from __future__ import annotations

import io
import random
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console

import thuebao
from helpers.desks import Desk
from helpers.people import AS_OF, NAMELESS, people
from thuebao.reports import comparison as report
from thuebao.reports import json_document as as_json
from thuebao.results.compare.results import Comparison
from thuebao.results.result import AuditResult


def audit(name: str, *paths: str, findings: str | None = None, **options: Any) -> AuditResult:
    """Audit files, and keep the result as `name`."""
    day = date.fromisoformat(options.pop("as_of", AS_OF))
    result = thuebao.audit(
        list(paths), as_of=day, findings=findings, force=True, reveal=options.pop("reveal", True), **options
    )
    Path(name).write_text(as_json.render(result), encoding="utf-8")
    return result


def printed(comparison: Comparison) -> str:
    console = Console(width=110, file=io.StringIO())
    with console.capture() as captured:
        report.print_comparison(comparison, console)
    return captured.get()


BROKEN = [{}, {}, NAMELESS, {"full_name": "An"}, {"id_number": "12"}, {"msisdn": ""}, {"msisdn": "+8491"}]


def month(desk: Desk, name: str, seed: int, count: int = 40) -> None:
    """Write one month's exports: the same people in another order, some of them with another defect, some twice."""
    dice = random.Random(seed)
    for operator, first in (("Viettel", 0), ("VinaPhone", 100)):
        records = [record | {"operator": operator} | dice.choice(BROKEN) for record in people(count, first)]
        records += dice.choices(records, k=5)
        dice.shuffle(records)
        desk.export(f"{name}/{operator}.csv", *records[dice.randint(0, 5) :])
