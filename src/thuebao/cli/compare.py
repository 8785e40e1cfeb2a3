"""The command `compare`: what is new and what is fixed between two results."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from thuebao.base.errors import UsageError
from thuebao.base.messages import text
from thuebao.cli.options import Lang, ListFormat, choice, complain, option, stdout


class FailOn(StrEnum):
    """What makes a comparison fail."""

    WORSE = "worse"
    ANY = "any"
    NEVER = "never"


def compare(
    old: Annotated[Path, typer.Argument(help=text("help.compare_old"), show_default=False)],
    new: Annotated[Path, typer.Argument(help=text("help.compare_new"), show_default=False)],
    old_findings: Annotated[Path | None, option("--old-findings", help_key="old_findings", metavar="FILE")] = None,
    new_findings: Annotated[Path | None, option("--new-findings", help_key="new_findings", metavar="FILE")] = None,
    added: Annotated[Path | None, option("--new", help_key="compare_added", metavar="FILE")] = None,
    fixed: Annotated[Path | None, option("--fixed", help_key="compare_fixed", metavar="FILE")] = None,
    force: Annotated[bool, option("--force", help_key="audit_force")] = False,
    key: Annotated[str, option("--key", help_key="key", metavar="number|record|hash")] = "number",
    format: Annotated[ListFormat, choice(ListFormat, "--format", help_key="verify_format")] = ListFormat.TABLE,  # noqa: A002
    fail_on: Annotated[FailOn, choice(FailOn, "--fail-on", help_key="compare_fail_on")] = FailOn.WORSE,
    temp_dir: Annotated[Path | None, option("--temp-dir", help_key="temp_dir", metavar="DIR")] = None,
    lang: Annotated[Lang | None, choice(Lang, "--lang", help_key="lang")] = None,
) -> None:
    """Compare two results."""
    from thuebao.reports import comparison as report
    from thuebao.reports.findings_files import check_lists, write_list
    from thuebao.results.compare import results as comparing

    wanted = {path: name for name, path in (("new", added), ("fixed", fixed)) if path}
    read = [path for path in (old, new, old_findings, new_findings) if path]
    check_lists(list(filter(None, (added, fixed))), read, force=force)
    if wanted and not (old_findings and new_findings):
        raise UsageError("compare_lists")
    found = comparing.compare(
        old, new, old_findings=old_findings, new_findings=new_findings, key=key, temp_dir=temp_dir
    )
    if old_findings and new_findings:
        for path, name in wanted.items():
            first, second = (old_findings, new_findings) if name == "new" else (new_findings, old_findings)
            write_list(path, first, second, key, temp_dir)
            complain(text(f"notice.{name}_list_written", path=path))
    for notice in report.notices(found):
        complain(notice)
    if format is ListFormat.JSON:
        print(report.render(found))
    else:
        report.print_comparison(found, stdout())
    raise typer.Exit(found.exit_code(fail_on.value))
