"""Shows which exports are ready for an audit, one line each, and below them what is in the way of the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from thuebao.base.messages import text
from thuebao.engine.survey import NEEDS_MAPPING, READY, STOPS, Surveyed
from thuebao.reports.format import NOTHING, number, titled
from thuebao.reports.terminal import light_table, plain

_STYLES = {READY: "green", NEEDS_MAPPING: "yellow", STOPS: "bold red"}


def print_survey(found: Sequence[Surveyed], console: Console) -> None:
    """Print the table, the reasons, and how many files need attention."""
    table = light_table(
        *titled("left", "survey.file", "survey.operator"),
        *titled("right", "survey.records", "survey.headers", "survey.lost"),
        *titled("left", "survey.state"),
    )
    for one in found:
        read = one.understood or one.proposals or one.unknown
        table.add_row(
            plain(one.path),
            plain(_whose(one)),
            number(one.records),
            f"{one.understood}/{len(one.proposals)}/{one.unknown}" if read else NOTHING,
            number(len(one.lost)) if read else NOTHING,
            Text(text(f"survey.{one.state}"), _STYLES[one.state]),
        )
    console.print(table)
    for one in found:
        if one.state == STOPS:
            console.print(plain(text("survey.because", reason=one.error)))
        elif one.state == NEEDS_MAPPING:
            console.print(plain(text("survey.map", path=one.path)))
    states = Counter(one.state for one in found)
    console.print(
        plain(
            text(
                "survey.sum",
                files=len(found),
                ready=states[READY],
                mapping=states[NEEDS_MAPPING],
                stopped=states[STOPS],
            )
        )
    )


def _whose(one: Surveyed) -> str:
    """Return whose the records are and how that is known."""
    if one.operator_from is None:
        return text("survey.unknown") if one.lacks_operator else NOTHING
    source = text(f"operator_from.{one.operator_from}")
    return text("survey.whose", operator=one.operator, source=source) if one.operator else source
