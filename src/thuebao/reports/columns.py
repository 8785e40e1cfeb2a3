"""Shows how a file's headers map to canonical columns, how sure each mapping is, and a few masked values."""

from __future__ import annotations

from rich.console import Console
from rich.rule import Rule as Line

from thuebao.base.messages import language, text
from thuebao.engine.preview import Inspection
from thuebao.reports.format import NOTHING, titled
from thuebao.reports.terminal import light_table, plain
from thuebao.sources.headers.mapping_text import confidence


def print_inspection(found: Inspection, console: Console) -> None:
    """Print the mapped headers, the unknown ones, and the absent columns with the rules that they disable."""
    console.print(plain(found.export.path))
    layout = found.export.layout
    shown = {"\t": "Tab"}.get(layout.separator, layout.separator) if layout else NOTHING
    encoding = found.export.encoding.name
    console.print(text("columns.form", format=found.export.format, encoding=encoding, separator=shown))
    console.print(text("columns.operator", operator=found.export.operator or text("columns.operator_column")))
    _print_proposals(found, console)
    unknown = [proposal.header for proposal in found.proposals if not proposal.column]
    if unknown:
        console.print(Line(text("columns.unknown"), align="left"))
        console.print(plain(", ".join(unknown)))
    if found.export.header.absent:
        console.print(Line(text("columns.absent"), align="left"))
        absent = light_table(*titled("left", "columns.column", "columns.meaning", "columns.disables"))
        for column in found.export.header.absent:
            absent.add_row(column, found.titles[column][language()], ", ".join(found.disabled[column]) or NOTHING)
        console.print(absent)


def _print_proposals(found: Inspection, console: Console) -> None:
    used = found.export.header.canonical
    table = light_table(*titled("left", "columns.column", "columns.header", "columns.confidence", "columns.values"))
    open_ones = False
    for proposal in found.proposals:
        if proposal.column and proposal.header:
            certain = used[proposal.position] == proposal.column
            open_ones |= not certain
            table.add_row(
                proposal.column if certain else text("columns.proposed", column=proposal.column),
                plain(proposal.header),
                plain(confidence(proposal)),
                plain("  ".join(found.values[proposal.position])),
            )
    console.print(table)
    if open_ones:
        console.print(plain(text("columns.proposals", path=found.export.path)))
