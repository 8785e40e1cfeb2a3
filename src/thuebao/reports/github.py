"""Renders the audit as annotations of GitHub Actions (workflow commands), with nothing of any record."""

from __future__ import annotations

from collections.abc import Iterator

from thuebao.base.errors import ThuebaoError
from thuebao.base.foreign_text import harmless, visible
from thuebao.base.messages import language, text
from thuebao.reports.format import number
from thuebao.results.result import AuditResult, RuleResult

MOST_OF_A_LEVEL = 10
"""Annotations of each level that GitHub shows for a step (its documented limit); it drops the rest silently."""
_LEVELS = {"error": "error", "warning": "warning", "info": "notice"}


def render(result: AuditResult) -> str:
    """Return one annotation for each input that cannot be read and each rule that found something, the worst first.

    The last notice gives the totals, and says how much is not shown.
    """
    lines = {
        "error": [_line("error", "thuebao", unreadable(error)) for error in result.unreadable],
        "warning": [],
        "info": [],
    }
    for found in result.export_findings:
        rule = result.rulebook.by_code[found.code]
        detail = "" if rule.name == "column-unknown" else f": {found.detail}"
        lines[found.severity].append(
            _line(_LEVELS[found.severity], found.code, f"{found.path}: {rule.title[language()]}{detail}", found.path)
        )
    for ruled in sorted(result.rules, key=lambda r: -r.violations):
        if ruled.violations:
            severity = ruled.rule.severity
            lines[severity].append(_line(_LEVELS[severity], ruled.rule.code, _message(result, ruled)))
    room = dict.fromkeys(_LEVELS, MOST_OF_A_LEVEL) | {"info": MOST_OF_A_LEVEL - 1}
    shown = [line for severity in _LEVELS for line in lines[severity][: room[severity]]]
    return "\n".join([*shown, *_end(result, sum(map(len, lines.values())) - len(shown))]) + "\n"


def unreadable(error: ThuebaoError) -> str:
    """Return which input could not be read, and the key of the reason, for its message may quote the file."""
    return text("ci.unreadable", path=visible(error.values.get("path", "")), reason=error.key.replace("_", " "))


def _message(result: AuditResult, ruled: RuleResult) -> str:
    counts = result.counts.filter(code=ruled.rule.code).sort("violations", descending=True)
    by = ", ".join(f"{o} {number(v)}" for o, v in counts.select("operator", "violations").iter_rows() if v)
    said = text("ci.violations", count=ruled.violations, all=int(counts["evaluated"].sum()), by=by)
    return f"{ruled.rule.title[language()]}: {said}"


def _end(result: AuditResult, hidden: int) -> Iterator[str]:
    totals = {name: number(count) for name, count in result.totals.items()}
    more = " " + text("ci.hidden", count=hidden) if hidden else ""
    yield _line("notice", "thuebao", text("ci.totals", **totals) + more)


def _line(level: str, title: str, message: str, file: str | None = None) -> str:
    properties = f"title={_property(title)}" + (f",file={_property(file)}" if file else "")
    return f"::{level} {properties}::{_data(harmless(message))}"


def _data(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(visible(value)).replace(":", "%3A").replace(",", "%2C")
