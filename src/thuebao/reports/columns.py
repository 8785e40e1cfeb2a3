"""How a file's header maps to canonical columns, with a few masked values of each."""

from __future__ import annotations

from rich.console import Console
from rich.rule import Rule as Line

from thuebao.inspect import Mapping
from thuebao.reports.terminal import light_table, plain
from thuebao.texts import language, text


def print_mapping(mapping: Mapping, console: Console) -> None:
    """Print what maps to what, what is unknown, what is absent and which rules that disables."""
    console.print(plain(mapping.export.path))
    layout = mapping.export.layout
    shown = {"\t": "Tab"}.get(layout.separator, layout.separator) if layout else "–"
    console.print(text("columns.form", format=mapping.export.format, encoding=mapping.export.encoding, separator=shown))
    console.print(text("columns.operator", operator=mapping.export.operator or text("columns.operator_column")))
    table = light_table(
        (text("columns.column"), "left"), (text("columns.header"), "left"), (text("columns.values"), "left")
    )
    for column, header in mapping.export.header.mapped.items():
        table.add_row(column, plain(header), plain("  ".join(mapping.values[column])))
    console.print(table)
    if mapping.export.header.unknown:
        console.print(Line(text("columns.unknown"), align="left"))
        console.print(plain(", ".join(mapping.export.header.unknown)))
    if mapping.export.header.absent:
        console.print(Line(text("columns.absent"), align="left"))
        absent = light_table(
            (text("columns.column"), "left"), (text("columns.meaning"), "left"), (text("columns.disables"), "left")
        )
        for column in mapping.export.header.absent:
            absent.add_row(column, mapping.titles[column][language()], ", ".join(mapping.disabled[column]) or "–")
        console.print(absent)
