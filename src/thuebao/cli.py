"""The command line: parse, call, print, exit. One command is one function."""

from __future__ import annotations

import gc
import io
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from thuebao import __version__
from thuebao.errors import OutputError, ThuebaoError, UsageError
from thuebao.harmless import harmless
from thuebao.texts import LANGUAGES, language_of_locale, text, use_language

if TYPE_CHECKING:
    from rich.console import Console

    from thuebao.reading import Progress
    from thuebao.result import AuditResult

_INTERNAL_ERROR = 4
_NARROWEST = 60
"""Columns that a table needs: a narrower terminal folds its lines, and loses nothing."""
_MOST_DIGITS = 18


class Format(StrEnum):
    """How an audit is printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


class ListFormat(StrEnum):
    """How the rulebook is printed."""

    TABLE = "table"
    JSON = "json"


class FailOn(StrEnum):
    """The lowest severity that makes an audit fail."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    NEVER = "never"


class Headers(StrEnum):
    """How a sample's columns are named."""

    CANONICAL = "canonical"
    VI = "vi"
    VI_ASCII = "vi_ascii"
    EN = "en"


class Lang(StrEnum):
    """The languages of all texts."""

    VI = "vi"
    EN = "en"


def _option(*names: str, help_key: str, **more: Any) -> Any:
    return typer.Option(*names, help=text(f"help.{help_key}"), **more)


def _stdout() -> Console:
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=False)
    console.width = max(console.width, _NARROWEST)
    return console


def _complain(message: str) -> None:
    # Names of files and headers are foreign text: none may speak to the terminal.
    print("\n".join(harmless(line) for line in message.split("\n")), file=sys.stderr)


def _codes(values: Sequence[str] | None) -> list[str]:
    """Return codes given with several options or separated by commas. Raises UsageError when one is empty."""
    codes = [code.strip().upper() for value in values or () for code in value.split(",")]
    if "" in codes:
        raise UsageError("code_empty")
    return codes


def _severities(values: Sequence[str] | None) -> dict[str, str]:
    pairs = {}
    for value in values or ():
        code, sign, severity = value.partition("=")
        if not sign:
            raise UsageError("severity_form", value=value)
        pairs[code.strip().upper()] = severity.strip().lower()
    return pairs


def _parameters(values: Sequence[str] | None) -> dict[str, int]:
    """Return rule parameters by `CODE.name`. Raises UsageError on what is no whole number."""
    from thuebao.rule import LARGEST_PARAMETER

    changes = {}
    for given in values or ():
        name, _, value = given.partition("=")
        code, dot, parameter = name.strip().partition(".")
        digits = value.strip()
        if not dot or not (
            digits.isascii() and digits.isdecimal() and len(digits) <= _MOST_DIGITS and int(digits) <= LARGEST_PARAMETER
        ):
            raise UsageError("parameter_form", value=given)
        changes[f"{code.upper()}.{parameter}"] = int(digits)
    return changes


def _names(values: Sequence[str] | None) -> list[str]:
    """Return names of columns given with several options or separated by commas, each once."""
    names = (name.strip().lower() for value in values or () for name in value.split(","))
    return list(dict.fromkeys(names))


def _day(value: str | None) -> date | None:
    if value is None:
        return None
    try:
        return datetime.strptime(value, "%Y-%m-%d").date()
    except ValueError:
        raise UsageError("day_form", value=value) from None


