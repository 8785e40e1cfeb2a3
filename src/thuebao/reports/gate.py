"""What the verdicts on the conditions of --fail-on say in words and as data, without a screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from thuebao.base.messages import text
from thuebao.reports.format import share
from thuebao.results.thresholds import Verdict, unevaluated

_NAMED = 5
"""Operators that a line about a condition names."""


def as_data(verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    """Return the verdicts for the JSON document; nothing unless a threshold was among the conditions."""
    if not are_wanted(verdicts):
        return []
    names = ("operator", "passed", "counted", "of", "allowed", "margin", "status", "reason")
    return [{"condition": v.condition.said} | {name: getattr(v, name) for name in names} for v in verdicts]


def failed(verdicts: Sequence[Verdict]) -> list[str]:
    """Return a line for each condition that is not met, with the operators that are furthest from it."""
    by_condition: dict[str, list[Verdict]] = {}
    for v in verdicts:
        if not v.passed:
            by_condition.setdefault(v.condition.said, []).append(v)
    return [_failed(said, missed) for said, missed in by_condition.items()]


def _failed(said: str, missed: Sequence[Verdict]) -> str:
    unknown = next(unevaluated(missed), None)
    if unknown:
        return unknown
    ranked = sorted(missed, key=lambda v: v.value or 0, reverse=True)
    found = [_found(v) for v in ranked[:_NAMED]]
    found += [text("quiet.more", count=len(ranked) - _NAMED)] if len(ranked) > _NAMED else []
    return text("quiet.failed", condition=said, found=", ".join(found))


def _found(v: Verdict) -> str:
    if v.counted is not None and v.condition.share is not None and v.of:
        operator = text("summary.all_operators") if v.operator is None else v.operator
        return text("quiet.of_operator", operator=operator, found=share(v.counted, v.of))
    return text("quiet.findings", count=v.counted or 0)


def are_wanted(verdicts: Sequence[Verdict]) -> bool:
    """Return whether a threshold was among the conditions."""
    return any(v.condition.is_threshold for v in verdicts)
