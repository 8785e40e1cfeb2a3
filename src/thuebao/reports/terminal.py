"""The audit as an inspector reads it on a screen or in a pipe, 80 columns and wider."""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.rule import Rule as Line
from rich.table import Table
from rich.text import Text

from thuebao.harmless import harmless
from thuebao.result import DESELECTED, NOT_EVALUATED, PARTLY, AuditResult, RuleResult
from thuebao.texts import language, text

STYLES = {"error": "bold red", "warning": "yellow", "info": "cyan"}
_WORST = 3


def plain(value: object) -> Text:
    """Return foreign text as it may be printed: no markup, no control characters."""
    return Text(harmless(value))


def number(value: int) -> str:
    """Return a whole number with its thousands set apart, as the language has it."""
    grouped = f"{value:,}"
    return grouped.replace(",", ".") if language() == "vi" else grouped


def share(part: int, whole: int) -> str:
    """Return a share in per cent; a small one is never shown as nothing, nor a large one as all."""
    if not whole or not part:
        return "–" if not whole else text("number.percent", value="0")
    if part == whole:
        return text("number.percent", value="100")
    percent = min(max(100 * part / whole, 0.01), 99.99)
    value = f"{percent:.2f}" if percent < 10 or percent > 99 else f"{percent:.1f}"
    return text("number.percent", value=value.replace(".", ",") if language() == "vi" else value)


def print_summary(result: AuditResult, console: Console) -> None:
    """Print the whole summary."""
    parts: list[RenderableType] = [_head(result)]
    if result.operators.height:
        parts += [Line(text("summary.operators"), align="left"), _operators(result)]
        parts += _rules(result, console.width)
    parts += _not_evaluated(result)
    if result.export_findings:
        parts += [Line(text("summary.export_findings"), align="left"), _export_findings(result)]
    console.print(Group(*parts))


def _head(result: AuditResult) -> Text:
    totals = result.totals
    law = result.law if result.law != "auto" else text("summary.law_auto")
    lines = [
        text("summary.read", files=number(len(result.inputs)), records=number(totals["records"])),
        text("summary.law", as_of=result.as_of.isoformat(), law=law),
    ]
    if result.unreadable:
        lines.append(text("summary.unreadable", count=number(len(result.unreadable))))
    if totals["records"]:
        errors, found = totals["records_with_errors"], totals["records_with_findings"]
        lines.append(
            text(
                "summary.found",
                errors=number(errors), error_share=share(errors, totals["records"]),
                findings=number(found), finding_share=share(found, totals["records"]),
            )
        )  # fmt: skip
    return Text("\n".join(lines))


def light_table(*columns: tuple[str, str]) -> Table:
    """Return a table with (title, "left" or "right") columns, light enough for a pipe."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for title, justify in columns:
        table.add_column(
            plain(title),
            justify="right" if justify == "right" else "left",
            overflow="fold",
            no_wrap=justify == "right",
        )
    return table


def _operators(result: AuditResult) -> Table:
    table = light_table(
        (text("summary.operator"), "left"),
        (text("summary.records"), "right"),
        (text("summary.with_errors"), "right"),
        (text("summary.share"), "right"),
        (text("summary.with_findings"), "right"),
        (text("summary.worst"), "left"),
    )
    severity = {r.rule.code: r.rule.severity for r in result.rules}
    worst: dict[str, list[tuple[int, str]]] = {}
    for operator, code, _, violations in result.counts.iter_rows():
        if violations and severity[code] == "error":
            worst.setdefault(operator, []).append((violations, code))
    for operator, records, errors, findings in result.operators.iter_rows():
        top = sorted(worst.get(operator, []), key=lambda pair: (-pair[0], pair[1]))[:_WORST]
        table.add_row(
            plain(operator), number(records), number(errors), share(errors, records), number(findings),
            ", ".join(f"{code} ×{number(count)}" for count, code in top),
        )  # fmt: skip
    return table


def _rules(result: AuditResult, width: int) -> list[RenderableType]:
    hit = [r for r in result.rules if r.violations]
    parts: list[RenderableType] = [Line(text("summary.rules"), align="left")]
    if not hit:
        return [*parts, text("summary.no_violations")]
    operators = result.operators["operator"].to_list()
    counts = {(o, c): v for o, c, _, v in result.counts.iter_rows()}
    # Beside code, severity, title and total there must be room for every operator's own column.
    wide = width >= 72 + sum(max(len(o), 9) + 2 for o in operators)
    columns = [
        (text("summary.code"), "left"),
        (text("summary.severity"), "left"),
        (text("summary.rule"), "left"),
    ]
    columns += [(text("summary.violations"), "right")]
    columns += [(o, "right") for o in operators] if wide else [(text("summary.by_operator"), "left")]
    table = light_table(*columns)
    for r in hit:
        of = {o: counts.get((o, r.rule.code), 0) for o in operators}
        by_operator = "\n".join(f"{o} {number(n)}" for o, n in of.items() if n)
        cells: list[RenderableType] = [
            Text(r.rule.code),
            Text(text(f"severity.{r.rule.severity}"), STYLES[r.rule.severity]),
            Group(Text(r.rule.title[language()]), Text(_article(result, r), "dim")),
            number(r.violations),
        ]
        cells += [number(n) if n else "·" for n in of.values()] if wide else [plain_lines(by_operator)]
        table.add_row(*cells)
    silent = sum(1 for r in result.rules if not r.violations and r.status not in (DESELECTED, NOT_EVALUATED))
    return [*parts, table, text("summary.silent", count=number(silent))]


def plain_lines(value: str) -> Text:
    """Return foreign text of several lines as it may be printed."""
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
            table = light_table((text("summary.absent"), "left"), (text("summary.codes"), "left"))
            for reason, codes in by_reason.items():
                table.add_row(reason, ", ".join(codes))
            parts += [Line(text(title), align="left"), table]
    return parts


def _export_findings(result: AuditResult) -> Table:
    table = light_table(
        (text("summary.code"), "left"),
        (text("summary.severity"), "left"),
        (text("summary.file"), "left"),
        (text("summary.detail"), "left"),
    )
    grouped: dict[tuple[str, str, str], list[str]] = {}
    for f in result.export_findings:
        grouped.setdefault((f.code, f.severity, f.path), []).append(f.detail)
    for (code, severity, path), details in grouped.items():
        table.add_row(
            Text(code),
            Text(text(f"severity.{severity}"), STYLES[severity]),
            plain(path),
            plain(", ".join(details)),
        )
    return table
