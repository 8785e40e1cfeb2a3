"""The block of a screen that says what the law provides for, and the same in full."""

from __future__ import annotations

from rich.console import RenderableType
from rich.rule import Rule as Line
from rich.text import Text

from thuebao.base.foreign_text import harmless
from thuebao.base.messages import language, text
from thuebao.reports import exposure as said
from thuebao.reports.format import number, titled
from thuebao.reports.screen.section import Section, one_line
from thuebao.reports.terminal import light_table
from thuebao.results.exposure import Exposures


def exposure_section(exposures: Exposures) -> Section:
    """Return the clauses, those that can be computed first, with what is to be borne in mind below them."""
    rows = sorted(exposures.rows, key=lambda row: row.least is None)

    def render(n: int) -> list[RenderableType]:
        lines: list[RenderableType] = [one_line(text("exposure.title" if rows else "exposure.none"), "bold")]
        if n:
            table = light_table(
                *titled("left", "summary.operator", "exposure.clause"),
                (text("exposure.short_fine", currency=exposures.currency), "right"),
                *titled("right", "exposure.other"),
                *titled("left", "exposure.counted"),
            )
            for row in rows[:n]:
                left = number(row.before + row.undated)
                names = map(one_line, (row.operator, row.short))
                table.add_row(*names, said.short_amount(row), left, one_line(said.short_counted(row)))
            beside = dict.fromkeys(said.short_caveats(row) for row in rows[:n])
            lines += [table, *(_text(line, "dim") for line in (*beside, said.not_computed(exposures)))]
        if n < len(rows):
            lines.append(one_line(text("exposure.more", count=len(rows) - n, option="--full")))
        if exposures.signs:
            lines.append(one_line(said.signs_line(exposures), "dim"))
        return lines

    return Section(len(rows), render)


def full_exposure(exposures: Exposures) -> list[RenderableType]:
    """Return every clause with its text, its additional sanctions and what is to be borne in mind."""
    parts: list[RenderableType] = [Line(text("exposure.title"), align="left"), Text(text("exposure.lead"))]
    if not exposures.rows:
        parts.append(Text(text("exposure.none")))
    for row in exposures.rows:
        bracket = said.bracket(row)
        parts += [
            Text(),
            _text(said.line(row, exposures), "bold"),
            *(_text(f"  {line}") for line in (row.act[language()], ", ".join(row.codes))),
            *([_text(f"  {text('exposure.bracket')}: {bracket}")] if bracket else []),
            *(_text(f"  + {sanction}") for sanction in said.sanctions(row)),
            _text(f"  {said.trust(row)}; {said.caveats(row)}", "dim"),
        ]
    if exposures.signs:
        parts += [Text(), _text(said.signs_line(exposures))]
    return parts


def _text(value: str, style: str = "") -> Text:
    return Text(harmless(value), style, overflow="fold")
