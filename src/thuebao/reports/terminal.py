"""Prints the summary of an audit: tables for a screen or a pipe, 80 columns and wider."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import polars as pl
from rich.console import Console, Group, RenderableType
from rich.rule import Rule as Line
from rich.table import Table
from rich.text import Text

from thuebao.base.foreign_text import harmless
from thuebao.base.messages import language, text
from thuebao.reports.format import MOST_ROWS, NOTHING, column_title, named_columns, number, share, titled, worst_first
from thuebao.results.result import DESELECTED, NOT_EVALUATED, PARTLY, AuditResult, Breakdown, RuleResult
from thuebao.results.result import Group as FoundGroup
from thuebao.rulebook.load import SEVERITIES

_STYLES = {"error": "bold red", "warning": "yellow", "info": "cyan"}
_WORST = 3  # rules named beside an operator: as many as a line of 80 columns holds
_NEEDED = 72  # columns of the screen for code, severity, title and total of a rule
_LEAST = 9  # columns of the screen for a count under an operator's name


def plain(value: object) -> Text:
    """Return foreign text safe to print: no markup, no control characters."""
    return Text(harmless(value))


def severity_label(level: str) -> Text:
    """Return a severity in the reader's language and its colour."""
    return Text(text(f"severity.{level}"), _STYLES[level])


def print_summary(result: AuditResult, console: Console, verdict: Sequence[RenderableType] = ()) -> None:
    """Print the whole summary, ending with `verdict`."""
    parts: list[RenderableType] = [_head(result), *_files(result)]
    if result.operators.height:
        of_operators = _Counted(("operator",), result.operators, result.counts)
        parts += [Line(text("summary.operators"), align="left"), _counted(result, of_operators)]
        if result.breakdown:
            parts += _breakdown(result, result.breakdown)
        parts += _rules(result, console.width)
        parts += [part for code, groups in result.groups.items() for part in _groups(code, groups)]
        parts += _identities(result) + _offenders(result)
    parts += _not_evaluated(result)
    if result.export_findings:
        parts += [Line(text("summary.export_findings"), align="left"), _export_findings(result)]
    console.print(Group(*parts, *verdict))


def _head(result: AuditResult) -> Text:
    return Text("\n".join(head_lines(result)))


def head_lines(result: AuditResult) -> list[str]:
    """Return what was read, under which law it was judged, and how many records are not in order."""
    totals = result.totals
    law = result.law if result.law != "auto" else text("summary.law_auto")
    lines = [
        text("summary.read", files=len(result.inputs), records=totals["records"]),
        text("summary.law", as_of=result.as_of.isoformat(), law=law),
    ]
    if result.where:
        lines.append(text("summary.where", where=result.where, all=sum(i.records for i in result.inputs)))
    if result.unreadable:
        lines.append(text("summary.unreadable", count=len(result.unreadable), names=names_of(result)))
    if totals["records"]:
        errors, found = totals["records_with_errors"], totals["records_with_findings"]
        lines.append(
            text(
                "summary.found",
                errors=errors,
                error_share=share(errors, totals["records"]),
                findings=found,
                finding_share=share(found, totals["records"]),
            )
        )
    return lines


def names_of(result: AuditResult) -> str:
    """Return the names of the files that could not be read."""
    return ", ".join(Path(str(error.values.get("path", ""))).name for error in result.unreadable)


def _files(result: AuditResult) -> list[RenderableType]:
    """Return the table of files: format, encoding, records, rejected lines."""
    table = light_table(
        *titled("left", "summary.file", "summary.read_as", "summary.operator_from"),
        *titled("right", "summary.records", "summary.rejected"),
    )
    for read in result.inputs[:MOST_ROWS]:
        written = [read.format] if read.encoding == "utf-8" else [read.format, read.encoding]
        whose = text(f"operator_from.{read.operator_from}")
        table.add_row(plain(read.path), ", ".join(written), whose, number(read.records), number(read.rejected))
    return [Line(text("summary.files"), align="left"), table, *left_out(len(result.inputs))]


