"""Values of options that are what they must be already, or paths, without what Typer loads to convert them.

From 0.29 on Typer converts by pydantic, and loading that takes a tenth of a second: as long as a small audit's rules.
"""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Any, get_args, get_origin


def spare_conversion(param: Any) -> None:
    """Convert a parameter's plain values here; all others, and all errors, stay Typer's."""
    descriptor = getattr(param, "type_descriptor", None)
    if descriptor is None:  # before 0.29
        return
    annotation = descriptor.annotation
    several = get_origin(annotation) is list
    kind = get_args(annotation)[0] if several else annotation
    converted_by_typer = param.process_value

    def process_value(context: Any, value: Any) -> Any:
        if param.required and not value:
            return converted_by_typer(context, value)  # it is missing
        if value is None:
            found: Any = [] if several else None
        else:
            plain = [_plain(kind, one) for one in (value if several else [value])]
            if None in plain:
                return converted_by_typer(context, value)
            found = plain if several else plain[0]
        return param.callback(context, param, found) if param.callback else found

    param.process_value = process_value


def _plain(kind: Any, value: Any) -> Any:
    """Return a value that needs no checks, as its kind; None for any other."""
    if kind is Path and isinstance(value, str | Path):
        return Path(value)
    if isinstance(kind, type) and issubclass(kind, Enum) and isinstance(value, str):
        return next((one for one in kind if one.value == value), None)
    return value if kind in (str, bool, int, float) and type(value) is kind else None
