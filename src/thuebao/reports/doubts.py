"""What keeps figures from being trusted: files whose columns were probably misread, and what would settle it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from thuebao.base.foreign_text import harmless
from thuebao.base.messages import text
from thuebao.reports.format import NOTHING
from thuebao.results.result import AuditResult, ExportFinding, Input

_TEXTS = {
    "rule-breaks-most-records": "doubt.breaks_most",
    "dates-month-first": "doubt.month_first",
    "values-unlike-column": "doubt.unlike",
}
"""The rules on files that speak against a file's figures, by name, and what is said of each."""


@dataclass(frozen=True)
class Doubt:
    """Why the figures of some operators cannot be trusted yet.

    code: of the rule on files; about: rules, or columns by the file's own headers.
    """

    code: str
    path: str
    operators: tuple[str, ...]
    about: tuple[str, ...]
    key: str

    def said(self, path: str | None = None) -> str:
        """Return the sentence; path: what the file is called in it."""
        whose = ", ".join(self.operators) or NOTHING
        return text(self.key, code=self.code, whose=whose, path=path or self.path, about=", ".join(self.about))


def doubts(result: AuditResult) -> list[Doubt]:
    """Return what speaks against figures of an audit, by file and rule."""
    names = {rule.code: rule.name for rule in result.rulebook.export_rules}
    inputs = {read.path: read for read in result.inputs}
    found: dict[tuple[str, str], list[str]] = {}
    for f in result.export_findings:
        if names.get(f.code) in _TEXTS:
            about = found.setdefault((f.path, f.code), [])
            about += [what for what in _about(f, inputs.get(f.path)) if what not in about]
    return [
        Doubt(code, path, inputs[path].operators if path in inputs else (), tuple(about), _TEXTS[names[code]])
        for (path, code), about in found.items()
    ]


def _about(finding: ExportFinding, read: Input | None) -> Iterator[str]:
    if finding.rule:
        yield finding.rule
    elif finding.column:
        header = read.columns.get(finding.column) if read else None
        yield f"'{harmless(header or finding.column).strip()}'"
