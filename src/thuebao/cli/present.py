"""What an audit says in the end: the result as it was asked for, and beside it what is for people."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from thuebao.base.messages import text
from thuebao.cli.options import Format, complain, stdout

if TYPE_CHECKING:
    from thuebao.engine.options import AuditOptions
    from thuebao.results.result import AuditResult
    from thuebao.results.thresholds import Verdict

CONDITIONS, NOTHING = 1, 2
"""How quiet an audit is: only what failed is said, or nothing at all."""


def present(
    result: AuditResult,
    verdicts: Sequence[Verdict],
    options: AuditOptions,
    said: Sequence[str],
    unread: Sequence[str],
    *,
    format: Format,  # noqa: A002
    quiet: int,
    full: bool,
) -> None:
    """Print the result; said: of a baseline and of files that were written; unread: of files that were not read."""
    from thuebao.results import thresholds

    spoken = [*unread, *result.notices, *said, *thresholds.unevaluated(verdicts)]
    if quiet:
        if quiet < NOTHING:
            from thuebao.reports.gate import failed

            _complain([*unread, *passed_over(result), *failed(verdicts)])
    elif format is Format.TABLE and not full:
        from thuebao.reports.screen.screen import screen

        shown = screen(result, verdicts, options, said, unread, stdout())
        # What is kept, as in a log, is whole; a person sees as much as the screen has room for.
        _complain(shown.beside if sys.stderr.isatty() else spoken)
        shown.print(stdout())
        return
    else:
        _complain(spoken)
    _document(result, verdicts, format, quiet=bool(quiet), bom=options.bom)


def passed_over(result: AuditResult) -> list[str]:
    """Return what is said even where quiet is asked for: how much of what was given is not in the result."""
    count = len(result.passed_over)
    # Where nothing was read, that is what is said.
    return [text("notice.passed_over_count", count=count)] if count and result.inputs else []


def _complain(lines: Sequence[str]) -> None:
    for line in lines:
        complain(line)


def _document(
    result: AuditResult,
    verdicts: Sequence[Verdict],
    format: Format,  # noqa: A002
    *,
    quiet: bool,
    bom: bool,
) -> None:
    if format is Format.JSON:
        from thuebao.reports import gate
        from thuebao.reports import json_document as json

        print(json.render(result, gate.as_data(verdicts)))
    elif format is Format.CSV:
        from thuebao.reports import csv_table as csv

        print("\ufeff" * bom + csv.render(result), end="")
    elif format is Format.SARIF:
        from thuebao.reports import sarif

        print(sarif.render(result))
    elif format is Format.GITHUB:
        from thuebao.reports import github

        print(github.render(result), end="")
    elif not quiet and result.inputs:
        from thuebao.reports import terminal
        from thuebao.reports.screen.verdict import full_verdict
        from thuebao.reports.verdicts import parts

        terminal.print_summary(result, stdout(), [*parts(verdicts), *full_verdict(result, verdicts)])
