"""The command `remedy`: whom a carrier has to notify, and which steps are ahead, by when."""

from __future__ import annotations

import gc
from contextlib import nullcontext
from dataclasses import fields
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from thuebao.base.errors import UsageError
from thuebao.base.messages import text
from thuebao.cli.options import Lang, ListFormat, choice, complain, day, option, progress, stdout
from thuebao.cli.present import NOTHING, passed_over
from thuebao.cli.show import OF_READING_AND_JUDGING

_KEPT = (*OF_READING_AND_JUDGING, "where", "province", "key_file", "bom", "force")
"""The options of an audit that say what is read and judged, and how lists are written."""


class ListFiles(StrEnum):
    """The format of the lists in a folder."""

    CSV = "csv"
    PARQUET = "parquet"
    XLSX = "xlsx"


def remedy(
    context: typer.Context,
    paths: Annotated[list[str] | None, typer.Argument(help=text("help.paths"), show_default=False)] = None,
    first_notice: Annotated[str | None, option("--first-notice", help_key="first_notice", metavar="YYYY-MM-DD")] = None,
    output: Annotated[Path | None, option("--output", help_key="remedy_output", metavar="DIR|FILE")] = None,
    files: Annotated[ListFiles, choice(ListFiles, "--files", help_key="remedy_files")] = ListFiles.CSV,
    report: Annotated[Path | None, option("--report", help_key="remedy_report", metavar="FILE")] = None,
    format: Annotated[ListFormat, choice(ListFormat, "--format", help_key="verify_format")] = ListFormat.TABLE,  # noqa: A002
    key_file: Annotated[Path | None, option("--key-file", help_key="key_file", metavar="FILE")] = None,
    reveal: Annotated[bool, option("--reveal", help_key="remedy_reveal")] = False,
    bom: Annotated[bool, option("--bom", help_key="bom")] = False,
    force: Annotated[bool, option("--force", help_key="audit_force")] = False,
    operator: Annotated[list[str] | None, option("--operator", help_key="operator", metavar="NAME|GLOB=NAME")] = None,
    mapping: Annotated[list[Path] | None, option("--mapping", help_key="mapping", metavar="FILE")] = None,
    encoding: Annotated[str | None, option("--encoding", help_key="encoding", metavar="NAME")] = None,
    sheet: Annotated[str | None, option("--sheet", help_key="sheet", metavar="NAME")] = None,
    max_rejected: Annotated[str, option("--max-rejected", help_key="max_rejected", metavar="N%|N")] = "1%",
    select: Annotated[list[str] | None, option("--select", help_key="select", metavar="CODES")] = None,
    ignore: Annotated[list[str] | None, option("--ignore", help_key="ignore", metavar="CODES")] = None,
    severity: Annotated[list[str] | None, option("--severity", help_key="severity", metavar="CODE=LEVEL")] = None,
    rules: Annotated[list[Path] | None, option("--rules", help_key="rules_dir", metavar="DIR")] = None,
    set_: Annotated[list[str] | None, option("--set", help_key="set", metavar="CODE.NAME=N")] = None,
    as_of: Annotated[str | None, option("--as-of", help_key="as_of", metavar="YYYY-MM-DD")] = None,
    law: Annotated[str, option("--law", help_key="law", metavar="NAME")] = "auto",
    where: Annotated[str | None, option("--where", help_key="where", metavar="SQL")] = None,
    province: Annotated[str | None, option("--province", help_key="province", metavar="NAME")] = None,
    memory_limit: Annotated[str | None, option("--memory-limit", help_key="memory_limit", metavar="SIZE")] = None,
    temp_dir: Annotated[Path | None, option("--temp-dir", help_key="temp_dir", metavar="DIR")] = None,
    quiet: Annotated[int, option("--quiet", "-q", help_key="quiet", count=True)] = 0,
    config: Annotated[Path | None, option("--config", help_key="config", metavar="FILE")] = None,
    lang: Annotated[Lang | None, choice(Lang, "--lang", help_key="lang")] = None,
) -> None:
    """List the numbers to be notified."""
    from thuebao.base.clock import now
    from thuebao.cli.settings import Asked
    from thuebao.engine.options import AuditOptions
    from thuebao.engine.remedy.run import Remedy
    from thuebao.reports import remedy as reports
    from thuebao.reports.remedy_document import check_document, write_document
    from thuebao.reports.remedy_files import RemedyFiles

    notice = day(first_notice)
    if notice is None:
        raise UsageError("first_notice_missing")
    asked = Asked.of(context)
    given = asked.options()
    options = AuditOptions(**{one.name: getattr(given, one.name) for one in fields(given) if one.name in _KEPT})
    if options.where is not None and not options.where.strip():
        raise UsageError("where_empty")
    quiet = asked.quiet
    lists, started = None, now()
    if output is not None:
        lists = RemedyFiles(output, f".{files.value}", options.bom, options.force, options.temp_dir, started)
    with asked.blaming():
        run = Remedy(asked.paths, options, notice, lists.paths if lists else ())
    beside = filter(None, (options.key_file, Path(asked.settings.path) if asked.settings.path else None))
    read: list[str | Path] = [*run.files, *options.mappings, *beside]
    if lists:
        lists.check(read)
    if report:
        check_document(report, read, lists.paths if lists and not lists.in_folder else (), force=options.force)
    gc.freeze()  # what lives now lives to the end, and need not be looked at between batches
    with progress(quiet=bool(quiet)) as tell:
        found = run.run(lists.opened if lists else lambda _: nullcontext(lambda *_: None), tell)
    result, written = found.audit, lists.written if lists else []
    if report and result.inputs:
        write_document(report, found, started)
    said = [asked.said_of(error) for error in result.unreadable]
    if quiet:
        said = [*said, *passed_over(result)] if quiet < NOTHING else []
    else:
        said += [*result.notices, *reports.notices(found)]
        said += [text("notice.list_written", path=path) for path in written]
        said += [text("notice.report_written", path=report)] if report and result.inputs else []
    for line in said:
        complain(line)
    if format is ListFormat.JSON:
        print(reports.render(found, written))
    elif not quiet and result.inputs:
        reports.print_remedy(found, stdout())
    raise typer.Exit(max((error.exit_code for error in result.unreadable), default=0))
