"""Shows how a file's headers map to canonical columns, how sure each mapping is, and a few masked values."""

from __future__ import annotations

from rich.console import Console
from rich.rule import Rule as Line

from thuebao.base.foreign_text import mask_text
from thuebao.base.messages import language, text
from thuebao.engine.preview import Inspection
from thuebao.reports.format import NOTHING, titled
from thuebao.reports.terminal import light_table, plain
from thuebao.rulebook.columns import columns
from thuebao.sources.headers.header import is_value
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
    _print_rivals(found, console)
    _print_open_values(found, console)
    unknown = [proposal.header for proposal in found.proposals if not proposal.column]
    if unknown:
        console.print(Line(text("columns.unknown"), align="left"))
        console.print(plain(", ".join(unknown)))
    if found.export.header.absent:
        console.print(Line(text("columns.absent"), align="left"))
        absent = light_table(*titled("left", "columns.column", "columns.meaning", "columns.disables"))
        for column in found.export.header.absent:
            absent.add_row(column, columns()[column].title[language()], ", ".join(found.disabled[column]) or NOTHING)
        console.print(absent)


def _print_proposals(found: Inspection, console: Console) -> None:
    header = found.export.header
    table = light_table(*titled("left", "columns.column", "columns.header", "columns.confidence", "columns.values"))
    open_ones = False
    for proposal in found.proposals:
        if proposal.column and proposal.header:
            certain = header.column_at(proposal.position) == proposal.column
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


def _print_rivals(found: Inspection, console: Console) -> None:
    """Print the columns that several known headers name, of which the audit takes none."""
    header = found.export.header
    if not header.rivals:
        return
    console.print(Line(text("columns.rivals"), align="left"))
    for column, places in header.rivals.items():
        headers = ", ".join(f"'{header.names[n]}'" for n in places)
        console.print(plain(text("columns.rivals_of", column=column, headers=headers)))
    console.print(plain(text("columns.rivals_help")))


def _print_open_values(found: Inspection, console: Console) -> None:
    """Print the values that no code is known for; what may be somebody's number is masked."""
    if not found.open_values:
        return
    console.print(Line(text("columns.unrecognised"), align="left"))
    for of in found.open_values:
        values = ", ".join(
            text("columns.unrecognised_value", value=mask_text(value) if is_value(value) else value, count=count)
            for value, count in of.counts
        )
        console.print(plain(text("columns.unrecognised_column", column=of.column, header=of.header, values=values)))
    console.print(plain(text("columns.unrecognised_help", records=max(of.records for of in found.open_values))))