def left_out(rows: int) -> list[RenderableType]:
    """Return the line below a table that shows the first MOST_ROWS of so many rows only."""
    return [Text(text("summary.files_some", some=MOST_ROWS, all=rows))] if rows > MOST_ROWS else []


def light_table(*columns: tuple[str, str]) -> Table:
    """Return a table without frames, which reads well in a pipe too; each column is a title and "left" or "right"."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for title, justify in columns:
        table.add_column(
            plain(title),
            justify="right" if justify == "right" else "left",
            overflow="fold",
            no_wrap=justify == "right",
        )
    return table


class _Counted(NamedTuple):
    """Counts of records and of rules, each row headed by the values of the columns `by`."""

    by: tuple[str, ...]
    records: pl.DataFrame
    rules: pl.DataFrame


def _counted(result: AuditResult, counted: _Counted) -> Table:
    """Return the table of counts, with the most frequent error rules of each row."""
    width = len(counted.by)
    table = light_table(
        *((column_title(name), "left") for name in counted.by),
        *titled("right", "summary.records", "summary.with_errors", "summary.share", "summary.with_findings"),
        *titled("left", "summary.worst"),
    )
    worst = worst_rules(counted.by, counted.rules, result)
    for row in counted.records.iter_rows():
        names = (text("summary.none") if name is None else name for name in row[:width])
        records, errors, findings = row[width:]
        table.add_row(
            *map(plain, names),
            number(records),
            number(errors),
            share(errors, records),
            number(findings),
            ", ".join(worst.get(row[:width], [])),
        )
    return table


def worst_rules(by: Sequence[str], rules: pl.DataFrame, result: AuditResult) -> dict[tuple[str, ...], list[str]]:
    """Return the most frequent error rules, each with its count, by the values of the columns `by`."""
    severity = {r.rule.code: r.rule.severity for r in result.rules}
    found: dict[tuple[str, ...], list[tuple[int, str]]] = {}
    for row in rules.iter_rows():
        code, _, violations = row[len(by) :]
        if violations and severity[code] == "error":
            found.setdefault(row[: len(by)], []).append((-violations, code))
    return {
        values: [f"{code} ×{number(-count)}" for count, code in sorted(pairs)[:_WORST]]
        for values, pairs in found.items()
    }


def _breakdown(result: AuditResult, breakdown: Breakdown) -> list[RenderableType]:
    title = text("summary.breakdown", by=", ".join(map(column_title, breakdown.by)))
    records = breakdown.records
    some = records.head(MOST_ROWS) if records.height > MOST_ROWS else records
    parts: list[RenderableType] = [Line(title, align="left")]
    parts.append(_counted(result, _Counted(breakdown.by, some, breakdown.rules)))
    if some.height < breakdown.rows:
        key = "summary.breakdown_some_listed" if breakdown.left_out else "summary.breakdown_some"
        parts.append(text(key, some=some.height, all=breakdown.rows, listed=records.height))
    return parts


def _identities(result: AuditResult) -> list[RenderableType]:
    if not result.identities or not any(sum(tiers.values()) for tiers in result.identities.values()):
        return []
    labels = list(result.identities[None])
    table = light_table((text("summary.operator"), "left"), *((label, "right") for label in labels))
    for operator, tiers in result.identities.items():
        name = text("summary.all_operators") if operator is None else operator
        table.add_row(plain(name), *(number(count) for count in tiers.values()))
    return [Line(text("summary.identities"), align="left"), table]


def _offenders(result: AuditResult) -> list[RenderableType]:
    parts: list[RenderableType] = []
    for by, title in (("point_of_sale", "summary.points_of_sale"), ("clerk_name", "summary.clerks")):
        some = result.offenders.filter(pl.col("by") == by)
        if some.height:
            table = light_table(
                *titled("left", "summary.name", "summary.operator"),
                *titled("right", "summary.findings", "summary.records"),
            )
            for _, operator, name, findings, records in some.iter_rows():
                table.add_row(plain(name), plain(operator), number(findings), number(records))
            parts += [Line(text(title), align="left"), table]
    return parts


def _groups(code: str, groups: list[FoundGroup]) -> list[RenderableType]:
    """Return the largest groups that a rule found, their records side by side."""
    parts: list[RenderableType] = [Line(text("summary.groups", code=code), align="left")]
    if not groups:
        return [*parts, text("summary.no_groups")]
    for group in groups:
        shown = group.records.height
        parts.append(text("summary.group", number=group.number, size=group.size, some=shown))
        table = light_table(*((column_title(name), "left") for name in group.records.columns))
        for row in group.records.iter_rows():
            table.add_row(*(plain(NOTHING if value is None else value) for value in row))
        parts.append(table)
    return parts


def _rules(result: AuditResult, width: int) -> list[RenderableType]:
    hit = worst_first(r for r in result.rules if r.violations)
    parts: list[RenderableType] = [Line(text("summary.rules"), align="left")]
    if not hit:
        return [*parts, text("summary.no_violations")]
    operators = result.operators["operator"].to_list()
    counts = {(o, c): v for o, c, _, v in result.counts.iter_rows()}
    wide = width >= _NEEDED + sum(max(len(o), _LEAST) + 2 for o in operators)
    table = light_table(
        *titled("left", "summary.code", "summary.severity", "summary.rule"),
        *titled("right", "summary.violations"),
        *([(o, "right") for o in operators] if wide else titled("left", "summary.by_operator")),
    )
    for r in hit:
        of = {o: counts.get((o, r.rule.code), 0) for o in operators}
        by_operator = "\n".join(f"{o} {number(n)}" for o, n in of.items() if n)
        cells: list[RenderableType] = [
            Text(r.rule.code),
            severity_label(r.rule.severity),
            Group(Text(r.rule.title[language()]), Text(_article(result, r), "dim")),
            number(r.violations),
        ]
        cells += [number(n) if n else "·" for n in of.values()] if wide else [plain_lines(by_operator)]
        table.add_row(*cells)
    silent = sum(1 for r in result.rules if not r.violations and r.status not in (DESELECTED, NOT_EVALUATED))
    return [*parts, table, *([text("summary.silent", count=silent)] if silent else [])]


def plain_lines(value: str) -> Text:
    """Return foreign text of several lines safe to print."""
    return Text("\n").join(plain(line) for line in value.split("\n"))


def _article(result: AuditResult, r: RuleResult) -> str:
    """Return the rule's basis under the law that judged every record, else in the latest era that it is active in."""
    law = result.rulebook.law
    forced = [era.id for era in law.eras if era.law == result.law]
    return next((basis for era in forced or reversed(law.era_ids) if (basis := r.rule.basis_in(era, law))), "")


def _not_evaluated(result: AuditResult) -> list[RenderableType]:
    parts: list[RenderableType] = []
    for status, title in ((NOT_EVALUATED, "summary.not_evaluated"), (PARTLY, "summary.partly_evaluated")):
        by_reason: dict[str, list[str]] = {}
        for r in result.rules:
            if r.status == status:
                by_reason.setdefault(r.reason or "", []).append(r.rule.code)
        if by_reason:
            table = light_table(*titled("left", "summary.absent", "summary.codes"))
            for reason, codes in by_reason.items():
                table.add_row(named_columns(reason), ", ".join(codes))
            parts += [Line(text(title), align="left"), table]
    return parts


def _export_findings(result: AuditResult) -> Table:
    table = light_table(*titled("left", "summary.code", "summary.severity", "summary.file", "summary.detail"))
    grouped: dict[tuple[str, str, str], list[str]] = {}
    for f in sorted(result.export_findings, key=lambda f: SEVERITIES.index(f.severity)):
        grouped.setdefault((f.code, f.severity, f.path), []).append(named_columns(f.detail))
    for (code, severity, path), details in grouped.items():
        table.add_row(Text(code), severity_label(severity), plain(path), plain(", ".join(details)))
    return table