def audit(
    paths: Annotated[list[str], typer.Argument(help=text("help.paths"), show_default=False)],
    operator: Annotated[str | None, _option("--operator", help_key="operator", metavar="NAME")] = None,
    findings: Annotated[Path | None, _option("--findings", help_key="findings", metavar="FILE")] = None,
    rejects: Annotated[Path | None, _option("--rejects", help_key="rejects", metavar="FILE")] = None,
    max_rejected: Annotated[str, _option("--max-rejected", help_key="max_rejected", metavar="N%|N")] = "1%",
    encoding: Annotated[str | None, _option("--encoding", help_key="encoding", metavar="NAME")] = None,
    sheet: Annotated[str | None, _option("--sheet", help_key="sheet", metavar="NAME")] = None,
    mapping: Annotated[list[Path] | None, _option("--mapping", help_key="mapping", metavar="FILE")] = None,
    format: Annotated[Format, _option("--format", help_key="format")] = Format.TABLE,  # noqa: A002
    fail_on: Annotated[FailOn, _option("--fail-on", help_key="fail_on")] = FailOn.ERROR,
    select: Annotated[list[str] | None, _option("--select", help_key="select", metavar="CODES")] = None,
    ignore: Annotated[list[str] | None, _option("--ignore", help_key="ignore", metavar="CODES")] = None,
    severity: Annotated[list[str] | None, _option("--severity", help_key="severity", metavar="CODE=LEVEL")] = None,
    rules: Annotated[list[Path] | None, _option("--rules", help_key="rules_dir", metavar="DIR")] = None,
    parameters: Annotated[list[str] | None, _option("--set", help_key="set", metavar="CODE.NAME=N")] = None,
    as_of: Annotated[str | None, _option("--as-of", help_key="as_of", metavar="YYYY-MM-DD")] = None,
    law: Annotated[str, _option("--law", help_key="law", metavar="NAME")] = "auto",
    by: Annotated[list[str] | None, _option("--by", help_key="by", metavar="COLUMNS")] = None,
    where: Annotated[str | None, _option("--where", help_key="where", metavar="SQL")] = None,
    show: Annotated[list[str] | None, _option("--show", help_key="show", metavar="CODES")] = None,
    memory_limit: Annotated[str | None, _option("--memory-limit", help_key="memory_limit", metavar="SIZE")] = None,
    temp_dir: Annotated[Path | None, _option("--temp-dir", help_key="temp_dir", metavar="DIR")] = None,
    reveal: Annotated[bool, _option("--reveal", help_key="reveal")] = False,
    hash_inputs: Annotated[bool, _option("--hash", help_key="hash")] = False,
    quiet: Annotated[bool, _option("--quiet", "-q", help_key="quiet")] = False,
    lang: Annotated[Lang | None, _option("--lang", help_key="lang")] = None,  # noqa: ARG001  (read before parsing)
) -> None:
    """Check exports and print a summary per operator."""
    from thuebao.auditing import audit as run_audit

    if operator is not None and not operator.strip():
        raise UsageError("operator_empty")
    if where is not None and not where.strip():
        raise UsageError("where_empty")
    with _progress(quiet=quiet) as progress:
        result = run_audit(
            paths,
            operator=operator, rules=rules or (), select=_codes(select), ignore=_codes(ignore),
            severity=_severities(severity), parameters=_parameters(parameters), as_of=_day(as_of), law=law,
            by=_names(by), where=where, show=_codes(show), findings=findings, rejects=rejects,
            max_rejected=max_rejected, encoding=encoding, sheet=sheet, mappings=mapping or (), reveal=reveal,
            hash_inputs=hash_inputs, memory_limit=memory_limit, temp_dir=temp_dir, progress=progress,
        )  # fmt: skip
    for error in result.unreadable:
        _complain(str(error))
    if not quiet:
        for notice in result.notices:
            _complain(notice)
    _print(result, format, quiet=quiet)
    if findings and result.inputs and not quiet:
        _complain(text("notice.findings_written", path=findings))
    if rejects and not quiet:
        _complain(text("notice.rejects_written", path=rejects))
    raise typer.Exit(_exit_code(result, fail_on))


def _print(result: AuditResult, format: Format, *, quiet: bool) -> None:  # noqa: A002
    if format is Format.JSON:
        from thuebao.reports import json

        print(json.render(result))
    elif format is Format.CSV:
        from thuebao.reports import csv

        print(csv.render(result), end="")
    elif not quiet and result.inputs:
        from thuebao.reports import terminal

        terminal.print_summary(result, _stdout())


