"""Shows the verdicts on the conditions of --fail-on in the summary."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType
from rich.rule import Rule as Line
from rich.table import Table
from rich.text import Text

from thuebao.base.messages import text
from thuebao.reports.format import MOST_ROWS, NOTHING, named_columns, number, share, titled
from thuebao.reports.gate import are_wanted
from thuebao.reports.terminal import left_out, light_table, plain
from thuebao.results.result import PARTLY
from thuebao.results.thresholds import Verdict, unevaluated


def parts(verdicts: Sequence[Verdict]) -> list[RenderableType]:
    """Return the verdicts for the summary; nothing unless a threshold was among the conditions."""
    if not are_wanted(verdicts):
        return []
    missed = sorted({v.condition.said for v in verdicts if not v.passed})
    said = text("gate.failed", conditions=", ".join(missed)) if missed else text("gate.passed")
    remarks = [*unevaluated(verdicts), *_remarks(verdicts)]
    # Where there are too many operators for a screen, those that fail come first.
    shown = sorted(verdicts, key=lambda v: v.passed)[:MOST_ROWS] if len(verdicts) > MOST_ROWS else verdicts
    return [
        Line(text("gate.title"), align="left"),
        _table(shown),
        *map(plain, [said, *remarks]),
        *left_out(len(verdicts)),
    ]


def _table(verdicts: Sequence[Verdict]) -> Table:
    table = light_table(
        *titled("left", "gate.condition", "summary.operator"),
        *titled("right", "gate.counted", "gate.of", "summary.share", "gate.allowed", "gate.margin"),
        *titled("left", "gate.verdict"),
    )
    for v in verdicts:
        operator = text("summary.all_operators") if v.operator is None else v.operator
        part = NOTHING if v.counted is None or v.of is None else share(v.counted, v.of)
        allowed = None if v.counted is None else v.allowed
        counts = number(v.counted), number(v.of), part, number(allowed), number(v.margin)
        table.add_row(plain(v.condition.said), plain(operator), *counts, _verdict(v))
    return table


def _verdict(verdict: Verdict) -> Text:
    if verdict.counted is None:
        return Text(text("gate.unknown"), "bold red")
    return Text(text("gate.met")) if verdict.passed else Text(text("gate.missed"), "bold red")


def _remarks(verdicts: Sequence[Verdict]) -> list[str]:
    """Return remarks on rules that were not evaluated in some files, which the counts leave out."""
    partly = {v.condition.on: v.reason for v in verdicts if v.status == PARTLY}
    return [
        text("gate.partly", code=code, columns=named_columns(reason) if reason else NOTHING)
        for code, reason in partly.items()
    ]
