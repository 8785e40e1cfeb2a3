"""Renders a trend as one JSON document (schema thuebao-trend/1): docs/trend.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from msgspec import Struct, structs

from thuebao import __version__
from thuebao.reports.json_document import as_text
from thuebao.results.trend import SCHEMA, Series, Trend, share_of, steps


def as_dict(trend: Trend) -> dict[str, Any]:
    """Return the document as plain data; points are in the order of `results`, null where one lacks what they count."""
    return {
        "schema": SCHEMA,
        "tool": {"name": "thuebao", "version": __version__},
        "results": [
            {"path": str(result.path), "as_of": day.isoformat()}
            | {name: getattr(result, name) for name in ("law", "where", "version", "unreadable")}
            for day, result in zip(trend.days, trend.results, strict=True)
        ],
        "notices": [{"as_of": day.isoformat(), "kind": notice.kind, **notice.values} for day, notice in trend.notices],
        "total": _points(trend.total.points),
        "operators": [
            {"operator": series.key, "points": _points(series.points), "rules": _rules_of(trend, series.key)}
            for series in trend.operators
        ],
        "rules": [
            {"code": series.key, "severity": trend.severity(series.key), "points": _points(series.points)}
            for series in trend.rules
        ],
        "province_column": trend.province,
        "provinces": [{"province": series.key, "points": _points(series.points)} for series in trend.provinces],
    }


def render(trend: Trend) -> str:
    """Return the document as text."""
    return as_text(as_dict(trend))


def _rules_of(trend: Trend, operator: str) -> list[dict[str, Any]]:
    own: list[Series[tuple[str, str], Any]] = [s for s in trend.operator_rules if s.key[0] == operator]
    return [{"code": series.key[1], "points": _points(series.points)} for series in own]


def _points(points: Sequence[Struct | None]) -> list[dict[str, Any] | None]:
    return [
        None
        if point is None
        else {**structs.asdict(point), "share": share_of(point), "change": asdict(step) if step else None}
        for point, step in zip(points, steps(points), strict=True)
    ]
