"""The audit command: what is asked for is checked first, then the audit runs, then its results go where they should."""

from __future__ import annotations

import gc
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from thuebao.base.errors import OutputError, UsageError
from thuebao.base.leftovers import take_removed
from thuebao.base.messages import text
from thuebao.cli.options import Format, Lang, Length, choice, complain, option, progress
from thuebao.cli.present import present


def audit(
    context: typer.Context,
    paths: Annotated[list[str] | None, typer.Argument(help=text("help.paths"), show_default=False)] = None,
    operator: Annotated[list[str] | None, option("--operator", help_key="operator", metavar="NAME|GLOB=NAME")] = None,
    findings: Annotated[Path | None, option("--findings", help_key="findings", metavar="FILE")] = None,
    new_findings: Annotated[Path | None, option("--new-findings", help_key="only_new", metavar="FILE")] = None,
    report: Annotated[list[Path] | None, option("--report", help_key="report", metavar="FILE")] = None,
    length: Annotated[Length, choice(Length, "--length", help_key="length")] = Length.SHORT,
    template: Annotated[Path | None, option("--template", help_key="template", metavar="FILE")] = None,
    per_operator: Annotated[Path | None, option("--per-operator", help_key="per_operator", metavar="DIR")] = None,
    rejects: Annotated[Path | None, option("--rejects", help_key="rejects", metavar="FILE")] = None,
    max_rejected: Annotated[str, option("--max-rejected", help_key="max_rejected", metavar="N%|N")] = "1%",
    encoding: Annotated[str | None, option("--encoding", help_key="encoding", metavar="NAME")] = None,
    sheet: Annotated[str | None, option("--sheet", help_key="sheet", metavar="NAME")] = None,
    mapping: Annotated[list[Path] | None, option("--mapping", help_key="mapping", metavar="FILE")] = None,
    format: Annotated[Format, choice(Format, "--format", help_key="format")] = Format.TABLE,  # noqa: A002
    fail_on: Annotated[list[str] | None, option("--fail-on", help_key="fail_on", metavar="CONDITION")] = None,
    baseline: Annotated[Path | None, option("--baseline", help_key="baseline", metavar="FILE")] = None,
    compare_with: Annotated[Path | None, option("--compare-with", help_key="compare_with", metavar="FILE")] = None,
    key: Annotated[str, option("--key", help_key="key", metavar="number|record|hash")] = "number",
    manifest: Annotated[Path | None, option("--manifest", help_key="manifest", metavar="FILE")] = None,
    sign_with: Annotated[str | None, option("--sign-with", help_key="sign_with", metavar="FILE")] = None,
    password_file: Annotated[
        Path | None, option("--password-file", "--pin-file", help_key="password_file", metavar="FILE")
    ] = None,
    pkcs11_module: Annotated[Path | None, option("--pkcs11-module", help_key="pkcs11_module", metavar="FILE")] = None,
    certificate: Annotated[str | None, option("--certificate", help_key="certificate", metavar="NAME")] = None,
    timestamp: Annotated[str | None, option("--timestamp", help_key="timestamp", metavar="URL")] = None,
    key_file: Annotated[Path | None, option("--key-file", help_key="key_file", metavar="FILE")] = None,
    made_by: Annotated[str | None, option("--made-by", help_key="made_by", metavar="NAME")] = None,
    force: Annotated[bool, option("--force", help_key="audit_force")] = False,
    select: Annotated[list[str] | None, option("--select", help_key="select", metavar="CODES")] = None,
    ignore: Annotated[list[str] | None, option("--ignore", help_key="ignore", metavar="CODES")] = None,
    severity: Annotated[list[str] | None, option("--severity", help_key="severity", metavar="CODE=LEVEL")] = None,
    rules: Annotated[list[Path] | None, option("--rules", help_key="rules_dir", metavar="DIR")] = None,
    set_: Annotated[list[str] | None, option("--set", help_key="set", metavar="CODE.NAME=N")] = None,
    as_of: Annotated[str | None, option("--as-of", help_key="as_of", metavar="YYYY-MM-DD")] = None,
    law: Annotated[str, option("--law", help_key="law", metavar="NAME")] = "auto",
    by: Annotated[list[str] | None, option("--by", help_key="by", metavar="COLUMNS")] = None,
    where: Annotated[str | None, option("--where", help_key="where", metavar="SQL")] = None,
    province: Annotated[str | None, option("--province", help_key="province", metavar="NAME")] = None,
    show: Annotated[list[str] | None, option("--show", help_key="show_groups", metavar="CODES")] = None,
    exposure: Annotated[bool, option("--exposure", help_key="exposure")] = False,
    memory_limit: Annotated[str | None, option("--memory-limit", help_key="memory_limit", metavar="SIZE")] = None,
    temp_dir: Annotated[Path | None, option("--temp-dir", help_key="temp_dir", metavar="DIR")] = None,
    bom: Annotated[bool, option("--bom", help_key="bom")] = False,
    reveal: Annotated[bool, option("--reveal", help_key="reveal")] = False,
    hash_inputs: Annotated[bool, option("--hash", help_key="hash")] = False,
    full: Annotated[bool, option("--full", help_key="full")] = False,
    quiet: Annotated[int, option("--quiet", "-q", help_key="quiet", count=True)] = 0,
    config: Annotated[Path | None, option("--config", help_key="config", metavar="FILE")] = None,
    lang: Annotated[Lang | None, choice(Lang, "--lang", help_key="lang")] = None,
) -> None:
    """Check exports and print a summary per operator."""
    from thuebao.base.atomic_file import recorded
    from thuebao.base.clock import now
    from thuebao.base.scratch import private_folder
    from thuebao.cli.settings import Asked
    from thuebao.engine.audit import Audit
    from thuebao.reports.deliver import Delivery
    from thuebao.results import thresholds

    asked = Asked.of(context)
    options = asked.options()
    if options.where is not None and not options.where.strip():
        raise UsageError("where_empty")
    quiet = asked.quiet
    started = now()
    with asked.blaming():
        run = Audit(asked.paths, options)
        conditions = thresholds.conditions(options.fail_on, run.rulebook, compared=bool(options.compare_with))
        delivery = Delivery(options)
    with ExitStack() as stack:
        stack.callback(delivery.close)
        folder = None
        files = stack.enter_context(recorded()) if options.manifest else {}
        if delivery.needs_findings or asked.format is Format.SARIF:
            folder = stack.enter_context(private_folder(options.temp_dir))
        gc.freeze()  # what lives now lives to the end, and need not be looked at between batches
        failure = None
        with progress(quiet=bool(quiet)) as tell:
            result = run.run(delivery.findings_of_audit(folder), tell)
            counted, said = delivery.held_against_baseline(result, started, separate=folder is not None)
            comparison = delivery.compared(result)
            if comparison:
                from thuebao.reports.comparison import said as said_of

                said += said_of(comparison)
            verdicts = thresholds.judge(counted, conditions, comparison.risen if comparison else None)
            try:
                said += delivery.deliver(result, counted, verdicts, asked.given(), started, files, tell)
            except OutputError as error:
                failure = error  # what was found is shown all the same
        if asked.settings.path and not quiet:
            complain(text("notice.settings", path=asked.settings.path))
        said += _tidied()
        unread = [asked.said_of(error) for error in result.unreadable]
        # Of one who asked for quiet, what could not be written is all that is said.
        shown = [] if failure and quiet and asked.format is Format.TABLE else verdicts
        present(result, shown, options, said, unread, format=asked.format, quiet=quiet, full=asked.full)
        if failure:
            raise failure
    code = max((error.exit_code for error in result.unreadable), default=0)
    raise typer.Exit(code or int(not all(verdict.passed for verdict in verdicts)))


def _tidied() -> list[str]:
    """Return what is said of what earlier runs left, which were killed, and this one has removed."""
    count = len(take_removed())
    return [text("notice.leftovers_removed", count=count)] if count else []
