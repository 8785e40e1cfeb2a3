"""The command `trend`: results of several audits over time."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from thuebao.base.errors import UsageError
from thuebao.base.messages import text
from thuebao.cli.options import Lang, choice, complain, option, stdout

if TYPE_CHECKING:
    from thuebao.results.trend import Trend


class TrendFormat(StrEnum):
    """How a trend is printed."""

    TABLE = "table"
    JSON = "json"
    OPENMETRICS = "openmetrics"


def trend(
    results: Annotated[list[Path], typer.Argument(help=text("help.trend_results"), show_default=False)],
    format: Annotated[TrendFormat, choice(TrendFormat, "--format", help_key="trend_format")] = TrendFormat.TABLE,  # noqa: A002
    report: Annotated[Path | None, option("--report", help_key="trend_report", metavar="FILE")] = None,
    force: Annotated[bool, option("--force", help_key="audit_force")] = False,
    full: Annotated[bool, option("--full", help_key="trend_full")] = False,
    quiet: Annotated[bool, option("--quiet", "-q", help_key="trend_quiet")] = False,
    lang: Annotated[Lang | None, choice(Lang, "--lang", help_key="lang")] = None,
) -> None:
    """Show results over time."""
    from thuebao.results.trend import read_trend

    if report:
        _check(report, results, force=force)
    # One result has no trend, but what a monitor reads is the latest anyway.
    found = read_trend(results, least=1 if format is TrendFormat.OPENMETRICS and not report else 2)
    if report:
        _write(report, found)
    if not quiet:
        from thuebao.reports.trend import notices

        for notice in notices(found):
            complain(notice)
        if report:
            complain(text("notice.report_written", path=report))
    if format is TrendFormat.JSON:
        from thuebao.reports import trend_document

        print(trend_document.render(found))
    elif format is TrendFormat.OPENMETRICS:
        from thuebao.reports import openmetrics

        print(openmetrics.render(found), end="")
    elif not quiet:
        from thuebao.reports.trend import print_trend

        print_trend(found, stdout(), full=full)


def _check(report: Path, results: list[Path], *, force: bool) -> None:
    """Raise UsageError for a report that cannot be written, or would replace what is read."""
    from thuebao.base.paths import same_file
    from thuebao.engine.outputs import check_new

    if report.suffix.lower() != ".html":
        raise UsageError("report_format", path=report, known=".html")
    if any(same_file(report, path) for path in results):
        raise UsageError("output_over_settings", path=report)
    check_new([report], force=force)


def _write(report: Path, found: Trend) -> None:
    from thuebao.base.atomic_file import AtomicFile
    from thuebao.base.clock import now
    from thuebao.reports.html.trend import render

    with AtomicFile(report) as atomic:
        for piece in render(found, now()):
            atomic.file.write(piece.encode("utf-8", "replace"))