def _exit_code(result: AuditResult, fail_on: FailOn) -> int:
    if result.unreadable:
        return max(error.exit_code for error in result.unreadable)
    order = [FailOn.NEVER, FailOn.ERROR, FailOn.WARNING, FailOn.INFO]
    worst = result.worst_severity()
    return int(worst is not None and order.index(FailOn(worst)) <= order.index(fail_on))


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Progress | None]:
    """Show records and records per second on stderr, on a terminal only."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def tell(path: str, records: int) -> None:
            elapsed = bar.tasks[0].elapsed or 0
            rate = int(records / elapsed) if elapsed else 0
            bar.update(
                task,
                description=text(
                    "progress.line", file=harmless(Path(path).name), records=f"{records:,}", rate=f"{rate:,}"
                ),
            )

        yield tell


def rules(
    format: Annotated[ListFormat, _option("--format", help_key="list_format")] = ListFormat.TABLE,  # noqa: A002
    select: Annotated[list[str] | None, _option("--select", help_key="select", metavar="CODES")] = None,
    rules: Annotated[list[Path] | None, _option("--rules", help_key="rules_dir", metavar="DIR")] = None,
    lang: Annotated[Lang | None, _option("--lang", help_key="lang")] = None,  # noqa: ARG001
) -> None:
    """List the rulebook."""
    from thuebao.reports.rulebook import print_rules, rules_as_json
    from thuebao.rulebook import read_rulebook

    rulebook = read_rulebook(rules or ())
    chosen = rulebook.selected(_codes(select), ())
    listed = [rule for code, rule in rulebook.by_code.items() if code in chosen]
    if format is ListFormat.JSON:
        print(rules_as_json(listed))
    else:
        print_rules(listed, _stdout())


def explain(
    code: Annotated[str, typer.Argument(help=text("help.code"), show_default=False)],
    rules: Annotated[list[Path] | None, _option("--rules", help_key="rules_dir", metavar="DIR")] = None,
    lang: Annotated[Lang | None, _option("--lang", help_key="lang")] = None,  # noqa: ARG001
) -> None:
    """Explain one rule."""
    from thuebao.reports.rulebook import print_rule
    from thuebao.rulebook import read_rulebook

    rulebook = read_rulebook(rules or ())
    rule = rulebook.by_code.get(code.strip().upper())
    if rule is None:
        raise UsageError("code_unknown", code=code)
    print_rule(rule, rulebook, _stdout())


def columns(
    file: Annotated[str, typer.Argument(help=text("help.file"), show_default=False)],
    operator: Annotated[str | None, _option("--operator", help_key="operator", metavar="NAME")] = None,
    mapping: Annotated[list[Path] | None, _option("--mapping", help_key="mapping", metavar="FILE")] = None,
    encoding: Annotated[str | None, _option("--encoding", help_key="encoding", metavar="NAME")] = None,
    sheet: Annotated[str | None, _option("--sheet", help_key="sheet", metavar="NAME")] = None,
    save: Annotated[Path | None, _option("--save", help_key="save", metavar="FILE")] = None,
    force: Annotated[bool, _option("--force", help_key="save_force")] = False,
    lang: Annotated[Lang | None, _option("--lang", help_key="lang")] = None,  # noqa: ARG001
) -> None:
    """Show how a file's header is understood."""
    from thuebao.inspect import inspect
    from thuebao.reports.columns import print_inspection
    from thuebao.reports.mapping import check_mapping_path, write_mapping
    from thuebao.sources import ReadAs
    from thuebao.sources.encoding import encoding_named
    from thuebao.sources.mapping import read_mapping

    if operator is not None and not operator.strip():
        raise UsageError("operator_empty")
    if force and not save:
        raise UsageError("force_without_save")
    if save:
        check_mapping_path(save, file, force=force)
    read_as = ReadAs(
        encoding_named(encoding) if encoding is not None else None,
        sheet,
        [read_mapping(path) for path in mapping or ()],
    )
    found = inspect(file, operator, read_as)
    print_inspection(found, _stdout())
    if save:
        write_mapping(save, found.proposals, file, found.operator, force=force)
        _complain(text("columns.saved", path=save))


