"""Everything that can go wrong for a user, as one tree.

    ThuebaoError                 exit 4
    ├── UsageError               exit 2   an option or argument that cannot be used
    ├── RuleError                exit 2   a rule file that cannot be used
    ├── OutputError              exit 2   a result that cannot be written
    ├── StreamError              exit 5   standard output that cannot be written
    │   └── ClosedStreamError    exit 141 standard output that nobody reads any more
    └── InputError               exit 3   an export that cannot be read
        └── InputErrors          exit 3   all those of one audit, as a group

Each error names what, where and what to do: its text comes from texts/, by key, in the reader's language.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Self

from thuebao.base.messages import text


class ThuebaoError(Exception):
    """Base of all errors that are shown to a user as one message, never as a traceback."""

    exit_code: ClassVar[int] = 4

    def __init__(self, key: str, /, **values: object) -> None:
        super().__init__(key, values)
        self.key = key
        self.values = values

    def __str__(self) -> str:
        return text(f"error.{self.key}", **self.values)


class UsageError(ThuebaoError):
    """An option or argument that cannot be used."""

    exit_code = 2


class RuleError(ThuebaoError):
    """A rule file that cannot be used."""

    exit_code = 2


class OutputError(ThuebaoError):
    """A result that cannot be written."""

    exit_code = 2


class StreamError(ThuebaoError):
    """Standard output that cannot be written, as on a full disk."""

    exit_code = 5


class ClosedStreamError(StreamError):
    """Standard output that nobody reads any more, as behind `| head`: the code of a process that SIGPIPE ends."""

    exit_code = 141


class InputError(ThuebaoError):
    """An export that cannot be read."""

    exit_code = 3


def is_panic(error: BaseException) -> bool:
    """Return whether Rust has panicked: that is no Exception, and each library has a class of its own for it."""
    return type(error).__name__ == "PanicException"


def place_of(error: BaseException) -> str:
    """Return where in the code an error arose, without any of the data that it arose on."""
    trace, place = error.__traceback__, "?"
    while trace:
        place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


class InputErrors(ExceptionGroup[ThuebaoError], InputError):  # noqa: N818  (several)
    """All exports of one audit that cannot be read: a group for `except*`, an InputError for `except`."""

    def __new__(cls, errors: Sequence[ThuebaoError]) -> Self:
        """Return the group of `errors`: what ExceptionGroup takes comes with its making."""
        return super().__new__(cls, text("error.inputs_unreadable", count=len(errors)), tuple(errors))

    def __init__(self, errors: Sequence[ThuebaoError]) -> None:
        InputError.__init__(self, "inputs_unreadable", count=len(errors))

    def __str__(self) -> str:
        return "\n".join([InputError.__str__(self), *map(str, self.exceptions)])

    def derive(self, excs: Sequence[Exception], /) -> InputErrors:  # type: ignore[override]
        """Return such a group of some of its errors, as `except*` and `split` ask for."""
        return InputErrors([error for error in excs if isinstance(error, ThuebaoError)])
