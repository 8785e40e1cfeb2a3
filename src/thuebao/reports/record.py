"""Shows single records: where each stands, how its values are understood, and its findings with what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.rule import Rule as Line
from rich.text import Text

from thuebao.base.messages import language, text
from thuebao.engine.look_up import Finding, LookedUp, Place, Value
from thuebao.engine.understand import UNDERSTOOD
from thuebao.reports.format import NOTHING, named_column, titled
from thuebao.reports.terminal import light_table, plain, severity_label
from thuebao.rulebook.law import Law


def print_records(records: Sequence[LookedUp], law: Law, console: Console) -> None:
    """Print the records, one below the other."""
    for number, record in enumerate(records):
        if number:
            console.print(Line())
        for part in _record(record, law):
            console.print(part)


def place_text(place: Place) -> str:
    """Return where a record stands: "viettel.csv, record 3, line 7"."""
    said = [place.path, text("show.record", record=f"{place.record}")]
    if place.line is not None:
        said.append(text("show.row" if place.sheet else "show.line", line=f"{place.line}"))
    if place.sheet:
        said.append(text("show.sheet", sheet=place.sheet))
    return ", ".join(said)


def _record(record: LookedUp, law: Law) -> Iterator[RenderableType]:
    title = plain(place_text(record.place))
    title.stylize("bold")
    yield title
    if record.operator:
        yield plain(text("show.operator", operator=record.operator))
    if record.rejected is not None:
        yield plain(text("show.rejected", why=record.rejected))
        yield plain(record.text) if record.text is not None else text("show.rejected_text")
        return
    era = next((era for era in law.eras if era.id == record.era), None)
    yield text("show.era", era=era.title[language()]) if era else text("show.past_retention")
    yield Line(text("show.findings", count=len(record.findings)), align="left")
    for finding in record.findings:
        yield from _finding(finding)
    if not record.findings:
        yield text("show.no_findings")
    yield Line(text("show.values"), align="left")
    table = light_table(*titled("left", "columns.header", "columns.column", "show.text", "show.understood"))
    table.columns[1].no_wrap = True
    for value in record.values:
        if value.text:
            table.add_row(
                plain(value.header or NOTHING), value.column or NOTHING, plain(value.text), plain(_said(value))
            )
    yield table
    if empty := [value.column or value.header for value in record.values if not value.text]:
        yield plain(text("show.empty", columns=", ".join(empty)))


def _said(value: Value) -> str:
    if value.state == UNDERSTOOD and value.understood is not None:
        return value.understood
    return text(f"show_state.{value.state}")


def _finding(finding: Finding) -> Iterator[RenderableType]:
    rule = finding.rule
    yield Text.assemble((rule.code, "bold"), "  ", severity_label(rule.severity), f"  {rule.title[language()]}")
    said = []
    if finding.field:
        said.append(text("show.value", field=named_column(finding.field), value=finding.value or NOTHING))
    if finding.basis:
        said.append(text("show.basis", basis=finding.basis))
    said.append(text("show.what_to_do", action=" ".join(rule.action[language()].split())))
    if finding.beside:
        places = [place_text(place) for place in finding.beside]
        places += ["…"] * (finding.size > len(places))
        said.append(text("show.beside", count=finding.size, places="; ".join(places)))
    for line in said:
        yield Padding(plain(line), (0, 0, 0, 2))