def sample(
    out: Annotated[Path, typer.Argument(help=text("help.sample_out"), show_default=False)],
    records: Annotated[int, _option("--records", help_key="sample_records", min=1)] = 1_000,
    seed: Annotated[int, _option("--seed", help_key="sample_seed", min=0)] = 0,
    defects: Annotated[float, _option("--defects", help_key="sample_defects", min=0.0, max=1.0)] = 0.0,
    duplicates: Annotated[float, _option("--duplicates", help_key="sample_duplicates", min=0.0, max=1.0)] = 0.0,
    mess: Annotated[float, _option("--mess", help_key="sample_mess", min=0.0, max=1.0)] = 0.0,
    headers: Annotated[Headers, _option("--headers", help_key="sample_headers")] = Headers.CANONICAL,
    as_of: Annotated[str | None, _option("--as-of", help_key="sample_as_of", metavar="YYYY-MM-DD")] = None,
    force: Annotated[bool, _option("--force", help_key="sample_force")] = False,
    lang: Annotated[Lang | None, _option("--lang", help_key="lang")] = None,  # noqa: ARG001
) -> None:
    """Write a synthetic export."""
    from thuebao.reference import rules_home
    from thuebao.sample import write_sample

    try:
        report = write_sample(
            out,
            records=records, seed=seed, defects=defects, duplicates=duplicates, mess=mess, headers=headers.value,
            as_of=_day(as_of), force=force, rules_dir=rules_home(),
        )  # fmt: skip
    except FileExistsError:
        raise UsageError("sample_exists", path=out) from None
    except ValueError as error:
        raise UsageError("sample_argument", reason=error) from None
    except OSError as error:
        raise OutputError("output_unwritable", path=out, reason=error.strerror or error) from None
    print(text("notice.sample_written", records=f"{records:,}", path=out, truth=report.truth))


def _application() -> typer.Typer:
    app = typer.Typer(
        name="thuebao", help=text("help.thuebao"), no_args_is_help=True, pretty_exceptions_enable=False,
        rich_markup_mode="rich", context_settings={"help_option_names": ["-h", "--help"]},
    )  # fmt: skip

    @app.callback()
    def _main(
        version: Annotated[bool, _option("--version", help_key="version", callback=_version, is_eager=True)] = False,
        lang: Annotated[Lang | None, _option("--lang", help_key="lang")] = None,
    ) -> None:
        del version, lang  # both have had their effect

    for command in (audit, columns, explain, rules, sample):
        app.command(help=text(f"help.{command.__name__}"))(command)
    return app


def _version(asked: bool) -> None:
    if asked:
        print(f"thuebao {__version__}")
        raise typer.Exit


def _language_of(arguments: Sequence[str]) -> None:
    """Set the language before anything is parsed, since help and usage errors are texts too."""
    asked = None
    for argument, following in zip(arguments, [*arguments[1:], ""], strict=False):
        if argument == "--lang":
            asked = following
        elif argument.startswith("--lang="):
            asked = argument.removeprefix("--lang=")
    use_language(next((code for code in LANGUAGES if code == asked), language_of_locale()))


def run(arguments: Sequence[str]) -> NoReturn:
    """Run a command line and exit with its code."""
    _language_of(arguments)
    # What lives now lives to the end: the collector need not look at it again between batches.
    gc.freeze()
    # An end asked for is an ordinary way out: files half written go, and no trace of where it struck is printed.
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda number, _: sys.exit(128 + number))
    sys.unraisablehook = lambda _: None
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever called
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115  (to the end)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # what the terminal cannot show must not end the audit
    code: int | str | None = 0
    try:
        try:
            _application()(args=list(arguments))
        except SystemExit as end:
            code = end.code
        sys.stdout.flush()
    except ThuebaoError as error:
        _complain(str(error))
        code = error.exit_code
    except BrokenPipeError:
        # Whoever read our output has closed it, as `| head` does.
        _mute_stdout()
        code = 1
    except OSError as error:
        _mute_stdout()
        failure = OutputError("output_unwritable", path="stdout", reason=error.strerror or error)
        _complain(str(failure))
        code = failure.exit_code
    except Exception as error:
        _complain(text("error.internal", kind=type(error).__name__, where=_place(error), version=__version__))
        code = _INTERNAL_ERROR
    sys.exit(code)


def _mute_stdout() -> None:
    with suppress(io.UnsupportedOperation):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _place(error: Exception) -> str:
    """Return where in the code an error arose, without any of the data that it arose on."""
    trace, place = error.__traceback__, "?"
    while trace:
        place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
