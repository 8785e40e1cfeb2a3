"""Everything that can go wrong for a user, as one tree.

    ThuebaoError                 exit 4
    ├── UsageError               exit 2   an option or argument that cannot be used
    ├── RuleError                exit 2   a rule file that cannot be used
    ├── OutputError              exit 2   a result that cannot be written
    ├── StreamError              exit 5   standard output that cannot be written
    │   └── ClosedStreamError    exit 141 standard output that nobody reads any more
    └── InputError               exit 3   an export that cannot be read

Each error names what, where and what to do: its text comes from texts/, by key, in the reader's language.
"""

from __future__ import annotations

from typing import ClassVar

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
