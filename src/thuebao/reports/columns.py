"""Shows how a file's headers map to canonical columns, how sure each mapping is, and a few masked values."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from rich.console import Console, Group, RenderableType
from rich.rule import Rule as Line
from rich.text import Text

from thuebao.base.foreign_text import mask_text
from thuebao.base.messages import language, text
from thuebao.engine.preview import Inspection
from thuebao.reports.format import NOTHING, titled
from thuebao.reports.terminal import light_table, plain
from thuebao.rulebook.columns import columns
from thuebao.sources.headers.header import is_value
from thuebao.sources.headers.mapping_text import confidence

MOST_LINES = 60
"""Lines that a file takes on the screen unless all of it is asked for."""


def print_inspection(found: Inspection, console: Console, *, full: bool = False) -> None:
    """Print the mapped headers, the unknown ones, and the absent columns with the rules that they disable.

    In MOST_LINES unless `full`: absent columns are then only named, and if need be the headers that are certain too.
    """
    forms = [_parts(found, proposals=True, absent=True)]
    if not full:
        forms += [_parts(found, proposals=True, absent=False), _parts(found, proposals=False, absent=False)]
    lines = next(
        (some for some in map(partial(_lines, console), forms) if len(some) < MOST_LINES), _lines(console, forms[-1])
    )
    cut = full or len(lines) < MOST_LINES
    for line in lines if cut else lines[: MOST_LINES - 2]:
        console.print(line, soft_wrap=True)
    if not full and (not cut or lines != _lines(console, forms[0])):
        console.print(plain(text("columns.full", path=found.export.path)), soft_wrap=True)


def _lines(console: Console, parts: Sequence[RenderableType]) -> list[Text]:
    """Return what parts come to on a screen, line by line."""
    lines = console.render_lines(Group(*parts), pad=False)
    return [Text.assemble(*((piece.text, piece.style or "") for piece in line)) for line in lines]


def _parts(found: Inspection, *, proposals: bool, absent: bool) -> list[RenderableType]:
    """Return the parts of the whole; proposals, absent: whether columns, and absent ones, have a row each."""
    layout, header = found.export.layout, found.export.header
    shown = {"\t": "Tab"}.get(layout.separator, layout.separator) if layout else NOTHING
    encoding = found.export.encoding.name
    parts: list[RenderableType] = [
        plain(found.export.path),
        plain(text("columns.form", format=found.export.format, encoding=encoding, separator=shown)),
        plain(text("columns.operator", operator=found.export.operator or text("columns.operator_column"))),
        *_proposals(found, every=proposals),
        *_rivals(found),
        *_open_values(found),
    ]
    if unknown := [proposal.header for proposal in found.proposals if not proposal.column]:
        parts += [Line(text("columns.unknown"), align="left"), plain(", ".join(unknown))]
    if header.absent and absent:
        table = light_table(*titled("left", "columns.column", "columns.meaning", "columns.disables"))
        table.columns[0].no_wrap = True
        for column in header.absent:
            table.add_row(column, columns()[column].title[language()], ", ".join(found.disabled[column]) or NOTHING)
        parts += [Line(text("columns.absent"), align="left"), table]
    elif header.absent:
        disabled = {code for codes in found.disabled.values() for code in codes}
        said = text("columns.absent_some", columns=", ".join(header.absent), rules=len(disabled))
        parts += [Line(text("columns.absent"), align="left"), plain(said)]
    return parts


def _proposals(found: Inspection, *, every: bool) -> list[RenderableType]:
    """Return the table of columns; not `every`: those that are certain in one line below the others."""
    header = found.export.header
    table = light_table(*titled("left", "columns.column", "columns.header", "columns.confidence", "columns.values"))
    table.columns[0].no_wrap = True  # a name that is to be typed
    open_ones, certain_ones = False, []
    for proposal in found.proposals:
        if proposal.column and proposal.header:
            certain = header.column_at(proposal.position) == proposal.column
            open_ones |= not certain
            if certain and not every:
                certain_ones.append(f"{proposal.column} ({proposal.header})")
                continue
            table.add_row(
                proposal.column if certain else text("columns.proposed", column=proposal.column),
                plain(proposal.header),
                plain(confidence(proposal)),
                plain("  ".join(found.values[proposal.position])),
            )
    parts: list[RenderableType] = [table] if table.row_count else []
    if open_ones:
        parts.append(plain(text("columns.proposals", path=found.export.path)))
    if certain_ones:
        parts.append(plain(text("columns.certain", columns=", ".join(certain_ones))))
    return parts


def _rivals(found: Inspection) -> list[RenderableType]:
    """Return the columns that several known headers name, of which the audit takes none."""
    header = found.export.header
    if not header.rivals:
        return []
    parts: list[RenderableType] = [Line(text("columns.rivals"), align="left")]
    for column, places in header.rivals.items():
        headers = ", ".join(f"'{header.names[n]}'" for n in places)
        parts.append(plain(text("columns.rivals_of", column=column, headers=headers)))
    return [*parts, plain(text("columns.rivals_help"))]


def _open_values(found: Inspection) -> list[RenderableType]:
    """Return the values that no code is known for; what may be somebody's number is masked."""
    if not found.open_values:
        return []
    parts: list[RenderableType] = [Line(text("columns.unrecognised"), align="left")]
    for of in found.open_values:
        values = ", ".join(
            text("columns.unrecognised_value", value=mask_text(value) if is_value(value) else value, count=count)
            for value, count in of.counts
        )
        parts.append(plain(text("columns.unrecognised_column", column=of.column, header=of.header, values=values)))
    records = max(of.records for of in found.open_values)
    return [*parts, plain(text("columns.unrecognised_help", records=records))]
