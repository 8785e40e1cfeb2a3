"""Counts by operator and rule, from the document of an audit."""

from __future__ import annotations


def counts(document: dict, operator: str) -> dict[str, tuple[int, int]]:
    """Return code → (evaluated, violations) of one operator."""
    [found] = [o for o in document["operators"] if o["operator"] == operator]
    return {rule["code"]: (rule["evaluated"], rule["violations"]) for rule in found["rules"]}
