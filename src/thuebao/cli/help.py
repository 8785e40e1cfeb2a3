"""The help of every command in the reader's language: options in groups, two examples, exit codes.

Typer's own is in English, and its columns leave too little of a screen for the texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from typing import TYPE_CHECKING, Any

from typer.core import TyperCommand, TyperGroup

from thuebao.base.errors import UsageError
from thuebao.base.messages import text
from thuebao.base.nearest import hint
from thuebao.cli.values import spare_conversion

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

GROUPS = {
    "arguments": (),
    "input": ("operator", "mapping", "encoding", "sheet", "max_rejected", "config"),
    "rules": ("select", "ignore", "severity", "set_", "rules", "law", "as_of"),
    "counted": ("where", "province", "by", "show", "exposure"),
    "output": (
        "format",
        "findings",
        "new_findings",
        "report",
        "length",
        "template",
        "per_operator",
        "rejects",
        "bom",
        "reveal",
        "force",
        "full",
        "quiet",
    ),
    "evidence": (
        "manifest",
        "sign_with",
        "password_file",
        "pkcs11_module",
        "certificate",
        "timestamp",
        "key_file",
        "made_by",
        "hash_inputs",
    ),
    "gate": ("fail_on", "baseline", "compare_with", "key"),
    "options": ("memory_limit", "temp_dir", "lang", "help"),
}
"""The options of an audit by subject, in the order of its help. Those of other commands are few, and in the last."""
_AUDIT = "audit"
_OF_THE_PROGRAM = ("lang", "version", "install_completion", "show_completion", "help")
"""Options that no environment variable of a command gives; the language has one for all commands."""
_ENDS_WITH_1 = {
    "audit": "found",
    "columns": "attention",
    "compare": "worse",
    "follow": "followed",
    "verify": "unlike",
    "rules": "example",
}
"""Commands that can end with 1, and the text of what that says."""
_READING = ("audit", "columns", "compare", "follow", "init", "remedy", "show", "trend", "verify")
"""Commands that end with 3 for what they cannot read."""


class Command(TyperCommand):
    """A command whose help is in the reader's language."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help."""
        del formatter  # it would write plain text, and we print
        _print_help(self, ctx)

    def get_help_option(self, ctx: Any) -> Any:
        """Return the option --help."""
        return _spared(super().get_help_option(ctx))


class Group(TyperGroup):
    """The program, whose help is in the reader's language."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help."""
        del formatter
        _print_help(self, ctx)

    def get_help_option(self, ctx: Any) -> Any:
        """Return the option --help."""
        return _spared(super().get_help_option(ctx))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that is asked for. Raises UsageError, with the nearest one, for one that there is not."""
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            raise UsageError("command_unknown", name=args[0], hint=hint(args[0], self.commands))
        return super().resolve_command(ctx, args)


def _spared(option: Any) -> Any:
    """Return an option that Typer makes where it is asked for, and keeps."""
    if option is not None and "process_value" not in vars(option):
        spare_conversion(option)
    return option


def finish(program: Any) -> None:
    """Give the options of a program their environment variables, and what Typer writes itself the reader's language."""
    for name, command in program.commands.items():
        for param in command.params:
            if param.param_type_name == "option" and param.name not in _OF_THE_PROGRAM:
                param.envvar = variable_of(name, _long_name(param))
    for command in (program, *program.commands.values()):
        for param in command.params:
            if param.name == "lang":
                param.envvar = variable_of(_AUDIT, "--lang")
            elif param.name in ("install_completion", "show_completion"):
                param.help = text(f"help.{param.name}")
            spare_conversion(param)


def variable_of(command: str, option: str) -> str:
    """Return the environment variable of a command's option; those of an audit go without the command's name."""
    words = [*([] if command == _AUDIT else [command]), *option.lstrip("-").split("-")]
    return "_".join(["THUEBAO", *words]).upper()


