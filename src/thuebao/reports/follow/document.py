"""Renders what was followed as one JSON document (schema thuebao-follow/1), and as CSV: a line a day and operator."""

from __future__ import annotations

import json
from typing import Any

import polars as pl

from thuebao import __version__
from thuebao.base.foreign_text import without_controls, without_formula
from thuebao.results.follow.columns import COUNTS, CSV_COLUMNS, SCHEMA, SHARE
from thuebao.results.follow.result import Day, FailOn, Followed

_PLACES = 6


def as_dict(followed: Followed, fail_on: FailOn) -> dict[str, Any]:
    """Return the document as plain data."""
    listed, basis = followed.listed, followed.basis
    first, last = listed.notices or (None, None)
    return {
        "schema": SCHEMA,
        "tool": {"name": "thuebao", "version": __version__},
        "list": {
            "kind": listed.kind,
            "paths": [str(path) for path in listed.paths],
            "numbers": listed.numbers.height,
            "without_number": sum(listed.without.values()),
            "found_by": listed.by,
            "first_notice": {"first": first and first.isoformat(), "last": last and last.isoformat()},
        },
        "basis": {
            "steps": list(basis.steps),
            "retention": list(basis.retention),
            "retention_years": basis.retention_years,
        },
        "days": [_day(day) for day in followed.days],
        "notices": list(followed.notices),
        "fail_on": fail_on,
        "passed": followed.passed(fail_on),
    }


def _day(day: Day) -> dict[str, Any]:
    return {
        "day": day.day.isoformat(),
        "files": list(day.files),
        "unreadable": list(day.unreadable),
        "rejected": day.rejected,
        "lacking": [{"path": lack.path, "column": lack.column} for lack in day.lacking],
        "operators": [
            {"operator": name, "records": day.records.get(name, 0), **_with_share(counts)}
            for name, counts in day.counts.items()
        ],
        "totals": _with_share(day.totals),
    }


def _with_share(counts: Any) -> dict[str, Any]:
    whole = counts["to_put_right"]
    return {**counts, SHARE: round(counts["put_right"] / whole, _PLACES) if whole else None}


def render(followed: Followed, fail_on: FailOn) -> str:
    """Return the document as text."""
    return json.dumps(as_dict(followed, fail_on), ensure_ascii=False, indent=1)


def render_csv(followed: Followed) -> str:
    """Return the counts of each day and operator as CSV."""
    rows = [
        (day.day.isoformat(), name, day.records.get(name, 0), *(counts[each] for each in COUNTS), _share(counts))
        for day in followed.days
        for name, counts in day.counts.items()
    ]
    schema = dict.fromkeys(CSV_COLUMNS, pl.Int64) | {"day": pl.String, "operator": pl.String, SHARE: pl.Float64}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return frame.with_columns(without_formula(without_controls(frame["operator"]))).write_csv()


def _share(counts: Any) -> float | None:
    share: float | None = _with_share(counts)[SHARE]
    return share
