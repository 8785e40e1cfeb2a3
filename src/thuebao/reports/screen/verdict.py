"""The end of the screen: the verdict on each operator, what keeps figures from being trusted, what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.console import RenderableType
from rich.rule import Rule as Line
from rich.text import Text

from thuebao.base.foreign_text import harmless
from thuebao.base.messages import text
from thuebao.engine.options import AuditOptions
from thuebao.reports.doubts import Doubt
from thuebao.reports.doubts import doubts as doubts_of
from thuebao.reports.format import MOST_ROWS, share, titled, worst_first
from thuebao.reports.screen.section import Section, one_line, short_path, shortened
from thuebao.reports.terminal import light_table
from thuebao.results.result import AuditResult
from thuebao.results.thresholds import Verdict, counting

_LONGEST_PATH = 44
"""Characters of a path within a sentence of the verdict."""
_OF_DOUBT = 3
"""Lines that a sentence about figures takes at most."""
_GOOD, _BAD = "green", "bold red"


class Judged(NamedTuple):
    """The verdict on an operator, or (None) on the whole audit.

    failed: the conditions that it does not meet; doubted: the rules on files that speak against its figures.
    """

    operator: str | None
    records: int
    errors: int
    failed: tuple[str, ...]
    doubted: tuple[str, ...]


def judged(result: AuditResult, verdicts: Sequence[Verdict], doubts: Sequence[Doubt]) -> list[Judged]:
    """Return the verdict on each operator, those that fail first, and last on the whole audit."""
    levels = {r.rule.code: r.rule.severity for r in result.rules}
    found: dict[str, set[str]] = {}
    for name, code, _, violations in result.counts.iter_rows():
        if violations:
            found.setdefault(name, set()).add(levels[code])
    rows = [
        Judged(name, records, errors, tuple(_failed(verdicts, name, found.get(name, set()))), _codes(doubts, name))
        for name, records, errors, _ in result.operators.iter_rows()
    ]
    rows.sort(key=lambda row: (not row.failed, -row.errors))
    missed = tuple(dict.fromkeys(v.condition.said for v in verdicts if not v.passed))
    totals = result.totals
    whole = Judged(None, totals["records"], totals["records_with_errors"], missed, _codes(doubts, None))
    return [*rows, whole] if len(rows) != 1 or rows[0].failed != missed else rows


def _failed(verdicts: Sequence[Verdict], operator: str, severities: set[str]) -> Iterator[str]:
    """Yield the conditions that an operator does not meet; severities: of what was found in its records."""
    for v in verdicts:
        if v.condition.is_threshold:
            if v.operator == operator and not v.passed:
                yield v.condition.said
        elif severities & {*counting(v.condition.on)}:
            yield v.condition.said


def _codes(doubts: Sequence[Doubt], operator: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(d.code for d in doubts if operator is None or operator in d.operators))


def verdict_section(rows: Sequence[Judged], *, conditions: bool) -> Section:
    """Return the table of verdicts; conditions: whether there are any to meet."""

    def render(n: int) -> list[RenderableType]:
        # The whole audit's verdict, which the exit code follows, is never left out.
        shown = max(n - 1, 0) if n < len(rows) else n
        left = len(rows) - 1 - shown
        option = "--full" if left <= MOST_ROWS else "--format json"
        table = light_table(*titled("left", "summary.operator", "gate.verdict", "screen.why"))
        for at, row in enumerate(rows):
            if shown <= at < len(rows) - 1:
                continue
            if at and left > 0 and at == len(rows) - 1:
                table.add_row("…", "", one_line(text("screen.more_operators", count=left, option=option)))
            name = text("summary.all_operators") if row.operator is None else row.operator
            table.add_row(one_line(name), _word(row, conditions=conditions), one_line(_why(row)))
        return [table]

    return Section(len(rows), render, min(1, len(rows)))


def worded(row: Judged, *, conditions: bool) -> tuple[str, str]:
    """Return a verdict in a word, and why."""
    return str(_word(row, conditions=conditions)), _why(row)


def _word(row: Judged, *, conditions: bool) -> Text:
    if conditions:
        return Text(text("gate.missed"), _BAD) if row.failed else Text(text("gate.met"), _GOOD)
    return Text(text("screen.errors"), _BAD) if row.errors else Text(text("screen.no_errors"), _GOOD)


def _why(row: Judged) -> str:
    said = [text("screen.of_records", errors=row.errors, records=row.records, share=share(row.errors, row.records))]
    if row.doubted:
        said.insert(0, text("screen.doubted", codes=", ".join(row.doubted)))
    return "; ".join([*said, *([", ".join(row.failed)] if row.failed else [])])


def full_verdict(result: AuditResult, verdicts: Sequence[Verdict]) -> list[RenderableType]:
    """Return the verdicts on all operators, and all that keeps their figures from being trusted."""
    found = doubts_of(result)
    table = verdict_section(judged(result, verdicts, found), conditions=bool(verdicts))
    return [
        Line(text("gate.verdict"), align="left"),
        *table.render(table.rows),
        *(Text(harmless(doubt.said()), "yellow") for doubt in found),
    ]


def doubts_section(doubts: Sequence[Doubt], width: int) -> Section:
    """Return the sentences about figures that cannot be trusted yet, a few lines of the screen each."""

    def render(n: int) -> list[RenderableType]:
        said = (harmless(doubt.said(short_path(doubt.path, _LONGEST_PATH))) for doubt in doubts[:n])
        lines = [Text(shortened(line, "", width, _OF_DOUBT), "yellow", overflow="fold") for line in said]
        left = len(doubts) - n
        return [*lines, *([one_line(text("screen.more_doubts", count=left, option="--full"))] if left else [])]

    return Section(len(doubts), render)


def next_steps(result: AuditResult, options: AuditOptions, doubts: Sequence[Doubt]) -> Section:
    """Return what to do next, a command a line."""
    steps = light_table(("", "left"), ("", "left"))
    steps.show_header = False
    for command, key in _steps(result, options, doubts):
        steps.add_row(Text(command, "bold", no_wrap=True, overflow="ellipsis"), one_line(text(key)))
    return Section(0, lambda _: [steps])


def _steps(result: AuditResult, options: AuditOptions, doubts: Sequence[Doubt]) -> Iterator[tuple[str, str]]:
    worst = worst_first(r for r in result.rules if r.violations)
    if doubts:
        yield text("screen.columns_command"), "screen.next_columns"
    if worst:
        yield f"thuebao explain {worst[0].rule.code}", "screen.next_explain"
        if not options.findings:
            yield "thuebao audit … --findings fix.csv", "screen.next_findings"
    if result.totals["rejected"] and not options.rejects:
        yield "thuebao audit … --rejects bad.csv", "screen.next_rejects"
    yield "thuebao audit … --full", "screen.next_full"
