"""How the conditions of --fail-on fared: a table for the summary, and plain data for the JSON document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import RenderableType
from rich.rule import Rule as Line
from rich.table import Table
from rich.text import Text

from thuebao.base.messages import text
from thuebao.reports.terminal import light_table, number, plain, share
from thuebao.results.result import PARTLY
from thuebao.results.thresholds import Verdict, unevaluated

_MOST_ROWS = 100


def as_data(verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    """Return the verdicts for the JSON document, none of them unless a threshold was among the conditions."""
    if not _wanted(verdicts):
        return []
    return [
        {
            "condition": v.condition.said,
            "operator": v.operator,
            "passed": v.passed,
            "counted": v.counted,
            "of": v.of,
            "allowed": v.allowed,
            "margin": v.margin,
            "status": v.status,
            "reason": v.reason,
        }
        for v in verdicts
    ]


def parts(verdicts: Sequence[Verdict]) -> list[RenderableType]:
    """Return the verdicts for the summary, nothing unless a threshold was among the conditions."""
    if not _wanted(verdicts):
        return []
    missed = sorted({v.condition.said for v in verdicts if not v.passed})
    said = text("gate.failed", conditions=", ".join(missed)) if missed else text("gate.passed")
    remarks = [*unevaluated(verdicts), *_remarks(verdicts)]
    # Where there are too many operators for a screen, those that fail come first.
    shown = sorted(verdicts, key=lambda v: v.passed)[:_MOST_ROWS] if len(verdicts) > _MOST_ROWS else verdicts
    if len(shown) < len(verdicts):
        remarks.append(text("summary.files_some", some=number(len(shown)), all=number(len(verdicts))))
    return [Line(text("gate.title"), align="left"), _table(shown), *map(plain, [said, *remarks])]


def _wanted(verdicts: Sequence[Verdict]) -> bool:
    return any(v.condition.is_threshold for v in verdicts)


def _table(verdicts: Sequence[Verdict]) -> Table:
    table = light_table(
        (text("gate.condition"), "left"),
        (text("summary.operator"), "left"),
        (text("gate.counted"), "right"),
        (text("gate.of"), "right"),
        (text("summary.share"), "right"),
        (text("gate.allowed"), "right"),
        (text("gate.margin"), "right"),
        (text("gate.verdict"), "left"),
    )
    for v in verdicts:
        operator = text("summary.all_operators") if v.operator is None else v.operator
        counted = v.counted
        known = counted is not None
        table.add_row(
            plain(v.condition.said),
            plain(operator),
            number(counted) if counted is not None else "–",
            number(v.of) if v.of is not None else "–",
            share(counted, v.of) if counted is not None and v.of is not None else "–",
            number(v.allowed) if known else "–",
            number(v.margin) if v.margin is not None else "–",
            _verdict(v),
        )
    return table


def _verdict(verdict: Verdict) -> Text:
    if verdict.counted is None:
        return Text(text("gate.unknown"), "bold red")
    return Text(text("gate.met")) if verdict.passed else Text(text("gate.missed"), "bold red")


def _remarks(verdicts: Sequence[Verdict]) -> list[str]:
    """Return what the counts leave out: files in which a rule could not be evaluated."""
    partly = {v.condition.on: v.reason for v in verdicts if v.status == PARTLY}
    return [text("gate.partly", code=code, columns=reason or "–") for code, reason in partly.items()]
