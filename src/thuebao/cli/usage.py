"""What is said of a command that cannot be understood: in the reader's language, with what may have been meant."""

from __future__ import annotations

import re
from typing import Any

from typer.core import TyperGroup

from thuebao.base.errors import UsageError
from thuebao.base.nearest import hint
from thuebao.cli.help import usage_of, value_of

HELP_WAS_PRINTED = "NoArgsIsHelpError"


def explained(error: Any, program: Any) -> UsageError:
    """Return a usage error of Typer's parser as one of ours. program: whose command line it is.

    Its kinds have names and fields, but no public classes below TyperException.
    """
    context, param = getattr(error, "ctx", None), getattr(error, "param", None)
    command: Any = getattr(context, "command", None)
    called = context.command_path if context else "thuebao"
    kind = type(error).__name__
    if kind == "NoSuchOption":
        known = [name for one in command.get_params(context) for name in one.opts if one.param_type_name == "option"]
        return UsageError(
            "option_unknown", option=error.option_name, hint=hint(error.option_name, known), command=called
        )
    if kind == "BadOptionUsage":
        flags = {name for one in program.commands.values() for param in _flags(one) for name in param.opts}
        key = "option_with_value" if error.option_name in flags else "option_without_value"
        return UsageError(key, option=error.option_name)
    if kind == "MissingParameter":
        return UsageError("argument_missing", argument=value_of(param), usage=usage_of(command, context))
    if param is not None:
        return _wrong_value(param)
    if isinstance(command, TyperGroup):
        return UsageError("command_missing", command=called)
    extra = re.search(r"\((?!s\))(.*)\)", str(error.message))
    return UsageError("arguments_extra", given=extra[1] if extra else "", usage=usage_of(command, context))


def _flags(command: Any) -> list[Any]:
    return [param for param in command.params if getattr(param, "is_flag", False)]


def _wrong_value(param: Any) -> UsageError:
    """Return what is wrong with the value of an option: what it must be is known, whatever was given."""
    name = max(param.opts, key=len) if param.param_type_name == "option" else value_of(param)
    if getattr(param, "is_flag", False):
        return UsageError("flag_value", option=name, variable=param.envvar)
    kind = getattr(param, "type", param)  # where the limits of a number stand depends on Typer's version
    least, most = getattr(kind, "min", None), getattr(kind, "max", None)
    if least is None and most is None:
        return UsageError("option_value", option=name)
    limits = " – ".join("…" if limit is None else f"{limit:g}" for limit in (least, most))
    return UsageError("option_number", option=name, limits=limits)
