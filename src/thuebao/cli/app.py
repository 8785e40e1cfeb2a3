"""The command line: which commands there are, in which language, and how each of them ends."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Sequence
from functools import cache
from typing import Annotated, NoReturn

import typer
from typer.exceptions import TyperException

from thuebao import __version__
from thuebao.base.atomic_file import refused
from thuebao.base.errors import ClosedStreamError, StreamError, ThuebaoError, UsageError, is_panic, place_of
from thuebao.base.messages import LANGUAGES, Language, language, language_of_locale, text, use_language
from thuebao.base.signals import struck
from thuebao.cli.audit import audit
from thuebao.cli.columns import columns
from thuebao.cli.compare import compare
from thuebao.cli.explain import explain
from thuebao.cli.follow import follow
from thuebao.cli.help import Command, Group, finish
from thuebao.cli.init import init
from thuebao.cli.options import Lang, choice, complain, option
from thuebao.cli.remedy import remedy
from thuebao.cli.rules import rules
from thuebao.cli.sample import sample
from thuebao.cli.show import show
from thuebao.cli.streams import mute_stdout, prepare_streams
from thuebao.cli.trend import trend
from thuebao.cli.usage import HELP_WAS_PRINTED, explained
from thuebao.cli.verify import verify

_INTERNAL_ERROR = 4
_AT_FIRST = 200_000
"""Objects from which the collector first looks for waste."""


_LISTED = (audit, init, columns, show, compare, trend, remedy, follow, explain, rules, sample, verify)
_COMMANDS = {command.__name__: command for command in _LISTED}


@cache
def _application(language: Language, command: str | None = None) -> Callable[..., object]:
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
        cls=Group,
    )

    @app.callback()
    def _main(
        version: Annotated[bool, option("--version", help_key="version", callback=_version, is_eager=True)] = False,
        lang: Annotated[Lang | None, choice(Lang, "--lang", help_key="lang")] = None,
    ) -> None:
        del version, lang  # both have had their effect

    for name in [command] if command else _COMMANDS:
        app.command(help=text(f"help.{name}"), cls=Command)(_COMMANDS[name])
    program = typer.main.get_command(app)
    finish(program)
    return program


def _version(asked: bool) -> None:
    if asked:
        print(f"thuebao {__version__}")
        raise typer.Exit


def _language_of(arguments: Sequence[str]) -> None:
    """Set the language before anything is parsed, since help and usage errors are texts too."""
    given = {"--lang": os.environ.get("THUEBAO_LANG"), "--config": os.environ.get("THUEBAO_CONFIG")}
    for argument, following in zip(arguments, [*arguments[1:], ""], strict=False):
        name, sign, value = argument.partition("=")
        if name in given:
            given[name] = value if sign else following
    asked = next((code for code in LANGUAGES if code == given["--lang"]), None)
    if not asked and not {"audit", "show", "remedy", "follow"}.isdisjoint(arguments):
        from thuebao.engine.settings import SETTINGS_FILE, language_in

        asked = language_in(given["--config"] or SETTINGS_FILE)
    use_language(asked or language_of_locale())


def run(arguments: Sequence[str]) -> NoReturn:
    """Run a command line and exit with its code."""
    _language_of(arguments)
    # What a command begins with, modules, rules and facts, lives to its end: the collector need not look for waste.
    gc.set_threshold(_AT_FIRST)
    prepare_streams()
    code: int | str | None = 0
    message = None
    try:
        try:
            code = _call(list(arguments))
        except SystemExit as end:
            code = end.code
        sys.stdout.flush()
    except StreamError as error:
        mute_stdout()
        message = None if isinstance(error, ClosedStreamError) else str(error)
        code = error.exit_code
    except ThuebaoError as error:
        message, code = str(error), error.exit_code
    except OSError as error:
        failure = refused(error, place_of(error))
        message, code = str(failure), failure.exit_code
    except BaseException as error:
        if not isinstance(error, Exception) and not is_panic(error):
            raise
        message = text("error.internal", kind=type(error).__name__, where=place_of(error), version=__version__)
        code = _INTERNAL_ERROR
    if message and not struck():
        _say(message)
    sys.exit(struck() or code)


def _call(arguments: list[str]) -> int:
    """Run a command and return its exit code. Raises UsageError for what its parser does not understand."""
    first = next((argument for argument in arguments if not argument.startswith("-")), None)
    program = _application(language(), first if first in _COMMANDS else None)
    try:
        code = program(args=arguments, prog_name="thuebao", standalone_mode=False)
    except TyperException as error:
        if type(error).__name__ == HELP_WAS_PRINTED:
            return UsageError.exit_code
        raise explained(error, program) from None
    except typer.Abort:
        complain(text("error.aborted"))
        return 1
    return code if isinstance(code, int) else 0


def _say(message: str) -> None:
    try:
        complain(message)
    except (OSError, StreamError):
        sys.stderr = None  # it takes nothing either, and what waits to be written would be tried once more at the end
