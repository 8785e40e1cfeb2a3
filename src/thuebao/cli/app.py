"""The command line: which commands there are, in which language, and how each of them ends."""

from __future__ import annotations

import gc
import io
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from thuebao import __version__
from thuebao.base.errors import OutputError, ThuebaoError
from thuebao.base.messages import LANGUAGES, Language, language, language_of_locale, text, use_language
from thuebao.cli.audit import audit
from thuebao.cli.columns import columns
from thuebao.cli.compare import compare
from thuebao.cli.explain import explain
from thuebao.cli.options import Lang, complain, option
from thuebao.cli.rules import rules
from thuebao.cli.sample import sample
from thuebao.cli.verify import verify

_INTERNAL_ERROR = 4
_AT_FIRST = 200_000
"""Objects from which the collector first looks for waste."""


_COMMANDS = {command.__name__: command for command in (audit, columns, compare, explain, rules, sample, verify)}


@cache
def _application(language: Language, command: str | None) -> Callable[..., object]:
    """Return the command line with its texts in the language in use, put together once for each language.

    command: the only one that is asked for; to put all of them together takes as long as a small export.
    """
    del language  # read where the texts are
    app = typer.Typer(
        name="thuebao",
        help=text("help.thuebao"),
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @app.callback()
    def _main(
        version: Annotated[bool, option("--version", help_key="version", callback=_version, is_eager=True)] = False,
        lang: Annotated[Lang | None, option("--lang", help_key="lang")] = None,
    ) -> None:
        del version, lang  # both have had their effect

    for name in [command] if command else _COMMANDS:
        app.command(help=text(f"help.{name}"))(_COMMANDS[name])
    return typer.main.get_command(app)


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
    # What a command begins with, modules, rules and facts, lives to its end: the collector need not look for waste.
    gc.set_threshold(_AT_FIRST)
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
            first = next((argument for argument in arguments if not argument.startswith("-")), None)
            _application(language(), first if first in _COMMANDS else None)(args=list(arguments))
        except SystemExit as end:
            code = end.code
        sys.stdout.flush()
    except ThuebaoError as error:
        complain(str(error))
        code = error.exit_code
    except BrokenPipeError:
        # Whoever read our output has closed it, as `| head` does.
        _mute_stdout()
        code = 1
    except OSError as error:
        _mute_stdout()
        failure = OutputError("output_unwritable", path="stdout", reason=error.strerror or error)
        complain(str(failure))
        code = failure.exit_code
    except Exception as error:
        complain(text("error.internal", kind=type(error).__name__, where=_place(error), version=__version__))
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
