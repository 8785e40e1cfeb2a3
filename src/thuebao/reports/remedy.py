"""Shows whom a carrier has to notify, in numbers: a table for a screen, and one JSON document (thuebao-remedy/1)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.rule import Rule as Line
from rich.table import Table
from rich.text import Text

from thuebao import __version__
from thuebao.base.messages import text
from thuebao.reports.format import MOST_ROWS, day, named_columns, number, titled
from thuebao.reports.terminal import left_out, light_table, plain
from thuebao.results.remedy import COUNTS, SCHEMA, RemedyResult
from thuebao.results.result import DESELECTED, EVALUATED
from thuebao.rulebook.rule import CARRIER, SUBSCRIBER
from thuebao.rulebook.timetable import STEPS

_TELLING = {
    "status": "remedy.absent_status",
    "contract_number": "remedy.absent_contract",
    "first_notice_at": "remedy.absent_notice",
}
"""Columns without which a list says less, and what is said of that."""


def as_dict(found: RemedyResult, files: Sequence[Path] = ()) -> dict[str, Any]:
    """Return the document as plain data; files: the lists that were written."""
    result, timetable = found.audit, found.timetable
    records = dict(result.operators.select("operator", "records").iter_rows())
    codes: dict[str, list[dict[str, Any]]] = {}
    for operator, code, numbers in found.codes.iter_rows():
        rule = result.rulebook.by_code[code]
        codes.setdefault(operator, []).append({"code": code, "remedy": rule.remedy, "numbers": numbers})
    return {
        "schema": SCHEMA,
        "tool": {"name": "thuebao", "version": __version__},
        "as_of": result.as_of.isoformat(),
        "law": result.law,
        "where": result.where,
        "first_notice": found.first_notice.isoformat(),
        "timetable": {
            "basis": timetable.basis(result.rulebook.law),
            "notice_days": timetable.notice_days,
            **{step: getattr(timetable, step) for step in STEPS[1:]},
            "whole_contract": timetable.whole_contract,
        },
        "days": {step: getattr(found.days, step).isoformat() for step in STEPS},
        "inputs": [{"path": read.path, "records": read.records, "rejected": read.rejected} for read in result.inputs],
        "unreadable": [{"path": str(e.values.get("path", "")), "reason": e.key} for e in result.unreadable],
        "operators": [
            {**row, "records": records[row["operator"]], "codes": codes.get(row["operator"], [])}
            for row in found.counts.iter_rows(named=True)
        ],
        "not_evaluated": list(_silent(found)),
        "totals": {name: int(found.counts[name].sum()) for name in COUNTS},
        "files": [str(path) for path in files],
    }


def render(found: RemedyResult, files: Sequence[Path] = ()) -> str:
    """Return the document as text."""
    return json.dumps(as_dict(found, files), ensure_ascii=False, indent=1)


def _silent(found: RemedyResult) -> Iterator[str]:
    """Yield the error rules that put numbers on the lists, and were not evaluated in some file."""
    for r in found.audit.rules:
        of_lists = r.rule.severity == "error" and r.rule.remedy in (SUBSCRIBER, CARRIER)
        if of_lists and r.status not in (EVALUATED, DESELECTED):
            yield r.rule.code


def notices(found: RemedyResult) -> Iterator[str]:
    """Yield what is to be said beside the lists: what the exports lack, so that the lists say less."""
    for column, key in _TELLING.items():
        paths = [read.path for read in found.audit.inputs if column in read.absent]
        if paths:
            yield text(key, files=", ".join(paths), column=named_columns(column))
    codes = list(_silent(found))
    if codes:
        yield text("remedy.not_evaluated", count=len(codes), codes=", ".join(codes))


def print_remedy(found: RemedyResult, console: Console) -> None:
    """Print the numbers by operator, and by which timetable the steps fall due."""
    result, days = found.audit, found.days
    parts: list[RenderableType] = [
        Text(text("remedy.read", files=len(result.inputs), records=result.totals["records"], as_of=day(result.as_of))),
        Text(text("remedy.basis", basis=found.timetable.basis(result.rulebook.law))),
        Text(text("remedy.days", **{step: day(getattr(days, step)) for step in STEPS})),
    ]
    if found.counts.height:
        parts += [Line(text("remedy.sheet"), align="left"), *_tables(found), *left_out(found.counts.height)]
    totals = {name: int(found.counts[name].sum()) for name in COUNTS}
    parts += [Text(text(f"remedy.{name}_said", count=totals[name])) for name in ("standing", "ended") if totals[name]]
    console.print(Group(*parts))


def _tables(found: RemedyResult) -> Iterator[RenderableType]:
    """Yield how many numbers there are by reason, and by the step that is next."""
    yield _table(found, ("own_information", "same_contract", "carrier"))
    yield Line(text("remedy.next_steps"), align="left")
    yield _table(found, (*STEPS, "overdue"))


def _table(found: RemedyResult, names: Sequence[str]) -> Table:
    keys = (f"remedy.of_{name}" for name in names)
    table = light_table(*titled("left", "summary.operator"), *titled("right", *keys))
    for row in found.counts.head(MOST_ROWS).iter_rows(named=True):
        table.add_row(plain(row["operator"]), *(number(row[name]) for name in names))
    if found.counts.height > 1:
        totals = (number(int(found.counts[name].sum())) for name in names)
        table.add_row(Text(text("summary.all_operators"), "bold"), *totals)
    return table