def group_of(command: str | None, param: Any) -> str:
    """Return the group in which help shows an option or argument."""
    if param.param_type_name == "argument":
        return "arguments"
    return next((g for g, names in GROUPS.items() if command == _AUDIT and param.name in names), "options")


def usage_of(command: Any, context: Any) -> str:
    """Return how a command is called, in one line."""
    arguments = [_argument(param) for param in command.params if param.param_type_name == "argument"]
    following = [text("usage.command")] if isinstance(command, TyperGroup) else arguments
    return " ".join([text("usage.usage"), context.command_path, text("usage.options"), *following])


def value_of(param: Any) -> str:
    """Return what stands for the value of an option or argument, in the reader's language; nothing for a flag."""
    if param.param_type_name == "argument":
        return text(f"metavar.{param.name}")
    return re.sub("[A-Z]{3,}", lambda found: text(f"metavar.{found[0].lower()}"), param.metavar or "")


def _argument(param: Any) -> str:
    several = f"{value_of(param)}{'' if param.nargs == 1 else '...'}"
    return several if param.required else f"[{several}]"


def _print_help(command: Any, context: Any) -> None:
    from thuebao.cli.options import stdout

    console = stdout()
    console.print(usage_of(command, context), markup=False, style="bold")
    console.print(f"\n{command.help}", markup=False)
    is_program, name = isinstance(command, TyperGroup), str(command.name)
    shown = [param for param in command.get_params(context) if not getattr(param, "hidden", False)]
    rows = {group: [_row(param) for param in shown if group_of(name, param) == group] for group in GROUPS}
    width = max(len(first) for some in rows.values() for first, _ in some)
    for group, some in rows.items():
        _print_rows(console, group, some, width)
    if is_program:
        _print_rows(console, "commands", [(one.name, one.help) for one in command.commands.values()])
    else:
        console.print(f"\n{text('help_group.examples')}", style="bold")
        console.print(text(f"examples.{name}"), markup=False)
    _print_rows(console, "exit_codes", [*_exit_codes(None if is_program else name)])


def _row(param: Any) -> tuple[str, str]:
    """Return how an option or argument is written, and what is said of it."""
    if param.param_type_name == "argument":
        return _argument(param), param.help or ""
    said = [text("help.help") if param.name == "help" else param.help or ""]
    if isinstance(param.envvar, str):
        said.append(f"[{text('help.envvar')}:{param.envvar}]")  # one word: it is not to be folded
    default = param.default.value if isinstance(param.default, Enum) else param.default
    if default and param.show_default and not callable(default):
        said.append(f"[{text('help.default')}: {default}]")
    names = ", ".join(sorted(param.opts, key=len, reverse=True))
    return f"{names} {value_of(param)}".rstrip(), " ".join(said)


def _exit_codes(command: str | None) -> Iterator[tuple[str, str]]:
    yield "0", text("exit_code.well")
    if command in _ENDS_WITH_1:
        yield "1", text(f"exit_code.{_ENDS_WITH_1[command]}")
    yield "2", text("exit_code.usage")
    if command is None or command in _READING:
        yield "3", text("exit_code.unreadable")
    yield "4", text("exit_code.internal")
    yield "130", text("exit_code.interrupted")


def _print_rows(console: Console, title: str, rows: list[tuple[str, str]], width: int = 0) -> None:
    """Print a group: names, which are never folded, and beside them what is said of each."""
    if not rows:
        return
    from rich.table import Table

    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(no_wrap=True, style="cyan", overflow="ignore", min_width=width + 2)
    table.add_column(ratio=1)
    for name, said in rows:
        table.add_row(_plain(f"  {name}"), _plain(said))
    console.print(f"\n{text(f'help_group.{title}')}", style="bold")
    console.print(table)


def _plain(said: str) -> Text:
    from rich.text import Text

    return Text(said)


def _long_name(param: Any) -> str:
    return max((str(name) for name in param.opts), key=len)
