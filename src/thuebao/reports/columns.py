"""How a file's header maps to canonical columns, with a few masked values of each."""

from __future__ import annotations

from rich.console import Console
from rich.rule import Rule as Line
from rich.table import Table

from thuebao.inspect import Mapping
from thuebao.reports.terminal import plain
from thuebao.texts import language, text


def print_mapping(mapping: Mapping, console: Console) -> None:
    """Print what maps to what, what is unknown, what is absent and which rules that disables."""
    console.print(plain(mapping.export.path))
    layout = mapping.export.layout
    shown = {"\t": "Tab"}.get(layout.separator, layout.separator) if layout else "–"
    console.print(text("columns.form", format=mapping.export.format, encoding=mapping.export.encoding, separator=shown))
    console.print(text("columns.operator", operator=mapping.export.operator or text("columns.operator_column")))
    table = _table("columns.column", "columns.header", "columns.values")
    for column, header in mapping.export.header.mapped.items():
        table.add_row(column, plain(header), plain("  ".join(mapping.values[column])))
    console.print(table)
    if mapping.export.header.unknown:
        console.print(Line(text("columns.unknown"), align="left"))
        console.print(plain(", ".join(mapping.export.header.unknown)))
    if mapping.export.header.absent:
        console.print(Line(text("columns.absent"), align="left"))
        absent = _table("columns.column", "columns.meaning", "columns.disables")
        for column in mapping.export.header.absent:
            absent.add_row(column, mapping.titles[column][language()], ", ".join(mapping.disabled[column]) or "–")
        console.print(absent)


def _table(*titles: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for title in titles:
        table.add_column(text(title), overflow="fold")
    return table
