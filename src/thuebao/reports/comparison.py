"""Shows the comparison of two results: tables for a screen, and one JSON document (schema thuebao-comparison/1)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from msgspec import structs
from rich.console import Console, Group, RenderableType
from rich.rule import Rule as Line
from rich.table import Table
from rich.text import Text

from thuebao import __version__
from thuebao.base.messages import text
from thuebao.reports.format import MOST_ROWS, NOTHING, number, share, titled
from thuebao.reports.terminal import left_out, light_table, plain
from thuebao.results.compare.document import Counted, Operator, Recorded
from thuebao.results.compare.results import Comparison, Row

SCHEMA = "thuebao-comparison/1"
_NAMED = 5
"""Rules that an audit names of those that have more violations than before."""


def as_dict(comparison: Comparison) -> dict[str, Any]:
    """Return the document as plain data."""
    old, new = comparison.old, comparison.new
    by_operator: dict[str, list[Row]] = {}
    by_code: dict[str, list[Row]] = {}
    for row in comparison.rows:
        by_operator.setdefault(row.operator, []).append(row)
        by_code.setdefault(row.code, []).append(row)
    return {
        "schema": SCHEMA,
        "tool": {"name": "thuebao", "version": __version__},
        "old": _described(old),
        "new": _described(new),
        "key": comparison.key,
        "notices": [{"kind": notice.kind, **notice.values} for notice in comparison.notices],
        "worse": comparison.worse,
        "changes": len(comparison.changes),
        "operators": [
            {
                "operator": name,
                "old": _records(old.operators.get(name)),
                "new": _records(new.operators.get(name)),
                "rules": [_row(row) for row in by_operator.get(name, [])],
            }
            for name in _operators(comparison)
        ],
        "rules": [
            {
                "code": code,
                "old": _rule(old, code),
                "new": _rule(new, code),
                "violations": _sums(by_code.get(code, [])),
            }
            for code in dict.fromkeys([*new.rules, *old.rules])
        ],
    }


def render(comparison: Comparison) -> str:
    """Return the document as text."""
    return json.dumps(as_dict(comparison), ensure_ascii=False, indent=1)


def _described(result: Recorded) -> dict[str, Any]:
    names = ("schema", "version", "as_of", "law", "where", "unreadable")
    return {"path": str(result.path)} | {name: getattr(result, name) for name in names}


def _operators(comparison: Comparison) -> list[str]:
    return sorted({*comparison.old.operators, *comparison.new.operators})


def _records(operator: Operator | None) -> dict[str, int] | None:
    return structs.asdict(operator) if operator else None


def _rule(result: Recorded, code: str) -> dict[str, Any] | None:
    return {"status": result.status[code], **result.rules[code]} if code in result.rules else None


def _sums(rows: Sequence[Row]) -> dict[str, int]:
    """Return the violations of all operators together, old and new."""
    return {
        "old": sum(row.old.violations for row in rows if row.old),
        "new": sum(row.new.violations for row in rows if row.new),
    }


def _row(row: Row) -> dict[str, Any]:
    found = {"findings": asdict(row.matched)} if row.matched else {}
    return {
        "code": row.code,
        "old": _count(row.old),
        "new": _count(row.new),
        "difference": row.difference,
        "worse": row.worse,
        **found,
    }


def _count(counted: Counted | None) -> dict[str, Any] | None:
    return {**structs.asdict(counted), "share": counted.share} if counted else None


def notices(comparison: Comparison) -> list[str]:
    """Return warnings about what makes the two results less comparable."""
    return [text(f"compare.{notice.kind}", **notice.values) for notice in comparison.notices]


def said(comparison: Comparison) -> list[str]:
    """Return what an audit says of its comparison with an earlier result: how many rules rose and fell, and which."""
    worse = sorted((row for row in comparison.rows if row.worse), key=lambda row: -_more(row))
    fewer = sum(1 for row in comparison.rows if (row.difference or 0) < 0)
    named = [f"{row.operator} {row.code} {_difference(row)}" for row in worse[:_NAMED]]
    named += ["…"] * (len(worse) > _NAMED)
    line = text("compare.against", path=comparison.old.path, worse=len(worse), fewer=fewer)
    return [*notices(comparison), f"{line}{': ' if named else ''}{', '.join(named)}"]


def _more(row: Row) -> int:
    return (row.new.violations if row.new else 0) - (row.old.violations if row.old else 0)


def print_comparison(comparison: Comparison, console: Console) -> None:
    """Print the records of each operator, and the rules whose counts changed."""
    old, new = comparison.old, comparison.new
    parts: list[RenderableType] = [
        plain(text(f"compare.{side}", path=result.path, as_of=result.as_of, law=result.law))
        for side, result in (("old", old), ("new", new))
    ]
    parts += [Line(text("summary.operators"), align="left"), _operator_table(comparison)]
    parts += left_out(len(_operators(comparison)))
    parts.append(Line(text("compare.changes"), align="left"))
    if comparison.changes:
        parts += [_changes(comparison.changes[:MOST_ROWS]), *_by_record(comparison)]
        parts += left_out(len(comparison.changes))
        if same := len(comparison.rows) - len(comparison.changes):
            parts.append(text("compare.unchanged", count=same))
    else:
        parts.append(text("compare.nothing"))
    parts.append(text("compare.is_worse" if comparison.worse else "compare.is_not_worse"))
    console.print(Group(*parts))


def _operator_table(comparison: Comparison) -> Table:
    table = light_table(
        *titled("left", "summary.operator"),
        *titled("right", "compare.records_old", "compare.records_new", "compare.errors_old", "compare.errors_new"),
    )
    for name in _operators(comparison)[:MOST_ROWS]:
        both = [comparison.old.operators.get(name), comparison.new.operators.get(name)]
        records = [number(o.records if o else None) for o in both]
        errors = [number(o.records_with_errors if o else None) for o in both]
        table.add_row(plain(name), *records, *errors)
    return table


def _changes(rows: Sequence[Row]) -> Table:
    table = light_table(
        *titled("left", "summary.operator", "summary.code"),
        *titled("right", "compare.counted_old", "compare.counted_new", "compare.difference"),
        *titled("right", "compare.share_old", "compare.share_new"),
    )
    for row in rows:
        both = (row.old, row.new)
        counts = (f"{number(c.violations)} / {number(c.evaluated)}" if c else NOTHING for c in both)
        shares = (share(c.violations, c.evaluated) if c else NOTHING for c in both)
        difference = Text(_difference(row), "bold red" if row.worse else "")
        table.add_row(plain(row.operator), plain(row.code), *counts, difference, *shares)
    return table


def _difference(row: Row) -> str:
    if row.difference is None:
        return text("compare.only_new") if row.new else text("compare.only_old")
    return f"{'+' * (row.difference > 0)}{number(row.difference)}"


def _by_record(comparison: Comparison) -> list[RenderableType]:
    if comparison.key is None:
        return []
    table = light_table(
        *titled("left", "summary.operator", "summary.code"),
        *titled("right", "compare.findings_new", "compare.findings_fixed", "compare.findings_same"),
    )
    for row in comparison.changes[:MOST_ROWS]:
        if found := row.matched:
            counts = (number(count) for count in (found.new, found.fixed, found.unchanged))
            table.add_row(plain(row.operator), plain(row.code), *counts)
    return [Line(text(f"compare.by_{comparison.key}"), align="left"), table]
